//! What a change moved in the timetable, said right after it was recorded.

use std::sync::Arc;

use app::AppError;
use app::timetable::{Limits, PlanTimetable};
use domain::history::View;
use domain::journal::Seq;

use super::scenario::compared;
use super::scenario::said::{MoveLine, Teller};
use crate::error::PageError;
use crate::page::Page;
use crate::visit::Visit;

/// Rows that are listed; of more only the number is told.
const LISTED: usize = 40;

pub(super) struct Moved {
    pub lines: Vec<MoveLine>,
    pub more: usize,
}

/// What an entry moved: the timetable with it beside the one that was known just before, whatever was recorded
/// since. `None` where the address names none.
pub(super) async fn moved(
    visit: &Visit,
    page: &Page,
    held: &Arc<PlanTimetable>,
    saved: &str,
) -> Result<Option<Moved>, PageError> {
    let view = held.portfolio.view;
    let entry = saved.parse().ok().map(Seq).filter(|entry| *entry > Seq(0) && *entry <= view.known);
    let Some(entry) = entry else { return Ok(None) };
    let plan = &held.portfolio.plan.code;
    let at = async |known: Seq| visit.app.timetable_dates(plan, View { as_of: view.as_of, known }).await;
    let before = match at(Seq(entry.0 - 1)).await {
        Ok(before) => before,
        // The plan was not there yet, or made no timetable: nothing to compare with.
        Err(AppError::NotFound | AppError::Timetable(_)) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    // While nothing came after the entry, what is looked at is what it led to.
    let after = if visit.app.history(plan).await?.changed() <= entry {
        held.clone()
    } else {
        match at(entry).await {
            Ok(after) => after,
            Err(AppError::Timetable(_)) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
    };
    let teller = Teller { lang: visit.lang, portfolio: &held.portfolio };
    let mut lines = compared(page, &teller, &before, &after, Limits::Ignored).await?.moves;
    let more = lines.len().saturating_sub(LISTED);
    lines.truncate(LISTED);
    Ok(Some(Moved { lines, more }))
}
