//! What calls are given. A value of another type throws TypeError, a number beyond its range RangeError.

use crate::bytes::{Bytes, Text};
use rquickjs::{Ctx, Exception, FromJs, Result, Value};
use std::{
    ffi::OsStr,
    os::{
        fd::{AsFd, BorrowedFd},
        unix::ffi::OsStrExt,
    },
};

/// The largest integer that a number of JavaScript's holds together with all below it.
pub const MAX_SAFE_INTEGER: i64 = (1 << 53) - 1;

/// An integer from `LEAST` to `MOST`.
pub struct Integer<const LEAST: i64, const MOST: i64>(pub i64);

impl<'js, const LEAST: i64, const MOST: i64> FromJs<'js> for Integer<LEAST, MOST> {
    fn from_js(ctx: &Ctx<'js>, value: Value<'js>) -> Result<Self> {
        let number = value
            .as_number()
            .ok_or_else(|| Exception::throw_type(ctx, "argument is not a number"))?;
        if number >= LEAST as f64 && number <= MOST as f64 && number.fract() == 0.0 {
            return Ok(Self(number as i64));
        }
        Err(Exception::throw_range(ctx, "argument is not an integer of its range"))
    }
}

/// Flags that are positive as an int of C.
pub type Flags = Integer<0, { i32::MAX as i64 }>;

/// A descriptor that need not be open.
pub struct Descriptor(pub i32);

impl<'js> FromJs<'js> for Descriptor {
    fn from_js(ctx: &Ctx<'js>, value: Value<'js>) -> Result<Self> {
        Integer::<0, { i32::MAX as i64 }>::from_js(ctx, value).map(|number| Self(number.0 as i32))
    }
}

impl AsFd for Descriptor {
    fn as_fd(&self) -> BorrowedFd<'_> {
        // SAFETY: the number is not -1. The kernel refuses one that is closed (EBADF), and the TypeScript sources own
        // what they open: no descriptor of Rust's own comes to them.
        unsafe { BorrowedFd::borrow_raw(self.0) }
    }
}

/// Permissions with the bits for set-user-ID, set-group-ID and sticky.
pub struct Mode(pub u32);

impl<'js> FromJs<'js> for Mode {
    fn from_js(ctx: &Ctx<'js>, value: Value<'js>) -> Result<Self> {
        Integer::<0, 0o7777>::from_js(ctx, value).map(|number| Self(number.0 as u32))
    }
}

impl From<Mode> for rustix::fs::Mode {
    fn from(mode: Mode) -> Self {
        Self::from_raw_mode(mode.0)
    }
}

/// A user or a group; nothing for -1, which leaves it as it is.
pub struct Owner(Option<u32>);

impl<'js> FromJs<'js> for Owner {
    fn from_js(ctx: &Ctx<'js>, value: Value<'js>) -> Result<Self> {
        Integer::<-1, { u32::MAX as i64 - 1 }>::from_js(ctx, value).map(|number| Self(number.0.try_into().ok()))
    }
}

impl Owner {
    pub fn user(&self) -> Option<rustix::fs::Uid> {
        self.0.map(rustix::fs::Uid::from_raw)
    }
    pub fn group(&self) -> Option<rustix::fs::Gid> {
        self.0.map(rustix::fs::Gid::from_raw)
    }
}

/// A path of text, or of bytes where a name need not be UTF-8. One with NUL in it is refused by the call (EINVAL).
pub struct Path(Vec<u8>);

impl<'js> FromJs<'js> for Path {
    fn from_js(ctx: &Ctx<'js>, value: Value<'js>) -> Result<Self> {
        if value.is_string() {
            return Text::from_js(ctx, value).map(|text| Self(text.0.into_bytes()));
        }
        Bytes::from_js(ctx, value)?.get().map(|bytes| Self(bytes.to_vec()))
    }
}

impl Path {
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
    pub fn as_path(&self) -> &std::path::Path {
        OsStr::from_bytes(&self.0).as_ref()
    }
}
