//! Times as other programs write them.

use model::Timestamp;
use serde_json::Value;

use crate::Refusal;
use crate::fields::{shape, value};

/// Numbers above this are milliseconds: as seconds they would lie beyond the year 5100.
const MIN_MILLISECONDS: f64 = 1e11;

/// A time as ISO 8601 text, or as seconds or milliseconds since the epoch.
pub(crate) fn lenient(field: &'static str, given: &Value) -> Result<Timestamp, Refusal> {
    const EXPECTED: &str = "a time is ISO 8601 text or a number of seconds since 1970";
    match given {
        Value::String(text) => Timestamp::from_stored_iso(text).ok_or_else(|| value(field, text, EXPECTED)),
        Value::Number(number) => {
            let number = number.as_f64().unwrap_or(f64::NAN);
            let seconds = if number > MIN_MILLISECONDS { number / 1e3 } else { number };
            Timestamp::from_seconds(seconds).ok_or_else(|| value(field, &number.to_string(), EXPECTED))
        }
        other => Err(shape(field, "a time", other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn texts_seconds_and_milliseconds_are_read() {
        let expected = Timestamp::from_seconds(1_735_787_045.0).unwrap();
        for given in [json!("2025-01-02T03:04:05Z"), json!(1_735_787_045), json!(1_735_787_045_000_u64)] {
            assert_eq!(lenient("created_at", &given), Ok(expected), "{given}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for given in [json!("tomorrow"), json!(1e17), json!(true)] {
            assert!(lenient("created_at", &given).is_err(), "{given}");
        }
    }
}
