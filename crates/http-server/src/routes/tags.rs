//! `GET /api/tags`: the tags, most frequent first.

use axum::Json;
use engine::MAX_TAG_COUNTS;
use model::{Filter, PartitionScope};
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::Read;
use crate::error::Failure;
use crate::extract::Query;
use crate::routes::memories::get::InStore;

/// The tags.
#[derive(Serialize, ToSchema)]
pub(crate) struct Tags {
    /// The most frequent first, 1000 at most.
    tags: Vec<TagCount>,
}

/// How many memories have a tag.
#[derive(Serialize, ToSchema)]
pub(crate) struct TagCount {
    /// The tag, ASCII letters small.
    tag: String,
    /// Memories.
    count: u64,
}

/// Tags, most frequent first
#[utoipa::path(
    get,
    path = "/api/tags",
    tag = "memories",
    params(InStore),
    security(("key" = ["read"])),
    responses((status = OK, body = Tags))
)]
pub(crate) async fn tags(read: Read, Query(place): Query<InStore>) -> Result<Json<Tags>, Failure> {
    let scope = place.store.as_deref().map_or(Ok(PartitionScope::default()), PartitionScope::parse);
    let partitions = scope.map_err(|error| {
        Failure::problem("value_error", vec!["query".into(), "store".into()], error.to_string())
    })?;
    let filter = Filter { partitions, ..Filter::default() };
    let counts = read.reader().tags(&filter, "", MAX_TAG_COUNTS).await?;
    let tags = counts.tags.into_iter().map(|count| TagCount { tag: count.tag, count: count.memories });
    Ok(Json(Tags { tags: tags.collect() }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::fixture::Door;

    #[tokio::test]
    async fn tags_are_counted_the_most_frequent_first_in_one_store_or_all() {
        let door = Door::open().await;
        for (content, tags, store) in [
            ("one", json!(["b", "a"]), "default"),
            ("two", json!(["a"]), "default"),
            ("three", json!(["c"]), "docs"),
        ] {
            door.writer()
                .post("/api/memories", json!({"content": content, "tags": tags, "store": store}))
                .await
                .of(200);
        }
        let counted = door.reader().get("/api/tags").await.of(200);
        assert_eq!(counted, json!({"tags": [{"tag": "a", "count": 2}, {"tag": "b", "count": 1}]}));
        let everywhere = door.reader().get("/api/tags?store=all").await.of(200);
        assert_eq!(everywhere["tags"].as_array().unwrap().len(), 3);
    }
}
