//! What sessions and tokens open, and what not.

use axum::http::StatusCode;
use serde_json::json;

use super::town::{CALLBACK, HOSTNAME, ISSUER, Program, Town};
use crate::fixture::Client;

const METADATA: &str = "https://memory.example/.well-known/oauth-protected-resource";

/// A browser's script, with what its cookie is.
fn script(town: &Town, session: &str) -> Client {
    Client::of(town.server()).header("host", HOSTNAME).header("cookie", &format!("__Host-session={session}"))
}

#[tokio::test]
async fn w4_a_session_opens_the_api_to_pages_of_this_server_alone() {
    let town = Town::default();
    let browser = town.owner().await;
    let session = browser.session().unwrap();
    let content = || json!({"content": "of a page"});
    let own = script(&town, session).header("sec-fetch-site", "same-origin").header("origin", ISSUER);
    own.post("/api/memories", content()).await.of(200);
    own.get("/api/memories").await.of(200);
    for (name, value) in [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site")] {
        let other = script(&town, session).header(name, value);
        other.get("/api/memories").await.of(401);
        other.post("/api/memories", content()).await.of(403);
    }
    for origin in ["https://evil.example", "null"] {
        script(&town, session).header("origin", origin).get("/api/memories").await.of(403);
    }
    // MCP is not for pages, and another name is not this server.
    own.post("/mcp", json!({"jsonrpc": "2.0", "id": 1, "method": "ping"})).await.of(401);
    own.header("host", "rebound.example")
        .header("origin", "https://rebound.example")
        .get("/api/memories")
        .await
        .of(421);
}

#[tokio::test]
async fn a_page_that_may_read_answers_may_not_use_the_session() {
    let town = Town::default();
    let browser = town.owner().await;
    let options =
        crate::Options { cors_origins: vec!["https://app.example".to_owned()], ..Default::default() };
    let listed = Client::of(crate::router(&town.app(options)))
        .header("host", HOSTNAME)
        .header("origin", "https://app.example")
        .header("cookie", &format!("__Host-session={}", browser.session().unwrap()));
    listed.get("/api/memories").await.of(401);
    listed.post("/api/memories", json!({"content": "x"})).await.of(401);
}

#[tokio::test]
async fn a_session_that_is_over_opens_nothing() {
    let town = Town::default();
    let mut browser = town.owner().await;
    let session = browser.session().unwrap().to_owned();
    script(&town, &session).get("/api/tags").await.of(200);
    let page = browser.get("/account").await;
    browser.submit(&page, "/account/sign-out", &[]).await.goes_to("../sign-in");
    script(&town, &session).get("/api/tags").await.of(401);
    script(&town, "mss_guess").get("/api/tags").await.of(401);
}

#[tokio::test]
async fn o10_a_token_is_good_for_its_resource() {
    let town = Town::default();
    let mut browser = town.owner().await;
    let program = town.program("Claude", CALLBACK).await;
    let ping = json!({"jsonrpc": "2.0", "id": 1, "method": "ping"});
    let mcp = |token: &str| {
        town.bearer(token)
            .header("accept", "application/json, text/event-stream")
            .header("mcp-protocol-version", "2025-06-18")
    };
    for (resource, of_api) in
        [(None, 200), (Some(ISSUER.to_owned()), 200), (Some(format!("{ISSUER}/mcp")), 401)]
    {
        let program = Program { resource, ..program.clone() };
        let token = town.token(&mut browser, &program).await;
        town.bearer(&token).get("/api/tags").await.of(of_api);
        assert_eq!(
            mcp(&token).post("/mcp", ping.clone()).await.status,
            StatusCode::OK,
            "{:?}",
            program.resource
        );
    }
}

