//! Cryptography for `runtime:crypto` (runtime/crypto.d.ts): primitives only. The structure of containers and PEM text is
//! read in TypeScript.
mod ciphers;
mod digests;
mod keys;
mod module;
mod signatures;
#[cfg(test)]
mod tests;

pub use module::Crypto;
