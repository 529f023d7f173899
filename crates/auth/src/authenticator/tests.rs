use super::*;
use crate::{Credential, KeyRequest, Reach, new_key};
use model::{KeyName, Space, SpaceId};
use proptest::prelude::*;
use testkit::{FakeClock, FakeKeyStore, SeededRng};

/// The key of the settings.
const OWNER: &str = "owner-key-of-the-settings";

struct Bed {
    keys: Arc<FakeKeyStore>,
    clock: Arc<FakeClock>,
    rng: SeededRng,
    authenticator: Authenticator,
}

impl Bed {
    fn with(owner: Option<&str>, anonymous: Option<Capability>) -> Self {
        let (keys, clock) = (Arc::new(FakeKeyStore::default()), Arc::new(FakeClock::default()));
        let policy = Policy { owner_key: owner.map(Secret::new), anonymous };
        let authenticator = Authenticator::new(policy, keys.clone(), clock.clone());
        Self { keys, clock, rng: SeededRng::default(), authenticator }
    }

    fn closed() -> Self {
        Self::with(Some(OWNER), None)
    }

    fn key(&self, name: &str, capability: Capability, lifetime_s: Option<f64>) -> (String, ApiKey) {
        let now = self.clock.now();
        let name = KeyName::new(name).unwrap();
        let expires_at = lifetime_s.map(|seconds| now.plus_seconds(seconds));
        let (secret, kept) =
            new_key(KeyRequest { name, capability, space: Space::Default, expires_at }, now, &self.rng)
                .unwrap();
        wait(self.keys.insert(kept.clone())).unwrap();
        (secret.reveal().to_owned(), kept)
    }

