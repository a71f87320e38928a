//! Whom encrypted connections believe.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;

use crate::courier::CourierError;

/// The certificate authorities that are believed: the machine's and those that the operator names.
pub(crate) fn authorities(ca_file: Option<&Path>) -> Result<(Vec<Vec<u8>>, RootCertStore), CourierError> {
    let mut roots = RootCertStore::empty();
    let mut kept = Vec::new();
    let mut certificates = rustls_native_certs::load_native_certs().certs;
    if let Some(path) = ca_file {
        let bad = |why: String| CourierError::Authorities { path: path.to_owned(), why };
        let own: Vec<CertificateDer> = CertificateDer::pem_file_iter(path)
            .and_then(Iterator::collect)
            .map_err(|error| bad(error.to_string()))?;
        if own.is_empty() {
            return Err(bad("it holds no certificate".into()));
        }
        certificates.extend(own);
    }
    for certificate in certificates {
        // A machine may keep one that is too old to be read.
        if roots.add(certificate.clone()).is_ok() {
            kept.push(certificate.to_vec());
        }
    }
    Ok((kept, roots))
}

pub(crate) fn connector(roots: RootCertStore) -> Result<TlsConnector, CourierError> {
    let tls = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| CourierError::Tls(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(tls)))
}
