//! What changed since an earlier timetable, and why: by edits, by what was done, by time, by the working days.

use app::AppError;
use app::read::Asked;
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::planned_date::parse_day;
use domain::scenario::moves;
use jiff::civil::Date;

use crate::editor::field::Typed;
use crate::error::PageError;
use crate::page::Page;
use crate::timetable::asking::open;
use crate::timetable::scenario::said::{Measures, MoveLine, Teller};
use crate::timetable::scenario::{MEASURES, Outcome};
use crate::visit::{Visit, render};

/// How far back is looked when nothing is said.
const WEEKS: i64 = 4;

#[derive(Template)]
#[template(path = "outlook/changes.html")]
struct ChangesPage {
    page: Page,
    since: String,
    since_said: String,
    /// Why nothing can be compared.
    nothing: String,
    outcome: Option<Outcome>,
    breaks: usize,
    saves: usize,
}

pub(super) async fn show(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let held = open(&visit, &plan).await?;
    let page = visit.page(visit.t("changes-title"));
    let typed = Typed(query);
    let usual = page.as_of.saturating_sub(jiff::Span::new().weeks(WEEKS));
    let since: Date = parse_day(typed.get("since")).filter(|day| *day < page.as_of).unwrap_or(usual);
    // The earlier timetable is that of its own day, as known then.
    let asked = Asked { as_of: Some(since), known_at: Some(visit.app.clock().end_of(since)) };
    let view = visit.app.view(asked).await?;
    let plan = held.portfolio.plan.code.clone();
    let (mut outcome, mut nothing) = (None, String::new());
    match visit.app.timetable(&plan, view).await {
        Ok(before) => {
            let teller = Teller { lang: visit.lang, portfolio: &held.portfolio };
            let (old, new) = (before.value().map_err(AppError::from)?, held.value().map_err(AppError::from)?);
            let lines: Vec<MoveLine> = moves(&before.side(), &held.side())
                .iter()
                // A project that joined or left has nothing to be compared with.
                .filter(|moved| moved.before.is_some() && moved.after.is_some())
                .map(|moved| MoveLine::new(&page, &teller, moved))
                .collect();
            outcome = Some(Outcome {
                within: new.within as i64 - old.within as i64,
                float: new.float - old.float,
                expected: format!("{:+.1}", new.expected - old.expected).replace('-', "−"),
                before: Measures::of(visit.lang, &old),
                after: Measures::of(visit.lang, &new),
                moves: lines,
            });
        }
        Err(AppError::NotFound) => nothing = visit.t("changes-before-plan").into_owned(),
        Err(error) => return Err(error.into()),
    }
    let count = |of: fn(&MoveLine) -> bool| {
        outcome.as_ref().map_or(0, |it| it.moves.iter().filter(|line| of(line)).count())
    };
    let (breaks, saves) = (count(|line| line.breaks), count(|line| line.saves));
    let shown = ChangesPage {
        since: since.to_string(),
        since_said: page.day(&since),
        nothing,
        outcome,
        breaks,
        saves,
        page,
    };
    render(StatusCode::OK, &shown)
}

impl ChangesPage {
    /// Every measure then and now.
    fn measures(&self) -> Vec<(&'static str, String, String)> {
        let Some(outcome) = &self.outcome else { return Vec::new() };
        let (before, after) = (outcome.before.texts(), outcome.after.texts());
        MEASURES
            .into_iter()
            .zip(before)
            .zip(after)
            .map(|((key, before), after)| (key, before.to_owned(), after.to_owned()))
            .collect()
    }
}
