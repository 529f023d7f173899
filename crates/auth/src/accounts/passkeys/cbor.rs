//! What authenticators write (CBOR, RFC 8949), as far as it is read here.

use ciborium::Value;

/// A map of numbers or names to values.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fields(Vec<(Value, Value)>);

impl Fields {
    /// The map at the beginning of these bytes, and what stands behind it; none when it is something else or does not end.
    pub(super) fn read(mut bytes: &[u8]) -> Option<(Self, &[u8])> {
        match ciborium::from_reader(&mut bytes) {
            Ok(Value::Map(entries)) => Some((Self(entries), bytes)),
            _ => None,
        }
    }

    /// What stands under a number; none when nothing does, or more than one thing.
    pub(super) fn number(&self, label: i64) -> Option<&Value> {
        self.only(|key| key.as_integer().is_some_and(|key| i128::from(key) == i128::from(label)))
    }

    /// The same for a name.
    pub(super) fn name(&self, name: &str) -> Option<&Value> {
        self.only(|key| key.as_text() == Some(name))
    }

    /// A map that stands under a name.
    pub(super) fn fields(&self, name: &str) -> Option<Self> {
        self.name(name)?.as_map().map(|entries| Self(entries.clone()))
    }

    /// Whether nothing stands in it.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn only(&self, is_it: impl Fn(&Value) -> bool) -> Option<&Value> {
        let mut found = self.0.iter().filter(|(key, _)| is_it(key)).map(|(_, value)| value);
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }
}

/// A number that is not too large.
pub(super) fn integer(value: &Value) -> Option<i64> {
    i64::try_from(i128::from(value.as_integer()?)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_is_read_to_its_end_and_no_further() {
        // {1: 2, "a": h'ff'} and a byte behind it.
        let bytes = [0xa2, 1, 2, 0x61, b'a', 0x41, 0xff, 9];
        let (fields, rest) = Fields::read(&bytes).unwrap();
        assert_eq!(rest, [9]);
        assert_eq!(fields.number(1).and_then(integer), Some(2));
        assert_eq!(fields.name("a").and_then(Value::as_bytes).unwrap(), &[0xff]);
        assert_eq!((fields.number(2), fields.name("b")), (None, None));
        assert!(!fields.is_empty());
        for end in 0..7 {
            assert_eq!(Fields::read(&bytes[..end]), None, "{end}");
        }
        assert_eq!(Fields::read(&[0x81, 1]), None, "a list is no map");
    }

    #[test]
    fn what_is_there_twice_is_not_there() {
        let (fields, _) = Fields::read(&[0xa2, 1, 2, 1, 2]).unwrap();
        assert_eq!(fields.number(1), None);
    }

    #[test]
    fn what_is_too_deep_or_says_that_it_is_long_is_refused() {
        assert_eq!(Fields::read(&[0xa1; 100_000]), None);
        assert_eq!(Fields::read(&[0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2]), None);
        assert_eq!(Fields::read(&[0xa1, 1, 0x5b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), None);
    }
}
