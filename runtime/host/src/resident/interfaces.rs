//! Network interfaces of the namespace that this process is in.

use crate::{bytes::lossy, system::outcome::Outcome};
use std::{
    ffi::CStr,
    io,
    net::{Ipv4Addr, Ipv6Addr},
    ptr::null_mut,
};

/// Names and IP addresses by turns, of the interfaces that are up (getifaddrs(3)).
pub fn addresses() -> Outcome<Vec<String>> {
    let mut list = null_mut();
    // SAFETY: getifaddrs(3) writes one pointer.
    if unsafe { libc::getifaddrs(&mut list) } < 0 {
        return Outcome(Err(io::Error::last_os_error()));
    }
    let mut found = Vec::new();
    // SAFETY: the list is valid until freeifaddrs, a name ends with NUL, an address is null or of the type that its family
    // says, and nothing of the list is used later.
    unsafe {
        let mut next = list;
        while let Some(entry) = next.as_ref() {
            next = entry.ifa_next;
            let Some(address) = entry.ifa_addr.as_ref() else {
                continue;
            };
            if entry.ifa_flags & libc::IFF_UP as u32 == 0 {
                continue;
            }
            let text = match i32::from(address.sa_family) {
                libc::AF_INET => {
                    let address = &*entry.ifa_addr.cast::<libc::sockaddr_in>();
                    Ipv4Addr::from(u32::from_be(address.sin_addr.s_addr)).to_string()
                }
                libc::AF_INET6 => {
                    let address = &*entry.ifa_addr.cast::<libc::sockaddr_in6>();
                    Ipv6Addr::from(address.sin6_addr.s6_addr).to_string()
                }
                _ => continue,
            };
            found.extend([lossy(CStr::from_ptr(entry.ifa_name).to_bytes()), text]);
        }
        libc::freeifaddrs(list);
    }
    Outcome(Ok(found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses_come_in_pairs() {
        let found = addresses().0.unwrap();
        assert_eq!(found.len() % 2, 0);
        assert!(
            found
                .iter()
                .skip(1)
                .step_by(2)
                .all(|address| address.parse::<std::net::IpAddr>().is_ok())
        );
    }
}
