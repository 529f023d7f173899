//! What the tests of this crate share: the door on an engine of fakes, and clients with a key of each scope.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, LazyLock};

use auth::keys::Keys;
use auth::oauth::{AuthorizationServer, Settings};
use auth::{Authenticator, KeyRequest, Policy, Secret, new_key};
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::header::{CONTENT_TYPE, HOST};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode};
use axum::routing::{MethodRouter, post};
use engine::Capability;
use model::{KeyName, SharedSpace, Space, SpaceId, SpaceName, Timestamp};
use ports::{Clock, KeyStore, SpaceStore, SystemRng};
use serde_json::Value;
use testkit::{
    Bench, FakeAccountStore, FakeAuditLog, FakeClientDocuments, FakeKeyStore, FakeOAuthStore, FakeSpaceStore,
    SeededRng,
};
use tokio::sync::Notify;
use tower::ServiceExt;

use crate::{App, Options, Parts, router};

/// The key of the settings.
pub(crate) const OWNERS_KEY: &str = "the-owners-key";

/// Where everybody reaches the authorization server of a door that has one.
pub(crate) const ISSUER: &str = "https://memory.example";

/// Another space than the default one.
pub(crate) fn other_space() -> Space {
    Space::Named(SpaceId::from_bytes([7; 10]))
}

fn other() -> SharedSpace {
    let Space::Named(id) = other_space() else { unreachable!() };
    let name = SpaceName::new("guests").unwrap();
    SharedSpace { id, name, created_at: Timestamp::from_microseconds(0), created_by: None }
}

/// The door on an engine of fakes, with a key of each scope, for the default space and for another one, in a key store of its own.
pub(crate) struct Door {
    pub(crate) bench: Bench,
    pub(crate) keys: Arc<FakeKeyStore>,
    pub(crate) app: App,
    pub(crate) oauth: Option<Arc<AuthorizationServer>>,
    router: Router,
    secrets: Vec<(Capability, String)>,
    others: Vec<(Capability, String)>,
}

impl Door {
    pub(crate) async fn open() -> Self {
        Self::with(Options::default()).await
    }

    /// A door that behaves so.
    pub(crate) async fn with(options: Options) -> Self {
        Self::of(Bench::default(), options, None).await
    }

    /// A door that serves callers who show nothing, with this scope.
    pub(crate) async fn anonymous(granted: Capability) -> Self {
        Self::of(Bench::default(), Options::default(), Some(granted)).await
    }

    /// A door before this engine.
    pub(crate) async fn of(bench: Bench, options: Options, anonymous: Option<Capability>) -> Self {
        Self::made(bench, options, anonymous, None).await
    }

    /// A door with an authorization server, which everybody reaches at [`ISSUER`].
    pub(crate) async fn issuing(settings: Settings, options: Options, anonymous: Option<Capability>) -> Self {
        let bench = Bench::default();
        let (store, documents) =
            (Arc::new(FakeOAuthStore::default()), Arc::new(FakeClientDocuments::default()));
        let (log, clock) = (Arc::new(FakeAuditLog::default()), Arc::clone(&bench.clock));
        let server =
            AuthorizationServer::new(settings, store, Some(documents), log, clock, Arc::new(SystemRng));
        Self::made(bench, options, anonymous, Some(Arc::new(server))).await
    }

    async fn made(
        bench: Bench,
        options: Options,
        anonymous: Option<Capability>,
        oauth: Option<Arc<AuthorizationServer>>,
    ) -> Self {
        let (keys, rng) = (Arc::new(FakeKeyStore::default()), Arc::new(SeededRng::default()));
        let ring = async |kind: &str, space: Space| {
            let mut secrets = Vec::new();
            for capability in Capability::ALL {
                let name = KeyName::new(&format!("{} {kind}", capability.name())).unwrap();
                let request = KeyRequest { name, capability, space: space.clone(), expires_at: None };
                let (secret, key) = new_key(request, bench.clock.now(), &*rng).unwrap();
                keys.insert(key).await.unwrap();
                secrets.push((capability, secret.reveal().to_owned()));
            }
            secrets
        };
        let (secrets, others) = (ring("key", Space::Default).await, ring("guest", other_space()).await);
        let policy = Policy { owner_key: Some(Secret::new(OWNERS_KEY)), anonymous };
        let clock = Arc::clone(&bench.clock) as Arc<dyn Clock>;
        let authenticator = Authenticator::new(policy, Arc::clone(&keys) as Arc<dyn KeyStore>, clock);
        let spaces = Arc::new(FakeSpaceStore::default());
        spaces.create(other()).await.unwrap();
        let log = Arc::new(FakeAuditLog::default());
        let clock = Arc::clone(&bench.clock) as Arc<dyn Clock>;
        let accounts = Arc::new(FakeAccountStore::default());
        let ring = Keys::new(Arc::clone(&keys) as Arc<dyn KeyStore>, spaces, accounts, log, clock, rng);
        let (engine, oauth_of_app) = (bench.engine.clone(), oauth.clone());
        let app = App::new(Parts { engine, authenticator, keys: ring, oauth: oauth_of_app, options });
        let router = router(&app);
        Self { bench, keys, app, oauth, router, secrets, others }
    }

