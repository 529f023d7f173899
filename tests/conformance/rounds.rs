//! Answers that need something from the client first, in one round or more (revision 2026-07-28).
//!
//! An answer that waits for something says for what, and is asked for again with it. What was reached is in a text that
//! comes back with the next request.

use rmcp::model::{ClientCapabilities, ErrorData};
use serde_json::{Map, Value, json};

/// What is known of the state of somebody's questions.
pub(crate) struct Given<'a> {
    /// What the client answered.
    pub(crate) responses: Value,
    /// The text that came back.
    pub(crate) state: Option<&'a str>,
    /// What the client can be asked.
    pub(crate) capabilities: Option<ClientCapabilities>,
}

/// What to ask the client next, as the result has it; nothing when it has answered everything.
pub(crate) fn next(row: &Value, given: &Given<'_>) -> Result<Option<Value>, ErrorData> {
    let Some(rounds) = row["rounds"].as_array() else { return Ok(None) };
    let has_state = row["has_state"].as_bool().unwrap_or_default();
    let mut number = match given.state {
        Some(text) if has_state => (0..rounds.len())
            .find(|number| state(*number) == text)
            .ok_or_else(|| ErrorData::invalid_params("this is no state that was given out", None))?,
        _ => 0,
    };
    let mut round = askable(&rounds[number], given.capabilities.as_ref())?;
    if round.iter().all(|(key, request)| is_answered(&given.responses[key], request)) {
        number += 1;
        let Some(following) = rounds.get(number) else { return Ok(None) };
        round = askable(following, given.capabilities.as_ref())?;
    }
    let mut asked = json!({"resultType": "input_required", "inputRequests": round});
    if has_state {
        asked["requestState"] = state(number).into();
    }
    Ok(Some(asked))
}

/// The requests of a round that this client can answer.
fn askable(
    round: &Value,
    capabilities: Option<&ClientCapabilities>,
) -> Result<Map<String, Value>, ErrorData> {
    let declared = capabilities.map(|declared| json!(declared)).unwrap_or_default();
    let requests: Map<String, Value> = round
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(_, request)| declared.get(capability(request)).is_some())
        .map(|(key, request)| (key.clone(), request.clone()))
        .collect();
    match round.as_object().into_iter().flatten().next() {
        Some((_, first)) if requests.is_empty() => {
            let needed = json!({capability(first): {}});
            let needed = serde_json::from_value(needed).map_err(crate::fixture::defect)?;
            Err(ErrorData::missing_required_client_capability(needed))
        }
        _ => Ok(requests),
    }
}

/// The capability that a request needs: `sampling` of `sampling/createMessage`.
fn capability(request: &Value) -> &str {
    let method = request["method"].as_str().unwrap_or_default();
    method.split('/').next().unwrap_or_default()
}

/// Whether this is an answer to that request.
fn is_answered(response: &Value, request: &Value) -> bool {
    match request["method"].as_str() {
        Some("elicitation/create") => {
            let required = request["params"]["requestedSchema"]["required"].as_array();
            let mut required = required.into_iter().flatten().filter_map(Value::as_str);
            response["action"] == "accept" && required.all(|name| response["content"].get(name).is_some())
        }
        Some("sampling/createMessage") => response["content"].is_object(),
        _ => response["roots"].is_array(),
    }
}

/// What stands for a round. It is compared whole, so nothing else is taken for one.
fn state(number: usize) -> String {
    format!("round-{number}-asked")
}
