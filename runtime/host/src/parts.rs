//! The parts of the program: bytecode behind this executable, in its own file, and native modules. Nothing else ever runs.

use crate::{crypto::Crypto, net::Http, resident::Resident, system::System, url::UrlModule};
use rquickjs::{
    Ctx, Error, Module, Result,
    loader::{ImportAttributes, Loader, Resolver},
    module::Declared,
};
use std::{
    fs::File,
    os::{
        fd::AsRawFd,
        unix::fs::{FileExt, MetadataExt},
    },
    sync::OnceLock,
};

/// The part that begins.
pub const FIRST: &str = "main.mjs";

/// What the file ends with (image/executable/join.ts): where the parts begin, how many bytes they have, and this.
const MARK: &[u8] = b"kv-parts";
const END_BYTES: usize = 24;
/// What the pack says of a part (runtime/compiler/src/main.rs): four words.
const ENTRY_BYTES: usize = 16;

static PACK: OnceLock<&'static [u8]> = OnceLock::new();

/// Maps the parts. Returns nothing if the executable has none.
pub fn open() -> Option<()> {
    let file = File::open("/proc/self/exe").ok()?;
    let mut end = [0; END_BYTES];
    file.read_exact_at(&mut end, file.metadata().ok()?.size().checked_sub(END_BYTES as u64)?)
        .ok()?;
    let (offset, length) = (
        u64::from_le_bytes(end[..8].try_into().ok()?),
        u64::from_le_bytes(end[8..16].try_into().ok()?),
    );
    if &end[16..] != MARK {
        return None;
    }
    PACK.set(map(&file, offset, length.try_into().ok()?)?).ok()
}

fn map(file: &File, offset: u64, length: usize) -> Option<&'static [u8]> {
    let (protection, flags, offset) = (libc::PROT_READ, libc::MAP_PRIVATE, offset.try_into().ok()?);
    // SAFETY: the kernel chooses the place. The mapping is never removed, and the kernel keeps the file of a running
    // executable from being written to (ETXTBSY).
    unsafe {
        let at = libc::mmap(
            std::ptr::null_mut(),
            length,
            protection,
            flags,
            file.as_raw_fd(),
            offset,
        );
        (at != libc::MAP_FAILED).then(|| std::slice::from_raw_parts(at.cast(), length))
    }
}

fn find(pack: &'static [u8], name: &str) -> Option<&'static [u8]> {
    let word = |at: usize| Some(u32::from_le_bytes(pack.get(at..at + 4)?.try_into().ok()?) as usize);
    let text = |at: usize| pack.get(word(at)?..)?.get(..word(at + 4)?);
    (0..word(0)?)
        .map(|index| 4 + index * ENTRY_BYTES)
        .find(|&at| text(at) == Some(name.as_bytes()))
        .and_then(|at| text(at + 8))
}

/// Loads parts by their names, and native modules.
#[derive(Clone)]
pub struct Parts;

impl Resolver for Parts {
    fn resolve<'js>(&mut self, _: &Ctx<'js>, _: &str, name: &str, _: Option<ImportAttributes<'js>>) -> Result<String> {
        Ok(name.strip_prefix("./").unwrap_or(name).into())
    }
}

impl Loader for Parts {
    fn load<'js>(
        &mut self,
        ctx: &Ctx<'js>,
        name: &str,
        _: Option<ImportAttributes<'js>>,
    ) -> Result<Module<'js, Declared>> {
        if let Some(module) = native(ctx, name) {
            return module;
        }
        let code = PACK
            .get()
            .and_then(|pack| find(pack, name))
            .ok_or_else(|| Error::new_loading(name))?;
        // SAFETY: the same build made this executable and the bytecode behind it.
        unsafe { Module::load(ctx.clone(), code) }
    }
}

/// A native module, if there is one of this name.
pub fn native<'js>(ctx: &Ctx<'js>, name: &str) -> Option<Result<Module<'js, Declared>>> {
    Some(match name {
        "runtime:system" => Module::declare_def::<System, _>(ctx.clone(), name),
        "runtime:resident" => Module::declare_def::<Resident, _>(ctx.clone(), name),
        "runtime:http" => Module::declare_def::<Http, _>(ctx.clone(), name),
        "runtime:crypto" => Module::declare_def::<Crypto, _>(ctx.clone(), name),
        "runtime:url" => Module::declare_def::<UrlModule, _>(ctx.clone(), name),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_found_by_their_names_and_nothing_else_is() {
        let words = |numbers: &[u32]| {
            numbers
                .iter()
                .flat_map(|number| number.to_le_bytes())
                .collect::<Vec<_>>()
        };
        let pack = [words(&[2, 36, 1, 38, 3, 37, 1, 41, 2]), b"abxyzuv".to_vec()]
            .concat()
            .leak();
        assert_eq!(find(pack, "a"), Some(&b"xyz"[..]));
        assert_eq!(find(pack, "b"), Some(&b"uv"[..]));
        assert_eq!(find(pack, "ab"), None);
        for length in 0..pack.len() {
            assert_eq!(find(&pack[..length], "b"), None);
        }
    }

    #[test]
    fn a_program_without_parts_has_none() {
        assert!(open().is_none());
    }
}
