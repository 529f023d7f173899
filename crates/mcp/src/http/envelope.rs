//! What the headers of a request say.

use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderName};
use rmcp::model::{ClientJsonRpcMessage, ClientRequest, GetMeta, ProtocolVersion};

use super::refusal::Refusal;

/// The version that a request is of.
const VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");
/// What is also in the body, where something on the way may read it. Each is checked against the body, so none may be there
/// twice: others would read the other one.
const STANDARD: [(HeaderName, &str); 3] = [
    (VERSION, "MCP-Protocol-Version"),
    (HeaderName::from_static("mcp-method"), "Mcp-Method"),
    (HeaderName::from_static("mcp-name"), "Mcp-Name"),
];

/// The form of an answer that a client accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// JSON and nothing else: simple programs, which say nothing or that they accept anything.
    Json,
    /// An event stream and nothing else.
    Stream,
    /// What the protocol asks of clients.
    Either,
}

impl Form {
    /// What a request accepts. Who accepts neither gets JSON.
    pub(crate) fn accepted(headers: &HeaderMap) -> Self {
        let (mut json, mut stream) = (false, false);
        for value in headers.get_all(ACCEPT) {
            for range in value.to_str().unwrap_or_default().split(',') {
                let mut parts = range.split(';').map(str::trim);
                let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
                let is_excluded = parts.any(|parameter| {
                    let weight = parameter.strip_prefix("q=").or_else(|| parameter.strip_prefix("Q="));
                    weight.and_then(|weight| weight.parse::<f32>().ok()) == Some(0.0)
                });
                if !is_excluded {
                    json |= matches!(kind.as_str(), "application/json" | "application/*" | "*/*");
                    stream |= matches!(kind.as_str(), "text/event-stream" | "text/*");
                }
            }
        }
        match (json, stream) {
            (true, true) => Self::Either,
            (false, true) => Self::Stream,
            (_, false) => Self::Json,
        }
    }
}

/// Checks that a body is said to be JSON. Web pages cannot say so in a request to another site without being asked first.
pub(crate) fn check_content_type(headers: &HeaderMap) -> Result<(), Refusal> {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = value.split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case("application/json") { Ok(()) } else { Err(Refusal::ContentType) }
}

/// Checks the headers that say what is in the body, as far as that is not done by `rmcp`.
pub(crate) fn check_headers(headers: &HeaderMap, message: &ClientJsonRpcMessage) -> Result<(), Refusal> {
    for (name, written) in &STANDARD {
        if headers.get_all(name).iter().count() > 1 {
            return Err(Refusal::HeaderTwice(written));
        }
    }
    let Some(version) = headers.get(VERSION) else { return Ok(()) };
    if is_handshake(message) {
        // It agrees on a version, whichever it is asked for.
        return Ok(());
    }
    let version = String::from_utf8_lossy(version.as_bytes());
    let is_known = ProtocolVersion::KNOWN_VERSIONS.iter().any(|known| known.as_str() == version);
    if is_known || version_in_body(message).is_some() {
        return Ok(());
    }
    Err(Refusal::Version { requested: version.chars().take(64).collect() })
}

fn is_handshake(message: &ClientJsonRpcMessage) -> bool {
    let ClientJsonRpcMessage::Request(request) = message else { return false };
    matches!(request.request, ClientRequest::InitializeRequest(_))
}

/// The version that a request of the stateless revision names.
fn version_in_body(message: &ClientJsonRpcMessage) -> Option<ProtocolVersion> {
    match message {
        ClientJsonRpcMessage::Request(request) => request.request.get_meta().protocol_version(),
        _ => None,
    }
}

/// The headers that the protocol gives a meaning, and those that say who asks. The others are not handed on: credentials
/// are among them.
pub(crate) fn handed_on(headers: &HeaderMap) -> HeaderMap {
    let is_known = |name: &HeaderName| {
        let name = name.as_str();
        STANDARD.iter().any(|(known, _)| known == name)
            || name.starts_with("mcp-param-")
            || matches!(name, "x-agent-id" | "x-client-hostname" | "user-agent")
    };
    let known = headers.iter().filter(|(name, _)| is_known(name));
    known.map(|(name, value)| (name.clone(), value.clone())).collect()
}
