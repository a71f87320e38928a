//! How call-backs end, by which a sample of contacts is checked, and how far they agree with what was put down.
//!
//! The interval is that of Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", JASA 22
//! (1927): call-backs are few and most of them agree, where the usual one runs beyond 1.

use serde::{Deserialize, Serialize};

use crate::distribution::normal_quantile;

/// The end of one call-back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallBackOutcome {
    /// Was asked, as it was put down.
    Confirmed,
    /// Was asked, but not as it was put down.
    Differs,
    /// Was not asked.
    Denied,
    NotReached,
}

impl CallBackOutcome {
    pub const ALL: [Self; 4] = [Self::Confirmed, Self::Differs, Self::Denied, Self::NotReached];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Differs => "differs",
            Self::Denied => "denied",
            Self::NotReached => "not_reached",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == text)
    }
}

/// Call-backs by how they ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CallBacks {
    pub confirmed: u64,
    pub differs: u64,
    pub denied: u64,
    pub not_reached: u64,
}

/// Confirmed over reached, with the ends of the 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Agreement {
    pub rate: f64,
    pub low: f64,
    pub high: f64,
}

impl CallBacks {
    pub fn add(&mut self, outcome: CallBackOutcome, number: u64) {
        let count = match outcome {
            CallBackOutcome::Confirmed => &mut self.confirmed,
            CallBackOutcome::Differs => &mut self.differs,
            CallBackOutcome::Denied => &mut self.denied,
            CallBackOutcome::NotReached => &mut self.not_reached,
        };
        *count = count.saturating_add(number);
    }

    pub fn ended(&self, outcome: CallBackOutcome) -> u64 {
        match outcome {
            CallBackOutcome::Confirmed => self.confirmed,
            CallBackOutcome::Differs => self.differs,
            CallBackOutcome::Denied => self.denied,
            CallBackOutcome::NotReached => self.not_reached,
        }
    }

    /// Those who could be asked whether they had been asked.
    pub fn reached(&self) -> u64 {
        self.confirmed.saturating_add(self.differs).saturating_add(self.denied)
    }

    /// None where nobody was reached.
    pub fn agreement(&self) -> Option<Agreement> {
        if self.reached() == 0 {
            return None;
        }
        let (n, k) = (self.reached() as f64, self.confirmed as f64);
        let z = normal_quantile(0.975);
        let middle = (k + z * z / 2.0) / (n + z * z);
        let reach = z / (n + z * z) * (k * (n - k) / n + z * z / 4.0).sqrt();
        // Of all or none an end is the rate itself, but for the last digit.
        let rate = k / n;
        Some(Agreement {
            rate,
            low: (middle - reach).clamp(0.0, rate),
            high: (middle + reach).clamp(rate, 1.0),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998), table I.
    #[test]
    fn intervals_are_those_of_the_literature() {
        for (confirmed, of, low, high) in [
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0, 0.1611),
            (1, 29, 0.0061, 0.1718),
            (20, 20, 0.8389, 1.0),
        ] {
            let found = CallBacks { confirmed, denied: of - confirmed, ..CallBacks::default() }.agreement();
            let found = found.unwrap();
            assert!((found.low - low).abs() < 5e-5 && (found.high - high).abs() < 5e-5, "{found:?}");
            assert!(found.low <= found.rate && found.rate <= found.high, "{found:?}");
        }
    }

    #[test]
    fn who_was_not_reached_says_nothing() {
        let mut calls = CallBacks::default();
        calls.add(CallBackOutcome::NotReached, 9);
        assert_eq!((calls.agreement(), calls.reached()), (None, 0));
        calls.add(CallBackOutcome::Confirmed, 3);
        calls.add(CallBackOutcome::Differs, 1);
        let before = calls.agreement().unwrap();
        assert!((before.rate - 0.75).abs() < 1e-12);
        calls.add(CallBackOutcome::NotReached, 90);
        assert_eq!(calls.agreement(), Some(before));
        assert_eq!(CallBackOutcome::ALL.map(|outcome| calls.ended(outcome)), [3, 1, 0, 99]);
    }

    #[test]
    fn names_are_read_as_they_are_written() {
        for outcome in CallBackOutcome::ALL {
            assert_eq!(CallBackOutcome::parse(outcome.as_str()), Some(outcome));
            assert_eq!(serde_json::to_string(&outcome).unwrap(), format!("\"{}\"", outcome.as_str()));
        }
        assert_eq!(CallBackOutcome::parse("refused"), None);
    }
}
