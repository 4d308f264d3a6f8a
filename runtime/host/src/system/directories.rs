//! Directories and their names.

use super::{
    arguments::{Flags, Mode, Path},
    outcome::{Done, Outcome, done},
};
use crate::bytes::{Octets, lossy};
use std::{ffi::OsString, io, os::unix::ffi::OsStringExt};

/// All names, as text.
pub fn read(path: Path) -> Outcome<Vec<String>> {
    Outcome(names(&path, usize::MAX, lossy))
}

/// The first names, at most `limit`, as bytes.
pub fn read_names(path: Path, limit: Flags) -> Outcome<Vec<Octets>> {
    Outcome(names(&path, limit.0 as usize, Octets))
}

fn names<T>(path: &Path, limit: usize, become_name: fn(Vec<u8>) -> T) -> io::Result<Vec<T>> {
    let name = |name: OsString| become_name(name.into_vec());
    std::fs::read_dir(path.as_path())?
        .take(limit)
        .map(|entry| Ok(name(entry?.file_name())))
        .collect()
}

pub fn make(path: Path, mode: Mode) -> Done {
    done(rustix::fs::mkdir(path.bytes(), mode.into()))
}

pub fn remove(path: Path) -> Done {
    done(rustix::fs::rmdir(path.bytes()))
}
