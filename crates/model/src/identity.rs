//! Who somebody is elsewhere: at a provider of identities (OpenID Connect).

use thiserror::Error;

use crate::{AuditText, Timestamp, UserId};

/// The longest address of a provider, in bytes.
pub const MAX_IDENTITY_ISSUER_BYTES: usize = 512;
/// The longest name that a provider has for somebody, in bytes (OpenID Connect Core 1.0, section 2).
pub const MAX_SUBJECT_BYTES: usize = 255;

/// Somebody as a provider knows one: by the provider's address and a name there that never belongs to anybody else. An e-mail
/// address is no such name: it may belong to another person tomorrow.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Identity {
    issuer: String,
    subject: String,
}

/// Texts that are no identity.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidIdentity {
    /// The address is empty, too long, or has blanks or characters beyond ASCII.
    #[error(
        "the address of a provider must have 1 to {MAX_IDENTITY_ISSUER_BYTES} characters of ASCII without blanks"
    )]
    Issuer,
    /// The name is empty, too long, or has controls or characters beyond ASCII.
    #[error("a subject must have 1 to {MAX_SUBJECT_BYTES} characters of ASCII")]
    Subject,
}

impl Identity {
    /// Checks an identity.
    ///
    /// # Errors
    /// [`InvalidIdentity`].
    pub fn new(issuer: &str, subject: &str) -> Result<Self, InvalidIdentity> {
        let is_address = issuer.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_address || !(1..=MAX_IDENTITY_ISSUER_BYTES).contains(&issuer.len()) {
            return Err(InvalidIdentity::Issuer);
        }
        let is_name = subject.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
        if !is_name || !(1..=MAX_SUBJECT_BYTES).contains(&subject.len()) {
            return Err(InvalidIdentity::Subject);
        }
        Ok(Self { issuer: issuer.to_owned(), subject: subject.to_owned() })
    }

    /// The provider's address, byte by byte as the provider writes it.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The name there.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }
}

/// An identity with which a user signs in.
#[derive(Debug, Clone, PartialEq)]
pub struct LinkedIdentity {
    /// Which.
    pub identity: Identity,
    /// Whose it is here.
    pub user: UserId,
    /// How it is shown to its user: the e-mail address or the name that the provider said when it was linked.
    pub label: Option<AuditText>,
    /// Since when.
    pub since: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_is_an_address_and_a_name_within_their_limits() {
        let issuer = "https://id.example";
        let identity = Identity::new(issuer, "a1 b2").unwrap();
        assert_eq!((identity.issuer(), identity.subject()), (issuer, "a1 b2"));
        let longest = "i".repeat(MAX_IDENTITY_ISSUER_BYTES);
        assert!(Identity::new(&longest, "a").is_ok());
        for bad in ["", "https://id.example/a b", "https://id.example/\u{e4}", &format!("{longest}i")] {
            assert_eq!(Identity::new(bad, "a"), Err(InvalidIdentity::Issuer), "{bad}");
        }
        assert!(Identity::new(issuer, &"s".repeat(MAX_SUBJECT_BYTES)).is_ok());
        for bad in ["", "a\n", "a\u{0}", "\u{e4}", &"s".repeat(MAX_SUBJECT_BYTES + 1)] {
            assert_eq!(Identity::new(issuer, bad), Err(InvalidIdentity::Subject), "{bad}");
        }
    }

    #[test]
    fn identities_of_two_providers_are_never_one() {
        let of = |issuer| Identity::new(issuer, "1").unwrap();
        assert_ne!(of("https://id.example"), of("https://id.example/"));
        assert_ne!(Identity::new("https://id.example", "A"), Identity::new("https://id.example", "a"));
    }
}
