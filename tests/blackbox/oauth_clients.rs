//! People sign in, and programs act for them: from the first account to a token and its end, with clients that are not ours.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use crate::harness::http::{Request, encoded};
use crate::harness::town::{AUTHORIZE, NAME, PASSWORD, Town, part};
use crate::harness::{node, python};

/// The verifier of a client and its challenge (RFC 7636, appendix B).
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

#[test]
fn a_program_is_let_in_and_out_although_the_server_ends_between_every_two_steps() {
    let redirect_uri = "http://127.0.0.1:9/callback";
    let mut town = Town::start();
    let mut browser = town.owner();
    town.restart();
    let client = town.register(redirect_uri);
    town.restart();
    let query = [
        ("response_type", "code"),
        ("client_id", &client),
        ("redirect_uri", redirect_uri),
        ("state", "x y/+z"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("scope", "read write offline_access"),
    ];
    let query = query.map(|(name, value)| format!("{name}={}", encoded(value))).join("&");
    let address = format!("{}{AUTHORIZE}?{query}", town.server().url());
    let denied = town.decide(&mut browser, &address, "deny");
    assert_eq!(part(&denied, "error").as_deref(), Some("access_denied"), "{denied}");
    town.restart();
    let sent = town.decide(&mut browser, &address, "allow");
    assert!(sent.starts_with(redirect_uri), "{sent}");
    assert_eq!(part(&sent, "state"), Some(encoded("x y/+z")), "{sent}");
    let code = part(&sent, "code").unwrap();
    town.restart();
    let of_code = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", redirect_uri),
        ("client_id", &client),
        ("code_verifier", VERIFIER),
    ];
    let tokens = town.token(&of_code).of(200);
    let text = |tokens: &Value, name: &str| tokens[name].as_str().unwrap().to_owned();
    let (access, refresh) = (text(&tokens, "access_token"), text(&tokens, "refresh_token"));
    town.restart();
    assert_eq!((town.call(&access), town.call("mat_none")), (200, 401));
    let of_refresh = [("grant_type", "refresh_token"), ("refresh_token", &refresh), ("client_id", &client)];
    let renewed = town.token(&of_refresh).of(200);
    let (second, next) = (text(&renewed, "access_token"), text(&renewed, "refresh_token"));
    assert_ne!((&second, &next), (&access, &refresh));
    town.restart();
    assert_eq!(town.call(&second), 200);
    let revoked = [("token".to_owned(), next.clone()), ("client_id".to_owned(), client.clone())];
    let ended = town.server().send(&Request::new("POST", "/oauth/revoke").form(&revoked));
    assert_eq!(ended.status, 200, "{}", ended.text());
    town.restart();
    assert_eq!((town.call(&access), town.call(&second)), (401, 401), "the whole family ended");
    let again = [("grant_type", "refresh_token"), ("refresh_token", &next), ("client_id", &client)];
    assert_eq!(town.token(&again).of(400)["error"], "invalid_grant");
    let log = town.stop();
    for secret in [&access, &second, &refresh, &next, &code, PASSWORD] {
        assert!(!log.contains(secret), "{log}");
    }
}

#[test]
fn the_official_python_client_signs_in_calls_tools_and_renews_its_token() {
    let town = Town::start();
    let mut browser = town.owner();
    let mut command = Command::new(python::interpreter());
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("python/authorized.py"));
    let mut client = Talk::start(command);
    let calls = json!([["memory_store", {"content": "Ada likes tea"}], ["memory_search", {"query": "who likes tea"}]]);
    let url = format!("{}/mcp", town.server().url());
    client.say(&json!({"url": url, "calls": calls, "refresh": true}).to_string());
    let asked: Value = serde_json::from_str(&client.hear(|line| line.starts_with('{'))).unwrap();
    let sent = town.decide(&mut browser, asked["authorize"].as_str().unwrap(), "allow");
    client.say(&sent);
    let told: Value = serde_json::from_str(&client.hear(|line| line.starts_with('{'))).unwrap();
    assert!(told["tools"].as_array().unwrap().iter().any(|tool| tool == "memory_search"), "{told}");
    assert_eq!(
        (&told["answers"][0]["is_error"], &told["answers"][1]["is_error"]),
        (&json!(false), &json!(false))
    );
    assert!(told["answers"][1]["text"].as_str().unwrap().contains("Ada likes tea"), "{told}");
    assert_eq!(told["refreshed"], true, "{told}");
    client.end();
}

