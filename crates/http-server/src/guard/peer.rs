//! Which machine a request is from.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use auth::Network;
use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// How many stations a request may have gone through; a longer list is not read.
const MAX_STATIONS: usize = 32;

/// One machine as limits count it: an address, or the 64 bits of an IPv6 address that one customer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Machine(IpAddr);

impl Machine {
    /// The machine that has an address.
    pub(crate) fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V6(address) => {
                Self(IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))))
            }
            address => Self(address),
        }
    }
}

impl Machine {
    /// Its address.
    pub(crate) fn address(self) -> IpAddr {
        self.0
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The machine that sent a request: the other end of the connection or, when that is a proxy that is trusted, the last
/// machine before the trusted ones. None for a request that came over no connection.
pub(crate) fn machine(parts: &Parts, trusted: &[Network]) -> Option<Machine> {
    let ConnectInfo(peer) = parts.extensions.get::<ConnectInfo<SocketAddr>>()?;
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let mut address = peer.ip().to_canonical();
    if trusted.is_empty() || !is_trusted(address) {
        return Some(Machine::of(address));
    }
    // From the nearest on: what stands before an untrusted station was written by that one, or by anybody.
    for station in stations(&parts.headers).into_iter().rev() {
        let Some(station) = station else { break };
        address = station;
        if !is_trusted(address) {
            break;
        }
    }
    Some(Machine::of(address))
}

/// The addresses that a request went through, nearest last; what is no address is none. `Forwarded` (RFC 7239) is not
/// read: proxies that do not know it pass on what a client wrote there, and nothing tells those proxies apart.
fn stations(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let values = headers.get_all(X_FORWARDED_FOR);
    let values = values.iter().flat_map(|value| value.to_str().unwrap_or("?").split(','));
    let mut stations: Vec<Option<IpAddr>> = values.map(address).collect();
    let surplus = stations.len().saturating_sub(MAX_STATIONS);
    stations.drain(..surplus);
    stations
}

/// An address with or without a port, as proxies write it.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_matches('"');
    let found = text.parse::<IpAddr>().ok();
    let found = found.or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip()));
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    found.or_else(bracketed).map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    fn seen(peer: &str, trusted: &[&str], headers: &[(&str, &str)]) -> String {
        let mut request = Request::builder();
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut parts = request.body(()).unwrap().into_parts().0;
        parts.extensions.insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 50_000)));
        let trusted: Vec<Network> = trusted.iter().map(|text| text.parse().unwrap()).collect();
        machine(&parts, &trusted).unwrap().0.to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_and_only_what_it_wrote_itself() {
        let spoofed: &[(&str, &str)] = &[("x-forwarded-for", "198.51.100.1")];
        assert_eq!(seen("203.0.113.7", &[], spoofed), "203.0.113.7");
        assert_eq!(seen("203.0.113.7", &["10.0.0.0/8"], spoofed), "203.0.113.7");
        assert_eq!(seen("10.1.2.3", &["10.0.0.0/8"], spoofed), "198.51.100.1");
        let chain: &[(&str, &str)] = &[("x-forwarded-for", "192.0.2.1, 198.51.100.1, 10.9.9.9")];
        assert_eq!(seen("10.1.2.3", &["10.0.0.0/8"], chain), "198.51.100.1");
        let lines: &[(&str, &str)] =
            &[("x-forwarded-for", "192.0.2.1"), ("x-forwarded-for", "198.51.100.1:443")];
        assert_eq!(seen("10.1.2.3", &["10.1.2.3"], lines), "198.51.100.1");
    }

    #[test]
    fn forwarded_is_not_read_because_a_proxy_may_pass_on_what_a_client_wrote() {
        let forged = ("forwarded", "for=192.0.2.1");
        let both: &[(&str, &str)] = &[forged, ("x-forwarded-for", "198.51.100.1")];
        assert_eq!(seen("10.0.0.1", &["10.0.0.1"], both), "198.51.100.1");
        assert_eq!(seen("10.0.0.1", &["10.0.0.1"], &[forged]), "10.0.0.1");
    }

    #[test]
    fn what_is_no_address_ends_the_list() {
        let bracketed: &[(&str, &str)] = &[("x-forwarded-for", r#"192.0.2.1, "[2001:db8:1:2:3::4]:4711""#)];
        assert_eq!(seen("::ffff:10.0.0.1", &["10.0.0.1"], bracketed), "2001:db8:1:2::");
        for unreadable in ["unknown", "198.51.100.1, _hidden", "198.51.100.1,", ""] {
            let headers: &[(&str, &str)] = &[("x-forwarded-for", unreadable)];
            assert_eq!(seen("10.0.0.1", &["10.0.0.1"], headers), "10.0.0.1", "{unreadable}");
        }
    }

    #[test]
    fn an_address_of_ipv6_counts_by_its_first_64_bits() {
        assert_eq!(seen("2001:db8::1", &[], &[]), seen("2001:db8::ffff:1", &[], &[]));
        assert_ne!(seen("2001:db8::1", &[], &[]), seen("2001:db8:0:1::1", &[], &[]));
        assert_eq!(seen("::ffff:192.0.2.1", &[], &[]), "192.0.2.1");
    }
}
