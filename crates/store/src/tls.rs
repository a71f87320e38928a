//! How the way to a PostgreSQL server is secured: `sslmode` and `sslrootcert` of its address, as
//! PostgreSQL's own clients understand them.

use std::path::PathBuf;
use std::sync::Arc;

use percent_encoding::percent_decode_str;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error as TlsError, RootCertStore, SignatureScheme,
};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::{Result, StoreError};

/// What is asked of the connection; each asks for more than the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mode {
    Disable,
    /// Encrypted where the server can.
    Prefer,
    /// Encrypted, by whoever answers.
    Require,
    /// Encrypted, by a server that a trusted authority vouches for.
    VerifyCa,
    /// And whose certificate names the host in the address.
    VerifyFull,
}

impl Mode {
    const ALL: [Self; 5] = [Self::Disable, Self::Prefer, Self::Require, Self::VerifyCa, Self::VerifyFull];

    fn as_str(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::Prefer => "prefer",
            Self::Require => "require",
            Self::VerifyCa => "verify-ca",
            Self::VerifyFull => "verify-full",
        }
    }

    fn parse(text: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == text).ok_or_else(|| {
            let known: Vec<&str> = Self::ALL.into_iter().map(Self::as_str).collect();
            StoreError::Setting(format!("sslmode is '{text}'; it can be {}", known.join(", ")))
        })
    }
}

/// Whose signature on the server's certificate counts.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Roots {
    /// The authorities that the machine trusts.
    System,
    File(PathBuf),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Security {
    pub mode: Mode,
    roots: Roots,
}

impl Security {
    /// Takes what concerns security out of an address; the rest of it is for the driver.
    pub fn take(address: &str) -> Result<(String, Self)> {
        // A question mark may stand in a password.
        let credentials = address.find('@').unwrap_or(0);
        let Some(at) = address[credentials..].find('?').map(|at| credentials + at) else {
            return Ok((address.to_owned(), Self { mode: Mode::Prefer, roots: Roots::System }));
        };
        let (mut mode, mut roots, mut rest) = (None, None, Vec::new());
        for setting in address[at + 1..].split('&').filter(|setting| !setting.is_empty()) {
            match setting.split_once('=') {
                Some(("sslmode", value)) => mode = Some(Mode::parse(value)?),
                Some(("sslrootcert", value)) => {
                    let value = percent_decode_str(value)
                        .decode_utf8()
                        .map_err(|_| StoreError::Setting("sslrootcert is not text".into()))?;
                    roots = Some(match value.as_ref() {
                        "system" => Roots::System,
                        file => Roots::File(file.into()),
                    });
                }
                _ => rest.push(setting),
            }
        }
        let mode = match (mode, &roots) {
            (None, None) => Mode::Prefer,
            // Whoever names a root wants the server to be known by it.
            (None, Some(_)) => Mode::VerifyFull,
            (Some(Mode::Require), Some(_)) => Mode::VerifyCa,
            (Some(mode @ (Mode::Disable | Mode::Prefer)), Some(_)) => {
                return Err(StoreError::Setting(format!(
                    "sslrootcert has no effect with sslmode={}; use verify-full",
                    mode.as_str()
                )));
            }
            (Some(mode), _) => mode,
        };
        let mut address = address[..at].to_owned();
        if !rest.is_empty() {
            address.push('?');
            address.push_str(&rest.join("&"));
        }
        Ok((address, Self { mode, roots: roots.unwrap_or(Roots::System) }))
    }

    /// Makes the encrypting side of a connection.
    pub fn connector(&self) -> Result<MakeRustlsConnect> {
        let provider = Arc::new(ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(|error| StoreError::Insecure(error.to_string()))?;
        let mut config = match self.mode {
            Mode::VerifyFull => builder.with_root_certificates(self.roots.load()?).with_no_client_auth(),
            mode => {
                let roots = (mode == Mode::VerifyCa).then(|| self.roots.load()).transpose()?;
                builder
                    .dangerous()
                    .with_custom_certificate_verifier(Arc::new(AnyName { roots, provider }))
                    .with_no_client_auth()
            }
        };
        config.alpn_protocols = vec![b"postgresql".to_vec()];
        Ok(MakeRustlsConnect::new(config))
    }

    /// What kept a connection from being as safe as was asked, and what to do; `None` where the trouble
    /// is another.
    pub fn fault(&self, error: &tokio_postgres::Error) -> Option<StoreError> {
        if let Some(fault) = handshake_fault(error) {
            return Some(StoreError::Insecure(self.explain(fault)));
        }
        let source = std::error::Error::source(error)?;
        (source.to_string() == "server does not support TLS").then(|| {
            StoreError::Insecure(format!(
                "sslmode={} was asked for and the server does not encrypt; set ssl = on in its \
                 postgresql.conf, or use sslmode=disable where nobody else is on the way to it",
                self.mode.as_str()
            ))
        })
    }

    fn explain(&self, fault: &TlsError) -> String {
        let TlsError::InvalidCertificate(why) = fault else { return fault.to_string() };
        let advice = match why {
            CertificateError::UnknownIssuer | CertificateError::BadSignature => match &self.roots {
                Roots::System => {
                    "no authority that this machine trusts has signed the server's certificate; name the \
                     file of the one that has with sslrootcert=FILE"
                        .to_owned()
                }
                Roots::File(file) => format!(
                    "the authority in {} has not signed the server's certificate; name the one that has \
                     with sslrootcert=FILE",
                    file.display()
                ),
            },
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                "the server's certificate does not name the host in the address; use a host it names as \
                 a subjectAltName, or give the server a certificate that names this one"
                    .to_owned()
            }
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. } => {
                "the server's certificate is not valid today; renew it, or set the clock of this machine"
                    .to_owned()
            }
            _ => "give the server a certificate of its own (version 3, not that of an authority) with a \
                  subjectAltName"
                .to_owned(),
        };
        format!("{advice} ({why})")
    }
}

