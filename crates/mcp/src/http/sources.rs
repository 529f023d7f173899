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
pub struct Sources {
    is_any_host: bool,
    hosts: Vec<(String, Port)>,
    origins: Vec<(Scheme, String, Port)>,
}

/// The page that sent a request, as its Origin header has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// None: the header is not there.
    None,
    /// One of this server.
    Own,
    /// One of another place that is allowed.
    Allowed,
    /// Any other, or none that can be read.
    Foreign,
}

/// Written for any host.
const ANY_HOST: &str = "*";

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    /// A name in lower case, or an address; one of IPv6 in brackets and in its shortest form.
    pub host: String,
    /// The port.
    pub port: Option<u16>,
}

impl Sources {
    /// What is allowed: hosts with or without a port, `*` for any; origins. What is no host or no origin is told of and
    /// allows nothing.
    #[must_use]
    pub fn new(hosts: &[String], origins: &[String]) -> Self {
        let is_any_host = hosts.iter().any(|host| host == ANY_HOST);
        let known =
            |kind, text: &String| tracing::warn!(value = %text, kind, "what cannot be read allows nothing");
        let hosts = hosts.iter().filter(|text| *text != ANY_HOST).filter_map(|text| {
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
        Self { is_any_host, hosts: hosts.collect(), origins: origins.collect() }
    }

    /// Whether this server may be called by this name.
    #[must_use]
    pub fn knows(&self, host: &Authority) -> bool {
        let is_known = |(name, port): &(String, Port)| {
            *name == host.host
                && (*port == Port::Any || host.port.is_some_and(|number| *port == Port::Is(number)))
        };
        self.is_any_host || self.hosts.iter().any(is_known)
    }

    /// What a request says of the page that sent it, when it calls this server by this name.
    #[must_use]
    pub fn page(&self, headers: &HeaderMap, host: &Authority) -> Page {
        if !headers.contains_key(ORIGIN) {
            return Page::None;
        }
        let Some((scheme, origin)) = only(headers, ORIGIN).and_then(read_origin) else {
            return Page::Foreign;
        };
        let number = origin.port.unwrap_or(scheme.port());
        let is_allowed = |(allowed, name, port): &(Scheme, String, Port)| {
            *allowed == scheme && *name == origin.host && (*port == Port::Any || *port == Port::Is(number))
        };
        if origin.host == host.host && host.port.unwrap_or(scheme.port()) == number {
            Page::Own
        } else if self.origins.iter().any(is_allowed) {
            Page::Allowed
        } else {
            Page::Foreign
        }
    }

    /// Whether a request may come from where it says.
    ///
    /// # Errors
    /// What it is answered otherwise.
    pub(crate) fn check(&self, request: &Parts) -> Result<(), Refusal> {
        let host = Authority::of(request).ok_or(Refusal::HostMissing)?;
        if !self.knows(&host) {
            return Err(Refusal::HostForbidden);
        }
        match self.page(&request.headers, &host) {
            Page::None | Page::Own | Page::Allowed => Ok(()),
            Page::Foreign => Err(Refusal::OriginForbidden),
        }
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
    /// What a request calls this server by: its Host header or, with HTTP/2, the authority in its address. None when it is
    /// missing, written twice, no host, or another one in the two places.
    #[must_use]
    pub fn of(request: &Parts) -> Option<Self> {
        called(&request.uri, &request.headers)
    }

    /// Reads a host with or without a port; nothing else may be there.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
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

/// Whether this is one origin: a scheme, a host, and a port where it is not the one of the scheme.
#[must_use]
pub fn is_origin(text: &str) -> bool {
    read_origin(text).is_some()
}

fn allowed_origin(text: &str) -> Option<(Scheme, String, Port)> {
    if let Some(any_port) = text.strip_suffix(":*") {
        let (scheme, Authority { host, port: None }) = read_origin(any_port)? else { return None };
        return Some((scheme, host, Port::Any));
    }
    let (scheme, Authority { host, port }) = read_origin(text)?;
    Some((scheme, host, Port::Is(port.unwrap_or(scheme.port()))))
}
