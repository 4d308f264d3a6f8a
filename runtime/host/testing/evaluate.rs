//! `evaluate <file> [argument...]`: evaluates an ES module of a file, which can import files and native modules, and
//! `testing:faults`. Writes what was thrown to standard error and exits with 1; with 13 if a top-level await never ends.
//! A program of tests alone.
#![no_main]

mod faults;
mod starving;

use host::{answer, begin, bytes::lossy, clock, crash, engine, parts, system};
use libc::{c_char, c_int};
use rquickjs::{
    CatchResultExt, CaughtError, Ctx, Module, Result, Value,
    loader::{ImportAttributes, Loader, Resolver},
    module::Declared,
    promise::PromiseState,
};
use std::path::Path;

// A sanitizer sees what the system's allocator gives out (runtime/native-testing/sanitized.ts).
#[cfg(not(sanitized))]
#[global_allocator]
static MEMORY: crash::Memory = crash::Memory;

#[unsafe(no_mangle)]
extern "C" fn main(argc: c_int, argv: *const *mut c_char) -> c_int {
    begin::leave_no_core();
    crash::answer_crashes();
    // SAFETY: these are the arguments that the kernel gave, and nobody has read them yet.
    let mut arguments = unsafe { begin::take_arguments(argc, argv) };
    begin::open_standard_descriptors();
    begin::name_process(c"kv");
    clock::start();
    if arguments.len() < 2 {
        eprintln!("usage: evaluate <file> [argument...]");
        return 2;
    }
    let file = lossy(arguments.remove(1));
    system::process::set_arguments(arguments);
    let Some((_runtime, context)) = engine::start_with(starving::Starving::new(), Files) else {
        answer::fail("no memory");
    };
    let code = context.with(|ctx| run(&ctx, &file));
    // SAFETY: _exit(2) does not return.
    unsafe { libc::_exit(code) }
}

fn run(ctx: &Ctx<'_>, file: &str) -> c_int {
    let evaluation = match compile(ctx, file).and_then(Module::eval).catch(ctx) {
        Ok((_, evaluation)) => evaluation,
        Err(error) => return tell(error),
    };
    while ctx.execute_pending_job() {}
    match evaluation.state() {
        PromiseState::Pending => {
            eprintln!("the module's top-level await never ends");
            13
        }
        _ => evaluation
            .result::<Value>()
            .map_or(0, |result| result.catch(ctx).map_or_else(tell, |_| 0)),
    }
}

fn tell(error: CaughtError<'_>) -> c_int {
    eprintln!("{error}");
    1
}

fn compile<'js>(ctx: &Ctx<'js>, file: &str) -> Result<Module<'js, Declared>> {
    let source = std::fs::read(file)?;
    let module = Module::declare(ctx.clone(), file, source)?;
    module
        .meta()?
        .set("url", format!("file://{}", Path::new(file).canonicalize()?.display()))?;
    Ok(module)
}

#[derive(Clone)]
struct Files;

impl Resolver for Files {
    fn resolve<'js>(
        &mut self,
        _: &Ctx<'js>,
        base: &str,
        name: &str,
        _: Option<ImportAttributes<'js>>,
    ) -> Result<String> {
        if !name.starts_with('.') {
            return Ok(name.into());
        }
        let path = Path::new(base).parent().unwrap_or(Path::new("")).join(name);
        Ok(path.canonicalize()?.to_string_lossy().into_owned())
    }
}

impl Loader for Files {
    fn load<'js>(
        &mut self,
        ctx: &Ctx<'js>,
        name: &str,
        _: Option<ImportAttributes<'js>>,
    ) -> Result<Module<'js, Declared>> {
        match name {
            "testing:faults" => Module::declare_def::<faults::Faults, _>(ctx.clone(), name),
            _ => parts::native(ctx, name).unwrap_or_else(|| compile(ctx, name)),
        }
    }
}
