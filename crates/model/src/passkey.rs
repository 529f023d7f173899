//! What is kept of the passkeys with which users sign in (WebAuthn, "credential record").

use std::fmt;

use crate::id::random_id;
use crate::{AuditText, KeyDigest, Timestamp, UserId};

/// The longest id that an authenticator may give a credential, in bytes (WebAuthn 7.1, step 26).
pub const MAX_CREDENTIAL_ID_BYTES: usize = 1023;

random_id! {
    /// The id of a passkey here, for lists and the audit log. The authenticator has another one: [`CredentialId`].
    PasskeyId
}

/// By what an authenticator knows a credential: 1 to [`MAX_CREDENTIAL_ID_BYTES`] bytes. It is no secret.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CredentialId(Vec<u8>);

impl CredentialId {
    /// The id of these bytes; none when there are none, or too many.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Option<Self> {
        (1..=MAX_CREDENTIAL_ID_BYTES).contains(&bytes.len()).then_some(Self(bytes))
    }

    /// Its bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for CredentialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CredentialId({} bytes)", self.0.len())
    }
}

/// A passkey: a key pair whose private half stays in an authenticator. Nothing of it is secret here.
#[derive(Debug, Clone, PartialEq)]
pub struct Passkey {
    /// Its id here.
    pub id: PasskeyId,
    /// Who signs in with it.
    pub user: UserId,
    /// Its id there.
    pub credential: CredentialId,
    /// The public key as the authenticator wrote it (COSE_Key, RFC 9052 section 7).
    pub public_key: Vec<u8>,
    /// The authenticator's counter of signatures when it was used last; many have none, which is 0.
    pub sign_count: u32,
    /// Whether it may be copied to other devices of its user. That never changes.
    pub is_backup_eligible: bool,
    /// Whether it was copied when it was used last.
    pub is_backed_up: bool,
    /// What its user calls it.
    pub name: AuditText,
    /// When it was added.
    pub created_at: Timestamp,
    /// When its user signed in with it last.
    pub last_used_at: Option<Timestamp>,
}

/// A challenge of a server that an authenticator answered, which is used up by that.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UsedChallenge {
    /// By which it is known.
    pub digest: KeyDigest,
    /// From when on it is refused anyway.
    pub expires_at: Timestamp,
}

/// With what an installation knows the challenges again that it gave out. Its `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct ChallengeKey([u8; 32]);

impl ChallengeKey {
    /// The key of these bytes.
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

impl fmt::Debug for ChallengeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ChallengeKey(not shown)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_an_authenticator_ends_at_its_limit() {
        for (length, is_good) in
            [(0, false), (1, true), (MAX_CREDENTIAL_ID_BYTES, true), (MAX_CREDENTIAL_ID_BYTES + 1, false)]
        {
            assert_eq!(CredentialId::new(vec![7; length]).is_some(), is_good, "{length}");
        }
        assert_eq!(CredentialId::new(vec![7; 3]).unwrap().as_bytes(), [7; 3]);
    }

    #[test]
    fn the_key_of_challenges_is_not_shown() {
        assert_eq!(format!("{:?}", ChallengeKey::from_bytes([b'x'; 32])), "ChallengeKey(not shown)");
    }
}
