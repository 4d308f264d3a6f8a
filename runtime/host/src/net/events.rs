//! What the network's thread has to tell the engine's: a queue, and a pipe that is readable while the queue may hold something.

use super::faults::Fault;
use http::HeaderMap;
use hyper::body::Bytes;
use std::{
    collections::VecDeque,
    io::{PipeReader, PipeWriter, Read, Result, Write, pipe},
    net::IpAddr,
    os::fd::{AsRawFd, RawFd},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
};

/// The next piece of news about a request. `Addresses`, `End` and `Fault` are the last of their request.
pub enum Event {
    Head(u16, HeaderMap),
    Chunk(Bytes),
    Addresses(Arc<[IpAddr]>),
    End,
    Fault(Fault),
}

/// Events in the order in which they came, each with the number of its request.
pub struct Events {
    queue: Mutex<VecDeque<(u32, Event)>>,
    is_signalled: AtomicBool,
    reader: PipeReader,
    writer: PipeWriter,
}

impl Events {
    pub fn new() -> Result<Self> {
        let (reader, writer) = pipe()?;
        Ok(Events {
            queue: Mutex::default(),
            is_signalled: AtomicBool::new(false),
            reader,
            writer,
        })
    }

    /// The descriptor that is readable after `signal`, until `settle`.
    pub fn descriptor(&self) -> RawFd {
        self.reader.as_raw_fd()
    }

    /// Adds an event without waking the engine: several in a row cost one wake-up.
    pub fn push(&self, id: u32, event: Event) {
        lock(&self.queue).push_back((id, event));
    }

    /// Wakes the engine. The pipe holds one byte at most, so this never waits.
    pub fn signal(&self) {
        if !self.is_signalled.swap(true, SeqCst) {
            // A failure is impossible: both ends of the pipe live as long as this.
            let _ = (&self.writer).write(&[0]);
        }
    }

    /// Takes the signal back. Called before the queue is emptied, as what is added later signals again.
    pub fn settle(&self) {
        if self.is_signalled.load(SeqCst) {
            let _ = (&self.reader).read(&mut [0]);
            self.is_signalled.store(false, SeqCst);
        }
    }

    pub fn take(&self) -> Option<(u32, Event)> {
        lock(&self.queue).pop_front()
    }

    /// Drops what a cancelled request left.
    pub fn forget(&self, id: u32) {
        lock(&self.queue).retain(|(of, _)| *of != id);
    }
}

/// Locks without regard to a panic elsewhere: a panic ends the process anyway.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_come_in_order_and_without_those_of_a_cancelled_request() {
        let events = Events::new().unwrap();
        events.push(1, Event::Chunk(Bytes::from_static(b"a")));
        events.push(2, Event::End);
        events.push(1, Event::End);
        events.signal();
        events.signal();
        events.settle();
        events.forget(2);
        assert!(matches!(events.take(), Some((1, Event::Chunk(bytes))) if bytes == "a"));
        assert!(matches!(events.take(), Some((1, Event::End))));
        assert!(events.take().is_none());
    }
}
