//! `POST /api/keys`: makes a key and shows it, this once.

use auth::KeyRequest;
use auth::keys::KeysError;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use model::{Capability, KeyName, Space};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{Key, reaches, unavailable};
use crate::App;
use crate::access::KnownOwner;
use crate::error::{ErrorDetail, Failure};
use crate::extract::Body;

/// A key to make.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewKey {
    /// What to call it: a name that no other key has.
    name: String,
    /// What its holder may do: `read`, `add` (store, but change and delete nothing), `write` or `admin`; each includes the ones
    /// before it.
    #[serde(default)]
    #[schema(default = "write")]
    scope: Option<String>,
    /// Whose memories it opens: `default`, or the id of a space. That of the caller, unless it is said; another one can be said
    /// only by the owner of the server.
    #[serde(default)]
    space: Option<String>,
    /// When it ends: YYYY-MM-DD or RFC 3339. Never, unless it is said.
    #[serde(default)]
    expires_at: Option<String>,
}

/// A key that was made.
#[derive(Serialize, ToSchema)]
pub(crate) struct MadeKey {
    /// The key itself. It is shown this once.
    key: String,
    #[serde(flatten)]
    kept: Key,
}

/// Make an API key
///
/// It is shown this once. An agent is given one with the scope `add`, one space and an end.
#[utoipa::path(
    post,
    path = "/api/keys",
    tag = "keys",
    request_body = NewKey,
    security(("key" = ["admin"])),
    responses(
        (status = OK, body = MadeKey),
        (status = NOT_FOUND, body = ErrorDetail, description = "There is no such space"),
        (status = CONFLICT, body = ErrorDetail, description = "The name is taken, or there are too many keys"),
    )
)]
pub(crate) async fn create(
    State(app): State<App>,
    owner: KnownOwner,
    Body(new): Body<NewKey>,
) -> Result<Json<MadeKey>, Failure> {
    let principal = &owner.0.principal;
    let request = request(new, &owner)?;
    if !reaches(principal, &request.space) {
        // As if there were none.
        return Err(refusal(KeysError::NoSpace));
    }
    let (secret, kept) = app.keys().create(&principal.id, request).await.map_err(refusal)?;
    Ok(Json(MadeKey { key: secret.reveal().to_owned(), kept: Key::of(&kept, app.now()) }))
}

fn request(new: NewKey, owner: &KnownOwner) -> Result<KeyRequest, Failure> {
    let said = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let name = KeyName::new(&new.name).map_err(|error| invalid("name", &error))?;
    let capability = match said(new.scope) {
        Some(text) => text.trim().parse().map_err(|error| invalid("scope", &error))?,
        None => Capability::Write,
    };
    let space = match said(new.space) {
        Some(text) => Space::parse(text.trim()).map_err(|_| refusal(KeysError::NoSpace))?,
        None => owner.0.principal.space.clone(),
    };
    let end = said(new.expires_at).map(|text| owner.0.grant.reader().parse_date(&text)).transpose();
    let expires_at = end.map_err(|error| invalid("expires_at", &error))?;
    Ok(KeyRequest { name, capability, space, expires_at })
}

fn invalid(field: &str, error: &dyn std::error::Error) -> Failure {
    let place: Vec<Value> = vec![json!("body"), json!(field)];
    Failure::problem("value_error", place, error.to_string())
}

fn refusal(error: KeysError) -> Failure {
    let status = match &error {
        KeysError::NameTaken(_) | KeysError::TooMany => StatusCode::CONFLICT,
        KeysError::NoSpace => StatusCode::NOT_FOUND,
        KeysError::Ended => return invalid("expires_at", &error),
        KeysError::Randomness(source) => {
            tracing::error!(error = source as &dyn std::error::Error, "there is no randomness for a key");
            return Failure::internal();
        }
        KeysError::Store(error) => return unavailable(error),
    };
    Failure::new(status, error.to_string())
}
