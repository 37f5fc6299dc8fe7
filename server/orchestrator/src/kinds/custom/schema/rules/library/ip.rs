//! `ip` and `cidr`: addresses and ranges of them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use cel::common::types::{CelBool, CelInt, CelString, Type};
use cel::{DeclarationError, Env, ExecutionError};

use super::{Own, Owned, failed};

static IP: Type = Type::new_unspecified_type("net.IP");
static CIDR: Type = Type::new_unspecified_type("net.CIDR");

impl Owned for IpAddr {
    const TYPE: &'static Type = &IP;
}

/// A range: an address in it, and how many of its bits all have.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Cidr {
    address: IpAddr,
    length: u8,
}

impl Owned for Cidr {
    const TYPE: &'static Type = &CIDR;
}

/// Addresses of IPv4 that are written as such of IPv6 are none.
fn address(text: &str) -> Option<IpAddr> {
    let address: IpAddr = text.parse().ok()?;
    match address {
        IpAddr::V6(long) if long.to_ipv4_mapped().is_some() => None,
        _ => Some(address),
    }
}

impl Cidr {
    fn read(text: &str) -> Option<Cidr> {
        let (left, right) = text.split_once('/')?;
        let address = address(left)?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let length: u8 = right.parse().ok()?;
        (length <= bits && length.to_string() == right).then_some(Cidr { address, length })
    }

    /// An address with nothing but the range's bits left.
    fn mask(self, address: IpAddr) -> IpAddr {
        let length = u32::from(self.length);
        match address {
            IpAddr::V4(address) => {
                let mask = u32::MAX.checked_shl(32 - length).unwrap_or(0);
                Ipv4Addr::from_bits(address.to_bits() & mask).into()
            }
            IpAddr::V6(address) => {
                let mask = u128::MAX.checked_shl(128 - length).unwrap_or(0);
                Ipv6Addr::from_bits(address.to_bits() & mask).into()
            }
        }
    }

    fn contains(self, address: IpAddr) -> bool {
        address.is_ipv4() == self.address.is_ipv4() && self.mask(address) == self.mask(self.address)
    }
}

pub(super) fn add(env: &mut Env) -> Result<(), DeclarationError> {
    cel::add_overload!(env, fn is_ip: (CelString) -> CelBool, name = "isIP")?;
    cel::add_overload!(env, fn ip: (CelString) -> Result<Own<IpAddr>>)?;
    cel::add_overload!(env, fn is_canonical: (CelString) -> Result<CelBool>, name = "ip.isCanonical")?;
    cel::add_overload!(env, fn ip_text: (Own<IpAddr>) -> CelString, name = "string")?;
    cel::add_member_overload!(env, fn family: (Own<IpAddr>) -> CelInt)?;
    cel::add_member_overload!(env, fn is_unspecified: (Own<IpAddr>) -> CelBool)?;
    cel::add_member_overload!(env, fn is_loopback: (Own<IpAddr>) -> CelBool)?;
    cel::add_member_overload!(env, fn is_link_local_multicast: (Own<IpAddr>) -> CelBool)?;
    cel::add_member_overload!(env, fn is_link_local_unicast: (Own<IpAddr>) -> CelBool)?;
    cel::add_member_overload!(env, fn is_global_unicast: (Own<IpAddr>) -> CelBool)?;
    cel::add_overload!(env, fn is_cidr: (CelString) -> CelBool, name = "isCIDR")?;
    cel::add_overload!(env, fn cidr: (CelString) -> Result<Own<Cidr>>)?;
    cel::add_overload!(env, fn cidr_text: (Own<Cidr>) -> CelString, name = "string")?;
    cel::add_member_overload!(env, fn contains_ip: (Own<Cidr>, Own<IpAddr>) -> CelBool, name = "containsIP")?;
    cel::add_member_overload!(env, fn contains_ip_text: (Own<Cidr>, CelString) -> Result<CelBool>,
        name = "containsIP")?;
    cel::add_member_overload!(env, fn contains_cidr: (Own<Cidr>, Own<Cidr>) -> CelBool,
        name = "containsCIDR")?;
    cel::add_member_overload!(env, fn contains_cidr_text: (Own<Cidr>, CelString) -> Result<CelBool>,
        name = "containsCIDR")?;
    cel::add_member_overload!(env, fn ip_of: (Own<Cidr>) -> Own<IpAddr>, name = "ip")?;
    cel::add_member_overload!(env, fn masked: (Own<Cidr>) -> Own<Cidr>)?;
    cel::add_member_overload!(env, fn prefix_length: (Own<Cidr>) -> CelInt)?;
    env.add_type(IP.to_owned())?;
    env.add_type(CIDR.to_owned())
}

