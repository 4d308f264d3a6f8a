//! HTTP/1.1 and TLS on a thread of its own (hyper, rustls).
//!
//! JavaScript starts requests by `module`, and learns of their answers from a queue and a descriptor (`events`). The
//! engine's thread never waits for the network, and nothing of the network's thread ever touches the engine.

mod body;
mod client;
mod dial;
mod events;
mod exchange;
mod faults;
mod module;
mod names;
mod trust;
mod tunnel;

pub use module::Http;
