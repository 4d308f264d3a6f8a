//! Digests, message authentication and the loops of key derivation.
use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha1::{Digest, Sha1};
use sha2::{Sha224, Sha256, Sha384, Sha512};

/// Runs `$body` with the type `$hash` that `$name` names, as Node names it; `None` for another name.
macro_rules! with_digest {
    ($name:expr, $hash:ident => $body:expr) => {
        match $name {
            "md5" => with_digest!(@ Md5, $hash, $body),
            "sha1" => with_digest!(@ Sha1, $hash, $body),
            "sha224" => with_digest!(@ Sha224, $hash, $body),
            "sha256" => with_digest!(@ Sha256, $hash, $body),
            "sha384" => with_digest!(@ Sha384, $hash, $body),
            "sha512" => with_digest!(@ Sha512, $hash, $body),
            _ => None,
        }
    };
    (@ $type:ident, $hash:ident, $body:expr) => {{
        type $hash = $type;
        $body
    }};
}

/// The digest of `data`.
pub fn hash(name: &str, data: &[u8]) -> Option<Vec<u8>> {
    with_digest!(name, H => Some(H::digest(data).to_vec()))
}

/// Takes data part by part, and gives the digest for nothing.
pub type Hashing = Box<dyn FnMut(Option<&[u8]>) -> Option<Vec<u8>>>;

/// A digest of data that comes in parts.
pub fn hash_parts(name: &str) -> Option<Hashing> {
    with_digest!(name, H => {
        let mut state = H::new();
        Some(Box::new(move |part| match part {
            Some(part) => {
                state.update(part);
                None
            }
            None => Some(state.finalize_reset().to_vec()),
        }))
    })
}

/// The digest of the digest of … `data`, `rounds` times (RFC 7292 appendix B.2, step 6.A); `data` itself for none.
pub fn hash_repeatedly(name: &str, data: &[u8], rounds: u32) -> Option<Vec<u8>> {
    with_digest!(name, H => {
        if rounds == 0 {
            return Some(data.to_vec());
        }
        let mut last = H::digest(data);
        for _ in 1..rounds {
            last = H::digest(last);
        }
        Some(last.to_vec())
    })
}

/// HMAC (RFC 2104).
pub fn hmac(name: &str, key: &[u8], data: &[u8]) -> Option<Vec<u8>> {
    with_digest!(name, H => {
        let mut mac = <Hmac<H> as KeyInit>::new_from_slice(key).ok()?;
        mac.update(data);
        Some(mac.finalize().into_bytes().to_vec())
    })
}

/// Goes on with one block of PBKDF2 (RFC 8018 section 5.2): `rounds` times U = HMAC(password, U), T = T xor U. A caller
/// that takes few rounds at once can look at its clock in between.
/// @param state U, then T; both as long as the digest, else `None`
pub fn pbkdf2_rounds(name: &str, password: &[u8], state: &[u8], rounds: u32) -> Option<Vec<u8>> {
    with_digest!(name, H => {
        let size = <H as Digest>::output_size();
        if state.len() != 2 * size {
            return None;
        }
        let mut state = state.to_vec();
        let (last, sum) = state.split_at_mut(size);
        let keyed = <Hmac<H> as KeyInit>::new_from_slice(password).ok()?;
        for _ in 0..rounds {
            let mut mac = keyed.clone();
            mac.update(last);
            last.copy_from_slice(&mac.finalize().into_bytes());
            for (sum, last) in sum.iter_mut().zip(last.iter()) {
                *sum ^= last;
            }
        }
        Some(state)
    })
}
