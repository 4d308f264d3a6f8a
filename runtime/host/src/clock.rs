//! The monotonic clock, from the beginning of the process.

use std::{sync::OnceLock, time::Instant};

static BEGAN: OnceLock<Instant> = OnceLock::new();

pub fn start() {
    BEGAN.get_or_init(Instant::now);
}

/// Milliseconds since the process began.
pub fn now() -> f64 {
    BEGAN.get_or_init(Instant::now).elapsed().as_secs_f64() * 1e3
}
