//! Signals: blocked but while `poll` waits, and noted by their handler.

use super::{
    arguments::Integer,
    outcome::{Done, Outcome, of_c},
};
use libc::{c_int, sigset_t};
use std::{
    cell::RefCell,
    io,
    mem::MaybeUninit,
    ptr::null_mut,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
};

/// The last signal of either architecture (signal(7)).
const LAST: i64 = 64;
/// Crashes are answered, SIGPIPE is ignored, and nobody can catch the last two.
const UNWATCHABLE: [c_int; 8] = [
    libc::SIGSEGV,
    libc::SIGBUS,
    libc::SIGILL,
    libc::SIGFPE,
    libc::SIGABRT,
    libc::SIGPIPE,
    libc::SIGKILL,
    libc::SIGSTOP,
];

static CAME: [AtomicBool; LAST as usize + 1] = [const { AtomicBool::new(false) }; LAST as usize + 1];

struct Masks {
    watched: sigset_t,
    /// What `poll` waits with: what was blocked before, without what is watched.
    waiting: sigset_t,
}

thread_local! { static MASKS: RefCell<Option<Masks>> = const { RefCell::new(None) }; }

extern "C" fn note(number: c_int) {
    CAME[number as usize].store(true, Relaxed);
}

/// Has a signal noted. One that comes between the handler and the mask is noted as one that comes while `poll` waits.
pub fn watch(number: Integer<1, LAST>) -> Done {
    let number = number.0 as c_int;
    if UNWATCHABLE.contains(&number) {
        return Outcome(Err(io::Error::from_raw_os_error(libc::EINVAL)));
    }
    // SAFETY: all sets and the action are initialised; the handler only stores to a static.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = note as *const () as usize;
        action.sa_flags = libc::SA_RESTART;
        libc::sigfillset(&mut action.sa_mask);
        if libc::sigaction(number, &action, null_mut()) < 0 {
            return of_c(-1);
        }
        let mut one = empty();
        libc::sigaddset(&mut one, number);
        let mut before = empty();
        libc::sigprocmask(libc::SIG_BLOCK, &one, &mut before);
        MASKS.with_borrow_mut(|masks| {
            let masks = masks.get_or_insert_with(|| Masks {
                watched: empty(),
                waiting: before,
            });
            libc::sigaddset(&mut masks.watched, number);
            libc::sigdelset(&mut masks.waiting, number);
        });
    }
    Outcome(Ok(0))
}

fn empty() -> sigset_t {
    let mut set = MaybeUninit::uninit();
    // SAFETY: sigemptyset(3) initialises the set.
    unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        set.assume_init()
    }
}

/// Takes a signal that was noted, or one that came while it was blocked; 0 for none.
pub fn take() -> i32 {
    (1..=LAST as i32)
        .find(|&number| CAME[number as usize].swap(false, Relaxed))
        .unwrap_or_else(take_pending)
}

fn take_pending() -> i32 {
    let at_once = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: set and time are initialised, and nothing is asked about the signal.
    let number = MASKS.with_borrow(|masks| match masks {
        Some(masks) => unsafe { libc::sigtimedwait(&masks.watched, null_mut(), &at_once) },
        None => 0,
    });
    number.max(0)
}

/// Whether a signal was noted and not taken.
pub fn came() -> bool {
    CAME.iter().any(|came| came.load(Relaxed))
}

/// Calls with the mask to wait with; null leaves the mask as it is.
pub fn with_mask<T>(call: impl FnOnce(*const sigset_t) -> T) -> T {
    MASKS.with_borrow(|masks| call(masks.as_ref().map_or(std::ptr::null(), |masks| &masks.waiting)))
}
