use auth::oauth::{Registration, Settings};
use auth::{Secret, oauth};
use axum::body::Body;
use axum::http::Request;
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use engine::Capability;
use model::{Space, UserId};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::Options;
use crate::fixture::{Client, Door, ISSUER, Reply};

const BACK: &str = "http://127.0.0.1/callback";
const VERIFIER: &str = "a-verifier-of-43-characters-._~0123456789ABC";

async fn open() -> Door {
    with(|_| {}, Options::default()).await
}

async fn with(change: impl FnOnce(&mut Settings), options: Options) -> Door {
    let mut settings = Settings::at(ISSUER);
    change(&mut settings);
    Door::issuing(settings, options, None).await
}

async fn post(client: &Client, path: &str, form: &[(&str, &str)]) -> Reply {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
    client.request(request.body(Body::from(body)).unwrap()).await
}

async fn register(door: &Door, said: Value) -> Value {
    door.stranger().post("/oauth/register", said).await.of(201)
}

/// The code of a user who said yes.
async fn code(door: &Door, client: &str) -> String {
    let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
    let query = [
        ("response_type", "code"),
        ("client_id", client),
        ("redirect_uri", BACK),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
        ("resource", "https://memory.example/mcp"),
    ];
    let query: Vec<_> = query.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let server = door.oauth.as_ref().unwrap();
    let asked = server.ask(&query).await.unwrap();
    let user = UserId::from_bytes([1; 10]);
    let location = server.allow(&asked, &user, &Space::Default, Capability::Write, None).await.unwrap();
    let query = location.split_once('?').unwrap().1;
    let found = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "code");
    found.unwrap().1.into_owned()
}

fn text(told: &Value, name: &str) -> String {
    told[name].as_str().unwrap_or_else(|| panic!("{told}")).to_owned()
}

/// The name of an error, which stands at the top of the body.
fn error(reply: &Reply, status: u16) -> String {
    let told = reply.of(status);
    assert!(told["error_description"].is_string() && told.get("detail").is_none(), "{told}");
    text(&told, "error")
}

#[tokio::test]
async fn s1_clients_find_the_metadata_wherever_they_look() {
    let door = open().await;
    let stranger = door.stranger();
    let told = stranger.get("/.well-known/oauth-authorization-server").await.of(200);
    assert_eq!(told["issuer"], ISSUER);
    for path in [
        "/.well-known/oauth-authorization-server/mcp",
        "/.well-known/openid-configuration",
        "/.well-known/openid-configuration/mcp",
    ] {
        assert_eq!(stranger.get(path).await.of(200), told, "{path}");
    }
    for (path, resource) in [
        ("/.well-known/oauth-protected-resource", ISSUER),
        ("/.well-known/oauth-protected-resource/mcp", "https://memory.example/mcp"),
    ] {
        assert_eq!(stranger.get(path).await.of(200)["resource"], resource);
    }
    for path in ["oauth-protected-resource/api", "oauth-authorization-server/x", "openid-configuration/x"] {
        stranger.get(&format!("/.well-known/{path}")).await.of(404);
    }
}

#[tokio::test]
async fn a1_what_is_told_does_not_come_of_the_host_that_was_asked() {
    let door = open().await;
    let asked = door.stranger().header("host", "memory.example");
    assert_eq!(
        asked.get("/.well-known/oauth-protected-resource/mcp").await.of(200)["resource"],
        "https://memory.example/mcp"
    );
    // A page that let a name of its own point here learns nothing.
    let rebound = door.stranger().header("host", "evil.example");
    rebound.get("/.well-known/oauth-protected-resource/mcp").await.of(421);
    post(&rebound, "/oauth/token", &[]).await.of(421);
}

