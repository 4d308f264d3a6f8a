//! Which servers are trusted: those whose certificate a public authority or one of the CA bundle has signed.

use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, DistinguishedName, Error, OtherError, RootCertStore,
    SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::ring::default_provider,
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
};
use std::{fmt, sync::Arc};
use webpki::EndEntityCert;

/// TLS 1.2 and 1.3 with Mozilla's authorities (webpki-roots) and those of `bundle` (PEM) beside them. What is not a
/// certificate in the bundle is ignored. With `is_private` only authorities of the bundle are trusted.
pub fn tls_config(bundle: Option<&str>, is_private: bool) -> Result<ClientConfig, Error> {
    let public = if is_private {
        &[]
    } else {
        webpki_roots::TLS_SERVER_ROOTS
    };
    let mut roots = RootCertStore { roots: public.to_vec() };
    let named: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(bundle.unwrap_or_default().as_bytes())
        .flatten()
        .collect();
    roots.add_parsable_certificates(named.iter().cloned());
    let provider = Arc::new(default_provider());
    let webpki = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone())
        .build()
        .map_err(|error| Error::General(error.to_string()))?;
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Verifier { webpki, named }))
        .with_no_client_auth())
}

/// Why the authority of a certificate is unknown, as OpenSSL's code (X509_STORE_CTX_get_error(3)).
#[derive(Debug)]
pub struct Untrusted(pub &'static str);

impl fmt::Display for Untrusted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0)
    }
}

impl std::error::Error for Untrusted {}

/// webpki's verification, with two additions: it tells apart why an authority is unknown, and it takes a certificate of an
/// authority as a server's own if exactly that certificate is in the bundle.
#[derive(Debug)]
struct Verifier {
    webpki: Arc<WebPkiServerVerifier>,
    named: Vec<CertificateDer<'static>>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        sent: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        match self.webpki.verify_server_cert(leaf, sent, name, ocsp, now) {
            Err(Error::InvalidCertificate(fault)) if is_of_authority(&fault) && self.named.contains(leaf) => {
                // webpki checks the dates before it refuses an authority's certificate, so the name alone is left.
                rustls::client::verify_server_name(&rustls::server::ParsedCertificate::try_from(leaf)?, name)?;
                Ok(ServerCertVerified::assertion())
            }
            Err(Error::InvalidCertificate(fault))
                if fault == CertificateError::UnknownIssuer || is_of_authority(&fault) =>
            {
                let untrusted = OtherError(Arc::new(Untrusted(why_unknown(leaf, sent))));
                Err(CertificateError::Other(untrusted).into())
            }
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.webpki.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.webpki.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.webpki.supported_verify_schemes()
    }

    fn root_hint_subjects(&self) -> Option<&[DistinguishedName]> {
        None
    }
}

/// Whether a server shows a certificate that says of itself that it is an authority's (`openssl req -x509` makes such).
fn is_of_authority(fault: &CertificateError) -> bool {
    match fault {
        CertificateError::Other(other) => {
            matches!(
                other.0.downcast_ref::<webpki::Error>(),
                Some(webpki::Error::CaUsedAsEndEntity)
            )
        }
        _ => false,
    }
}

/// Follows the certificates that the server sent up to the last one, as OpenSSL does.
fn why_unknown(leaf: &CertificateDer<'_>, sent: &[CertificateDer<'_>]) -> &'static str {
    let names = |der| {
        Some(EndEntityCert::try_from(der).ok())
            .flatten()
            .map(|c| (c.issuer().to_vec(), c.subject().to_vec()))
    };
    let Some((mut issuer, subject)) = names(leaf) else {
        return "UNABLE_TO_GET_ISSUER_CERT_LOCALLY";
    };
    if issuer == subject {
        return "DEPTH_ZERO_SELF_SIGNED_CERT";
    }
    let others: Vec<_> = sent.iter().filter_map(names).collect();
    let mut length = 0;
    while let Some((above, subject)) = others.iter().find(|(_, subject)| *subject == issuer) {
        length += 1;
        if above == subject {
            return "SELF_SIGNED_CERT_IN_CHAIN";
        }
        if length > others.len() {
            break;
        }
        issuer = above.clone();
    }
    if length == 0 {
        "UNABLE_TO_VERIFY_LEAF_SIGNATURE"
    } else {
        "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"
    }
}
