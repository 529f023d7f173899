//! Spaces that several users share, and who is a member of one.

use std::fmt;

use thiserror::Error;

use crate::{Role, Space, SpaceId, Timestamp, UserId};

/// The longest name of a space, in characters.
pub const MAX_SPACE_NAME_CHARS: usize = 64;

/// A space that several users may share. Whoever is no member of it is told what is told of a space that does not exist.
#[derive(Debug, Clone, PartialEq)]
pub struct SharedSpace {
    /// Its id, by which its memories are kept.
    pub id: SpaceId,
    /// What its owners call it. No two spaces that one user made have one name.
    pub name: SpaceName,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it; none when that was the person at the command line, to whom all of it belongs.
    pub created_by: Option<UserId>,
}

impl SharedSpace {
    /// As which it is granted.
    #[must_use]
    pub fn space(&self) -> Space {
        Space::Named(self.id.clone())
    }
}

/// Somebody who may do something in a space.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// Who.
    pub user: UserId,
    /// What that user may do.
    pub role: Role,
    /// When that user became a member.
    pub since: Timestamp,
}

/// What a space is called: 1 to [`MAX_SPACE_NAME_CHARS`] characters without controls and without signs that turn the direction of
/// writing, no blank at either end. It is neither `default` nor of the form of an id, so that it is never taken for either.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SpaceName(String);

/// A text that is no name of a space.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "{0:?} is no name for a space: it must have 1 to 64 characters, none of them a control character, and be neither 'default' \
     nor like an id (16 small letters and digits)"
)]
pub struct InvalidSpaceName(String);

impl SpaceName {
    /// Checks a name. Blanks at its ends are left out.
    ///
    /// # Errors
    /// [`InvalidSpaceName`].
    pub fn new(text: &str) -> Result<Self, InvalidSpaceName> {
        let text = text.trim();
        let chars = text.chars().count();
        let is_name = (1..=MAX_SPACE_NAME_CHARS).contains(&chars)
            && !text.chars().any(|sign| sign.is_control() || turns(sign))
            && Space::parse(text).is_err();
        match is_name {
            true => Ok(Self(text.to_owned())),
            false => Err(InvalidSpaceName(text.chars().take(2 * MAX_SPACE_NAME_CHARS).collect())),
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a sign turns the direction of writing (UAX 9): a name is shown to people who did not choose it.
fn turns(sign: char) -> bool {
    matches!(sign, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

impl fmt::Display for SpaceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_end_at_their_limit() {
        assert_eq!(SpaceName::new("  the crew ").unwrap().as_str(), "the crew");
        assert!(SpaceName::new(&"é".repeat(MAX_SPACE_NAME_CHARS)).is_ok());
        for text in ["", "  ", "a\nb", "a\u{1b}[31m", "a\u{202e}b", &"é".repeat(MAX_SPACE_NAME_CHARS + 1)] {
            assert!(SpaceName::new(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_name_is_never_taken_for_a_space() {
        let id = SpaceId::from_bytes([7; 10]);
        for text in ["default", " default ", id.as_str()] {
            assert!(SpaceName::new(text).is_err(), "{text:?}");
        }
        for text in ["Default", "defaults", "default space", &id.as_str()[1..]] {
            assert!(SpaceName::new(text).is_ok(), "{text:?}");
        }
    }
}
