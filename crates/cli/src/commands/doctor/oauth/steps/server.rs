//! The metadata of the authorisation server (RFC 8414), in each of the places where clients look.

use egress::Target;
use serde_json::Value;

use super::super::door::Door;
use super::super::finding::Finding;

/// The addresses of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Server {
    pub(in super::super) issuer: String,
    pub(in super::super) authorization: String,
    pub(in super::super) token: String,
    pub(in super::super) registration: Option<String>,
    pub(in super::super) revocation: Option<String>,
}

pub(in super::super) fn server(door: &Door, issuer: &str) -> Result<(Server, String), Finding> {
    let cure = "set MCP_OAUTH_ISSUER to the address of the server as its users see it, without a path";
    let target = Target::parse(issuer).map_err(|error| Finding::new(error.to_string(), cure))?;
    let mut read_ones = Vec::new();
    for place in places(&target) {
        read_ones.push(read(&door.document(&place)?, issuer, &place)?);
    }
    let Some(server) = read_ones.first().cloned() else {
        return Err(Finding::new("there are no metadata", cure));
    };
    if read_ones.iter().any(|other| *other != server) {
        return Err(Finding::new(
            "the documents of the server do not say the same",
            "forward /.well-known/* to one server",
        ));
    }
    let told = match server.registration {
        Some(_) => "PKCE with S256, registration, refresh tokens".to_owned(),
        None => "PKCE with S256, refresh tokens, clients by their metadata documents".to_owned(),
    };
    Ok((server, told))
}

/// Where clients look (RFC 8414 section 3.1, and the place of OpenID Connect).
fn places(issuer: &Target) -> Vec<String> {
    let (origin, path) = (issuer.origin(), issuer.path().trim_end_matches('/'));
    ["oauth-authorization-server", "openid-configuration"]
        .iter()
        .map(|name| format!("{origin}/.well-known/{name}{path}"))
        .collect()
}

fn read(document: &Value, issuer: &str, place: &str) -> Result<Server, Finding> {
    let wrong = |what: String| {
        Finding::new(
            format!("{place} {what}"),
            "look whether this is the server you mean, and of a newer release",
        )
    };
    let text = |name: &str| document[name].as_str().map(str::to_owned);
    let lists = |name: &str, wanted: &str| {
        document[name].as_array().is_some_and(|list| list.iter().any(|one| one == wanted))
    };
    if document["issuer"] != issuer {
        let found = format!("{place} is of the issuer {}, not of {issuer}", document["issuer"]);
        return Err(Finding::new(
            found,
            "MCP_OAUTH_ISSUER must be byte for byte what clients are given, without a slash at its end",
        ));
    }
    let needed = |name: &str| text(name).ok_or_else(|| wrong(format!("has no {name}")));
    let (authorization, token) = (needed("authorization_endpoint")?, needed("token_endpoint")?);
    if !lists("code_challenge_methods_supported", "S256") {
        return Err(wrong("does not offer PKCE with S256, without which clients refuse".to_owned()));
    }
    if !lists("token_endpoint_auth_methods_supported", "none") {
        return Err(wrong("does not let clients without a secret ask for tokens".to_owned()));
    }
    for grant in ["authorization_code", "refresh_token"] {
        if !lists("grant_types_supported", grant) {
            return Err(wrong(format!("does not offer {grant}")));
        }
    }
    let registration = text("registration_endpoint");
    if registration.is_none() && document["client_id_metadata_document_supported"] != true {
        let found = format!("{place} offers no way for a client to be known");
        return Err(Finding::new(found, "let clients register: most of them cannot connect otherwise"));
    }
    let issuer = issuer.to_owned();
    Ok(Server { issuer, authorization, token, registration, revocation: text("revocation_endpoint") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn document() -> Value {
        json!({
            "issuer": "https://m.example",
            "authorization_endpoint": "https://m.example/oauth/authorize",
            "token_endpoint": "https://m.example/oauth/token",
            "registration_endpoint": "https://m.example/oauth/register",
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["none", "client_secret_basic"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
        })
    }

    #[test]
    fn what_clients_need_is_there() {
        assert_eq!(
            read(&document(), "https://m.example", "it").unwrap().token,
            "https://m.example/oauth/token"
        );
    }

    #[test]
    fn each_thing_that_a_client_needs_is_missed() {
        for name in [
            "issuer",
            "authorization_endpoint",
            "token_endpoint",
            "registration_endpoint",
            "code_challenge_methods_supported",
            "token_endpoint_auth_methods_supported",
            "grant_types_supported",
        ] {
            let mut document = document();
            document.as_object_mut().unwrap().remove(name);
            assert!(read(&document, "https://m.example", "it").is_err(), "{name}");
        }
        assert!(read(&document(), "https://m.example/", "it").is_err(), "a slash is another issuer");
    }

    #[test]
    fn an_issuer_with_a_path_has_it_behind_the_well_known_place() {
        let places = places(&Target::parse("https://m.example/a/b").unwrap());
        assert_eq!(places[0], "https://m.example/.well-known/oauth-authorization-server/a/b");
    }
}
