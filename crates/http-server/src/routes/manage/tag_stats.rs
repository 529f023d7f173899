//! `GET /api/manage/tags/stats`: the tags, how often, when last and by what kinds of memories they are used.

use axum::Json;
use engine::MAX_TAG_COUNTS;
use model::{Filter, Tags};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::access::Write;
use crate::error::Failure;
use crate::extract::{Lenient, Query};
use crate::routes::memories::list;

/// How many tags are looked at when the caller does not say.
const DEFAULT_LIMIT: u64 = 100;

/// How many.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Tags at most.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000, default = 100)]
    limit: Option<Lenient<u64>>,
}

/// The tags.
#[derive(Serialize, ToSchema)]
pub(crate) struct TagStats {
    /// The most frequent first.
    tags: Vec<TagStat>,
    /// Different tags, also those that are not listed.
    total_tags: u64,
}

/// How a tag is used.
#[derive(Serialize, ToSchema)]
pub(crate) struct TagStat {
    /// The tag, ASCII letters small.
    tag: String,
    /// Memories that have it.
    count: u64,
    /// When the newest of them was stored, in Unix seconds.
    last_used: Option<f64>,
    /// Their kinds, the most frequent first.
    memory_types: Vec<String>,
}

/// How tags are used
#[utoipa::path(
    get,
    path = "/api/manage/tags/stats",
    tag = "manage",
    params(Which),
    security(("key" = ["write"])),
    responses((status = OK, body = TagStats))
)]
pub(crate) async fn tag_stats(write: Write, Query(which): Query<Which>) -> Result<Json<TagStats>, Failure> {
    let limit = which.limit.map_or(DEFAULT_LIMIT, |limit| limit.0);
    if !(1..=u64::from(MAX_TAG_COUNTS)).contains(&limit) {
        let message = format!("limit is {limit}, it must be from 1 to {MAX_TAG_COUNTS}");
        return Err(Failure::problem("out_of_range", vec!["query".into(), "limit".into()], message));
    }
    let reader = write.reader();
    let everywhere = Filter::everything();
    let limit = u32::try_from(limit).unwrap_or(MAX_TAG_COUNTS);
    let counts = reader.tags(&everywhere, "", limit).await?;
    let mut tags = Vec::with_capacity(counts.tags.len());
    for counted in counts.tags {
        let (mut last_used, mut memory_types) = (None, Vec::new());
        // What another program wrote may be no tag of ours.
        if let Ok(one) = Tags::from_list([&counted.tag]) {
            let filter = Filter { tags: one, ..everywhere.clone() };
            let (newest, _) = list::some(reader, filter.clone(), 1).await?;
            last_used = newest.first().and_then(|memory| memory.created_at);
            memory_types =
                reader.types(&filter).await?.into_iter().filter_map(|kind| kind.memory_type).collect();
        }
        tags.push(TagStat { tag: counted.tag, count: counted.memories, last_used, memory_types });
    }
    Ok(Json(TagStats { tags, total_tags: counts.total }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::fixture::Door;

    #[tokio::test]
    async fn it_is_told_how_tags_are_used() {
        let door = Door::open().await;
        for (content, tags, kind) in [("one", json!(["a"]), "note"), ("two", json!(["a", "b"]), "decision")] {
            let new = json!({"content": content, "tags": tags, "memory_type": kind});
            door.writer().post("/api/memories", new).await.of(200);
            door.bench.clock.advance(10.0);
        }
        let told = door.writer().get("/api/manage/tags/stats").await.of(200);
        assert_eq!(told["total_tags"], 2);
        let (a, b) = (&told["tags"][0], &told["tags"][1]);
        assert_eq!(
            (&a["tag"], &a["count"], &b["memory_types"]),
            (&json!("a"), &json!(2), &json!(["decision"]))
        );
        assert_eq!(a["last_used"], json!(1_773_243_010.0));
        assert_eq!(a["memory_types"].as_array().unwrap().len(), 2);
        let first = door.writer().get("/api/manage/tags/stats?limit=1").await.of(200);
        assert_eq!((first["tags"].as_array().unwrap().len(), &first["total_tags"]), (1, &json!(2)));
        for limit in ["0", "1001", "x"] {
            door.writer().get(&format!("/api/manage/tags/stats?limit={limit}")).await.of(422);
        }
        door.reader().get("/api/manage/tags/stats").await.of(403);
    }
}
