//! Stream sockets that others connect to.

use crate::{
    bytes::Text,
    system::{
        arguments::{Descriptor, Flags, Integer, Path},
        outcome::{Done, Outcome, given},
    },
};
use rquickjs::{Ctx, Exception, Result};
use rustix::{
    io::Errno,
    net::{AddressFamily, SocketAddrAny, SocketAddrUnix, SocketFlags, SocketType, socket_with, sockopt},
};
use std::{
    net::{IpAddr, SocketAddr},
    os::fd::{IntoRawFd, OwnedFd},
};

/// With its NUL a path has 108 bytes at most (unix(7)).
const LONGEST_PATH: usize = 107;
const FLAGS: SocketFlags = SocketFlags::CLOEXEC.union(SocketFlags::NONBLOCK);

type Port = Integer<0, 65535>;

/// Listens on a path, at which there must be nothing.
pub fn listen(path: Path, backlog: Flags) -> Done {
    given(listen_at(path.bytes(), backlog.0 as i32))
}

/// An empty path would be an abstract socket, which any process of the network namespace may connect to.
fn listen_at(path: &[u8], backlog: i32) -> std::result::Result<i32, Errno> {
    match path.len() {
        0 => return Err(Errno::NOENT),
        1..=LONGEST_PATH => {}
        _ => return Err(Errno::NAMETOOLONG),
    }
    let address = SocketAddrUnix::new(path)?;
    let socket = socket_with(AddressFamily::UNIX, SocketType::STREAM, FLAGS, None)?;
    rustix::net::bind(&socket, &address)?;
    rustix::net::listen(&socket, backlog)?;
    Ok(socket.into_raw_fd())
}

/// Listens on an address; with `::` on IPv4 too.
pub fn listen_tcp(ctx: Ctx<'_>, address: Text, port: Port, backlog: Flags) -> Result<Done> {
    let address = parsed(&ctx, &address, port)?;
    Ok(given((|| {
        let socket = tcp(&address)?;
        // A server that was ended leaves connections that hold its port for a minute (tcp(7), TIME_WAIT).
        sockopt::set_socket_reuseaddr(&socket, true)?;
        if address.is_ipv6() {
            // Whatever /proc/sys/net/ipv6/bindv6only says.
            sockopt::set_ipv6_v6only(&socket, false)?;
        }
        rustix::net::bind(&socket, &address)?;
        rustix::net::listen(&socket, backlog.0 as i32)?;
        Ok::<_, Errno>(socket.into_raw_fd())
    })()))
}

fn tcp(address: &SocketAddr) -> std::result::Result<OwnedFd, Errno> {
    let family = match address {
        SocketAddr::V4(_) => AddressFamily::INET,
        SocketAddr::V6(_) => AddressFamily::INET6,
    };
    socket_with(family, SocketType::STREAM, FLAGS, None)
}

fn parsed(ctx: &Ctx<'_>, address: &Text, port: Port) -> Result<SocketAddr> {
    let address: IpAddr = address
        .0
        .parse()
        .map_err(|_| Exception::throw_type(ctx, "address is not an IP address"))?;
    Ok(SocketAddr::new(address, port.0 as u16))
}

/// The next connection that waits; `-EAGAIN` for none.
pub fn accept(listener: Descriptor) -> Done {
    given(rustix::net::accept_with(listener, FLAGS).map(IntoRawFd::into_raw_fd))
}

/// The port that a socket is bound to; 0 for a socket of another kind.
pub fn local_port(socket: Descriptor) -> Outcome<u16> {
    given(
        rustix::net::getsockname(socket)
            .map(|address: SocketAddrAny| SocketAddr::try_from(address).map_or(0, |address| address.port())),
    )
}
