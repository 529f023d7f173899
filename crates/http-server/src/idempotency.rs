//! Writes that are sent again: the header `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header).
//!
//! A `POST` that writes and carries the header is carried out once. The same request again (same caller, key, path, body) gets the
//! answer that the first one got, with `Idempotent-Replayed: true`. A memory in it is not kept with the answer but read again: it
//! is none when it was deleted. Only successes are kept: after a failure the request is tried
//! anew.
//!
//! | sent again | status |
//! |---|---|
//! | the same | that of the first |
//! | another request under the key | 422 |
//! | while the first is being worked on | 409 |

mod answers;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use engine::Reader;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::App;
use crate::access::asker;
use crate::error::Failure;
use crate::wire::Memory;

pub(crate) use answers::Answers;
use answers::{Answer, Begun};

/// The header with the key.
pub(crate) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// The header of an answer that was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
/// The longest key, in bytes.
const MAX_KEY_BYTES: usize = 255;
/// Headers that a request means something else by.
const MEANINGFUL: [HeaderName; 2] =
    [HeaderName::from_static("x-agent-id"), HeaderName::from_static("x-client-hostname")];

/// Carries a write out once for each key.
pub(crate) async fn once(State(app): State<App>, request: Request, next: Next) -> Response {
    let key = match key(request.headers()) {
        Ok(Some(key)) if *request.method() == Method::POST => key,
        Ok(_) => return next.run(request).await,
        Err(failure) => return failure.into_response(),
    };
    let (parts, body) = request.into_parts();
    let asker = match asker(&parts) {
        Ok(asker) => asker,
        Err(failure) => return failure.into_response(),
    };
    let max_bytes = app.options().max_body_bytes;
    let Ok(body) = to_bytes(body, max_bytes).await else {
        return Failure::too_large(max_bytes).into_response();
    };
    let target = parts.uri.path_and_query().map_or("", |target| target.as_str());
    let fingerprint = fingerprint(target, &parts.headers, &body);
    let answers = app.answers();
    // A person may have several spaces, and the same key in each.
    let entry = (asker.in_space(), key);
    let turn = match answers.begin(entry, fingerprint, app.now()) {
        Begun::First(turn) => turn,
        Begun::Kept(kept) => {
            let grant = app.grant(&asker);
            return match with_memory(kept, grant.reader()).await {
                Ok(answer) => replayed(answer),
                Err(failure) => failure.into_response(),
            };
        }
        Begun::Running => {
            return refused(StatusCode::CONFLICT, "a request with this Idempotency-Key is being worked on");
        }
        Begun::Another => {
            let message = "this Idempotency-Key was used for another request: take a new one";
            return refused(StatusCode::UNPROCESSABLE_ENTITY, message);
        }
        Begun::Full => return Failure::too_many(1).into_response(),
    };
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    if !response.status().is_success() {
        return response;
    }
    let (head, body) = response.into_parts();
    // Answers of these routes are whole values, never streams.
    let Ok(body) = to_bytes(body, usize::MAX).await else { return Failure::internal().into_response() };
    let content_type = head.headers.get(CONTENT_TYPE).cloned();
    turn.keep(Answer { status: head.status, content_type, body: without_memory(&body) }, app.now());
    Response::from_parts(head, Body::from(body))
}

/// The key of a request. It is a string of structured fields (RFC 9651): quotes around it are not part of it.
fn key(headers: &HeaderMap) -> Result<Option<String>, Failure> {
    let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    let text = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let is_key = !text.is_empty()
        && text.len() <= MAX_KEY_BYTES
        && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\');
    if !is_key || values.next().is_some() {
        let message =
            format!("Idempotency-Key must be one text of 1 to {MAX_KEY_BYTES} printable characters");
        return Err(Failure::new(StatusCode::BAD_REQUEST, message));
    }
    Ok(Some(text.to_owned()))
}

/// What tells requests apart.
fn fingerprint(target: &str, headers: &HeaderMap, body: &Bytes) -> [u8; 32] {
    let mut hash = Sha256::new();
    let mut add = |bytes: &[u8]| {
        hash.update(bytes.len().to_le_bytes());
        hash.update(bytes);
    };
    add(target.as_bytes());
    for name in MEANINGFUL {
        add(headers.get(name).map_or(&[], HeaderValue::as_bytes));
    }
    add(body);
    hash.finalize().into()
}

/// The name of the field with the memory that was written.
const MEMORY: &str = "memory";

/// A body with no text of a memory in it.
fn without_memory(body: &Bytes) -> Bytes {
    match serde_json::from_slice::<Map<String, Value>>(body) {
        Ok(mut fields) if fields.get(MEMORY).is_some_and(Value::is_object) => {
            fields.insert(MEMORY.to_owned(), Value::Null);
            Value::Object(fields).to_string().into()
        }
        _ => body.clone(),
    }
}

/// An answer with the memory that it names, as it is now, if it has a place for one.
async fn with_memory(mut kept: Answer, reader: &Reader) -> Result<Answer, Failure> {
    let Ok(mut fields) = serde_json::from_slice::<Map<String, Value>>(&kept.body) else { return Ok(kept) };
    let Some(hash) = fields.get("content_hash").and_then(Value::as_str) else { return Ok(kept) };
    if fields.contains_key(MEMORY) {
        let memory = Memory::find(reader, hash, Some("all")).await?;
        fields.insert(MEMORY.to_owned(), json!(memory));
        kept.body = Value::Object(fields).to_string().into();
    }
    Ok(kept)
}

fn replayed(kept: Answer) -> Response {
    let mut response = (kept.status, Body::from(kept.body)).into_response();
    let headers = response.headers_mut();
    headers.extend(kept.content_type.map(|content_type| (CONTENT_TYPE, content_type)));
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    response
}

fn refused(status: StatusCode, message: &str) -> Response {
    Failure::new(status, message).into_response()
}

#[cfg(test)]
mod tests;
