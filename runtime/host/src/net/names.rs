//! Names of hosts, by the C library's own resolver: hosts file, search domains, ndots, TCP, several name servers.

use super::{events::lock, faults::Fault};
use std::{
    collections::HashMap,
    ffi::CString,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    ptr::null_mut,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::time::{Instant, sleep};

/// Time for which addresses are reused.
const KEPT: Duration = Duration::from_secs(10);

/// Pauses before a name is asked for again after a transient failure (EAI_AGAIN), if it failed this quickly.
const PAUSES: [Duration; 2] = [Duration::from_millis(300), Duration::from_millis(1000)];
const QUICK: Duration = Duration::from_secs(3);

/// Names that are remembered or being looked up; more are forgotten where they are out of date.
const MANY: usize = 64;

type Outcome = Result<Arc<[IpAddr]>, Fault>;
type Entry = Arc<tokio::sync::Mutex<Option<(Instant, Outcome)>>>;

/// Addresses of hosts. Requests that need the same name at the same time share one look-up and its outcome.
#[derive(Default)]
pub struct Names {
    known: Mutex<HashMap<String, Entry>>,
}

impl Names {
    /// Returns at least one address.
    pub async fn look_up(&self, host: &str) -> Outcome {
        if let Ok(address) = host.parse::<IpAddr>() {
            return Ok(Arc::new([address]));
        }
        let asked_at = Instant::now();
        let entry = self.entry(host);
        let mut known = entry.lock().await;
        if let Some((at, outcome)) = &*known
            && (*at >= asked_at || (outcome.is_ok() && at.elapsed() < KEPT))
        {
            return outcome.clone();
        }
        let outcome = ask(host).await;
        *known = Some((Instant::now(), outcome.clone()));
        outcome
    }

    fn entry(&self, host: &str) -> Entry {
        let mut known = lock(&self.known);
        if known.len() >= MANY {
            known.retain(|_, entry| Arc::strong_count(entry) > 1);
        }
        known.entry(host.to_owned()).or_default().clone()
    }
}

async fn ask(host: &str) -> Outcome {
    let begun = Instant::now();
    let mut pauses = PAUSES.into_iter();
    loop {
        let name = host.to_owned();
        let outcome = tokio::task::spawn_blocking(move || resolve(&name))
            .await
            .unwrap_or(Err("EAI_FAIL"));
        match outcome {
            Ok(addresses) => return Ok(addresses.into()),
            Err(code) => match pauses.next() {
                Some(pause) if code == "EAI_AGAIN" && begun.elapsed() < QUICK => sleep(pause).await,
                _ => return Err(Fault::of(code)),
            },
        }
    }
}

/// getaddrinfo(3). The standard library's look-up keeps only a text of the failure.
fn resolve(host: &str) -> Result<Vec<IpAddr>, &'static str> {
    let name = CString::new(host).map_err(|_| "ENOTFOUND")?;
    let mut found = Vec::new();
    // SAFETY: `hints` is zeroed as getaddrinfo wants it. The list that getaddrinfo gives is valid until freeaddrinfo, each
    // address in it is of the type that its family says, and nothing of the list is used later.
    let code = unsafe {
        let mut hints: libc::addrinfo = std::mem::zeroed();
        hints.ai_socktype = libc::SOCK_STREAM;
        let mut list = null_mut();
        let code = libc::getaddrinfo(name.as_ptr(), std::ptr::null(), &hints, &mut list);
        let mut next = if code == 0 { list } else { null_mut() };
        while let Some(entry) = next.as_ref() {
            match entry.ai_family {
                libc::AF_INET => {
                    let address = &*entry.ai_addr.cast::<libc::sockaddr_in>();
                    found.push(Ipv4Addr::from(u32::from_be(address.sin_addr.s_addr)).into());
                }
                libc::AF_INET6 => {
                    let address = &*entry.ai_addr.cast::<libc::sockaddr_in6>();
                    found.push(Ipv6Addr::from(address.sin6_addr.s6_addr).into());
                }
                _ => {}
            }
            next = entry.ai_next;
        }
        if code == 0 {
            libc::freeaddrinfo(list);
        }
        code
    };
    match code {
        0 if found.is_empty() => Err("EAI_NODATA"),
        0 => Ok(found),
        libc::EAI_AGAIN => Err("EAI_AGAIN"),
        libc::EAI_NODATA => Err("EAI_NODATA"),
        libc::EAI_NONAME => Err("ENOTFOUND"),
        _ => Err("EAI_FAIL"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_in_the_hosts_file() {
        assert!(resolve("localhost").unwrap().iter().all(IpAddr::is_loopback));
        assert_eq!(resolve("a\0b"), Err("ENOTFOUND"));
    }
}
