//! Messages that others send, signed with a secret that they share with the installation: believed for some minutes,
//! and taken once.

use jiff::Timestamp;
use store::{StoreError, Tx};

use crate::account::hash;
use crate::secret::Secret;

/// How far the clock of whoever signs may be off, in seconds.
pub const CLOCKS_APART: i64 = 300;

/// A message that was signed as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedMessage {
    digest: String,
    /// Until when its moment is believed, in microseconds.
    until: i64,
}

/// Why a message is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureFault {
    /// No signature, or not that of this moment, this body and this secret.
    Wrong,
    /// It is signed, of a moment too far from now.
    Clock,
}

/// Whether a message was signed with a secret, and lately. `of` tells whose messages it is one of; `signature` is
/// `sha256=` with hexadecimal digits.
pub(super) fn check(
    (secret, of): (&Secret, &str),
    (timestamp, signature): (&str, &str),
    body: &[u8],
    now: Timestamp,
) -> Result<SignedMessage, SignatureFault> {
    let signature = signature.strip_prefix("sha256=").ok_or(SignatureFault::Wrong)?;
    if !secret.signed(timestamp, body, signature) {
        return Err(SignatureFault::Wrong);
    }
    let said: i64 = timestamp.parse().map_err(|_| SignatureFault::Clock)?;
    if now.as_second().abs_diff(said) > CLOCKS_APART.unsigned_abs() {
        return Err(SignatureFault::Clock);
    }
    let named = format!("{of}\u{1f}{}", signature.to_ascii_lowercase());
    // Known for longer than it is believed: another server's clock may be behind this one's.
    Ok(SignedMessage { digest: hash(&named), until: (said + 2 * CLOCKS_APART) * 1_000_000 })
}

impl SignedMessage {
    /// Whether the very same one was taken already.
    pub(super) fn was_taken(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        tx.knows_message(&self.digest)
    }

    /// Puts down that it was taken.
    pub(super) fn keep(&self, tx: &mut Tx, now: Timestamp) -> Result<(), StoreError> {
        tx.keep_message(&self.digest, self.until, now.as_microsecond())
    }
}
