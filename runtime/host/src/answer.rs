//! The one JSON line that kubelet gets whatever happens. kubelet logs all arguments of a call-out that exits with another
//! code than 0, so every way out of the process exits with 0.

/// Writes a failure with this message, and ends the process. The message needs no escapes.
pub fn fail(message: &str) -> ! {
    end_with(
        libc::STDOUT_FILENO,
        0,
        &[b"{\"status\":\"Failure\",\"message\":\"", message.as_bytes(), b"\"}\n"],
    )
}

/// Writes texts to a descriptor as far as that can be written to, and ends the process at once with an exit code. Calls nothing but
/// write(2) and _exit(2), so that signal handlers and allocators can call it.
pub fn end_with(descriptor: i32, code: i32, texts: &[&[u8]]) -> ! {
    for text in texts {
        let mut left = *text;
        while !left.is_empty() {
            // SAFETY: write(2) reads as many bytes as the slice has.
            let written = unsafe { libc::write(descriptor, left.as_ptr().cast(), left.len()) };
            match usize::try_from(written) {
                Ok(count) => left = &left[count..],
                Err(_) if std::io::Error::last_os_error().kind() == std::io::ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
    }
    // SAFETY: _exit(2) does not return.
    unsafe { libc::_exit(code) }
}
