//! A host for JavaScript modules around QuickJS: system calls, HTTP over TLS, cryptography, the event loop, and the start.
//! It knows neither kubelet nor what the modules do.

pub mod answer;
pub mod begin;
pub mod bytes;
pub mod clock;
pub mod crash;
pub mod engine;
pub mod jobs;
pub mod parts;
pub mod system;

mod crypto;
mod native;
mod net;
mod resident;
mod url;