#[tokio::test]
async fn a3_a_token_is_shown_as_a_bearer_and_in_no_other_way() {
    let town = Town::default();
    let mut browser = town.owner().await;
    let program = town.program("Claude", CALLBACK).await;
    let token = town.token(&mut browser, &program).await;
    let other = |name: &'static str, value: &str| {
        Client::of(town.server()).header("host", HOSTNAME).header(name, value)
    };
    town.bearer(&token).get("/api/tags").await.of(200);
    other("x-api-key", &token).get("/api/tags").await.of(401);
    other("cookie", &format!("__Host-session={token}")).get("/api/tags").await.of(401);
    other("accept", "*/*").get(&format!("/api/tags?access_token={token}")).await.of(400);
    // And a session is no token.
    let session = browser.session().unwrap().to_owned();
    town.bearer(&session).get("/api/tags").await.of(401);
}

#[tokio::test]
async fn a6_a7_a_token_does_what_was_allowed_and_no_more() {
    let town = Town::default();
    let mut browser = town.owner().await;
    let program = town.program("Claude", CALLBACK).await;
    let reader = Program { scope: "read".to_owned(), ..program.clone() };
    let (read, write) = (town.token(&mut browser, &reader).await, town.token(&mut browser, &program).await);
    let content = || json!({"content": "of a program"});
    town.bearer(&write).post("/api/memories", content()).await.of(200);
    town.bearer(&read).get("/api/memories").await.of(200);
    let refused = town.bearer(&read).post("/api/memories", content()).await;
    refused.of(403);
    let challenge =
        format!(r#"Bearer resource_metadata="{METADATA}", error="insufficient_scope", scope="write""#);
    assert_eq!(refused.header("www-authenticate"), challenge, "A6");
}

#[tokio::test]
async fn a2_whoever_is_not_known_is_told_where_the_metadata_are() {
    let town = Town::default();
    town.owner().await;
    let stranger = Client::of(town.server()).header("host", HOSTNAME);
    let told = |path: &str, error: &str| {
        format!(r#"Bearer resource_metadata="{METADATA}{path}"{error}, scope="read write""#)
    };
    let ping = json!({"jsonrpc": "2.0", "id": 1, "method": "ping"});
    for answer in [stranger.get("/mcp").await, stranger.post("/mcp", ping.clone()).await] {
        answer.of(401);
        assert_eq!(answer.header("www-authenticate"), told("/mcp", ""));
    }
    let wrong = stranger.clone().header("authorization", "Bearer mat_guess").post("/mcp", ping).await;
    wrong.of(401);
    assert_eq!(wrong.header("www-authenticate"), told("/mcp", r#", error="invalid_token""#));
    let api = stranger.get("/api/tags").await;
    assert_eq!(api.header("www-authenticate"), told("", ""));
    // A8: what is asked for at least, and never that it lasts.
    assert!(!api.header("www-authenticate").contains("offline_access"));
}

#[tokio::test]
async fn o9_o22_tokens_end_and_are_refused_at_the_second_they_end() {
    let town = Town::default();
    let mut browser = town.owner().await;
    let program = town.program("Claude", CALLBACK).await;
    let token = town.token(&mut browser, &program).await;
    town.bench.clock.advance(3599.0);
    town.bearer(&token).get("/api/tags").await.of(200);
    town.bench.clock.advance(1.0);
    town.bearer(&token).get("/api/tags").await.of(401);
}

#[tokio::test]
async fn nobody_can_tell_while_what_is_kept_cannot_be_read() {
    let town = Town::default();
    let mut browser = town.owner().await;
    let program = town.program("Claude", CALLBACK).await;
    let token = town.token(&mut browser, &program).await;
    town.oauth.become_busy(true);
    town.bearer(&token).get("/api/tags").await.of(503);
    let page = browser.get(&program.asks()).await.page(503);
    assert!(page.contains("That did not work"), "{page}");
    town.oauth.become_busy(false);
    town.bearer(&token).get("/api/tags").await.of(200);
}

#[tokio::test]
async fn keys_in_headers_mean_nothing_to_pages_and_are_no_attempts_there() {
    let town = Town::default();
    let mut browser = town.owner().await.with("authorization", "Bearer wrong");
    for _ in 0..200 {
        browser.get("/account").await.page(200);
    }
}
