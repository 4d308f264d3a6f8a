//! Mounts.

use super::{
    arguments::{Flags, Integer, Path},
    outcome::{Done, done, given},
};
use rustix::mount::{MountFlags, UnmountFlags};
use std::ffi::CString;

pub fn mount(source: Path, target: Path, kind: Path, flags: Integer<0, { u32::MAX as i64 }>, data: Path) -> Done {
    let Ok(data) = CString::new(data.bytes()) else {
        return given(Err(rustix::io::Errno::INVAL));
    };
    let flags = MountFlags::from_bits_retain(flags.0 as u32);
    done(rustix::mount::mount(
        source.bytes(),
        target.bytes(),
        kind.bytes(),
        flags,
        data.as_c_str(),
    ))
}

pub fn umount(target: Path, flags: Flags) -> Done {
    done(rustix::mount::unmount(
        target.bytes(),
        UnmountFlags::from_bits_retain(flags.0 as u32),
    ))
}
