//! Accounts and OAuth: a person with a browser, an assistant that connects (as `memory doctor oauth` does it), and the end of both.

use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

use serde_json::json;

use crate::harness::Home;
use crate::harness::http::browser::{Browser, set_up_link};
use crate::harness::http::{HttpServer, Request};

const NAME: &str = "ada";
const PASSWORD: &str = "four plain words here";
/// Assistants that connect from the same machine.
const LOCAL: [&str; 6] = ["claude-code", "cursor", "vscode", "codex", "gemini", "inspector"];

fn home() -> Home {
    Home::new().set("MCP_OAUTH_ENABLED", "true").set("MCP_CORS_ORIGINS", "http://localhost:6274")
}

fn owner(server: &HttpServer) -> Browser {
    Browser::of_owner(server, NAME, PASSWORD)
}

#[test]
fn the_doctor_finds_nothing_that_keeps_an_assistant_out() {
    let home = home();
    let server = home.http_server();
    let url = format!("{}/mcp", server.url());
    owner(&server);
    for client in LOCAL {
        let told = home.answer(&["doctor", "oauth", "--as", client, &url]);
        let steps = told["steps"].as_array().unwrap();
        assert!(steps.len() >= 5, "{client}: {told}");
        assert!(steps.iter().all(|step| step["outcome"] != "failed"), "{client}: {told}");
    }
    server.stop();
}

#[test]
fn somebody_signs_in_for_an_assistant_and_takes_it_back() {
    let home = home();
    let server = home.http_server();
    let mut browser = owner(&server);
    let url = format!("{}/mcp", server.url());
    let mut doctor = home
        .command(&["doctor", "oauth", "--as", "codex", "--sign-in", &url])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(doctor.stderr.take().unwrap()).lines().map_while(Result::ok);
    let asks = lines.into_iter().find_map(|line| line.trim().strip_prefix(server.url()).map(str::to_owned));
    let asks = asks.expect("the doctor gives an address");
    let page = browser.open(&server, &asks);
    assert!(page.text.contains("127.0.0.1"), "{}", page.text);
    let answer = browser.submit(&server, &page, "/oauth/authorize", &[("decision", "allow")]);
    assert_eq!(answer.status, 303, "{}", answer.text());
    follow(answer.header("location"));
    let mut told = String::new();
    doctor.stdout.take().unwrap().read_to_string(&mut told).unwrap();
    assert!(doctor.wait().unwrap().success(), "{told}");

    // The doctor ends what it was allowed; the account has nothing left of it.
    assert!(browser.get(&server, "/account").text().contains("None."));
    let log = server.stop();
    for secret in [PASSWORD, "mss_", "mat_", "mac_", "mrt_"] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}

#[test]
fn accounts_outlive_the_server_and_the_link_is_good_once() {
    let home = home();
    let server = home.http_server();
    let mut browser = owner(&server);
    let (place, _) = set_up_link(&server);
    server.stop();

    let server = home.http_server();
    assert!(!server.log().contains("/set-up?code="), "{}", server.log());
    let again = Browser::default().get(&server, &place);
    assert_eq!((again.status, again.header("location")), (303, "sign-in"));
    assert!(browser.get(&server, "/account").text().contains(NAME), "the session outlives the server");
    // A page of this server may use the API with it.
    let list = Request::get("/api/memories").header("sec-fetch-site", "same-origin");
    browser.send(&server, list.clone()).of(200);
    server.send(&list).of(401);
    server.stop();
}

#[test]
fn without_the_setting_there_are_no_accounts() {
    let home = Home::new();
    let server = home.http_server();
    for place in
        ["/sign-in", "/set-up", "/account", "/oauth/authorize", "/.well-known/oauth-authorization-server"]
    {
        server.send(&Request::get(place)).of(404);
    }
    server.send(&Request::post("/mcp", &json!({}))).of(401);
    assert!(!server.stop().contains("set-up"));
}

/// Goes where a browser is sent.
fn follow(place: &str) {
    let (authority, path) = place.strip_prefix("http://").and_then(|rest| rest.split_once('/')).unwrap();
    let answer = Request::get(&format!("/{path}")).send_to(authority.parse().unwrap());
    assert!(answer.text().contains("You can close this window"), "{}", answer.text());
}
