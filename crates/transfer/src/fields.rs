//! The fields of a JSON object, taken one by one with their types checked.

use model::Timestamp;
use serde_json::{Map, Value};

use crate::Refusal;

/// How much of a wrong value an error shows, in characters.
const SHOWN_CHARS: usize = 60;

/// What is left of a JSON object. A null counts as not there.
#[derive(Debug)]
pub(crate) struct Fields(Map<String, Value>);

impl Fields {
    pub(crate) fn of(value: Value) -> Result<Self, Refusal> {
        match value {
            Value::Object(fields) => Ok(Self(fields)),
            other => Err(shape("the record", "an object", &other)),
        }
    }

    pub(crate) fn from_json(json: &[u8]) -> Result<Self, Refusal> {
        Self::of(parse(json)?)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|value| !value.is_null())
    }

    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        self.0.shift_remove(name).filter(|value| !value.is_null())
    }

    pub(crate) fn text(&mut self, name: &str) -> Result<Option<String>, Refusal> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(shape(name, "a text", &other)),
        }
    }

    pub(crate) fn required_text(&mut self, name: &'static str) -> Result<String, Refusal> {
        self.text(name)?.ok_or(Refusal::Missing { field: name })
    }

    pub(crate) fn number(&mut self, name: &str) -> Result<Option<f64>, Refusal> {
        let Some(value) = self.take(name) else { return Ok(None) };
        value.as_f64().map(Some).ok_or_else(|| shape(name, "a number", &value))
    }

    pub(crate) fn integer(&mut self, name: &str) -> Result<Option<i64>, Refusal> {
        let Some(value) = self.take(name) else { return Ok(None) };
        value.as_i64().map(Some).ok_or_else(|| shape(name, "a whole number", &value))
    }

    pub(crate) fn count(&mut self, name: &'static str) -> Result<u64, Refusal> {
        let value = self.take(name).ok_or(Refusal::Missing { field: name })?;
        value.as_u64().ok_or_else(|| shape(name, "a count", &value))
    }

    /// A yes or no; no when it is not there.
    pub(crate) fn boolean(&mut self, name: &str) -> Result<bool, Refusal> {
        match self.take(name) {
            None => Ok(false),
            Some(Value::Bool(yes)) => Ok(yes),
            Some(other) => Err(shape(name, "true or false", &other)),
        }
    }

    /// A version: a whole number from 1; 1 when it is not there.
    pub(crate) fn version(&mut self, name: &'static str) -> Result<u32, Refusal> {
        let Some(number) = self.integer(name)? else { return Ok(1) };
        u32::try_from(number)
            .ok()
            .ok_or_else(|| value(name, &number.to_string(), "it is a small number from 1"))
    }

    pub(crate) fn object(&mut self, name: &str) -> Result<Option<Map<String, Value>>, Refusal> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Object(fields)) => Ok(Some(fields)),
            Some(other) => Err(shape(name, "an object", &other)),
        }
    }

    pub(crate) fn array(&mut self, name: &str) -> Result<Option<Vec<Value>>, Refusal> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Array(items)) => Ok(Some(items)),
            Some(other) => Err(shape(name, "a list", &other)),
        }
    }

    pub(crate) fn texts(&mut self, name: &str) -> Result<Option<Vec<String>>, Refusal> {
        let Some(items) = self.array(name)? else { return Ok(None) };
        let texts = items.into_iter().map(|item| match item {
            Value::String(text) => Ok(text),
            other => Err(shape(name, "a list of texts", &other)),
        });
        texts.collect::<Result<_, _>>().map(Some)
    }

    /// Seconds since the epoch.
    pub(crate) fn seconds(&mut self, name: &'static str) -> Result<Option<Timestamp>, Refusal> {
        let Some(seconds) = self.number(name)? else { return Ok(None) };
        let time = Timestamp::from_seconds(seconds);
        time.map(Some).ok_or_else(|| value(name, &seconds.to_string(), "no time of the years 0 to 9999"))
    }

    /// The names that nobody took, shortened; in order.
    pub(crate) fn names(&self) -> Vec<String> {
        self.0.keys().map(|name| shortened(name)).collect()
    }

    /// What nobody took.
    pub(crate) fn rest(self) -> Map<String, Value> {
        self.0
    }
}

/// Parses one JSON value. The error tells the place, never the text.
pub(crate) fn parse(json: &[u8]) -> Result<Value, Refusal> {
    serde_json::from_slice(json).map_err(|error| Refusal::NotJson { reason: error.to_string() })
}

pub(crate) fn shape(field: &str, expected: &'static str, found: &Value) -> Refusal {
    let found = match found {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "this number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    Refusal::Shape { field: field.to_owned(), expected, found }
}

pub(crate) fn value(field: &'static str, given: &str, expected: &'static str) -> Refusal {
    Refusal::Value { field, given: shortened(given), expected }
}

pub(crate) fn shortened(text: &str) -> String {
    text.chars().take(SHOWN_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_wrong_type_names_the_field_and_what_it_must_be() {
        let mut fields = Fields::of(json!({"content": 1, "created_at": 1e18, "version": -1})).unwrap();
        assert_eq!(
            fields.text("content").unwrap_err().to_string(),
            "content must be a text, not this number"
        );
        assert!(fields.seconds("created_at").is_err());
        assert!(fields.version("version").is_err());
        assert_eq!(fields.text("content"), Ok(None), "a field is taken once");
    }

    #[test]
    fn deep_nesting_is_an_error_and_no_overflow() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(matches!(parse(deep.as_bytes()), Err(Refusal::NotJson { .. })));
    }
}
