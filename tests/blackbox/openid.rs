//! Signing in with a provider of identities: one that the test serves on this machine, over HTTP.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use ports::{Clock, NoAnswer, ProviderAnswer, SystemClock};
use serde_json::json;
use testkit::FakeIdentityProvider;

use crate::harness::Home;
use crate::harness::http::HttpServer;
use crate::harness::http::browser::Browser;

const NAME: &str = "ada";
const PASSWORD: &str = "four plain words here";
const SECRET: &str = "hunter2 of the client";
/// Where everybody reaches the server, as it says: its port is another one after each start.
const ISSUER: &str = "http://localhost";

/// Serves a provider for as long as the test runs.
fn served() -> (Arc<FakeIdentityProvider>, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let issuer = format!("http://{}", listener.local_addr().unwrap());
    let provider = Arc::new(FakeIdentityProvider::new(&issuer, "memory", SECRET));
    let (answering, address) = (Arc::clone(&provider), issuer.clone());
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            answer(&answering, &address, stream);
        }
    });
    (provider, issuer)
}

/// Answers one request; a provider that is down hangs up.
fn answer(provider: &FakeIdentityProvider, issuer: &str, stream: TcpStream) {
    let mut reader = BufReader::new(stream);
    let (mut line, mut length, mut authorization) = (String::new(), 0, None);
    reader.read_line(&mut line).unwrap();
    loop {
        let mut field = String::new();
        if reader.read_line(&mut field).unwrap_or(0) <= 2 {
            break;
        }
        let (name, value) = field.trim_end().split_once(": ").unwrap();
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().unwrap(),
            "authorization" => authorization = Some(value.to_owned()),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let body = String::from_utf8(body).unwrap();
    let mut words = line.split(' ');
    let told: Result<ProviderAnswer, NoAnswer> = match (words.next(), words.next()) {
        (Some("GET"), Some(path)) => provider.answer(&format!("{issuer}{path}")),
        (Some("POST"), Some("/token")) => provider.redeem(authorization.as_deref(), &body),
        _ => panic!("{line}"),
    };
    let Ok(told) = told else { return };
    let head = format!(
        "HTTP/1.1 {} OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        told.status,
        told.body.len()
    );
    let mut stream = reader.into_inner();
    let _ = stream.write_all(&[head.as_bytes(), &told.body].concat());
}

fn home(issuer: &str) -> Home {
    let home = Home::new().set("MCP_OAUTH_ENABLED", "true").set("MCP_OAUTH_ISSUER", ISSUER);
    let home = home.set("MCP_OIDC_ISSUER", issuer).set("MCP_OIDC_CLIENT_ID", "memory");
    home.set("MCP_OIDC_CLIENT_SECRET", SECRET).set("MCP_OIDC_NAME", "Example")
}

/// Somebody signs in there: gives the path to which the browser is sent back.
fn sign_in(provider: &FakeIdentityProvider, there: &str, subject: &str) -> String {
    let back = provider.sign_in(there, SystemClock.now().as_seconds(), &json!({ "sub": subject }));
    back.strip_prefix(ISSUER).unwrap().to_owned()
}

/// A browser on its way to the provider: gives where it is sent.
fn depart(server: &HttpServer, browser: &mut Browser) -> String {
    let away = browser.get(server, "/sign-in/provider");
    assert_eq!(away.status, 303, "{}", away.text());
    away.header("location").to_owned()
}

#[test]
fn somebody_links_an_identity_and_signs_in_with_it_whatever_restarts_in_between() {
    let (provider, issuer) = served();
    let home = home(&issuer);
    // The server starts without the provider, and says so to whoever wants to go there.
    provider.be_down(true);
    let server = home.http_server();
    let mut owner = Browser::of_owner(&server, NAME, PASSWORD);
    assert!(Browser::default().open(&server, "/sign-in").text.contains("Sign in with Example"));
    let told = Browser::default().get(&server, "/sign-in/provider");
    assert!(told.status == 503 && told.text().contains("Example cannot be reached now"), "{}", told.text());
    let mut log = server.stop();

    provider.be_down(false);
    let server = home.http_server();
    let page = owner.open(&server, "/account");
    let filled = [("step", "link"), ("current_password", PASSWORD)];
    let way_out = owner.submit(&server, &page, "/account/identities", &filled);
    assert_eq!(way_out.status, 200, "{}", way_out.text());
    let text = way_out.text();
    let there = text.split("href=\"").find(|part| part.starts_with(&issuer)).unwrap();
    let there = there.split('"').next().unwrap().replace("&amp;", "&");
    let back = owner.get(&server, &sign_in(&provider, &there, "42"));
    assert_eq!((back.status, back.header("location")), (303, "../account"), "{}", back.text());

    let mut browser = Browser::default();
    let there = depart(&server, &mut browser);
    log += &server.stop();
    let server = home.http_server();
    let path = sign_in(&provider, &there, "42");
    // Not in another browser, and in its own once.
    assert_eq!(Browser::default().get(&server, &path).status, 400);
    let back = browser.get(&server, &path);
    assert_eq!((back.status, back.header("location")), (303, "../account"), "{}", back.text());
    assert!(browser.get(&server, "/account").text().contains(NAME));
    assert_eq!(browser.get(&server, &path).status, 400);

    // The owner of the installation takes it away, and gives it back.
    home.succeed(&["users", "unlink", NAME]);
    let mut stranger = Browser::default();
    let there = depart(&server, &mut stranger);
    assert_eq!(stranger.get(&server, &sign_in(&provider, &there, "42")).status, 403);
    home.succeed(&["users", "link", NAME, "--subject", "42"]);
    let there = depart(&server, &mut stranger);
    assert_eq!(stranger.get(&server, &sign_in(&provider, &there, "42")).status, 303);
    let audit = home.succeed(&["audit"]);
    for action in ["identity.link", "identity.unlink", "sign_in"] {
        assert!(audit.contains(action), "{action}: {audit}");
    }
    log += &server.stop();
    for secret in [SECRET, PASSWORD, "code-", "mss_"] {
        assert!(!log.contains(secret) && !audit.contains(secret), "{secret}: {log}");
    }
}

#[test]
fn people_of_a_domain_sign_up_with_memories_of_their_own() {
    let (provider, issuer) = served();
    let home = home(&issuer).set("MCP_OIDC_SIGN_UP", "example.org");
    let server = home.http_server();
    Browser::of_owner(&server, NAME, PASSWORD);
    for (subject, email, status) in [("1", "cleo@example.com", 403), ("2", "cleo@example.org", 303)] {
        let mut browser = Browser::default();
        let there = depart(&server, &mut browser);
        let person = json!({ "sub": subject, "email": email, "email_verified": true });
        let back = provider.sign_in(&there, SystemClock.now().as_seconds(), &person);
        assert_eq!(browser.get(&server, back.strip_prefix(ISSUER).unwrap()).status, status, "{email}");
    }
    server.stop();
    let users = home.answer(&["users", "list"]);
    let cleo = users["users"].as_array().unwrap().iter().find(|user| user["name"] == "cleo").unwrap();
    assert_eq!((&cleo["is_owner"], &cleo["has_password"]), (&json!(false), &json!(false)));
    assert_ne!(cleo["space"], "default");
}

#[test]
fn a_provider_that_is_half_set_is_told_before_anything_is_served() {
    let home = Home::new().set("MCP_OAUTH_ENABLED", "true").set("MCP_OIDC_ISSUER", "https://id.example");
    let output = home.run(&["server", "--http", "--http-port", "0"]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        !output.status.success() && told.contains("MCP_OIDC_CLIENT_ID and MCP_OIDC_CLIENT_SECRET"),
        "{told}"
    );
}

#[test]
fn a_provider_without_accounts_is_said_to_be_of_no_use() {
    let home = Home::new()
        .set("MCP_OIDC_ISSUER", "https://provider.example")
        .set("MCP_OIDC_CLIENT_ID", "memory")
        .set("MCP_OIDC_CLIENT_SECRET", SECRET);
    let log = home.http_server().stop();
    assert!(log.contains("MCP_OIDC_ISSUER has no effect"), "{log}");
    assert!(!log.contains(SECRET), "{log}");
}
