//! A program that asks for access to what a user has.

use std::fmt;

use thiserror::Error;

use super::RedirectUri;
use crate::id::{ID_BYTES, written};
use crate::{KeyDigest, Timestamp};

/// The longest id of a client, in bytes. An id can be the address of a document.
pub const MAX_CLIENT_ID_BYTES: usize = 512;
/// The longest name of a client that is kept, in characters.
pub const MAX_CLIENT_NAME_CHARS: usize = 80;

/// A client, and what it says of itself. Nothing of that is verified but, for one with a document, that whoever holds the
/// address of the document says so.
#[derive(Debug, Clone, PartialEq)]
pub struct Client {
    /// Its id.
    pub id: ClientId,
    /// What it calls itself.
    pub name: Option<ClientName>,
    /// Where it may have a browser sent back to.
    pub redirect_uris: Vec<RedirectUri>,
    /// For what it may ask the token endpoint.
    pub grants: Vec<GrantType>,
    /// How it shows there that it is itself.
    pub authentication: ClientAuthentication,
    /// The digest of its secret; none for a public client.
    pub secret: Option<KeyDigest>,
    /// How it came to be known.
    pub source: ClientSource,
    /// Since when it is known.
    pub created_at: Timestamp,
    /// When it last got a token; none if it never did.
    pub last_used_at: Option<Timestamp>,
}

impl Client {
    /// Whether it may ask for something at the token endpoint.
    #[must_use]
    pub fn may_use(&self, grant: GrantType) -> bool {
        self.grants.contains(&grant)
    }
}

/// How a client came to be known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ClientSource {
    /// It registered itself (RFC 7591).
    Registration,
    /// Its id is the address of a document that says it.
    Document {
        /// Until when the document need not be read again.
        fresh_until: Timestamp,
    },
}

/// What can be asked for at the token endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GrantType {
    /// The tokens for a code.
    AuthorizationCode,
    /// New tokens for a refresh token.
    RefreshToken,
    /// A token for the client itself.
    ClientCredentials,
}

impl GrantType {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::AuthorizationCode, Self::RefreshToken, Self::ClientCredentials];

    /// Its name in the protocol.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
        }
    }

    /// The one with a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grant| grant.name() == name)
    }
}

/// How a client shows at the token endpoint that it is itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClientAuthentication {
    /// Not at all: a public client, which cannot keep a secret.
    None,
    /// With its secret in the header `Authorization`.
    SecretBasic,
    /// With its secret in the form.
    SecretPost,
}

impl ClientAuthentication {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::None, Self::SecretBasic, Self::SecretPost];

    /// Its name in the protocol.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::SecretBasic => "client_secret_basic",
            Self::SecretPost => "client_secret_post",
        }
    }

    /// The one with a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name() == name)
    }
}

/// The id of a client: visible ASCII characters. One that was given here has 16 of them; another one is the address of the
/// document that says what the client is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientId(String);

/// A text that is no id of a client.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("this is no client_id: it has 1 to 512 visible ASCII characters")]
pub struct InvalidClientId;

impl ClientId {
    /// The id that random bytes give.
    #[must_use]
    pub fn from_bytes(bytes: [u8; ID_BYTES]) -> Self {
        Self(written(bytes))
    }

    /// An id as it was written.
    ///
    /// # Errors
    /// [`InvalidClientId`].
    pub fn parse(text: &str) -> Result<Self, InvalidClientId> {
        let is_id = (1..=MAX_CLIENT_ID_BYTES).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_graphic());
        if is_id { Ok(Self(text.to_owned())) } else { Err(InvalidClientId) }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a client calls itself, as it can be shown: one line without characters that are not seen or that turn the direction of
/// writing, and no longer than [`MAX_CLIENT_NAME_CHARS`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClientName(String);

impl ClientName {
    /// What can be shown of a text; none when that is nothing.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let seen: String = text.chars().map(|char| if char.is_whitespace() { ' ' } else { char }).collect();
        let seen: String = seen.chars().filter(|char| is_seen(*char)).collect();
        let words: Vec<&str> = seen.split_whitespace().collect();
        let name: String = words.join(" ").chars().take(MAX_CLIENT_NAME_CHARS).collect();
        let name = name.trim_end();
        (!name.is_empty()).then(|| Self(name.to_owned()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClientName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_seen(char: char) -> bool {
    !char.is_control()
        && !matches!(char, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_protocol_are_read_back() {
        for grant in GrantType::ALL {
            assert_eq!(GrantType::parse(grant.name()), Some(grant));
        }
        for method in ClientAuthentication::ALL {
            assert_eq!(ClientAuthentication::parse(method.name()), Some(method));
        }
        assert_eq!(
            (GrantType::parse("password"), ClientAuthentication::parse("private_key_jwt")),
            (None, None)
        );
    }

    #[test]
    fn an_id_of_a_client_is_visible_ascii_and_ends_at_its_limit() {
        for text in ["a", "https://claude.ai/oauth/client.json", &"x".repeat(MAX_CLIENT_ID_BYTES)] {
            assert_eq!(ClientId::parse(text).unwrap().as_str(), text);
        }
        for text in ["", "a b", "a\nb", "é", &"x".repeat(MAX_CLIENT_ID_BYTES + 1)] {
            assert_eq!(ClientId::parse(text), Err(InvalidClientId), "{text:?}");
        }
        assert_eq!(ClientId::from_bytes([0; 10]).as_str(), "aaaaaaaaaaaaaaaa");
    }

    #[test]
    fn a_name_of_a_client_is_what_can_be_seen_of_it() {
        let name = ClientName::new(" Claude\u{202e}\u{200b}\r\n \u{1b}Code\u{e0041} ").unwrap();
        assert_eq!(name.as_str(), "Claude Code");
        assert_eq!(ClientName::new("\u{200b} \t"), None);
        let long = ClientName::new(&"é".repeat(MAX_CLIENT_NAME_CHARS + 1)).unwrap();
        assert_eq!(long.as_str().chars().count(), MAX_CLIENT_NAME_CHARS);
    }
}
