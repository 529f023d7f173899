//! What the provider says of itself (OpenID Connect Discovery 1.0, section 3).

use serde_json::{Map, Value};

use super::settings::is_guarded;

/// What the provider says of itself, as far as it is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Metadata {
    pub(super) authorization_endpoint: String,
    pub(super) token_endpoint: String,
    pub(super) jwks_uri: String,
    /// Whether every answer names who gave it (RFC 9207).
    pub(super) says_issuer: bool,
    /// How this server proves who it is at the token endpoint.
    pub(super) authentication: Authentication,
}

/// How a client proves who it is (OpenID Connect Core 1.0, section 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Authentication {
    /// `client_secret_basic`.
    Basic,
    /// `client_secret_post`.
    Post,
}

/// Where a provider says it.
pub(super) fn address(issuer: &str) -> String {
    format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'))
}

impl Metadata {
    /// Reads the document of the provider at an address.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn read(body: &[u8], issuer: &str) -> Result<Self, &'static str> {
        let said: Map<String, Value> =
            serde_json::from_slice(body).map_err(|_| "its metadata are no JSON object")?;
        let text = |name: &str| said.get(name).and_then(Value::as_str);
        if text("issuer") != Some(issuer) {
            return Err("it calls itself something else than MCP_OIDC_ISSUER does");
        }
        let endpoint = |name: &str, missing: &'static str| {
            let is_good = |address: &&str| {
                let is_as_good = address.starts_with("https://") || issuer.starts_with("http://");
                is_as_good && is_guarded(address) && is_plain(address)
            };
            text(name).filter(is_good).map(str::to_owned).ok_or(missing)
        };
        let methods = said.get("token_endpoint_auth_methods_supported").and_then(Value::as_array);
        let knows = |method: &str| methods.is_none_or(|methods| methods.iter().any(|one| one == method));
        let authentication = match (knows("client_secret_basic"), knows("client_secret_post")) {
            (true, _) => Authentication::Basic,
            (false, true) => Authentication::Post,
            (false, false) => return Err("it takes no client_secret at its token endpoint"),
        };
        Ok(Self {
            authorization_endpoint: endpoint(
                "authorization_endpoint",
                "it has no authorization_endpoint over https",
            )?,
            token_endpoint: endpoint("token_endpoint", "it has no token_endpoint over https")?,
            jwks_uri: endpoint("jwks_uri", "it has no jwks_uri over https")?,
            says_issuer: said.get("authorization_response_iss_parameter_supported")
                == Some(&Value::Bool(true)),
            authentication,
        })
    }
}

fn is_plain(address: &str) -> bool {
    address.bytes().all(|byte| byte.is_ascii_graphic()) && !address.contains(['#', '@', '\\', '"', '<', '>'])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ISSUER: &str = "https://id.example/realm/";

    fn document() -> Value {
        json!({
            "issuer": ISSUER,
            "authorization_endpoint": "https://id.example/authorize",
            "token_endpoint": "https://tokens.example/token",
            "jwks_uri": "https://id.example/keys",
        })
    }

    fn read(name: &str, value: Value) -> Result<Metadata, &'static str> {
        let mut document = document();
        document[name] = value;
        Metadata::read(document.to_string().as_bytes(), ISSUER)
    }

    #[test]
    fn the_document_of_a_provider_lies_beneath_its_address() {
        assert_eq!(address("https://id.example"), "https://id.example/.well-known/openid-configuration");
        assert_eq!(address(ISSUER), "https://id.example/realm/.well-known/openid-configuration");
    }

    #[test]
    fn a_provider_names_itself_and_its_endpoints_over_tls() {
        let metadata = Metadata::read(document().to_string().as_bytes(), ISSUER).unwrap();
        assert_eq!(metadata.token_endpoint, "https://tokens.example/token");
        assert!(!metadata.says_issuer && metadata.authentication == Authentication::Basic);
        for other in ["https://id.example/realm", "https://evil.example/realm/", ""] {
            assert!(read("issuer", json!(other)).is_err(), "{other}");
        }
        for name in ["authorization_endpoint", "token_endpoint", "jwks_uri"] {
            for bad in [
                json!("http://id.example/x"),
                json!("http://127.0.0.1:1/x"),
                json!("https://id.example/#x"),
                json!("https://user@id.example/"),
                json!("javascript:alert(1)"),
                json!(null),
                json!(["https://id.example/x"]),
            ] {
                assert!(read(name, bad.clone()).is_err(), "{name} {bad}");
            }
        }
        assert!(Metadata::read(b"[]", ISSUER).is_err() && Metadata::read(b"", ISSUER).is_err());
    }

    #[test]
    fn a_provider_on_this_machine_has_its_endpoints_there() {
        let issuer = "http://localhost:8080";
        let of = |token: &str| {
            let mut document = document();
            (document["issuer"], document["token_endpoint"]) = (json!(issuer), json!(token));
            Metadata::read(document.to_string().as_bytes(), issuer)
        };
        assert!(of("http://localhost:8080/token").is_ok());
        assert!(of("http://id.example/token").is_err());
    }

    #[test]
    fn it_says_how_a_client_proves_itself_and_whether_answers_name_it() {
        let methods = |methods| read("token_endpoint_auth_methods_supported", methods);
        assert_eq!(methods(json!(["client_secret_post"])).unwrap().authentication, Authentication::Post);
        let both = json!(["private_key_jwt", "client_secret_post", "client_secret_basic"]);
        assert_eq!(methods(both).unwrap().authentication, Authentication::Basic);
        assert!(methods(json!(["private_key_jwt"])).is_err());
        assert!(read("authorization_response_iss_parameter_supported", json!(true)).unwrap().says_issuer);
    }
}
