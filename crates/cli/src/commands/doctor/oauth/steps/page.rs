//! What a page of the client's own origin may ask of the server (CORS).

use egress::{Purpose, Response};

use super::super::door::Door;
use super::super::finding::Finding;

pub(in super::super) fn page(door: &Door, origin: &str, urls: &[&str]) -> Result<((), String), Finding> {
    for url in urls {
        let asked = [
            ("origin", origin),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "authorization,content-type,mcp-protocol-version"),
        ];
        let response = door.ask(url, &asked, Purpose::Preflight)?;
        if !(200..300).contains(&response.status) || !allows(&response, origin) {
            return Err(Finding::new(
                format!("a page of {origin} may not ask {url}"),
                format!("add {origin} to MCP_CORS_ORIGINS"),
            ));
        }
    }
    Ok(((), format!("a page of {origin} may ask")))
}

fn allows(response: &Response, origin: &str) -> bool {
    let allowed = response.fields.get("access-control-allow-origin").and_then(|value| value.to_str().ok());
    allowed.is_some_and(|allowed| allowed == "*" || allowed == origin)
}
