//! A yearly list held against the books: what was really carried over into the year, and what was new.

use crate::code::Code;
use crate::milestone::step;
use crate::plan::{ListEntryKind, YearlyList};
use crate::portfolio::Portfolio;

/// One way in which list and books disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difference {
    /// Under way at the turn of the year, yet not on the list.
    MissingCarriedOver,
    /// To start in the year by the best word of the day, yet not on the list.
    MissingNew,
    /// Listed as carried over, but not started before the year.
    NotStarted,
    /// Listed as carried over, but done before the year.
    AlreadyDone,
    /// Listed as new, but started before the year.
    StartedBefore,
    /// Listed, but not of the plan on the day of the list.
    NotOfPlan,
}

impl Difference {
    /// The name under which messages explain it.
    pub fn key(self) -> &'static str {
        match self {
            Self::MissingCarriedOver => "missing-carried-over",
            Self::MissingNew => "missing-new",
            Self::NotStarted => "not-started",
            Self::AlreadyDone => "already-done",
            Self::StartedBefore => "started-before",
            Self::NotOfPlan => "not-of-plan",
        }
    }
}

/// What the books say of a year's list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CarryOver {
    /// Members under way when the year began.
    pub carried_over: Vec<Code>,
    /// Members not started before the year whose start fell or was expected in it.
    pub new: Vec<Code>,
    pub differences: Vec<(Code, Difference)>,
}

/// Holds a list against the books: `turn` is the plan at the end of the year before, `issued` on the
/// day of the list.
pub fn carry_over(list: &YearlyList, turn: &Portfolio, issued: &Portfolio) -> CarryOver {
    let before = |code: &Code| turn.project(code.as_str());
    let started = |code: &Code| before(code).is_some_and(|project| project.is_started());
    let done = |code: &Code| before(code).is_some_and(|p| p.is_completed() || p.is_in_use());
    let mut out = CarryOver::default();
    for project in issued.members() {
        let code = &project.code;
        if started(code) && !done(code) {
            out.carried_over.push(code.clone());
        } else if !started(code)
            && project.expected(step::START).is_some_and(|date| date.last().year() == list.year)
        {
            out.new.push(code.clone());
        }
    }
    for entry in &list.entries {
        let code = &entry.project;
        let of_plan = issued.project(code.as_str()).is_some_and(|project| project.is_member());
        let wrong = match entry.entry {
            _ if !of_plan => Some(Difference::NotOfPlan),
            ListEntryKind::CarriedOver if done(code) => Some(Difference::AlreadyDone),
            ListEntryKind::CarriedOver if !started(code) => Some(Difference::NotStarted),
            ListEntryKind::New if started(code) => Some(Difference::StartedBefore),
            _ => None,
        };
        out.differences.extend(wrong.map(|wrong| (code.clone(), wrong)));
    }
    let listed = |code: &Code| list.entries.iter().any(|entry| entry.project == *code);
    let missing = |codes: &[Code], difference| -> Vec<(Code, Difference)> {
        codes.iter().filter(|code| !listed(code)).map(|code| (code.clone(), difference)).collect()
    };
    let carried = missing(&out.carried_over, Difference::MissingCarriedOver);
    let new = missing(&out.new, Difference::MissingNew);
    out.differences.extend(carried);
    out.differences.extend(new);
    out.differences.sort();
    out
}
