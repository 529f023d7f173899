//! `POST /api/manage/bulk-delete`: deletes memories by tag, date and kind.

use axum::Json;
use axum::http::StatusCode;
use model::{Filter, MemoryType, Tags};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{BulkOutcome, confirmed, delete, meant, scope};
use crate::access::Write;
use crate::error::{ErrorDetail, Failure};
use crate::extract::{Body, Lenient};

/// Which memories. Where several conditions are given, all of them must hold.
#[derive(Deserialize, ToSchema)]
pub(crate) struct BulkDelete {
    /// Those with this tag.
    #[serde(default)]
    tag: Option<String>,
    /// Those of before this date: YYYY-MM-DD (that day excluded) or RFC 3339.
    #[serde(default)]
    before_date: Option<String>,
    /// Those of this kind, compared exactly.
    #[serde(default)]
    memory_type: Option<String>,
    /// How many there must be.
    #[serde(default)]
    #[schema(value_type = Option<u64>, maximum = 9_007_199_254_740_992_u64)]
    confirm_count: Option<Lenient<u64>>,
    /// The named store: `default`, another, or `all`.
    #[serde(default)]
    store: Option<String>,
}

/// Delete memories by tag, date and kind
#[utoipa::path(
    post,
    path = "/api/manage/bulk-delete",
    tag = "manage",
    request_body = BulkDelete,
    security(("key" = ["write"])),
    responses((status = OK, body = BulkOutcome), (status = BAD_REQUEST, body = ErrorDetail))
)]
pub(crate) async fn bulk_delete(
    write: Write,
    Body(asked): Body<BulkDelete>,
) -> Result<Json<BulkOutcome>, Failure> {
    let writer = write.writer().ok_or_else(Failure::internal)?;
    let said = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    let (tag, date, kind) = (said(&asked.tag), said(&asked.before_date), said(&asked.memory_type));
    if tag.is_none() && date.is_none() && kind.is_none() {
        let message = "No filters specified: give tag, before_date or memory_type";
        return Err(Failure::new(StatusCode::BAD_REQUEST, message));
    }
    let mut filter = Filter { partitions: scope(asked.store.as_deref(), "body")?, ..Filter::default() };
    if let Some(tag) = &tag {
        filter.tags = Tags::from_list([tag]).map_err(|error| bad("tag", &error))?;
    }
    if let Some(date) = &date {
        let before = write.reader().parse_date(date).map_err(|error| bad("before_date", &error))?;
        filter.created_before = Some(before);
    }
    if let Some(kind) = &kind {
        filter.memory_type = MemoryType::parse(kind).map_err(|error| bad("memory_type", &error))?;
    }
    let hashes = meant(writer, &filter).await?;
    confirmed(hashes.len(), asked.confirm_count.map(|count| count.0))?;
    let (affected_count, undo) = delete(writer, hashes).await?;
    let conditions = [("tag", tag), ("before_date", date), ("memory_type", kind)];
    let conditions = conditions.into_iter().filter_map(|(name, value)| Some(format!("{name} '{}'", value?)));
    let message =
        format!("Deleted {affected_count} memories with {}", conditions.collect::<Vec<_>>().join(", "));
    let (success, operation) = (affected_count > 0, "bulk_delete");
    Ok(Json(BulkOutcome { success, message, affected_count, operation, undo }))
}

fn bad(name: &str, error: &dyn std::error::Error) -> Failure {
    Failure::new(StatusCode::BAD_REQUEST, format!("{name}: {error}"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::fixture::Door;

    const PATH: &str = "/api/manage/bulk-delete";

    async fn with_memories() -> Door {
        let door = Door::open().await;
        for (content, tag, kind) in
            [("one", "a", "note"), ("two", "a", "decision"), ("three", "b", "note"), ("100%", "%", "note")]
        {
            let new = json!({"content": content, "tags": [tag], "memory_type": kind});
            door.writer().post("/api/memories", new).await.of(200);
            door.bench.clock.advance(86_400.0);
        }
        door
    }

    async fn left(door: &Door) -> Value {
        let listed = door.reader().get("/api/memories").await.of(200);
        let memories = listed["memories"].as_array().unwrap().iter();
        memories.map(|memory| memory["content"].clone()).collect()
    }

    #[tokio::test]
    async fn memories_are_deleted_by_tag_date_and_kind() {
        let door = with_memories().await;
        let deleted = door.writer().post(PATH, json!({"tag": "%"})).await.of(200);
        assert_eq!((&deleted["success"], &deleted["affected_count"]), (&json!(true), &json!(1)));
        assert_eq!(deleted["operation"], "bulk_delete");
        assert_eq!(left(&door).await, json!(["three", "two", "one"]));
        let deleted = door.writer().post(PATH, json!({"before_date": "2026-03-12"})).await.of(200);
        assert_eq!((&deleted["affected_count"], left(&door).await), (&json!(1), json!(["three", "two"])));
        let deleted = door.writer().post(PATH, json!({"memory_type": "decision"})).await.of(200);
        assert_eq!((&deleted["affected_count"], left(&door).await), (&json!(1), json!(["three"])));
    }

    #[tokio::test]
    async fn conditions_together_mean_less_and_not_more() {
        let door = with_memories().await;
        let deleted = door.writer().post(PATH, json!({"tag": "a", "memory_type": "note"})).await.of(200);
        assert_eq!(
            (&deleted["affected_count"], left(&door).await),
            (&json!(1), json!(["100%", "three", "two"]))
        );
    }

    #[tokio::test]
    async fn another_number_than_was_confirmed_deletes_nothing() {
        let door = with_memories().await;
        let refused = door.writer().post(PATH, json!({"tag": "a", "confirm_count": 3})).await.of(400);
        let detail = refused["detail"].as_str().unwrap();
        assert!(detail.contains('2') && detail.contains('3'), "{detail}");
        assert_eq!(left(&door).await.as_array().unwrap().len(), 4);
        let deleted = door.writer().post(PATH, json!({"tag": "a", "confirm_count": "2"})).await.of(200);
        assert_eq!(deleted["affected_count"], 2);
    }

    #[tokio::test]
    async fn a_deletion_without_a_condition_is_refused_and_one_without_a_match_is_no_success() {
        let door = with_memories().await;
        for body in [
            json!({}),
            json!({"tag": null}),
            json!({"tag": " "}),
            json!({"confirm_count": 4}),
            json!({"store": "all"}),
        ] {
            door.writer().post(PATH, body.clone()).await.of(400);
        }
        door.writer().post(PATH, json!({"before_date": "soon"})).await.of(400);
        let nothing = door.writer().post(PATH, json!({"tag": "none"})).await.of(200);
        assert_eq!((&nothing["success"], &nothing["affected_count"]), (&json!(false), &json!(0)));
        door.reader().post(PATH, json!({"tag": "a"})).await.of(403);
        assert_eq!(left(&door).await.as_array().unwrap().len(), 4);
    }
}
