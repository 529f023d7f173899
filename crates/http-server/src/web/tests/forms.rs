//! Forms of other pages (W4, S5).

use axum::http::StatusCode;

use crate::Options;

use super::town::{Browser, CALLBACK, NAME, PASSWORD, Town, token_of};

/// Every form that changes something, and what it needs.
fn changes(asks: &str) -> Vec<(String, Vec<(&'static str, &'static str)>)> {
    let path = |path: &str| path.to_owned();
    vec![
        (path("/account/sign-out"), vec![]),
        (path("/account/sessions"), vec![("session", "others")]),
        (path("/account/programs"), vec![("authorization", "a")]),
        (
            path("/account/password"),
            vec![("current_password", PASSWORD), ("new_password", "a"), ("password_again", "b")],
        ),
        (path("/account/second-factor"), vec![("step", "begin"), ("current_password", PASSWORD)]),
        (path("/account/passkeys"), vec![("step", "begin"), ("current_password", PASSWORD)]),
        (path("/sign-in/passkey"), vec![("credential", "{}")]),
        (path(asks), vec![("decision", "allow"), ("space", "default")]),
        (path("/sign-in"), vec![("name", NAME), ("password", PASSWORD)]),
    ]
}

async fn stage(town: &Town) -> (Browser, String) {
    let browser = town.owner().await;
    let program = town.program("Claude", CALLBACK).await;
    (browser, program.asks())
}

#[tokio::test]
async fn w4_a_form_without_the_token_of_its_browser_does_nothing() {
    let town = Town::default();
    let (mut browser, asks) = stage(&town).await;
    let mut other = town.browser();
    let foreign = token_of(&other.get("/sign-in").await);
    let own = token_of(&browser.get("/account").await);
    for (path, fields) in changes(&asks) {
        for token in ["", "x", &foreign, &own[1..]] {
            let fields = [&fields[..], &[("form_token", token)]].concat();
            let told = browser.post(&path, &fields).await.page(403);
            assert!(told.contains("came from another page"), "{path}");
        }
        browser.post(&path, &fields).await.page(403);
        let twice = [&fields[..], &[("form_token", &own), ("form_token", &own)]].concat();
        browser.post(&path, &twice).await.page(403);
    }
    browser.get("/account").await.page(200);
}

#[tokio::test]
async fn w4_a_form_of_another_site_does_nothing_even_with_the_token() {
    let town = Town::default();
    let (mut browser, asks) = stage(&town).await;
    let own = token_of(&browser.get("/account").await);
    for (path, fields) in changes(&asks) {
        let fields = [&fields[..], &[("form_token", own.as_str())]].concat();
        for (name, value) in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://evil.example"),
            ("origin", "null"),
            ("origin", "http://memory.example"),
        ] {
            let answer = browser.clone().with(name, value).post(&path, &fields).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} {name} {value}");
            assert!(answer.headers.get("location").is_none() && answer.headers.get("set-cookie").is_none());
        }
    }
    browser.get("/account").await.page(200);
}

#[tokio::test]
async fn a_body_that_is_no_form_is_refused() {
    let town = Town::default();
    let (browser, asks) = stage(&town).await;
    for (path, _) in changes(&asks) {
        for kind in ["application/json", "text/plain", "multipart/form-data; boundary=x"] {
            browser.clone().with("content-type", kind).post(&path, &[("a", "b")]).await.page(415);
        }
    }
}

#[tokio::test]
async fn a_form_has_a_length_at_most() {
    let town = Town::default();
    let options = Options { oauth_max_body_bytes: 1000, ..Options::default() };
    let mut browser = town.browser();
    browser.before(crate::router(&town.app(options)));
    for (bytes, status) in [(1000, 403), (1001, 413)] {
        let answer = browser.post("/sign-in", &[("name", &"a".repeat(bytes - "name=".len()))]).await;
        assert_eq!(answer.status.as_u16(), status, "{bytes}");
    }
}

#[tokio::test]
async fn a_page_may_come_from_another_site_but_what_it_shows_stays_here() {
    let town = Town::default();
    let (browser, asks) = stage(&town).await;
    // A program sends its browser here: that is what the page is for.
    let page = browser.with("sec-fetch-site", "cross-site").get(&asks).await;
    page.page(200);
    for name in ["access-control-allow-origin", "access-control-allow-credentials"] {
        assert!(!page.headers.contains_key(name), "O8: {name}");
    }
}

#[tokio::test]
async fn o8_a_page_that_may_read_the_api_may_not_ask_for_pages() {
    let town = Town::default();
    let (mut browser, asks) = stage(&town).await;
    let listed = Options { cors_origins: vec!["https://app.example".to_owned()], ..Options::default() };
    browser.before(crate::router(&town.app(listed)));
    let mut browser = browser.with("origin", "https://app.example");
    for path in ["/account", "/sign-in", &asks] {
        assert_eq!(browser.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
}

#[tokio::test]
async fn another_name_than_the_servers_own_is_refused() {
    let town = Town::default();
    let (browser, asks) = stage(&town).await;
    let mut elsewhere = browser.with("host", "rebound.example").with("origin", "https://rebound.example");
    for path in ["/account", "/sign-in", "/set-up", &asks] {
        assert_eq!(elsewhere.get(path).await.status, StatusCode::MISDIRECTED_REQUEST, "{path}");
    }
}
