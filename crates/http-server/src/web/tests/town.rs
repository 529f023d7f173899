//! A server with accounts, that can be started again; a browser; a program that wants to use memories.

use std::collections::BTreeMap;
use std::sync::Arc;

use auth::accounts::{Accounts, Identities};
use auth::oauth::{AuthorizationServer, Settings};
use auth::openid::{self, RelyingParty, SignUp};
use auth::spaces::Spaces;
use auth::{Authenticator, People, Policy};
use axum::Router;
use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, COOKIE, HOST, SET_COOKIE};
use axum::http::{HeaderMap, Method, Request};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::{Space, User};
use ports::Clock;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use testkit::{
    Bench, FakeAccountStore, FakeAuditLog, FakeClientDocuments, FakeIdentityProvider, FakeKeyStore,
    FakeOAuthStore, FakeSpaceStore, SeededRng,
};

use crate::fixture::{Client, Reply};
use crate::{App, Options, Parts, router};

/// Where the server is.
pub(crate) const ISSUER: &str = "https://memory.example";
pub(crate) const HOSTNAME: &str = "memory.example";
/// Where the provider of identities is.
pub(crate) const PROVIDER: &str = "https://id.example";
/// The first user.
pub(crate) const NAME: &str = "ada";
pub(crate) const PASSWORD: &str = "four plain words here";
/// Where the program of the tests has its browser sent.
pub(crate) const CALLBACK: &str = "https://claude.ai/api/mcp/auth_callback";
/// What the program of the tests proves itself with.
pub(crate) const VERIFIER: &str = "abcdefghijklmnopqrstuvwxyz0123456789-._~ABCDEFG";

/// What outlives a server.
pub(crate) struct Town {
    pub(crate) bench: Bench,
    pub(crate) oauth: Arc<FakeOAuthStore>,
    pub(crate) spaces: Arc<FakeSpaceStore>,
    pub(crate) log: Arc<FakeAuditLog>,
    keys: Arc<FakeKeyStore>,
    pub(crate) accounts: Arc<FakeAccountStore>,
    pub(crate) documents: Arc<FakeClientDocuments>,
    rng: Arc<SeededRng>,
    issuer: String,
    provider: Option<(Arc<FakeIdentityProvider>, SignUp)>,
}

impl Default for Town {
    fn default() -> Self {
        Self::at(ISSUER)
    }
}

impl Town {
    pub(crate) fn at(issuer: &str) -> Self {
        Self {
            bench: Bench::default(),
            oauth: Arc::default(),
            spaces: Arc::default(),
            log: Arc::default(),
            keys: Arc::default(),
            accounts: Arc::default(),
            documents: Arc::default(),
            rng: Arc::default(),
            issuer: issuer.to_owned(),
            provider: None,
        }
    }

    /// One whose people can sign in with a provider, too.
    pub(crate) fn beside(provider: &Arc<FakeIdentityProvider>, sign_up: SignUp) -> Self {
        Self { provider: Some((Arc::clone(provider), sign_up)), ..Self::default() }
    }

    /// The same people, with the provider.
    fn with_provider(&self, people: People, accounts: &Arc<Accounts>) -> People {
        let Some((provider, sign_up)) = &self.provider else { return people };
        let settings = openid::Settings {
            issuer: PROVIDER.to_owned(),
            client_id: "memory".to_owned(),
            client_secret: auth::Secret::new("hunter2"),
            scopes: "openid email".to_owned(),
            name: "Ex<ample".to_owned(),
            sign_up: sign_up.clone(),
            redirect_uri: format!("{}/sign-in/callback", self.issuer),
        };
        let identities = Identities::new(Arc::clone(accounts), self.accounts.clone());
        let (clock, rng) = (Arc::clone(&self.bench.clock), Arc::clone(&self.rng));
        people.with_provider(Arc::new(RelyingParty::new(settings, provider.clone(), identities, clock, rng)))
    }

    /// The users and what they allowed, as a process sees them.
    pub(crate) fn people(&self) -> People {
        let (clock, rng) = (Arc::clone(&self.bench.clock), Arc::clone(&self.rng));
        let log = Arc::clone(&self.log);
        let accounts = Accounts::new(self.accounts.clone(), log.clone(), clock.clone(), rng.clone());
        let accounts = accounts.with_grants(self.oauth.clone()).with_keys(self.keys.clone());
        let (spaces, keys) = (Arc::clone(&self.spaces), Arc::clone(&self.keys));
        let spaces = Spaces::new(spaces, keys, log.clone(), clock.clone(), rng.clone());
        let documents = Some(Arc::clone(&self.documents) as _);
        let settings = Settings::at(&self.issuer);
        let server = AuthorizationServer::new(settings, self.oauth.clone(), documents, log, clock, rng);
        let accounts = Arc::new(accounts);
        let people = People::new(Arc::clone(&accounts), Arc::new(spaces), Arc::new(server));
        self.with_provider(people, &accounts)
    }