    fn shows(&self, bearer: Option<&str>, api_key: Option<&str>) -> Result<Principal, Refusal> {
        let (bearer, api_key) = (bearer.map(str::as_bytes), api_key.map(str::as_bytes));
        let presented = Presented { bearer, api_key, ..Presented::default() };
        wait(self.authenticator.authenticate(presented))
    }
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

fn is_invalid(answer: &Result<Principal, Refusal>) -> bool {
    matches!(answer, Err(Refusal::Invalid))
}

#[test]
fn the_owners_key_is_good_in_either_header() {
    let bed = Bed::closed();
    for answer in [bed.shows(Some(OWNER), None), bed.shows(None, Some(OWNER))] {
        let principal = answer.unwrap();
        assert_eq!((principal.id.as_str(), principal.capability), ("api_key_client", Capability::Admin));
    }
    assert_eq!(bed.keys.lookups(), 0);
}

#[test]
fn a_key_gives_its_own_scope_and_name() {
    let bed = Bed::closed();
    for capability in Capability::ALL {
        let (text, kept) = bed.key(capability.name(), capability, None);
        for answer in [bed.shows(Some(&text), None), bed.shows(None, Some(&text))] {
            let principal = answer.unwrap();
            assert_eq!(principal.id, format!("key:{}", kept.id));
            assert_eq!((principal.name.as_str(), principal.capability), (capability.name(), capability));
            assert_eq!(principal.method, Method::Key(kept.id.clone()));
            assert_eq!(principal.credential, Credential::Own);
        }
    }
}

#[test]
fn nothing_shown_is_told_from_something_wrong() {
    let bed = Bed::closed();
    assert!(matches!(bed.shows(None, None), Err(Refusal::Missing)));
    assert!(is_invalid(&bed.shows(Some("wrong"), None)));
    assert!(is_invalid(&bed.shows(None, Some("wrong"))));
}

#[test]
fn a_wrong_credential_does_not_mask_a_good_one() {
    let bed = Bed::closed();
    let (text, _) = bed.key("laptop", Capability::Read, None);
    let (revoked, kept) = bed.key("lost", Capability::Read, None);
    wait(bed.keys.revoke(&kept.id, bed.clock.now())).unwrap();
    for wrong in ["wrong", &revoked] {
        assert_eq!(bed.shows(Some(wrong), Some(&text)).unwrap().name, "laptop");
        assert_eq!(bed.shows(Some(&text), Some(wrong)).unwrap().name, "laptop");
        assert_eq!(bed.shows(Some(wrong), Some(OWNER)).unwrap().id, "api_key_client");
    }
    assert!(is_invalid(&bed.shows(Some("wrong"), Some("wrong too"))));
}

#[test]
fn the_first_good_credential_counts() {
    let bed = Bed::closed();
    let (one, _) = bed.key("one", Capability::Read, None);
    let (two, _) = bed.key("two", Capability::Write, None);
    assert_eq!(bed.shows(Some(&one), Some(&two)).unwrap().name, "one");
}

#[test]
fn a_caller_without_a_key_is_served_only_when_the_owner_wants_that() {
    for capability in Capability::ALL {
        let bed = Bed::with(Some(OWNER), Some(capability));
        let principal = bed.shows(None, None).unwrap();
        assert_eq!((principal.id.as_str(), principal.capability), ("anonymous", capability));
        assert_eq!(principal.method, Method::Anonymous);
        assert!(bed.authenticator.is_open());
        assert!(is_invalid(&bed.shows(None, Some("wrong"))), "a wrong key is no missing one");
        assert!(is_invalid(&bed.shows(Some("wrong"), None)));
        assert_eq!(bed.shows(Some(OWNER), None).unwrap().id, "api_key_client");
    }
    assert!(!Bed::closed().authenticator.is_open());
}

#[test]
fn without_an_owners_key_nothing_is_one() {
    let bed = Bed::with(None, None);
    assert!(is_invalid(&bed.shows(Some(OWNER), None)));
    assert!(is_invalid(&bed.shows(Some(""), None)));
}

#[test]
fn a_key_ends_in_the_moment_in_which_it_expires() {
    let bed = Bed::closed();
    let (text, kept) = bed.key("short", Capability::Read, Some(100.0));
    let principal = Principal::of_key(&kept);
    bed.clock.advance(99.0);
    assert!(bed.shows(Some(&text), None).is_ok());
    assert!(wait(bed.authenticator.confirm(&principal)).is_ok());
    bed.clock.advance(1.0);
    assert!(is_invalid(&bed.shows(Some(&text), None)));
    assert!(matches!(wait(bed.authenticator.confirm(&principal)), Err(Refusal::Invalid)));
    bed.clock.advance(1.0);
    assert!(is_invalid(&bed.shows(Some(&text), None)));
}

#[test]
fn a_revoked_key_is_refused_at_once() {
    let bed = Bed::closed();
    let (text, kept) = bed.key("lost", Capability::Admin, None);
    let principal = bed.shows(Some(&text), None).unwrap();
    assert!(wait(bed.authenticator.confirm(&principal)).is_ok());
    wait(bed.keys.revoke(&kept.id, bed.clock.now())).unwrap();
    assert!(is_invalid(&bed.shows(Some(&text), None)));
    assert!(matches!(wait(bed.authenticator.confirm(&principal)), Err(Refusal::Invalid)));
}

#[test]
fn a_key_opens_its_own_space_and_reaches_the_installation_only_from_the_default_one() {
    let bed = Bed::closed();
    let (text, kept) = bed.key("laptop", Capability::Admin, None);
    let principal = bed.shows(Some(&text), None).unwrap();
    assert_eq!((principal.space, principal.reach), (Space::Default, Reach::Installation));
    let crew = Space::Named(SpaceId::from_bytes([7; 10]));
    let request = KeyRequest {
        name: KeyName::new("crew").unwrap(),
        capability: Capability::Admin,
        space: crew.clone(),
        expires_at: None,
    };
    let (secret, of_crew) = new_key(request, bed.clock.now(), &bed.rng).unwrap();
    wait(bed.keys.insert(of_crew.clone())).unwrap();
    let principal = bed.shows(Some(secret.reveal()), None).unwrap();
    assert_eq!((principal.space.clone(), principal.reach), (crew.clone(), Reach::Space));
    let confirm = |principal: &Principal| wait(bed.authenticator.confirm(principal));
    assert!(confirm(&principal).is_ok());
    for other in [
        Principal { space: Space::Default, ..principal },
        Principal { space: crew, ..Principal::of_key(&kept) },
    ] {
        assert!(matches!(confirm(&other), Err(Refusal::Invalid)), "{other:?}");
    }
    assert_eq!(Principal::owner().reach, Reach::Installation);
}

#[test]
fn who_was_known_before_is_confirmed_as_the_policy_is() {
    let confirm = |bed: &Bed, principal: &Principal| wait(bed.authenticator.confirm(principal)).is_ok();
    let closed = Bed::closed();
    assert!(confirm(&closed, &Principal::owner()));
    assert!(!confirm(&closed, &Principal::anonymous(Capability::Read)));
    let open = Bed::with(None, Some(Capability::Write));
    assert!(!confirm(&open, &Principal::owner()));
    assert!(confirm(&open, &Principal::anonymous(Capability::Read)));
    assert!(!confirm(&open, &Principal::anonymous(Capability::Admin)));
}

#[test]
fn keys_that_cannot_be_looked_up_are_not_called_wrong() {
    let bed = Bed::closed();
    let (text, kept) = bed.key("laptop", Capability::Read, None);
    bed.keys.become_busy();
    assert!(matches!(bed.shows(Some(&text), None), Err(Refusal::Unavailable(_))));
    assert!(matches!(bed.shows(Some(&text), Some("wrong")), Err(Refusal::Unavailable(_))));
    let confirmed = wait(bed.authenticator.confirm(&Principal::of_key(&kept)));
    assert!(matches!(confirmed, Err(Refusal::Unavailable(_))));
    // The owner's key stands in no store.
    assert!(bed.shows(Some(&text), Some(OWNER)).is_ok());
    assert!(is_invalid(&bed.shows(Some("wrong"), None)), "what is no key is not looked up");
}

#[test]
fn credentials_end_at_their_limit() {
    let longest = "k".repeat(MAX_CREDENTIAL_BYTES);
    let bed = Bed::with(Some(&longest), None);
    assert!(bed.shows(None, Some(&longest)).is_ok());
    let longer = longest + "k";
    assert!(is_invalid(&Bed::with(Some(&longer), None).shows(None, Some(&longer))));
}

#[test]
fn the_use_of_a_key_is_noted_once_a_minute() {
    let bed = Bed::closed();
    let (text, kept) = bed.key("laptop", Capability::Read, None);
    let first = bed.clock.now();
    for (advance, noted) in [(0.0, 1), (0.0, 1), (59.9, 1), (0.1, 2), (59.0, 2)] {
        bed.clock.advance(advance);
        bed.shows(Some(&text), None).unwrap();
        assert_eq!(bed.keys.uses(), noted);
    }
    let found = wait(bed.keys.by_id(&kept.id)).unwrap().unwrap();
    assert_eq!(found.last_used_at, Some(first.plus_seconds(60.0)));
    bed.shows(Some(OWNER), None).unwrap();
    assert!(is_invalid(&bed.shows(Some("wrong"), None)));
    assert_eq!(bed.keys.uses(), 2);
}

#[test]
fn whether_anybody_has_a_key_is_known() {
    let has_keys = |bed: &Bed| wait(bed.authenticator.has_keys()).unwrap();
    assert!(has_keys(&Bed::closed()));
    let bed = Bed::with(None, Some(Capability::Read));
    assert!(!has_keys(&bed));
    let (_, kept) = bed.key("laptop", Capability::Read, None);
    bed.key("short", Capability::Read, Some(10.0));
    assert!(has_keys(&bed));
    wait(bed.keys.revoke(&kept.id, bed.clock.now())).unwrap();
    assert!(has_keys(&bed), "one is left");
    bed.clock.advance(10.0);
    assert!(!has_keys(&bed));
}

#[test]
fn no_error_tells_a_secret() {
    let bed = Bed::closed();
    let (text, kept) = bed.key("lost", Capability::Read, Some(0.0));
    for wrong in [text.as_str(), "hunter2-hunter2"] {
        let refusal = bed.shows(Some(wrong), None).unwrap_err();
        let told = format!("{refusal} {refusal:?}");
        assert!(!told.contains(wrong) && !told.contains(kept.id.as_str()), "{told}");
    }
    let policy = Policy { owner_key: Some(Secret::new(OWNER)), anonymous: None };
    assert!(!format!("{policy:?}").contains(OWNER));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_key_that_is_changed_anywhere_gets_nobody_in(place in 0_usize..42, byte in any::<u8>(), cut in 0_usize..42) {
        let bed = Bed::closed();
        let (text, _) = bed.key("laptop", Capability::Admin, None);
        let mut changed = text.clone().into_bytes();
        prop_assume!(changed[place] != byte);
        changed[place] = byte;
        let api_key = Some(&text.as_bytes()[..cut]);
        let presented = Presented { bearer: Some(&changed), api_key, ..Presented::default() };
        let answer = wait(bed.authenticator.authenticate(presented));
        prop_assert!(is_invalid(&answer));
    }

    #[test]
    fn another_key_of_the_right_form_gets_nobody_in(seed in any::<[u8; 32]>()) {
        struct Fixed([u8; 32]);
        impl ports::Rng for Fixed {
            fn fill(&self, bytes: &mut [u8]) -> std::io::Result<()> {
                for (place, byte) in bytes.iter_mut().enumerate() {
                    *byte = self.0[place % 32] % 248;
                }
                Ok(())
            }
        }
        let bed = Bed::closed();
        let (text, _) = bed.key("laptop", Capability::Admin, None);
        let other = KeySecret::generate(&Fixed(seed)).unwrap();
        prop_assume!(other.reveal() != text);
        let answer = bed.shows(Some(other.reveal()), None);
        prop_assert!(is_invalid(&answer));
        prop_assert_eq!(bed.keys.lookups(), 1);
    }
}

#[test]
fn one_caller_in_two_spaces_is_kept_apart() {
    let crew = Space::Named(SpaceId::from_bytes([7; 10]));
    let (here, there) = (Principal::owner(), Principal { space: crew.clone(), ..Principal::owner() });
    assert_eq!(
        (here.in_space(), there.in_space()),
        ("api_key_client".to_owned(), format!("api_key_client@{crew}"))
    );
}
