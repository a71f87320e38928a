//! The journal: append-only entries, each chained to the one before it by its hash.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::code::Code;
use crate::fact::Fact;
use crate::source::Source;
use crate::subject::Subject;

/// The place of an entry in the journal, counted from 1 without gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seq(pub u64);

impl Seq {
    /// Later than every entry: "as known now".
    pub const LATEST: Seq = Seq(i64::MAX as u64);

    pub fn next(self) -> Seq {
        Seq(self.0 + 1)
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The subject came onto the books with these facts.
    Registered { facts: Vec<Fact> },
    /// Facts of a subject on the books.
    Recorded { facts: Vec<Fact> },
    /// An earlier entry was wrong: its facts no longer count, these stand instead (none: withdrawn).
    Corrected { entry: Seq, facts: Vec<Fact> },
}

impl Event {
    pub fn facts(&self) -> &[Fact] {
        match self {
            Self::Registered { facts } | Self::Recorded { facts } | Self::Corrected { facts, .. } => facts,
        }
    }

    pub fn name(&self) -> &'static str {
        match self {
            Self::Registered { .. } => "registered",
            Self::Recorded { .. } => "recorded",
            Self::Corrected { .. } => "corrected",
        }
    }

    pub fn corrects(&self) -> Option<Seq> {
        match self {
            Self::Corrected { entry, .. } => Some(*entry),
            _ => None,
        }
    }
}

/// An entry before the journal gives it its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    pub effective: Date,
    pub actor: Code,
    pub subject: Subject,
    pub event: Event,
    pub source: Source,
    pub reason: String,
}

/// An entry of the journal.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub seq: Seq,
    pub recorded_at: Timestamp,
    pub draft: Draft,
    pub hash: Hash,
}

/// A SHA-256 digest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// What the first entry is chained to.
    pub const GENESIS: Hash = Hash([0; 32]);

    /// Of a text or of bytes by themselves, chained to nothing.
    pub fn of(content: impl AsRef<[u8]>) -> Self {
        Hash(Sha256::digest(content).into())
    }

    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() != 64 {
            return None;
        }
        let mut out = [0; 32];
        for (target, pair) in out.iter_mut().zip(bytes.chunks_exact(2)) {
            let digit = |b: u8| char::from(b).to_digit(16).map(|d| d as u8);
            *target = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Some(Hash(out))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = [0; 64];
        for (pair, byte) in text.chunks_exact_mut(2).zip(self.0) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 15)];
        }
        f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// An entry in the exact texts that are stored and hashed, so that checking needs no re-encoding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written<'a> {
    pub seq: Seq,
    /// Microseconds since 1970-01-01T00:00:00Z.
    pub recorded_at: i64,
    pub effective: &'a str,
    pub actor: &'a str,
    pub scope: &'a str,
    pub kind: &'a str,
    pub subject: &'a str,
    pub event: &'a str,
    pub source: &'a str,
    pub reason: &'a str,
}

impl<'a> Written<'a> {
    /// About a subject, saying nothing yet, and without a place in the journal.
    pub fn about(subject: &'a Subject) -> Self {
        Self {
            seq: Seq(0),
            recorded_at: 0,
            effective: "",
            actor: "",
            scope: subject.scope.as_str(),
            kind: subject.kind.as_str(),
            subject: subject.code.as_str(),
            event: "",
            source: "",
            reason: "",
        }
    }

    /// The hash of this entry chained to `previous`: SHA-256 over the version tag, the previous hash,
    /// both numbers big-endian, then each text preceded by its length in bytes (8 bytes big-endian).
    pub fn hash(&self, previous: Hash) -> Hash {
        let mut sha = Sha256::new();
        sha.update(b"huitian-journal-1");
        sha.update(previous.0);
        sha.update(self.seq.0.to_be_bytes());
        sha.update(self.recorded_at.to_be_bytes());
        for text in [
            self.effective,
            self.actor,
            self.scope,
            self.kind,
            self.subject,
            self.event,
            self.source,
            self.reason,
        ] {
            sha.update((text.len() as u64).to_be_bytes());
            sha.update(text.as_bytes());
        }
        Hash(sha.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written<'a>(texts: &'a [String; 4], seq: u64) -> Written<'a> {
        Written {
            seq: Seq(seq),
            recorded_at: 0,
            effective: "2019-08-14",
            actor: &texts[0],
            scope: "p",
            kind: "project",
            subject: &texts[1],
            event: &texts[2],
            source: "{}",
            reason: &texts[3],
        }
    }

    proptest! {
        #[test]
        fn any_difference_changes_the_hash(a: [String; 4], b: [String; 4], s in 1u64..9, t in 1u64..9) {
            let same = a == b && s == t;
            let (x, y) = (written(&a, s).hash(Hash::GENESIS), written(&b, t).hash(Hash::GENESIS));
            prop_assert_eq!(x == y, same);
            prop_assert_ne!(written(&a, s).hash(x), x);
            prop_assert_eq!(Hash::parse(&x.to_string()), Some(x));
        }
    }
}