    /// A server that was started now, and knows nothing but what is kept.
    pub(crate) fn server(&self) -> Router {
        router(&self.app(Options::default()))
    }

    pub(crate) fn app(&self, options: Options) -> App {
        let clock = Arc::clone(&self.bench.clock) as Arc<dyn Clock>;
        let authenticator = Authenticator::new(Policy::default(), self.keys.clone(), Arc::clone(&clock));
        let (stores, log) = ((self.spaces.clone(), self.accounts.clone()), self.log.clone());
        let rng = Arc::new(ports::SystemRng);
        let keys = auth::keys::Keys::new(self.keys.clone(), stores.0, stores.1, log, clock, rng);
        let people = self.people();
        let oauth = Some(people.shared_server());
        let authenticator = authenticator.knowing(people);
        App::new(Parts { engine: self.bench.engine.clone(), authenticator, keys, oauth, options })
    }

    /// A browser that was never here.
    pub(crate) fn browser(&self) -> Browser {
        Browser {
            router: self.server(),
            issuer: self.issuer.clone(),
            jar: BTreeMap::new(),
            headers: Vec::new(),
        }
    }

    /// The first user, who has been here and is signed in.
    pub(crate) async fn owner(&self) -> Browser {
        let mut browser = self.browser();
        browser.set_up(&self.code().await).await.goes_to("account");
        browser
    }

    /// The code that a server shows while there is no user.
    pub(crate) async fn code(&self) -> String {
        self.people().accounts().set_up_code().await.unwrap().unwrap().reveal().to_owned()
    }

    pub(crate) async fn owner_user(&self, browser: &Browser) -> User {
        let session = browser.session().unwrap();
        self.people().accounts().session(session.as_bytes()).await.unwrap().unwrap().1
    }

    /// A program that registered itself, and wants its browser sent there.
    pub(crate) async fn program(&self, name: &str, redirect_uri: &str) -> Program {
        let asked = json!({
            "client_name": name,
            "redirect_uris": [redirect_uri],
            "token_endpoint_auth_method": "none",
        });
        let told = self.people().server().register(asked.to_string().as_bytes(), None, None).await.unwrap();
        let id = told["client_id"].as_str().unwrap().to_owned();
        Program { id, redirect_uri: redirect_uri.to_owned(), scope: "read write".to_owned(), resource: None }
    }

    /// Tokens for a code, or what the program is told instead.
    pub(crate) async fn tokens(&self, program: &Program, code: &str) -> Result<Value, &'static str> {
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", &program.id),
            ("code", code),
            ("redirect_uri", &program.redirect_uri),
            ("code_verifier", VERIFIER),
        ];
        let form = form.map(|(name, value)| (name.to_owned(), value.to_owned()));
        self.people().server().token(&form, None, None).await.map_err(|error| error.code)
    }

    /// An access token that somebody allowed a program in their browser.
    pub(crate) async fn token(&self, browser: &mut Browser, program: &Program) -> String {
        let code = browser.allow(program, &Space::Default).await;
        self.tokens(program, &code).await.unwrap()["access_token"].as_str().unwrap().to_owned()
    }

    /// Somebody who shows that token.
    pub(crate) fn bearer(&self, token: &str) -> Client {
        Client::of(self.server()).header("host", HOSTNAME).header("authorization", &format!("Bearer {token}"))
    }
}

/// A program that wants to use memories.
#[derive(Clone)]
pub(crate) struct Program {
    pub(crate) id: String,
    pub(crate) redirect_uri: String,
    pub(crate) scope: String,
    pub(crate) resource: Option<String>,
}

impl Program {
    /// Where it sends its browser.
    pub(crate) fn asks(&self) -> String {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
        let mut query = form_urlencoded::Serializer::new(String::new());
        query
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.id)
            .append_pair("redirect_uri", &self.redirect_uri)
            .append_pair("state", "a+b/c=~")
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        if !self.scope.is_empty() {
            query.append_pair("scope", &self.scope);
        }
        if let Some(resource) = &self.resource {
            query.append_pair("resource", resource);
        }
        format!("/oauth/authorize?{}", query.finish())
    }
}

