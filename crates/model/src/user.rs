//! Who has memories of their own.

use std::fmt;

use thiserror::Error;

use crate::id::{is_id, random_id};
use crate::{Space, Timestamp};

/// The longest name of a user, in characters.
pub const MAX_USER_NAME_CHARS: usize = 64;

random_id! {
    /// The id of a user.
    UserId
}

/// Somebody who has memories of their own.
#[derive(Debug, Clone, PartialEq)]
pub struct User {
    /// The id. It stays, whatever the name becomes.
    pub id: UserId,
    /// With what the user signs in. No two users have one name.
    pub name: UserName,
    /// Whether the installation is this user's. One user is its owner: the first.
    pub is_owner: bool,
    /// The private space; the owner's is [`Space::Default`].
    pub space: Space,
    /// Since when there is this user.
    pub created_at: Timestamp,
    /// Since when this user is let in nowhere.
    pub disabled_at: Option<Timestamp>,
}

impl User {
    /// Whether this user is let in.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.disabled_at.is_none()
    }
}

/// With what a user signs in: 1 to [`MAX_USER_NAME_CHARS`] letters and digits of ASCII and `.`, `_`, `-`, `+`, `@`, beginning with a
/// letter or a digit. Capitals are made small, so that no two names look alike. It is never of the form of an id.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserName(String);

/// A text that is no name of a user.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "{0:?} is no name for a user: it must have 1 to 64 characters, letters and digits without accents and . _ - + @, begin with a \
     letter or a digit, and not be like an id (16 small letters and digits)"
)]
pub struct InvalidUserName(String);

impl UserName {
    /// Checks a name. Blanks at its ends are left out.
    ///
    /// # Errors
    /// [`InvalidUserName`].
    pub fn new(text: &str) -> Result<Self, InvalidUserName> {
        let name = text.trim().to_ascii_lowercase();
        let may_stand = |byte: u8| byte.is_ascii_alphanumeric() || b"._-+@".contains(&byte);
        let is_name = (1..=MAX_USER_NAME_CHARS).contains(&name.len())
            && name.bytes().all(may_stand)
            && name.starts_with(|first: char| first.is_ascii_alphanumeric())
            && !is_id(&name);
        match is_name {
            true => Ok(Self(name)),
            false => Err(InvalidUserName(text.chars().take(2 * MAX_USER_NAME_CHARS).collect())),
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_end_at_their_limit() {
        assert_eq!(UserName::new(" Anna.Maria+1@example.org ").unwrap().as_str(), "anna.maria+1@example.org");
        assert!(UserName::new(&"a".repeat(MAX_USER_NAME_CHARS)).is_ok());
        assert!(UserName::new(&"a".repeat(MAX_USER_NAME_CHARS + 1)).is_err());
    }

    #[test]
    fn what_looks_like_another_name_or_an_id_is_none() {
        let id = UserId::from_bytes([7; 10]);
        for text in ["", " ", "an na", "a\nb", "аnna", "änna", "-anna", "@anna", "a/b", id.as_str()] {
            assert!(UserName::new(text).is_err(), "{text:?}");
        }
        assert_eq!(UserName::new("ANNA"), UserName::new("anna"));
        assert!(UserName::new(&id.as_str()[1..]).is_ok());
    }
}
