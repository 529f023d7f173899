//! `POST /api/sessions`: keeps a conversation.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use mcp::wire;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::memories::create::{AGENT_ID, header, refused_to_store, store_to_write};
use crate::App;
use crate::access::Add;
use crate::error::{ErrorDetail, Failure};
use crate::extract::{Body, Lenient};
use crate::routes::memories::create::{RefusedToStore, duplicate};
use crate::tool;

/// A conversation to keep.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewSession {
    /// What was said, in order.
    #[schema(min_items = 1)]
    turns: Vec<Turn>,
    /// Its name; a random one without it.
    #[serde(default)]
    session_id: Option<String>,
    /// Tags, beside `session:<id>`.
    #[serde(default)]
    tags: Option<Vec<String>>,
    /// Free fields.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    metadata: Option<Map<String, Value>>,
    /// The named store it goes to.
    #[serde(default)]
    store: Option<String>,
    /// Whether to store it although its deletion was recorded.
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    restore_deleted: Option<Lenient<bool>>,
}

/// What somebody said.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Turn {
    /// Who.
    role: String,
    /// What.
    content: String,
}

/// What became of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct Kept {
    /// Whether something was written.
    success: bool,
    /// The same for people.
    message: String,
    /// Its name.
    session_id: String,
    /// The key of the memory it became; none when it became several.
    content_hash: Option<String>,
    /// Turns that said something.
    turn_count: usize,
}

/// Keep a conversation
#[utoipa::path(
    post,
    path = "/api/sessions",
    tag = "memories",
    request_body = NewSession,
    params(("X-Agent-ID" = Option<String>, Header, description = "The author")),
    security(("key" = ["add"])),
    responses(
        (status = OK, body = Kept),
        (status = BAD_REQUEST, body = ErrorDetail),
        (status = CONFLICT, body = RefusedToStore),
    )
)]
pub(crate) async fn sessions(
    State(app): State<App>,
    add: Add,
    headers: HeaderMap,
    Body(new): Body<NewSession>,
) -> Result<Json<Kept>, Failure> {
    let store = store_to_write(new.store.as_deref())?;
    if new.turns.is_empty() {
        let message = "List should have at least 1 item after validation, not 0";
        return Err(Failure::problem("too_short", vec!["body".into(), "turns".into()], message));
    }
    let turns = new.turns.iter().map(|turn| json!({"role": turn.role, "content": turn.content}));
    let mut arguments = tool::arguments([
        ("turns", Some(turns.collect())),
        ("session_id", new.session_id.map(Value::from)),
        ("tags", new.tags.map(Value::from)),
        ("metadata", new.metadata.map(Value::Object)),
        ("agent_id", header(&headers, AGENT_ID).map(Value::from)),
        ("store", Some(store.clone().into())),
        ("restore_deleted", new.restore_deleted.map(|restore| restore.0.into())),
    ]);
    app.options().defaults.fill("memory_store_session", &mut arguments);
    let told = tool::call::<wire::Session>(&add.caller(), "memory_store_session", arguments).await;
    let told = told.map_err(refused_to_store)?;
    let session = told.answer;
    let is_new = session.chunks.iter().any(|chunk| chunk.outcome == "created");
    let is_whole = session.chunks.iter().all(|chunk| chunk.outcome != "failed");
    let message = match (is_new, is_whole) {
        (false, true) => duplicate(&session.store, &store),
        _ => told.text.strip_prefix("Error storing session: ").unwrap_or(&told.text).to_owned(),
    };
    let content_hash = match session.chunks.as_slice() {
        [whole] if is_new => Some(whole.content_hash.clone()),
        _ => None,
    };
    let (session_id, turn_count) = (session.session_id, session.turns);
    Ok(Json(Kept { success: is_new && is_whole, message, session_id, content_hash, turn_count }))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::fixture::Door;

    #[tokio::test]
    async fn a_conversation_becomes_a_memory_of_its_turns() {
        let door = Door::open().await;
        let session = json!({
            "turns": [{"role": "user", "content": "Which port?"}, {"role": "assistant", "content": " "}, {"role": "assistant", "content": "5433"}],
            "session_id": "s-1", "tags": ["infra"], "metadata": {"project": "web"}
        });
        let kept = door.writer().post("/api/sessions", session.clone()).await.of(200);
        assert_eq!(
            (&kept["success"], &kept["session_id"], &kept["turn_count"]),
            (&json!(true), &json!("s-1"), &json!(2))
        );
        let hash = kept["content_hash"].as_str().unwrap();
        let memory = door.reader().get(&format!("/api/memories/{hash}")).await.of(200);
        assert_eq!(memory["content"], "[user] Which port?\n[assistant] 5433");
        assert_eq!(
            (&memory["memory_type"], &memory["tags"]),
            (&json!("session"), &json!(["session:s-1", "infra"]))
        );
        assert_eq!(memory["metadata"]["project"], "web");
        let again = door.writer().post("/api/sessions", session).await.of(200);
        assert_eq!(
            (&again["success"], &again["message"]),
            (&json!(false), &json!("Duplicate content detected (exact match)"))
        );
    }

    #[tokio::test]
    async fn a_session_without_a_name_gets_one() {
        let door = Door::open().await;
        let turns = json!({"turns": [{"role": "user", "content": "hello"}]});
        let kept = door.writer().post("/api/sessions", turns).await.of(200);
        assert_eq!(kept["session_id"].as_str().unwrap().len(), 36);
    }

    #[tokio::test]
    async fn a_session_that_says_nothing_is_refused_and_nothing_is_kept() {
        let door = Door::open().await;
        for body in [
            json!({"turns": []}),
            json!({}),
            json!({"turns": [{"role": "user", "content": "  "}]}),
            json!({"turns": "x"}),
        ] {
            let refused = door.writer().post("/api/sessions", body.clone()).await.of(422);
            assert!(refused["detail"] != Value::Null, "{body}");
        }
        let elsewhere = json!({"turns": [{"role": "user", "content": "hello"}], "store": "all"});
        door.writer().post("/api/sessions", elsewhere).await.of(400);
        assert_eq!(door.reader().get("/api/memories?store=all").await.of(200)["total"], 0);
    }
}
