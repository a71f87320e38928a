//! How contacts end, and the rates that follow.
//!
//! Groups and formulas of the American Association for Public Opinion Research, "Standard Definitions: Final
//! Dispositions of Case Codes and Outcome Rates for Surveys", 10th edition (2023).

use serde::{Deserialize, Serialize};

/// The end of one contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactOutcome {
    /// All questions answered (1.1).
    Complete,
    /// Enough answered to count (1.2).
    Partial,
    /// Refused (2.11).
    Refused,
    /// Broke off before enough was answered (2.12).
    BrokeOff,
    /// Someone is there but was never reached (2.2).
    NotReached,
    /// Unable for another reason: illness, language (2.3).
    Unable,
    /// Unknown whether anyone lives there (3.1).
    UnknownHousehold,
    /// Someone lives there, unknown whether anyone who should be asked (3.2).
    UnknownEligible,
    /// Nobody who should be asked: moved away, business, too young (4).
    NotEligible,
}

impl ContactOutcome {
    /// The code of the standard.
    pub fn code(self) -> &'static str {
        match self {
            Self::Complete => "1.1",
            Self::Partial => "1.2",
            Self::Refused => "2.11",
            Self::BrokeOff => "2.12",
            Self::NotReached => "2.2",
            Self::Unable => "2.3",
            Self::UnknownHousehold => "3.1",
            Self::UnknownEligible => "3.2",
            Self::NotEligible => "4",
        }
    }
}

/// Contacts by how they ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Contacts {
    pub complete: u64,
    pub partial: u64,
    /// Refusals and break-offs.
    pub refused: u64,
    pub not_reached: u64,
    pub unable: u64,
    pub unknown_household: u64,
    pub unknown_eligible: u64,
    pub not_eligible: u64,
}

impl FromIterator<ContactOutcome> for Contacts {
    fn from_iter<I: IntoIterator<Item = ContactOutcome>>(outcomes: I) -> Self {
        let mut contacts = Self::default();
        for outcome in outcomes {
            contacts.add(outcome);
        }
        contacts
    }
}

/// Response rates 1 to 6, `None` where there is nothing to divide by.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Rates {
    /// Complete over all who are or may be eligible: the lowest.
    pub response_1: Option<f64>,
    /// The same, partial ones counted.
    pub response_2: Option<f64>,
    /// Unknown ones counted as eligible with the share `eligible_share`.
    pub response_3: Option<f64>,
    pub response_4: Option<f64>,
    /// Unknown ones taken as not eligible: the highest.
    pub response_5: Option<f64>,
    pub response_6: Option<f64>,
    /// Complete over all reached and able or unable; 2 counts partial ones, 3 and 4 leave out the unable.
    pub cooperation_1: Option<f64>,
    pub cooperation_2: Option<f64>,
    pub cooperation_3: Option<f64>,
    pub cooperation_4: Option<f64>,
    /// Refusals over all who are or may be eligible; 2 uses `eligible_share`, 3 takes unknown ones out.
    pub refusal_1: Option<f64>,
    pub refusal_2: Option<f64>,
    pub refusal_3: Option<f64>,
    /// Reached over all who are or may be eligible; 2 and 3 as for refusals.
    pub contact_1: Option<f64>,
    pub contact_2: Option<f64>,
    pub contact_3: Option<f64>,
    /// Share of the unknown ones counted as eligible in 3 and 4: that among the known ones.
    pub eligible_share: Option<f64>,
}

impl Contacts {
    pub fn add(&mut self, outcome: ContactOutcome) {
        let count = match outcome {
            ContactOutcome::Complete => &mut self.complete,
            ContactOutcome::Partial => &mut self.partial,
            ContactOutcome::Refused | ContactOutcome::BrokeOff => &mut self.refused,
            ContactOutcome::NotReached => &mut self.not_reached,
            ContactOutcome::Unable => &mut self.unable,
            ContactOutcome::UnknownHousehold => &mut self.unknown_household,
            ContactOutcome::UnknownEligible => &mut self.unknown_eligible,
            ContactOutcome::NotEligible => &mut self.not_eligible,
        };
        *count = count.saturating_add(1);
    }

    /// All rates. `eligible_share` is the share of unknown contacts taken as eligible; `None` takes the share
    /// among the known ones (the CASRO method).
    pub fn rates(&self, eligible_share: Option<f64>) -> Rates {
        let [i, p, r, nc, o] = [self.complete, self.partial, self.refused, self.not_reached, self.unable]
            .map(|count| count as f64);
        let unknown = self.unknown_household as f64 + self.unknown_eligible as f64;
        let over = |part: f64, whole: f64| (whole > 0.0).then(|| part / whole);
        let eligible = i + p + r + nc + o;
        let share = eligible_share
            .filter(|share| (0.0..=1.0).contains(share))
            .or_else(|| over(eligible, eligible + self.not_eligible as f64));
        let lowest = eligible + unknown;
        let middle = share.map(|share| eligible + share * unknown);
        let with = |part: f64| middle.and_then(|whole| over(part, whole));
        Rates {
            response_1: over(i, lowest),
            response_2: over(i + p, lowest),
            response_3: with(i),
            response_4: with(i + p),
            response_5: over(i, eligible),
            response_6: over(i + p, eligible),
            cooperation_1: over(i, i + p + r + o),
            cooperation_2: over(i + p, i + p + r + o),
            cooperation_3: over(i, i + p + r),
            cooperation_4: over(i + p, i + p + r),
            refusal_1: over(r, lowest),
            refusal_2: with(r),
            refusal_3: over(r, eligible),
            contact_1: over(i + p + r + o, lowest),
            contact_2: with(i + p + r + o),
            contact_3: over(i + p + r + o, eligible),
            eligible_share: share,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let contacts = Contacts {
            complete: 500,
            partial: 50,
            refused: 200,
            not_reached: 150,
            unable: 100,
            unknown_household: 150,
            unknown_eligible: 50,
            not_eligible: 250,
        };
        let rates = contacts.rates(None);
        let close = |found: Option<f64>, expected: f64| {
            assert!(found.is_some_and(|found| (found - expected).abs() < 1e-12), "{found:?} {expected}");
        };
        close(rates.eligible_share, 0.8);
        close(rates.response_1, 500.0 / 1200.0);
        close(rates.response_2, 550.0 / 1200.0);
        close(rates.response_3, 500.0 / 1160.0);
        close(rates.response_4, 550.0 / 1160.0);
        close(rates.response_5, 0.5);
        close(rates.response_6, 0.55);
        close(rates.cooperation_1, 500.0 / 850.0);
        close(rates.cooperation_4, 550.0 / 750.0);
        close(rates.refusal_2, 200.0 / 1160.0);
        close(rates.contact_1, 850.0 / 1200.0);
        close(contacts.rates(Some(1.0)).response_3, 500.0 / 1200.0);
    }

    #[test]
    fn nothing_gives_nothing() {
        let rates = Contacts::default().rates(None);
        assert_eq!((rates.response_1, rates.response_3, rates.eligible_share), (None, None, None));
        let one: Contacts = [ContactOutcome::Complete, ContactOutcome::BrokeOff].into_iter().collect();
        assert_eq!(one.rates(None).response_1, Some(0.5));
    }
}
