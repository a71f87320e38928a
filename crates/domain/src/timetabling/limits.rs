//! Limits of review and building capacity: what they put off, and by how much.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use timetable::TaskId;
use timetable::resource::{Demand, Resource, Search, level};

use super::network::{DAY, Progress, Timetable, date_of};
use crate::code::Code;
use crate::milestone::step;
use crate::named::Named;
use crate::portfolio::Portfolio;
use crate::project::Project;

/// Whose capacity is limited.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitedBy {
    /// An authority, by its Chinese name, decides so many cases at once.
    Authority(String),
    /// A unit, such as a contractor, works on so many projects at once: their steps from the start on site to
    /// completion.
    Unit(Code),
}

/// A capacity that several projects share.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct WorkLimit {
    pub limit: Code,
    pub name: Named,
    pub by: LimitedBy,
    /// So many steps at once.
    pub capacity: u16,
}

/// One limit, and how far it binds.
#[derive(Debug, Clone, PartialEq)]
pub struct Bound {
    pub limit: Code,
    /// Open steps that need it.
    pub steps: usize,
    /// The most that would need it on one day if there were no limit, and that day.
    pub peak: usize,
    pub peak_on: Option<Date>,
    /// Steps that wait for it, with the working days of their own calendars that each waits beyond all that it
    /// follows, as this is placed under the limits; the longest wait first.
    pub waits: Vec<(TaskId, i64)>,
}

/// The plan's timetable with its limits kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Limited {
    pub bounds: Vec<Bound>,
    /// Where every task starts and finishes, by its index.
    dates: Vec<(Date, Date)>,
    /// Steps under way that use more than there is.
    pub overdrawn: Vec<(TaskId, Code)>,
}

impl Limited {
    pub fn start(&self, task: TaskId) -> Option<Date> {
        self.dates.get(task.index()).map(|(start, _)| *start)
    }

    pub fn finish(&self, task: TaskId) -> Option<Date> {
        self.dates.get(task.index()).map(|(_, finish)| *finish)
    }
}

/// How long an order of work is looked for.
const SEARCH: Search = Search { samples: 120, moves: 400, seed: 2018 };

impl Timetable {
    /// Places every step where its links and all limits of the plan let it.
    pub fn limited(&self, portfolio: &Portfolio) -> Result<Limited, super::TimetableError> {
        let limits = &portfolio.plan.work_limits;
        let resources: Vec<Resource> = limits
            .iter()
            .map(|limit| Resource { name: limit.name.zh.clone(), capacity: u32::from(limit.capacity.max(1)) })
            .collect();
        let mut demands = Vec::new();
        let whole = self.steps.len();
        for (number, (at, project)) in self.all_steps(portfolio).enumerate() {
            if !matches!(at.progress, Progress::Open | Progress::Running)
                || at.estimate.is_none_or(|estimate| estimate.likely == 0)
            {
                continue;
            }
            for (resource, limit) in limits.iter().enumerate() {
                // A part's application is one of its own; who builds a part is at work on the project all the same.
                let counts = number < whole || matches!(limit.by, LimitedBy::Authority(_));
                if counts && needs(project, limit, at.step) {
                    demands.push(Demand { task: at.task, resource: resource as u32, units: 1 });
                }
            }
        }
        let levelled = level(&self.plan, &self.network, &resources, &demands, SEARCH)?;
        let dates: Vec<(Date, Date)> =
            levelled.dates.iter().map(|(start, finish)| (date_of(*start), date_of(*finish))).collect();
        let bounds = limits
            .iter()
            .enumerate()
            .map(|(resource, limit)| {
                let own: Vec<TaskId> =
                    demands.iter().filter(|d| d.resource as usize == resource).map(|d| d.task).collect();
                let (peak, peak_on) = self.peak(&own);
                let mut waits: Vec<(TaskId, i64)> = own
                    .iter()
                    .filter_map(|task| {
                        // Part of a day is waited for that day.
                        let days = (levelled.waits[task.index()] + DAY - 1).div_euclid(DAY);
                        (days > 0).then_some((*task, days))
                    })
                    .collect();
                waits.sort_by_key(|(task, days)| (std::cmp::Reverse(*days), *task));
                Bound { limit: limit.limit.clone(), steps: own.len(), peak, peak_on, waits }
            })
            .collect();
        let overdrawn = levelled
            .overdrawn
            .iter()
            .filter_map(|(task, resource)| Some((*task, limits.get(*resource as usize)?.limit.clone())))
            .collect();
        Ok(Limited { bounds, dates, overdrawn })
    }

    /// The day on which most of the tasks would be worked at once without a limit.
    fn peak(&self, tasks: &[TaskId]) -> (usize, Option<Date>) {
        let mut turns: BTreeMap<Date, i64> = BTreeMap::new();
        for task in tasks {
            if let Some(dates) = self.schedule.dates_of(&self.network, *task) {
                *turns.entry(date_of(dates.early_start)).or_default() += 1;
                let after = date_of(dates.early_finish).saturating_add(jiff::Span::new().days(1));
                *turns.entry(after).or_default() -= 1;
            }
        }
        let (mut now, mut peak, mut on) = (0i64, 0i64, None);
        for (day, turn) in turns {
            now += turn;
            if now > peak {
                (peak, on) = (now, Some(day));
            }
        }
        (peak.max(0) as usize, on)
    }
}

/// Whether a step uses up some of a limit.
fn needs(project: &Project, limit: &WorkLimit, at: usize) -> bool {
    let Some(line) = project.steps.get(at) else { return false };
    match &limit.by {
        LimitedBy::Authority(name) => line.gate.as_ref().is_some_and(|gate| gate.authority.zh == *name),
        LimitedBy::Unit(unit) => {
            let place = |code: &str| project.steps.iter().position(|line| line.step.as_str() == code);
            let from = place(step::START).unwrap_or(0);
            let to = place(step::COMPLETION).unwrap_or(project.steps.len());
            let part = project.lead_unit.as_ref() == Some(unit)
                || project.supporting_units.iter().any(|(held, _)| held == unit);
            part && line.gate.is_none() && at > from && at <= to
        }
    }
}
