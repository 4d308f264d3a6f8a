//! Symbolic links.

use super::{
    arguments::Path,
    outcome::{Done, Outcome, done, given},
};
use crate::bytes::lossy;
use std::os::unix::ffi::OsStringExt;

/// What a link points to.
pub fn read(path: Path) -> Outcome<String> {
    given(rustix::fs::readlink(path.bytes(), Vec::new()).map(|target| lossy(target.as_bytes())))
}

pub fn real_path(path: Path) -> Outcome<String> {
    Outcome(std::fs::canonicalize(path.as_path()).map(|real| lossy(real.into_os_string().into_vec())))
}

pub fn make(to: Path, path: Path) -> Done {
    done(rustix::fs::symlink(to.bytes(), path.bytes()))
}
