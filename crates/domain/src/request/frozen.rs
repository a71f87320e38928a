//! Rates as published: a period's numbers, fixed with the formula that they were computed by. What is recorded later
//! changes nothing of them; it is listed beside them.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::rate::{RateFormula, Tally};
use crate::code::Code;
use crate::journal::Seq;

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
    pub digest: String,
}

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
        let mut out = Self { from, to, formula, known, lines, digest: String::new() };
        out.digest = out.seal();
        out
    }

    /// The digest of all that it says.
    fn seal(&self) -> String {
        let said = (self.from, self.to, &self.formula, self.known, &self.lines);
        let text = serde_json::to_vec(&said).unwrap_or_default();
        Sha256::digest(&text).iter().map(|byte| format!("{byte:02x}")).collect()
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
        let now = BTreeMap::from([(code("a"), tally(5)), (code("c"), tally(1))]);
        let changed: Vec<(String, u64, u64)> =
            frozen.changed(&now).iter().map(|it| (it.unit.to_string(), it.was.due, it.now.due)).collect();
        assert_eq!(changed, [("b".into(), 3, 0), ("c".into(), 0, 1)]);
    }
}
