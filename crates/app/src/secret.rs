//! Texts that must not be seen.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// A text that must not be seen: it is never shown nor logged.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// HMAC-SHA-256 of a message with it as key.
    fn mac(&self, message: &[&[u8]]) -> Option<Hmac<Sha256>> {
        // HMAC takes keys of every length.
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_bytes()).ok()?;
        message.iter().for_each(|part| mac.update(part));
        Some(mac)
    }

    /// The signature of a message of ours, and of one that is sent to us: over its moment in seconds since 1970, a full
    /// stop and its body, in hexadecimal.
    pub fn sign(&self, timestamp: i64, body: &str) -> String {
        let mac = self.mac(&[timestamp.to_string().as_bytes(), b".", body.as_bytes()]);
        let bytes = mac.map(|mac| mac.finalize().into_bytes().to_vec()).unwrap_or_default();
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether a signature is the one that [`sign`](Self::sign) makes. How long it takes does not tell how nearly.
    pub fn signed(&self, timestamp: &str, body: &[u8], signature: &str) -> bool {
        let Some(bytes) = unhex(signature) else { return false };
        self.mac(&[timestamp.as_bytes(), b".", body]).is_some_and(|mac| mac.verify_slice(&bytes).is_ok())
    }
}

/// Bytes out of pairs of hexadecimal digits; `None` where it is anything else.
pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| Some(digit(pair[0])? << 4 | digit(*pair.get(1)?)?)).collect()
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_signed_with_it_is_signed() {
        let secret = Secret::new("key");
        // As Python's hmac and hashlib have it.
        assert_eq!(secret.sign(1, "body"), SIGNED);
        assert!(secret.signed("1", b"body", SIGNED) && secret.signed("1", b"body", &SIGNED.to_uppercase()));
        let cut = &SIGNED[..SIGNED.len() - 2];
        for (timestamp, body, signature) in [
            ("2", "body", SIGNED),
            ("1", "bodY", SIGNED),
            ("1.", "body", SIGNED),
            ("1", "body", ""),
            ("1", "body", cut),
            ("1", "body", "é"),
            ("1", "body", "xyz"),
        ] {
            assert!(!secret.signed(timestamp, body.as_bytes(), signature), "{timestamp} {body} {signature}");
        }
        assert!(!Secret::new("kez").signed("1", b"body", SIGNED));
        assert_eq!(format!("{secret:?}"), "…");
    }

    const SIGNED: &str = "91b5374b153842ad05b2c4eab9349b8321b14703165bd3fb8b034dfb8be98ae5";
}