    /// The key of a scope.
    pub(crate) fn key(&self, capability: Capability) -> &str {
        &self.secrets.iter().find(|(of, _)| *of == capability).unwrap().1
    }

    /// The key of a scope in another space than the default one.
    pub(crate) fn guest_key(&self, capability: Capability) -> &str {
        &self.others.iter().find(|(of, _)| *of == capability).unwrap().1
    }

    /// Somebody with a key in another space than the default one.
    pub(crate) fn guest(&self, capability: Capability) -> Client {
        self.stranger().header("x-api-key", self.guest_key(capability))
    }

    /// Somebody who shows nothing.
    pub(crate) fn stranger(&self) -> Client {
        Client::of(self.router.clone())
    }

    /// Somebody with a key for reading.
    pub(crate) fn reader(&self) -> Client {
        self.holder(Capability::Read)
    }

    /// Somebody with a key for writing.
    pub(crate) fn writer(&self) -> Client {
        self.holder(Capability::Write)
    }

    /// The same before other routes.
    pub(crate) fn writer_at(&self, router: Router) -> Client {
        Client { router, ..self.writer() }
    }

    /// Somebody with a key for everything.
    pub(crate) fn owner(&self) -> Client {
        self.holder(Capability::Admin)
    }

    fn holder(&self, capability: Capability) -> Client {
        self.stranger().header("x-api-key", self.key(capability))
    }
}

/// Somebody who sends requests, with the same headers each time.
#[derive(Clone)]
pub(crate) struct Client {
    router: Router,
    headers: HeaderMap,
}

impl Client {
    /// Somebody who shows nothing, before these routes.
    pub(crate) fn of(router: Router) -> Self {
        Self { router, headers: HeaderMap::new() }
    }

    /// The same, and this header with every request.
    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        self
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(Method::POST, path, Some(body)).await
    }

    /// A `POST` without a body.
    pub(crate) async fn poke(&self, path: &str) -> Reply {
        self.send(Method::POST, path, None).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Reply {
        self.send(Method::PUT, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.send(Method::DELETE, path, None).await
    }

    async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Reply {
        let mut request = Request::builder().method(method).uri(path);
        if body.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        self.request(request.body(body).unwrap()).await
    }

    /// Sends a request with the client's headers, as one that came from this machine unless it says another.
    pub(crate) async fn request(&self, mut request: Request<Body>) -> Reply {
        let headers = request.headers_mut();
        headers.entry(HOST).or_insert(HeaderValue::from_static("127.0.0.1:8000"));
        headers.extend(self.headers.clone());
        let peer = SocketAddr::from((Ipv4Addr::LOCALHOST, 50_000));
        request.extensions_mut().get_or_insert(ConnectInfo(peer));
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        assert_documented(&method, &path, head.status);
        let body = to_bytes(body, usize::MAX).await.unwrap();
        Reply { status: head.status, headers: head.headers, body }
    }
}

/// Fails the test when a route answers with a status that the OpenAPI document does not name.
fn assert_documented(method: &Method, path: &str, status: StatusCode) {
    static DOCUMENT: LazyLock<Value> = LazyLock::new(crate::openapi);
    let paths = DOCUMENT["paths"].as_object().unwrap();
    let is_it = |template: &str| {
        let (given, template) = (path.split('/'), template.split('/'));
        given.clone().count() == template.clone().count()
            && given.zip(template).all(|(given, step)| given == step || step.starts_with('{'))
    };
    let item = paths.get(path).or_else(|| Some(paths.iter().find(|(template, _)| is_it(template))?.1));
    let Some(operation) = item.and_then(|item| item.get(method.as_str().to_lowercase())) else { return };
    let is_named = operation["responses"].get(status.as_str()).is_some();
    assert!(is_named, "{method} {path} answers {status}, which its document does not name");
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Reply {
    /// The body of an answer that must have this status.
    pub(crate) fn of(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        if self.body.is_empty() { Value::Null } else { serde_json::from_slice(&self.body).unwrap() }
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header, empty when it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// Work that says when it is begun, and waits until it is told to go on.
pub(crate) fn slow_work<S: Clone + Send + Sync + 'static>() -> (MethodRouter<S>, Arc<Notify>, Arc<Notify>) {
    let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let work = {
        let (begun, go_on) = (Arc::clone(&begun), Arc::clone(&go_on));
        async move || {
            begun.notify_one();
            go_on.notified().await;
            "done"
        }
    };
    (post(work), begun, go_on)
}

/// The texts of what a search found, in order.
pub(crate) fn contents(found: &Value) -> Vec<&str> {
    let results = found["results"].as_array().unwrap();
    results.iter().map(|hit| hit["memory"]["content"].as_str().unwrap()).collect()
}
