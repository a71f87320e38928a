//! The timetable: every project worked back from its promise, with float and odds; for those who work on the plan.

use app::timetable::PlanTimetable;
use axum::extract::{OriginalUri, State};
use axum::response::Response;
use domain::timetabling::{Progress, Row, StepRow};
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Api;
use crate::access::Caller;
use crate::answer::{Audience, Conditions, list_tag, page};
use crate::asked::{Asked, Page, PageParams, ViewParams, found};
use crate::body::Place;
use crate::problem::ApiError;
use crate::value::{Amount, CodeText, Day, Name};

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list_timetable)).routes(routes!(list_timetable_steps))
}

/// How a project stands to its promise.
#[derive(Debug, Serialize, ToSchema)]
struct Outlook {
    project: CodeText,
    name: Name,
    lead_unit: Option<CodeText>,
    /// The step that everything below is about: the furthest one that was promised and is open, else what the
    /// project is for. `null` when that has been reached.
    step: Option<CodeText>,
    promised: Option<Day>,
    /// When it is computed to be reached.
    finish: Option<Day>,
    /// Working days to spare before the promise; negative when it is out of reach.
    float_days: Option<i64>,
    /// The share of draws in which the promise holds.
    odds: Option<Amount>,
    /// The days by which half, four in five and nineteen in twenty draws have reached it.
    p50: Option<Day>,
    p80: Option<Day>,
    p95: Option<Day>,
    /// The next thing to do, and the last day on which to begin it, or to finish it when it has begun.
    next_step: Option<CodeText>,
    next_by: Option<Day>,
    /// Steps on the way of which nobody has said how long they take; then no odds are given.
    unknown_steps: u64,
}

/// A step in the timetable.
#[derive(Debug, Serialize, ToSchema)]
struct TimetableStep {
    step: CodeText,
    name: Option<Name>,
    /// `done`, `implied` (a later step shows that it is done), `running` or `open`.
    progress: &'static str,
    start: Day,
    finish: Day,
    /// The last days that still keep every promise it leads to; `null` where it leads to none.
    late_start: Option<Day>,
    late_finish: Option<Day>,
    float_days: Option<i64>,
    /// Whether it has nothing to spare.
    critical: bool,
    promised: Option<Day>,
    /// Working days at best, usually and at worst; `null` where nobody has said.
    low_days: Option<u16>,
    likely_days: Option<u16>,
    high_days: Option<u16>,
    /// Whether it lies in years whose holidays are not settled yet.
    provisional: bool,
}

/// Every project of the timetable: promise, computed finish, working days to spare, odds, next step
#[utoipa::path(get, path = "/plans/{plan}/timetable", operation_id = "listTimetable", tag = "projects",
    params(("plan" = CodeText, Path,), ViewParams, PageParams),
    responses((status = 200, description = "A page of projects.", body = Page<Outlook>)))]
async fn list_timetable(
    State(api): State<Api>,
    Caller(caller): Caller,
    conditions: Conditions,
    OriginalUri(uri): OriginalUri,
    Place(CodeText(plan)): Place<CodeText>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let view = api.view(&plan, &asked).await?;
    let held = api.app().timetable(&plan, view).await?;
    let odds = held.odds().map_err(app::AppError::from)?;
    let rows: Vec<&Row> = held.rows.iter().collect();
    let list = asked.page(view, rows, |row| outlook(&held, odds, row));
    Ok(page(&conditions, &caller, &list_tag(view, Audience::Staff), &uri, list))
}

fn outlook(held: &PlanTimetable, odds: &domain::timetabling::Odds, row: &Row) -> Outlook {
    let project = &held.portfolio.projects[row.project];
    let headline = row.headline();
    let drawn = odds.of(row.project);
    let share = drawn.and_then(|drawn| drawn.on_time).and_then(|(share, _)| Decimal::from_f64(share));
    let next = row.next().filter(|_| headline.is_some());
    Outlook {
        project: CodeText(project.code.clone()),
        name: Name::from(&project.name),
        lead_unit: project.lead_unit.clone().map(CodeText),
        step: headline.map(|step| CodeText(step.step.clone())),
        promised: headline.and_then(|step| step.promised).map(Day),
        finish: headline.map(|step| Day(step.finish)),
        float_days: headline.and_then(|step| step.float),
        odds: share.map(|share| Amount(share.round_dp(4))),
        p50: drawn.map(|drawn| Day(drawn.p50)),
        p80: drawn.map(|drawn| Day(drawn.p80)),
        p95: drawn.map(|drawn| Day(drawn.p95)),
        next_step: next.map(|step| CodeText(step.step.clone())),
        next_by: row.next_by().filter(|_| headline.is_some()).map(Day),
        unknown_steps: row.unknown as u64,
    }
}

/// The steps of a project in the timetable
#[utoipa::path(get, path = "/plans/{plan}/projects/{project}/timetable", operation_id = "listTimetableSteps",
    tag = "projects",
    params(("plan" = CodeText, Path,), ("project" = CodeText, Path,), ViewParams, PageParams),
    responses((status = 200, description = "A page of steps.", body = Page<TimetableStep>)))]
async fn list_timetable_steps(
    State(api): State<Api>,
    Caller(caller): Caller,
    conditions: Conditions,
    OriginalUri(uri): OriginalUri,
    Place((CodeText(plan), CodeText(code))): Place<(CodeText, CodeText)>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let view = api.view(&plan, &asked).await?;
    let held = api.app().timetable_dates(&plan, view).await?;
    let row = found(held.row(code.as_str()))?;
    let steps: Vec<&StepRow> = row.steps.iter().collect();
    let list = asked.page(view, steps, |step| shown(&held, row, step));
    Ok(page(&conditions, &caller, &list_tag(view, Audience::Staff), &uri, list))
}

fn shown(held: &PlanTimetable, row: &Row, step: &StepRow) -> TimetableStep {
    let project = &held.portfolio.projects[row.project];
    let line = project.steps.iter().find(|line| line.step == step.step);
    let days = held.portfolio.plan.work(project, &step.step).map(|work| work.days);
    TimetableStep {
        step: CodeText(step.step.clone()),
        name: line.map(|line| Name::from(&line.name)),
        progress: match step.progress {
            Progress::Done => "done",
            Progress::Implied => "implied",
            Progress::Running => "running",
            Progress::Open => "open",
        },
        start: Day(step.start),
        finish: Day(step.finish),
        late_start: step.late_start.map(Day),
        late_finish: step.late_finish.map(Day),
        float_days: step.float,
        critical: step.critical,
        promised: step.promised.map(Day),
        low_days: days.map(|days| days.low),
        likely_days: days.map(|days| days.likely),
        high_days: days.map(|days| days.high),
        provisional: step.provisional,
    }
}
