//! A call without a token: the server must say where one is to be had (RFC 9728 section 5.1).

use serde_json::{Value, json};

use super::super::door::{Door, cure_of_status};
use super::super::finding::Finding;

const OFF: &str =
    "set MCP_OAUTH_ENABLED=true and MCP_OAUTH_ISSUER to the public address, and start the server again";

/// What the server says of itself to somebody without a token.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) struct Challenge {
    /// The address of the metadata of the resource.
    pub(in super::super) metadata: String,
    /// The scopes that it proposes.
    pub(in super::super) scope: Option<String>,
}

pub(in super::super) fn challenge(door: &Door, url: &str) -> Result<(Challenge, String), Finding> {
    let response = door.post_json(url, &[], &first_call())?;
    match response.status {
        401 => {}
        200..300 => {
            return Err(Finding::new(
                "the server answers without a token, so that no client signs in",
                "unset MCP_ALLOW_ANONYMOUS_ACCESS",
            ));
        }
        status => {
            let found =
                format!("a call without a token is answered with the status {status} where 401 is needed");
            return Err(Finding::new(found, cure_of_status(status)));
        }
    }
    let fields = response.fields.get_all("www-authenticate").iter();
    let challenges: Vec<&str> = fields.filter_map(|value| value.to_str().ok()).collect();
    if challenges.is_empty() {
        let cure = format!("let the proxy pass the field WWW-Authenticate; if there is no proxy: {OFF}");
        return Err(Finding::new("the answer 401 has no WWW-Authenticate", cure));
    }
    let parameter = |name| challenges.iter().find_map(|challenge| parameter(challenge, name));
    let Some(metadata) = parameter("resource_metadata") else {
        return Err(Finding::new("WWW-Authenticate has no resource_metadata", OFF));
    };
    let told = format!("401, and the metadata are at {metadata}");
    Ok((Challenge { metadata, scope: parameter("scope") }, told))
}

/// The first call of a client.
pub(in super::super) fn first_call() -> Value {
    json!({
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {
            "protocolVersion": "2025-11-25",
            "capabilities": {},
            "clientInfo": { "name": "memory-doctor", "version": env!("CARGO_PKG_VERSION") },
        },
    })
}

/// A parameter of a challenge (RFC 9110 section 11.2), quoted or not.
fn parameter(challenge: &str, name: &str) -> Option<String> {
    let (scheme, mut rest) = challenge.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return None;
    }
    loop {
        let (key, after) = rest.split_once('=')?;
        let key = key.trim_matches([' ', ',']);
        let (value, after) = match after.trim_start().strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => after.split_once(',').unwrap_or((after, "")),
        };
        if key.eq_ignore_ascii_case(name) {
            return Some(value.trim().to_owned());
        }
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read_quoted_or_not_in_any_order() {
        let text = r#"Bearer realm="a, b=c", scope="read write", resource_metadata="https://m.example/x?y=z",error=invalid_token"#;
        let of = |name| parameter(text, name);
        assert_eq!(of("resource_metadata").as_deref(), Some("https://m.example/x?y=z"));
        assert_eq!(of("scope").as_deref(), Some("read write"));
        assert_eq!(of("error").as_deref(), Some("invalid_token"));
        assert_eq!(of("realm").as_deref(), Some("a, b=c"));
        assert_eq!(of("b"), None);
        assert_eq!(parameter("Basic realm=\"x\"", "realm"), None);
        assert_eq!(parameter("Bearer", "scope"), None);
    }
}
