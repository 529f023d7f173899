//! A provider that signs what it says, a browser that goes there and comes back.

mod identities;
mod provider;
mod returns;
mod tokens;

use std::net::Ipv4Addr;

use model::{AuditOutcome, User};
use ports::{AuditFilter, AuditLog};
use serde_json::{Value, json};
use testkit::{FakeAccountStore, FakeAuditLog, FakeClock, FakeIdentityProvider, SeededRng};

use super::*;
use crate::accounts::{Accounts, Origin, SignedIn};
use crate::spaces::Actor;

const ISSUER: &str = "https://id.example/realm";
const CLIENT: &str = "memory";
const SECRET: &str = "hunter2: and more";
const BACK: &str = "https://memory.example/sign-in/callback";
const PASSWORD: &[u8] = b"correct horse battery";

struct Bed {
    party: RelyingParty,
    provider: Arc<FakeIdentityProvider>,
    accounts: Arc<Accounts>,
    log: Arc<FakeAuditLog>,
    clock: Arc<FakeClock>,
}

impl Bed {
    async fn new() -> Self {
        Self::with(SignUp::Off).await
    }

    /// With two users, anna, who owns the installation, and ben.
    async fn with(sign_up: SignUp) -> Self {
        let (store, log) = (Arc::new(FakeAccountStore::default()), Arc::new(FakeAuditLog::default()));
        let (clock, rng) = (Arc::new(FakeClock::default()), Arc::new(SeededRng::default()));
        let accounts = Arc::new(Accounts::new(store.clone(), log.clone(), clock.clone(), rng.clone()));
        for name in ["anna", "ben"] {
            accounts.add(&Actor::Installation, name, PASSWORD).await.unwrap();
        }
        let identities = Identities::new(accounts.clone(), store);
        let provider = Arc::new(FakeIdentityProvider::new(ISSUER, CLIENT, SECRET));
        let settings = Settings {
            issuer: ISSUER.to_owned(),
            client_id: CLIENT.to_owned(),
            client_secret: Secret::new(SECRET),
            scopes: "openid profile email".to_owned(),
            name: "Example".to_owned(),
            sign_up,
            redirect_uri: BACK.to_owned(),
        };
        let party = RelyingParty::new(settings, provider.clone(), identities, clock.clone(), rng);
        Self { party, provider, accounts, log, clock }
    }

    async fn user(&self, name: &str) -> User {
        self.accounts.find(name).await.unwrap().unwrap().user
    }

    async fn link(&self, name: &str, subject: &str) {
        let identity = model::Identity::new(ISSUER, subject).unwrap();
        let user = self.user(name).await.id;
        self.party.identities().link_by(&Actor::Installation, &user, identity).await.unwrap();
    }

    async fn session(&self, name: &str) -> Session {
        let signed_in = self.accounts.sign_in(name.as_bytes(), PASSWORD, None, &from(9)).await;
        signed_in.unwrap().session
    }

    /// Somebody signs in at the provider: gives what comes back.
    fn visit(&self, departure: &Departure, person: &Value) -> Vec<(String, String)> {
        let back = self.provider.sign_in(&departure.address, self.clock.now().as_seconds(), person);
        let query = back.strip_prefix(BACK).unwrap().strip_prefix('?').unwrap();
        form_urlencoded::parse(query.as_bytes()).into_owned().collect()
    }

    async fn arrive(
        &self,
        departure: &Departure,
        query: &[(String, String)],
        session: Option<&Session>,
    ) -> Result<Arrived, OpenIdError> {
        let cookie = Some(departure.cookie.reveal());
        self.party.arrive(&Came { cookie, query, session, from: &from(1) }).await
    }

    /// Somebody goes to the provider, of whom that is said there, and comes back.
    async fn come(&self, person: &Value) -> Result<SignedIn, OpenIdError> {
        let departure = self.party.depart("").await?;
        let query = self.visit(&departure, person);
        match self.arrive(&departure, &query, None).await? {
            Arrived::SignedIn(signed_in, _) => Ok(*signed_in),
            Arrived::Linked(_) => panic!("nothing was to be linked"),
        }
    }

    /// What was refused, and why.
    async fn refusals(&self) -> Vec<String> {
        let filter = AuditFilter { outcome: Some(AuditOutcome::Refused), ..AuditFilter::default() };
        let entries = self.log.entries(&filter, 100).await.unwrap();
        entries.into_iter().map(|entry| format!("{}: {}", entry.name(), entry.detail.unwrap())).collect()
    }
}

/// A request from one of several machines.
fn from(machine: u8) -> Origin {
    Origin { machine: Some(Ipv4Addr::new(192, 0, 2, machine).into()), agent: None }
}

/// An answer with something else in it; an empty text leaves it out.
fn with(query: &[(String, String)], name: &str, value: &str) -> Vec<(String, String)> {
    let mut query: Vec<_> = query.iter().filter(|(known, _)| known != name).cloned().collect();
    if !value.is_empty() {
        query.push((name.to_owned(), value.to_owned()));
    }
    query
}

/// Servers do everything on tasks.
#[tokio::test]
async fn whatever_is_done_can_be_done_on_a_task() {
    fn is_send<T: Send>(_: &T) {}
    let bed = Bed::new().await;
    let origin = from(1);
    is_send(&bed.party.depart(""));
    is_send(&bed.party.arrive(&Came { cookie: None, query: &[], session: None, from: &origin }));
}
