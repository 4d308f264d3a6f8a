//! Faults of names, connections, TLS and HTTP as the codes that the TypeScript sources know: Node's and OpenSSL's.

use super::trust::Untrusted;
use rustls::{CertificateError as Certificate, Error as Tls};
use std::{borrow::Cow, error::Error, io};

/// Why a request got no answer, or only part of one: `ECONNREFUSED`, `CERT_HAS_EXPIRED`, `PROXY_HTTP_407`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault(pub Cow<'static, str>);

impl Fault {
    pub const fn of(code: &'static str) -> Self {
        Fault(Cow::Borrowed(code))
    }

    /// The same fault of the way to a proxy.
    pub fn of_proxy(self) -> Self {
        Fault(format!("PROXY_{}", self.0).into())
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Fault(io_code(&error))
    }
}

impl From<hyper::Error> for Fault {
    fn from(error: hyper::Error) -> Self {
        // The cause says more than hyper's own error, where there is one.
        let mut cause = error.source();
        while let Some(current) = cause {
            if let Some(error) = current.downcast_ref::<io::Error>() {
                return Fault(io_code(error));
            }
            cause = current.source();
        }
        Fault::of(match error {
            _ if error.is_parse() || error.is_user() => "ERR_HTTP_ANSWER",
            _ => "ECONNRESET",
        })
    }
}

fn io_code(error: &io::Error) -> Cow<'static, str> {
    if let Some(number) = error.raw_os_error() {
        return errno_name(number);
    }
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Tls>()) {
        Some(error) => tls_code(error).into(),
        None if error.kind() == io::ErrorKind::InvalidData => "ERR_HTTP_ANSWER".into(),
        None => "ECONNRESET".into(),
    }
}

fn tls_code(error: &Tls) -> &'static str {
    match error {
        Tls::InvalidCertificate(fault) => certificate_code(fault),
        Tls::AlertReceived(_) => "ERR_SSL_ALERT",
        _ => "ERR_SSL_PROTOCOL",
    }
}

fn certificate_code(fault: &Certificate) -> &'static str {
    match fault {
        Certificate::Other(other) => match other.0.downcast_ref::<Untrusted>() {
            Some(Untrusted(code)) => code,
            None => "CERT_UNTRUSTED",
        },
        Certificate::UnknownIssuer => "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
        Certificate::NotValidForName | Certificate::NotValidForNameContext { .. } => "ERR_TLS_CERT_ALTNAME_INVALID",
        Certificate::Expired | Certificate::ExpiredContext { .. } => "CERT_HAS_EXPIRED",
        Certificate::NotValidYet | Certificate::NotValidYetContext { .. } => "CERT_NOT_YET_VALID",
        Certificate::Revoked => "CERT_REVOKED",
        Certificate::BadSignature => "CERT_SIGNATURE_FAILURE",
        Certificate::UnsupportedSignatureAlgorithmContext { .. }
        | Certificate::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => "CERT_SIGNATURE_UNSUPPORTED",
        Certificate::InvalidPurpose | Certificate::InvalidPurposeContext { .. } => "INVALID_PURPOSE",
        _ => "CERT_UNTRUSTED",
    }
}

/// Names of what connect(2), read(2) and write(2) answer.
fn errno_name(number: i32) -> Cow<'static, str> {
    macro_rules! names {
        ($($name:ident)*) => { match number { $(libc::$name => stringify!($name).into(),)* _ => format!("E{number}").into() } };
    }
    names!(EACCES EADDRNOTAVAIL EAFNOSUPPORT ECONNABORTED ECONNREFUSED ECONNRESET EHOSTDOWN EHOSTUNREACH EINVAL EIO EMFILE
        ENETDOWN ENETUNREACH ENFILE ENOBUFS ENOMEM EPERM EPIPE EPROTO ETIMEDOUT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_have_the_codes_of_node() {
        let io = |number| Fault::from(io::Error::from_raw_os_error(number)).0;
        assert_eq!(io(libc::ECONNREFUSED), "ECONNREFUSED");
        assert_eq!(io(libc::EMFILE), "EMFILE");
        assert_eq!(
            Fault::from(io::Error::from(io::ErrorKind::UnexpectedEof)).0,
            "ECONNRESET"
        );
        let tls = |error| Fault::from(io::Error::new(io::ErrorKind::InvalidData, error)).0;
        assert_eq!(tls(Tls::InvalidCertificate(Certificate::Expired)), "CERT_HAS_EXPIRED");
        assert_eq!(
            tls(Tls::InvalidCertificate(Certificate::NotValidForName)),
            "ERR_TLS_CERT_ALTNAME_INVALID"
        );
        assert_eq!(Fault::of("ECONNREFUSED").of_proxy().0, "PROXY_ECONNREFUSED");
    }
}
