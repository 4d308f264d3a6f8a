//! Waiting for descriptors and signals.

use super::{
    arguments::{Descriptor, Integer},
    outcome::{Done, Outcome, of_c},
    signals,
};
use libc::{pollfd, timespec};
use rquickjs::{Array, Ctx, Exception, Result, Value};
use std::io;

/// More than a process may have open where nobody raised its limits.
const MOST_DESCRIPTORS: f64 = (1 << 20) as f64;
/// More than 30 years, with which no arithmetic overflows.
const LONGEST_WAIT: f64 = 1e12;

pub fn poll<'js>(
    ctx: Ctx<'js>,
    descriptors: Array<'js>,
    events: Array<'js>,
    milliseconds: Value<'js>,
    revents: Array<'js>,
) -> Result<Done> {
    let time = time_of(&ctx, &milliseconds)?;
    let mut entries = entries_of(&ctx, &descriptors, &events)?;
    let ready = wait(&mut entries, time);
    for (index, entry) in entries.iter().enumerate() {
        revents.set(index, entry.revents)?;
    }
    Ok(ready)
}

/// Nothing for ever.
fn time_of(ctx: &Ctx<'_>, milliseconds: &Value<'_>) -> Result<Option<timespec>> {
    let time = milliseconds
        .as_number()
        .ok_or_else(|| Exception::throw_type(ctx, "milliseconds is not a number"))?;
    if time.is_nan() {
        return Err(Exception::throw_range(ctx, "milliseconds is not a number"));
    }
    if time < 0.0 || time == f64::INFINITY {
        return Ok(None);
    }
    let limited = time.min(LONGEST_WAIT);
    let rest = limited % 1e3;
    Ok(Some(timespec {
        tv_sec: ((limited - rest) / 1e3) as _,
        tv_nsec: (rest * 1e6) as _,
    }))
}

/// Lengths are read as numbers: rquickjs's own `len` panics for the longest arrays.
fn entries_of<'js>(ctx: &Ctx<'js>, descriptors: &Array<'js>, events: &Array<'js>) -> Result<Vec<pollfd>> {
    let (count, other): (f64, f64) = (
        descriptors.as_object().get("length")?,
        events.as_object().get("length")?,
    );
    if count != other || !(0.0..=MOST_DESCRIPTORS).contains(&count) {
        return Err(Exception::throw_range(
            ctx,
            "descriptors and events are too many, or not as many as each other",
        ));
    }
    (0..count as usize)
        .map(|index| {
            let Descriptor(fd) = descriptors.get(index)?;
            let Integer::<0, { i16::MAX as i64 }>(wanted) = events.get(index)?;
            Ok(pollfd {
                fd,
                events: wanted as i16,
                revents: 0,
            })
        })
        .collect()
}

fn wait(entries: &mut [pollfd], time: Option<timespec>) -> Done {
    if signals::came() {
        return Outcome(Err(io::Error::from_raw_os_error(libc::EINTR)));
    }
    let time = time.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
    // SAFETY: the kernel writes to so many entries; time and mask are null or initialised.
    of_c(signals::with_mask(|mask| unsafe {
        libc::ppoll(entries.as_mut_ptr(), entries.len() as _, time, mask)
    }))
}
