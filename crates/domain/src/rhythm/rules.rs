//! The rules of the rhythm, as data.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::Span;
use jiff::civil::{Date, DateTime, Time};
use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::item::kind::{SlipColour, texts};
use crate::named::Named;
use crate::report::{Period, Rhythm};
use crate::workday;

texts! {
    /// What is watched, each by a ladder of its own.
    Watch {
        /// The limit of a directive, task, finding or decision.
        Limit => "limit",
        /// A unit's return for a period.
        Return => "return",
        /// A report that is drafted and not issued.
        Report => "report",
        /// A whistle that nobody has answered.
        Whistle => "whistle",
        /// A dispatch that some unit has not answered.
        Dispatch => "dispatch",
        /// The minutes of a meeting that was held.
        Minutes => "minutes",
        /// A slip that its unit has not signed for.
        Slip => "slip",
        /// The limit of a resident's request.
        Request => "request",
        /// A request that is on the books: it is to be looked at again.
        Books => "books",
        /// What the office that takes requests in has to do: give one out, decide on what units and residents ask.
        Desk => "desk",
        /// What a unit asks of the office above it about a request: more time, or to put it on the books.
        Asked => "asked",
    }
}

texts! {
    /// Who is told, from the bottom of the ladder up.
    Recipient {
        Unit => "unit",
        UnitLeader => "unit_leader",
        District => "district",
        City => "city",
        SupervisionOffice => "supervision_office",
    }
}

/// How long after a limit; working days and hours may be negative: before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wait {
    WorkingDays(i16),
    Minutes(u32),
    /// Round the clock; negative before it.
    Hours(i16),
}

impl Wait {
    /// The moment that is so long after a limit. On working days it is the rules' time of day.
    pub fn after(self, limit: DateTime, at: Time) -> DateTime {
        match self {
            Self::WorkingDays(n) => {
                workday::nth(workday::at_or_after(limit.date()), i32::from(n)).to_datetime(at)
            }
            Self::Minutes(n) => limit.saturating_add(Span::new().minutes(i64::from(n))),
            Self::Hours(n) => limit.saturating_add(Span::new().hours(i64::from(n))),
        }
    }

    /// Whether it lies before the limit.
    pub fn is_ahead(self) -> bool {
        matches!(self, Self::WorkingDays(n) | Self::Hours(n) if n < 0)
    }
}

impl std::fmt::Display for Wait {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::WorkingDays(n) => write!(f, "{n}d"),
            Self::Minutes(n) => write!(f, "{n}m"),
            Self::Hours(n) => write!(f, "{n}h"),
        }
    }
}

/// A rung of a ladder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rung {
    pub after: Wait,
    pub to: Recipient,
    /// The slip that goes out with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slip: Option<SlipColour>,
    /// Raises a whistle a level.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub raise: bool,
}

/// How units return for periods of one length.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnRules {
    pub every: Rhythm,
    /// They open on this working day of the period, counted from its end.
    pub opens: u16,
    /// They are due on this working day after the period.
    pub due: u16,
    /// What has not come by this working day after the period is missing for good.
    pub closes: u16,
    /// Whether the period's report is drafted by itself.
    pub report: bool,
    /// Its report goes out by this working day after the period; as usual where this is silent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report_due: Option<u16>,
}

/// How slips are numbered, and by when they are signed for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlipRules {
    /// Working days after the slip went out.
    pub sign: u16,
    /// A slip's number on paper, with `{year}` and `{number}` in their places.
    pub number: String,
}

impl Default for SlipRules {
    fn default() -> Self {
        Self { sign: 1, number: "督单〔{year}〕{number}号".into() }
    }
}

impl SlipRules {
    pub fn sign_by(&self, sent: Date) -> Date {
        workday::nth(sent, i32::from(self.sign))
    }

    pub fn numbered(&self, year: i16, number: u64) -> String {
        self.number.replace("{year}", &year.to_string()).replace("{number}", &number.to_string())
    }
}

/// A set of rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RhythmRules {
    pub code: Code,
    pub version: u32,
    pub name: Named,
    pub source: Named,
    /// The time of day at which what counts in days is done.
    #[serde(default = "morning")]
    pub at: Time,
    pub ladders: BTreeMap<Watch, Vec<Rung>>,
    #[serde(default)]
    pub returns: Vec<ReturnRules>,
    #[serde(default)]
    pub slips: SlipRules,
}

