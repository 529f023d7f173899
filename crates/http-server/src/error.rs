//! Failures, as the wire has them: `{"detail": ...}`.
//!
//! A refusal of access has an object with `error` and `error_description` (RFC 6750), a request that cannot be understood a list
//! of what is wrong and where, everything else a sentence.

use auth::Refusal;
use axum::Json;
use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use engine::{Capability, EngineError, ErrorCode};
use mcp::ToolError;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

/// What is answered instead of what was asked.
#[derive(Debug, Clone)]
pub struct Failure {
    status: StatusCode,
    body: Value,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// One thing that is wrong with a request.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Problem {
    /// Its kind: `missing`, `json_invalid`, `value_error`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Where: `body`, `query`, `path` or `header`, then the names that lead to it.
    pub loc: Vec<Value>,
    /// What is wrong and what would be right.
    pub msg: String,
}

/// A failure with a sentence.
#[derive(ToSchema)]
#[expect(dead_code, reason = "a shape of the OpenAPI document")]
pub struct ErrorDetail {
    /// What was wrong, which value, what to do.
    detail: String,
}

/// A request that cannot be understood.
#[derive(ToSchema)]
#[expect(dead_code, reason = "a shape of the OpenAPI document")]
pub struct InvalidRequest {
    /// What is wrong, one by one.
    detail: Vec<Problem>,
}

/// A refusal of access.
#[derive(ToSchema)]
#[expect(dead_code, reason = "a shape of the OpenAPI document")]
pub struct Refused {
    /// Why.
    detail: RefusedDetail,
}

/// Why access was refused (RFC 6750 section 3.1).
#[derive(ToSchema)]
#[expect(dead_code, reason = "a shape of the OpenAPI document")]
pub struct RefusedDetail {
    /// `authorization_required`, `invalid_token` or `insufficient_scope`.
    error: String,
    /// The same for people.
    error_description: String,
}

