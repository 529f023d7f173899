//! `GET /api/health`: whether the process answers. It says nothing else, because anybody may ask.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

/// That the process answers.
#[derive(Serialize, ToSchema)]
pub(crate) struct Alive {
    /// Always `healthy`.
    status: &'static str,
}

/// Whether the process answers
#[utoipa::path(get, path = "/api/health", tag = "health", responses((status = OK, body = Alive)))]
pub(crate) async fn health() -> Json<Alive> {
    Json(Alive { status: "healthy" })
}
