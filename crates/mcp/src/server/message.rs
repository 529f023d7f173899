//! One line of input, or the body of one request: the messages in it, or the errors that answer it.

use std::fmt;

use rmcp::model::{ClientJsonRpcMessage, ErrorCode, ErrorData, RequestId, ServerJsonRpcMessage};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde_json::Value;

use super::MAX_LINE_BYTES;
use super::weight::{MAX_VALUES, Weight};

/// How many messages a batch may have. A longer one is answered with one error, and its elements are never held: a line of
/// 16 MiB has room for eight million.
const MAX_BATCH: usize = 100;

/// What every `_meta` of the stateless revision has; one of them marks a request as of that revision.
const VERSION_KEY: &str = "io.modelcontextprotocol/protocolVersion";
const MODERN_KEYS: [&str; 3] =
    [VERSION_KEY, "io.modelcontextprotocol/clientCapabilities", "io.modelcontextprotocol/clientInfo"];

/// What a line holds.
pub(crate) enum Incoming {
    /// A request or a notification.
    Message(ClientJsonRpcMessage),
    /// Something that is answered with an error at once.
    Refused(ServerJsonRpcMessage),
}

/// Reads a line: usually one message, none for a blank line, several for a batch of revision 2025-03-26.
pub(super) fn read(line: &[u8]) -> Vec<Incoming> {
    let line = trimmed(line);
    if line.is_empty() {
        return Vec::new();
    }
    let values = Weight::of(line).values;
    if values > MAX_VALUES {
        return vec![too_many(line, values)];
    }
    let messages = match line.first() {
        Some(b'[') => serde_json::from_slice(line),
        _ => serde_json::from_slice(line).map(|message| Batch { messages: vec![message], length: 1 }),
    };
    match messages {
        Ok(Batch { length: 0, .. }) => one(Value::Array(Vec::new())).into_iter().collect(),
        Ok(Batch { messages, length }) if length == messages.len() => {
            messages.into_iter().filter_map(one).collect()
        }
        Ok(Batch { length, .. }) => {
            let message = format!(
                "Invalid Request: a batch of {length} messages, at most {MAX_BATCH} are allowed: send fewer at once"
            );
            vec![refused(None, ErrorCode::INVALID_REQUEST, message)]
        }
        Err(error) => vec![no_json(&error)],
    }
}

/// Reads the body of a request: one message. Nothing when it is one that is never answered and cannot be used.
pub(crate) fn read_one(body: &[u8]) -> Option<Incoming> {
    let body = trimmed(body);
    let values = Weight::of(body).values;
    if values > MAX_VALUES {
        return Some(too_many(body, values));
    }
    match serde_json::from_slice(body) {
        Ok(Value::Array(_)) => {
            let message =
                "Invalid Request: a batch, which this transport does not have: send one message a request";
            Some(refused(None, ErrorCode::INVALID_REQUEST, message.to_owned()))
        }
        Ok(message) => one(message),
        Err(error) => Some(no_json(&error)),
    }
}

/// Without a byte order mark and blanks around it.
pub(crate) fn trimmed(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text).trim_ascii()
}

fn no_json(error: &serde_json::Error) -> Incoming {
    refused(None, ErrorCode::PARSE_ERROR, format!("Parse error: what was sent is not JSON ({error})"))
}

/// The answer to a line with too many values. Nothing of it is kept but the id of its request.
fn too_many(line: &[u8], values: usize) -> Incoming {
    if let Err(error) = serde_json::from_slice::<IgnoredAny>(line) {
        return no_json(&error);
    }
    #[derive(Deserialize)]
    struct Addressed {
        id: Option<RequestId>,
    }
    let id = serde_json::from_slice(line).ok().and_then(|Addressed { id }| id);
    let message = format!(
        "Invalid Request: {values} JSON values at once, at most {MAX_VALUES} are allowed: send fewer"
    );
    refused(id, ErrorCode::INVALID_REQUEST, message)
}

/// A list of messages, of which no more than [`MAX_BATCH`] are kept.
struct Batch {
    messages: Vec<Value>,
    length: usize,
}

impl<'de> Deserialize<'de> for Batch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(BatchVisitor)
    }
}

