//! The site that passkeys belong to (WebAuthn, "relying party").

use std::net::Ipv4Addr;

/// A site whose browsers may use passkeys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasskeySite {
    id: String,
    origin: String,
}

impl PasskeySite {
    /// The site of a server that is reached there. None where browsers offer no passkeys: an address of numbers is no site, and
    /// without TLS only this machine's own names are.
    #[must_use]
    pub fn of(issuer: &str) -> Option<Self> {
        let (scheme, rest) = issuer.split_once("://")?;
        let (scheme, authority) = (scheme.to_ascii_lowercase(), rest.split(['/', '?', '#']).next()?);
        let authority = authority.to_ascii_lowercase();
        let (host, port) = match authority.split_once(':') {
            Some((host, port)) => (host, port.parse::<u16>().ok()?),
            None => (authority.as_str(), default_port(&scheme)?),
        };
        let is_name = !host.is_empty()
            && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
            && !is_numeric(host);
        let is_local = host == "localhost" || host.ends_with(".localhost");
        if !is_name || !(scheme == "https" || scheme == "http" && is_local) {
            return None;
        }
        // As browsers write it: without the port that goes without saying.
        let origin = match default_port(&scheme)? == port {
            true => format!("{scheme}://{host}"),
            false => format!("{scheme}://{host}:{port}"),
        };
        Some(Self { id: host.to_owned(), origin })
    }

    /// Its name, without scheme and port (WebAuthn, "RP ID").
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The only origin whose pages may use its passkeys.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }
}

fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "https" => Some(443),
        "http" => Some(80),
        _ => None,
    }
}

/// Whether browsers read a host as an address of IPv4: its last part is a number (URL standard, "ends in a number").
fn is_numeric(host: &str) -> bool {
    let last = host.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
    let is_hexadecimal =
        last.strip_prefix("0x").is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_hexdigit()));
    host.parse::<Ipv4Addr>().is_ok() || is_hexadecimal || last.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_a_host_and_the_origin_that_browsers_tell() {
        for (issuer, id, origin) in [
            ("https://memory.example", "memory.example", "https://memory.example"),
            ("https://Memory.Example:443/path", "memory.example", "https://memory.example"),
            ("https://nas:8443", "nas", "https://nas:8443"),
            ("http://localhost:8000", "localhost", "http://localhost:8000"),
            ("http://localhost:80", "localhost", "http://localhost"),
            ("http://memory.localhost", "memory.localhost", "http://memory.localhost"),
        ] {
            let site = PasskeySite::of(issuer).unwrap();
            assert_eq!((site.id(), site.origin()), (id, origin), "{issuer}");
        }
    }

    #[test]
    fn addresses_of_numbers_and_names_without_tls_are_no_sites() {
        for issuer in [
            "http://127.0.0.1:8000",
            "https://192.0.2.1",
            "https://[::1]:8443",
            "https://0x7f.1",
            "https://10.1",
            "https://1.2.3.0x4",
            "http://memory.example",
            "http://localhost.example",
            "https://",
            "https://memory.example:port",
            "https://user@memory.example",
            "ftp://memory.example",
            "memory.example",
        ] {
            assert_eq!(PasskeySite::of(issuer), None, "{issuer}");
        }
    }
}
