//! What the process does before anything else: secrets leave /proc, no core file, descriptors 0 to 2 are open.

use libc::{c_char, c_int};
use std::ffi::CStr;

/// The program's name and the call-out: kubelet puts no secret there.
const HARMLESS_ARGUMENTS: usize = 2;

/// Keeps the process's memory out of core files, and /proc/<pid>/mem from the same user (PR_SET_DUMPABLE).
pub fn leave_no_core() {
    // SAFETY: prctl(2) with this option reads numbers only.
    unsafe { libc::prctl(libc::PR_SET_DUMPABLE, 0, 0, 0, 0) };
}

/// Copies the arguments, and overwrites with zeros in /proc/<pid>/cmdline those that can hold a secret.
///
/// The program's name, the call-out and a path after it stay: other call-outs look for them (driver/volume/commands-on.ts).
///
/// # Safety
/// `argv` has `argc` texts that end with NUL, as the kernel hands them to `main`, and nobody else reads or writes them.
pub unsafe fn take_arguments(argc: c_int, argv: *const *mut c_char) -> Vec<Vec<u8>> {
    let count = usize::try_from(argc).unwrap_or(0);
    let mut arguments = Vec::with_capacity(count);
    for index in 0..count {
        // SAFETY: the caller promises that there are so many texts.
        let text = unsafe { *argv.add(index) };
        // SAFETY: the caller promises that the text ends with NUL.
        let copy = unsafe { CStr::from_ptr(text) }.to_bytes().to_vec();
        let is_path = index == HARMLESS_ARGUMENTS && copy.first() == Some(&b'/');
        if index >= HARMLESS_ARGUMENTS && !is_path {
            // SAFETY: the text has that many bytes before its NUL.
            unsafe { text.write_bytes(0, copy.len()) };
        }
        arguments.push(copy);
    }
    arguments
}

/// Opens those of descriptors 0 to 2 that are closed, so that no file of the driver's becomes its standard output.
///
/// A directory serves if /dev/null is missing: nothing can be written to it.
pub fn open_standard_descriptors() {
    let mut entries = [0, 1, 2].map(|fd| libc::pollfd {
        fd,
        events: 0,
        revents: 0,
    });
    // SAFETY: poll(2) writes to the three entries; without a time it does not wait.
    unsafe { libc::poll(entries.as_mut_ptr(), 3, 0) };
    for _ in entries.iter().filter(|entry| entry.revents & libc::POLLNVAL != 0) {
        // open(2) takes the lowest free number. SAFETY: the paths end with NUL.
        unsafe {
            if libc::open(c"/dev/null".as_ptr(), libc::O_RDWR) < 0 {
                libc::open(c"/".as_ptr(), libc::O_RDONLY | libc::O_DIRECTORY);
            }
        }
    }
}

/// Names the thread in /proc/<pid>/comm, and ignores SIGPIPE: a write to a closed socket answers EPIPE.
pub fn name_process(name: &CStr) {
    // SAFETY: prctl(2) reads a text that ends with NUL; ignoring a signal touches no memory.
    unsafe {
        libc::prctl(libc::PR_SET_NAME, name.as_ptr());
        libc::signal(libc::SIGPIPE, libc::SIG_IGN);
    }
}
