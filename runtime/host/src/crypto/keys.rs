//! Private keys and certificates, as far as the public half of either is concerned. Reads DER only.
use der::{
    AnyRef, Decode, Encode, Reader, SliceReader, Tag, TagNumber, Tagged,
    asn1::{BitStringRef, ObjectIdentifier},
};
use elliptic_curve::{
    AffinePoint, CurveArithmetic, FieldBytesSize, SecretKey,
    sec1::{FromSec1Point, ModulusSize, ToSec1Point},
};
use ring::signature::{Ed25519KeyPair, KeyPair};

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const RSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
const ED448: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.113");

const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const P521: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.35");
const SECP256K1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.10");

const VERSION_0: &[u8] = &[0x02, 0x01, 0x00];
const NULL: &[u8] = &[0x05, 0x00];

/// PrivateKeyInfo (RFC 5208): its algorithm, and the bytes of the key.
struct PrivateKey<'a> {
    algorithm: AnyRef<'a>,
    id: ObjectIdentifier,
    parameters: Option<AnyRef<'a>>,
    key: &'a [u8],
}

impl<'a> PrivateKey<'a> {
    fn read(pkcs8: &'a [u8]) -> Option<Self> {
        let whole = sequence(first(pkcs8)?)?;
        let &[_version, algorithm, key, ..] = whole.as_slice() else {
            return None;
        };
        let fields = sequence(algorithm)?;
        let key = (key.tag() == Tag::OctetString).then_some(key.value())?;
        Some(PrivateKey {
            algorithm,
            id: fields.first()?.decode_as().ok()?,
            parameters: fields.get(1).copied(),
            key,
        })
    }
}

/// The type of a PKCS#8 key, by Node's name.
pub fn key_type(pkcs8: &[u8]) -> Option<&'static str> {
    match PrivateKey::read(pkcs8)?.id {
        RSA => Some("rsa"),
        RSA_PSS => Some("rsa-pss"),
        EC => Some("ec"),
        ED25519 => Some("ed25519"),
        ED448 => Some("ed448"),
        _ => None,
    }
}

/// SubjectPublicKeyInfo (RFC 5280) of a PKCS#8 key. Computed from the secret part, whatever public part the key carries.
/// @returns `None` for what is not a key, and for an unknown algorithm or curve
pub fn public_key(pkcs8: &[u8]) -> Option<Vec<u8>> {
    let key = PrivateKey::read(pkcs8)?;
    let bits = BitStringRef::from_bytes(&public_bits(&key)?).ok()?.to_der().ok()?;
    wrap(Tag::Sequence, &[&encoded(&key.algorithm)?, &bits])
}

fn public_bits(key: &PrivateKey) -> Option<Vec<u8>> {
    match key.id {
        RSA | RSA_PSS => rsa_public_key(key.key),
        EC => {
            let secret = sequence(first(key.key)?)?.get(1)?.value();
            match key.parameters?.decode_as::<ObjectIdentifier>().ok()? {
                P256 => point::<p256::NistP256>(secret),
                P384 => point::<p384::NistP384>(secret),
                P521 => point::<p521::NistP521>(secret),
                SECP256K1 => point::<k256::Secp256k1>(secret),
                _ => None,
            }
        }
        ED25519 => {
            let seed = first(key.key)?.value();
            Some(
                Ed25519KeyPair::from_seed_unchecked(seed)
                    .ok()?
                    .public_key()
                    .as_ref()
                    .to_vec(),
            )
        }
        ED448 => {
            let seed: &[u8; 57] = first(key.key)?.value().try_into().ok()?;
            Some(crrl::ed448::PrivateKey::from_seed(seed).public_key.encode().to_vec())
        }
        _ => None,
    }
}

/// RSAPublicKey of an RSAPrivateKey (RFC 8017 appendix A.1).
fn rsa_public_key(key: &[u8]) -> Option<Vec<u8>> {
    let fields = sequence(first(key)?)?;
    let &[_version, modulus, exponent, private, ..] = fields.as_slice() else {
        return None;
    };
    let is_key = [modulus, exponent, private]
        .iter()
        .all(|field| field.tag() == Tag::Integer);
    is_key.then_some(())?;
    wrap(Tag::Sequence, &[&encoded(&modulus)?, &encoded(&exponent)?])
}

