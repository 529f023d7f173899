//! Where a browser may be sent back to.

use std::fmt;

use thiserror::Error;

/// The longest redirect URI, in bytes.
pub const MAX_REDIRECT_URI_BYTES: usize = 2048;

/// The hosts that are the user's own machine (RFC 8252 section 7.3; and `localhost`, which clients use all the same).
const LOOPBACK_HOSTS: [&str; 3] = ["127.0.0.1", "[::1]", "localhost"];
/// The URIs of schemes that belong to one program, each of a client that is known to use it. Any program of a machine can claim a
/// scheme, so no other one is taken.
const PRIVATE_URIS: [&str; 1] = ["cursor://anysphere.cursor-mcp/oauth/callback"];

/// Where a browser may be sent back to: an `https` URI, an `http` one of the user's own machine, or one of a few that belong to
/// known programs. It is plain ASCII and has neither a fragment nor anything before `@`.
///
/// It is carried and compared as it was written: no two spellings are one URI.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RedirectUri {
    text: String,
    /// Where the host begins and ends in the text.
    host: (usize, usize),
    /// Where the path begins.
    path: usize,
    is_loopback: bool,
}

/// A text to which no browser is sent.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "{0:?} is no redirect URI: it must be https, or http with the host localhost, 127.0.0.1 or [::1]; without a fragment, a user \
     name, and characters that URIs do not have"
)]
pub struct InvalidRedirectUri(String);

impl RedirectUri {
    /// Checks a URI.
    ///
    /// # Errors
    /// [`InvalidRedirectUri`].
    pub fn parse(text: &str) -> Result<Self, InvalidRedirectUri> {
        read(text).ok_or_else(|| InvalidRedirectUri(text.chars().take(200).collect()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whom a person would say it belongs to: the host with its port; of a private scheme, the scheme too.
    #[must_use]
    pub fn owner(&self) -> &str {
        let from = if self.text.starts_with("http") { self.host.0 } else { 0 };
        self.text.get(from..self.path).unwrap_or(&self.text)
    }

    /// Whether it leads to a program on the user's own machine, whichever that is.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.is_loopback
    }

    /// Whether a client that registered this one may use the other one: it is the same, byte for byte; only the port of one
    /// that leads to the user's own machine is free, since programs there take the port that they get.
    #[must_use]
    pub fn allows(&self, used: &Self) -> bool {
        let parts = |uri: &Self| {
            let host = uri.text.get(..uri.host.1).map(str::to_owned);
            (host, uri.text.get(uri.path..).map(str::to_owned))
        };
        self.text == used.text || (self.is_loopback && used.is_loopback && parts(self) == parts(used))
    }
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn read(text: &str) -> Option<RedirectUri> {
    if text.len() > MAX_REDIRECT_URI_BYTES || !has_plain_characters(text) {
        return None;
    }
    let is_private = PRIVATE_URIS.contains(&text);
    let scheme = text.split_once("://").map(|(scheme, _)| scheme)?;
    if !is_private && !matches!(scheme, "http" | "https") {
        return None;
    }
    let start = scheme.len() + "://".len();
    let rest = text.get(start..)?;
    let authority = rest.split(['/', '?']).next()?;
    // A bracket is a part of an IPv6 address, and stands nowhere else.
    if rest.get(authority.len()..)?.contains(['[', ']']) {
        return None;
    }
    let (host, port) = match authority.rfind(':').filter(|colon| !authority[*colon..].contains(']')) {
        Some(colon) => (authority.get(..colon)?, Some(authority.get(colon + 1..)?)),
        None => (authority, None),
    };
    let is_loopback = scheme == "http" && LOOPBACK_HOSTS.contains(&host);
    let is_good = is_host(host) && port.is_none_or(is_port) && (scheme != "http" || is_loopback);
    is_good.then(|| RedirectUri {
        text: text.to_owned(),
        host: (start, start + host.len()),
        path: start + authority.len(),
        is_loopback,
    })
}

/// Whether a text has only characters of URIs (RFC 3986), no fragment, and no `%` without its digits.
fn has_plain_characters(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().enumerate().all(|(place, byte)| match byte {
        b'%' => {
            let digits = bytes.get(place + 1..place + 3);
            digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
        }
        byte => byte.is_ascii_alphanumeric() || b"-._~:/?[]@!$&'()*+,;=".contains(byte),
    })
}

/// Whether a text is the name of a host, or an address.
fn is_host(host: &str) -> bool {
    match host.strip_prefix('[') {
        Some(address) => {
            address.strip_suffix(']').is_some_and(|address| address.parse::<std::net::Ipv6Addr>().is_ok())
        }
        None => host.split('.').all(|label| {
            !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        }),
    }
}

fn is_port(text: &str) -> bool {
    text.parse::<u16>().is_ok_and(|port| port > 0 && port.to_string() == text)
}

#[cfg(test)]
mod tests;
