//! Accounts and OAuth: a person with a browser, an assistant that connects (as `memory doctor oauth` does it), and the end of both.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::harness::Home;
use crate::harness::http::{HttpServer, Reply, Request};

const NAME: &str = "ada";
const PASSWORD: &str = "four plain words here";
/// Assistants that connect from the same machine.
const LOCAL: [&str; 6] = ["claude-code", "cursor", "vscode", "codex", "gemini", "inspector"];

fn home() -> Home {
    Home::new().set("MCP_OAUTH_ENABLED", "true").set("MCP_CORS_ORIGINS", "http://localhost:6274")
}

/// A browser that keeps its cookies.
#[derive(Default)]
struct Browser {
    cookies: Vec<(String, String)>,
}

impl Browser {
    /// Somebody who made the first account with the link that the server shows.
    fn of_owner(server: &HttpServer) -> Self {
        let mut browser = Self::default();
        let link = link(server);
        let page = browser.get(server, link.strip_prefix(server.url()).unwrap());
        let code = link.split_once("code=").unwrap().1;
        let fields = [("code", code), ("name", NAME), ("password", PASSWORD), ("password_again", PASSWORD)];
        let answer = browser.submit(server, &page, "/set-up", &fields);
        assert_eq!((answer.status, answer.header("location")), (303, "account"), "{}", answer.text());
        browser
    }

    fn get(&mut self, server: &HttpServer, place: &str) -> Reply {
        self.send(server, Request::get(place))
    }

    fn submit(&mut self, server: &HttpServer, page: &Reply, place: &str, fields: &[(&str, &str)]) -> Reply {
        let text = page.text();
        let (_, rest) = text.split_once(r#"name="form_token" value=""#).unwrap_or_else(|| panic!("{text}"));
        let token = rest.split('"').next().unwrap();
        let fields: Vec<String> = [fields, &[("form_token", token)]]
            .concat()
            .iter()
            .map(|(name, value)| format!("{name}={}", value.replace(' ', "+")))
            .collect();
        let request = Request::new("POST", place).form(&fields.join("&")).header("origin", server.url());
        self.send(server, request.header("sec-fetch-site", "same-origin"))
    }

    fn send(&mut self, server: &HttpServer, request: Request) -> Reply {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request =
            if cookies.is_empty() { request } else { request.header("cookie", &cookies.join("; ")) };
        let reply = server.send(&request);
        for (_, line) in reply.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let (name, rest) = line.split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            if !line.contains("Max-Age=0") {
                self.cookies.push((name.to_owned(), rest.split(';').next().unwrap().to_owned()));
            }
        }
        reply
    }
}

/// The link with which the first account is made.
fn link(server: &HttpServer) -> String {
    let end = Instant::now() + Duration::from_secs(20);
    while Instant::now() < end {
        let log = server.log();
        let found = log.split_whitespace().find(|word| word.contains("/set-up?code="));
        if let Some(found) = found
            && log.contains(&format!("{found}\n"))
        {
            return found.to_owned();
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("no link: {}", server.log());
}

#[test]
fn the_doctor_finds_nothing_that_keeps_an_assistant_out() {
    let home = home();
    let server = home.http_server();
    let url = format!("{}/mcp", server.url());
    Browser::of_owner(&server);
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
    let mut browser = Browser::of_owner(&server);
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
    let page = browser.get(&server, &asks);
    assert!(page.text().contains("127.0.0.1"), "{}", page.text());
    let answer = browser.submit(&server, &page, &asks, &[("decision", "allow"), ("space", "default")]);
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
    let mut browser = Browser::of_owner(&server);
    let place = link(&server).strip_prefix(server.url()).unwrap().to_owned();
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
    let rest = place.strip_prefix("http://").unwrap();
    let (authority, path) = rest.split_once('/').unwrap();
    let mut stream = TcpStream::connect(authority).unwrap();
    write!(stream, "GET /{path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.contains("You can close this window"), "{answer}");
}
