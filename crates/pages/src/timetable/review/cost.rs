//! What open points cost: the days by which each alone, and all together, put off the project and others.

use app::timetable::PlanTimetable;
use domain::code::Code;
use domain::project::Project;
use domain::review::{Point, Round};
use domain::workday;
use jiff::civil::Date;

use crate::error::PageError;

/// What a hold-up of the approval comes to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Cost {
    /// Working days by which the project's promise moves.
    pub days: i64,
    /// Promises of any project that it breaks.
    pub breaks: usize,
    /// Projects whose finish moves.
    pub projects: usize,
    /// When the project is then finished.
    pub finish: Option<Date>,
}

/// The day by which a point is settled when it takes as long as expected.
pub(crate) fn settled_by(point: &Point, today: Date) -> Date {
    workday::nth(point.raised, i32::from(point.days)).max(today)
}

/// What it costs when the approval comes no earlier than on a day.
pub(super) fn cost(
    held: &PlanTimetable,
    project: &Project,
    step: &Code,
    until: Date,
) -> Result<Option<Cost>, PageError> {
    let Some(row) = held.row(project.code.as_str()) else { return Ok(None) };
    let Some(approval) = row.steps.iter().find(|it| it.step == *step).filter(|it| !it.is_done()) else {
        return Ok(None);
    };
    let late = workday::between(approval.finish, until).max(0);
    let headline = row.headline();
    let mut out = Cost { finish: headline.map(|step| step.finish), ..Cost::default() };
    if late == 0 {
        return Ok(Some(out));
    }
    let by = u16::try_from(late).unwrap_or(u16::MAX);
    let hits = held.timetable.delay(approval.task, by).map_err(app::AppError::from)?;
    let mut moved: Vec<usize> = Vec::new();
    for (task, days, before, after) in hits {
        let Some(at) = held.timetable.place(task) else { continue };
        if !moved.contains(&at.project) {
            moved.push(at.project);
        }
        if headline.is_some_and(|step| step.task == task) {
            out.days = days;
            out.finish = Some(after);
        }
        out.breaks += usize::from(at.promise.is_some_and(|promise| before <= promise && promise < after));
    }
    out.projects = moved.len();
    Ok(Some(out))
}

/// What a round's open points cost together: the approval waits for the last of them.
pub(super) fn cost_of_all(
    held: &PlanTimetable,
    project: &Project,
    round: &Round,
    today: Date,
) -> Result<Option<Cost>, PageError> {
    let Some(until) = round.open_points().map(|point| settled_by(point, today)).max() else {
        return Ok(None);
    };
    cost(held, project, &round.step, until)
}
