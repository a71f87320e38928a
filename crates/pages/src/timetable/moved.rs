//! What a change moved in the timetable, said right after it was recorded.

use app::timetable::PlanTimetable;
use domain::history::View;
use domain::journal::Seq;
use jiff::civil::Date;

use super::asking::{address, step_name};
use crate::error::PageError;
use crate::page::Page;
use crate::visit::Visit;

/// Rows that are listed; of more only the number is told.
const LISTED: usize = 40;

/// A project whose promise, or aim, is computed for another day than before.
pub(super) struct Move {
    pub project: String,
    pub step: String,
    pub address: String,
    pub before: String,
    pub after: String,
    pub float: Option<i64>,
    pub breaks: bool,
}

pub(super) struct Moved {
    pub lines: Vec<Move>,
    pub more: usize,
}

/// What an entry moved: the timetable with it beside the one that was known just before. `None` where the address
/// names none.
pub(super) async fn moved(
    visit: &Visit,
    page: &Page,
    held: &PlanTimetable,
    saved: &str,
) -> Result<Option<Moved>, PageError> {
    let Some(entry) = saved.parse::<u64>().ok().filter(|entry| *entry > 0) else { return Ok(None) };
    let view = held.portfolio.view;
    let before = View { as_of: view.as_of, known: Seq(entry - 1) };
    let earlier = match visit.app.timetable_dates(&held.portfolio.plan.code, before).await {
        Ok(earlier) => earlier,
        // The plan was not there yet, or made no timetable: nothing to compare with.
        Err(app::AppError::NotFound | app::AppError::Timetable(_)) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let english = visit.lang.is_english();
    let day = |date: Option<Date>| date.map_or_else(String::new, |date| page.day(&date));
    let mut lines = Vec::new();
    for row in &held.rows {
        let project = &held.portfolio.projects[row.project];
        let Some(now) = row.headline() else { continue };
        let then = earlier.row(project.code.as_str()).and_then(|row| row.headline());
        let same = then.is_some_and(|then| (&then.step, then.finish) == (&now.step, now.finish));
        if same {
            continue;
        }
        let kept = then.is_some_and(|then| then.float.is_some_and(|float| float >= 0));
        lines.push(Move {
            project: project.name.get(english).to_owned(),
            step: step_name(project, &now.step, english),
            address: address(page, project),
            before: day(then.map(|then| then.finish)),
            after: day(Some(now.finish)),
            float: now.float,
            breaks: kept && now.float.is_some_and(|float| float < 0),
        });
    }
    let more = lines.len().saturating_sub(LISTED);
    lines.truncate(LISTED);
    Ok(Some(Moved { lines, more }))
}
