//! How a unit asks that a request counts otherwise in its rates: an exclusion (剔除) asked for before the period is
//! published, and an appeal (申诉) against what counts. Both are decided by another office, by one table of moves.

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

use super::kind::ExclusionGround;
use super::rate::RateRow;
use super::state::Request;
use super::workflow::Who;
use crate::code::Code;
use crate::item::kind::texts;
use crate::journal::Seq;
use crate::plan::Plan;
use crate::workday;

texts! {
    /// One of the three rates.
    RatePart { Response => "response", Resolution => "resolution", Satisfaction => "satisfaction" }
}

impl RatePart {
    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// Which of the three rates a request is left out of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(into = "Vec<RatePart>", from = "Vec<RatePart>")]
pub struct RateParts(u8);

impl RateParts {
    pub const NONE: Self = Self(0);
    pub const ALL: Self = Self(0b111);

    pub fn of(parts: impl IntoIterator<Item = RatePart>) -> Self {
        Self(parts.into_iter().fold(0, |bits, part| bits | part.bit()))
    }

    pub fn has(self, part: RatePart) -> bool {
        self.0 & part.bit() != 0
    }

    pub fn is_empty(self) -> bool {
        self == Self::NONE
    }

    /// Whether it does not count at all.
    pub fn is_all(&self) -> bool {
        *self == Self::ALL
    }

    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether some of these are among others.
    pub fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub fn is_within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    pub fn iter(self) -> impl Iterator<Item = RatePart> {
        RatePart::ALL.iter().copied().filter(move |part| self.has(*part))
    }

    /// As a number from 0 to 7, by which rows are told apart.
    pub fn bits(self) -> u8 {
        self.0
    }

    pub fn from_bits(bits: u8) -> Self {
        Self(bits & Self::ALL.0)
    }

    /// As words with `;` between them.
    pub fn to_text(self) -> String {
        self.iter().map(RatePart::as_str).collect::<Vec<_>>().join(";")
    }

    /// `None` where a word is none of the three.
    pub fn parse(text: &str) -> Option<Self> {
        let words = text.split(';').map(str::trim).filter(|word| !word.is_empty());
        words.map(RatePart::parse).collect::<Option<Vec<_>>>().map(Self::of)
    }

    pub(crate) fn all() -> Self {
        Self::ALL
    }
}

impl From<Vec<RatePart>> for RateParts {
    fn from(parts: Vec<RatePart>) -> Self {
        Self::of(parts)
    }
}

impl From<RateParts> for Vec<RatePart> {
    fn from(parts: RateParts) -> Self {
        parts.iter().collect()
    }
}

texts! {
    /// How a request stands in its unit's rates.
    ClaimState {
        /// Nobody asked for anything else.
        Counted => "counted",
        ExclusionAsked => "exclusion_asked",
        LeftOut => "left_out",
        /// It was asked to be left out, and is not.
        Kept => "kept",
        Appealed => "appealed",
        Upheld => "upheld",
        Dismissed => "dismissed",
    }
}

texts! {
    ClaimStep {
        Ask => "ask",
        Grant => "grant",
        Refuse => "refuse",
        Appeal => "appeal",
        Uphold => "uphold",
        Dismiss => "dismiss",
        Withdraw => "withdraw",
    }
}

/// Where a move leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimTo {
    State(ClaimState),
    /// To where it was before it was asked for.
    Back,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimMove {
    pub from: ClaimState,
    pub step: ClaimStep,
    pub to: ClaimTo,
    pub who: Who,
}

use ClaimState as S;
use ClaimStep as T;

const fn row(from: S, step: T, to: S, who: Who) -> ClaimMove {
    ClaimMove { from, step, to: ClaimTo::State(to), who }
}

const fn back(from: S) -> ClaimMove {
    ClaimMove { from, step: T::Withdraw, to: ClaimTo::Back, who: Who::Lead }
}

/// Every allowed move; what is not here is refused. An appeal is decided once: what was dismissed or upheld stays.
pub const CLAIM_MOVES: &[ClaimMove] = &[
    row(S::Counted, T::Ask, S::ExclusionAsked, Who::Lead),
    row(S::Counted, T::Appeal, S::Appealed, Who::Lead),
    row(S::ExclusionAsked, T::Grant, S::LeftOut, Who::Above),
    row(S::ExclusionAsked, T::Refuse, S::Kept, Who::Above),
    back(S::ExclusionAsked),
    // Left out of one rate, another may still be contested.
    row(S::LeftOut, T::Appeal, S::Appealed, Who::Lead),
    row(S::Kept, T::Appeal, S::Appealed, Who::Lead),
    row(S::Appealed, T::Uphold, S::Upheld, Who::Above),
    row(S::Appealed, T::Dismiss, S::Dismissed, Who::Above),
    back(S::Appealed),
];

/// The move that a step makes, if it is allowed.
pub fn find(from: ClaimState, step: ClaimStep) -> Option<&'static ClaimMove> {
    CLAIM_MOVES.iter().find(|it| it.from == from && it.step == step)
}

