//! The crate `oauth2`: a program that knows nothing of MCP, and has a secret of its own.

use std::convert::Infallible;

use oauth2::basic::{BasicClient, BasicErrorResponse, BasicErrorResponseType};
use oauth2::{
    AccessToken, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointNotSet, EndpointSet,
    HttpRequest, HttpResponse, IntrospectionUrl, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl,
    RequestTokenError, RevocationUrl, Scope, TokenIntrospectionResponse, TokenResponse, TokenUrl,
};
use serde_json::{Value, json};

use crate::harness::http::{HttpServer, Request};
use crate::harness::town::{Town, part};

/// Nobody listens there: the browser of the test tells where it is sent.
const REDIRECT_URI: &str = "http://127.0.0.1:9/callback";

type Client = BasicClient<EndpointSet, EndpointNotSet, EndpointSet, EndpointSet, EndpointSet>;

/// Sends what the crate asks for. It ends TLS, so to speak: the crate revokes at an address with `https` alone.
fn sender(server: &HttpServer) -> impl Fn(HttpRequest) -> Result<HttpResponse, Infallible> {
    move |asked| {
        let mut request = Request::new(asked.method().as_str(), asked.uri().path());
        for (name, value) in asked.headers() {
            request = request.header(name.as_str(), value.to_str().unwrap());
        }
        let reply = server.send(&request.body(asked.body()));
        let mut answer = http::Response::builder().status(reply.status);
        for (name, value) in &reply.headers {
            answer = answer.header(name, value);
        }
        Ok(answer.body(reply.body).unwrap())
    }
}

/// What the server says of itself, found from its refusal of a call; and which resource that is.
fn found(server: &HttpServer) -> (Value, String) {
    let refused = server.send(&Request::post("/mcp", &json!({})));
    assert_eq!(refused.status, 401, "{}", refused.text());
    let challenge = refused.header("www-authenticate");
    let (_, rest) = challenge.split_once("resource_metadata=\"").unwrap_or_else(|| panic!("{challenge}"));
    let path = |address: &str| address.strip_prefix(server.url()).unwrap().to_owned();
    let resource = server.send(&Request::get(&path(rest.split('"').next().unwrap()))).of(200);
    let issuer = resource["authorization_servers"][0].as_str().unwrap();
    assert_eq!(issuer, server.url());
    let metadata = server.send(&Request::get("/.well-known/oauth-authorization-server")).of(200);
    assert_eq!(metadata["issuer"], issuer);
    (metadata, resource["resource"].as_str().unwrap().to_owned())
}

/// A client that registered itself, and has a secret since then.
fn registered(server: &HttpServer, metadata: &Value) -> Client {
    let request = json!({
        "client_name": "a program in Rust",
        "redirect_uris": [REDIRECT_URI],
        "token_endpoint_auth_method": "client_secret_basic",
        "grant_types": ["authorization_code", "refresh_token"],
    });
    let address =
        |name: &str| metadata[name].as_str().unwrap_or_else(|| panic!("{name}: {metadata}")).to_owned();
    let path = address("registration_endpoint").strip_prefix(server.url()).unwrap().to_owned();
    let registered = server.send(&Request::post(&path, &request)).of(201);
    let text = |name: &str| registered[name].as_str().unwrap().to_owned();
    let revocation = address("revocation_endpoint").replacen("http://", "https://", 1);
    BasicClient::new(ClientId::new(text("client_id")))
        .set_client_secret(ClientSecret::new(text("client_secret")))
        .set_redirect_uri(RedirectUrl::new(REDIRECT_URI.to_owned()).unwrap())
        .set_auth_uri(AuthUrl::new(address("authorization_endpoint")).unwrap())
        .set_token_uri(TokenUrl::new(address("token_endpoint")).unwrap())
        .set_introspection_url(IntrospectionUrl::new(address("introspection_endpoint")).unwrap())
        .set_revocation_url(RevocationUrl::new(revocation).unwrap())
}

/// The status of a call of a tool, which is at the resource that the token is for.
fn call(town: &Town, token: &AccessToken) -> u16 {
    let params = json!({"name": "memory_store", "arguments": {"content": "Ada likes tea"}});
    let call = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
    let request = Request::post("/mcp", &call).header("mcp-protocol-version", "2025-06-18");
    let request = request.header("accept", "application/json, text/event-stream");
    let bearer = format!("Bearer {}", token.secret());
    let reply = town.server().send(&request.header("authorization", &bearer));
    let is_done = reply.text().contains("content_hash");
    assert_eq!(is_done, reply.status == 200, "{}", reply.text());
    reply.status
}

#[test]
fn the_crate_oauth2_gets_examines_renews_and_revokes_a_token() {
    let town = Town::start();
    let mut browser = town.owner();
    let send = sender(town.server());
    let (metadata, resource) = found(town.server());
    let client = registered(town.server(), &metadata);

    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let again = PkceCodeVerifier::new(verifier.secret().clone());
    let scopes = ["read", "write", "offline_access"].map(|scope| Scope::new(scope.to_owned()));
    let asking = client.authorize_url(CsrfToken::new_random).set_pkce_challenge(challenge).add_scopes(scopes);
    let (asks, state) = asking.add_extra_param("resource", &resource).url();
    let sent = town.decide(&mut browser, asks.as_str(), "allow");
    assert_eq!(part(&sent, "state"), Some(state.secret().replace('=', "%3D")), "{sent}");
    let code = || AuthorizationCode::new(part(&sent, "code").unwrap());
    let exchange = client.exchange_code(code()).set_pkce_verifier(verifier);
    let tokens = exchange.add_extra_param("resource", &resource).request(&send).unwrap();
    let (first, refresh) = (tokens.access_token().clone(), tokens.refresh_token().unwrap().clone());
    assert_eq!(call(&town, &first), 200);
    assert_eq!(town.call(first.secret()), 401, "it is no token for the rest of the server");

    let examined = client.introspect(&first).request(&send).unwrap();
    assert!(examined.active(), "{examined:?}");
    assert_eq!(examined.client_id(), Some(client.client_id()), "{examined:?}");
    assert!(examined.scopes().unwrap().iter().any(|scope| scope.as_str() == "write"), "{examined:?}");

    let renewed = client.exchange_refresh_token(&refresh).request(&send).unwrap();
    let (second, next) = (renewed.access_token().clone(), renewed.refresh_token().unwrap().clone());
    assert_ne!(second.secret(), first.secret());
    assert_eq!(call(&town, &second), 200);

    client.revoke_token(next.clone().into()).unwrap().request(&send).unwrap();
    assert_eq!((call(&town, &first), call(&town, &second)), (401, 401));
    assert!(!client.introspect(&second).request(&send).unwrap().active());
    let error = client.exchange_refresh_token(&next).request(&send).unwrap_err();
    assert_eq!(*refusal(&error).error(), BasicErrorResponseType::InvalidGrant);
    let error = client.exchange_code(code()).set_pkce_verifier(again).request(&send).unwrap_err();
    assert_eq!(*refusal(&error).error(), BasicErrorResponseType::InvalidGrant);
}

/// What the server said no with, as the crate understood it.
fn refusal(error: &RequestTokenError<Infallible, BasicErrorResponse>) -> &BasicErrorResponse {
    match error {
        RequestTokenError::ServerResponse(response) => response,
        other => panic!("{other}"),
    }
}
