//! A server on fakes, and what a client does with it.

mod attacker;
mod authentication;
mod codes;
mod credentials;
mod rotation;

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use serde_json::Value;
use testkit::{FakeAuditLog, FakeClientDocuments, FakeClock, FakeOAuthStore, SeededRng};

use super::*;
use model::{Capability, KeyDigest, Space, SpaceId, UserId};

pub(super) const ISSUER: &str = "https://memory.example";
pub(super) const BACK: &str = "https://client.example/back";
/// What some clients send: it has to come back byte for byte.
pub(super) const STATE: &str = "a+b/c=~.:%20 &{\"x\":'y'}#?";
pub(super) const VERIFIER: &str = "a-verifier-of-43-characters-._~0123456789ABC";

pub(super) struct Bed {
    pub(super) server: AuthorizationServer,
    pub(super) store: Arc<FakeOAuthStore>,
    pub(super) documents: Arc<FakeClientDocuments>,
    pub(super) log: Arc<FakeAuditLog>,
    pub(super) clock: Arc<FakeClock>,
}

impl Bed {
    pub(super) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(super) fn with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::of(change, true)
    }

    pub(super) fn without_documents() -> Self {
        Self::of(|_| {}, false)
    }

    fn of(change: impl FnOnce(&mut Settings), has_documents: bool) -> Self {
        let mut settings = Settings::at(ISSUER);
        change(&mut settings);
        let (store, documents) =
            (Arc::new(FakeOAuthStore::default()), Arc::new(FakeClientDocuments::default()));
        let (log, clock) = (Arc::new(FakeAuditLog::default()), Arc::new(FakeClock::default()));
        let reach: Option<Arc<dyn ClientDocuments>> = match has_documents {
            true => Some(documents.clone()),
            false => None,
        };
        let rng = Arc::new(SeededRng::default());
        let server =
            AuthorizationServer::new(settings, store.clone(), reach, log.clone(), clock.clone(), rng);
        Self { server, store, documents, log, clock }
    }

    /// Registers a client, and gives what is answered.
    pub(super) fn register(&self, said: &Value) -> Result<Value, Error> {
        wait(self.server.register(said.to_string().as_bytes(), None, None))
    }

    /// The id of a public client that registered.
    pub(super) fn client(&self) -> String {
        let told = self.register(&said()).unwrap();
        told["client_id"].as_str().unwrap().to_owned()
    }

    pub(super) fn ask(&self, query: &[(&str, &str)]) -> Result<Asked, AskError> {
        wait(self.server.ask(&pairs(query)))
    }

    /// The code that a client gets when a user allows what it asks for.
    pub(super) fn code(&self, query: &[(&str, &str)], user: &UserId) -> String {
        let asked = self.ask(query).unwrap();
        let space = Space::Named(SpaceId::from_bytes([9; 10]));
        let location = wait(self.server.allow(&asked, user, &space, Capability::Admin, None)).unwrap();
        parameter(&location, "code").unwrap()
    }

    pub(super) fn token(&self, form: &[(&str, &str)]) -> Result<Value, Error> {
        wait(self.server.token(&pairs(form), None, None))
    }

    pub(super) fn redeem(&self, client: &str, code: &str, verifier: &str) -> Result<Value, Error> {
        self.token(&[
            ("grant_type", "authorization_code"),
            ("client_id", client),
            ("code", code),
            ("redirect_uri", BACK),
            ("code_verifier", verifier),
        ])
    }

    pub(super) fn refresh(&self, client: &str, token: &str) -> Result<Value, Error> {
        self.token(&[("grant_type", "refresh_token"), ("client_id", client), ("refresh_token", token)])
    }

    /// A client with tokens of user 1.
    pub(super) fn connected(&self) -> Connected {
        let client = self.client();
        let code = self.code(&query(&client), &user(1));
        let told = self.redeem(&client, &code, VERIFIER).unwrap();
        Connected { client, code, access: text(&told, "access_token"), refresh: text(&told, "refresh_token") }
    }

    pub(super) fn bearer(&self, token: &str) -> Option<Bearer> {
        wait(self.server.bearer(token.as_bytes())).unwrap()
    }
}

pub(super) struct Connected {
    pub(super) client: String,
    pub(super) code: String,
    pub(super) access: String,
    pub(super) refresh: String,
}

/// What a public client says of itself.
pub(super) fn said() -> Value {
    serde_json::json!({
        "client_name": "A client",
        "redirect_uris": [BACK],
        "token_endpoint_auth_method": "none",
    })
}

