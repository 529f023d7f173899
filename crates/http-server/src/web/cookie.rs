//! Cookies: the session of somebody who signed in, and what ties a form to the browser that got it.
//!
//! Over TLS both have the prefix `__Host-`, so that no other host and no plain connection can set them. On this machine, over
//! plain HTTP, browsers refuse that prefix; there they have names of this program, because every port of a host shares its cookies.

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};

/// How long a form may lie in a browser before somebody signs in, in seconds.
const FORM_SECONDS: u64 = 3600;

/// The cookies of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cookies {
    is_secure: bool,
}

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Who somebody is.
    Session,
    /// Which browser somebody has who is not known.
    Form,
    /// Which browser was sent to a provider of identities.
    Provider,
}

impl Kind {
    /// How long its value may be, in bytes: that of a provider holds where its browser goes afterwards.
    fn most_bytes(self) -> usize {
        match self {
            Self::Session | Self::Form => 512,
            Self::Provider => 3900,
        }
    }
}

impl Cookies {
    /// The cookies of the server at this address.
    pub(crate) fn of(issuer: &str) -> Self {
        Self { is_secure: issuer.starts_with("https://") }
    }

    fn name(self, kind: Kind) -> &'static str {
        match (kind, self.is_secure) {
            (Kind::Session, true) => "__Host-session",
            (Kind::Session, false) => "memory-session",
            (Kind::Form, true) => "__Host-form",
            (Kind::Form, false) => "memory-form",
            (Kind::Provider, true) => "__Host-provider",
            (Kind::Provider, false) => "memory-provider",
        }
    }

    /// The value of a cookie. One that is there twice is none: somebody else set one of the two.
    pub(crate) fn read(self, kind: Kind, headers: &HeaderMap) -> Option<&str> {
        let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
        let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let mut found = pairs.filter(|(name, _)| *name == self.name(kind)).map(|(_, value)| value);
        let first = found.next().filter(|value| !value.is_empty() && value.len() <= kind.most_bytes());
        first.filter(|_| found.next().is_none())
    }

    /// What sets a cookie. A session ends on the server, whatever the browser keeps of it: `seconds` is for the browser.
    pub(crate) fn set(self, kind: Kind, value: &str, seconds: u64) -> HeaderValue {
        let seconds = if kind == Kind::Form { FORM_SECONDS } else { seconds };
        self.written(kind, value, seconds)
    }

    /// What removes a cookie.
    pub(crate) fn clear(self, kind: Kind) -> HeaderValue {
        self.written(kind, "", 0)
    }

    fn written(self, kind: Kind, value: &str, seconds: u64) -> HeaderValue {
        let secure = if self.is_secure { "; Secure" } else { "" };
        let name = self.name(kind);
        let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
        HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("memory-session=; Path=/; Max-Age=0"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(issuer: &str, lines: &[&'static str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(COOKIE, HeaderValue::from_static(line));
        }
        Cookies::of(issuer).read(Kind::Session, &headers).map(str::to_owned)
    }

    #[test]
    fn over_tls_no_other_host_can_set_it_and_no_script_read_it() {
        let set = Cookies::of("https://memory.example").set(Kind::Session, "abc", 60);
        let expected = "__Host-session=abc; Path=/; HttpOnly; SameSite=Lax; Max-Age=60; Secure";
        assert_eq!(set.to_str().unwrap(), expected);
        let local = Cookies::of("http://localhost:8000").set(Kind::Session, "abc", 60);
        assert_eq!(local.to_str().unwrap(), "memory-session=abc; Path=/; HttpOnly; SameSite=Lax; Max-Age=60");
        let cleared = Cookies::of("https://memory.example").clear(Kind::Session);
        assert!(cleared.to_str().unwrap().starts_with("__Host-session=; Path=/; "));
        assert!(cleared.to_str().unwrap().contains("Max-Age=0"));
    }

    #[test]
    fn it_is_read_by_its_own_name_and_once() {
        let tls = "https://memory.example";
        assert_eq!(read(tls, &["a=b; __Host-session=abc; c=d"]).as_deref(), Some("abc"));
        assert_eq!(read(tls, &["a=b", "__Host-session=abc"]).as_deref(), Some("abc"));
        assert_eq!(read(tls, &["memory-session=abc; session=abc; __host-session=abc"]), None);
        assert_eq!(read(tls, &["__Host-session=abc; __Host-session=def"]), None);
        assert_eq!(read(tls, &["__Host-session=abc", "__Host-session=abc"]), None);
        assert_eq!(read(tls, &["__Host-session="]), None);
        assert_eq!(read("http://localhost:8000", &["memory-session=abc"]).as_deref(), Some("abc"));
    }
}
