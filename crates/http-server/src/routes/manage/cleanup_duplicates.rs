//! `POST /api/manage/cleanup-duplicates`: deletes memories that repeat older ones.

use axum::Json;
use mcp::wire;

use super::BulkOutcome;
use crate::access::Write;
use crate::error::Failure;
use crate::tool::{self, UNCUT};

/// The cosine from which a memory repeats another one. Higher than the tool's own: nobody looks at the pairs before they go.
const COSINE: f64 = 0.99;

/// Delete memories that repeat older ones
///
/// The older of each pair stays. The deletion can be taken back.
#[utoipa::path(
    post,
    path = "/api/manage/cleanup-duplicates",
    tag = "manage",
    security(("key" = ["write"])),
    responses((status = OK, body = BulkOutcome))
)]
pub(crate) async fn cleanup_duplicates(write: Write) -> Result<Json<BulkOutcome>, Failure> {
    run(&write).await.map(Json)
}

/// Deletes them, in every named store.
pub(super) async fn run(write: &Write) -> Result<BulkOutcome, Failure> {
    let arguments = tool::arguments([
        ("threshold", Some(COSINE.into())),
        ("limit", Some(engine::MAX_PAIRS.into())),
        ("store", Some("all".into())),
        ("dry_run", Some(false.into())),
        ("max_response_chars", Some(UNCUT.into())),
    ]);
    let told = tool::call::<wire::Cleanup>(&write.caller(), "memory_cleanup", arguments).await?;
    let message = told.message();
    let (affected_count, undo) = (told.answer.deleted_count, told.answer.undo);
    let (success, operation) = (affected_count > 0, "cleanup_duplicates");
    Ok(BulkOutcome { success, message, affected_count, operation, undo })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::fixture::Door;

    #[tokio::test]
    async fn the_older_of_two_that_say_the_same_stays() {
        let door = Door::open().await;
        for content in
            ["staging listens on port 5433", "Staging listens on port 5433!", "the ferry leaves at nine"]
        {
            door.writer().post("/api/memories", json!({"content": content})).await.of(200);
            door.bench.clock.advance(1.0);
        }
        door.reader().poke("/api/manage/cleanup-duplicates").await.of(403);
        let cleaned = door.writer().poke("/api/manage/cleanup-duplicates").await.of(200);
        assert_eq!((&cleaned["success"], &cleaned["affected_count"]), (&json!(true), &json!(1)), "{cleaned}");
        assert_eq!(cleaned["operation"], "cleanup_duplicates");
        let left = door.reader().get("/api/memories").await.of(200);
        assert_eq!(left["memories"][1]["content"], "staging listens on port 5433");
        let again = door.writer().poke("/api/manage/system/cleanup_duplicates").await.of(200);
        assert_eq!((&again["success"], &again["affected_count"]), (&json!(false), &json!(0)));
    }
}
