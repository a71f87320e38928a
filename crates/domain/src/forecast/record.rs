//! How long steps really took, from what is on record of a plan's projects.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::code::Code;
use crate::portfolio::Portfolio;
use crate::timetabling::{Closed, Estimate, MOST_DAYS, Progress, Row, WorkCalendar};
use crate::workday;

/// Fewer measured steps than these say nothing of the next.
pub const FEWEST: usize = 5;

/// The steps of one kind that were done, with both their ends on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    pub template: Code,
    pub step: Code,
    /// Working days of each, the shortest first, with its project.
    pub took: Vec<(u16, Code)>,
}

impl Recorded {
    /// Three numbers that fit what was measured: one in ten was quicker than the first, one in ten slower than the
    /// last, half lie on each side of the middle one. `None` where too few were measured.
    pub fn estimate(&self) -> Option<Estimate> {
        if self.took.len() < FEWEST {
            return None;
        }
        let at = |share: usize| {
            let rank = (self.took.len() * share).div_ceil(100).clamp(1, self.took.len());
            self.took[rank - 1].0
        };
        Estimate::new(at(10), at(50), at(90))
    }
}

/// Measures every step that is on record as done, from the day on which all that it waits for was done. Steps that
/// only follow from later ones measure nothing, and neither does what was done on the day it could begin.
pub fn durations(portfolio: &Portfolio, rows: &[Row]) -> Vec<Recorded> {
    let mut found: BTreeMap<(Code, Code), Vec<(u16, Code)>> = BTreeMap::new();
    for row in rows {
        let project = &portfolio.projects[row.project];
        let Some(kind) = &project.kind else { continue };
        for (at, step) in row.steps.iter().enumerate() {
            if step.progress != Progress::Done {
                continue;
            }
            let after = portfolio.plan.work(project, &step.step).and_then(|work| work.after.clone());
            let before: Vec<_> = match after {
                Some(after) => row.steps.iter().filter(|other| after.contains(&other.step)).collect(),
                None => at.checked_sub(1).map(|at| &row.steps[at]).into_iter().collect(),
            };
            if before.is_empty() || before.iter().any(|step| step.progress != Progress::Done) {
                continue;
            }
            let begun = before.iter().map(|step| step.actual.unwrap_or(step.finish)).max();
            let done = step.actual.unwrap_or(step.finish);
            // In the days of the calendar that the step is worked in: there its duration is counted, too.
            let work = portfolio.plan.work(project, &step.step);
            let calendar = work.and_then(|work| work.calendar.as_ref());
            let calendar = portfolio.plan.calendars.iter().find(|held| Some(&held.calendar) == calendar);
            let days = begun.map(|begun| worked_between(calendar, begun, done)).filter(|days| *days > 0);
            if let Some(days) = days.and_then(|days| u16::try_from(days).ok()) {
                let place = (kind.clone(), step.step.clone());
                found.entry(place).or_default().push((days.min(MOST_DAYS), project.code.clone()));
            }
        }
    }
    found
        .into_iter()
        .map(|((template, step), mut took)| {
            took.sort();
            Recorded { template, step, took }
        })
        .collect()
}

/// Days worked after one day up to and with another, in a calendar of the plan or the national one.
fn worked_between(calendar: Option<&WorkCalendar>, from: Date, to: Date) -> i32 {
    let Some(calendar) = calendar else { return workday::between(from, to) };
    let mut count = 0;
    let mut day = from;
    while day < to {
        let Ok(next) = day.tomorrow() else { break };
        day = next;
        count += i32::from(is_worked(calendar, day));
    }
    count
}

fn is_worked(calendar: &WorkCalendar, day: Date) -> bool {
    let of_week = usize::try_from(day.weekday().to_monday_zero_offset()).unwrap_or(0);
    let usual = match calendar.holidays {
        true => workday::is_working(day),
        false => calendar.week[of_week],
    };
    usual && !calendar.closed.iter().any(|closed| is_within(*closed, day))
}

/// Whether a day lies in a time of every year, which may run over the turn of the year.
fn is_within(closed: Closed, day: Date) -> bool {
    let over = i16::from(closed.to < closed.from);
    (day.year() - 1..=day.year()).any(|year| {
        let ends = (closed.from.in_year(year), closed.to.in_year(year + over));
        matches!(ends, (Some(from), Some(to)) if from <= day && day <= to)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::named::Named;
    use jiff::civil::date;

    #[test]
    fn days_are_counted_in_the_calendar_of_the_step() {
        let site = WorkCalendar {
            calendar: Code::new("site").unwrap(),
            name: Named::new("工地", ""),
            holidays: false,
            week: [true; 7],
            closed: vec![Closed { from: "11-15".parse().unwrap(), to: "03-15".parse().unwrap() }],
        };
        // The week of the National Day: seven days on the site, none in the country.
        assert_eq!(worked_between(Some(&site), date(2018, 9, 30), date(2018, 10, 7)), 7);
        assert_eq!(worked_between(None, date(2018, 9, 30), date(2018, 10, 7)), 0);
        // From 10 November to 20 March: the 11th to the 14th, the 16th to the 20th.
        assert_eq!(worked_between(Some(&site), date(2018, 11, 10), date(2019, 3, 20)), 4 + 5);
        assert_eq!(worked_between(Some(&site), date(2019, 1, 5), date(2019, 1, 1)), 0);
    }
}
