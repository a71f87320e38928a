//! How a project's promise stands by the timetable, in a few words for the project's own page.

use app::{App, AppError};
use domain::portfolio::Portfolio;
use domain::project::Project;
use words::Lang;
use words::shown;

use super::asking::step_name;

pub(crate) struct Brief {
    pub step: String,
    pub promised: String,
    pub finish: String,
    pub float: Option<i64>,
    pub odds: String,
    pub next: String,
    pub next_by: String,
}

/// None for a project that has reached what it is for, or where there is no timetable: its own page tells why.
pub(crate) async fn brief(
    app: &App,
    portfolio: &Portfolio,
    project: &Project,
    lang: Lang,
) -> Result<Option<Brief>, AppError> {
    let held = match app.timetable(&portfolio.plan.code, portfolio.view).await {
        Ok(held) => held,
        Err(AppError::Timetable(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    let Some((row, headline)) = held.row(project.code.as_str()).and_then(|row| Some((row, row.headline()?)))
    else {
        return Ok(None);
    };
    let english = lang.is_english();
    let odds = held.odds()?.of(row.project).and_then(|drawn| drawn.on_time);
    let next = row.next();
    Ok(Some(Brief {
        step: step_name(project, &headline.step, english),
        promised: headline.promised.map_or_else(String::new, |day| shown::day(lang, day)),
        finish: shown::day(lang, headline.finish),
        float: headline.float,
        odds: odds.map_or_else(String::new, |(share, _)| shown::odds(share)),
        next: next.map_or_else(String::new, |step| step_name(project, &step.step, english)),
        next_by: row.next_by().map_or_else(String::new, |day| shown::day(lang, day)),
    }))
}
