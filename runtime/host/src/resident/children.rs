//! Programs that this one starts. Each must be waited for, or it stays as a zombie.

use crate::{
    bytes::Text,
    system::{
        arguments::{Integer, Path},
        outcome::{Done, Outcome, of_c},
    },
};
use std::{
    ffi::OsStr,
    io,
    os::{
        fd::{IntoRawFd, OwnedFd},
        unix::{ffi::OsStrExt, process::CommandExt},
    },
    process::{Command, Stdio},
};

/// Of a process; 0 and negative numbers would name groups of processes.
type ProcessId = Integer<1, { i32::MAX as i64 }>;

/// Starts a program with exactly these arguments and variables (`NAME=value`), and nothing to read. It gets none of this
/// process's descriptors, and no signal is blocked or ignored for it.
/// @returns its id, and where its standard output and standard error are read, which do not wait
pub fn spawn(
    program: Path,
    name: Text,
    arguments: Vec<Text>,
    environment: Vec<Text>,
    directory: Path,
) -> Outcome<Vec<i32>> {
    Outcome(started(&program, &name, &arguments, &environment, &directory))
}

fn started(
    program: &Path,
    name: &Text,
    arguments: &[Text],
    environment: &[Text],
    directory: &Path,
) -> io::Result<Vec<i32>> {
    let mut command = Command::new(program.as_path());
    command
        .arg0(&name.0)
        .args(arguments.iter().map(|argument| &argument.0))
        .env_clear()
        .envs(environment.iter().filter_map(|variable| variable.0.split_once('=')))
        .current_dir(OsStr::from_bytes(directory.bytes()))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    // SAFETY: the child calls sigprocmask(2) only, with a set that is initialised.
    unsafe { command.pre_exec(block_nothing) };
    let mut child = command.spawn()?;
    let mut ends = vec![child.id() as i32];
    for end in [
        child.stdout.take().map(OwnedFd::from),
        child.stderr.take().map(OwnedFd::from),
    ] {
        let end = end.ok_or(io::ErrorKind::BrokenPipe)?;
        rustix::io::ioctl_fionbio(&end, true)?;
        ends.push(end.into_raw_fd());
    }
    Ok(ends)
}

/// This process has signals blocked that it watches for, and a program starts with the mask of who started it.
fn block_nothing() -> io::Result<()> {
    // SAFETY: sigemptyset(3) initialises the set that sigprocmask(2) reads.
    unsafe {
        let mut none = std::mem::zeroed();
        libc::sigemptyset(&mut none);
        match libc::sigprocmask(libc::SIG_SETMASK, &none, std::ptr::null_mut()) {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    }
}

/// What an exit code is told apart from a signal by: it is smaller.
const SIGNALLED: i32 = 256;

/// What has become of a program: its exit code, or 256 and the signal that ended it; nothing while it runs.
pub fn wait(id: ProcessId) -> Outcome<Option<i32>> {
    let mut status = 0;
    // SAFETY: waitpid(2) writes one number.
    Outcome(
        match unsafe { libc::waitpid(id.0 as i32, &mut status, libc::WNOHANG) } {
            0 => Ok(None),
            1.. if libc::WIFSIGNALED(status) => Ok(Some(SIGNALLED + libc::WTERMSIG(status))),
            1.. => Ok(Some(libc::WEXITSTATUS(status))),
            _ => Err(io::Error::last_os_error()),
        },
    )
}

/// Sends a signal to a process; 0 only asks whether that may be.
pub fn kill(id: ProcessId, signal: Integer<0, 64>) -> Done {
    // SAFETY: kill(2) touches no memory.
    of_c(unsafe { libc::kill(id.0 as i32, signal.0 as i32) })
}
