//! Block ciphers in CBC mode with the padding of PKCS#7 (RFC 5652 section 6.3).
use cbc::cipher::{
    BlockCipherDecrypt, BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt, InnerIvInit, KeyInit,
    block_padding::Pkcs7,
};

/// Encrypts or decrypts `data`, by Node's name of the cipher. `rc2-cbc` takes a key of any length and uses all its bits
/// (RFC 2268).
/// @returns `None` for another name, a key or IV of the wrong size, or wrong padding
pub fn cipher(name: &str, encrypt: bool, key: &[u8], iv: &[u8], data: &[u8]) -> Option<Vec<u8>> {
    match name {
        "aes-128-cbc" => run::<aes::Aes128>(encrypt, key, iv, data),
        "aes-192-cbc" => run::<aes::Aes192>(encrypt, key, iv, data),
        "aes-256-cbc" => run::<aes::Aes256>(encrypt, key, iv, data),
        "des-cbc" => run::<des::Des>(encrypt, key, iv, data),
        "des-ede3-cbc" => run::<des::TdesEde3>(encrypt, key, iv, data),
        "rc2-cbc" => run::<rc2::Rc2>(encrypt, key, iv, data),
        _ => None,
    }
}

fn run<C>(encrypt: bool, key: &[u8], iv: &[u8], data: &[u8]) -> Option<Vec<u8>>
where
    C: KeyInit + BlockCipherEncrypt + BlockCipherDecrypt,
{
    let cipher = C::new_from_slice(key).ok()?;
    if encrypt {
        Some(
            cbc::Encryptor::inner_iv_slice_init(cipher, iv)
                .ok()?
                .encrypt_padded_vec::<Pkcs7>(data),
        )
    } else {
        cbc::Decryptor::inner_iv_slice_init(cipher, iv)
            .ok()?
            .decrypt_padded_vec::<Pkcs7>(data)
            .ok()
    }
}
