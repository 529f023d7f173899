//! Parts of the path.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::App;
use crate::error::Failure;

/// Parts of the path.
pub(crate) struct Path<T>(pub(crate) T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Path<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let parsed = axum::extract::Path::<T>::from_request_parts(parts, app).await;
        let axum::extract::Path(value) = parsed.map_err(|rejection| {
            Failure::problem("value_error", vec!["path".into()], rejection.body_text())
        })?;
        Ok(Self(value))
    }
}
