//! Time limits: data with a name, a place and a day they hold from. The unit is part of each limit.

use jiff::Span;
use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

use super::kind::{Urgency, WhistleKind};
use crate::code::Code;
use crate::milestone::Limit;
use crate::named::Named;
use crate::workday;

/// A set of limits as a supervision office works by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitRules {
    pub code: Code,
    pub name: Named,
    /// Where they come from: the paper or office.
    pub source: Named,
    /// To object to duty or date, from the assignment.
    pub objection: Limit,
    pub ordinary: Limit,
    pub urgent: Limit,
    pub immediate: Limit,
    /// To ask for a review of an inspection's conclusion, and to decide on it.
    pub review: Limit,
    /// How long units have to be on the spot when a whistle is blown.
    #[serde(default)]
    pub arrival: ArrivalLimits,
    /// A first reminder goes out so many working days before the limit.
    pub remind_before: u16,
    pub ladder: Vec<Rung>,
}

/// Minutes from the call to the arrival, by what the whistle is blown for. Data: no limit holds everywhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArrivalLimits {
    pub request: u16,
    pub key_work: u16,
    pub joint_enforcement: u16,
    pub emergency: u16,
}

impl Default for ArrivalLimits {
    /// Half an hour for an emergency, as where whistles began (Pinggu 2017); two hours else.
    fn default() -> Self {
        Self { request: 120, key_work: 120, joint_enforcement: 120, emergency: 30 }
    }
}

impl ArrivalLimits {
    pub fn minutes(&self, kind: WhistleKind) -> u16 {
        match kind {
            WhistleKind::Request => self.request,
            WhistleKind::KeyWork => self.key_work,
            WhistleKind::JointEnforcement => self.joint_enforcement,
            WhistleKind::Emergency => self.emergency,
        }
    }

    /// When units called at a moment are to be there.
    pub fn by(&self, kind: WhistleKind, called: DateTime) -> DateTime {
        called.saturating_add(Span::new().minutes(i64::from(self.minutes(kind))))
    }
}

/// A rung of the escalation ladder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rung {
    /// Working days after the limit; negative before it.
    pub after: i16,
    pub to: Recipient,
    /// The slip that goes out with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slip: Option<super::kind::SlipColour>,
}

/// Who is told, from the bottom of the ladder up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recipient {
    Unit,
    UnitLeader,
    District,
    City,
    SupervisionOffice,
}

impl Recipient {
    pub const ALL: [Recipient; 5] =
        [Self::Unit, Self::UnitLeader, Self::District, Self::City, Self::SupervisionOffice];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unit => "unit",
            Self::UnitLeader => "unit_leader",
            Self::District => "district",
            Self::City => "city",
            Self::SupervisionOffice => "supervision_office",
        }
    }
}

impl LimitRules {
    /// The last day for an item that came in on `from`: the limit's end, moved on to a working day.
    pub fn due(&self, urgency: Urgency, from: Date) -> Option<Date> {
        let limit = match urgency {
            Urgency::Ordinary => self.ordinary,
            Urgency::Urgent => self.urgent,
            Urgency::Immediate => self.immediate,
            Urgency::Long => return None,
        };
        Some(workday::at_or_after(limit.end(from)))
    }

    /// The rungs that an open item with this limit has reached by `today`, lowest first, each with the
    /// day it was reached.
    pub fn reached(&self, due: Date, today: Date) -> impl Iterator<Item = (Date, &Rung)> {
        self.ladder
            .iter()
            .map(move |rung| (workday::nth(due, i32::from(rung.after)), rung))
            .filter(move |(on, _)| *on <= today)
    }

    /// The preset: limits of a published supervision procedure (平政办〔2017〕18号), the ladder in steps of
    /// working days.
    pub fn usual() -> Self {
        serde_json::from_str(include_str!("../../data/limits.json")).expect("a preset that a test reads")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn limits_end_on_working_days() {
        let rules = LimitRules::usual();
        // Fifteen days from 14 September 2018 end on Saturday 29, which was made up for National Day.
        assert_eq!(rules.due(Urgency::Ordinary, date(2018, 9, 14)), Some(date(2018, 9, 29)));
        assert_eq!(rules.due(Urgency::Urgent, date(2018, 9, 28)), Some(date(2018, 10, 8)));
        assert_eq!(rules.due(Urgency::Long, date(2018, 9, 28)), None);
    }

    #[test]
    fn the_ladder_is_climbed_by_working_days() {
        let rules = LimitRules::usual();
        let due = date(2018, 9, 28);
        let reached = |today| rules.reached(due, today).map(|(on, rung)| (on, rung.to)).collect::<Vec<_>>();
        assert_eq!(reached(date(2018, 9, 24)), []);
        // The Mid-Autumn holiday of 24 September pushes the reminder before it.
        assert_eq!(reached(date(2018, 9, 25)), [(date(2018, 9, 25), Recipient::Unit)]);
        assert_eq!(reached(date(2018, 10, 7)).last(), Some(&(date(2018, 9, 29), Recipient::UnitLeader)));
        assert_eq!(reached(date(2018, 10, 8)).last(), Some(&(date(2018, 10, 8), Recipient::District)));
    }
}