#[test]
fn the_authorization_server_meets_the_conformance_suite() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let town = Town::start();
    let mut browser = town.owner();
    let client = town.register(&format!("http://127.0.0.1:{port}/callback"));
    let issuer = town.server().url().to_owned();
    let mut suite = node::conformance();
    suite.args(["authorization", "--url", &issuer, "--client-id", &client, "--port", &port.to_string()]);
    suite.args(["--resource", &format!("{issuer}/mcp")]);
    let mut suite = Talk::start(suite);
    let address = suite.hear(|line| line.starts_with(&format!("{issuer}{AUTHORIZE}?")));
    let sent = town.decide(&mut browser, &address, "allow");
    let (_, path) = sent.split_once(&format!("127.0.0.1:{port}")).unwrap_or_else(|| panic!("{sent}"));
    let back = Request::get(path).send_to(([127, 0, 0, 1], port).into());
    assert_eq!(back.status, 200, "{}", back.text());
    let said = suite.end();
    assert!(!said.contains("FAILURE") && !said.contains("SKIPPED"), "{said}");
}

#[test]
fn a_program_without_a_browser_is_approved_at_the_command_line_and_no_other_way() {
    let town = Town::start();
    town.owner();
    let asked = json!({
        "client_name": "a robot",
        "grant_types": ["client_credentials"],
        "token_endpoint_auth_method": "client_secret_post",
    });
    let registered = town.server().send(&Request::post("/oauth/register", &asked)).of(201);
    let text = |name: &str| registered[name].as_str().unwrap().to_owned();
    let (client, secret) = (text("client_id"), text("client_secret"));
    let of_itself =
        [("grant_type", "client_credentials"), ("client_id", &client), ("client_secret", &secret)];
    assert_eq!(town.token(&of_itself).of(400)["error"], "unauthorized_client");
    town.home().refused(3, "not_found", &["clients", "approve", &client, "--user", "nobody"]);
    town.home().refused(2, "invalid_input", &["clients", "approve", "nothing", "--user", NAME]);
    let approved = town.home().answer(&["clients", "approve", &client, "--user", NAME]);
    assert_eq!((&approved["scope"], &approved["space"]), (&json!("read"), &json!("default")));
    let token = town.token(&of_itself).of(200)["access_token"].as_str().unwrap().to_owned();
    assert_eq!(town.call(&token), 200);
    let bearer = format!("Bearer {token}");
    let write = Request::post("/api/memories", &json!({"content": "beep"})).header("authorization", &bearer);
    assert_eq!(town.server().send(&write).status, 403);
    let listed = town.home().answer(&["clients", "list"]);
    assert_eq!(
        (&listed["clients"][0]["id"], &listed["clients"][0]["acts_on_its_own"]),
        (&json!(client), &json!(true))
    );
    assert!(town.home().succeed(&["clients", "list"]).contains("a robot"));
    town.home().succeed(&["clients", "remove", &client]);
    assert_eq!(town.call(&token), 401);
    town.home().refused(3, "not_found", &["clients", "remove", &client]);
}

/// A program that is talked with in lines.
struct Talk {
    child: Child,
    said: BufReader<ChildStdout>,
    heard: String,
}

impl Talk {
    fn start(mut command: Command) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let said = BufReader::new(child.stdout.take().unwrap());
        Self { child, said, heard: String::new() }
    }

    fn say(&mut self, line: &str) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{line}").unwrap();
    }

    /// The next line of this kind.
    fn hear(&mut self, wanted: impl Fn(&str) -> bool) -> String {
        loop {
            let mut line = String::new();
            let read = self.said.read_line(&mut line).unwrap();
            assert_ne!(read, 0, "it ended: {}", self.heard);
            self.heard.push_str(&line);
            if wanted(line.trim()) {
                return line.trim().to_owned();
            }
        }
    }

    /// Waits for its end, which must be a success; gives all that it said.
    fn end(mut self) -> String {
        drop(self.child.stdin.take());
        std::io::Read::read_to_string(&mut self.said, &mut self.heard).unwrap();
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status}: {}", self.heard);
        self.heard
    }
}
