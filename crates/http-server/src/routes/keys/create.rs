//! `POST /api/keys`: makes a key and shows it, this once.

use auth::accounts::{AccountsError, Origin};
use auth::keys::KeysError;
use auth::{KeyRequest, Method};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use model::{AuditAction, Capability, KeyName, Space, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{Key, reaches, unavailable};
use crate::App;
use crate::access::LastingOwner;
use crate::error::{ErrorDetail, Failure};
use crate::extract::Body;
use crate::web::origin;

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
    /// The password of whoever asks from a browser that is signed in: a key outlives the session. Nobody else sends it.
    #[serde(default)]
    #[schema(format = "password")]
    password: Option<String>,
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
    owner: LastingOwner,
    parts: Parts,
    Body(mut new): Body<NewKey>,
) -> Result<Json<MadeKey>, Failure> {
    let principal = &owner.0.principal;
    let password = new.password.take();
    let request = request(new, &owner)?;
    if !reaches(principal, &request.space) {
        // As if there were none.
        return Err(refusal(KeysError::NoSpace));
    }
    if let Method::Session(_, user) = &principal.method {
        prove(&app, user, password.as_deref(), &origin(&app, &parts)).await?;
    }
    let (secret, kept) = app.keys().create(&principal.id, request).await.map_err(refusal)?;
    Ok(Json(MadeKey { key: secret.reveal().to_owned(), kept: Key::of(&kept, app.now()) }))
}

/// Whether it is the user who asks, and not somebody who has but the session.
async fn prove(app: &App, user: &UserId, password: Option<&str>, from: &Origin) -> Result<(), Failure> {
    let Some(password) = password.filter(|password| !password.is_empty()) else {
        let told = "a browser sends the password once more: a key outlives the session";
        return Err(Failure::problem("missing", vec![json!("body"), json!("password")], told));
    };
    let people = app.authenticator().people().ok_or_else(Failure::internal)?;
    let proven = people.accounts().prove(user, password.as_bytes(), AuditAction::KeyCreate, from).await;
    proven.map_err(|error| match error {
        AccountsError::LockedOut { seconds } => Failure::too_many(seconds),
        AccountsError::Unavailable(error) => unavailable(&error),
        AccountsError::NoPassword => {
            let detail = "this account has no password to show: the owner of the server makes the key, or sets a password";
            Failure::new(StatusCode::FORBIDDEN, detail)
        }
        _ => Failure::new(StatusCode::FORBIDDEN, "the password is wrong: nothing was made"),
    })
}

fn request(new: NewKey, owner: &LastingOwner) -> Result<KeyRequest, Failure> {
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
