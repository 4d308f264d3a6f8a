//! What the kernel knows of files and file systems.

use super::{
    arguments::{Descriptor, Path},
    outcome::{Outcome, given},
};
use rustix::{
    fs::{Stat, StatFs},
    io::Result,
};

type Numbers = Outcome<Vec<f64>>;

pub fn stat(path: Path) -> Numbers {
    numbers(rustix::fs::stat(path.bytes()))
}

pub fn lstat(path: Path) -> Numbers {
    numbers(rustix::fs::lstat(path.bytes()))
}

pub fn fstat(fd: Descriptor) -> Numbers {
    numbers(rustix::fs::fstat(fd))
}

fn numbers(stat: Result<Stat>) -> Numbers {
    given(stat.map(|stat| {
        vec![
            stat.st_mode as f64,
            stat.st_uid as f64,
            stat.st_gid as f64,
            stat.st_size as f64,
            stat.st_dev as f64,
            stat.st_ino as f64,
            stat.st_nlink as f64,
            milliseconds(stat.st_mtime as f64, stat.st_mtime_nsec as f64),
            milliseconds(stat.st_ctime as f64, stat.st_ctime_nsec as f64),
        ]
    }))
}

fn milliseconds(seconds: f64, nanoseconds: f64) -> f64 {
    seconds * 1e3 + nanoseconds / 1e6
}

pub fn statfs(path: Path) -> Numbers {
    given(rustix::fs::statfs(path.bytes()).map(|found: StatFs| {
        vec![
            found.f_type as f64,
            found.f_bsize as f64,
            found.f_blocks as f64,
            found.f_bfree as f64,
            found.f_bavail as f64,
            found.f_files as f64,
            found.f_ffree as f64,
        ]
    }))
}
