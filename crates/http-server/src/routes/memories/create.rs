//! `POST /api/memories`: keeps one text. The tool `memory_store` does it, so that both doors behave alike.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use engine::ErrorCode;
use mcp::{ToolError, wire};
use model::Partition;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::App;
use crate::access::Add;
use crate::error::{ErrorDetail, Failure};
use crate::extract::{Body, Lenient};
use crate::tool::{self, Told};
use crate::wire::Memory;

/// The header with the author.
pub(crate) const AGENT_ID: HeaderName = HeaderName::from_static("x-agent-id");
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

/// A text that is not stored, because its deletion was recorded.
#[derive(ToSchema)]
#[expect(dead_code, reason = "a shape of the OpenAPI document")]
pub(crate) struct RefusedToStore {
    /// Why.
    detail: RefusedToStoreDetail,
}

/// Why a text is not stored.
#[derive(ToSchema)]
#[expect(dead_code, reason = "a shape of the OpenAPI document")]
pub(crate) struct RefusedToStoreDetail {
    /// What was deleted when, and how to bring it back.
    message: String,
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
    security(("key" = ["add"])),
    responses(
        (status = OK, body = Stored),
        (status = BAD_REQUEST, body = ErrorDetail),
        (status = CONFLICT, body = RefusedToStore),
    )
)]
pub(crate) async fn create(
    State(app): State<App>,
    add: Add,
    headers: HeaderMap,
    Body(new): Body<NewMemory>,
) -> Result<Json<Stored>, Failure> {
    let store = store_to_write(new.store.as_deref())?;
    let mut arguments = new.arguments(header(&headers, AGENT_ID));
    if app.options().defaults.client_hostname.is_some() && !arguments.contains_key("client_hostname") {
        let hostname = header(&headers, CLIENT_HOSTNAME);
        arguments.extend(hostname.map(|name| ("client_hostname".to_owned(), name.into())));
    }
    app.options().defaults.fill("memory_store", &mut arguments);
    let told = tool::call::<wire::Stored>(&add.caller(), "memory_store", arguments).await;
    let Told { answer: wire::Stored { receipt, memory }, text } = told.map_err(refused_to_store)?;
    if receipt.outcome == "duplicate" {
        let message = duplicate(&receipt.store, &store);
        return Ok(Json(Stored { success: false, message, content_hash: None, memory: None }));
    }
    let (content_hash, memory) = match receipt.parts.into_iter().next() {
        None => (receipt.content_hash, memory.map(Memory::from)),
        // Of a text that became several memories, the first is shown.
        Some(first) => {
            let memory = Memory::find(add.reader(), &first.content_hash, Some("all")).await?;
            (first.content_hash, memory)
        }
    };
    Ok(Json(Stored { success: true, message: text, content_hash: Some(content_hash), memory }))
}

/// What a header says, if it says something.
pub(crate) fn header(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim).filter(|text| !text.is_empty())
}

/// What is answered when a text is not stored; one whose deletion was recorded has an object as its `detail`.
pub(crate) fn refused_to_store(error: ToolError) -> Failure {
    match error.code {
        ErrorCode::Conflict => {
            Failure::with_body(StatusCode::CONFLICT, json!({ "detail": { "message": error.message } }))
        }
        _ => error.into(),
    }
}

/// What is said of a text that is there already. Existing clients look for these words, followed by nothing or by `;`.
pub(crate) fn duplicate(lies_in: &str, asked_for: &str) -> String {
    let elsewhere = match lies_in == asked_for {
        true => String::new(),
        false => format!("; already exists in store '{lies_in}'"),
    };
    format!("Duplicate content detected (exact match){elsewhere}")
}

/// The named store that something is to be written to. `all` is none.
pub(crate) fn store_to_write(given: Option<&str>) -> Result<String, Failure> {
    match given.map(str::trim).filter(|store| !store.is_empty()) {
        Some("all") => {
            Err(Failure::new(StatusCode::BAD_REQUEST, "store='all' is only valid for read scopes"))
        }
        store => Ok(store.unwrap_or(Partition::DEFAULT).to_owned()),
    }
}

impl NewMemory {
    /// The arguments of the tool.
    fn arguments(self, agent: Option<&str>) -> Map<String, Value> {
        let mut tags = self.tags.unwrap_or_default();
        if let Some(agent) = agent {
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

#[cfg(test)]
mod tests;
