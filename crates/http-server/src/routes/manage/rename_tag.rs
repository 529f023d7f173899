//! `PUT /api/manage/tags/{old_tag}`: gives a tag another name wherever it is.

use axum::Json;
use axum::http::StatusCode;
use engine::UpdateRequest;
use model::{Filter, HashPrefix, Tags};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{BulkOutcome, confirmed};
use crate::access::Write;
use crate::error::{ErrorDetail, Failure};
use crate::extract::{Lenient, Path, Query};
use crate::routes::memories::list;

/// Its new name, and how many memories must have it.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Renaming {
    /// Its new name.
    new_tag: String,
    /// How many memories must have it.
    #[param(value_type = Option<u64>, maximum = 9_007_199_254_740_992_u64)]
    confirm_count: Option<Lenient<u64>>,
}

/// Give a tag another name
///
/// In every named store. Memories that have both names keep the new one. When it is interrupted, some memories have the new name
/// and the same request does the rest.
#[utoipa::path(
    put,
    path = "/api/manage/tags/{old_tag}",
    tag = "manage",
    params(("old_tag" = String, Path, description = "Its name until now"), Renaming),
    security(("key" = ["write"])),
    responses((status = OK, body = BulkOutcome), (status = BAD_REQUEST, body = ErrorDetail))
)]
pub(crate) async fn rename_tag(
    write: Write,
    Path(old): Path<String>,
    Query(renaming): Query<Renaming>,
) -> Result<Json<BulkOutcome>, Failure> {
    let writer = write.writer().ok_or_else(Failure::internal)?;
    let old = tag("old_tag", &old)?;
    let new = tag("new_tag", &renaming.new_tag)?;
    let tags = Tags::from_list([&old]).map_err(|error| bad("old_tag", &error))?;
    let filter = Filter { tags, ..Filter::everything() };
    let (memories, _) = list::some(writer.reader(), filter, u64::MAX).await?;
    confirmed(memories.len(), renaming.confirm_count.map(|count| count.0))?;
    let mut affected_count = 0;
    for memory in memories {
        let renamed = memory.tags.iter().map(|tag| if tag.eq_ignore_ascii_case(&old) { &new } else { tag });
        let tags = Tags::from_list(renamed).map_err(|error| bad("new_tag", &error))?;
        let Ok(hash) = HashPrefix::parse(&memory.content_hash) else { continue };
        match writer.update(UpdateRequest { tags: Some(tags), ..UpdateRequest::new(hash) }).await {
            Ok(_) => affected_count += 1,
            // Somebody deleted it meanwhile.
            Err(engine::EngineError::NotFound { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let message = format!("Renamed tag '{old}' to '{new}' in {affected_count} memories");
    let (success, operation) = (affected_count > 0, "rename_tag");
    Ok(Json(BulkOutcome { success, message, affected_count, operation, undo: None }))
}

/// One tag, as it will be kept.
fn tag(name: &str, text: &str) -> Result<String, Failure> {
    let tags = Tags::from_list([text]).map_err(|error| bad(name, &error))?;
    let one = tags.iter().next().map(str::to_owned).filter(|_| tags.len() == 1);
    one.ok_or_else(|| Failure::new(StatusCode::BAD_REQUEST, format!("{name} must be one tag")))
}

fn bad(name: &str, error: &dyn std::error::Error) -> Failure {
    Failure::new(StatusCode::BAD_REQUEST, format!("{name}: {error}"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::fixture::Door;

    async fn tags(door: &Door) -> Value {
        let listed = door.reader().get("/api/memories?store=all").await.of(200);
        listed["memories"].as_array().unwrap().iter().map(|memory| memory["tags"].clone()).collect()
    }

    #[tokio::test]
    async fn a_tag_gets_another_name_wherever_it_is() {
        let door = Door::open().await;
        for (content, tags) in
            [("one", json!(["old", "a"])), ("two", json!(["new", "old"])), ("three", json!(["b", "older"]))]
        {
            door.writer().post("/api/memories", json!({"content": content, "tags": tags})).await.of(200);
            door.bench.clock.advance(1.0);
        }
        let path = "/api/manage/tags/old?new_tag=new";
        door.writer().put("/api/manage/tags/old", json!(null)).await.of(422);
        door.writer().put(&format!("{path}&confirm_count=3"), json!(null)).await.of(400);
        door.writer().put("/api/manage/tags/old?new_tag=%20", json!(null)).await.of(400);
        door.reader().put(path, json!(null)).await.of(403);
        let renamed = door.writer().put(&format!("{path}&confirm_count=2"), json!(null)).await.of(200);
        assert_eq!((&renamed["success"], &renamed["affected_count"]), (&json!(true), &json!(2)));
        assert_eq!(tags(&door).await, json!([["b", "older"], ["new"], ["new", "a"]]));
        let again = door.writer().put(path, json!(null)).await.of(200);
        assert_eq!((&again["success"], &again["affected_count"]), (&json!(false), &json!(0)));
    }
}
