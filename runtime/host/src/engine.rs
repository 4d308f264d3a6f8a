//! QuickJS as this program runs it.

use crate::jobs;
use rquickjs::{
    Context, Ctx, Module, Runtime, Value,
    allocator::{Allocator, RustAllocator},
    loader::{Loader, Resolver},
};

/// A call-out ends before looking for cycles pays off; one that waits for long does not grow without bound.
const GC_THRESHOLD_BYTES: usize = 32 << 20;
const STACK_BYTES: usize = 1 << 20;

/// Starts the engine on this program's memory; it has an arena of its own for small pieces. Returns nothing if there is no
/// memory.
pub fn start(modules: impl Loader + Resolver + Clone + 'static) -> Option<(Runtime, Context)> {
    set_up(Runtime::new_with_alloc(RustAllocator).ok()?, modules)
}

/// Starts the engine on another heap.
pub fn start_with(
    heap: impl Allocator + 'static,
    modules: impl Loader + Resolver + Clone + 'static,
) -> Option<(Runtime, Context)> {
    set_up(Runtime::new_with_alloc(heap).ok()?, modules)
}

fn set_up(runtime: Runtime, modules: impl Loader + Resolver + Clone + 'static) -> Option<(Runtime, Context)> {
    runtime.set_gc_threshold(GC_THRESHOLD_BYTES);
    runtime.set_max_stack_size(STACK_BYTES);
    runtime.set_loader(modules.clone(), modules);
    runtime.set_host_promise_rejection_tracker(Some(Box::new(jobs::note_rejection)));
    let context = Context::full(&runtime).ok()?;
    Some((runtime, context))
}

/// Imports a module. Returns whether it could be loaded and was evaluated to its end.
pub fn run_module(ctx: &Ctx<'_>, name: &str) -> bool {
    Module::import(ctx, name).is_ok_and(|promise| promise.finish::<Value>().is_ok())
}