/// What it asks for in a browser.
pub(super) fn query(client: &str) -> Vec<(&str, &str)> {
    vec![
        ("response_type", "code"),
        ("client_id", client),
        ("redirect_uri", BACK),
        ("code_challenge", challenge()),
        ("code_challenge_method", "S256"),
        ("scope", "read write offline_access"),
        ("resource", ISSUER),
    ]
}

/// The same with another value of a parameter; none leaves it out.
pub(super) fn changed<'a>(
    query: &[(&'a str, &'a str)],
    name: &'a str,
    value: Option<&'a str>,
) -> Vec<(&'a str, &'a str)> {
    let others = query.iter().copied().filter(|(key, _)| *key != name);
    others.chain(value.map(|value| (name, value))).collect()
}

/// The challenge of [`VERIFIER`].
pub(super) fn challenge() -> &'static str {
    let digest = KeyDigest::of(VERIFIER.as_bytes());
    Box::leak(BASE64_URL_SAFE_NO_PAD.encode(digest.as_bytes()).into_boxed_str())
}

pub(super) fn user(number: u8) -> UserId {
    UserId::from_bytes([number; 10])
}

pub(super) fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

pub(super) fn text(told: &Value, name: &str) -> String {
    told[name].as_str().unwrap_or_else(|| panic!("{name} is missing in {told}")).to_owned()
}

/// A parameter of an address, as a client reads it.
pub(super) fn parameter(location: &str, name: &str) -> Option<String> {
    let query = location.split_once('?')?.1;
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

pub(super) fn basic(id: &str, secret: &str) -> Vec<u8> {
    format!("Basic {}", BASE64_STANDARD.encode(format!("{id}:{secret}"))).into_bytes()
}

pub(super) fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

#[test]
fn a_client_gets_access_in_the_space_and_for_the_user_that_allowed_it() {
    let bed = Bed::new();
    let connected = bed.connected();
    let bearer = bed.bearer(&connected.access).unwrap();
    assert_eq!((bearer.user, bearer.space), (user(1), Space::Named(SpaceId::from_bytes([9; 10]))));
    assert_eq!((bearer.capability, bearer.resource.as_str()), (Capability::Write, ISSUER));
    assert_eq!(bearer.client_name.unwrap().as_str(), "A client");
    assert_eq!(bearer.expires_at, bed.clock.now().plus_seconds(3600.0));
    let names = ["client.register.done", "authorization.grant.done", "token.issue.done"];
    assert_eq!(bed.log.names(), names);
}

#[test]
fn everything_survives_a_restart_between_every_two_steps() {
    let bed = Bed::new();
    let again = |bed: Bed| {
        let Bed { store, documents, log, clock, .. } = bed;
        let rng = Arc::new(SeededRng::default());
        // Other random bytes than those before.
        crate::minted::mint("x", &*rng).unwrap();
        let server = AuthorizationServer::new(
            Settings::at(ISSUER),
            store.clone(),
            None,
            log.clone(),
            clock.clone(),
            rng,
        );
        Bed { server, store, documents, log, clock }
    };
    let client = bed.client();
    let bed = again(bed);
    let asked = bed.ask(&query(&client)).unwrap();
    let bed = again(bed);
    let location =
        wait(bed.server.allow(&asked, &user(1), &Space::Default, Capability::Write, None)).unwrap();
    let bed = again(bed);
    let told = bed.redeem(&client, &parameter(&location, "code").unwrap(), VERIFIER).unwrap();
    let bed = again(bed);
    let told = bed.refresh(&client, &text(&told, "refresh_token")).unwrap();
    let bed = again(bed);
    assert!(bed.bearer(&text(&told, "access_token")).is_some());
}

#[test]
fn o18_nothing_that_is_given_is_kept_or_logged_as_it_is() {
    let bed = Bed::new();
    let connected = bed.connected();
    let kept = format!("{:?}", wait(bed.store.clients()).unwrap());
    let logged = format!("{:?}", wait(bed.log.entries(&Default::default(), 100)).unwrap());
    for secret in [&connected.code, &connected.access, &connected.refresh] {
        assert!(!kept.contains(secret.as_str()) && !logged.contains(secret.as_str()));
    }
}

#[test]
fn what_is_too_old_is_removed_once_in_a_while() {
    let bed = Bed::new();
    let client = bed.client();
    bed.clock.advance(86_399.0);
    let young = bed.client();
    let ids = || -> Vec<String> {
        wait(bed.store.clients()).unwrap().iter().map(|client| client.id.to_string()).collect()
    };
    assert_eq!(ids(), [client, young.clone()]);
    bed.clock.advance(301.0);
    let new = bed.client();
    assert_eq!(ids(), [young, new]);
}
