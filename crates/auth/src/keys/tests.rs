use super::*;
use crate::accounts::Accounts;
use crate::spaces::{Actor, Spaces};
use model::{Capability, SpaceId, SpaceName};
use ports::AuditFilter;
use testkit::{FakeAccountStore, FakeAuditLog, FakeClock, FakeKeyStore, FakeSpaceStore, SeededRng};

struct Bed {
    store: Arc<FakeKeyStore>,
    log: Arc<FakeAuditLog>,
    clock: Arc<FakeClock>,
    keys: Keys,
    spaces: Spaces,
    users: Accounts,
}

impl Bed {
    fn new() -> Self {
        let (store, log) = (Arc::new(FakeKeyStore::default()), Arc::new(FakeAuditLog::default()));
        let (clock, rng) = (Arc::new(FakeClock::default()), Arc::new(SeededRng::default()));
        let shared: Arc<dyn SpaceStore> = Arc::new(FakeSpaceStore::default());
        let accounts = Arc::new(FakeAccountStore::default());
        let users = Accounts::new(accounts.clone(), log.clone(), clock.clone(), rng.clone());
        let users = users.with_keys(store.clone());
        let keys =
            Keys::new(store.clone(), shared.clone(), accounts, log.clone(), clock.clone(), rng.clone());
        let spaces = Spaces::new(shared, store.clone(), log.clone(), clock.clone(), rng);
        Self { store, log, clock, keys, spaces, users }
    }

    async fn written(&self) -> Vec<String> {
        let entries = self.log.entries(&AuditFilter::default(), 100).await.unwrap();
        entries.iter().map(AuditEntry::name).collect()
    }
}

fn request(name: &str, space: Space) -> KeyRequest {
    KeyRequest { name: KeyName::new(name).unwrap(), capability: Capability::Write, space, expires_at: None }
}

#[tokio::test]
async fn a_key_is_made_listed_and_revoked_and_each_act_is_written_down_once() {
    let bed = Bed::new();
    let crew = bed.spaces.create(&Actor::Installation, SpaceName::new("crew").unwrap()).await.unwrap();
    let (secret, kept) = bed.keys.create("command-line", request("agent", crew.space())).await.unwrap();
    assert_eq!((kept.space.clone(), kept.digest), (crew.space(), secret.digest()));
    assert_eq!(bed.keys.list().await.unwrap(), std::slice::from_ref(&kept));
    bed.clock.advance(1.0);
    for _ in 0..2 {
        assert!(bed.keys.revoke("key:1", &kept.id).await.unwrap().unwrap().revoked_at.is_some());
    }
    assert_eq!(bed.keys.revoke("key:1", &KeyId::from_bytes([9; 8])).await.unwrap(), None);
    assert_eq!(bed.written().await, ["key.revoke.done", "key.create.done", "space.create.done"]);
    let entry = bed.log.entries(&AuditFilter::default(), 2).await.unwrap().remove(1);
    assert_eq!(entry.actor.unwrap().as_str(), "command-line");
    assert_eq!(entry.subject.unwrap().as_str(), format!("key:{}", kept.id));
    assert_eq!(entry.detail.unwrap().as_str(), format!("scope write, space {}, agent", crew.id));
}

#[tokio::test]
async fn o16_keys_of_a_private_space_end_when_its_user_is_disabled() {
    let bed = Bed::new();
    let command_line = Actor::Installation;
    let add = async |name: &str| bed.users.add(&command_line, name, b"correct horse battery").await.unwrap();
    let (anna, ben) = (add("anna").await, add("ben").await);
    let make = async |name: &str, space: &Space| bed.keys.create("x", request(name, space.clone())).await;
    let (_, of_ben) = make("agent", &ben.space).await.unwrap();
    let (_, of_all) = make("agent", &anna.space).await.unwrap();
    let revoked = async |key: &ApiKey| bed.store.by_id(&key.id).await.unwrap().unwrap().revoked_at.is_some();
    for user in [&anna, &ben] {
        bed.users.disable(&command_line, &user.id).await.unwrap();
    }
    assert!(revoked(&of_ben).await);
    assert!(!revoked(&of_all).await, "the default space is the installation's, and so are its keys");
    assert!(matches!(make("other", &ben.space).await, Err(KeysError::NoSpace)), "nobody is there");
    assert_eq!(bed.written().await.iter().filter(|name| *name == "key.revoke.done").count(), 1);
}

#[tokio::test]
async fn what_cannot_be_a_key_is_refused_and_leaves_none() {
    let bed = Bed::new();
    let unknown = Space::Named(SpaceId::from_bytes([9; 10]));
    assert!(matches!(bed.keys.create("x", request("a", unknown)).await, Err(KeysError::NoSpace)));
    let now = bed.clock.now();
    let ends = |end| KeyRequest { expires_at: Some(end), ..request("a", Space::Default) };
    assert!(matches!(bed.keys.create("x", ends(now)).await, Err(KeysError::Ended)));
    assert_eq!(bed.keys.list().await.unwrap(), []);
    assert!(bed.keys.create("x", ends(now.plus_seconds(1.0))).await.is_ok());
    let taken = bed.keys.create("x", request("a", Space::Default)).await;
    assert!(matches!(taken, Err(KeysError::NameTaken(name)) if name.as_str() == "a"));
    for number in 1..MAX_KEYS {
        bed.keys.create("x", request(&number.to_string(), Space::Default)).await.unwrap();
    }
    let more = bed.keys.create("x", request("more", Space::Default)).await;
    assert!(matches!(more, Err(KeysError::TooMany)));
}

#[tokio::test]
async fn a_key_that_could_not_be_written_down_lets_nobody_in() {
    let bed = Bed::new();
    bed.log.close().await;
    let refused = bed.keys.create("x", request("a", Space::Default)).await;
    assert!(matches!(refused, Err(KeysError::Store(StoreError::Closed))));
    assert!(bed.store.list().await.unwrap()[0].revoked_at.is_some());
}
