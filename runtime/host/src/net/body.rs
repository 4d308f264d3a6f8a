//! Bodies as they were before something in between compressed them, although no request asks for that.

use super::faults::Fault;
use flate2::write::{GzDecoder, ZlibDecoder};
use http::{HeaderMap, header};
use hyper::body::Bytes;
use std::io::{self, Write};

/// Decompresses the pieces of a body, if its Content-Encoding is gzip or deflate (RFC 9110 section 8.4.1).
pub enum Decoder {
    Gzip(Box<GzDecoder<Vec<u8>>>),
    Deflate(Box<ZlibDecoder<Vec<u8>>>),
}

impl Decoder {
    /// Undefined where the body is to be taken as it comes. Else the headers no longer say that it is compressed.
    pub fn of(headers: &mut HeaderMap) -> Option<Self> {
        let encoding = headers
            .get(header::CONTENT_ENCODING)?
            .to_str()
            .ok()?
            .trim()
            .to_ascii_lowercase();
        let decoder = match encoding.as_str() {
            "gzip" => Decoder::Gzip(Box::new(GzDecoder::new(Vec::new()))),
            "deflate" => Decoder::Deflate(Box::new(ZlibDecoder::new(Vec::new()))),
            _ => return None,
        };
        headers.remove(header::CONTENT_ENCODING);
        headers.remove(header::CONTENT_LENGTH);
        Some(decoder)
    }

    /// Takes some of `input`, and returns what came of it: 64 KiB at most, so that a bound is kept whatever it unpacks to.
    pub fn step(&mut self, input: &mut &[u8]) -> Result<Bytes, Fault> {
        let (taken, out) = match self {
            Decoder::Gzip(decoder) => (decoder.write(input), std::mem::take(decoder.get_mut())),
            Decoder::Deflate(decoder) => (decoder.write(input), std::mem::take(decoder.get_mut())),
        };
        match taken.map_err(broken)? {
            // What follows the end of the compressed data means nothing.
            0 => *input = &[],
            taken => *input = &input[taken..],
        }
        Ok(out.into())
    }

    /// Returns the rest. A body that was cut short is a fault.
    pub fn finish(&mut self) -> Result<Bytes, Fault> {
        let out = match self {
            Decoder::Gzip(decoder) => decoder.try_finish().map(|()| std::mem::take(decoder.get_mut())),
            Decoder::Deflate(decoder) => decoder.try_finish().map(|()| std::mem::take(decoder.get_mut())),
        };
        Ok(out.map_err(broken)?.into())
    }
}

fn broken(_: io::Error) -> Fault {
    Fault::of("ECONNRESET")
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};

    fn gzip() -> HeaderMap {
        HeaderMap::from_iter([(header::CONTENT_ENCODING, http::HeaderValue::from_static(" GZIP"))])
    }

    fn packed(length: usize) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&vec![b' '; length]).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn bodies_are_unpacked_piece_by_piece() {
        let (mut headers, packed) = (gzip(), packed(3_000_000));
        let mut decoder = Decoder::of(&mut headers).unwrap();
        assert!(headers.is_empty());
        let (mut input, mut length, mut largest) = (packed.as_slice(), 0, 0);
        while !input.is_empty() {
            let out = decoder.step(&mut input).unwrap();
            length += out.len();
            largest = largest.max(out.len());
        }
        length += decoder.finish().unwrap().len();
        assert_eq!(length, 3_000_000);
        assert!(largest <= 65_536);
    }

    #[test]
    fn bodies_that_are_cut_short_or_no_gzip_are_faults() {
        let packed = packed(100_000);
        let mut decoder = Decoder::of(&mut gzip()).unwrap();
        let mut input = &packed[..packed.len() / 2];
        while !input.is_empty() {
            decoder.step(&mut input).unwrap();
        }
        assert!(decoder.finish().is_err());
        let mut junk: &[u8] = b"no gzip at all";
        let mut decoder = Decoder::of(&mut gzip()).unwrap();
        assert!((0..20).any(|_| decoder.step(&mut junk).is_err()));
    }
}
