//! `/api/keys`: API keys, for whoever may administer. The credential says whose: with one of the installation, all keys; with one of
//! a space, the keys of that space, and nobody is told that there are others.
//!
//! | file | route |
//! |---|---|
//! | [`list`] | `GET /api/keys` |
//! | [`create`] | `POST /api/keys` |
//! | [`revoke`] | `DELETE /api/keys/{id}` |

pub(crate) mod create;
pub(crate) mod list;
pub(crate) mod revoke;

use auth::{Principal, Reach};
use axum::http::StatusCode;
use model::{ApiKey, Space, Timestamp};
use ports::StoreError;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::Failure;

/// What is told of a key: never the key.
#[derive(Serialize, ToSchema)]
pub(crate) struct Key {
    /// Its id.
    id: String,
    /// Its name.
    name: String,
    /// What its holder may do: `read`, `add`, `write` or `admin`.
    scope: &'static str,
    /// Whose memories it opens: `default`, or the id of a space.
    space: String,
    /// `active`, `expired` or `revoked`.
    state: &'static str,
    /// When it was made.
    created_at: String,
    /// When it ends.
    expires_at: Option<String>,
    /// When it was revoked.
    revoked_at: Option<String>,
    /// When it was used last, to the minute.
    last_used_at: Option<String>,
}

impl Key {
    fn of(key: &ApiKey, now: Timestamp) -> Self {
        let text = |time: Option<Timestamp>| time.map(|time| time.to_string());
        Self {
            id: key.id.to_string(),
            name: key.name.as_str().to_owned(),
            scope: key.capability.name(),
            space: key.space.to_string(),
            state: key.state(now).name(),
            created_at: key.created_at.to_string(),
            expires_at: text(key.expires_at),
            revoked_at: text(key.revoked_at),
            last_used_at: text(key.last_used_at),
        }
    }
}

/// Whether whoever asks may deal with the keys of a space.
fn reaches(principal: &Principal, space: &Space) -> bool {
    principal.reach == Reach::Installation || principal.space == *space
}

fn unavailable(error: &StoreError) -> Failure {
    tracing::error!(error = error as &dyn std::error::Error, "keys could not be read or written");
    Failure::new(StatusCode::SERVICE_UNAVAILABLE, "the keys cannot be read or written now: try again")
}

#[cfg(test)]
mod tests;
