//! A body of JSON.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::App;
use crate::error::Failure;

/// A body of JSON. Names that the type does not know are passed over, as existing clients need it.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<App> for Body<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &App) -> Result<Self, Failure> {
        let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        if !content_type.is_some_and(is_json) {
            let shown: String = content_type.unwrap_or("none").chars().take(60).collect();
            let message =
                format!("the body must be JSON, with `Content-Type: application/json`; it is {shown:?}");
            return Err(Failure::problem("content_type", vec!["body".into()], message));
        }
        parse(&whole(request, app).await?).map(Self)
    }
}

/// All of a body, whatever is in it.
pub(crate) async fn whole(request: Request, app: &App) -> Result<Bytes, Failure> {
    Bytes::from_request(request, app).await.map_err(|rejection| unread(&rejection, app))
}

/// Whether this is a media type of JSON (RFC 6839 section 3.1), whatever its parameters.
fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

fn unread(rejection: &BytesRejection, app: &App) -> Failure {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return Failure::too_large(app.options().max_body_bytes);
    }
    Failure::problem("body_unreadable", vec!["body".into()], "the body ended before its announced length")
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Failure> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let parsed = serde_path_to_error::deserialize(&mut reader);
    let value = parsed.map_err(|error| {
        let place = place(error.path());
        let error = error.into_inner();
        let kind = match error.classify() {
            serde_json::error::Category::Data if error.to_string().starts_with("missing field") => "missing",
            serde_json::error::Category::Data => "value_error",
            _ => "json_invalid",
        };
        Failure::problem(kind, place, error.to_string())
    })?;
    let rest = reader.end();
    rest.map_err(|error| Failure::problem("json_invalid", vec!["body".into()], error.to_string()))?;
    Ok(value)
}

/// `body`, then the names and numbers that lead to the place.
fn place(path: &serde_path_to_error::Path) -> Vec<Value> {
    use serde_path_to_error::Segment;
    let steps = path.iter().filter_map(|segment| match segment {
        Segment::Seq { index } => Some(Value::from(*index)),
        Segment::Map { key } => Some(Value::from(key.as_str())),
        Segment::Enum { .. } | Segment::Unknown => None,
    });
    std::iter::once(Value::from("body")).chain(steps).collect()
}