impl Failure {
    /// A failure with a sentence.
    #[must_use]
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, body: json!({ "detail": detail.into() }), headers: Vec::new() }
    }

    /// A failure whose whole body is given.
    #[must_use]
    pub fn with_body(status: StatusCode, body: Value) -> Self {
        Self { status, body, headers: Vec::new() }
    }

    /// The same with a header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// A request that cannot be understood.
    #[must_use]
    pub fn invalid(problems: &[Problem]) -> Self {
        Self::with_body(StatusCode::UNPROCESSABLE_ENTITY, json!({ "detail": problems }))
    }

    /// One thing that is wrong with a request.
    #[must_use]
    pub fn problem(kind: &str, loc: Vec<Value>, message: impl Into<String>) -> Self {
        Self::invalid(&[Problem { kind: kind.to_owned(), loc, msg: message.into() }])
    }

    /// A body that is too long.
    #[must_use]
    pub fn too_large(max_bytes: usize) -> Self {
        let description = format!("Request body exceeds the maximum of {max_bytes} bytes");
        Self::with_body(
            StatusCode::PAYLOAD_TOO_LARGE,
            json!({ "error": "payload_too_large", "error_description": description }),
        )
    }

    /// Too many requests.
    #[must_use]
    pub fn too_many(retry_after_s: u64) -> Self {
        let detail = format!("Too many requests: try again in {retry_after_s} s");
        Self::new(StatusCode::TOO_MANY_REQUESTS, detail).header(RETRY_AFTER, HeaderValue::from(retry_after_s))
    }

    /// Somebody who was granted less than a route needs (RFC 6750 section 3.1).
    #[must_use]
    pub fn insufficient_scope(needed: Capability, granted: Capability) -> Self {
        // A client asks for what the challenge names, and `add` is for keys alone: no client of OAuth knows it.
        let asked = if needed == Capability::Add { Capability::Write } else { needed };
        let (needed, granted, asked) = (needed.name(), granted.name(), asked.name());
        let description = format!("this needs the scope '{needed}', the credential has '{granted}'");
        let challenge = format!(r#"Bearer error="insufficient_scope", scope="{asked}""#);
        Self::refused(StatusCode::FORBIDDEN, "insufficient_scope", &description, &challenge)
    }

    /// Somebody who wants to deal with the whole server and has but a space on it.
    #[must_use]
    pub fn out_of_reach() -> Self {
        let description =
            "this concerns the whole server: it needs a credential of whom the server belongs to";
        let challenge = r#"Bearer error="insufficient_scope""#;
        Self::refused(StatusCode::FORBIDDEN, "insufficient_scope", description, challenge)
    }

    /// A program that acts for a user wants something that would outlive what the user allowed it.
    #[must_use]
    pub fn not_for_programs() -> Self {
        let description = "a program that acts for a user does not do this: the user does";
        let challenge = r#"Bearer error="insufficient_scope""#;
        Self::refused(StatusCode::FORBIDDEN, "insufficient_scope", description, challenge)
    }

    /// What failed inside: the log says more, the caller learns nothing.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "something went wrong inside the memory service: its log says more; nothing else was affected",
        )
    }

    /// The same as MCP has it: without `detail` around it.
    pub(crate) fn flat(mut self) -> Self {
        self.body = match self.body.get_mut("detail").map(Value::take) {
            Some(Value::String(sentence)) => {
                let error = self.status.canonical_reason().unwrap_or("error");
                let error = error.to_ascii_lowercase().replace(' ', "_");
                json!({ "error": error, "error_description": sentence })
            }
            Some(detail) => detail,
            None => self.body,
        };
        self
    }

    /// The status that will be answered.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    fn refused(status: StatusCode, error: &str, description: &str, challenge: &str) -> Self {
        let body = json!({ "detail": { "error": error, "error_description": description } });
        let challenge = HeaderValue::from_str(challenge).unwrap_or(HeaderValue::from_static("Bearer"));
        Self::with_body(status, body).header(WWW_AUTHENTICATE, challenge)
    }

    fn of_code(code: ErrorCode, message: String) -> Self {
        let status =
            StatusCode::from_u16(code.row().http_status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self::new(status, message)
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let (error, challenge) = match &refusal {
            Refusal::Missing => ("authorization_required", "Bearer"),
            Refusal::Invalid => ("invalid_token", r#"Bearer error="invalid_token""#),
            // One that is not there and one that is somebody else's are the same to whoever asks.
            Refusal::NoSpace => return Self::new(StatusCode::FORBIDDEN, refusal.to_string()),
            Refusal::Unavailable(error) => {
                tracing::error!(error = error as &dyn std::error::Error, "keys could not be looked up");
                return Self::new(StatusCode::SERVICE_UNAVAILABLE, refusal.to_string());
            }
        };
        Self::refused(StatusCode::UNAUTHORIZED, error, &refusal.to_string(), challenge)
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        let code = error.code();
        if code == ErrorCode::Internal {
            tracing::error!(error = &error as &dyn std::error::Error, "a use case failed");
            return Self::internal();
        }
        Self::of_code(code, ToolError::new(code, error.to_string()).for_other_machines().message)
    }
}

impl From<ToolError> for Failure {
    fn from(error: ToolError) -> Self {
        match error.code {
            ErrorCode::Internal => Self::internal(),
            ErrorCode::InvalidInput => Self::problem("value_error", vec!["body".into()], error.message),
            code => Self::of_code(code, error.for_other_machines().message),
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body)).into_response();
        response.headers_mut().extend(self.headers.into_iter().map(|(name, value)| (Some(name), value)));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ports::StoreError;

    #[test]
    fn where_the_store_is_and_why_it_fails_is_for_the_log() {
        let reason = || "/home/somebody/memories.db: permission denied".to_owned();
        let failures = [
            (StoreError::Open { reason: reason(), source: None }, 503),
            (StoreError::ReadOnly { reason: reason() }, 503),
            (StoreError::Corrupt { reason: reason(), source: None }, 503),
            (StoreError::TooNew { found: 99, known: 12 }, 503),
            (StoreError::Full { source: reason().into() }, 507),
        ];
        for (failure, status) in failures {
            let failure = EngineError::Store(failure);
            let told = ToolError::new(failure.code(), failure.to_string());
            for answer in [Failure::from(failure), Failure::from(told)] {
                let detail = answer.body["detail"].as_str().unwrap();
                assert_eq!(answer.status.as_u16(), status, "{detail}");
                assert!(detail.contains("memory store"), "{detail}");
                assert!(!detail.contains("/home") && !detail.contains("permission"), "{detail}");
            }
        }
    }
}
