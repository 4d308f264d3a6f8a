//! Files: may they be used, are they on the disk, do they change.

use crate::system::{
    arguments::{Descriptor, Integer, Path},
    outcome::{Done, done, given},
};
use rustix::fs::{Access, inotify};
use std::os::fd::IntoRawFd;

/// Asks for the rights of access(2): 4 to read, 2 to write, 1 to execute, 0 whether it is there.
pub fn access(path: Path, rights: Integer<0, 7>) -> Done {
    done(rustix::fs::access(
        path.bytes(),
        Access::from_bits_retain(rights.0 as u32),
    ))
}

/// Waits until the disk has the file. The one call here that takes as long as a disk.
pub fn sync(file: Descriptor) -> Done {
    done(rustix::fs::fsync(file))
}

/// A descriptor that tells of changes in what `watch` names (inotify(7)); reading it does not wait.
pub fn watcher() -> Done {
    let flags = inotify::CreateFlags::CLOEXEC | inotify::CreateFlags::NONBLOCK;
    given(inotify::init(flags).map(IntoRawFd::into_raw_fd))
}

/// @param events IN_MODIFY and its like, by their bits
/// @returns the number that the news of this path bears
pub fn watch(watcher: Descriptor, path: Path, events: Integer<0, { u32::MAX as i64 }>) -> Done {
    let events = inotify::WatchFlags::from_bits_retain(events.0 as u32);
    given(inotify::add_watch(watcher, path.bytes(), events))
}
