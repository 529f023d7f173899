//! One line of input: the messages in it, or the errors that answer it.

use rmcp::model::{ClientJsonRpcMessage, ErrorCode, ErrorData, RequestId, ServerJsonRpcMessage};
use serde_json::Value;

use super::MAX_LINE_BYTES;

/// What every `_meta` of the stateless revision has; one of them marks a request as of that revision.
const VERSION_KEY: &str = "io.modelcontextprotocol/protocolVersion";
const MODERN_KEYS: [&str; 3] =
    [VERSION_KEY, "io.modelcontextprotocol/clientCapabilities", "io.modelcontextprotocol/clientInfo"];

/// What a line holds.
pub(super) enum Incoming {
    /// A request or a notification.
    Message(ClientJsonRpcMessage),
    /// Something that is answered with an error at once.
    Refused(ServerJsonRpcMessage),
}

/// Reads a line: usually one message, none for a blank line, several for a batch of revision 2025-03-26.
pub(super) fn read(line: &[u8]) -> Vec<Incoming> {
    let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line).trim_ascii();
    if line.is_empty() {
        return Vec::new();
    }
    match serde_json::from_slice(line) {
        Ok(Value::Array(batch)) if !batch.is_empty() => batch.into_iter().filter_map(one).collect(),
        Ok(value) => one(value).into_iter().collect(),
        Err(error) => {
            let message = format!("Parse error: the line is not JSON ({error})");
            vec![refused(None, ErrorCode::PARSE_ERROR, message)]
        }
    }
}

/// The answer to a line that is too long to be read.
pub(super) fn too_long() -> ServerJsonRpcMessage {
    let message = format!("Invalid Request: the line is longer than {MAX_LINE_BYTES} bytes and was skipped");
    ServerJsonRpcMessage::error(ErrorData::new(ErrorCode::INVALID_REQUEST, message, None), None)
}

fn one(value: Value) -> Option<Incoming> {
    let has_method = value.get("method").is_some_and(Value::is_string);
    let is_answer = value.get("result").is_some() || value.get("error").is_some();
    if !has_method && is_answer {
        // This server asks nothing, so it waits for no answer.
        return None;
    }
    let id: Option<RequestId> = value.get("id").and_then(|id| serde_json::from_value(id.clone()).ok());
    let is_readable_id = id.is_some() || value.get("id").is_none();
    if !has_method || !is_readable_id {
        let message = "Invalid Request: a message is an object with `jsonrpc`, `method` and, for a request, an `id` \
                       that is a text or a whole number";
        return Some(refused(id, ErrorCode::INVALID_REQUEST, message.to_owned()));
    }
    if id.is_some() && lacks_version(&value) {
        let message = format!("request _meta is missing or has malformed required fields: {VERSION_KEY}");
        return Some(refused(id, ErrorCode::INVALID_PARAMS, message));
    }
    match serde_json::from_value(value) {
        Ok(message) => Some(Incoming::Message(message)),
        // A notification is never answered.
        Err(_) if id.is_none() => None,
        Err(_) => {
            let message = "Invalid Request: `jsonrpc` must be \"2.0\" and `params` an object";
            Some(refused(id, ErrorCode::INVALID_REQUEST, message.to_owned()))
        }
    }
}

/// Whether a request of the stateless revision does not say which version it is of.
fn lacks_version(request: &Value) -> bool {
    let Some(meta) = request.pointer("/params/_meta").and_then(Value::as_object) else { return false };
    MODERN_KEYS.iter().any(|key| meta.contains_key(*key))
        && !meta.get(VERSION_KEY).is_some_and(Value::is_string)
}

fn refused(id: Option<RequestId>, code: ErrorCode, message: String) -> Incoming {
    Incoming::Refused(ServerJsonRpcMessage::error(ErrorData::new(code, message, None), id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    proptest! {
        #[test]
        fn any_bytes_are_read_and_what_is_no_json_is_refused(line: Vec<u8>) {
            let refused = read(&line).into_iter().filter(|incoming| matches!(incoming, Incoming::Refused(_))).count();
            let is_blank = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&line).trim_ascii().is_empty();
            let is_json = serde_json::from_slice::<Value>(&line).is_ok();
            prop_assert!(is_json || refused == usize::from(!is_blank), "{line:?}");
        }

        #[test]
        fn a_request_is_read_whatever_text_is_in_it(id: String, content: String, name: String) {
            let params = json!({"name": name, "arguments": {"content": content}});
            let line = json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params}).to_string();
            let read = read(line.as_bytes());
            prop_assert!(matches!(read.as_slice(), [Incoming::Message(_)]), "{line}");
        }
    }
}
