//! Which addresses are public. A webhook's target is somebody's setting, and it must not become a way to reach what stands
//! inside the council's network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use ureq::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// Resolves names, and refuses what leads to an address that is not public. The connection goes to what is resolved here:
/// the name is not looked up a second time.
#[derive(Debug)]
pub(super) struct PublicOnly {
    pub(super) allow_private: bool,
    pub(super) resolver: DefaultResolver,
}

/// The name leads to this address, which is not public.
#[derive(Debug, thiserror::Error)]
#[error("{0} is not a public address")]
pub(super) struct NotPublic(pub(super) IpAddr);

impl Resolver for PublicOnly {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let addresses = self.resolver.resolve(uri, config, timeout)?;
        // A name with one private address among its own is as bad as one with none other: the first that answers is taken.
        match first_private(&addresses) {
            Some(address) if !self.allow_private => Err(Error::Other(Box::new(NotPublic(address)))),
            _ => Ok(addresses),
        }
    }
}

pub(super) fn first_private(addresses: &[SocketAddr]) -> Option<IpAddr> {
    addresses.iter().map(SocketAddr::ip).find(|address| !is_public(*address))
}

/// Whether anyone on the internet may be reached at the address (by the special-purpose registries of IANA).
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        // "This network"; future use, with the broadcast address.
        || a == 0
        || a >= 240
        // Shared between a provider and its customers.
        || (a == 100 && (64..128).contains(&b))
        // Protocol assignments; what was once the way between IPv6 and IPv4; tests between networks.
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b == 18 || b == 19));
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    let [.., high, low] = segments;
    let embedded = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match segments {
        // An IPv4 address in another dress counts as itself: by translation (NAT64) and by 6to4.
        [0x64, 0xff9b, 0, 0, 0, 0, _, _] => embedded(high, low),
        [0x2002, first, second, ..] => embedded(first, second),
        // Teredo and other protocol assignments; documentation, old and new.
        [0x2001, 0..0x200 | 0xdb8, ..] | [0x3fff, 0..0x1000, ..] => false,
        // Only this block is given out. All else is loopback, mapped or compatible IPv4 addresses, unique local, link-local,
        // site-local, multicast, or nothing yet.
        [first, ..] => (0x2000..0x4000).contains(&first),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn addresses_that_are_public_and_that_are_not() {
        let check = |addresses: &str, public: bool| {
            for address in addresses.split_whitespace() {
                assert_eq!(is_public(address.parse().unwrap()), public, "{address}");
            }
        };
        check(
            "1.1.1.1 8.8.8.8 100.63.255.255 100.128.0.1 172.15.0.1 172.32.0.1 192.167.1.1 198.17.0.1 223.255.255.254",
            true,
        );
        check(
            "0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1 172.31.0.1",
            false,
        );
        check(
            "192.0.0.8 192.0.2.1 192.88.99.1 192.168.0.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 239.1.1.1",
            false,
        );
        check("240.0.0.1 255.255.255.255", false);
        check("2606:4700::1111 2001:4860:4860::8888 2a00:1450::1 64:ff9b::808:808 2002:808:808::1", true);
        check(
            ":: ::1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:8.8.8.8 fc00::1 fdff::1 fe80::1 febf::1 fec0::1",
            false,
        );
        check("ff02::1 2001::1 2001:db8::1 3fff::1 64:ff9b::a00:1 64:ff9b:1::1 2002:a00:1::1 100::1 5f00::1", false);
    }

    #[test]
    fn one_private_address_among_others_is_found() {
        let addresses: Vec<SocketAddr> = ["1.1.1.1:443", "10.0.0.1:443"].map(|address| address.parse().unwrap()).into();
        assert_eq!(first_private(&addresses), Some("10.0.0.1".parse().unwrap()));
        assert_eq!(first_private(&addresses[..1]), None);
    }
}