/// What went wrong while the two sides agreed on encryption.
pub(crate) fn handshake_fault(error: &tokio_postgres::Error) -> Option<&TlsError> {
    let source: &(dyn std::error::Error + 'static) = std::error::Error::source(error)?;
    source.downcast_ref::<std::io::Error>()?.get_ref()?.downcast_ref()
}

impl Roots {
    fn load(&self) -> Result<RootCertStore> {
        let mut store = RootCertStore::empty();
        match self {
            Self::System => {
                let found = rustls_native_certs::load_native_certs();
                store.add_parsable_certificates(found.certs);
                if store.is_empty() {
                    return Err(StoreError::Insecure(
                        "this machine holds no certificates of authorities; install ca-certificates, or \
                         name a file of them with sslrootcert=FILE"
                            .into(),
                    ));
                }
            }
            Self::File(file) => {
                let unreadable = |why: String| {
                    StoreError::Insecure(format!(
                        "sslrootcert={}: {why}; it has to be a file of certificates in PEM",
                        file.display()
                    ))
                };
                let found: Vec<CertificateDer> = CertificateDer::pem_file_iter(file)
                    .and_then(Iterator::collect)
                    .map_err(|error| unreadable(error.to_string()))?;
                for certificate in found {
                    store.add(certificate).map_err(|error| unreadable(error.to_string()))?;
                }
                if store.is_empty() {
                    return Err(unreadable("no certificate".into()));
                }
            }
        }
        Ok(store)
    }
}

/// Takes a server under any name: one that a root vouches for, or without roots whoever answers. That
/// the server holds the certificate it shows is proved in any case.
#[derive(Debug)]
struct AnyName {
    roots: Option<RootCertStore>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for AnyName {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        if let Some(roots) = &self.roots {
            let parsed = ParsedCertificate::try_from(certificate)?;
            let algorithms = self.provider.signature_verification_algorithms.all;
            verify_server_cert_signed_by_trust_anchor(&parsed, roots, between, now, algorithms)?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(settings: &str) -> (String, Security) {
        Security::take(&format!("postgres://me@host/db{settings}")).unwrap()
    }

    fn refused(settings: &str) -> String {
        match Security::take(&format!("postgres://me@host/db{settings}")) {
            Err(StoreError::Setting(why)) => why,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn security_is_taken_out_of_the_address() {
        let (rest, security) = taken("?connect_timeout=3&sslmode=verify-ca&sslrootcert=%2Fa%20b.pem");
        assert_eq!(rest, "postgres://me@host/db?connect_timeout=3");
        assert_eq!(security, Security { mode: Mode::VerifyCa, roots: Roots::File("/a b.pem".into()) });
        for mode in Mode::ALL {
            let (rest, security) = taken(&format!("?sslmode={}", mode.as_str()));
            assert_eq!((rest.as_str(), security.mode), ("postgres://me@host/db", mode));
        }
        assert_eq!(taken("").1.mode, Mode::Prefer);
        let (rest, security) = Security::take("postgres://me:a?sslmode=x@host/db").unwrap();
        assert_eq!((rest.as_str(), security.mode), ("postgres://me:a?sslmode=x@host/db", Mode::Prefer));
    }

    #[test]
    fn a_root_is_never_named_in_vain() {
        assert_eq!(taken("?sslrootcert=/a.pem").1.mode, Mode::VerifyFull);
        assert_eq!(taken("?sslrootcert=system").1, Security { mode: Mode::VerifyFull, roots: Roots::System });
        assert_eq!(taken("?sslmode=require&sslrootcert=/a.pem").1.mode, Mode::VerifyCa);
        for mode in ["disable", "prefer"] {
            assert!(refused(&format!("?sslmode={mode}&sslrootcert=/a.pem")).contains("verify-full"));
        }
        assert!(refused("?sslmode=verify_full").contains("verify-ca, verify-full"));
    }
}
