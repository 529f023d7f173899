//! The client of `rmcp`: it is refused, finds out where to ask from the refusal, registers itself, and acts for somebody.

use rmcp::ServiceExt;
use rmcp::model::{CallToolRequestParams, CallToolResult};
use rmcp::service::{RoleClient, RunningService, ServiceError};
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::auth::{AuthClient, AuthorizationManager, AuthorizationRequest, OAuthState};
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use serde_json::{Value, json};

use crate::harness::http::{Request, encoded};
use crate::harness::town::{Town, part};

/// Nobody listens there: the browser of the test tells where it is sent.
const REDIRECT_URI: &str = "http://127.0.0.1:9/callback";

type Session = RunningService<RoleClient, ()>;

async fn call(
    session: &Session,
    tool: &'static str,
    arguments: Value,
) -> Result<CallToolResult, ServiceError> {
    let arguments = arguments.as_object().unwrap().clone();
    session.call_tool(CallToolRequestParams::new(tool).with_arguments(arguments)).await
}

/// The text of what a tool answered.
fn said(answer: &CallToolResult) -> String {
    assert_ne!(answer.is_error, Some(true), "{answer:?}");
    json!(answer.content).to_string()
}

/// What a server says to somebody without a token.
async fn challenge(url: &str) -> String {
    let refused = ().serve(StreamableHttpClientTransport::from_uri(url)).await.err();
    let refused = refused.expect("a server with accounts lets nobody in without a token");
    refused.auth_challenge().unwrap_or_else(|| panic!("{refused}")).to_owned()
}

/// A client whom somebody with a browser let in.
async fn let_in(town: &Town, url: &str) -> AuthorizationManager {
    let mut browser = town.owner();
    let mut client = OAuthState::new(url, None).await.unwrap();
    let request = AuthorizationRequest::new(REDIRECT_URI);
    let request = request.with_client_name("rmcp").with_challenge(challenge(url).await);
    client.start_authorization(request).await.unwrap();
    let asks = client.get_authorization_url().await.unwrap();
    assert_eq!(part(&asks, "resource"), Some(encoded(url)), "{asks}");
    assert_eq!(part(&asks, "code_challenge_method").as_deref(), Some("S256"), "{asks}");
    let sent = town.decide(&mut browser, &asks, "allow");
    client.handle_callback_url(&sent).await.unwrap();
    client.into_authorization_manager().unwrap()
}

async fn connected(url: &str, client: &AuthClient<reqwest::Client>) -> Session {
    let config = StreamableHttpClientTransportConfig::with_uri(url);
    let transport = StreamableHttpClientTransport::with_client(client.clone(), config);
    ().serve(transport).await.unwrap_or_else(|error| panic!("{error}"))
}

async fn story() {
    let town = Town::start();
    let url = format!("{}/mcp", town.server().url());
    let client = AuthClient::new(reqwest::Client::new(), let_in(&town, &url).await);
    let session = connected(&url, &client).await;
    let listed = session.list_all_tools().await.unwrap();
    assert!(listed.iter().any(|tool| tool.name == "memory_search"), "{listed:?}");
    let stored = call(&session, "memory_store", json!({"content": "Ada likes tea"})).await;
    said(&stored.unwrap());

    let first = client.get_access_token().await.unwrap();
    let renewed = client.auth_manager.lock().await.refresh_token().await.unwrap();
    let renewed: Value = serde_json::to_value(&renewed).unwrap();
    let second = client.get_access_token().await.unwrap();
    assert_ne!(first, second);
    assert_eq!(renewed["access_token"], json!(second), "{renewed}");
    let found = call(&session, "memory_search", json!({"query": "who likes tea"})).await.unwrap();
    assert!(said(&found).contains("Ada likes tea"), "{found:?}");

    let refresh = renewed["refresh_token"].as_str().unwrap().to_owned();
    let id = client.auth_manager.lock().await.get_credentials().await.unwrap().0;
    let fields = [("token".to_owned(), refresh), ("client_id".to_owned(), id)];
    let ended = town.server().send(&Request::new("POST", "/oauth/revoke").form(&fields));
    assert_eq!(ended.status, 200, "{}", ended.text());
    let refused = call(&session, "memory_search", json!({"query": "who likes tea"})).await.unwrap_err();
    let challenge = refused.auth_challenge().unwrap_or_else(|| panic!("{refused}"));
    assert!(challenge.contains("invalid_token") && challenge.contains("resource_metadata"), "{challenge}");
    let log = town.stop();
    for secret in [first, second] {
        assert!(!log.contains(&secret), "{log}");
    }
}

#[test]
fn the_client_of_rmcp_signs_in_calls_tools_renews_its_token_and_is_shut_out() {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(story());
}
