//! The identity of a memory.

use std::fmt;

use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::Content;

/// The key of a memory: in current releases the SHA-256 of its stripped, lower-cased text in hexadecimal.
///
/// Files in the wild also hold keys of other shapes (`assoc_1a2b3c4d_5e6f7a8b`, `insight_...`, hashes over text and
/// metadata), so a key that was read is opaque: it is never recomputed, and never compared with the text.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContentHash(String);

/// The first characters of a [`ContentHash`], at least [`HashPrefix::MIN_CHARS`], or a whole one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HashPrefix(String);

/// Why a text is not the key of a memory.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidHash {
    /// Too short to mean one memory.
    #[error("content hash {given:?} is too short: give at least {} characters", HashPrefix::MIN_CHARS)]
    TooShort {
        /// What was given.
        given: String,
    },
    /// Longer than any key in use.
    #[error("content hash is {chars} characters long, at most {} are possible", ContentHash::MAX_CHARS)]
    TooLong {
        /// Its length in characters.
        chars: usize,
    },
    /// A character that no key has.
    #[error("content hash has the character {character:?}: a hash is letters, digits, `_`, `-`, `:` and `.`")]
    Character {
        /// The first such character.
        character: char,
    },
}

impl ContentHash {
    /// The longest key accepted, in characters. The longest in use has 64.
    pub const MAX_CHARS: usize = 128;

    /// The key of a new text: `sha256(utf8(lower(strip(text))))` as 64 lower-case hexadecimal digits, with the
    /// original's `strip` and `lower` (Python's, on Unicode).
    #[must_use]
    pub fn of(content: &Content) -> Self {
        Self::of_text(content.as_str())
    }

    fn of_text(text: &str) -> Self {
        let normalised = text.trim_matches(is_python_space).to_lowercase();
        let digest = Sha256::digest(normalised.as_bytes());
        Self(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// A key that stands in a database row, whatever its shape.
    #[must_use]
    pub fn stored(key: impl Into<String>) -> Self {
        Self(key.into())
    }

    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl HashPrefix {
    /// The shortest prefix that is accepted, in characters.
    pub const MIN_CHARS: usize = 6;

    /// Checks what a caller wrote; outer white space is dropped.
    ///
    /// # Errors
    /// [`InvalidHash`] says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, InvalidHash> {
        let text = text.trim();
        if let Some(character) = text.chars().find(|c| !c.is_ascii_alphanumeric() && !"_-:.".contains(*c)) {
            return Err(InvalidHash::Character { character });
        }
        match text.len() {
            length if length < Self::MIN_CHARS => Err(InvalidHash::TooShort { given: text.to_owned() }),
            length if length > ContentHash::MAX_CHARS => Err(InvalidHash::TooLong { chars: length }),
            _ => Ok(Self(text.to_owned())),
        }
    }

    /// The prefix as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What Python's `str.strip` removes: Unicode white space and the separators U+001C to U+001F.
fn is_python_space(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContentHash({})", self.0)
    }
}

impl fmt::Display for HashPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_agree_with_the_original_on_every_recorded_pair() {
        let vectors: serde_json::Value =
            serde_json::from_str(include_str!("../tests/data/vectors.json")).unwrap();
        let pairs = vectors["content_hash"].as_array().unwrap();
        assert_eq!(pairs.len(), 17);
        for pair in pairs {
            let text = pair["content"].as_str().unwrap();
            assert_eq!(ContentHash::of_text(text).as_str(), pair["sha256"].as_str().unwrap(), "{text:?}");
        }
    }

    #[test]
    fn prefixes_are_checked() {
        assert_eq!(HashPrefix::parse(" b94d27 ").map(|p| p.to_string()), Ok("b94d27".to_owned()));
        assert!(HashPrefix::parse("assoc_1a2b3c4d_5e6f7a8b").is_ok());
        assert_eq!(HashPrefix::parse("b94d2"), Err(InvalidHash::TooShort { given: "b94d2".to_owned() }));
        assert_eq!(HashPrefix::parse("b94d27'; --"), Err(InvalidHash::Character { character: '\'' }));
        assert_eq!(HashPrefix::parse("b94d27%"), Err(InvalidHash::Character { character: '%' }));
        assert_eq!(HashPrefix::parse(&"a".repeat(129)), Err(InvalidHash::TooLong { chars: 129 }));
    }
}
