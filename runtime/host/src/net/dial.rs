//! TCP connections to a host with several addresses: both families in turn (RFC 8305, "Happy Eyeballs").

use std::{
    io,
    net::{IpAddr, SocketAddr},
    time::Duration,
};
use tokio::{net::TcpStream, task::JoinSet, time::timeout};

/// Time after which the next address is tried beside the last one (RFC 8305 section 5).
const STAGGER: Duration = Duration::from_millis(250);

/// Connects to the address that answers first. When none does, the fault is the first one that tells of a host.
pub async fn dial(addresses: &[IpAddr], port: u16) -> io::Result<TcpStream> {
    let mut waiting = in_turn(addresses)
        .into_iter()
        .map(|address| SocketAddr::new(address, port))
        .peekable();
    let mut attempts = JoinSet::new();
    let mut fault: Option<io::Error> = None;
    loop {
        match waiting.next() {
            Some(address) => drop(attempts.spawn(TcpStream::connect(address))),
            None if attempts.is_empty() => return Err(fault.unwrap_or_else(|| io::ErrorKind::NotFound.into())),
            None => {}
        }
        let stagger = if waiting.peek().is_some() {
            STAGGER
        } else {
            Duration::MAX
        };
        match timeout(stagger, attempts.join_next()).await {
            Ok(Some(Ok(Ok(stream)))) => {
                stream.set_nodelay(true)?;
                return Ok(stream);
            }
            Ok(Some(Ok(Err(error)))) if fault.as_ref().is_none_or(is_of_family) => fault = Some(error),
            _ => {}
        }
    }
}

/// The first family's addresses and the other's by turns, each in the resolver's order (RFC 6724).
fn in_turn(addresses: &[IpAddr]) -> Vec<IpAddr> {
    let is_first = |address: &&IpAddr| {
        addresses
            .first()
            .is_some_and(|first| first.is_ipv4() == address.is_ipv4())
    };
    let (first, second): (Vec<&IpAddr>, Vec<&IpAddr>) = addresses.iter().partition(is_first);
    let mut both = Vec::with_capacity(addresses.len());
    for index in 0..addresses.len() {
        both.extend(first.get(index).copied());
        both.extend(second.get(index).copied());
    }
    both
}

/// Whether a fault says only that this node does not speak that family of addresses.
fn is_of_family(error: &io::Error) -> bool {
    matches!(
        error.raw_os_error(),
        Some(libc::ENETUNREACH | libc::EAFNOSUPPORT | libc::EADDRNOTAVAIL)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_take_turns() {
        let all: Vec<IpAddr> = ["::1", "::2", "::3", "10.0.0.1"]
            .map(|text| text.parse().unwrap())
            .into();
        assert_eq!(in_turn(&all), [all[0], all[3], all[1], all[2]]);
        assert_eq!(in_turn(&[]), [] as [IpAddr; 0]);
    }
}
