//! This process: its arguments, environment, name, and end.

use super::{
    arguments::{Integer, Path},
    outcome::{Done, Outcome, done, given},
};
use crate::bytes::{Bytes, lossy};
use rquickjs::{Array, Ctx, Object, Result};
use std::{ffi::CString, os::unix::ffi::OsStringExt, sync::OnceLock};

/// The kernel counts no more processors than 8192 (CONFIG_NR_CPUS), and refuses a mask that is smaller than its own.
const MOST_PROCESSORS: usize = 8192;

static ARGUMENTS: OnceLock<Vec<Vec<u8>>> = OnceLock::new();

/// Keeps the program's arguments, which /proc/<pid>/cmdline no longer shows. The first is the program's name.
pub fn set_arguments(arguments: Vec<Vec<u8>>) {
    ARGUMENTS.get_or_init(|| arguments);
}

/// The name that the program was started by, as text: the first argument.
pub fn program_name() -> String {
    ARGUMENTS
        .get()
        .and_then(|list| list.first())
        .map(lossy)
        .unwrap_or_default()
}

/// The arguments as text, without the program's name.
pub fn arguments<'js>(ctx: &Ctx<'js>) -> Result<Array<'js>> {
    let list = Array::new(ctx.clone())?;
    for (index, argument) in ARGUMENTS.get().into_iter().flatten().skip(1).enumerate() {
        list.set(index, lossy(argument))?;
    }
    Ok(list)
}

/// The environment, without a prototype: a variable may have any name, `__proto__` too. The first of two of one name
/// counts, as for getenv(3).
pub fn environment<'js>(ctx: &Ctx<'js>) -> Result<Object<'js>> {
    let variables = Object::new(ctx.clone())?;
    variables.set_prototype(None)?;
    for (name, value) in std::env::vars_os() {
        let name = lossy(name.into_vec());
        if !variables.contains_key(name.as_str())? {
            variables.set(name, lossy(value.into_vec()))?;
        }
    }
    Ok(variables)
}

pub fn executable() -> Outcome<String> {
    given(rustix::fs::readlink(c"/proc/self/exe", Vec::new()).map(|path| lossy(path.as_bytes())))
}

pub fn effective_user() -> u32 {
    rustix::process::geteuid().as_raw()
}

pub fn umask(mask: Integer<0, 0o777>) -> u32 {
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(mask.0 as u32)).as_raw_mode()
}

/// How many processors this process may run on; 1 if the kernel does not tell.
pub fn processors() -> u32 {
    let mut allowed = [0_u64; MOST_PROCESSORS / u64::BITS as usize];
    // SAFETY: the kernel writes at most as many bytes as the mask has.
    let known = unsafe { libc::sched_getaffinity(0, size_of_val(&allowed), allowed.as_mut_ptr().cast()) };
    if known < 0 {
        1
    } else {
        allowed.iter().map(|word| word.count_ones()).sum()
    }
}

/// The kernel cuts what is longer than 15 bytes.
pub fn set_name(name: Path) -> Done {
    match CString::new(name.bytes()) {
        Ok(name) => done(rustix::thread::set_name(&name)),
        Err(_) => given(Err(rustix::io::Errno::INVAL)),
    }
}

pub fn exit(code: Integer<0, 255>) {
    // SAFETY: _exit(2) does not return.
    unsafe { libc::_exit(code.0 as i32) }
}

/// The kernel gives large amounts in parts.
pub fn random(mut bytes: Bytes<'_>) -> Result<Done> {
    let mut left = bytes.get_mut()?;
    while !left.is_empty() {
        match rustix::rand::getrandom(&mut *left, rustix::rand::GetRandomFlags::empty()) {
            Ok(count) => left = &mut left[count..],
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Ok(given(Err(error))),
        }
    }
    Ok(Outcome(Ok(0)))
}
