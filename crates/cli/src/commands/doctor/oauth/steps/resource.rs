//! The metadata of the resource (RFC 9728): which address it is, and who gives tokens for it.

use egress::Target;
use serde_json::Value;

use super::super::door::Door;
use super::super::finding::Finding;

/// What the resource says of itself.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) struct Resource {
    /// Its own address, which a token is asked for.
    pub(in super::super) resource: String,
    /// Who gives tokens.
    pub(in super::super) issuer: String,
    /// The scopes that it knows.
    pub(in super::super) scopes: Vec<String>,
}

/// Reads what the challenge names, and sees that it is also where clients look by themselves.
pub(in super::super) fn resource(
    door: &Door,
    target: &Target,
    named: &str,
) -> Result<(Resource, String), Finding> {
    let found = read(&door.document(named)?, target, named)?;
    for place in places(target) {
        if place != named {
            read(&door.document(&place)?, target, &place)?;
        }
    }
    let told = format!("{} gives tokens for {}", found.issuer, found.resource);
    Ok((found, told))
}

/// Where clients look (RFC 9728 section 3.1): with the path of the resource behind, and without.
fn places(target: &Target) -> [String; 2] {
    let base = format!("{}/.well-known/oauth-protected-resource", target.origin());
    [format!("{base}{}", target.path().trim_end_matches('/')), base]
}

fn read(document: &Value, target: &Target, place: &str) -> Result<Resource, Finding> {
    let wrong = |what: &str, cure: &str| Finding::new(format!("{place} {what}"), cure);
    let issuer_cure = "set MCP_OAUTH_ISSUER to the address of the server as its users see it, without a path";
    let resource = document["resource"].as_str().ok_or_else(|| wrong("names no resource", issuer_cure))?;
    let url = target.to_string();
    let is_it = resource == url || resource == target.origin();
    if !is_it {
        return Err(wrong(&format!("is about {resource}, and the client was given {url}"), issuer_cure));
    }
    let issuer = document["authorization_servers"][0].as_str();
    let issuer = issuer.ok_or_else(|| wrong("names nobody who gives tokens", issuer_cure))?;
    let scopes = document["scopes_supported"].as_array().into_iter().flatten();
    let scopes = scopes.filter_map(|scope| scope.as_str().map(str::to_owned)).collect();
    Ok(Resource { resource: resource.to_owned(), issuer: issuer.to_owned(), scopes })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read_at(url: &str, document: &Value) -> Result<Resource, Finding> {
        read(document, &Target::parse(url).unwrap(), "the document")
    }

    #[test]
    fn a_document_about_another_address_is_told_with_both() {
        let document =
            json!({"resource": "http://0.0.0.0:8000/mcp", "authorization_servers": ["http://0.0.0.0:8000"]});
        let finding = read_at("https://m.example/mcp", &document).unwrap_err();
        assert!(
            finding.found.contains("http://0.0.0.0:8000/mcp")
                && finding.found.contains("https://m.example/mcp")
        );
        assert!(finding.cure.contains("MCP_OAUTH_ISSUER"));
        let slash =
            json!({"resource": "https://m.example/mcp/", "authorization_servers": ["https://m.example"]});
        assert!(read_at("https://m.example/mcp", &slash).is_err(), "clients compare byte for byte");
    }

    #[test]
    fn who_gives_tokens_is_read() {
        let document = json!({
            "resource": "https://m.example/mcp",
            "authorization_servers": ["https://m.example"],
            "scopes_supported": ["read", "write"],
        });
        let found = read_at("https://m.example/mcp", &document).unwrap();
        assert_eq!(
            (found.issuer.as_str(), found.scopes.join(" ").as_str()),
            ("https://m.example", "read write")
        );
        assert!(read_at("https://m.example/mcp", &json!({"resource": "https://m.example/mcp"})).is_err());
    }
}
