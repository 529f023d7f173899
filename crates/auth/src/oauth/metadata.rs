//! What the server tells of itself.

use model::oauth::{ClientAuthentication, GrantType, Scopes};
use serde_json::{Value, json};

use super::{AuthorizationServer, Registration};

/// What the scopes of a resource's metadata are: what is needed at least. More is asked for when it is needed.
const RESOURCE_SCOPES: [&str; 2] = ["read", "write"];

impl AuthorizationServer {
    /// What clients have to know of this server (RFC 8414).
    #[must_use]
    pub fn metadata(&self) -> Value {
        let at = |path: &str| format!("{}/oauth/{path}", self.settings.issuer);
        let methods: Vec<&str> = ClientAuthentication::ALL.iter().map(|method| method.name()).collect();
        let secrets: Vec<&&str> = methods.iter().filter(|method| **method != "none").collect();
        let scopes = Scopes::ALL.to_string();
        let mut told = json!({
            "issuer": self.settings.issuer,
            "authorization_endpoint": at("authorize"),
            "token_endpoint": at("token"),
            "revocation_endpoint": at("revoke"),
            "introspection_endpoint": at("introspect"),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": GrantType::ALL.map(GrantType::name),
            "token_endpoint_auth_methods_supported": methods,
            "revocation_endpoint_auth_methods_supported": methods,
            "introspection_endpoint_auth_methods_supported": secrets,
            "code_challenge_methods_supported": ["S256"],
            "scopes_supported": scopes.split(' ').collect::<Vec<_>>(),
            "authorization_response_iss_parameter_supported": true,
            "client_id_metadata_document_supported": self.documents.is_some(),
        });
        if self.settings.registration != Registration::Off {
            told["registration_endpoint"] = at("register").into();
        }
        told
    }

    /// What clients have to know of a resource (RFC 9728), by its path beneath the issuer: nothing, or `/mcp`. None when that is no
    /// resource.
    #[must_use]
    pub fn resource_metadata(&self, path: &str) -> Option<Value> {
        let is_known = path.is_empty() || self.settings.resources.iter().any(|known| known == path);
        is_known.then(|| {
            json!({
                "resource": format!("{}{path}", self.settings.issuer),
                "authorization_servers": [self.settings.issuer],
                "scopes_supported": RESOURCE_SCOPES,
                "bearer_methods_supported": ["header"],
                "resource_name": "MCP Memory Service",
            })
        })
    }

    /// Where the metadata are of the resource that a path of this server belongs to, for `WWW-Authenticate`.
    #[must_use]
    pub fn resource_metadata_url(&self, path: &str) -> String {
        let resource = self.settings.resources.iter().find(|known| {
            path.strip_prefix(known.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        let resource = resource.map_or("", String::as_str);
        format!("{}/.well-known/oauth-protected-resource{resource}", self.settings.issuer)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::Bed;
    use super::*;
    use crate::Secret;

    #[test]
    fn s1_s2_s6_metadata_say_what_every_client_asks() {
        let told = Bed::new().server.metadata();
        assert_eq!(told["issuer"], "https://memory.example");
        assert_eq!(told["authorization_endpoint"], "https://memory.example/oauth/authorize");
        assert_eq!(told["token_endpoint"], "https://memory.example/oauth/token");
        assert_eq!(told["registration_endpoint"], "https://memory.example/oauth/register");
        assert_eq!(told["revocation_endpoint"], "https://memory.example/oauth/revoke");
        assert_eq!(told["introspection_endpoint"], "https://memory.example/oauth/introspect");
        assert_eq!(told["code_challenge_methods_supported"], json!(["S256"]));
        assert_eq!(told["response_types_supported"], json!(["code"]));
        assert_eq!(
            told["grant_types_supported"],
            json!(["authorization_code", "refresh_token", "client_credentials"])
        );
        let methods = json!(["none", "client_secret_basic", "client_secret_post"]);
        assert_eq!(told["token_endpoint_auth_methods_supported"], methods);
        let secrets = json!(["client_secret_basic", "client_secret_post"]);
        assert_eq!(told["introspection_endpoint_auth_methods_supported"], secrets);
        assert_eq!(told["scopes_supported"], json!(["read", "write", "admin", "offline_access"]));
        assert_eq!(told["authorization_response_iss_parameter_supported"], true);
        assert_eq!(told["client_id_metadata_document_supported"], true);
    }

    #[test]
    fn what_is_off_is_not_told() {
        let told = Bed::with(|settings| settings.registration = Registration::Off).server.metadata();
        assert_eq!(told.get("registration_endpoint"), None);
        let told = Bed::with(|settings| settings.registration = Registration::Key(Secret::new("k")));
        assert!(told.server.metadata().get("registration_endpoint").is_some());
        assert_eq!(
            Bed::without_documents().server.metadata()["client_id_metadata_document_supported"],
            false
        );
    }

    #[test]
    fn a1_a8_metadata_of_resources_name_the_least() {
        let server = Bed::new().server;
        for (path, resource) in [("", "https://memory.example"), ("/mcp", "https://memory.example/mcp")] {
            let told = server.resource_metadata(path).unwrap();
            assert_eq!(told["resource"], resource);
            assert_eq!(told["authorization_servers"], json!(["https://memory.example"]));
            assert_eq!(told["scopes_supported"], json!(["read", "write"]));
            assert_eq!(told["bearer_methods_supported"], json!(["header"]));
        }
        for path in ["/", "/api", "/mcp/", "mcp"] {
            assert_eq!(server.resource_metadata(path), None, "{path}");
        }
    }

    #[test]
    fn a2_a_challenge_names_the_metadata_of_the_resource() {
        let server = Bed::new().server;
        let well_known = "https://memory.example/.well-known/oauth-protected-resource";
        for path in ["/mcp", "/mcp/x"] {
            assert_eq!(server.resource_metadata_url(path), format!("{well_known}/mcp"));
        }
        for path in ["/api/memories", "/mcpx", "/"] {
            assert_eq!(server.resource_metadata_url(path), well_known);
        }
    }
}
