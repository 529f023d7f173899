//! Which addresses of the internet are everybody's.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Blocks of IPv4 that are no place of the public internet: the special-purpose registry of IANA (RFC 6890), multicast
/// and what is reserved. Each is an address and the bits that count.
const NOT_PUBLIC_V4: &[([u8; 4], u32)] = &[
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 31, 196, 0], 24),
    ([192, 52, 193, 0], 24),
    ([192, 88, 99, 0], 24),
    ([192, 168, 0, 0], 16),
    ([192, 175, 48, 0], 24),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    ([224, 0, 0, 0], 3),
];

/// Blocks within 2000::/3, the part of IPv6 that is given out, that are no place of the public internet.
const NOT_PUBLIC_V6: &[([u16; 3], u32)] = &[
    // Protocol assignments, among them Teredo, which carries an IPv4 address in disguise.
    ([0x2001, 0, 0], 23),
    // Documentation.
    ([0x2001, 0xdb8, 0], 32),
    ([0x3fff, 0, 0], 20),
    // 6to4: an IPv4 address in disguise.
    ([0x2002, 0, 0], 16),
    // AS112.
    ([0x2620, 0x4f, 0x8000], 48),
];

/// Whether an address is one of the public internet. An IPv4 address written as one of IPv6 is what it stands for.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let number = address.to_bits();
    let lies_in = |(block, bits): &([u8; 4], u32)| {
        let block = Ipv4Addr::from(*block).to_bits();
        (number ^ block) >> (32 - bits) == 0
    };
    !NOT_PUBLIC_V4.iter().any(lies_in)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(address) = address.to_ipv4_mapped().or_else(|| translated(address)) {
        return is_public_v4(address);
    }
    let number = address.to_bits();
    let lies_in = |block: [u16; 3], bits: u32| {
        let [first, second, third] = block;
        let block = Ipv6Addr::new(first, second, third, 0, 0, 0, 0, 0).to_bits();
        (number ^ block) >> (128 - bits) == 0
    };
    lies_in([0x2000, 0, 0], 3) && !NOT_PUBLIC_V6.iter().any(|(block, bits)| lies_in(*block, *bits))
}

/// The IPv4 address that a network translates (RFC 6052, the well-known prefix 64:ff9b::/96).
fn translated(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [0x64, 0xff9b, 0, 0, 0, 0, high, low] = address.segments() else { return None };
    Some(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn public(text: &str) -> bool {
        is_public(text.parse().unwrap())
    }

    #[test]
    fn servers_of_the_internet_are_public() {
        for text in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2606:4700:4700::1111",
            "2001:4860:4860::8888",
            "::ffff:1.1.1.1",
            "64:ff9b::101:101",
        ] {
            assert!(public(text), "{text}");
        }
    }

    #[test]
    fn s3_no_address_of_an_inner_network_is_public() {
        for text in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.255",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::ffff:10.1.2.3",
            "64:ff9b::7f00:1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:0:7f00:1::",
            "2001:10::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:a9fe:a9fe::1",
            "3fff::1",
            "4000::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!public(text), "{text}");
        }
    }

    #[test]
    fn the_ends_of_every_block_are_not_public_and_their_neighbours_are_judged_alone() {
        for (block, bits) in NOT_PUBLIC_V4 {
            let first = Ipv4Addr::from(*block).to_bits();
            let last = first | (u32::MAX >> bits);
            assert_eq!(first & (u32::MAX >> bits), 0, "{block:?}/{bits} is no block");
            for number in [first, last] {
                assert!(!is_public_v4(Ipv4Addr::from_bits(number)), "{block:?}/{bits}");
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn an_address_in_disguise_is_what_it_stands_for(number in proptest::num::u32::ANY) {
            let address = Ipv4Addr::from_bits(number);
            let [high, low] = [(number >> 16) as u16, number as u16];
            let disguised = [address.to_ipv6_mapped(), Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low)];
            for other in disguised {
                proptest::prop_assert_eq!(is_public(other.into()), is_public(address.into()));
            }
            proptest::prop_assert!(!is_public(Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1).into()));
        }
    }
}
