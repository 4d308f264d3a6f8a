//! The module `runtime:crypto`.
use super::{ciphers, digests, keys, signatures};
use rquickjs::{
    Ctx, Exception, Function, Result, TypedArray,
    function::Opt,
    module::{Declarations, Exports, ModuleDef},
};

use std::cell::RefCell;

type Bytes<'js> = TypedArray<'js, u8>;
type Answer<'js> = Result<Option<Bytes<'js>>>;

/// Declares each name and exports the function after it.
macro_rules! exports {
    ($($name:literal => $function:expr;)*) => {
        pub struct Crypto;

        impl ModuleDef for Crypto {
            fn declare(declarations: &Declarations<'_>) -> Result<()> {
                $(declarations.declare($name)?;)*
                Ok(())
            }

            fn evaluate<'js>(ctx: &Ctx<'js>, exports: &Exports<'js>) -> Result<()> {
                $(exports.export($name, Function::new(ctx.clone(), $function)?)?;)*
                Ok(())
            }
        }
    };
}

exports! {
    "hash" => |ctx: Ctx<'js>, digest: String, data: Bytes<'js>| -> Answer<'js> {
        answer(&ctx, digests::hash(&digest, bytes(&ctx, &data)?))
    };
    "hashParts" => |ctx: Ctx<'js>, digest: String| -> Result<Option<Function<'js>>> {
        let Some(hashing) = digests::hash_parts(&digest) else { return Ok(None) };
        let hashing = RefCell::new(hashing);
        Function::new(ctx.clone(), move |ctx: Ctx<'js>, part: Opt<Bytes<'js>>| -> Answer<'js> {
            let part = part.0.as_ref().map(|part| bytes(&ctx, part)).transpose()?;
            answer(&ctx, hashing.borrow_mut()(part))
        }).map(Some)
    };
    "hashRepeatedly" => |ctx: Ctx<'js>, digest: String, data: Bytes<'js>, rounds: u32| -> Answer<'js> {
        answer(&ctx, digests::hash_repeatedly(&digest, bytes(&ctx, &data)?, rounds))
    };
    "hmac" => |ctx: Ctx<'js>, digest: String, key: Bytes<'js>, data: Bytes<'js>| -> Answer<'js> {
        answer(&ctx, digests::hmac(&digest, bytes(&ctx, &key)?, bytes(&ctx, &data)?))
    };
    "pbkdf2Rounds" => |ctx: Ctx<'js>, digest: String, password: Bytes<'js>, state: Bytes<'js>, rounds: u32| -> Answer<'js> {
        answer(&ctx, digests::pbkdf2_rounds(&digest, bytes(&ctx, &password)?, bytes(&ctx, &state)?, rounds))
    };
    "cipher" => |ctx: Ctx<'js>, name: String, encrypt: bool, key: Bytes<'js>, iv: Bytes<'js>, data: Bytes<'js>| -> Answer<'js> {
        answer(&ctx, ciphers::cipher(&name, encrypt, bytes(&ctx, &key)?, bytes(&ctx, &iv)?, bytes(&ctx, &data)?))
    };
    "toPkcs8" => |ctx: Ctx<'js>, kind: String, der: Bytes<'js>| -> Answer<'js> {
        answer(&ctx, keys::to_pkcs8(&kind, bytes(&ctx, &der)?))
    };
    "keyType" => |ctx: Ctx<'js>, pkcs8: Bytes<'js>| -> Result<Option<&'static str>> {
        Ok(keys::key_type(bytes(&ctx, &pkcs8)?))
    };
    "publicKey" => |ctx: Ctx<'js>, pkcs8: Bytes<'js>| -> Answer<'js> {
        answer(&ctx, keys::public_key(bytes(&ctx, &pkcs8)?))
    };
    "certificate" => |ctx: Ctx<'js>, der: Bytes<'js>| -> Answer<'js> {
        answer(&ctx, keys::certificate(bytes(&ctx, &der)?))
    };
    "fits" => |ctx: Ctx<'js>, certificate: Bytes<'js>, pkcs8: Bytes<'js>| -> Result<bool> {
        Ok(keys::fits(bytes(&ctx, &certificate)?, bytes(&ctx, &pkcs8)?))
    };
    "sign" => |ctx: Ctx<'js>, pss: bool, pkcs8: Bytes<'js>, data: Bytes<'js>| -> Answer<'js> {
        answer(&ctx, signatures::sign(pss, bytes(&ctx, &pkcs8)?, bytes(&ctx, &data)?))
    };
}

fn bytes<'a>(ctx: &Ctx<'_>, array: &'a Bytes<'_>) -> Result<&'a [u8]> {
    // SAFETY: there is one thread, and no JavaScript runs while a function of this module has the bytes.
    unsafe { array.as_bytes() }.ok_or_else(|| Exception::throw_type(ctx, "the bytes are detached"))
}

fn answer<'js>(ctx: &Ctx<'js>, found: Option<Vec<u8>>) -> Answer<'js> {
    found.map(|bytes| Bytes::new_copy(ctx.clone(), bytes)).transpose()
}
