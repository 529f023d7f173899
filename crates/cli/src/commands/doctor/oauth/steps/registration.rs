//! The client makes itself known (RFC 7591).

use serde_json::Value;

use super::super::client::Profile;
use super::super::door::{Door, json_of};
use super::super::finding::Finding;

/// The client as the server knows it.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) struct Registered {
    pub(in super::super) client_id: String,
    pub(in super::super) redirect_uri: String,
}

pub(in super::super) fn registration(
    door: &Door,
    profile: &Profile,
    endpoint: &str,
    port: u16,
) -> Result<(Registered, String), Finding> {
    let asked = profile.registration(port);
    let response = door.post_json(endpoint, &[], &asked)?;
    let answer = json_of(endpoint, &response)?;
    if !(200..300).contains(&answer.status) {
        let (status, body) = (answer.status, &answer.body);
        let found = format!("the registration is refused with the status {status}: {}", said(body));
        let cure = match status {
            401 | 403 => {
                "unset MCP_DCR_REGISTRATION_KEY, or give the client its id by hand: this client cannot send a key"
            }
            429 => "too many registrations: wait a minute",
            _ => {
                "look at `memory logs`: this client registers all of its addresses at once, and needs each of them"
            }
        };
        return Err(Finding::new(found, cure));
    }
    let wrong = |what: &str| {
        Finding::new(
            format!("the answer to the registration {what}"),
            "look whether this server is of a newer release",
        )
    };
    let client_id = answer.body["client_id"].as_str().ok_or_else(|| wrong("has no client_id"))?.to_owned();
    let listed = |uri: &Value| answer.body["redirect_uris"].as_array().is_some_and(|list| list.contains(uri));
    let missing = asked["redirect_uris"].as_array().into_iter().flatten().find(|uri| !listed(uri));
    if let Some(missing) = missing {
        return Err(wrong(&format!("leaves out {missing}")));
    }
    let registered = Registered { client_id, redirect_uri: profile.redirect_uri(port) };
    let told = format!("{} with {} redirect addresses", registered.client_id, profile.redirect_uris.len());
    Ok((registered, told))
}

/// What an error of OAuth says.
pub(in super::super) fn said(body: &Value) -> String {
    let text = |name: &str| body[name].as_str().unwrap_or_default();
    let said = format!("{} {}", text("error"), text("error_description"));
    match said.trim() {
        "" => "it does not say why".to_owned(),
        said => said.to_owned(),
    }
}
