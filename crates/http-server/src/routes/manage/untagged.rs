//! Memories without tags: `GET /api/manage/untagged/count`, `POST /api/manage/delete-untagged`. They carry the tag `untagged`, and no
//! other.

use axum::Json;
use engine::Writer;
use model::{ContentHash, Filter, Tags, UNTAGGED_TAG};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{BulkOutcome, confirmed, delete};
use crate::access::Write;
use crate::error::{ErrorDetail, Failure};
use crate::extract::{Lenient, Query};
use crate::routes::memories::list;

/// How many memories there are.
#[derive(Serialize, ToSchema)]
pub(crate) struct Count {
    /// How many.
    count: usize,
}

/// How many there must be.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Confirmation {
    /// How many memories there must be.
    #[param(value_type = u64, maximum = 9_007_199_254_740_992_u64)]
    confirm_count: Lenient<u64>,
}

/// How many memories have no tags
#[utoipa::path(
    get,
    path = "/api/manage/untagged/count",
    tag = "manage",
    security(("key" = ["write"])),
    responses((status = OK, body = Count))
)]
pub(crate) async fn count(write: Write) -> Result<Json<Count>, Failure> {
    let writer = write.writer().ok_or_else(Failure::internal)?;
    Ok(Json(Count { count: untagged(writer).await?.len() }))
}

/// Delete memories that have no tags
#[utoipa::path(
    post,
    path = "/api/manage/delete-untagged",
    tag = "manage",
    params(Confirmation),
    security(("key" = ["write"])),
    responses((status = OK, body = BulkOutcome), (status = BAD_REQUEST, body = ErrorDetail))
)]
pub(crate) async fn delete_untagged(
    write: Write,
    Query(confirmation): Query<Confirmation>,
) -> Result<Json<BulkOutcome>, Failure> {
    let writer = write.writer().ok_or_else(Failure::internal)?;
    let hashes = untagged(writer).await?;
    confirmed(hashes.len(), Some(confirmation.confirm_count.0))?;
    let (affected_count, undo) = delete(writer, hashes).await?;
    let message = format!("Deleted {affected_count} untagged memories");
    Ok(Json(BulkOutcome { success: true, message, affected_count, operation: "delete_untagged", undo }))
}

/// The keys of those without tags, in every named store.
async fn untagged(writer: &Writer) -> Result<Vec<ContentHash>, Failure> {
    let tags = Tags::from_list([UNTAGGED_TAG]).map_err(|_| Failure::internal())?;
    let filter = Filter { tags, ..Filter::everything() };
    let (memories, _) = list::some(writer.reader(), filter, u64::MAX).await?;
    let only = memories.into_iter().filter(|memory| memory.tags.len() <= 1);
    Ok(only.map(|memory| ContentHash::stored(memory.content_hash)).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::fixture::Door;

    #[tokio::test]
    async fn memories_without_tags_are_counted_and_deleted_once_their_number_is_confirmed() {
        let door = Door::open().await;
        for (content, tags) in [
            ("one", json!([])),
            ("two", json!(null)),
            ("three", json!(["a"])),
            ("four", json!(["untagged", "b"])),
        ] {
            door.writer().post("/api/memories", json!({"content": content, "tags": tags})).await.of(200);
        }
        let writer = door.writer();
        assert_eq!(writer.get("/api/manage/untagged/count").await.of(200), json!({"count": 2}));
        writer.poke("/api/manage/delete-untagged").await.of(422);
        let refused = writer.poke("/api/manage/delete-untagged?confirm_count=1").await.of(400);
        assert!(refused["detail"].as_str().unwrap().contains('2'));
        let deleted = writer.poke("/api/manage/delete-untagged?confirm_count=2").await.of(200);
        assert_eq!((&deleted["success"], &deleted["affected_count"]), (&json!(true), &json!(2)));
        assert_eq!(writer.get("/api/memories").await.of(200)["total"], 2);
        let nothing = writer.poke("/api/manage/delete-untagged?confirm_count=0").await.of(200);
        assert_eq!((&nothing["success"], &nothing["affected_count"]), (&json!(true), &json!(0)));
        door.reader().get("/api/manage/untagged/count").await.of(403);
    }
}
