//! Bytes and texts between JavaScript and Rust.

use rquickjs::{Ctx, Exception, FromJs, IntoJs, Result, TypedArray, Value, qjs};
use std::ptr::NonNull;

/// A `Uint8Array` that a function was given. Its buffer is looked at when the bytes are asked for, as JavaScript can
/// detach or resize the buffer while other arguments are read.
pub struct Bytes<'js>(TypedArray<'js, u8>);

/// The part of a buffer that a view shows.
struct View {
    bytes: NonNull<u8>,
    length: usize,
    is_immutable: bool,
}

impl<'js> FromJs<'js> for Bytes<'js> {
    fn from_js(ctx: &Ctx<'js>, value: Value<'js>) -> Result<Self> {
        TypedArray::from_value(value)
            .map(Self)
            .map_err(|_| Exception::throw_type(ctx, "bytes is not a Uint8Array"))
    }
}

impl<'js> Bytes<'js> {
    /// Returns what the view shows now. Throws TypeError if the buffer is detached or ends before the view begins.
    pub fn get(&self) -> Result<&[u8]> {
        let view = self.view()?;
        // SAFETY: the view lies in its buffer; the engine has one thread, and no caller runs JavaScript meanwhile.
        Ok(unsafe { std::slice::from_raw_parts(view.bytes.as_ptr(), view.length) })
    }

    /// Returns the same to write to. Throws TypeError for an immutable buffer too.
    pub fn get_mut(&mut self) -> Result<&mut [u8]> {
        let view = self.view()?;
        if view.is_immutable {
            return Err(Exception::throw_type(self.ctx(), "bytes cannot be written to"));
        }
        // SAFETY: as for `get`; two views of one buffer are never both written to, as each call takes one.
        Ok(unsafe { std::slice::from_raw_parts_mut(view.bytes.as_ptr(), view.length) })
    }

    pub fn ctx(&self) -> &Ctx<'js> {
        self.0.ctx()
    }

    /// Holds the bounds of the view against its buffer: QuickJS keeps the length that a view of a resizable buffer began with.
    fn view(&self) -> Result<View> {
        let ctx = self.ctx();
        let (mut offset, mut length, mut size) = (0, 0, 0);
        // SAFETY: the value is a typed array; the engine writes the two numbers, and owns what it answers to the caller.
        let buffer = unsafe {
            let array = self.0.as_value().as_raw();
            let raw = ctx.as_raw().as_ptr();
            Value::from_raw(
                ctx.clone(),
                qjs::JS_GetTypedArrayBuffer(raw, array, &mut offset, &mut length, std::ptr::null_mut()),
            )
        };
        if buffer.is_exception() {
            return Err(rquickjs::Error::Exception);
        }
        // SAFETY: the value is what QuickJS says is the buffer; the view keeps it alive.
        let bytes = unsafe { qjs::JS_GetArrayBuffer(ctx.as_raw().as_ptr(), &mut size, buffer.as_raw()) };
        let bytes = NonNull::new(bytes).ok_or(rquickjs::Error::Exception)?;
        if offset > size {
            return Err(Exception::throw_type(ctx, "bytes is out of bounds"));
        }
        // SAFETY: the value is an ArrayBuffer.
        let is_immutable = unsafe { qjs::JS_IsImmutableArrayBuffer(buffer.as_raw()) } == 1;
        // SAFETY: the offset lies in the buffer, or is its end.
        let bytes = unsafe { bytes.add(offset as usize) };
        Ok(View {
            bytes,
            length: length.min(size - offset) as usize,
            is_immutable,
        })
    }
}

/// Becomes a `Uint8Array` with a buffer of its own.
pub struct Octets(pub Vec<u8>);

