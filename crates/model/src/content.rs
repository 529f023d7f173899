//! The text of a memory.

use std::fmt;

use thiserror::Error;

/// The longest text one memory may hold, in bytes of UTF-8.
pub const MAX_CONTENT_BYTES: usize = 1024 * 1024;

/// Text that may be stored: not blank, no NUL character, at most [`MAX_CONTENT_BYTES`] long.
///
/// It is kept exactly as it was given, outer white space and control characters included.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Content(String);

/// Why a text cannot be stored.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidContent {
    /// Nothing but white space.
    #[error("content is required: it is empty or only white space")]
    Blank,
    /// U+0000 would cut the text short in every database tool that reads it.
    #[error("content has a NUL character (U+0000) at byte {at}: remove it and store again")]
    Nul {
        /// Offset of the first NUL, in bytes.
        at: usize,
    },
    /// Longer than [`MAX_CONTENT_BYTES`].
    #[error("content is {bytes} bytes long, the limit is {limit}: split it into several memories")]
    TooLong {
        /// Length of the text in bytes of UTF-8.
        bytes: usize,
        /// The limit, in bytes.
        limit: usize,
    },
}

impl Content {
    /// Checks a text.
    ///
    /// # Errors
    /// [`InvalidContent`] says what is wrong with it.
    pub fn parse(text: impl Into<String>) -> Result<Self, InvalidContent> {
        let text = text.into();
        if text.len() > MAX_CONTENT_BYTES {
            return Err(InvalidContent::TooLong { bytes: text.len(), limit: MAX_CONTENT_BYTES });
        }
        if text.trim().is_empty() {
            return Err(InvalidContent::Blank);
        }
        match text.find('\0') {
            Some(at) => Err(InvalidContent::Nul { at }),
            None => Ok(Self(text)),
        }
    }

    /// The text, exactly as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Shows the length only: memory contents never reach a log.
impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Content({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_text_is_refused() {
        for text in ["", " ", "\n\t \u{a0}"] {
            assert_eq!(Content::parse(text), Err(InvalidContent::Blank), "{text:?}");
        }
    }

    #[test]
    fn a_nul_character_is_refused_with_its_place() {
        assert_eq!(Content::parse("ab\0c"), Err(InvalidContent::Nul { at: 2 }));
    }

    #[test]
    fn the_limit_itself_is_accepted_and_one_byte_more_is_not() {
        assert!(Content::parse("x".repeat(MAX_CONTENT_BYTES)).is_ok());
        assert_eq!(
            Content::parse("x".repeat(MAX_CONTENT_BYTES + 1)),
            Err(InvalidContent::TooLong { bytes: MAX_CONTENT_BYTES + 1, limit: MAX_CONTENT_BYTES })
        );
    }

    #[test]
    fn other_control_characters_and_outer_space_are_kept() {
        let text = "  \u{1}bell\u{7} and escape\u{1b}[31m\r\n";
        assert_eq!(Content::parse(text).map(|c| c.as_str().to_owned()), Ok(text.to_owned()));
    }

    #[test]
    fn debug_output_does_not_show_the_text() {
        let content = Content::parse("secret").unwrap();
        assert_eq!(format!("{content:?}"), "Content(6 bytes)");
    }
}