fn is_ip(text: &CelString<'_>) -> CelBool {
    address(text.inner()).is_some().into()
}

fn ip(text: &CelString<'_>) -> Result<Own<IpAddr>, ExecutionError> {
    let wrong = || {
        failed(
            "ip",
            format!("IP Address {:?} parse error during conversion from string", text.inner()),
        )
    };
    address(text.inner()).map(Own).ok_or_else(wrong)
}

fn is_canonical(text: &CelString<'_>) -> Result<CelBool, ExecutionError> {
    Ok((ip(text)?.0.to_string() == text.inner()).into())
}

fn ip_text(ip: &Own<IpAddr>) -> CelString<'static> {
    ip.0.to_string().into()
}

fn family(ip: &Own<IpAddr>) -> CelInt {
    CelInt::from(if ip.0.is_ipv4() { 4 } else { 6 })
}

fn is_unspecified(ip: &Own<IpAddr>) -> CelBool {
    ip.0.is_unspecified().into()
}

fn is_loopback(ip: &Own<IpAddr>) -> CelBool {
    ip.0.is_loopback().into()
}

fn is_link_local_multicast(ip: &Own<IpAddr>) -> CelBool {
    let is = match ip.0 {
        IpAddr::V4(short) => short.octets()[..3] == [224, 0, 0],
        IpAddr::V6(long) => long.segments()[0] & 0xff0f == 0xff02,
    };
    is.into()
}

fn is_link_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(short) => short.is_link_local(),
        IpAddr::V6(long) => long.is_unicast_link_local(),
    }
}

fn is_link_local_unicast(ip: &Own<IpAddr>) -> CelBool {
    is_link_local(ip.0).into()
}

fn is_global_unicast(ip: &Own<IpAddr>) -> CelBool {
    let all = ip.0 == IpAddr::V4(Ipv4Addr::BROADCAST);
    let other = ip.0.is_unspecified() || ip.0.is_loopback() || ip.0.is_multicast();
    (!all && !other && !is_link_local(ip.0)).into()
}

fn is_cidr(text: &CelString<'_>) -> CelBool {
    Cidr::read(text.inner()).is_some().into()
}

fn cidr(text: &CelString<'_>) -> Result<Own<Cidr>, ExecutionError> {
    let wrong = || {
        let text = text.inner();
        failed("cidr", format!("network address parse error during conversion from string: {text}"))
    };
    Cidr::read(text.inner()).map(Own).ok_or_else(wrong)
}

fn cidr_text(cidr: &Own<Cidr>) -> CelString<'static> {
    format!("{}/{}", cidr.0.address, cidr.0.length).into()
}

fn contains_ip(cidr: &Own<Cidr>, ip: &Own<IpAddr>) -> CelBool {
    cidr.0.contains(ip.0).into()
}

fn contains_ip_text(cidr: &Own<Cidr>, text: &CelString<'_>) -> Result<CelBool, ExecutionError> {
    Ok(contains_ip(cidr, &ip(text)?))
}

fn contains_cidr(outer: &Own<Cidr>, inner: &Own<Cidr>) -> CelBool {
    (outer.0.length <= inner.0.length && outer.0.contains(inner.0.address)).into()
}

fn contains_cidr_text(outer: &Own<Cidr>, text: &CelString<'_>) -> Result<CelBool, ExecutionError> {
    Ok(contains_cidr(outer, &cidr(text)?))
}

fn ip_of(cidr: &Own<Cidr>) -> Own<IpAddr> {
    Own(cidr.0.address)
}

fn masked(cidr: &Own<Cidr>) -> Own<Cidr> {
    Own(Cidr { address: cidr.0.mask(cidr.0.address), ..cidr.0 })
}

fn prefix_length(cidr: &Own<Cidr>) -> CelInt {
    CelInt::from(i64::from(cidr.0.length))
}
