//! `DELETE /api/keys/{id}`: refuses a key from now on.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use model::KeyId;

use super::{Key, reaches, unavailable};
use crate::App;
use crate::access::KnownOwner;
use crate::error::{ErrorDetail, Failure};
use crate::extract::Path;

/// Revoke an API key
///
/// It is refused from now on, in open streams too. This cannot be undone: make a new key instead.
#[utoipa::path(
    delete,
    path = "/api/keys/{id}",
    tag = "keys",
    params(("id" = String, Path, description = "Its whole id")),
    security(("key" = ["admin"])),
    responses((status = OK, body = Key), (status = NOT_FOUND, body = ErrorDetail))
)]
pub(crate) async fn revoke(
    State(app): State<App>,
    owner: KnownOwner,
    Path(id): Path<String>,
) -> Result<Json<Key>, Failure> {
    let principal = &owner.0.principal;
    // A key of another space is told from one that does not exist by nobody.
    let keys = app.keys().list().await.map_err(|error| unavailable(&error))?;
    let meant: Option<KeyId> = keys
        .into_iter()
        .find(|key| key.id.as_str() == id && reaches(principal, &key.space))
        .map(|key| key.id);
    let revoked = match meant {
        Some(id) => app.keys().revoke(&principal.id, &id).await.map_err(|error| unavailable(&error))?,
        None => None,
    };
    match revoked {
        Some(key) => Ok(Json(Key::of(&key, app.now()))),
        None => Err(Failure::new(StatusCode::NOT_FOUND, "there is no such key")),
    }
}
