//! A text that is not shown.

use std::fmt;

use model::KeyDigest;
use subtle::ConstantTimeEq;

/// A text that is not shown: its `Debug` hides it, it has no `Display`, and comparing two takes a time that says nothing about
/// them.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Hides a text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, for the one place that needs it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Its digest.
    #[must_use]
    pub fn digest(&self) -> KeyDigest {
        KeyDigest::of(self.0.as_bytes())
    }
}

/// Whether two digests are the same, in constant time.
pub(crate) fn same(one: &KeyDigest, other: &KeyDigest) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        // Digests have one length: the texts' own would tell something.
        same(&self.digest(), &other.digest())
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(not shown)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_shown_only_when_it_is_asked_for() {
        let secret = Secret::new("hunter2");
        assert_eq!((format!("{secret:?}").as_str(), secret.reveal()), ("Secret(not shown)", "hunter2"));
        assert!(!format!("{:?}", Some(vec![secret])).contains("hunter2"));
    }

    #[test]
    fn secrets_of_one_text_are_equal() {
        assert_eq!(Secret::new("hunter2"), Secret::new("hunter2"));
        for other in ["hunter3", "hunter", "hunter22", ""] {
            assert_ne!(Secret::new("hunter2"), Secret::new(other));
        }
    }
}
