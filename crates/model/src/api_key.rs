//! What is kept of an API key: everything but the key itself.

use std::fmt;

use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::{Capability, Space, Timestamp};

/// The longest name of a key, in characters.
pub const MAX_KEY_NAME_CHARS: usize = 64;
/// How many characters of an id are enough to show it.
const SHORT_ID_CHARS: usize = 8;

/// What is kept of an API key.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiKey {
    /// Its id. It is no secret and says nothing about the key.
    pub id: KeyId,
    /// What its owner calls it. No two keys that are not revoked have one name.
    pub name: KeyName,
    /// By which it is found.
    pub digest: KeyDigest,
    /// What its holder may do.
    pub capability: Capability,
    /// Whose memories it opens; no others.
    pub space: Space,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is refused; none never ends.
    pub expires_at: Option<Timestamp>,
    /// Since when it is refused because its owner said so.
    pub revoked_at: Option<Timestamp>,
    /// When it was used last, to the minute.
    pub last_used_at: Option<Timestamp>,
}

/// Whether a key is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// It is.
    Active,
    /// Its time is over.
    Expired,
    /// Its owner took it back.
    Revoked,
}

impl ApiKey {
    /// Whether it is good at a time. It is not any more in the very moment in which it expires.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> KeyState {
        if self.revoked_at.is_some() {
            return KeyState::Revoked;
        }
        match self.expires_at {
            Some(end) if now >= end => KeyState::Expired,
            _ => KeyState::Active,
        }
    }
}

impl KeyState {
    /// Its name: `active`, `expired`, `revoked`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}

/// The id of a key: 16 hexadecimal digits, small letters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(String);

impl KeyId {
    /// The id that random bytes give.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 8]) -> Self {
        Self(format!("{:016x}", u64::from_be_bytes(bytes)))
    }

    /// An id as it was written; none when the text is no id.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        (text.len() == 16 && text.bytes().all(is_digit)).then(|| Self(text.to_owned()))
    }

    /// The whole id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first characters, for people.
    #[must_use]
    pub fn short(&self) -> &str {
        self.0.get(..SHORT_ID_CHARS).unwrap_or(&self.0)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What the owner calls a key: 1 to [`MAX_KEY_NAME_CHARS`] characters without controls, no blank at either end.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KeyName(String);

/// A text that is no name of a key.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0:?} is no name for a key: it must have 1 to 64 characters, none of them a control character")]
pub struct InvalidKeyName(String);

impl KeyName {
    /// Checks a name. Blanks at its ends are left out.
    ///
    /// # Errors
    /// [`InvalidKeyName`].
    pub fn new(text: &str) -> Result<Self, InvalidKeyName> {
        let text = text.trim();
        let chars = text.chars().count();
        let is_name = (1..=MAX_KEY_NAME_CHARS).contains(&chars) && !text.chars().any(char::is_control);
        match is_name {
            true => Ok(Self(text.to_owned())),
            false => Err(InvalidKeyName(text.chars().take(2 * MAX_KEY_NAME_CHARS).collect())),
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The SHA-256 digest of a secret of much randomness. Its `Debug` hides it. Whoever compares two does that in constant time
/// (crate `auth`), so there is no `==` for anything but tests and maps.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyDigest([u8; 32]);

impl KeyDigest {
    /// The digest of a secret.
    #[must_use]
    pub fn of(secret: &[u8]) -> Self {
        Self(Sha256::digest(secret).into())
    }

    /// A digest as it was kept.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for KeyDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyDigest(not shown)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> ApiKey {
        ApiKey {
            id: KeyId::from_bytes([0, 1, 2, 3, 4, 5, 6, 255]),
            name: KeyName::new("laptop").unwrap(),
            digest: KeyDigest::of(b"secret"),
            capability: Capability::Read,
            space: Space::Default,
            created_at: at(0.0),
            expires_at: None,
            revoked_at: None,
            last_used_at: None,
        }
    }

    fn at(seconds: f64) -> Timestamp {
        Timestamp::from_seconds(seconds).unwrap()
    }

    #[test]
    fn a_key_ends_in_the_moment_in_which_it_expires() {
        let ending = ApiKey { expires_at: Some(at(100.0)), ..key() };
        let states = [99.0, 100.0, 101.0].map(|seconds| ending.state(at(seconds)));
        assert_eq!(states, [KeyState::Active, KeyState::Expired, KeyState::Expired]);
        assert_eq!(key().state(at(1e9)), KeyState::Active);
    }

    #[test]
    fn a_revoked_key_is_revoked_at_any_time() {
        let revoked = ApiKey { revoked_at: Some(at(50.0)), expires_at: Some(at(100.0)), ..key() };
        for seconds in [0.0, 50.0, 200.0] {
            assert_eq!(revoked.state(at(seconds)), KeyState::Revoked);
        }
    }

    #[test]
    fn an_id_is_sixteen_digits_and_is_read_back() {
        let id = key().id;
        assert_eq!((id.as_str(), id.short()), ("00010203040506ff", "00010203"));
        assert_eq!(KeyId::parse(id.as_str()), Some(id));
        for text in ["", "00010203040506f", "00010203040506ff0", "00010203040506FF", "00010203040506fg"] {
            assert_eq!(KeyId::parse(text), None, "{text}");
        }
    }

    #[test]
    fn names_end_at_their_limit() {
        assert_eq!(KeyName::new("  my laptop ").unwrap().as_str(), "my laptop");
        assert!(KeyName::new(&"é".repeat(MAX_KEY_NAME_CHARS)).is_ok());
        for text in ["", "  ", "a\nb", "a\u{1b}[31m", &"é".repeat(MAX_KEY_NAME_CHARS + 1)] {
            assert!(KeyName::new(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_digest_is_not_shown() {
        assert_eq!(format!("{:?}", KeyDigest::of(b"secret")), "KeyDigest(not shown)");
        assert!(!format!("{:?}", key()).contains("43, 184"));
        // SHA-256 of the empty text (FIPS 180-4).
        assert_eq!(KeyDigest::of(b"").as_bytes()[..4], [0xe3, 0xb0, 0xc4, 0x42]);
    }
}