#[tokio::test]
async fn a_client_registers_gets_tokens_renews_and_ends_them() {
    let door = open().await;
    let said = json!({"redirect_uris": [BACK], "token_endpoint_auth_method": "none", "client_name": "Codex"});
    let client = text(&register(&door, said).await, "client_id");
    let code = code(&door, &client).await;
    let stranger = door.stranger();
    let redeemed = post(
        &stranger,
        "/oauth/token",
        &[
            ("grant_type", "authorization_code"),
            ("client_id", &client),
            ("code", &code),
            ("redirect_uri", BACK),
            ("code_verifier", VERIFIER),
        ],
    )
    .await;
    assert_eq!(redeemed.header("cache-control"), "no-store");
    assert!(redeemed.header("content-type").starts_with("application/json"));
    let told = redeemed.of(200);
    let bearer =
        |token: String| async move { door.oauth.as_ref().unwrap().bearer(token.as_bytes()).await.unwrap() };
    assert_eq!(told["token_type"], "Bearer");
    let refreshed = post(
        &stranger,
        "/oauth/token",
        &[
            ("grant_type", "refresh_token"),
            ("client_id", &client),
            ("refresh_token", &text(&told, "refresh_token")),
        ],
    )
    .await
    .of(200);
    let form = [("client_id", client.as_str()), ("token", &text(&refreshed, "refresh_token"))];
    let revoked = post(&stranger, "/oauth/revoke", &form).await;
    assert_eq!((revoked.of(200), revoked.body.len()), (Value::Null, 0));
    assert_eq!(bearer(text(&refreshed, "access_token")).await, None);
}

#[tokio::test]
async fn o15_a_client_with_a_secret_examines_its_tokens() {
    let door = open().await;
    let told = register(&door, json!({"redirect_uris": [BACK]})).await;
    let (id, secret) = (text(&told, "client_id"), text(&told, "client_secret"));
    let header = format!("Basic {}", BASE64_STANDARD.encode(format!("{id}:{secret}")));
    let client = door.stranger().header("authorization", &header);
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code(&door, &id).await),
        ("code_verifier", VERIFIER),
    ];
    let told = post(&client, "/oauth/token", &form).await.of(200);
    let access = text(&told, "access_token");
    let examined = post(&client, "/oauth/introspect", &[("token", &access)]).await.of(200);
    assert_eq!((&examined["active"], &examined["aud"]), (&json!(true), &json!("https://memory.example/mcp")));
    let stranger = post(&door.stranger(), "/oauth/introspect", &[("token", &access)]).await;
    assert_eq!(error(&stranger, 401), "invalid_client");
    let wrong = door.stranger().header("authorization", "Basic eDp5");
    let refused = post(&wrong, "/oauth/introspect", &[("token", &access)]).await;
    assert_eq!(error(&refused, 401), "invalid_client");
    assert_eq!(refused.header("www-authenticate"), "Basic realm=\"oauth\"");
}

#[tokio::test]
async fn h13_errors_have_the_form_of_the_standard() {
    let door = open().await;
    let stranger = door.stranger();
    for (path, form, status, name) in [
        ("/oauth/token", &[][..], 400, "invalid_request"),
        ("/oauth/token", &[("grant_type", "password")], 400, "unsupported_grant_type"),
        ("/oauth/token", &[("grant_type", "refresh_token"), ("client_id", "x")], 401, "invalid_client"),
        ("/oauth/revoke", &[("client_id", "x"), ("token", "y")], 401, "invalid_client"),
    ] {
        assert_eq!(error(&post(&stranger, path, form).await, status), name, "{path} {form:?}");
    }
    let reply = stranger.post("/oauth/register", json!({"redirect_uris": ["javascript:x"]})).await;
    assert_eq!(error(&reply, 400), "invalid_redirect_uri");
}

