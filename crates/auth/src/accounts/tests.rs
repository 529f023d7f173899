//! Accounts over stores in memory, on a clock that stands still.

mod administration;
mod factors;
mod passkeys;
mod passwords;
mod sessions;
mod set_up;
mod signing_in;
mod stolen;

use std::net::Ipv4Addr;
use std::sync::atomic::Ordering;

use argon2::Params;
use model::{Space, UserId};
use testkit::{FakeAccountStore, FakeAuditLog, FakeClock, FakeOAuthStore, SeededRng};

use super::*;
use crate::spaces::Actor;

/// A password that is good.
const PASSWORD: &[u8] = b"correct horse battery";

struct Bed {
    accounts: Accounts,
    store: Arc<FakeAccountStore>,
    grants: Arc<FakeOAuthStore>,
    log: Arc<FakeAuditLog>,
    clock: Arc<FakeClock>,
}

impl Bed {
    fn new() -> Self {
        let (store, log) = (Arc::new(FakeAccountStore::default()), Arc::new(FakeAuditLog::default()));
        let (grants, clock) = (Arc::new(FakeOAuthStore::default()), Arc::new(FakeClock::default()));
        let accounts =
            Accounts::new(store.clone(), log.clone(), clock.clone(), Arc::new(SeededRng::default()));
        // The slowness of hashes is not what these tests are about.
        let hasher = password::Hasher::new(Params::new(8, 1, 1, None).unwrap());
        let accounts = Accounts { hasher, ..accounts.with_grants(grants.clone()) };
        Self { accounts, store, grants, log, clock }
    }

    /// With two users: anna, who owns the installation, and ben.
    async fn peopled() -> Self {
        let bed = Self::new();
        for name in ["anna", "ben"] {
            bed.accounts.add(&Actor::Installation, name, PASSWORD).await.unwrap();
        }
        bed
    }

    async fn sign_in(&self, name: &str) -> SignedIn {
        self.accounts.sign_in(name.as_bytes(), PASSWORD, None, &from(1)).await.unwrap()
    }

    async fn try_in(
        &self,
        name: &str,
        password: &[u8],
        second: Option<&str>,
    ) -> Result<SignedIn, AccountsError> {
        self.accounts.sign_in(name.as_bytes(), password, second, &from(1)).await
    }

    async fn id(&self, name: &str) -> UserId {
        self.accounts.find(name).await.unwrap().unwrap().user.id
    }

    async fn is_in(&self, signed_in: &SignedIn) -> bool {
        self.accounts.session(signed_in.secret.reveal().as_bytes()).await.unwrap().is_some()
    }

    fn hashes(&self) -> usize {
        self.accounts.hasher.made.load(Ordering::SeqCst)
    }
}

/// A request from one of several machines.
fn from(machine: u8) -> Origin {
    Origin { machine: Some(Ipv4Addr::new(192, 0, 2, machine).into()), agent: Some("Browser/1".to_owned()) }
}

fn is_wrong<T>(answer: &Result<T, AccountsError>) -> bool {
    matches!(answer, Err(AccountsError::WrongCredentials))
}

#[test]
fn nothing_of_accounts_shows_secrets() {
    let error = AccountsError::LockedOut { seconds: 5 };
    assert_eq!(error.to_string(), "too many attempts failed: try again in 5 s");
    assert_eq!(AccountsError::WrongCredentials.to_string(), "the name, the password or the code is wrong");
}

#[tokio::test]
async fn what_is_shown_once_is_kept_and_written_down_nowhere() {
    let bed = Bed::peopled().await;
    let signed_in = bed.sign_in("anna").await;
    let secret = signed_in.secret.reveal().to_owned();
    let entries = bed.log.entries(&ports::AuditFilter::default(), 100).await.unwrap();
    let shown = format!("{signed_in:?} {entries:?} {:?}", bed.accounts.list().await.unwrap());
    assert!(secret.starts_with("mss_") && !shown.contains(&secret[4..12]));
    assert!(!shown.contains("correct horse") && !shown.contains("argon2"));
    let stored = bed.accounts.list().await.unwrap().remove(0).password;
    assert!(stored.as_str().starts_with("$argon2id$v=19$m=8,t=1,p=1$"));
    assert_eq!(signed_in.session.machine.unwrap().as_str(), "192.0.2.1");
    assert_eq!(signed_in.session.agent.unwrap().as_str(), "Browser/1");
    assert_eq!(signed_in.user.space, Space::Default);
}

/// Servers do everything on tasks.
#[test]
fn whatever_is_done_can_be_done_on_a_task() {
    fn is_send<T: Send>(_: &T) {}
    let bed = Bed::new();
    let (accounts, by, user, from) =
        (&bed.accounts, Actor::Installation, UserId::from_bytes([1; 10]), from(1));
    is_send(&accounts.set_up_code());
    is_send(&accounts.set_up(b"", "", b"", &from));
    is_send(&accounts.sign_in(b"", b"", None, &from));
    is_send(&accounts.session(b""));
    is_send(&accounts.end_session(&user, &model::SessionId::from_bytes([1; 10]), &from));
    is_send(&accounts.end_other_sessions(&user, &model::SessionId::from_bytes([1; 10]), &from));
    is_send(&accounts.add(&by, "", b""));
    is_send(&accounts.disable(&by, &user));
    is_send(&accounts.enable(&by, &user));
    is_send(&accounts.reset(&by, &user, b""));
    let site = PasskeySite::of("https://memory.example").unwrap();
    is_send(&accounts.ask_for_passkey(&site, ""));
    is_send(&accounts.sign_in_with_passkey(&site, "", "", &from));
    is_send(&accounts.sweep());
}