impl ClaimState {
    /// Whether somebody has to decide.
    pub fn is_open(self) -> bool {
        matches!(self, Self::ExclusionAsked | Self::Appealed)
    }

    /// The step that decides what is open here.
    pub fn decided_by(self, granted: bool) -> Option<ClaimStep> {
        match (self, granted) {
            (Self::ExclusionAsked, true) => Some(ClaimStep::Grant),
            (Self::ExclusionAsked, false) => Some(ClaimStep::Refuse),
            (Self::Appealed, true) => Some(ClaimStep::Uphold),
            (Self::Appealed, false) => Some(ClaimStep::Dismiss),
            _ => None,
        }
    }
}

/// What makes a claim an appeal. The limit of the decision is recorded as it was set: later rules change nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppealTerms {
    pub at: DateTime,
    /// The last day for the decision.
    pub decide_by: Date,
}

/// What a unit asked for, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exclusion {
    pub number: u32,
    pub ground: ExclusionGround,
    pub reason: String,
    /// What it is proved by.
    pub evidence: String,
    pub unit: Code,
    /// The rates that it is asked to be left out of.
    pub parts: RateParts,
    /// What makes it an appeal.
    pub appeal: Option<AppealTerms>,
    pub asked: Seq,
    pub asked_on: Date,
    pub granted: Option<bool>,
    /// The rates that it is left out of.
    pub granted_parts: RateParts,
    pub note: String,
    pub decided_on: Option<Date>,
    pub withdrawn: Option<String>,
}

impl Exclusion {
    /// How it stands; nothing once it was withdrawn.
    pub fn state(&self) -> Option<ClaimState> {
        if self.withdrawn.is_some() {
            return None;
        }
        Some(match (self.granted, self.appeal.is_some()) {
            (None, false) => ClaimState::ExclusionAsked,
            (None, true) => ClaimState::Appealed,
            (Some(true), false) => ClaimState::LeftOut,
            (Some(true), true) => ClaimState::Upheld,
            (Some(false), false) => ClaimState::Kept,
            (Some(false), true) => ClaimState::Dismissed,
        })
    }

    /// Whether the limit of the decision has passed while nobody decided.
    pub fn is_late(&self, today: Date) -> bool {
        self.state() == Some(ClaimState::Appealed) && self.appeal.is_some_and(|terms| terms.decide_by < today)
    }
}

/// How long appeals may be filed and take, in working days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppealRules {
    /// From the day on which it counts, and once more from the day on which the period was published.
    pub file_days: u16,
    /// From the day on which the appeal was filed.
    pub decide_days: u16,
}

impl Default for AppealRules {
    fn default() -> Self {
        Self { file_days: 5, decide_days: 5 }
    }
}

impl AppealRules {
    pub(crate) fn is_usual(&self) -> bool {
        *self == Self::default()
    }

