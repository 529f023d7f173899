//! Text to values.

use super::InvalidSetting;
use super::layers::Raw;

/// `true` or `false`, as the original's lenient form has them.
///
/// # Errors
/// [`InvalidSetting`] for anything else.
pub fn switch(raw: &Raw) -> Result<bool, InvalidSetting> {
    match raw.as_text()?.to_lowercase().as_str() {
        "true" | "1" | "yes" | "on" | "enabled" => Ok(true),
        "false" | "0" | "no" | "off" | "disabled" => Ok(false),
        _ => Err(InvalidSetting::value(raw, "it must be true or false")),
    }
}

/// A number from 0 to 1.
///
/// # Errors
/// [`InvalidSetting`] for anything else.
pub fn fraction(raw: &Raw) -> Result<f64, InvalidSetting> {
    let number = raw.as_text()?.parse::<f64>().ok().filter(|number| (0.0..=1.0).contains(number));
    number.ok_or_else(|| InvalidSetting::value(raw, "it must be a number from 0 to 1"))
}

/// A number of things; 0 is written for no limit, and read as the largest number.
///
/// # Errors
/// [`InvalidSetting`] for anything else.
pub fn limit(raw: &Raw) -> Result<u64, InvalidSetting> {
    let number = raw.as_text()?.parse::<u32>().ok().map(u64::from);
    let number =
        number.ok_or_else(|| InvalidSetting::value(raw, "it must be a whole number, 0 for no limit"))?;
    Ok(if number == 0 { u64::MAX } else { number })
}

/// A whole number in a range, both ends included.
///
/// # Errors
/// [`InvalidSetting`] for anything else.
pub fn number(raw: &Raw, lowest: usize, highest: usize) -> Result<usize, InvalidSetting> {
    let number = raw.as_text()?.parse::<usize>().ok().filter(|number| (lowest..=highest).contains(number));
    let allowed = || format!("it must be a whole number from {lowest} to {highest}");
    number.ok_or_else(|| InvalidSetting::value(raw, allowed()))
}

/// Texts with commas between; empty ones are left out.
///
/// # Errors
/// [`InvalidSetting`] for what is no text.
pub fn list(raw: &Raw) -> Result<Vec<&str>, InvalidSetting> {
    Ok(raw.as_text()?.split(',').map(str::trim).filter(|text| !text.is_empty()).collect())
}

/// A number of days, 0 or more.
///
/// # Errors
/// [`InvalidSetting`] for anything else.
pub fn days(raw: &Raw) -> Result<f64, InvalidSetting> {
    let days = raw.as_text()?.parse::<f64>().ok().filter(|days| days.is_finite() && *days >= 0.0);
    days.ok_or_else(|| InvalidSetting::value(raw, "it must be a number of days, 0 or more"))
}

/// `name=value,name=value`, for PRAGMAs: nothing in it can be more than a name and a value.
///
/// # Errors
/// [`InvalidSetting`] for anything else.
pub fn pragmas(raw: &Raw) -> Result<Vec<(String, String)>, InvalidSetting> {
    let parts = raw.as_text()?.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| pragma(part).ok_or_else(|| bad_pragma(raw, part))).collect()
}

fn pragma(part: &str) -> Option<(String, String)> {
    let (name, value) = part.split_once('=')?;
    let (name, value) = (name.trim(), value.trim());
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    let is_value = !value.is_empty()
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-+.".contains(&byte));
    (is_name && is_value).then(|| (name.to_ascii_lowercase(), value.to_owned()))
}

fn bad_pragma(raw: &Raw, part: &str) -> InvalidSetting {
    let allowed = format!("{part:?} is not name=value (as in `cache_size=20000,busy_timeout=15000`)");
    InvalidSetting::value(raw, allowed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Origin;

    fn raw(text: &str) -> Raw {
        let name = "MCP_MEMORY_SQLITE_PRAGMAS";
        Raw { name, text: text.into(), origin: Origin::Environment { name } }
    }

    #[test]
    fn switches_are_read_in_every_form_of_the_original() {
        for text in ["true", "TRUE", "1", "yes", "On", "enabled"] {
            assert_eq!(switch(&raw(text)), Ok(true), "{text}");
        }
        for text in ["false", "0", "No", "off", "disabled"] {
            assert_eq!(switch(&raw(text)), Ok(false), "{text}");
        }
        assert!(switch(&raw("maybe")).is_err());
    }

    #[test]
    fn fractions_end_at_their_edges() {
        assert_eq!(fraction(&raw("0")), Ok(0.0));
        assert_eq!(fraction(&raw(" 1.0 ")), Ok(1.0));
        for text in ["1.0001", "-0.1", "NaN", "inf", "half"] {
            assert!(fraction(&raw(text)).is_err(), "{text}");
        }
    }

    #[test]
    fn zero_is_no_limit() {
        assert_eq!(limit(&raw("0")), Ok(u64::MAX));
        assert_eq!(limit(&raw("4000")), Ok(4000));
        assert!(limit(&raw("-1")).is_err());
    }

    #[test]
    fn numbers_end_at_their_edges() {
        assert_eq!(number(&raw("100"), 100, 200), Ok(100));
        assert_eq!(number(&raw(" 200 "), 100, 200), Ok(200));
        for text in ["99", "201", "-1", "1.5", "many"] {
            assert!(number(&raw(text), 100, 200).is_err(), "{text}");
        }
        assert_eq!((days(&raw("0")), days(&raw("0.5"))), (Ok(0.0), Ok(0.5)));
        for text in ["-0.1", "NaN", "inf", "long"] {
            assert!(days(&raw(text)).is_err(), "{text}");
        }
    }

    #[test]
    fn pragmas_are_names_and_values_and_nothing_more() {
        assert_eq!(
            pragmas(&raw("Busy_Timeout = 15000, cache_size=-20000,")),
            Ok(vec![("busy_timeout".into(), "15000".into()), ("cache_size".into(), "-20000".into())])
        );
        for text in ["busy_timeout", "=1", "a=", "a=1;drop table memories", "main.a=1", "a=b c", "a='x'"] {
            let error = pragmas(&raw(text)).unwrap_err();
            assert!(error.to_string().contains("is not name=value"), "{error}");
        }
    }
}