/// The uncompressed point of a secret, which may lack leading zeros or have too many.
fn point<C>(secret: &[u8]) -> Option<Vec<u8>>
where
    C: CurveArithmetic,
    AffinePoint<C>: FromSec1Point<C> + ToSec1Point<C>,
    FieldBytesSize<C>: ModulusSize,
{
    let mut padded = elliptic_curve::FieldBytes::<C>::default();
    let zeros = secret.iter().take_while(|&&byte| byte == 0).count();
    let secret = &secret[zeros..];
    let start = padded.len().checked_sub(secret.len())?;
    padded[start..].copy_from_slice(secret);
    let key = SecretKey::<C>::from_bytes(&padded).ok()?;
    Some(key.public_key().to_sec1_point(false).as_bytes().to_vec())
}

/// A key of a traditional PEM block in PKCS#8: `pkcs1` (RFC 8017) or `sec1` (RFC 5915) that names its curve.
pub fn to_pkcs8(kind: &str, bytes: &[u8]) -> Option<Vec<u8>> {
    let whole = first(bytes)?;
    let (id, parameters, key) = match kind {
        "pkcs1" => (RSA, NULL.to_vec(), encoded(&whole)?),
        "sec1" => {
            let of_curve = |field: &AnyRef| field.tag() == context_tag(0);
            let fields = sequence(whole)?;
            let curve = fields.iter().find(|field| of_curve(field))?.value().to_vec();
            let kept: Option<Vec<_>> = fields.iter().filter(|field| !of_curve(field)).map(encoded).collect();
            (EC, curve, wrap(Tag::Sequence, &[&kept?.concat()])?)
        }
        _ => return None,
    };
    let algorithm = wrap(Tag::Sequence, &[&id.to_der().ok()?, &parameters])?;
    wrap(
        Tag::Sequence,
        &[VERSION_0, &algorithm, &wrap(Tag::OctetString, &[&key])?],
    )
}

/// A certificate (RFC 5280), without the bytes that follow it.
pub fn certificate(bytes: &[u8]) -> Option<Vec<u8>> {
    certified_bits(bytes)?;
    encoded(&first(bytes)?)
}

/// Whether a certificate has the public half of a PKCS#8 key.
pub fn fits(certificate: &[u8], pkcs8: &[u8]) -> bool {
    let public = PrivateKey::read(pkcs8).and_then(|key| public_bits(&key));
    public.is_some() && public.as_deref() == certified_bits(certificate)
}

/// The content of the BIT STRING in a certificate's SubjectPublicKeyInfo.
fn certified_bits(certificate: &[u8]) -> Option<&[u8]> {
    let fields = sequence(first(certificate)?)?;
    let &[signed, _algorithm, _signature] = fields.as_slice() else {
        return None;
    };
    let fields = sequence(signed)?;
    // The version is left out of certificates of version 1.
    let start = usize::from(fields.first()?.tag() == context_tag(0));
    let &[_serial, _signature, _issuer, _validity, _subject, public_key, ..] = fields.get(start..)? else {
        return None;
    };
    let bits = *sequence(public_key)?.get(1)?;
    (bits.tag() == Tag::BitString).then_some(())?;
    bits.value().strip_prefix(&[0])
}

fn context_tag(number: u32) -> Tag {
    Tag::ContextSpecific {
        constructed: true,
        number: TagNumber(number),
    }
}

/// The element at the start of `bytes`.
fn first(bytes: &[u8]) -> Option<AnyRef<'_>> {
    AnyRef::decode(&mut SliceReader::new(bytes).ok()?).ok()
}

/// The parts of a SEQUENCE.
fn sequence(element: AnyRef<'_>) -> Option<Vec<AnyRef<'_>>> {
    (element.tag() == Tag::Sequence).then_some(())?;
    let mut reader = SliceReader::new(element.value()).ok()?;
    let mut parts = Vec::new();
    while !reader.is_finished() {
        parts.push(AnyRef::decode(&mut reader).ok()?);
    }
    Some(parts)
}

fn encoded(element: &AnyRef<'_>) -> Option<Vec<u8>> {
    element.to_der().ok()
}

fn wrap(tag: Tag, parts: &[&[u8]]) -> Option<Vec<u8>> {
    AnyRef::new(tag, &parts.concat()).ok()?.to_der().ok()
}