    /// Whether there is time for both.
    pub fn is_sound(self) -> bool {
        self.file_days > 0 && self.decide_days > 0
    }

    pub fn decide_by(self, filed: Date) -> Date {
        workday::nth(filed, i32::from(self.decide_days))
    }
}

/// The days on which an appeal may be filed, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AppealWindow {
    pub opens: Date,
    pub closes: Date,
}

/// When an appeal against what counts may be filed. A request counts from the day after its limit ran out, or from
/// the day on which whoever asked was called back; the limit runs from what came last of these and of the first
/// publication of a period that it is in: publishing a correction opens nothing anew.
pub fn window(
    row: &RateRow,
    verdict: Option<Date>,
    published: Option<Date>,
    rules: AppealRules,
) -> AppealWindow {
    let after_limit = row.due.tomorrow().unwrap_or(row.due);
    let opens = verdict.map_or(after_limit, |day| day.min(after_limit));
    let last = verdict.into_iter().chain(published).fold(after_limit, Date::max);
    AppealWindow { opens, closes: workday::nth(last, i32::from(rules.file_days)) }
}

impl Request {
    /// How it stands in its unit's rates.
    pub fn claim(&self) -> ClaimState {
        self.exclusions.iter().filter_map(Exclusion::state).next_back().unwrap_or(ClaimState::Counted)
    }

    /// The number of the next claim.
    pub fn next_claim(&self) -> u32 {
        self.exclusions.iter().map(|it| it.number).max().unwrap_or_default() + 1
    }

    /// What waits for a decision.
    pub fn open_claim(&self) -> Option<&Exclusion> {
        self.exclusions.iter().rfind(|it| it.state().is_some_and(ClaimState::is_open))
    }

    /// The rates that it is left out of by now.
    pub fn left_out(&self) -> RateParts {
        let granted = self.exclusions.iter().filter(|it| it.granted == Some(true) && it.withdrawn.is_none());
        granted.fold(RateParts::NONE, |all, it| all.with(it.granted_parts))
    }

    /// When an appeal may be filed, and the unit that may; nothing while it counts in no rate.
    pub fn appeal_window(&self, plan: &Plan) -> Option<(Code, AppealWindow)> {
        let rules = plan.request_rules.as_ref()?.appeals;
        let row = RateRow::of(self)?;
        let verdict = self.verdict().map(|call| call.at.date());
        let published = plan.first_published(row.due);
        let window = window(&row, verdict, published, rules);
        Some((row.unit, window))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn parts_are_written_and_read_alike() {
        for bits in 0..8 {
            let parts = RateParts::from_bits(bits);
            assert_eq!(RateParts::parse(&parts.to_text()), Some(parts));
            let text = serde_json::to_string(&parts).unwrap();
            assert_eq!(serde_json::from_str::<RateParts>(&text).unwrap(), parts);
        }
        assert_eq!(RateParts::parse("response;other"), None);
    }

    #[test]
    fn the_limit_runs_from_what_came_last() {
        let row = RateRow {
            due: date(2019, 6, 14),
            unit: Code::new("office").unwrap(),
            in_time: true,
            reached: false,
            solved: None,
            satisfaction: None,
            left_out: RateParts::NONE,
        };
        let rules = AppealRules { file_days: 3, decide_days: 5 };
        let plain = window(&row, None, None, rules);
        assert_eq!((plain.opens, plain.closes), (date(2019, 6, 15), date(2019, 6, 19)));
        // Called back before the limit ran out: it may be contested at once.
        let called = window(&row, Some(date(2019, 6, 12)), None, rules);
        assert_eq!((called.opens, called.closes), (date(2019, 6, 12), date(2019, 6, 19)));
        let published = window(&row, Some(date(2019, 6, 12)), Some(date(2019, 7, 1)), rules);
        assert_eq!((published.opens, published.closes), (date(2019, 6, 12), date(2019, 7, 4)));
    }
}
