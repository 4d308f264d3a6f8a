//! `testing:faults`: ways to end that no source takes on purpose, and memory that ends.

use crate::starving;
use rquickjs::{
    Ctx, Exception, Function, Result, Value,
    function::{Args, Rest},
    module::{Declarations, Exports, ModuleDef},
};
use std::hint::black_box;

pub struct Faults;

impl ModuleDef for Faults {
    fn declare(declarations: &Declarations<'_>) -> Result<()> {
        for name in [
            "raise",
            "touchNothing",
            "recurse",
            "panic",
            "exhaust",
            "starve",
            "touchFreed",
        ] {
            declarations.declare(name)?;
        }
        Ok(())
    }

    fn evaluate<'js>(ctx: &Ctx<'js>, exports: &Exports<'js>) -> Result<()> {
        // SAFETY: kill(2) and getpid(2) touch no memory.
        exports.export(
            "raise",
            Function::new(ctx.clone(), |number: i32| unsafe { libc::kill(libc::getpid(), number) })?,
        )?;
        exports.export("touchNothing", Function::new(ctx.clone(), touch_nothing)?)?;
        exports.export("recurse", Function::new(ctx.clone(), || descend(0))?)?;
        exports.export(
            "panic",
            Function::new(ctx.clone(), || -> () { panic!("with a secret in its message") })?,
        )?;
        exports.export("exhaust", Function::new(ctx.clone(), exhaust)?)?;
        exports.export("touchFreed", Function::new(ctx.clone(), touch_freed)?)?;
        exports.export("starve", Function::new(ctx.clone(), starve)?)?;
        Ok(())
    }
}

fn touch_nothing() {
    // SAFETY: none: nothing is ever mapped at the first page (vm.mmap_min_addr), and that fault is what is tested.
    unsafe { black_box(8 as *mut i32).write_volatile(1) };
}

/// For the sanitizer alone, which has to find it.
fn touch_freed() -> u8 {
    if !cfg!(sanitized) {
        return 0;
    }
    let bytes = black_box(vec![1u8; 64]);
    let at = bytes.as_ptr();
    drop(bytes);
    // SAFETY: none: that the memory was freed is what is tested.
    unsafe { black_box(at).read_volatile() }
}

fn descend(depth: u32) -> u32 {
    let frame = black_box([depth; 1024]);
    if black_box(depth) == u32::MAX {
        0
    } else {
        descend(depth + 1) + frame[0]
    }
}

/// Asks Rust's allocator for more than any address space has.
fn exhaust() {
    black_box(Vec::<u8>::with_capacity(isize::MAX as usize));
}

/// Calls with memory for so many pieces. Answers 2 if it ended, with 1 added if the call threw.
fn starve<'js>(ctx: Ctx<'js>, pieces: usize, call: Function<'js>, given: Rest<Value<'js>>) -> Result<u32> {
    let mut args = Args::new(ctx.clone(), given.0.len());
    args.push_args(given.0)?;
    starving::starve_after(pieces);
    let answer = call.call_arg::<Value>(args);
    let ended = if starving::feed() { 2 } else { 0 };
    match answer {
        Ok(_) => Ok(ended),
        Err(error) if error.is_exception() => {
            ctx.catch();
            Ok(ended | 1)
        }
        Err(error) => Err(Exception::throw_message(&ctx, &error.to_string())),
    }
}
