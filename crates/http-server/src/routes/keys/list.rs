//! `GET /api/keys`: the keys, without the keys themselves.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Key, reaches, unavailable};
use crate::App;
use crate::access::KnownOwner;
use crate::error::Failure;

/// The keys that whoever asks may deal with.
#[derive(Serialize, ToSchema)]
pub(crate) struct Keys {
    /// Expired and revoked ones too, oldest first.
    keys: Vec<Key>,
}

/// List API keys, without the keys themselves
#[utoipa::path(
    get,
    path = "/api/keys",
    tag = "keys",
    security(("key" = ["admin"])),
    responses((status = OK, body = Keys))
)]
pub(crate) async fn list(State(app): State<App>, owner: KnownOwner) -> Result<Json<Keys>, Failure> {
    let all = app.keys().list().await.map_err(|error| unavailable(&error))?;
    let meant = all.iter().filter(|key| reaches(&owner.0.principal, &key.space));
    Ok(Json(Keys { keys: meant.map(|key| Key::of(key, app.now())).collect() }))
}
