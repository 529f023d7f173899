//! `POST /api/manage/system/{operation}`: upkeep of the store.

use axum::Json;
use axum::http::StatusCode;
use engine::Capability;
use utoipa::ToSchema;

use super::{BulkOutcome, cleanup_duplicates};
use crate::access::Write;
use crate::error::{ErrorDetail, Failure};
use crate::extract::Path;

/// What can be done to the store.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "a shape of the OpenAPI document: an unknown operation is answered with a sentence"
)]
#[schema(rename_all = "snake_case")]
enum Operation {
    /// Deletes memories that repeat older ones.
    CleanupDuplicates,
    /// Makes anew what can be derived.
    RebuildIndex,
}

/// Upkeep of the store
///
/// `cleanup_duplicates` deletes memories that repeat older ones. `rebuild_index` makes anew what can be derived from the memories
/// (indexes of words, vectors) where it is wrong; it needs the scope `admin`. The original's `optimize_db` is not needed here: whoever
/// asks for it all the same is told so (501).
#[utoipa::path(
    post,
    path = "/api/manage/system/{operation}",
    tag = "manage",
    params(("operation" = inline(Operation), Path, description = "What to do")),
    security(("key" = ["write"])),
    responses(
        (status = OK, body = BulkOutcome),
        (status = BAD_REQUEST, body = ErrorDetail),
        (status = NOT_IMPLEMENTED, body = ErrorDetail),
    )
)]
pub(crate) async fn system(
    write: Write,
    Path(operation): Path<String>,
) -> Result<Json<BulkOutcome>, Failure> {
    match operation.as_str() {
        "cleanup_duplicates" => return cleanup_duplicates::run(&write).await.map(Json),
        "rebuild_index" => {}
        "optimize_db" => {
            let message = "optimize_db is not needed: the store keeps itself in order";
            return Err(Failure::new(StatusCode::NOT_IMPLEMENTED, message));
        }
        _ => {
            let message = "Unknown operation: there are cleanup_duplicates and rebuild_index";
            return Err(Failure::new(StatusCode::BAD_REQUEST, message));
        }
    }
    let Some(admin) = write.0.grant.admin() else {
        return Err(Failure::insufficient_scope(Capability::Admin, write.0.grant.capability()));
    };
    let repaired = admin.repair().await?;
    let message = match repaired.as_slice() {
        [] => "Nothing had to be repaired".to_owned(),
        done => {
            done.iter().map(|one| format!("{}: {}", one.subject, one.message)).collect::<Vec<_>>().join("; ")
        }
    };
    Ok(Json(BulkOutcome {
        success: true,
        message,
        affected_count: 0,
        operation: "rebuild_index",
        undo: None,
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::fixture::Door;

    #[tokio::test]
    async fn the_owner_has_the_store_repaired() {
        let door = Door::open().await;
        let path = "/api/manage/system/rebuild_index";
        let done = door.owner().poke(path).await.of(200);
        assert_eq!((&done["success"], &done["operation"]), (&json!(true), &json!("rebuild_index")));
        let refused = door.writer().poke(path).await.of(403);
        assert_eq!(refused["detail"]["error"], "insufficient_scope");
        door.owner().poke("/api/manage/system/optimize_db").await.of(501);
        door.owner().poke("/api/manage/system/format_disk").await.of(400);
    }

    #[test]
    fn the_document_names_the_operations() {
        let document = crate::openapi();
        let parameters = &document["paths"]["/api/manage/system/{operation}"]["post"]["parameters"];
        let operations = &parameters[0]["schema"]["enum"];
        assert_eq!(operations, &json!(["cleanup_duplicates", "rebuild_index"]), "{parameters}");
    }
}
