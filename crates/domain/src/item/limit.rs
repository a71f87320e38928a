//! Time limits: data with a name, a place and a day they hold from. The unit is part of each limit.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::kind::Urgency;
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
