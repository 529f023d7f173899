//! A secret that is not shown.

use std::fmt;

use thiserror::Error;

/// The bearer key of an endpoint. Its `Debug` hides it, and it has no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(String);

/// A key that cannot be sent in a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("it must be visible ASCII characters without blanks, at least one")]
pub struct InvalidKey;

impl Key {
    /// Checks a key.
    ///
    /// # Errors
    /// [`InvalidKey`].
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidKey> {
        let text = text.into();
        let is_sendable = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        is_sendable.then_some(Self(text)).ok_or(InvalidKey)
    }

    /// The header `Authorization`.
    pub(crate) fn bearer(&self) -> String {
        format!("Bearer {}", self.0)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(not shown)")
    }
}