impl<'js> IntoJs<'js> for Octets {
    fn into_js(self, ctx: &Ctx<'js>) -> Result<Value<'js>> {
        TypedArray::<u8>::new_copy(ctx.clone(), self.0)?.into_js(ctx)
    }
}

/// A text that a function was given, in UTF-8. A lone surrogate becomes U+FFFD.
pub struct Text(pub String);

/// QuickJS counts a text's bytes in an int, at most three for each UTF-16 unit.
const LONGEST_TEXT: i64 = (i32::MAX / 4) as i64;

impl<'js> FromJs<'js> for Text {
    fn from_js(ctx: &Ctx<'js>, value: Value<'js>) -> Result<Self> {
        let text = value
            .into_string()
            .ok_or_else(|| Exception::throw_type(ctx, "argument is not a string"))?;
        let mut units = 0;
        // SAFETY: the value is a string of this context, and the engine writes one number.
        let known = unsafe { qjs::JS_GetLength(ctx.as_raw().as_ptr(), text.as_raw(), &mut units) };
        if known < 0 || units > LONGEST_TEXT {
            return Err(Exception::throw_range(ctx, "argument is too long"));
        }
        let text = text.to_cstring()?;
        // SAFETY: the text has so many bytes. They need not be UTF-8, so its own `as_str` is not for us.
        let bytes = unsafe { std::slice::from_raw_parts(text.as_ptr().cast::<u8>(), text.len()) };
        Ok(Text(without_surrogates(bytes)))
    }
}

/// UTF-8 of what is UTF-8 but for surrogates, each of which has three bytes.
fn without_surrogates(bytes: &[u8]) -> String {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    let mut mended = bytes.to_vec();
    for at in 0..mended.len().saturating_sub(2) {
        if mended[at] == 0xED && mended[at + 1] >= 0xA0 {
            mended[at..at + 3].copy_from_slice("\u{FFFD}".as_bytes());
        }
    }
    String::from_utf8_lossy(&mended).into_owned()
}

/// Text of bytes that need not be UTF-8.
pub fn lossy(bytes: impl AsRef<[u8]>) -> String {
    String::from_utf8_lossy(bytes.as_ref()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rquickjs::{Context, Runtime};

    #[test]
    fn lone_surrogates_become_replacement_characters() {
        assert_eq!(without_surrogates(b"a\xED\xA0\x80b\xED\xBF\xBF"), "a\u{FFFD}b\u{FFFD}");
        assert_eq!(
            without_surrogates("naïve \u{D7FF}\u{E000}😀".as_bytes()),
            "naïve \u{D7FF}\u{E000}😀"
        );
        assert_eq!(without_surrogates(b"\xED\xA0\x80\xED\x9F\xBF"), "\u{FFFD}\u{D7FF}");
        assert_eq!(without_surrogates(b""), "");
    }

    /// What `take` makes of the value of an expression.
    fn of<T>(expression: &str, take: impl for<'js> FnOnce(Bytes<'js>) -> T) -> T {
        let runtime = Runtime::new().unwrap();
        Context::full(&runtime)
            .unwrap()
            .with(|ctx| take(ctx.eval(expression).unwrap()))
    }

    #[test]
    fn a_view_shows_its_part() {
        let view = "new Uint8Array([1, 2, 3, 4, 5]).subarray(1, 4)";
        assert_eq!(of(view, |bytes| bytes.get().unwrap().to_vec()), [2, 3, 4]);
        assert!(of(view, |mut bytes| bytes.get_mut().is_ok()));
    }

    #[test]
    fn a_view_never_leaves_its_buffer() {
        let shrunk = |to: usize| {
            format!(
                "const b = new ArrayBuffer(16, {{ maxByteLength: 32 }}); const v = new Uint8Array(b, 4); b.resize({to}); v"
            )
        };
        assert_eq!(of(&shrunk(10), |bytes| bytes.get().unwrap().len()), 6);
        assert!(of(&shrunk(2), |bytes| bytes.get().is_err()));
        assert!(of("const d = new Uint8Array(8); d.buffer.transfer(); d", |bytes| bytes
            .get()
            .is_err()));
    }
}