/// A browser: it keeps cookies, and says with each form which page it is from.
#[derive(Clone)]
pub(crate) struct Browser {
    router: Router,
    issuer: String,
    pub(crate) jar: BTreeMap<String, String>,
    headers: Vec<(&'static str, String)>,
}

impl Browser {
    /// The same browser, before a server that was started again.
    pub(crate) fn before(&mut self, router: Router) -> &mut Self {
        self.router = router;
        self
    }

    /// The same, and this header with every request.
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub(crate) fn session(&self) -> Option<&str> {
        let names = ["__Host-session", "memory-session"];
        names.into_iter().find_map(|name| self.jar.get(name)).map(String::as_str)
    }

    pub(crate) async fn get(&mut self, path: &str) -> Reply {
        self.send(Method::GET, path, None).await
    }

    /// Sends the fields with the token of the last page, as one of our own forms.
    pub(crate) async fn submit(&mut self, page: &Reply, path: &str, fields: &[(&str, &str)]) -> Reply {
        let token = token_of(page);
        self.post(path, &[fields, &[("form_token", token.as_str())]].concat()).await
    }

    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.send(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn set_up(&mut self, code: &str) -> Reply {
        let page = self.get("/set-up").await;
        let fields = [("code", code), ("name", NAME), ("password", PASSWORD), ("password_again", PASSWORD)];
        self.submit(&page, "/set-up", &fields).await
    }

    pub(crate) async fn sign_in(&mut self, name: &str, password: &str) -> Reply {
        let page = self.get("/sign-in").await;
        self.submit(&page, "/sign-in", &[("name", name), ("password", password)]).await
    }

    /// Decides what a program asks, and gives where the browser is sent.
    pub(crate) async fn decide(&mut self, program: &Program, decision: &str, space: &str) -> Reply {
        let address = program.asks();
        let page = self.get(&address).await;
        self.submit(&page, &address, &[("decision", decision), ("space", space)]).await
    }

    /// Allows it, and gives the code.
    pub(crate) async fn allow(&mut self, program: &Program, space: &Space) -> String {
        let answer = self.decide(program, "allow", &space.to_string()).await;
        parameter(&answer, "code").unwrap()
    }

    async fn send(&mut self, method: Method, path: &str, body: Option<String>) -> Reply {
        let host = self.issuer.split_once("://").unwrap().1;
        let mut request = Request::builder().method(method).uri(path).header(HOST, host);
        if !self.jar.is_empty() {
            let cookies: Vec<String> =
                self.jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(COOKIE, cookies.join("; "));
        }
        let mut headers = HeaderMap::new();
        if body.is_some() {
            request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
            headers.insert("origin", self.issuer.parse().unwrap());
        }
        headers.insert("sec-fetch-site", "same-origin".parse().unwrap());
        for (name, value) in &self.headers {
            headers.insert(*name, value.parse().unwrap());
        }
        request.headers_mut().unwrap().extend(headers);
        let body = body.map_or_else(Body::empty, Body::from);
        let reply = Client::of(self.router.clone()).request(request.body(body).unwrap()).await;
        self.keep(&reply);
        reply
    }

    fn keep(&mut self, reply: &Reply) {
        for line in reply.headers.get_all(SET_COOKIE) {
            let line = line.to_str().unwrap();
            let (name, rest) = line.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if line.contains("Max-Age=0") {
                self.jar.remove(name);
            } else {
                self.jar.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

impl Reply {
    /// Checks that the browser is sent there, to ask with `GET` (O7).
    pub(crate) fn goes_to(&self, place: &str) {
        assert_eq!(self.status.as_u16(), 303, "{}", self.text());
        assert_eq!(self.header("location"), place);
    }

    /// The page of an answer that must have this status.
    pub(crate) fn page(&self, status: u16) -> String {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        assert!(self.header("content-type").starts_with("text/html"), "{}", self.text());
        self.text()
    }
}

/// The token of the forms of a page.
pub(crate) fn token_of(page: &Reply) -> String {
    let text = page.text();
    let value =
        text.split_once(r#"name="form_token" value=""#).map(|(_, rest)| rest.split('"').next().unwrap());
    value.unwrap_or_else(|| panic!("no form: {} {text}", page.status)).to_owned()
}

/// A parameter of the address that a browser is sent to.
pub(crate) fn parameter(answer: &Reply, name: &str) -> Option<String> {
    assert_eq!(answer.status.as_u16(), 303, "{}", answer.text());
    let (_, query) = answer.header("location").split_once('?').unwrap();
    let mut found = form_urlencoded::parse(query.as_bytes()).filter(|(key, _)| key == name);
    found.next().map(|(_, value)| value.into_owned())
}
