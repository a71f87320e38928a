//! How long steps really took, from what is on record of a plan's projects.

use std::collections::BTreeMap;

use crate::code::Code;
use crate::portfolio::Portfolio;
use crate::timetabling::{Estimate, MOST_DAYS, Progress, Row, Timetable, waits_for};

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
pub fn durations(portfolio: &Portfolio, timetable: &Timetable, rows: &[Row]) -> Vec<Recorded> {
    let mut found: BTreeMap<(Code, Code), Vec<(u16, Code)>> = BTreeMap::new();
    for row in rows {
        let project = &portfolio.projects[row.project];
        let Some(kind) = &project.kind else { continue };
        for step in &row.steps {
            if step.progress != Progress::Done {
                continue;
            }
            let chain = row.steps.iter().map(|other| &other.step);
            let waits = waits_for(chain, &step.step, portfolio.plan.work(project, &step.step));
            let before: Vec<_> = row.steps.iter().filter(|other| waits.contains(&&other.step)).collect();
            if before.is_empty() || before.iter().any(|step| step.progress != Progress::Done) {
                continue;
            }
            let begun = before.iter().map(|step| step.actual.unwrap_or(step.finish)).max();
            let done = step.actual.unwrap_or(step.finish);
            // In the days of the calendar that the step is worked in: there its duration is counted, too.
            let days = begun.map(|begun| timetable.days_worked(step.task, begun, done));
            let days = days.filter(|days| *days > 0);
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