struct BatchVisitor;

impl<'de> Visitor<'de> for BatchVisitor {
    type Value = Batch;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of messages")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Batch, A::Error> {
        let mut messages = Vec::new();
        while messages.len() < MAX_BATCH {
            match list.next_element()? {
                Some(message) => messages.push(message),
                None => return Ok(Batch { length: messages.len(), messages }),
            }
        }
        let mut length = messages.len();
        while list.next_element::<IgnoredAny>()?.is_some() {
            length += 1;
        }
        Ok(Batch { messages, length })
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

    #[test]
    fn a_batch_that_is_too_long_is_one_error_and_its_messages_are_not_read() {
        let batch = |length: usize| {
            let pings = (0..length).map(|id| json!({"jsonrpc": "2.0", "id": id, "method": "ping"}));
            Value::Array(pings.collect()).to_string()
        };
        let read_all = read(batch(MAX_BATCH).as_bytes());
        assert_eq!(read_all.len(), 100);
        assert!(read_all.iter().all(|incoming| matches!(incoming, Incoming::Message(_))));
        for line in [batch(MAX_BATCH + 1), format!("[1{}]", ",1".repeat(1_000_000))] {
            let [Incoming::Refused(answer)] = &read(line.as_bytes())[..] else { panic!("not one error") };
            let answer = serde_json::to_value(answer).unwrap();
            assert_eq!(answer["error"]["code"], -32600, "{answer}");
            assert!(answer["error"]["message"].as_str().unwrap().contains("at most 100"), "{answer}");
        }
        let unfinished = format!("[1{}", ",1".repeat(200));
        let [Incoming::Refused(answer)] = &read(unfinished.as_bytes())[..] else { panic!("not one error") };
        assert_eq!(serde_json::to_value(answer).unwrap()["error"]["code"], -32700);
    }

    #[test]
    fn a_line_with_too_many_values_is_refused_by_the_id_of_its_request() {
        // Nine values around the list: the message, its four fields, the arguments, the list and two more.
        let call = |values: usize| {
            let list = vec!["1"; values].join(",");
            let params = format!(
                r#"{{"name": "memory_store", "arguments": {{"content": "a", "metadata": {{"list": [{list}]}}}}}}"#
            );
            format!(r#"{{"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {params}}}"#)
        };
        let around = Weight::of(call(1).as_bytes()).values - 1;
        let [Incoming::Message(_)] = &read(call(MAX_VALUES - around).as_bytes())[..] else {
            panic!("refused")
        };
        let [Incoming::Refused(answer)] = &read(call(MAX_VALUES - around + 1).as_bytes())[..] else {
            panic!("not refused")
        };
        let answer = serde_json::to_value(answer).unwrap();
        assert_eq!((&answer["id"], &answer["error"]["code"]), (&json!(7), &json!(-32600)));
        assert!(answer["error"]["message"].as_str().unwrap().contains("at most 100000"), "{answer}");
        let unfinished = format!("[[{}", "1,".repeat(MAX_VALUES));
        for (line, code) in [(unfinished.clone(), -32700), (format!("{unfinished}1]]"), -32600)] {
            let [Incoming::Refused(answer)] = &read(line.as_bytes())[..] else { panic!("not refused") };
            let answer = serde_json::to_value(answer).unwrap();
            assert_eq!((answer.get("id"), &answer["error"]["code"]), (None, &json!(code)));
        }
    }

    #[test]
    fn the_largest_calls_that_make_sense_are_read() {
        let turn = json!({"role": "user", "content": "x".repeat(480)});
        let session = json!({"name": "memory_store_session", "arguments": {"turns": vec![turn; 30_000]}});
        let fields: serde_json::Map<String, Value> =
            (0..6_000).map(|n| (format!("f{n}"), json!(n))).collect();
        let store = json!({"name": "memory_store", "arguments": {"content": "x".repeat(1024 * 1024), "metadata": fields}});
        for params in [session, store] {
            let line =
                json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}).to_string();
            assert!(line.len() <= MAX_LINE_BYTES, "{}", line.len());
            assert!(matches!(&read(line.as_bytes())[..], [Incoming::Message(_)]), "{}", line.len());
        }
    }

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
