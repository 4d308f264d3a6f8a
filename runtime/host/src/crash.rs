//! Crashes, panics and missing memory: each becomes one JSON line.

use crate::{answer, system::arguments::Integer};
use dlmalloc::GlobalDlmalloc;
use libc::c_int;
use std::{
    alloc::{GlobalAlloc, Layout},
    sync::atomic::{AtomicI32, Ordering::Relaxed},
};

/// The frame of a signal with all registers of the architecture (getauxval(AT_MINSIGSTKSZ)), and more.
const STACK_BYTES: usize = 64 * 1024;

#[repr(align(16))]
struct Stack(std::cell::UnsafeCell<[u8; STACK_BYTES]>);
// SAFETY: only the kernel writes to it, for the handler of the one thread that registered it.
unsafe impl Sync for Stack {}

/// Handlers have a stack of their own, as the process's may be used up.
static STACK: Stack = Stack(std::cell::UnsafeCell::new([0; STACK_BYTES]));

/// Has faults of the processor, abort(3) and panics answered.
pub fn answer_crashes() {
    let stack = libc::stack_t {
        ss_sp: STACK.0.get().cast(),
        ss_flags: 0,
        ss_size: STACK_BYTES,
    };
    // SAFETY: the stack is static; the action is initialised, and its handler calls only what signal-safety(7) allows.
    unsafe {
        libc::sigaltstack(&stack, std::ptr::null_mut());
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = answer_and_end as *const () as usize;
        action.sa_flags = libc::SA_ONSTACK;
        libc::sigfillset(&mut action.sa_mask);
        for number in [libc::SIGSEGV, libc::SIGBUS, libc::SIGILL, libc::SIGFPE, libc::SIGABRT] {
            libc::sigaction(number, &action, std::ptr::null_mut());
        }
    }
    std::panic::set_hook(Box::new(|_| ended("panic")));
}

extern "C" fn answer_and_end(number: c_int) {
    ended(match number {
        libc::SIGSEGV => "signal 11",
        libc::SIGBUS => "signal 7",
        libc::SIGILL => "signal 4",
        libc::SIGFPE => "signal 8",
        _ => "signal 6",
    })
}

/// Exit code of a crash that no call-out has to answer; 0 for a call-out.
static EXIT_CODE: AtomicI32 = AtomicI32::new(0);

/// Has what is told of crashes written to standard error, as text, and the process end with an exit code: this process
/// answers no call-out.
pub fn tell_on_standard_error(code: Integer<1, 255>) {
    EXIT_CODE.store(code.0 as i32, Relaxed);
}

fn ended(why: &str) -> ! {
    match EXIT_CODE.load(Relaxed) {
        0 => answer::end_with(
            libc::STDOUT_FILENO,
            0,
            &[
                b"{\"status\":\"Failure\",\"message\":\"the driver ended unexpectedly (",
                why.as_bytes(),
                b"); kubelet will repeat the call-out\"}\n",
            ],
        ),
        code => {
            let texts: [&[u8]; 3] = [b"the program ended unexpectedly (", why.as_bytes(), b")\n"];
            answer::end_with(libc::STDERR_FILENO, code, &texts)
        }
    }
}

/// The program's memory, by dlmalloc: musl's own allocator asks the kernel for it page by page. Rust prints to standard
/// error before it aborts for want of memory; this answers kubelet instead.
pub struct Memory;

fn given(memory: *mut u8) -> *mut u8 {
    if memory.is_null() {
        if EXIT_CODE.load(Relaxed) != 0 {
            ended("no memory");
        }
        answer::fail("Internal: there is not enough memory on this node for the driver");
    }
    memory
}

// SAFETY: each call is the system allocator's, whose answers are passed on.
unsafe impl GlobalAlloc for Memory {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the promises of this trait.
        given(unsafe { GlobalDlmalloc.alloc(layout) })
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the promises of this trait.
        given(unsafe { GlobalDlmalloc.alloc_zeroed(layout) })
    }
    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller keeps the promises of this trait.
        given(unsafe { GlobalDlmalloc.realloc(memory, layout, size) })
    }
    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the promises of this trait.
        unsafe { GlobalDlmalloc.dealloc(memory, layout) }
    }
}
