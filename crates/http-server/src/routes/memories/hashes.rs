//! `GET /api/memories/hashes`: the keys of all memories, page by page, for programs that compare two stores.

use axum::Json;
use engine::MAX_HASHES;
use model::MemoryId;
use ports::Tombstones;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::access::Read;
use crate::error::Failure;
use crate::extract::{Lenient, Query};

/// How many keys there are when the caller does not say.
const DEFAULT_LIMIT: u64 = 1000;

/// Which keys.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Where the page begins: `next_cursor` of the page before.
    #[param(value_type = Option<u64>, maximum = 9_223_372_036_854_775_807_u64, default = 0)]
    cursor: Option<Lenient<u64>>,
    /// Keys at most.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 5000, default = 1000)]
    limit: Option<Lenient<u64>>,
    /// Also those of deleted memories, as long as something is left of them.
    #[param(value_type = Option<bool>, default = false)]
    include_deleted: Option<Lenient<bool>>,
}

/// A page of keys.
#[derive(Serialize, ToSchema)]
pub(crate) struct Hashes {
    /// The keys, of every named store.
    hashes: Vec<String>,
    /// Where the next page begins; none after the last.
    next_cursor: Option<i64>,
    /// Whether there is a page after this one.
    has_more: bool,
}

/// Keys of all memories
#[utoipa::path(
    get,
    path = "/api/memories/hashes",
    tag = "memories",
    params(Which),
    security(("key" = ["read"])),
    responses((status = OK, body = Hashes))
)]
pub(crate) async fn hashes(read: Read, Query(which): Query<Which>) -> Result<Json<Hashes>, Failure> {
    let limit = which.limit.map_or(DEFAULT_LIMIT, |limit| limit.0);
    let Some(limit) = u32::try_from(limit).ok().filter(|limit| (1..=MAX_HASHES).contains(limit)) else {
        let message = format!("limit is {limit}, it must be from 1 to {MAX_HASHES}");
        return Err(Failure::problem("out_of_range", vec!["query".into(), "limit".into()], message));
    };
    let cursor = which.cursor.map_or(0, |cursor| cursor.0);
    let Ok(cursor) = i64::try_from(cursor) else {
        let message = format!("cursor is {cursor}, it must be from 0 to {}", i64::MAX);
        return Err(Failure::problem("out_of_range", vec!["query".into(), "cursor".into()], message));
    };
    let cursor = Some(cursor).filter(|cursor| *cursor > 0);
    let tombstones = match which.include_deleted {
        Some(Lenient(true)) => Tombstones::Included,
        _ => Tombstones::LeftOut,
    };
    let keys = read.reader().hashes(cursor.map(MemoryId), tombstones, limit).await?;
    let last = keys.last().map(|(id, _)| *id);
    let has_more = match last {
        Some(last) if keys.len() == limit as usize => {
            !read.reader().hashes(Some(last), tombstones, 1).await?.is_empty()
        }
        _ => false,
    };
    let next_cursor = last.filter(|_| has_more).map(|id| id.0);
    let hashes = keys.into_iter().map(|(_, hash)| hash.to_string()).collect();
    Ok(Json(Hashes { hashes, next_cursor, has_more }))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::fixture::Door;

    const PATH: &str = "/api/memories/hashes";

    #[tokio::test]
    async fn all_keys_come_page_by_page_and_deleted_ones_on_request() {
        let door = Door::open().await;
        let mut stored = Vec::new();
        for (content, store) in [("one", "default"), ("two", "docs"), ("three", "default")] {
            let new = json!({"content": content, "store": store});
            stored.push(door.writer().post("/api/memories", new).await.of(200)["content_hash"].clone());
        }
        let first = door.reader().get(&format!("{PATH}?limit=2")).await.of(200);
        assert_eq!((&first["hashes"], &first["has_more"]), (&json!(stored[..2]), &json!(true)));
        let next = format!("{PATH}?limit=2&cursor={}", first["next_cursor"]);
        let second = door.reader().get(&next).await.of(200);
        assert_eq!(second, json!({"hashes": stored[2..], "next_cursor": null, "has_more": false}));
        let whole = door.reader().get(&format!("{PATH}?limit=3")).await.of(200);
        assert_eq!((&whole["hashes"], &whole["next_cursor"]), (&json!(stored), &Value::Null));
        door.writer().delete(&format!("/api/memories/{}", stored[0].as_str().unwrap())).await.of(200);
        assert_eq!(door.reader().get(PATH).await.of(200)["hashes"], json!(stored[1..]));
        let deleted = door.reader().get(&format!("{PATH}?include_deleted=true")).await.of(200);
        assert_eq!(deleted["hashes"], json!(stored));
    }

    #[tokio::test]
    async fn a_page_has_its_bounds() {
        let door = Door::open().await;
        for query in ["limit=0", "limit=5001", "limit=x", "cursor=-1", "cursor=9223372036854775808"] {
            door.reader().get(&format!("{PATH}?{query}")).await.of(422);
        }
        door.reader().get(&format!("{PATH}?limit=5000&cursor=9223372036854775807")).await.of(200);
        door.stranger().get(PATH).await.of(401);
    }
}