#[tokio::test]
async fn o6_tokens_are_asked_for_with_a_form_and_clients_register_with_json() {
    let door = open().await;
    let stranger = door.stranger();
    for path in ["/oauth/token", "/oauth/revoke", "/oauth/introspect"] {
        let reply = stranger.post(path, json!({"grant_type": "authorization_code"})).await;
        assert_eq!(error(&reply, 400), "invalid_request", "{path}");
        stranger.get(&format!("{path}?grant_type=authorization_code")).await.of(405);
    }
    let reply = post(&stranger, "/oauth/register", &[("redirect_uris", BACK)]).await;
    assert_eq!(error(&reply, 400), "invalid_request");
    let twice = Request::post("/oauth/token")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("authorization", "Basic eDp5")
        .header("authorization", "Basic eDp6")
        .body(Body::from("grant_type=authorization_code"));
    assert_eq!(error(&stranger.request(twice.unwrap()).await, 400), "invalid_request");
}

#[tokio::test]
async fn bodies_end_at_their_own_limit() {
    let door = with(|_| {}, Options { oauth_max_body_bytes: 1024, ..Options::default() }).await;
    let stranger = door.stranger();
    let form = |length: usize| vec![("grant_type", "x".repeat(length - "grant_type=".len()))];
    for (length, status) in [(1024, 400), (1025, 413)] {
        let form = form(length);
        let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let reply = post(&stranger, "/oauth/token", &form).await;
        assert_eq!(reply.status.as_u16(), status);
    }
}

#[tokio::test]
async fn the_registration_key_is_no_wrong_api_key() {
    let key = Registration::Key(Secret::new("the-registration-key"));
    let door = with(
        |settings| settings.registration = key,
        Options { failures_per_minute: 2, ..Options::default() },
    )
    .await;
    let said = json!({"redirect_uris": [BACK]});
    let missing = door.stranger().post("/oauth/register", said.clone()).await;
    assert_eq!(
        (error(&missing, 401).as_str(), missing.header("www-authenticate")),
        ("invalid_token", "Bearer")
    );
    let holder = door.stranger().header("authorization", "Bearer the-registration-key");
    for _ in 0..5 {
        holder.post("/oauth/register", said.clone()).await.of(201);
    }
    // Nothing of it was counted as guessing.
    door.reader().get("/api/memories").await.of(200);
    let wrong =
        door.stranger().header("authorization", "Bearer another-key").post("/oauth/register", said).await;
    assert_eq!(error(&wrong, 401), "invalid_token");
}

#[tokio::test(start_paused = true)]
async fn s4_a_machine_registers_so_many_clients_a_minute() {
    let options = Options { registrations_per_minute: 3, ..Options::default() };
    let door = with(|_| {}, options).await;
    let said = json!({"redirect_uris": [BACK]});
    for _ in 0..3 {
        register(&door, said.clone()).await;
    }
    let refused = door.stranger().post("/oauth/register", said.clone()).await;
    refused.of(429);
    assert!(!refused.header("retry-after").is_empty());
    // What is registered goes on.
    post(&door.stranger(), "/oauth/token", &[("grant_type", "x")]).await.of(400);
    tokio::time::advance(std::time::Duration::from_secs(20)).await;
    register(&door, said).await;
}

#[tokio::test]
async fn under_the_path_of_a_proxy_it_is_the_same() {
    let options = Options { root_path: "/memory".to_owned(), ..Options::default() };
    let door = with(|settings| settings.issuer = "https://example.com/memory".to_owned(), options).await;
    let path = "/memory/.well-known/oauth-protected-resource/mcp";
    let page = door.stranger().header("origin", "https://inspector.example");
    let told = page.get(path).await;
    assert_eq!(told.of(200)["resource"], "https://example.com/memory/mcp");
    assert_eq!(told.header("access-control-allow-origin"), "*");
    post(&page, "/memory/oauth/token", &[("grant_type", "x")]).await.of(400);
}

#[test]
fn the_limit_of_a_redirect_uri_is_that_of_the_values() {
    assert_eq!(oauth::Limits::default().redirect_uri_bytes, model::oauth::MAX_REDIRECT_URI_BYTES);
}
