//! `runtime:resident` (runtime/resident.d.ts): system calls of a program that stays: it listens, starts other programs, and
//! watches directories. A call-out loads nothing of it. Nothing waits.

mod children;
mod files;
mod interfaces;
mod listening;
mod memory;

use crate::{crash, native::native_module};

native_module! {
    /// See runtime/resident.d.ts.
    Resident;

    "listen" = listening::listen;
    "listenTcp" = listening::listen_tcp;
    "accept" = listening::accept;
    "localPort" = listening::local_port;

    "spawn" = children::spawn;
    "wait" = children::wait;
    "kill" = children::kill;

    "access" = files::access;
    "sync" = files::sync;
    "watcher" = files::watcher;
    "watch" = files::watch;

    "addresses" = interfaces::addresses;

    "setGcThreshold" = memory::set_gc_threshold;
    "onCrash" = crash::tell_on_standard_error;
}
