//! Money, exact to the fen.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An amount in fen (1/100 yuan).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fen(pub i64);

impl Fen {
    /// Reads yuan with at most two decimals, thousands separators allowed: `1,234.50`.
    pub fn parse_yuan(text: &str) -> Option<Self> {
        let text = text.trim().replace([',', ','], "");
        let (sign, digits) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text.as_str()),
        };
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let numeric = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !numeric(whole) || part.len() > 2 || !numeric(part) {
            return None;
        }
        let fen: i64 = format!("{part:0<2}").parse().ok()?;
        let yuan: i64 = whole.parse().ok()?;
        Some(Fen(sign * yuan.checked_mul(100)?.checked_add(fen)?))
    }
}

impl fmt::Display for Fen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{sign}{}.{:02}", self.0.unsigned_abs() / 100, self.0.unsigned_abs() % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_yuan_exactly() {
        assert_eq!(Fen::parse_yuan("1,234.5"), Some(Fen(123_450)));
        assert_eq!(Fen::parse_yuan("0.01"), Some(Fen(1)));
        assert_eq!(Fen::parse_yuan("1.234"), None);
        assert_eq!(Fen::parse_yuan(""), None);
        assert_eq!(Fen::parse_yuan("99999999999999999999"), None);
    }

    proptest! {
        #[test]
        fn text_is_read_back(fen in -1_000_000_000_000i64..1_000_000_000_000) {
            prop_assert_eq!(Fen::parse_yuan(&Fen(fen).to_string()), Some(Fen(fen)));
        }
    }
}
