//! Which texts are addresses to ask.

use std::fmt;
use std::net::IpAddr;

use thiserror::Error;
use ureq::http::Uri;

/// The longest address, in bytes.
pub const MAX_TARGET_BYTES: usize = 2048;

/// An address that may be asked, as far as its text tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    uri: Uri,
    host: String,
}

/// A text that is no address to ask.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{url:?} is no address that is asked: {reason}")]
pub struct InvalidTarget {
    /// The text, its beginning at least.
    pub url: String,
    /// What is wrong with it.
    pub reason: &'static str,
}

impl Target {
    /// An address of the public internet that a stranger names: `https`, a name and no address, the usual port, without
    /// user, password or fragment.
    ///
    /// # Errors
    /// [`InvalidTarget`].
    pub fn of_stranger(url: &str) -> Result<Self, InvalidTarget> {
        let wrong = |reason| InvalidTarget { url: url.chars().take(200).collect(), reason };
        let target = Self::parse(url)?;
        if target.uri.scheme_str() != Some("https") {
            return Err(wrong("it must begin with https://"));
        }
        if target.uri.port_u16().is_some_and(|port| port != 443) {
            return Err(wrong("it must use the port 443"));
        }
        let host = &target.host;
        if is_address(host) {
            return Err(wrong("it must have the name of a host, not its number"));
        }
        if !is_public_name(host) {
            return Err(wrong("its host must be one of the public internet"));
        }
        Ok(target)
    }

    /// An address that the owner of this machine names.
    ///
    /// # Errors
    /// [`InvalidTarget`].
    pub fn parse(url: &str) -> Result<Self, InvalidTarget> {
        let wrong = |reason| InvalidTarget { url: url.chars().take(200).collect(), reason };
        if url.len() > MAX_TARGET_BYTES {
            return Err(wrong("it is longer than 2048 bytes"));
        }
        if !url.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(wrong("it must have neither blanks nor characters beyond ASCII"));
        }
        if url.contains('#') {
            return Err(wrong("it must have no fragment"));
        }
        let uri: Uri = url.parse().map_err(|_| wrong("it cannot be read"))?;
        if !matches!(uri.scheme_str(), Some("https" | "http")) {
            return Err(wrong("it must begin with https:// or http://"));
        }
        let authority = uri.authority().ok_or_else(|| wrong("it has no host"))?;
        if authority.as_str().contains('@') {
            return Err(wrong("it must have neither user nor password"));
        }
        if authority.as_str().ends_with(':') {
            return Err(wrong("its port cannot be read"));
        }
        let host = authority.host().trim_end_matches('.').to_ascii_lowercase();
        if host.is_empty() {
            return Err(wrong("it has no host"));
        }
        Ok(Self { uri, host })
    }

    /// Its host, in small letters.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Its scheme, host and port, as they are written.
    #[must_use]
    pub fn origin(&self) -> String {
        let authority = self.uri.authority().map_or("", |authority| authority.as_str());
        format!("{}://{authority}", self.uri.scheme_str().unwrap_or_default())
    }

    /// Whether it is `https`.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        self.uri.scheme_str() == Some("https")
    }

    /// Its path, at least `/`.
    #[must_use]
    pub fn path(&self) -> &str {
        self.uri.path()
    }

    pub(crate) fn uri(&self) -> &Uri {
        &self.uri
    }
}

/// Whether a name, in small letters, could be one of the public internet: others are those of this machine (RFC 6761 section 6.3),
/// of its link (RFC 6762) and of private networks.
#[must_use]
pub fn is_public_name(host: &str) -> bool {
    let is_reserved = [".localhost", ".local", ".internal"].iter().any(|end| host.ends_with(end));
    host.contains('.') && !is_reserved
}

/// Whether a host is the number of one, in any of the ways that resolvers understand (`127.1`, `0x7f000001`, `2130706433`,
/// `[::1]`): the last label of a name is never a number (RFC 3696 section 2).
fn is_address(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or_default();
    let digits = last.strip_prefix("0x").unwrap_or(last);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
        || last.starts_with("0x") && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    host.starts_with('[') || is_number || host.parse::<IpAddr>().is_ok()
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.uri.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_a_stranger_is_a_name_behind_https() {
        for url in [
            "https://claude.ai/oauth/claude-code-client-metadata",
            "https://example.com",
            "https://EXAMPLE.com:443/a?b=c",
            "https://example.com./client.json",
            "https://xn--bcher-kva.example/c",
            "https://7.example.com/",
        ] {
            assert!(Target::of_stranger(url).is_ok(), "{url}");
        }
    }

    #[test]
    fn s3_whatever_could_mean_another_place_is_refused() {
        for url in [
            "",
            "/client.json",
            "example.com/client.json",
            "//example.com/client.json",
            "http://example.com/client.json",
            "HTTP://example.com/",
            "ftp://example.com/",
            "file:///etc/passwd",
            "gopher://example.com/",
            "https://",
            "https:///client.json",
            "https://user@example.com/",
            "https://user:password@example.com/",
            "https://example.com@127.0.0.1/",
            "https://example.com:8443/",
            "https://example.com:22/",
            "https://example.com:/",
            "https://example.com/#fragment",
            "https://example.com/a b",
            "https://exämple.com/",
            "https://example.com/\r\nHost: other",
            "https://localhost/",
            "https://LOCALHOST./",
            "https://intranet/",
            "https://printer.local/",
            "https://metadata.google.internal/",
            "https://a.localhost/",
            "https://127.0.0.1/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f000001/",
            "https://0x7f.0.0.1/",
            "https://0177.0.0.1/",
            "https://017700000001/",
            "https://example.127/",
            "https://[::1]/",
            "https://[::ffff:169.254.169.254]/",
            "https://169.254.169.254/latest/meta-data",
            "https://1.1.1.1/",
        ] {
            assert!(Target::of_stranger(url).is_err(), "{url}");
        }
    }

    #[test]
    fn an_address_ends_at_its_limit() {
        let of = |length: usize| {
            format!("https://example.com/{}", "a".repeat(length - "https://example.com/".len()))
        };
        assert!(Target::of_stranger(&of(MAX_TARGET_BYTES)).is_ok());
        let told = Target::of_stranger(&of(MAX_TARGET_BYTES + 1)).unwrap_err().to_string();
        assert!(told.contains("2048") && told.len() < 400, "{told}");
    }

    #[test]
    fn the_owner_may_name_any_host() {
        let target = Target::parse("http://127.0.0.1:8000/mcp").unwrap();
        assert_eq!((target.host(), target.path()), ("127.0.0.1", "/mcp"));
        assert_eq!(Target::parse("https://Example.COM").unwrap().host(), "example.com");
        assert!(Target::parse("ws://example.com").is_err());
    }
}
