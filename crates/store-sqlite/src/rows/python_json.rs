//! JSON as the original spells it (Python's `json.dumps`): `", "` and `": "` between things, nothing but ASCII.

use std::fmt::Write;

use serde_json::{Map, Number, Value};

/// An object as text.
pub(crate) fn object(fields: &Map<String, Value>) -> String {
    let mut text = String::new();
    write_object(&mut text, fields);
    text
}

fn write_object(text: &mut String, fields: &Map<String, Value>) {
    text.push('{');
    for (position, (name, value)) in fields.iter().enumerate() {
        if position > 0 {
            text.push_str(", ");
        }
        write_string(text, name);
        text.push_str(": ");
        write_value(text, value);
    }
    text.push('}');
}

fn write_value(text: &mut String, value: &Value) {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(true) => text.push_str("true"),
        Value::Bool(false) => text.push_str("false"),
        Value::Number(number) => write_number(text, number),
        Value::String(string) => write_string(text, string),
        Value::Array(items) => {
            text.push('[');
            for (position, item) in items.iter().enumerate() {
                if position > 0 {
                    text.push_str(", ");
                }
                write_value(text, item);
            }
            text.push(']');
        }
        Value::Object(fields) => write_object(text, fields),
    }
}

/// Whole numbers as they are; others with the fewest digits that give the number back, in Python's choice of notation:
/// an exponent of two digits at least, below 1e-4 and from 1e16.
fn write_number(text: &mut String, number: &Number) {
    let float = match number.as_f64() {
        Some(float) if number.is_f64() => float,
        _ => {
            text.push_str(&number.to_string());
            return;
        }
    };
    let scientific = format!("{float:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if float != 0.0 && !(-4..16).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        // Writing to a String does not fail.
        let _ = write!(text, "{digits}e{sign}{:02}", exponent.abs());
    } else {
        let _ = write!(text, "{float:?}");
    }
}

fn write_string(text: &mut String, string: &str) {
    text.push('"');
    for character in string.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            // Delete is ASCII, and Python escapes it all the same.
            ' '..='~' => text.push(character),
            other => {
                for unit in other.encode_utf16(&mut [0; 2]) {
                    let _ = write!(text, "\\u{unit:04x}");
                }
            }
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn written(value: &Value) -> String {
        object(value.as_object().unwrap())
    }

    #[test]
    fn separators_and_escapes_are_the_originals() {
        let value = json!({"z": [1, 2.5, null, true], "s": "é\u{1f9e0}\n\u{1}\"\\\u{7f}", "o": {}});
        assert_eq!(
            written(&value),
            r#"{"z": [1, 2.5, null, true], "s": "\u00e9\ud83e\udde0\n\u0001\"\\\u007f", "o": {}}"#
        );
    }

    #[test]
    fn numbers_are_spelled_as_python_spells_them() {
        for (number, expected) in [
            (json!(1.0), "1.0"),
            (json!(-0.0), "-0.0"),
            (json!(0.1), "0.1"),
            (json!(0.0001), "0.0001"),
            (json!(0.00001), "1e-05"),
            (json!(1.5e-7), "1.5e-07"),
            (json!(1e15), "1000000000000000.0"),
            (json!(1e16), "1e+16"),
            (json!(1.25e300), "1.25e+300"),
            (json!(1_795_331_122.234_757_7), "1795331122.2347577"),
            (json!(u64::MAX), "18446744073709551615"),
        ] {
            assert_eq!(written(&json!({ "n": number })), format!("{{\"n\": {expected}}}"));
        }
    }

    #[test]
    fn what_is_written_reads_back_the_same() {
        let value = json!({"a": {"b": [[], {"c": "ü"}]}, "n": 1e-9, "big": 123_456_789_012_i64});
        assert_eq!(serde_json::from_str::<Value>(&written(&value)).unwrap(), value);
    }
}
