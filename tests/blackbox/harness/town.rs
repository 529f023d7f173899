//! A server with accounts, one person who has one, and programs that act for that person.

use serde_json::json;

use super::Home;
use super::http::browser::{Browser, Page};
use super::http::{HttpServer, Reply, Request};

/// Who has the account.
pub(crate) const NAME: &str = "ada";
/// Known to that person alone.
pub(crate) const PASSWORD: &str = "a long enough pass phrase";
/// Where programs send people.
pub(crate) const AUTHORIZE: &str = "/oauth/authorize";
const SIGN_IN: &str = "/sign-in";

/// A server with accounts, which keeps its port over restarts.
pub(crate) struct Town {
    home: Home,
    port: u16,
    server: Option<HttpServer>,
}

impl Town {
    /// One with nobody in it yet.
    pub(crate) fn start() -> Self {
        Self::in_home(free_port(), Home::new())
    }

    /// One with nobody in it yet, which people call by a name of this machine; gives the address that has it.
    pub(crate) fn known_as(name: &str) -> (Self, String) {
        let port = free_port();
        let address = format!("http://{name}:{port}");
        (Self::in_home(port, Home::new().set("MCP_OAUTH_ISSUER", &address)), address)
    }

    fn in_home(port: u16, home: Home) -> Self {
        let mut town = Self { home: home.set("MCP_OAUTH_ENABLED", "true"), port, server: None };
        town.restart();
        town
    }

    /// Ends the server and starts it again, at the same address.
    pub(crate) fn restart(&mut self) {
        if let Some(server) = self.server.take() {
            server.stop();
        }
        self.server = Some(self.home.http_server_with(&["--http", "--http-port", &self.port.to_string()]));
    }

    /// Ends the server; gives what it wrote.
    pub(crate) fn stop(mut self) -> String {
        self.server.take().unwrap().stop()
    }

    /// Its home.
    pub(crate) fn home(&self) -> &Home {
        &self.home
    }

    /// The server.
    pub(crate) fn server(&self) -> &HttpServer {
        self.server.as_ref().unwrap()
    }

    /// Makes the first account; gives the browser of its owner.
    pub(crate) fn owner(&self) -> Browser {
        Browser::of_owner(self.server(), NAME, PASSWORD)
    }

    /// What a person does whom a program sends to this address; gives where the browser is sent then.
    pub(crate) fn decide(&self, browser: &mut Browser, address: &str, decision: &str) -> String {
        let path =
            address.strip_prefix(self.server().url()).unwrap_or_else(|| panic!("another server: {address}"));
        let mut page = browser.open(self.server(), path);
        if page.text.contains("current-password") {
            let signed_in = self.sign_in(browser, &page);
            assert_eq!(signed_in.status, 303, "{}", signed_in.text());
            page = browser.open(self.server(), path);
        }
        let decided = browser.submit(self.server(), &page, AUTHORIZE, &[("decision", decision)]);
        assert_eq!(decided.status, 303, "{}", decided.text());
        decided.header("location").to_owned()
    }

    /// Signs in on a page that asks for it.
    pub(crate) fn sign_in(&self, browser: &mut Browser, page: &Page) -> Reply {
        browser.submit(self.server(), page, SIGN_IN, &[("name", NAME), ("password", PASSWORD)])
    }

    /// A client that registers itself for this address; gives its id.
    pub(crate) fn register(&self, redirect_uri: &str) -> String {
        let client = json!({"client_name": "a client", "redirect_uris": [redirect_uri], "token_endpoint_auth_method": "none"});
        let registered = self.server().send(&Request::post("/oauth/register", &client)).of(201);
        registered["client_id"].as_str().unwrap().to_owned()
    }

    /// Asks the token endpoint.
    pub(crate) fn token(&self, fields: &[(&str, &str)]) -> Reply {
        let fields: Vec<(String, String)> =
            fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self.server().send(&Request::new("POST", "/oauth/token").form(&fields))
    }

    /// The status of a call with a token.
    pub(crate) fn call(&self, token: &str) -> u16 {
        let bearer = format!("Bearer {token}");
        self.server().send(&Request::get("/api/memories").header("authorization", &bearer)).status
    }
}

/// One that was free a moment ago: the address of a server is a part of what it gives its clients.
fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A part of the query of an address.
pub(crate) fn part(address: &str, name: &str) -> Option<String> {
    let (_, query) = address.split_once('?')?;
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(known, _)| *known == name).map(|(_, value)| value.to_owned())
}
