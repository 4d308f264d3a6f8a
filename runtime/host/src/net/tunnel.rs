//! Connections through a proxy that is asked to CONNECT (RFC 9110 section 9.3.6).

use super::{client::Stream, faults::Fault};
use rustls::{ClientConfig, pki_types::ServerName};
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::TlsConnector;

/// No answer to a CONNECT is longer than this.
const MAX_HEAD_BYTES: usize = 16_384;

pub struct Proxy {
    /// A name or an address, an IPv6 one without brackets.
    pub host: String,
    pub port: u16,
    /// Whether TLS is spoken with the proxy itself.
    pub is_secure: bool,
    /// `user:password` in base64.
    pub credentials: Option<String>,
}

/// Has the proxy behind `stream` connect to `authority` (`host:port`). Faults are `PROXY_` and a system's code, the HTTP
/// status that refuses, `CLOSED`, or `ANSWER` for what is no HTTP.
pub async fn through(
    mut stream: Stream,
    proxy: &Proxy,
    tls: &Arc<ClientConfig>,
    authority: &str,
) -> Result<Stream, Fault> {
    if proxy.is_secure {
        let name = ServerName::try_from(proxy.host.clone()).map_err(|_| Fault::of("PROXY_ENOTFOUND"))?;
        let secured = TlsConnector::from(tls.clone()).connect(name, stream).await;
        stream = Box::new(secured.map_err(|error| Fault::from(error).of_proxy())?);
    }
    let unreachable = |error: std::io::Error| Fault::from(error).of_proxy();
    stream
        .write_all(connect_request(proxy, authority).as_bytes())
        .await
        .map_err(unreachable)?;
    stream.flush().await.map_err(unreachable)?;
    let mut head = Vec::new();
    while !head.windows(4).any(|end| end == b"\r\n\r\n") && head.len() < MAX_HEAD_BYTES {
        match stream.read_buf(&mut head).await {
            Ok(0) => return Err(Fault::of("PROXY_CLOSED")),
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Err(Fault::of("PROXY_CLOSED")),
            Err(error) => return Err(unreachable(error)),
        }
    }
    match status_of(&head) {
        Some(status) if status.starts_with('2') => Ok(stream),
        Some(status) => Err(Fault(format!("PROXY_HTTP_{status}").into())),
        None => Err(Fault::of("PROXY_ANSWER")),
    }
}

fn connect_request(proxy: &Proxy, authority: &str) -> String {
    let basic = proxy
        .credentials
        .as_ref()
        .map(|text| format!("Proxy-Authorization: Basic {text}\r\n"))
        .unwrap_or_default();
    format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n{basic}\r\n")
}

/// The three digits of an answer's first line.
fn status_of(head: &[u8]) -> Option<&str> {
    let rest = head
        .strip_prefix(b"HTTP/1.1 ")
        .or_else(|| head.strip_prefix(b"HTTP/1.0 "))?;
    let digits = rest.get(..3).filter(|digits| digits.iter().all(u8::is_ascii_digit))?;
    std::str::from_utf8(digits).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_three_digits_of_http_1() {
        assert_eq!(status_of(b"HTTP/1.0 407 Proxy\r\n\r\n"), Some("407"));
        assert_eq!(status_of(b"HTTP/1.1 200\r\n\r\n"), Some("200"));
        for junk in [&b"HTTP/1.1 2"[..], b"HTTP/2 200", b"SSH-2.0", b"HTTP/1.1 2\xff0 "] {
            assert_eq!(status_of(junk), None);
        }
    }
}
