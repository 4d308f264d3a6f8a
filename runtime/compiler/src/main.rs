//! `bytecode-compiler <directory> <pack>`: the ES modules (`*.mjs`) of a directory to one file of bytecode, which is put
//! behind the runtime's executable. A program of the build alone.
//!
//! The pack: a count; for each part where its name begins, how long it is, where its bytecode begins, and how long that is;
//! then names and bytecode. Numbers are of 32 bits, little-endian, and count from the beginning of the pack.

use rquickjs::{
    CatchResultExt, Context, Ctx, Module, Result, Runtime, WriteOptions,
    loader::{ImportAttributes, Loader, Resolver},
    module::Declared,
};
use std::{env, fs, process::ExitCode};

const WORD: usize = 4;
const ENTRY: usize = 4 * WORD;
/// The parser recurses.
const STACK_BYTES: usize = 8 << 20;

/// Stands for whatever a part imports: it is compiled, not run.
struct Imported;

impl Resolver for Imported {
    fn resolve<'js>(&mut self, _: &Ctx<'js>, _: &str, name: &str, _: Option<ImportAttributes<'js>>) -> Result<String> {
        Ok(name.strip_prefix("./").unwrap_or(name).into())
    }
}

impl Loader for Imported {
    fn load<'js>(
        &mut self,
        ctx: &Ctx<'js>,
        name: &str,
        _: Option<ImportAttributes<'js>>,
    ) -> Result<Module<'js, Declared>> {
        Module::declare(ctx.clone(), name, "")
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [directory, pack] = arguments.as_slice() else {
        eprintln!("usage: bytecode-compiler <directory> <pack>");
        return ExitCode::FAILURE;
    };
    match compile_all(directory).and_then(|parts| fs::write(pack, pack_of(&parts)).map_err(|error| error.to_string())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn compile_all(directory: &str) -> std::result::Result<Vec<(String, Vec<u8>)>, String> {
    let entries = fs::read_dir(directory).map_err(|error| format!("{directory}: {error}"))?;
    let mut names: Vec<String> = entries
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.retain(|name| name.ends_with(".mjs"));
    names.sort();
    names
        .into_iter()
        .map(|name| compile(directory, &name).map(|code| (name, code)))
        .collect()
}

/// Each part by a runtime of its own, so that its bytecode does not depend on the others.
fn compile(directory: &str, name: &str) -> std::result::Result<Vec<u8>, String> {
    let source = fs::read(format!("{directory}/{name}")).map_err(|error| format!("{name}: {error}"))?;
    let runtime = Runtime::new().map_err(|error| error.to_string())?;
    runtime.set_max_stack_size(STACK_BYTES);
    runtime.set_loader(Imported, Imported);
    let context = Context::full(&runtime).map_err(|error| error.to_string())?;
    context.with(|ctx| {
        let module = Module::declare(ctx.clone(), name, source)
            .catch(&ctx)
            .map_err(|error| format!("{name}: {error}"))?;
        let options = WriteOptions {
            strip_source: true,
            ..Default::default()
        };
        module.write(options).map_err(|error| format!("{name}: {error}"))
    })
}

fn pack_of(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut name_at = WORD + parts.len() * ENTRY;
    let mut code_at = name_at + parts.iter().map(|(name, _)| name.len()).sum::<usize>();
    let mut pack = (parts.len() as u32).to_le_bytes().to_vec();
    for (name, code) in parts {
        for number in [name_at, name.len(), code_at, code.len()] {
            pack.extend((number as u32).to_le_bytes());
        }
        name_at += name.len();
        code_at += code.len();
    }
    for (name, _) in parts {
        pack.extend(name.as_bytes());
    }
    for (_, code) in parts {
        pack.extend(code);
    }
    pack
}