fn morning() -> Time {
    jiff::civil::time(8, 30, 0, 0)
}

/// Rules as a plan works by them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InForce {
    /// What fell due before this day is not made up for.
    pub since: Date,
    /// The last day on which anything is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    pub rules: RhythmRules,
}

impl RhythmRules {
    /// The sets that come with the program, the recommended one first. Where another is silent, it goes by
    /// the recommended one.
    pub fn presets() -> Vec<Self> {
        let mut sets: Vec<Self> =
            serde_json::from_str(include_str!("../../data/rhythm.json")).expect("presets that a test reads");
        let usual = sets[0].clone();
        for set in &mut sets {
            for (watch, ladder) in &usual.ladders {
                set.ladders.entry(*watch).or_insert_with(|| ladder.clone());
            }
            if set.returns.is_empty() {
                set.returns.clone_from(&usual.returns);
            }
        }
        sets
    }

    pub fn preset(code: &str) -> Option<Self> {
        Self::presets().into_iter().find(|set| set.code.as_str() == code)
    }

    /// The recommended set: what holds where a plan's own rules are silent.
    pub fn usual() -> &'static Self {
        static USUAL: LazyLock<RhythmRules> = LazyLock::new(|| RhythmRules::presets().swap_remove(0));
        &USUAL
    }

    /// The working day after a period by which its report goes out.
    pub fn report_within(&self, every: Rhythm) -> u16 {
        let own = |rules: &Self| rules.returns.iter().find(|rule| rule.every == every)?.report_due;
        own(self).or_else(|| own(Self::usual())).unwrap_or_default()
    }

    /// The day by which a period's report goes out.
    pub fn report_due(&self, period: Period) -> Date {
        workday::nth(period.to, i32::from(self.report_within(period.rhythm)))
    }

    /// The ladder of what is watched; none where the rules do not watch it.
    pub fn ladder(&self, watch: Watch) -> &[Rung] {
        self.ladders.get(&watch).map_or(&[], Vec::as_slice)
    }

    /// The day from which a slip of a colour would follow, for a slip that names a final date.
    pub fn next_slip(&self, watch: Watch, after: Wait, limit: DateTime) -> Option<(Date, SlipColour)> {
        let here = after.after(limit, self.at);
        self.ladder(watch)
            .iter()
            .filter_map(|rung| Some((rung.after.after(limit, self.at), rung.slip?)))
            .filter(|(at, _)| *at > here)
            .min()
            .map(|(at, colour)| (at.date(), colour))
    }

    /// What is wrong with a set that somebody wrote; `None` when it can be worked by.
    pub fn fault(&self) -> Option<RuleFault> {
        for (watch, ladder) in &self.ladders {
            for (at, rung) in ladder.iter().enumerate() {
                if ladder[..at].iter().any(|held| (held.after, held.to) == (rung.after, rung.to)) {
                    return Some(RuleFault::Twice);
                }
                let slips = matches!(watch, Watch::Limit | Watch::Return | Watch::Whistle | Watch::Request);
                if rung.slip.is_some() && !slips || rung.raise && *watch != Watch::Whistle {
                    return Some(RuleFault::Misplaced);
                }
            }
        }
        for (at, rule) in self.returns.iter().enumerate() {
            if self.returns[..at].iter().any(|held| held.every == rule.every) {
                return Some(RuleFault::Twice);
            }
            if rule.opens == 0 || rule.due == 0 || rule.report_due == Some(0) || rule.closes <= rule.due {
                return Some(RuleFault::Order);
            }
        }
        if self.slips.sign == 0 || !self.slips.number.contains("{number}") {
            return Some(RuleFault::Slips);
        }
        None
    }
}

/// Why a set of rules cannot be worked by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleFault {
    /// The same rung or period stands in it twice.
    Twice,
    /// A slip or a raising where there is none.
    Misplaced,
    /// It closes before it is due.
    Order,
    /// Slips that cannot be told apart by their numbers, or are to be signed for before they are sent.
    Slips,
}

impl InForce {
    /// Whether anything is done on a day at all.
    pub fn acts_on(&self, day: Date) -> bool {
        day >= self.since && self.until.is_none_or(|until| day <= until)
    }
}
