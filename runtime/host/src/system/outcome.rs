//! What calls answer.

use rquickjs::{Ctx, IntoJs, Result, Value};
use std::io;

/// A value, or `-errno`.
pub struct Outcome<T>(pub io::Result<T>);

/// 0, or `-errno`.
pub type Done = Outcome<i32>;

/// Answers 0 for a call that gives nothing.
pub fn done<E: Into<io::Error>>(result: std::result::Result<(), E>) -> Done {
    given(result.map(|()| 0))
}

pub fn given<T, E: Into<io::Error>>(result: std::result::Result<T, E>) -> Outcome<T> {
    Outcome(result.map_err(Into::into))
}

/// What a call of C answers: -1 and errno, or its result.
pub fn of_c(result: i32) -> Done {
    Outcome(if result < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(result)
    })
}

impl<'js, T: IntoJs<'js>> IntoJs<'js> for Outcome<T> {
    fn into_js(self, ctx: &Ctx<'js>) -> Result<Value<'js>> {
        match self.0 {
            Ok(value) => value.into_js(ctx),
            Err(error) => (-errno_of(&error)).into_js(ctx),
        }
    }
}

/// Rust itself refuses a path with NUL in it, without a number.
fn errno_of(error: &io::Error) -> i32 {
    error.raw_os_error().unwrap_or(match error.kind() {
        io::ErrorKind::OutOfMemory => libc::ENOMEM,
        _ => libc::EINVAL,
    })
}
