//! RSA signatures with SHA-256.
use ring::{
    rand::SystemRandom,
    rsa::KeyPair,
    signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding},
};

/// Signs `data` by RSASSA-PSS with a salt as long as the digest, or by RSASSA-PKCS1-v1_5 (RFC 8017).
/// @returns `None` for a key that is not RSA of 2048 to 4096 bits with an exponent of at least 65537
pub fn sign(pss: bool, pkcs8: &[u8], data: &[u8]) -> Option<Vec<u8>> {
    let key = KeyPair::from_pkcs8(pkcs8).ok()?;
    let mut signature = vec![0; key.public().modulus_len()];
    let padding: &dyn RsaEncoding = if pss { &RSA_PSS_SHA256 } else { &RSA_PKCS1_SHA256 };
    key.sign(padding, &SystemRandom::new(), data, &mut signature).ok()?;
    Some(signature)
}
