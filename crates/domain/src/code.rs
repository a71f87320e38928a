//! Codes: the immutable, readable identities of everything the journal speaks of.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// An identity given once and never changed: `HT-EDU-003`, `changping-edu`, `start`.
///
/// 1 to 64 characters: ASCII letters, digits, `-`, `_` and `.`, beginning with a letter or digit.
/// It stands unescaped in addresses, file names and spreadsheet cells.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Code(Arc<str>);

/// Why a text is not a [`Code`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    #[error("a code must not be empty")]
    Empty,
    #[error("a code has at most 64 characters, this one has {0}")]
    TooLong(usize),
    #[error("a code has only letters A-Z a-z, digits, '-', '_' and '.', and begins with a letter or digit")]
    Character,
}

impl Code {
    pub const MAX: usize = 64;

    pub fn new(text: &str) -> Result<Self, CodeError> {
        if text.is_empty() {
            return Err(CodeError::Empty);
        }
        if text.len() > Self::MAX {
            return Err(CodeError::TooLong(text.chars().count()));
        }
        let inner = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        if !text.as_bytes()[0].is_ascii_alphanumeric() || !text.bytes().all(inner) {
            return Err(CodeError::Character);
        }
        Ok(Self(text.into()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Code({})", &self.0)
    }
}

impl FromStr for Code {
    type Err = CodeError;
    fn from_str(text: &str) -> Result<Self, CodeError> {
        Self::new(text)
    }
}

impl TryFrom<String> for Code {
    type Error = CodeError;
    fn try_from(text: String) -> Result<Self, CodeError> {
        Self::new(&text)
    }
}

impl From<Code> for String {
    fn from(code: Code) -> String {
        code.0.as_ref().to_owned()
    }
}

impl AsRef<str> for Code {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl std::borrow::Borrow<str> for Code {
    fn borrow(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_readable_codes_only() {
        assert!(Code::new("HT-EDU-003").is_ok());
        assert_eq!(Code::new(""), Err(CodeError::Empty));
        assert_eq!(Code::new("-x"), Err(CodeError::Character));
        assert_eq!(Code::new("a/b"), Err(CodeError::Character));
        assert_eq!(Code::new("学校"), Err(CodeError::Character));
        assert_eq!(Code::new(&"a".repeat(65)), Err(CodeError::TooLong(65)));
    }
}
