//! Where requests may come from: the names they may call this server by, and the web pages that may send them.
//!
//! A page of any web site can make a browser send requests to this machine, and with a name that it lets point here it can
//! read the answers, too. The Host header tells the one, the Origin header the other.

use std::net::Ipv6Addr;

use http::header::{HOST, ORIGIN};
use http::request::Parts;
use http::{HeaderMap, HeaderName, Uri};

use super::refusal::Refusal;

/// The names and the pages that are allowed.
#[derive(Debug, Clone)]
pub(crate) struct Sources {
    hosts: Vec<(String, Port)>,
    origins: Vec<(Scheme, String, Port)>,
}

/// Which ports an allowed source may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Port {
    Any,
    Is(u16),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scheme {
    Http,
    Https,
}

/// A host and, if it was written, a port.
#[derive(Debug, PartialEq, Eq)]
struct Authority {
    host: String,
    port: Option<u16>,
}

impl Sources {
    /// What is allowed. What is no host or no origin is told of and allows nothing.
    pub(crate) fn new(hosts: &[String], origins: &[String]) -> Self {
        let known =
            |kind, text: &String| tracing::warn!(value = %text, kind, "what cannot be read allows nothing");
        let hosts = hosts.iter().filter_map(|text| {
            let host = Authority::read(text)
                .map(|Authority { host, port }| (host, port.map_or(Port::Any, Port::Is)));
            host.or_else(|| {
                known("host", text);
                None
            })
        });
        let origins = origins.iter().filter_map(|text| {
            allowed_origin(text).or_else(|| {
                known("origin", text);
                None
            })
        });
        Self { hosts: hosts.collect(), origins: origins.collect() }
    }

    /// Whether a request may come from where it says.
    ///
    /// # Errors
    /// What it is answered otherwise.
    pub(crate) fn check(&self, request: &Parts) -> Result<(), Refusal> {
        let host = called(&request.uri, &request.headers).ok_or(Refusal::HostMissing)?;
        let is_known = |(name, port): &(String, Port)| {
            *name == host.host
                && (*port == Port::Any || host.port.is_some_and(|number| *port == Port::Is(number)))
        };
        if !self.hosts.iter().any(is_known) {
            return Err(Refusal::HostForbidden);
        }
        if !request.headers.contains_key(ORIGIN) {
            return Ok(());
        }
        let origin = only(&request.headers, ORIGIN).and_then(read_origin);
        let (scheme, origin) = origin.ok_or(Refusal::OriginForbidden)?;
        let number = origin.port.unwrap_or(scheme.port());
        let is_own = origin.host == host.host && host.port.unwrap_or(scheme.port()) == number;
        let is_allowed = |(allowed, name, port): &(Scheme, String, Port)| {
            *allowed == scheme && *name == origin.host && (*port == Port::Any || *port == Port::Is(number))
        };
        if is_own || self.origins.iter().any(is_allowed) { Ok(()) } else { Err(Refusal::OriginForbidden) }
    }
}

impl Scheme {
    fn port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

impl Authority {
    /// Reads a host with or without a port; nothing else may be there.
    fn read(text: &str) -> Option<Self> {
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (host, port) = rest.split_once(']')?;
                // Written in one way, so that it can be compared.
                (format!("[{}]", host.parse::<Ipv6Addr>().ok()?), port)
            }
            None => {
                let end = text.find(':').unwrap_or(text.len());
                let (host, port) = text.split_at(end);
                let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
                if host.is_empty() || !host.bytes().all(is_name) {
                    return None;
                }
                (host.to_ascii_lowercase(), port)
            }
        };
        let port = match port.strip_prefix(':') {
            Some(number) if number.bytes().all(|byte| byte.is_ascii_digit()) => Some(number.parse().ok()?),
            None if port.is_empty() => None,
            _ => return None,
        };
        Some(Self { host, port })
    }
}

/// What a request calls this server by: its Host header or, with HTTP/2, the authority in its address. Both must be the
/// same.
fn called(uri: &Uri, headers: &HeaderMap) -> Option<Authority> {
    let in_address = uri.authority().map(|authority| Authority::read(authority.as_str()));
    if !headers.contains_key(HOST) {
        return in_address?;
    }
    let host = Authority::read(only(headers, HOST)?)?;
    match in_address {
        Some(other) if other.as_ref() != Some(&host) => None,
        _ => Some(host),
    }
}

/// The value of a header that is there once, as text.
fn only(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

fn read_origin(text: &str) -> Option<(Scheme, Authority)> {
    let (scheme, authority) = text.split_once("://")?;
    let scheme = match scheme {
        "http" => Scheme::Http,
        "https" => Scheme::Https,
        _ => return None,
    };
    Some((scheme, Authority::read(authority)?))
}

fn allowed_origin(text: &str) -> Option<(Scheme, String, Port)> {
    if let Some(any_port) = text.strip_suffix(":*") {
        let (scheme, Authority { host, port: None }) = read_origin(any_port)? else { return None };
        return Some((scheme, host, Port::Any));
    }
    let (scheme, Authority { host, port }) = read_origin(text)?;
    Some((scheme, host, Port::Is(port.unwrap_or(scheme.port()))))
}
