//! What a line costs once it is parsed. A value of one byte takes a hundred in memory, so the length of a line says little.

/// How many JSON values a line may hold. One with more is answered with an error before it is parsed. The largest call that
/// makes sense, a conversation of 30,000 turns, is below it; half a kilobyte for each is 50 MB.
pub(crate) const MAX_VALUES: usize = 100_000;
/// What a value takes in memory, in bytes: measured, the worst case (objects of one field).
const VALUE_BYTES: usize = 512;

/// What a line costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Weight {
    /// How many JSON values are in it, at most.
    pub(crate) values: usize,
    /// How many bytes it takes in memory, about.
    pub(crate) bytes: usize,
}

impl Weight {
    /// Of a line, without parsing it: every value but the first comes after a comma or a bracket that opens. Of what is no
    /// JSON, any number.
    pub(crate) fn of(line: &[u8]) -> Self {
        let (mut values, mut in_text, mut is_escaped) = (1, false, false);
        for byte in line {
            match (in_text, byte) {
                (true, _) if is_escaped => is_escaped = false,
                (true, b'\\') => is_escaped = true,
                (_, b'"') => in_text = !in_text,
                (false, b',' | b'[' | b'{') => values += 1,
                _ => {}
            }
        }
        Self { values, bytes: line.len() + values * VALUE_BYTES }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    fn values(line: &str) -> usize {
        Weight::of(line.as_bytes()).values
    }

    #[test]
    fn what_stands_in_texts_is_not_counted() {
        assert_eq!(values(r#"{"a": "[,{,\",[", "b\\": [1, 2]}"#), 5);
        assert_eq!(values(r#""\\\",,,""#), 1);
        assert_eq!(values(""), 1);
    }

    fn counted(value: &Value) -> usize {
        let inner: Box<dyn Iterator<Item = &Value>> = match value {
            Value::Array(items) => Box::new(items.iter()),
            Value::Object(fields) => Box::new(fields.values()),
            _ => Box::new(std::iter::empty()),
        };
        1 + inner.map(counted).sum::<usize>()
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<String>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            Just(Value::Null)
        ];
        leaf.prop_recursive(4, 64, 8, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
                proptest::collection::vec((any::<String>(), inner), 0..8)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn never_fewer_values_are_counted_than_there_are_and_at_most_twice_as_many(value in any_value()) {
            let (counted, values) = (counted(&value), values(&value.to_string()));
            prop_assert!((counted..=2 * counted).contains(&values), "{values} of {counted}: {value}");
        }
    }
}
