//! Vectors of the standards.
use super::{ciphers::cipher, digests, keys};

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

fn pbkdf2(digest: &str, password: &[u8], salt: &[u8], rounds: u32, steps: u32) -> Vec<u8> {
    let first = digests::hmac(digest, password, &[salt, &[0, 0, 0, 1]].concat()).unwrap();
    let mut state = [first.clone(), first.clone()].concat();
    let mut left = rounds - 1;
    while left > 0 {
        let taken = left.min(steps);
        state = digests::pbkdf2_rounds(digest, password, &state, taken).unwrap();
        left -= taken;
    }
    state[first.len()..].to_vec()
}

#[test]
fn digests_of_rfc_1321_and_fips_180() {
    assert_eq!(
        digests::hash("md5", b"abc").unwrap(),
        hex("900150983cd24fb0d6963f7d28e17f72")
    );
    assert_eq!(
        digests::hash("sha1", b"abc").unwrap(),
        hex("a9993e364706816aba3e25717850c26c9cd0d89d")
    );
    let sha224 = hex("23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7");
    assert_eq!(digests::hash("sha224", b"abc").unwrap(), sha224);
    assert_eq!(digests::hash("sha3-256", b"abc"), None);
}

#[test]
fn repeated_digest_is_the_digest_of_the_digest() {
    let twice = digests::hash("sha512", &digests::hash("sha512", b"abc").unwrap());
    assert_eq!(digests::hash_repeatedly("sha512", b"abc", 2), twice);
    assert_eq!(digests::hash_repeatedly("sha512", b"abc", 0).unwrap(), b"abc");
}

