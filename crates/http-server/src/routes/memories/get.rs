//! `GET /api/memories/{content_hash}`: one memory.

use axum::Json;
use axum::http::StatusCode;

use crate::access::Read;
use crate::error::{ErrorDetail, Failure, Refused};
use crate::extract::Path;
use crate::wire::Memory;

/// One memory by its key
#[utoipa::path(
    get,
    path = "/api/memories/{content_hash}",
    tag = "memories",
    params(("content_hash" = String, Path, description = "Its whole key")),
    security(("key" = ["read"])),
    responses(
        (status = OK, body = Memory),
        (status = UNAUTHORIZED, body = Refused),
        (status = FORBIDDEN, body = Refused),
        (status = NOT_FOUND, body = ErrorDetail),
    )
)]
pub(crate) async fn get(read: Read, Path(hash): Path<String>) -> Result<Json<Memory>, Failure> {
    match Memory::find(read.reader(), &hash).await? {
        Some(memory) => Ok(Json(memory)),
        None => Err(Failure::new(StatusCode::NOT_FOUND, "Memory not found")),
    }
}
