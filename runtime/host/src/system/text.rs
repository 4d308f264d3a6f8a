//! UTF-8 and texts.

use crate::bytes::{Bytes, Octets, Text, lossy};
use rquickjs::Result;

pub fn encode(text: Text) -> Octets {
    Octets(text.0.into_bytes())
}

/// With `fatal` nothing for bytes that are not UTF-8; else each maximal part that is not becomes U+FFFD.
pub fn decode(bytes: Bytes<'_>, fatal: bool) -> Result<Option<String>> {
    let bytes = bytes.get()?;
    Ok(if fatal {
        std::str::from_utf8(bytes).ok().map(str::to_owned)
    } else {
        Some(lossy(bytes))
    })
}
