//! What is kept of how a user signs in.

use std::fmt;

use crate::{KeyDigest, Timestamp, User};

/// How many bytes the secret of a second factor has: as many as SHA-1 gives (RFC 4226 section 4).
pub const TOTP_SECRET_BYTES: usize = 20;

/// Stands for a password that nobody has. It is no hash, so that nothing fits it.
const NO_PASSWORD: &str = "!";

/// A user, and how that user signs in.
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    /// Who.
    pub user: User,
    /// What is kept of the password.
    pub password: PasswordHash,
    /// Since when it is this password.
    pub password_since: Timestamp,
    /// The second factor, when there is one.
    pub totp: Option<Totp>,
    /// How many recovery codes are left.
    pub recovery_codes: usize,
}

/// What is kept of a password: its hash together with the way in which it was made (PHC string format). Its `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// A hash as it is kept. Whether it is one is seen when a password is held against it.
    #[must_use]
    pub fn stored(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// What is kept of a user who has no password, because a provider of identities says who that is: no password fits it.
    #[must_use]
    pub fn of_none() -> Self {
        Self(NO_PASSWORD.to_owned())
    }

    /// Whether there is no password.
    #[must_use]
    pub fn is_of_none(&self) -> bool {
        self.0 == NO_PASSWORD
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(not shown)")
    }
}

/// A second factor: codes that change with the time (RFC 6238).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Totp {
    /// What the codes are made of.
    pub secret: TotpSecret,
    /// The last step of time whose code was used: none of it or before it is taken again.
    pub last_step: u64,
}

/// What the codes of a second factor are made of. It has to be kept as it is. Its `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpSecret([u8; TOTP_SECRET_BYTES]);

impl TotpSecret {
    /// The secret of these bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; TOTP_SECRET_BYTES]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; TOTP_SECRET_BYTES] {
        &self.0
    }
}

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpSecret(not shown)")
    }
}

/// A second factor that a user has not confirmed yet.
#[derive(Debug, Clone, PartialEq)]
pub struct TotpOffer {
    /// What its codes are made of.
    pub secret: TotpSecret,
    /// From when on it cannot be confirmed any more.
    pub expires_at: Timestamp,
}

/// A code with which the owner of the installation is set up, once.
#[derive(Debug, Clone, PartialEq)]
pub struct SetUpOffer {
    /// By which it is known.
    pub digest: KeyDigest,
    /// From when on it is refused.
    pub expires_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_shows_what_people_sign_in_with() {
        let hash = PasswordHash::stored("$argon2id$v=19$m=19456");
        let secret = TotpSecret::from_bytes([b'x'; TOTP_SECRET_BYTES]);
        let shown = format!("{hash:?} {:?}", Totp { secret, last_step: 1 });
        assert_eq!(shown, "PasswordHash(not shown) Totp { secret: TotpSecret(not shown), last_step: 1 }");
    }
}
