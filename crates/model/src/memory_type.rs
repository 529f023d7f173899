//! What kind of memory a memory is.

use thiserror::Error;

/// The kind of a memory: `note`, `decision`, `error`, ... or any other name a user chose.
///
/// The name is kept as it was written. (The original rewrites unknown names to `observation`, on reading too, and so
/// loses them.)
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MemoryType(String);

/// Why a text is not the name of a kind.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidMemoryType {
    /// Longer than [`MemoryType::MAX_CHARS`].
    #[error("memory type is {chars} characters long, the limit is {}", MemoryType::MAX_CHARS)]
    TooLong {
        /// Its length in characters.
        chars: usize,
    },
    /// A control character, NUL included.
    #[error("memory type {given:?} has a control character: use letters, digits, `_` and `-`")]
    Control {
        /// What was given.
        given: String,
    },
}

impl MemoryType {
    /// The longest name, in characters.
    pub const MAX_CHARS: usize = 100;

    /// Checks a name; outer white space is dropped, an empty name is none.
    ///
    /// # Errors
    /// [`InvalidMemoryType`] says what is wrong with it.
    pub fn parse(text: &str) -> Result<Option<Self>, InvalidMemoryType> {
        let text = text.trim();
        if text.chars().any(char::is_control) {
            return Err(InvalidMemoryType::Control { given: text.to_owned() });
        }
        match text.chars().count() {
            0 => Ok(None),
            chars if chars > Self::MAX_CHARS => Err(InvalidMemoryType::TooLong { chars }),
            _ => Ok(Some(Self(text.to_owned()))),
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kept_and_an_empty_one_is_none() {
        assert_eq!(MemoryType::parse(" Fix-Note ").unwrap().unwrap().as_str(), "Fix-Note");
        assert_eq!(MemoryType::parse("  "), Ok(None));
    }

    #[test]
    fn control_characters_and_long_names_are_refused() {
        assert!(matches!(MemoryType::parse("a\nb"), Err(InvalidMemoryType::Control { .. })));
        assert_eq!(MemoryType::parse(&"x".repeat(101)), Err(InvalidMemoryType::TooLong { chars: 101 }));
    }
}
