//! `kv`: what kubelet starts. It runs the parts of the program that lie behind this executable, in the same file.
#![no_main]

use host::{answer, begin, clock, crash, engine, parts, system};
use libc::{c_char, c_int};

#[global_allocator]
static MEMORY: crash::Memory = crash::Memory;

/// Call-outs know each other by this name (driver/volume/commands-on.ts).
const NAME: &std::ffi::CStr = c"kv";
const INCOMPLETE: &str =
    "Internal: the driver could not be started; install it again: restart the installer's pod on this node";

/// The first instruction of our own. Rust's usual start is left out: what it does about signals and descriptors is done here.
#[unsafe(no_mangle)]
extern "C" fn main(argc: c_int, argv: *const *mut c_char) -> c_int {
    begin::leave_no_core();
    crash::answer_crashes();
    // SAFETY: these are the arguments that the kernel gave, and nobody has read them yet.
    system::process::set_arguments(unsafe { begin::take_arguments(argc, argv) });
    begin::open_standard_descriptors();
    begin::name_process(NAME);
    clock::start();
    if parts::open().is_none() {
        answer::fail(INCOMPLETE);
    }
    let Some((_runtime, context)) = engine::start(parts::Parts) else {
        answer::fail("Internal: there is not enough memory on this node to start the driver");
    };
    context.with(|ctx| {
        // The part runs the loop, which ends the process with the call-out's answer.
        if !engine::run_module(&ctx, parts::FIRST) {
            answer::fail(INCOMPLETE);
        }
    });
    answer::fail("Internal: the driver ended without an answer; kubelet will repeat the call-out")
}
