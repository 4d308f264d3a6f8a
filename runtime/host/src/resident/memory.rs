//! Memory of a program that stays.

use crate::system::arguments::Flags;
use rquickjs::{Ctx, qjs};

/// Has the engine look for cycles whenever its memory has grown to so many bytes, and after that by half.
pub fn set_gc_threshold(ctx: Ctx<'_>, bytes: Flags) {
    // SAFETY: the context is alive, and so is its runtime.
    unsafe { qjs::JS_SetGCThreshold(qjs::JS_GetRuntime(ctx.as_raw().as_ptr()), bytes.0 as _) };
}
