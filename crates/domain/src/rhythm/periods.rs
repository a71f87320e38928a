//! Periods open and close by the calendar.

use jiff::civil::{Date, DateTime};

use super::rules::{InForce, ReturnRules};
use crate::code::Code;
use crate::item::kind::Series;
use crate::journal::Hash;
use crate::report::{Period, Rhythm};
use crate::workday;

/// What is to be seen to for a period. Each is done once, however often it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PeriodStep {
    /// Every unit that owes a return gets one to fill.
    Open,
    /// The period's report is drafted.
    Draft,
    /// What has not come is missing for good.
    Close,
}

/// Periods that are still seen to, back from the one that runs: long enough for a holiday between its end
/// and its closing, and for a server that was off besides.
const BACK: usize = 6;

impl ReturnRules {
    /// The day on which returns open; `None` for a period without a working day, for which none are asked.
    pub fn opens_on(&self, period: Period) -> Option<Date> {
        let day = workday::nth(period.next().from, -i32::from(self.opens));
        let first = workday::at_or_after(period.from);
        (first <= period.to).then(|| day.max(first))
    }

    pub fn due_on(&self, period: Period) -> Date {
        workday::nth(period.to, i32::from(self.due))
    }

    pub fn closes_on(&self, period: Period) -> Date {
        workday::nth(period.to, i32::from(self.closes))
    }

    /// The series that returns and the report of such periods belong to.
    pub fn series(&self) -> Series {
        match self.every {
            Rhythm::Week => Series::Weekly,
            Rhythm::Month => Series::Monthly,
            Rhythm::Quarter => Series::Quarterly,
            Rhythm::Year => Series::Annual,
        }
    }
}

impl InForce {
    /// What is to be seen to at a moment, earlier periods first. `last` is the plan's own last day.
    pub fn steps(&self, last: Option<Date>, now: DateTime) -> Vec<(&ReturnRules, Period, PeriodStep)> {
        let mut out = Vec::new();
        if !self.acts_on(now.date()) {
            return out;
        }
        let reached = |day: Date| day.to_datetime(self.rules.at) <= now;
        for rule in &self.rules.returns {
            let mut periods = vec![Period::containing(rule.every, now.date())];
            while periods.len() < BACK {
                periods.push(periods[periods.len() - 1].previous());
            }
            for period in periods.into_iter().rev() {
                let opens = rule.opens_on(period);
                let ours = period.to >= self.since && last.is_none_or(|last| period.from <= last);
                let Some(opens) = opens.filter(|_| ours) else { continue };
                let closes = rule.closes_on(period);
                if reached(opens) && !reached(closes) {
                    out.push((rule, period, PeriodStep::Open));
                }
                if rule.report && reached(period.next().from) {
                    out.push((rule, period, PeriodStep::Draft));
                }
                if reached(closes) {
                    out.push((rule, period, PeriodStep::Close));
                }
            }
        }
        out
    }
}

/// What the codes of a period's returns begin with.
pub fn return_prefix(series: Series, period: Period) -> String {
    format!("RET-{}-{}-", series.as_str(), period.name())
}

/// The code of a unit's return for a period.
pub fn return_code(series: Series, period: Period, unit: &Code) -> Code {
    let prefix = return_prefix(series, period);
    let room = Code::MAX - prefix.len();
    let unit = unit.as_str();
    // A unit with a very long code is told from its like by a digest.
    let named = if unit.len() <= room {
        unit.to_owned()
    } else {
        let digest = Hash::of(unit).to_string();
        format!("{}-{}", &unit[..room - 9], &digest[..8])
    };
    Code::new(&format!("{prefix}{named}")).expect("letters, digits and hyphens")
}
