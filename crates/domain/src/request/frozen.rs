//! Rates as published: a period's numbers, fixed with the formula that they were computed by. What is recorded later
//! changes nothing of them; it is listed beside them.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::rate::{RateFormula, Tally};
use crate::code::Code;
use crate::journal::{Hash, Seq};

/// One unit's numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenLine {
    pub unit: Code,
    pub tally: Tally,
}

/// A period as published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenRates {
    pub from: Date,
    pub to: Date,
    /// The version of the formula in force, whole: what it says later is another one.
    pub formula: RateFormula,
    /// The last entry that the numbers knew of.
    pub known: Seq,
    /// By unit.
    pub lines: Vec<FrozenLine>,
    /// Which issue of the period it is; those before it stay on record.
    #[serde(default = "first", skip_serializing_if = "is_first")]
    pub issue: u32,
    /// The digest of the issue that it corrects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects: Option<String>,
    /// Requests that count otherwise since the issue before it because an appeal was upheld or they were left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<Code>,
    pub digest: String,
}

fn first() -> u32 {
    1
}

fn is_first(issue: &u32) -> bool {
    *issue == 1
}

/// As many requests are named as grounds of a correction.
pub const BECAUSE_MOST: usize = 500;

/// What a unit's numbers were, and are by what was recorded since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedLine {
    pub unit: Code,
    pub was: Tally,
    pub now: Tally,
}

impl FrozenRates {
    pub fn new(
        (from, to): (Date, Date),
        formula: RateFormula,
        known: Seq,
        mut lines: Vec<FrozenLine>,
    ) -> Self {
        lines.sort_by(|a, b| a.unit.cmp(&b.unit));
        let (issue, corrects, because) = (first(), None, Vec::new());
        let mut out =
            Self { from, to, formula, known, lines, issue, corrects, because, digest: String::new() };
        out.digest = out.seal();
        out
    }

    /// The same as the issue that follows another one, with the requests that it was made for.
    #[must_use]
    pub fn correcting(mut self, last: &Self, mut because: Vec<Code>) -> Self {
        because.truncate(BECAUSE_MOST);
        self.issue = last.issue + 1;
        self.corrects = Some(last.digest.clone());
        self.because = because;
        self.digest = self.seal();
        self
    }

    /// Whether it has its place behind the issues of its period that are on record.
    pub fn follows<'a>(&self, issues: impl Iterator<Item = (&'a Self, Date)>) -> bool {
        let last = issues.map(|(held, _)| held).filter(|held| *held != self).max_by_key(|held| held.issue);
        match (&self.corrects, last) {
            (None, last) => self.issue == 1 && last.is_none(),
            // Two that were made at once do not both correct the same.
            (Some(digest), Some(last)) => last.digest == *digest && last.issue + 1 == self.issue,
            (Some(_), None) => false,
        }
    }

    /// Whether it says the same numbers by the same formula as another one.
    pub fn says_the_same(&self, other: &Self) -> bool {
        (&self.formula, &self.lines) == (&other.formula, &other.lines)
    }

    /// The digest of all that it says.
    fn seal(&self) -> String {
        let said = (self.from, self.to, &self.formula, self.known, &self.lines);
        let mut text = serde_json::to_vec(&said).unwrap_or_default();
        if let Some(corrects) = &self.corrects {
            text.extend(serde_json::to_vec(&(self.issue, corrects, &self.because)).unwrap_or_default());
        }
        Hash::of(text).to_string()
    }

    /// Whether it still says what was published.
    pub fn is_whole(&self) -> bool {
        self.digest == self.seal()
    }

    /// The units whose numbers are others by now.
    pub fn changed(&self, now: &BTreeMap<Code, Tally>) -> Vec<ChangedLine> {
        let was: BTreeMap<&Code, Tally> = self.lines.iter().map(|line| (&line.unit, line.tally)).collect();
        let mut units: Vec<&Code> = was.keys().copied().chain(now.keys()).collect();
        units.sort_unstable();
        units.dedup();
        let of = |held: Option<&Tally>| held.copied().unwrap_or_default();
        units
            .into_iter()
            .map(|unit| ChangedLine { unit: unit.clone(), was: of(was.get(unit)), now: of(now.get(unit)) })
            .filter(|line| line.was != line.now)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::rate::tests::formula;
    use jiff::civil::date;

    #[test]
    fn what_was_published_is_told_from_what_is_known_now() {
        let code = |text: &str| Code::new(text).unwrap();
        let tally = |due| Tally { due, in_time: due, ..Tally::default() };
        let line = |unit: &str, due| FrozenLine { unit: code(unit), tally: tally(due) };
        let period = (date(2019, 6, 1), date(2019, 6, 30));
        let frozen = FrozenRates::new(period, formula(), Seq(9), vec![line("b", 3), line("a", 5)]);
        assert!(frozen.is_whole());
        // In whatever order the lines come, it is the same.
        let again = FrozenRates::new(period, formula(), Seq(9), vec![line("a", 5), line("b", 3)]);
        assert_eq!(frozen, again);
        let mut forged = frozen.clone();
        forged.lines[0].tally.in_time = 4;
        assert!(!forged.is_whole());
        let corrected = FrozenRates::new(period, formula(), Seq(12), vec![line("a", 4)])
            .correcting(&frozen, vec![code("r")]);
        assert!(corrected.is_whole() && corrected.issue == 2 && !corrected.says_the_same(&frozen));
        let on = date(2019, 7, 3);
        assert!(frozen.follows([].into_iter()) && corrected.follows([(&frozen, on)].into_iter()));
        // It corrects what is on record, and nothing is published twice as the first.
        assert!(!corrected.follows([].into_iter()));
        let twin =
            FrozenRates::new(period, formula(), Seq(13), vec![line("a", 5)]).correcting(&frozen, Vec::new());
        assert!(!twin.follows([(&frozen, on), (&corrected, on)].into_iter()));
        let other = FrozenRates::new(period, formula(), Seq(20), vec![line("a", 1)]);
        assert!(!other.follows([(&frozen, on), (&corrected, on)].into_iter()));
        let mut forged = corrected.clone();
        forged.because.clear();
        assert!(!forged.is_whole());
        let now = BTreeMap::from([(code("a"), tally(5)), (code("c"), tally(1))]);
        let changed: Vec<(String, u64, u64)> =
            frozen.changed(&now).iter().map(|it| (it.unit.to_string(), it.was.due, it.now.due)).collect();
        assert_eq!(changed, [("b".into(), 3, 0), ("c".into(), 0, 1)]);
    }
}
