//! Descriptors, and files by their paths.

use super::{
    arguments::{Descriptor, Flags, Integer, MAX_SAFE_INTEGER, Mode, Owner, Path},
    outcome::{Done, Outcome, done, given, of_c},
};
use crate::bytes::{Bytes, Octets};
use rquickjs::{Ctx, Exception, Object, Result, function::Opt};
use rustix::fs::{AtFlags, CWD, IFlags, OFlags};
use std::{
    io::{self, Read},
    ops::Range,
    os::fd::IntoRawFd,
};

/// Most files are smaller, the list of a node's mounts too.
const FIRST_READ_BYTES: usize = 16 * 1024;

/// Where in a file.
type Position = Integer<0, MAX_SAFE_INTEGER>;

/// Flags of open(2) by their names.
pub fn open_flags<'js>(ctx: &Ctx<'js>) -> Result<Object<'js>> {
    let flags = Object::new(ctx.clone())?;
    macro_rules! set { ($($name:ident)*) => { $(flags.set(stringify!($name), libc::$name)?;)* } }
    set!(O_RDONLY O_WRONLY O_RDWR O_CREAT O_EXCL O_TRUNC O_APPEND O_NONBLOCK O_DIRECTORY O_NOFOLLOW);
    Ok(flags)
}

pub fn open(path: Path, flags: Flags, mode: Mode) -> Done {
    let flags = OFlags::from_bits_retain(flags.0 as u32) | OFlags::CLOEXEC;
    given(rustix::fs::open(path.bytes(), flags, mode.into()).map(IntoRawFd::into_raw_fd))
}

pub fn close(descriptor: Descriptor) -> Done {
    // SAFETY: the TypeScript sources own the descriptors that they close.
    of_c(unsafe { libc::close(descriptor.0) })
}

/// Reads where the file's own position is, or at `position`, which leaves that as it is.
pub fn read(
    fd: Descriptor,
    mut bytes: Bytes<'_>,
    offset: Flags,
    length: Flags,
    position: Opt<Position>,
) -> Result<Outcome<usize>> {
    let ctx = bytes.ctx().clone();
    let part = part_of(&ctx, bytes.get()?.len(), offset, length)?;
    let into = &mut bytes.get_mut()?[part];
    Ok(match position.0 {
        None => given(rustix::io::read(fd, into)),
        Some(at) => given(rustix::io::pread(fd, into, at.0 as u64)),
    })
}

/// The process ignores SIGPIPE: a closed socket answers EPIPE.
pub fn write(
    fd: Descriptor,
    bytes: Bytes<'_>,
    offset: Flags,
    length: Flags,
    position: Opt<Position>,
) -> Result<Outcome<usize>> {
    let part = part_of(bytes.ctx(), bytes.get()?.len(), offset, length)?;
    let from = &bytes.get()?[part];
    Ok(match position.0 {
        None => given(rustix::io::write(fd, from)),
        Some(at) => given(rustix::io::pwrite(fd, from, at.0 as u64)),
    })
}

fn part_of(ctx: &Ctx<'_>, size: usize, offset: Flags, length: Flags) -> Result<Range<usize>> {
    let (start, end) = (offset.0 as usize, (offset.0 + length.0) as usize);
    if end > size {
        return Err(Exception::throw_range(ctx, "offset and length lie outside of bytes"));
    }
    Ok(start..end)
}

/// Reads to the end, whatever size the file is said to have. QuickJS has no room for more than `i32::MAX` bytes.
pub fn read_whole(path: Path) -> Outcome<Octets> {
    let bytes = read_file(path.as_path());
    Outcome(bytes.and_then(|bytes| match i32::try_from(bytes.len()) {
        Ok(_) => Ok(Octets(bytes)),
        Err(_) => Err(io::Error::from_raw_os_error(libc::EFBIG)),
    }))
}

/// Files of /proc say no size, and make their text anew for each piece that is read.
fn read_file(path: &std::path::Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(FIRST_READ_BYTES);
    // Not as a file, of which the standard library asks the size first.
    std::fs::File::open(path)?.take(u64::MAX).read_to_end(&mut bytes)?;
    Ok(bytes)
}

pub fn unlink(path: Path) -> Done {
    done(rustix::fs::unlink(path.bytes()))
}

pub fn rename(from: Path, to: Path) -> Done {
    done(rustix::fs::rename(from.bytes(), to.bytes()))
}

pub fn chmod(path: Path, mode: Mode) -> Done {
    done(rustix::fs::chmod(path.bytes(), mode.into()))
}

pub fn fchmod(fd: Descriptor, mode: Mode) -> Done {
    done(rustix::fs::fchmod(fd, mode.into()))
}

pub fn chown(path: Path, user: Owner, group: Owner) -> Done {
    done(rustix::fs::chownat(
        CWD,
        path.bytes(),
        user.user(),
        group.group(),
        AtFlags::empty(),
    ))
}

pub fn lchown(path: Path, user: Owner, group: Owner) -> Done {
    done(rustix::fs::chownat(
        CWD,
        path.bytes(),
        user.user(),
        group.group(),
        AtFlags::SYMLINK_NOFOLLOW,
    ))
}

pub fn fchown(fd: Descriptor, user: Owner, group: Owner) -> Done {
    done(rustix::fs::fchown(fd, user.user(), group.group()))
}

/// Clears flags as immutable and append-only.
pub fn clear_flags(fd: Descriptor) -> Done {
    done(rustix::fs::ioctl_setflags(fd, IFlags::empty()))
}

pub fn truncate(fd: Descriptor, length: Position) -> Done {
    done(rustix::fs::ftruncate(fd, length.0 as u64))
}