#[test]
fn hmac_of_rfc_4231() {
    let expected = hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    assert_eq!(
        digests::hmac("sha256", b"Jefe", b"what do ya want for nothing?").unwrap(),
        expected
    );
    let long_key = [0xaa; 131];
    let data = b"Test Using Larger Than Block-Size Key - Hash Key First";
    let expected = hex("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    assert_eq!(digests::hmac("sha256", &long_key, data).unwrap(), expected);
}

#[test]
fn pbkdf2_of_rfc_6070_and_rfc_7914() {
    for steps in [1, 7, 10_000] {
        let expected = hex("4b007901b765489abead49d926f721d065a429c1");
        assert_eq!(pbkdf2("sha1", b"password", b"salt", 4096, steps), expected);
    }
    let expected = hex("55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc");
    assert_eq!(pbkdf2("sha256", b"passwd", b"salt", 1, 1), expected);
    let expected = hex("4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56");
    assert_eq!(pbkdf2("sha256", b"Password", b"NaCl", 80_000, 10_000), expected);
    assert_eq!(digests::pbkdf2_rounds("sha1", b"", &[0; 39], 1), None);
}

/// Section 5, those whose effective bits are the key's own. One block: CBC with an IV of zeros is ECB there.
#[test]
fn rc2_of_rfc_2268() {
    for (key, plain, encrypted) in [
        ("ffffffffffffffff", "ffffffffffffffff", "278b27e42e2f0d49"),
        ("3000000000000000", "1000000000000001", "30649edf9be7d2c2"),
        (
            "88bca90e90875a7f0f79c384627bafb2",
            "0000000000000000",
            "2269552ab0f85ca6",
        ),
    ] {
        let found = cipher("rc2-cbc", true, &hex(key), &[0; 8], &hex(plain)).unwrap();
        assert_eq!(found[..8], hex(encrypted));
        assert_eq!(
            cipher("rc2-cbc", false, &hex(key), &[0; 8], &found).unwrap(),
            hex(plain)
        );
    }
}

/// NIST SP 800-38A, F.2.1 and F.2.5: the first block.
#[test]
fn aes_of_sp_800_38a() {
    let (iv, plain) = (
        hex("000102030405060708090a0b0c0d0e0f"),
        hex("6bc1bee22e409f96e93d7e117393172a"),
    );
    let key = hex("2b7e151628aed2a6abf7158809cf4f3c");
    let found = cipher("aes-128-cbc", true, &key, &iv, &plain).unwrap();
    assert_eq!(found[..16], hex("7649abac8119b246cee98e9b12e9197d"));
    let key = hex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");
    let found = cipher("aes-256-cbc", true, &key, &iv, &plain).unwrap();
    assert_eq!(found[..16], hex("f58c4c04d6e5f1ba779eabfb5f7bfbd6"));
}

#[test]
fn des_of_fips_81() {
    let key = hex("0123456789abcdef");
    let found = cipher(
        "des-cbc",
        true,
        &key,
        &hex("1234567890abcdef"),
        b"Now is the time for all ",
    )
    .unwrap();
    assert_eq!(found[..24], hex("e5c7cdde872bf27c43e934008c389c0f683788499a7c05f6"));
    // Three equal keys are one.
    let triple = cipher(
        "des-ede3-cbc",
        true,
        &key.repeat(3),
        &hex("1234567890abcdef"),
        b"Now is the time for all ",
    );
    assert_eq!(triple, Some(found));
}

#[test]
fn wrong_keys_ivs_and_paddings_are_refused() {
    assert_eq!(cipher("aes-128-cbc", true, &[0; 15], &[0; 16], b""), None);
    assert_eq!(cipher("aes-128-cbc", true, &[0; 16], &[0; 15], b""), None);
    assert_eq!(cipher("aes-128-cbc", false, &[0; 16], &[0; 16], &[0; 16]), None);
    assert_eq!(cipher("aes-128-cbc", false, &[0; 16], &[0; 16], &[0; 17]), None);
    assert_eq!(cipher("aes-128-cbc", false, &[0; 16], &[0; 16], b""), None);
    assert_eq!(cipher("rc2-cbc", false, b"", &[0; 8], &[0; 8]), None);
}

/// RFC 8410 section 10.3 (Ed25519) and RFC 8032 section 7.4 (Ed448, "blank").
#[test]
fn public_keys_of_edwards_curves() {
    let key = hex("302e020100300506032b657004220420d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842");
    let public = hex("302a300506032b65700321 0019bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1");
    assert_eq!(keys::public_key(&key), Some(public));
    assert_eq!(keys::key_type(&key), Some("ed25519"));
    let seed = "6c82a562cb808d10d632be89c8513ebf6c929f34ddfa8c9f63c9960ef6e348a3528c8a3fcc2f044e39a3fc5b94492f8f032e7549a20098f95b";
    let public = "5fd7449b59b461fd2ce787ec616ad46a1da1342485a70e1f8a0ea75d80e96778edf124769b46c7061bd6783df1e50f6cd1fa1abeafe8256180";
    let key = hex(&format!("3047020100300506032b6571043b0439{seed}"));
    assert_eq!(
        keys::public_key(&key),
        Some(hex(&format!("3043300506032b6571033a00{public}")))
    );
}

/// RFC 6979 appendix A.2.5 (P-256) and SEC 2's generator, of the secret 1.
#[test]
fn public_keys_of_weierstrass_curves() {
    let of = |curve: &str, secret: &str| {
        let inner = hex(&format!("020101 04{:02x}{secret}", secret.len() / 2));
        let inner = [&[0x30, inner.len() as u8][..], &inner].concat();
        let id = hex(&format!("06072a8648ce3d0201{curve}"));
        let id = [&[0x30, id.len() as u8][..], &id].concat();
        let body = [&hex("020100")[..], &id, &[0x04, inner.len() as u8], &inner].concat();
        keys::public_key(&[&[0x30, body.len() as u8][..], &body].concat())
    };
    let found = of(
        "06082a8648ce3d030107",
        "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721",
    )
    .unwrap();
    let x = hex("60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6");
    assert_eq!(found[found.len() - 64..][..32], x);
    // Leading zeros that writers leave out.
    let found = of("06052b8104000a", "01").unwrap();
    let x = hex("79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798");
    assert_eq!(found[found.len() - 64..][..32], x);
    for curve in ["06052b81040022", "06052b81040023"] {
        assert_eq!(of(curve, "0001"), of(curve, "01"));
        assert!(of(curve, "01").is_some());
        assert_eq!(of(curve, "00"), None);
    }
    // brainpoolP256r1, which no crate here knows.
    assert_eq!(of("06092b2403030208010107", "01"), None);
}

#[test]
fn damaged_keys_and_certificates_are_none() {
    let key = hex("302e020100300506032b657004220420d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842");
    for length in 0..key.len() {
        assert_eq!(keys::public_key(&key[..length]), None);
        assert_eq!(keys::certificate(&key[..length]), None);
        assert!(!keys::fits(&key[..length], &key));
    }
    for index in 0..key.len() {
        for value in [0, 1, 0x30, 0x7f, 0x80, 0x84, 0xff] {
            let mut changed = key.clone();
            changed[index] = value;
            // Whatever is found, nothing panics.
            let _ = (
                keys::public_key(&changed),
                keys::key_type(&changed),
                keys::certificate(&changed),
            );
            let _ = (keys::to_pkcs8("pkcs1", &changed), keys::to_pkcs8("sec1", &changed));
        }
    }
}
