//! `POST /api/memories`: keeps one text. The tool `memory_store` does it, so that both doors behave alike.

use axum::Json;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use engine::ErrorCode;
use mcp::{tools, wire};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::App;
use crate::access::Write;
use crate::error::{ErrorDetail, Failure, InvalidRequest, Refused};
use crate::extract::{Body, Lenient};
use crate::wire::Memory;
use axum::extract::State;

/// The header with the author.
const AGENT_ID: HeaderName = HeaderName::from_static("x-agent-id");
/// The header with the machine that a memory comes from.
const CLIENT_HOSTNAME: HeaderName = HeaderName::from_static("x-client-hostname");

/// A memory to keep.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewMemory {
    /// Its text, kept exactly.
    #[schema(min_length = 1)]
    content: String,
    /// Its tags.
    #[serde(default)]
    tags: Option<Vec<String>>,
    /// Its kind.
    #[serde(default)]
    memory_type: Option<String>,
    /// Free fields.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    metadata: Option<Map<String, Value>>,
    /// The machine it comes from.
    #[serde(default)]
    client_hostname: Option<String>,
    /// The conversation it belongs to.
    #[serde(default)]
    conversation_id: Option<String>,
    /// The named store it goes to.
    #[serde(default)]
    store: Option<String>,
    /// When it happened, if not now: a date, or RFC 3339.
    #[serde(default)]
    occurred_at: Option<String>,
    /// Whether to store it although its deletion was recorded.
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    restore_deleted: Option<Lenient<bool>>,
}

/// What became of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct Stored {
    /// Whether something was written: not when the text was there already.
    success: bool,
    /// The same for people.
    message: String,
    /// Its key; none when nothing was written.
    content_hash: Option<String>,
    /// It, as it was stored.
    memory: Option<Memory>,
}

/// Keep a text
#[utoipa::path(
    post,
    path = "/api/memories",
    tag = "memories",
    request_body = NewMemory,
    params(
        ("X-Agent-ID" = Option<String>, Header, description = "The author; adds the tag `agent:<id>`"),
        ("X-Client-Hostname" = Option<String>, Header, description = "The machine it comes from, where that is kept"),
    ),
    security(("key" = ["write"])),
    responses(
        (status = OK, body = Stored),
        (status = UNAUTHORIZED, body = Refused),
        (status = FORBIDDEN, body = Refused),
        (status = CONFLICT, body = ErrorDetail),
        (status = PAYLOAD_TOO_LARGE, body = ErrorDetail),
        (status = UNPROCESSABLE_ENTITY, body = InvalidRequest),
    )
)]
pub(crate) async fn create(
    State(app): State<App>,
    write: Write,
    headers: HeaderMap,
    Body(new): Body<NewMemory>,
) -> Result<Json<Stored>, Failure> {
    let header = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let mut arguments = new.arguments(header(AGENT_ID));
    if app.options().defaults.client_hostname.is_some() && !arguments.contains_key("client_hostname") {
        let hostname = header(CLIENT_HOSTNAME).filter(|name| !name.is_empty());
        arguments.extend(hostname.map(|name| ("client_hostname".to_owned(), name.into())));
    }
    app.options().defaults.fill("memory_store", &mut arguments);
    let answer = tools::call_as(&write.caller(), "memory_store", arguments).await;
    let answer = answer.map_err(|error| match error.code {
        ErrorCode::Conflict => {
            Failure::with_body(StatusCode::CONFLICT, json!({ "detail": { "message": error.message } }))
        }
        _ => error.into(),
    })?;
    let receipt: wire::Receipt = serde_json::from_value(answer.structured).map_err(|error| {
        tracing::error!(error = %error, "a receipt could not be read");
        Failure::internal()
    })?;
    if receipt.outcome == "duplicate" {
        let message = answer.text.strip_prefix("Error storing memory: ").unwrap_or(&answer.text).to_owned();
        return Ok(Json(Stored { success: false, message, content_hash: None, memory: None }));
    }
    let first = receipt.parts.first().map_or(receipt.content_hash, |part| part.content_hash.clone());
    let memory = Memory::find(write.reader(), &first).await?;
    Ok(Json(Stored { success: true, message: answer.text, content_hash: Some(first), memory }))
}

impl NewMemory {
    /// The arguments of the tool.
    fn arguments(self, agent: Option<&str>) -> Map<String, Value> {
        let mut tags = self.tags.unwrap_or_default();
        if let Some(agent) = agent.filter(|agent| !agent.is_empty()) {
            let tag = format!("agent:{agent}");
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        let texts = [
            ("content", Some(self.content)),
            ("memory_type", self.memory_type),
            ("client_hostname", self.client_hostname),
            ("conversation_id", self.conversation_id),
            ("store", self.store),
            ("occurred_at", self.occurred_at),
            ("agent_id", agent.map(str::to_owned)),
        ];
        let mut arguments: Map<String, Value> = texts
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), Value::from(value?))))
            .collect();
        arguments.insert("tags".to_owned(), tags.into());
        arguments.extend(self.metadata.map(|metadata| ("metadata".to_owned(), Value::Object(metadata))));
        arguments
            .extend(self.restore_deleted.map(|restore| ("restore_deleted".to_owned(), restore.0.into())));
        arguments
    }
}
