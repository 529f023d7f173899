//! Free fields that a caller attaches to a memory.

use serde_json::{Map, Value};
use thiserror::Error;

/// The largest metadata of one memory, in bytes of compact JSON.
pub const MAX_METADATA_BYTES: usize = 64 * 1024;
/// How deeply values may be nested.
const MAX_DEPTH: usize = 32;

/// A JSON object whose keys keep their order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Metadata(Map<String, Value>);

/// Why a value cannot be metadata.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidMetadata {
    /// Longer than [`MAX_METADATA_BYTES`].
    #[error("metadata is {bytes} bytes of JSON, the limit is {limit}: store large values as content")]
    TooLong {
        /// Its length in bytes.
        bytes: usize,
        /// The limit, in bytes.
        limit: usize,
    },
    /// Nested too deeply.
    #[error("metadata is nested more than {limit} levels deep: flatten it")]
    TooDeep {
        /// The limit.
        limit: usize,
    },
}

impl Metadata {
    /// Checks what a caller wrote.
    ///
    /// # Errors
    /// [`InvalidMetadata`] when it is too large or too deep.
    pub fn parse(fields: Map<String, Value>) -> Result<Self, InvalidMetadata> {
        if fields.values().any(|value| deeper_than(value, MAX_DEPTH - 1)) {
            return Err(InvalidMetadata::TooDeep { limit: MAX_DEPTH });
        }
        let value = Value::Object(fields);
        let bytes = value.to_string().len();
        match value {
            Value::Object(fields) if bytes <= MAX_METADATA_BYTES => Ok(Self(fields)),
            _ => Err(InvalidMetadata::TooLong { bytes, limit: MAX_METADATA_BYTES }),
        }
    }

    /// Fields that stand in a database row, whatever they are.
    #[must_use]
    pub fn stored(fields: Map<String, Value>) -> Self {
        Self(fields)
    }

    /// The fields, in order.
    #[must_use]
    pub fn fields(&self) -> &Map<String, Value> {
        &self.0
    }

    /// Takes a field out.
    pub fn take(&mut self, key: &str) -> Option<Value> {
        self.0.shift_remove(key)
    }

    /// Sets a field.
    pub fn set(&mut self, key: &str, value: impl Into<Value>) {
        self.0.insert(key.to_owned(), value.into());
    }
}

fn deeper_than(value: &Value, levels: usize) -> bool {
    match value {
        Value::Array(items) => levels == 0 || items.iter().any(|item| deeper_than(item, levels - 1)),
        Value::Object(fields) => levels == 0 || fields.values().any(|item| deeper_than(item, levels - 1)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn the_order_of_keys_is_kept() {
        let metadata = Metadata::parse(object(json!({"z": 1, "a": 2}))).unwrap();
        assert_eq!(metadata.fields().keys().collect::<Vec<_>>(), ["z", "a"]);
    }

    #[test]
    fn large_and_deep_values_are_refused() {
        let large = object(json!({"x": "y".repeat(MAX_METADATA_BYTES)}));
        assert!(matches!(Metadata::parse(large), Err(InvalidMetadata::TooLong { .. })));
        let nested = |levels: usize| {
            let value = (0..levels).fold(json!(1), |inner, _| json!([inner]));
            Metadata::parse(object(json!({ "x": value })))
        };
        assert!(nested(MAX_DEPTH - 1).is_ok());
        assert_eq!(nested(MAX_DEPTH), Err(InvalidMetadata::TooDeep { limit: MAX_DEPTH }));
    }
}
