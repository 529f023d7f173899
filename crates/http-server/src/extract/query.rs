//! What stands after the question mark.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::App;
use crate::error::Failure;

/// What stands after the question mark. Names that the type does not know are passed over, as existing clients need it.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<App> for Query<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let parsed = axum::extract::Query::<T>::from_request_parts(parts, app).await;
        let axum::extract::Query(value) = parsed.map_err(|rejection| {
            let message = rejection.body_text();
            let message = message.strip_prefix("Failed to deserialize query string: ").unwrap_or(&message);
            // `name: what is wrong`
            let name = message.split_once(": ").map(|(name, _)| name).filter(|name| !name.contains(' '));
            let place = std::iter::once("query").chain(name).map(Into::into).collect();
            let kind = if message.contains("missing field") { "missing" } else { "value_error" };
            Failure::problem(kind, place, message)
        })?;
        Ok(Self(value))
    }
}
