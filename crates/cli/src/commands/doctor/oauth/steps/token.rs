//! The token endpoint: what it says to clients and codes that it does not know, and what it gives for a code.

use serde_json::Value;

use super::super::door::{Answer, Door};
use super::super::finding::Finding;
use super::authorization::Asked;
use super::challenge::first_call;
use super::registration::{Registered, said};
use super::server::Server;

/// What somebody who signed in got.
pub(in super::super) struct Tokens {
    pub(in super::super) access: String,
    pub(in super::super) refresh: Option<String>,
}

/// A code that nobody was given is refused as clients know it, and a client that nobody knows is told to register again.
pub(in super::super) fn refusals(
    door: &Door,
    server: &Server,
    client: &Registered,
) -> Result<((), String), Finding> {
    let verifier = "memory-doctor-memory-doctor-memory-doctor-memory";
    let form = |client_id: &str| {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", "nobody-was-given-this-code"),
            ("client_id", client_id),
            ("redirect_uri", client.redirect_uri.as_str()),
            ("code_verifier", verifier),
        ];
        door.post_form(&server.token, &form)
    };
    expect(&form(&client.client_id)?, 400, "invalid_grant", "a code that nobody was given")?;
    let stranger = "a-client-that-nobody-registered";
    expect(&form(stranger)?, 401, "invalid_client", "a client that nobody registered")?;
    Ok(((), "unknown codes and clients are refused as clients know it".to_owned()))
}

/// Gets tokens for a code, uses them, gets new ones, and gives them back.
pub(in super::super) fn exchange(
    door: &Door,
    server: &Server,
    client: &Registered,
    asked: &Asked,
    (code, resource): (&str, &str),
) -> Result<(Tokens, String), Finding> {
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("client_id", &client.client_id),
        ("redirect_uri", &client.redirect_uri),
        ("code_verifier", &asked.verifier),
        ("resource", resource),
    ];
    let tokens = tokens(&door.post_form(&server.token, &form)?, "the code")?;
    let told =
        if tokens.refresh.is_some() { "an access token and a refresh token" } else { "an access token" };
    Ok((tokens, told.to_owned()))
}

/// Uses the token as the client does.
pub(in super::super) fn tools(door: &Door, url: &str, tokens: &Tokens) -> Result<((), String), Finding> {
    let bearer = format!("Bearer {}", tokens.access);
    let fields = [("authorization", bearer.as_str()), ("mcp-protocol-version", "2025-11-25")];
    let ask = |body: &Value| -> Result<Value, Finding> {
        let response = door.post_json(url, &fields, body)?;
        if response.status != 200 {
            let found =
                format!("with the token, {} is answered with the status {}", body["method"], response.status);
            return Err(Finding::new(found, "let the proxy pass the field Authorization"));
        }
        Ok(message(&response.body))
    };
    ask(&first_call())?;
    let listed = ask(&serde_json::json!({"jsonrpc": "2.0", "id": 2, "method": "tools/list"}))?;
    match listed["result"]["tools"].as_array().map_or(0, Vec::len) {
        0 => Err(Finding::new("with the token, no tool is listed", "look at the scopes that were granted")),
        count => Ok(((), format!("{count} tools"))),
    }
}

/// Gets new tokens for old ones.
pub(in super::super) fn refresh(
    door: &Door,
    server: &Server,
    client: &Registered,
    tokens: &Tokens,
) -> Result<(Tokens, String), Finding> {
    let cure = "users would have to sign in again every hour: look at `memory logs`";
    let old = tokens.refresh.as_deref().ok_or_else(|| Finding::new("there is no refresh token", cure))?;
    let form = [("grant_type", "refresh_token"), ("refresh_token", old), ("client_id", &client.client_id)];
    let new = self::tokens(&door.post_form(&server.token, &form)?, "the refresh token")?;
    Ok((new, "new tokens for the old ones".to_owned()))
}

/// Gives the tokens back (RFC 7009): nothing of this examination stays.
pub(in super::super) fn revoke(
    door: &Door,
    (server, url): (&Server, &str),
    client: &Registered,
    tokens: &Tokens,
) -> Result<((), String), Finding> {
    let Some(endpoint) = &server.revocation else {
        return Ok(((), "the server takes no tokens back".to_owned()));
    };
    let token = tokens.refresh.as_deref().unwrap_or(&tokens.access);
    let body = super::super::door::encoded(&[("token", token), ("client_id", &client.client_id)]);
    let fields = [("content-type", "application/x-www-form-urlencoded")];
    let response = door.ask(endpoint, &fields, egress::Purpose::Post(body.as_bytes()))?;
    if response.status != 200 {
        return Err(Finding::new(
            format!("the token is not taken back: status {}", response.status),
            "withdraw it on the account page",
        ));
    }
    let bearer = format!("Bearer {}", tokens.access);
    let after = door.post_json(url, &[("authorization", &bearer)], &first_call())?;
    match after.status {
        401 => Ok(((), "the token was given back, and is refused now".to_owned())),
        status => Err(Finding::new(
            format!("a token that was given back is answered with the status {status}"),
            "withdraw it on the account page",
        )),
    }
}

fn tokens(answer: &Answer, what: &str) -> Result<Tokens, Finding> {
    let text = |name: &str| answer.body[name].as_str().map(str::to_owned);
    let Some(access) = text("access_token").filter(|_| answer.status == 200) else {
        let found = format!("{what} is refused with the status {}: {}", answer.status, said(&answer.body));
        return Err(Finding::new(found, "look at `memory logs`"));
    };
    if answer.is_kept {
        return Err(Finding::new(
            "an answer with tokens may be kept by proxies",
            "let the proxy pass the field Cache-Control",
        ));
    }
    Ok(Tokens { access, refresh: text("refresh_token") })
}

fn expect(answer: &Answer, status: u16, error: &str, what: &str) -> Result<(), Finding> {
    if answer.status == status && answer.body["error"] == error {
        return Ok(());
    }
    let found = format!(
        "{what} is answered with the status {} and {}, where clients need {status} and {error}",
        answer.status,
        said(&answer.body)
    );
    Err(Finding::new(found, "look whether a proxy answers in the server's place"))
}

/// A message of MCP, alone or as the event of a stream.
fn message(body: &[u8]) -> Value {
    let text = String::from_utf8_lossy(body);
    let data = text.lines().filter_map(|line| line.strip_prefix("data:"));
    let candidates = std::iter::once(text.as_ref()).chain(data);
    candidates
        .filter_map(|text| serde_json::from_str(text.trim()).ok())
        .find(Value::is_object)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_read_alone_and_from_a_stream() {
        assert_eq!(message(br#"{"id":1}"#)["id"], 1);
        assert_eq!(message(b"event: message\ndata: {\"id\":2}\n\n")["id"], 2);
        assert_eq!(message(b": nothing\ndata:\n\n"), Value::Null);
    }
}
