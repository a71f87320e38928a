//! What the timetable reckons with: how long steps usually take, kind by kind, and the working calendars.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::plan::PlanFact;
use serde::Deserialize;

use super::asking::open;
use super::moved::{Moved, moved};
use crate::address::encode;
use crate::editor::field::Typed;
use crate::editor::page::{known_code, saved};
use crate::error::PageError;
use crate::page::Page;
use crate::revision::may_manage;
use crate::visit::{Visit, render};
use crate::words_of::comma;

struct StepLine {
    name: String,
    days: String,
    calendar: String,
    after: String,
    edit: String,
}

struct KindBlock {
    code: String,
    name: String,
    projects: usize,
    steps: Vec<StepLine>,
}

struct CalendarLine {
    name: String,
    code: String,
    holidays: bool,
    week: String,
    closed: String,
    edit: String,
}

#[derive(Template)]
#[template(path = "timetable/work.html")]
struct WorkPage {
    page: Page,
    saved: String,
    moved: Option<Moved>,
    kinds: Vec<KindBlock>,
    calendars: Vec<CalendarLine>,
    may_manage: bool,
    add: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    saved: String,
    unchanged: String,
}

pub(super) async fn show(
    visit: Visit,
    Path(plan): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let held = open(&visit, &plan).await?;
    let page = visit.page(visit.t("usual-title"));
    let english = visit.lang.is_english();
    let of = &held.portfolio.plan;
    let record = |topic: &str, slot: &str| page.link(&format!("/record/{topic}?slot={}", encode(slot)));
    let kinds = of.templates.iter().map(|template| {
        let steps = template.steps.iter().map(|line| {
            let work = of.usual_work.get(&(template.code.clone(), line.step.clone()));
            let named = |code: &domain::code::Code| {
                let held = template.steps.iter().find(|line| line.step == *code);
                held.map_or_else(|| code.to_string(), |line| line.name.get(english).to_owned())
            };
            let fact =
                PlanFact::UsualWork { template: template.code.clone(), step: line.step.clone(), work: None };
            StepLine {
                name: line.name.get(english).to_owned(),
                days: work.map_or_else(String::new, |work| {
                    format!("{} / {} / {}", work.days.low, work.days.likely, work.days.high)
                }),
                calendar: work
                    .and_then(|work| work.calendar.as_ref())
                    .and_then(|code| of.calendars.iter().find(|held| held.calendar == *code))
                    .map_or_else(String::new, |held| held.name.get(english).to_owned()),
                after: match work.and_then(|work| work.after.as_ref()) {
                    None => String::new(),
                    Some(after) if after.is_empty() => visit.t("usual-at-once").into_owned(),
                    Some(after) => after.iter().map(named).collect::<Vec<_>>().join(comma(visit.lang)),
                },
                edit: if work.is_some() {
                    record("usual_work", &fact.slot())
                } else {
                    let (kind, step) = (&template.code, &line.step);
                    page.link(&format!("/record/usual_work?kind={kind}&step_code={step}"))
                },
            }
        });
        let of_kind = |project: &&domain::project::Project| project.kind.as_ref() == Some(&template.code);
        KindBlock {
            code: template.code.to_string(),
            name: template.name.get(english).to_owned(),
            projects: held.portfolio.members().filter(of_kind).count(),
            steps: steps.collect(),
        }
    });
    let calendars = of.calendars.iter().map(|calendar| {
        let worked = (1..=7).zip(calendar.week).filter(|(_, worked)| *worked);
        let week: Vec<String> =
            worked.map(|(day, _)| visit.t(&format!("weekday-{day}")).into_owned()).collect();
        let closed: Vec<String> =
            calendar.closed.iter().map(|closed| format!("{} – {}", closed.from, closed.to)).collect();
        CalendarLine {
            name: calendar.name.get(english).to_owned(),
            code: calendar.calendar.to_string(),
            holidays: calendar.holidays,
            week: week.join(comma(visit.lang)),
            closed: closed.join(comma(visit.lang)),
            edit: record("work_calendar", &PlanFact::WorkCalendar(calendar.clone()).slot()),
        }
    });
    let mut query = vec![("saved".to_owned(), asked.saved.clone())];
    if !asked.unchanged.is_empty() {
        query.push(("unchanged".to_owned(), asked.unchanged.clone()));
    }
    let said = saved(visit.lang, &Typed(query));
    let moved = moved(&visit, &page, &held, &asked.saved).await?;
    let view = WorkPage {
        saved: said,
        moved,
        kinds: kinds.collect(),
        calendars: calendars.collect(),
        may_manage: !page.is_past() && may_manage(&visit, &known_code(&plan)?),
        add: page.link("/record/work_calendar"),
        page,
    };
    render(StatusCode::OK, &view)
}
