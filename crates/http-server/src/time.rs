//! Times in words, as existing clients send them: `last-2-weeks`, `week`, `the login bug last-week`.

use axum::http::StatusCode;
use engine::Reader;
use model::TimeRange;

use crate::error::Failure;

/// A time that somebody named, and what else they said.
#[derive(Debug, PartialEq)]
pub(crate) struct Spoken {
    /// The time.
    pub(crate) range: TimeRange,
    /// The words around it.
    pub(crate) rest: Option<String>,
}

/// Reads a time in words, alone or inside other words.
///
/// # Errors
/// 400 when no time is named.
pub(crate) fn spoken(reader: &Reader, text: &str) -> Result<Spoken, Failure> {
    let extracted = reader.extract_time_expression(text);
    if let Some(range) = extracted.range
        && !extracted.cleaned.trim().is_empty()
    {
        return Ok(Spoken { range, rest: Some(extracted.cleaned) });
    }
    match reader.parse_time_expression(text) {
        Ok(range) => Ok(Spoken { range, rest: None }),
        Err(error) => Err(Failure::new(StatusCode::BAD_REQUEST, error.to_string())),
    }
}
