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

    /// The preset: limits of a published supervision procedure (平政办〔2017〕18号).
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
}
