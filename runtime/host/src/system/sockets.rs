//! Unix sockets.

use super::{
    arguments::{Descriptor, Path},
    outcome::{Done, done, given},
};
use rustix::{
    io::Errno,
    net::{AddressFamily, Shutdown, SocketAddrUnix, SocketFlags, SocketType, socket_with, sockopt},
};
use std::os::fd::IntoRawFd;

/// With its NUL a path has 108 bytes at most (unix(7)).
const LONGEST_PATH: usize = 107;

/// Starts a connection without waiting for it.
pub fn connect(path: Path) -> Done {
    given(connect_to(path.bytes()))
}

/// An empty path would be an abstract socket's, which any process of the network namespace may listen on.
fn connect_to(path: &[u8]) -> Result<i32, Errno> {
    if path.is_empty() {
        return Err(Errno::NOENT);
    }
    if path.len() > LONGEST_PATH {
        return Err(Errno::NAMETOOLONG);
    }
    let address = SocketAddrUnix::new(path)?;
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)?;
    match rustix::net::connect(&socket, &address) {
        Ok(()) | Err(Errno::INPROGRESS) => Ok(socket.into_raw_fd()),
        Err(error) => Err(error),
    }
}

/// Ends what this side writes; the other side may go on.
pub fn shutdown(socket: Descriptor) -> Done {
    done(rustix::net::shutdown(socket, Shutdown::Write))
}

/// The error that is pending on a socket, as a positive errno; 0 for none.
pub fn error(fd: Descriptor) -> Done {
    given(sockopt::socket_error(fd).map(|pending| pending.err().map_or(0, Errno::raw_os_error)))
}
