//! Evaluation of projects: how promises were kept, whom they brought within reach, and what requests say.

use app::evaluation::{Gain, RequestPart, said};
use axum::extract::{OriginalUri, State};
use axum::response::Response;
use domain::code::Code;
use domain::evaluation::Kept;
use domain::planned_date::PlannedDate;
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Api;
use crate::access::Caller;
use crate::answer::{Audience, Conditions, answer, list_tag, page};
use crate::asked::{Asked, Page, PageParams, ViewParams};
use crate::body::Place;
use crate::problem::ApiError;
use crate::value::{Amount, CodeText, Day, When, codes};

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list_evaluations)).routes(routes!(get_evaluation))
}

/// How a project stands by what was promised, delivered and used.
#[derive(Debug, Serialize, ToSchema)]
struct ProjectEvaluation {
    project: CodeText,
    /// By the first promise: on_time, late, overdue, not_due, done_unpromised or open_unpromised.
    kept: String,
    /// Days behind the first promise; `null` where there was none, or it holds.
    days_behind: Option<i32>,
    /// In use, else completed.
    delivered: Option<When>,
    gain: Option<ReachGain>,
    requests: RequestEvaluation,
}

/// Whom the facilities of a project brought within reach, over kinds and standards.
#[derive(Debug, Serialize, ToSchema)]
struct ReachGain {
    /// With it alone against no project.
    alone: i64,
    /// With all projects against all but it.
    last: i64,
    /// `people`, or `residences` where people are not known of all.
    counted: String,
}

/// Requests before and after, beside comparable areas, with the season taken out.
#[derive(Debug, Serialize, ToSchema)]
struct RequestEvaluation {
    /// `null` where there is an effect. Else not_delivered, no_register, nothing_before, nothing_after, no_area,
    /// no_category, no_comparison, too_few, no_season, or staff_only for matters that are not public.
    none_because: Option<String>,
    /// The entry that settles what is compared; `null`: the usual way.
    settled_by: Option<u64>,
    categories: Vec<CodeText>,
    reached: Vec<CodeText>,
    compared: Vec<CodeText>,
    window: Option<EvaluationMonths>,
    effect: Option<RequestEffect>,
}

/// Months that are compared, by their first days.
#[derive(Debug, Serialize, ToSchema)]
struct EvaluationMonths {
    first: Day,
    /// The first month that is left out.
    works: Day,
    /// The first month since the delivery.
    start: Day,
    last: Day,
}

/// The effect, in percent of what was usual for each area before the works.
#[derive(Debug, Serialize, ToSchema)]
struct RequestEffect {
    effect: Amount,
    ci_low: Amount,
    ci_high: Amount,
    std_error: Amount,
    df: Amount,
    p_value: Amount,
    /// The share of random choices of as many areas that show as much.
    permutation_p: Amount,
    /// The same for a made-up start in the middle of the time before: it should be near 0.
    placebo: Option<Amount>,
    placebo_p: Option<Amount>,
    reached_areas: usize,
    compared_areas: usize,
    /// Requests of the areas reached before the works and since the delivery; `null` where there are fewer than five and
    /// the caller is not staff.
    reached_before: Option<u64>,
    reached_after: Option<u64>,
    compared_before: Option<u64>,
    compared_after: Option<u64>,
    /// What the figure cannot say: not_random, one_treated_area, few_comparisons, apart_before, short_before,
    /// part_of_the_year, missing, unclear_projects.
    limits: Vec<String>,
}

fn amount(value: f64) -> Amount {
    Amount(Decimal::from_f64(value).unwrap_or_default().round_dp(6))
}

fn limit(held: &app::evaluation::Limit) -> &'static str {
    use app::evaluation::Limit as L;
    match held {
        L::NotRandom => "not_random",
        L::OneTreatedArea => "one_treated_area",
        L::FewComparisons(_) => "few_comparisons",
        L::ApartBefore => "apart_before",
        L::ShortBefore => "short_before",
        L::PartOfTheYear { .. } => "part_of_the_year",
        L::Missing(_) => "missing",
    }
}

fn requests(part: &RequestPart, staff: bool) -> RequestEvaluation {
    let chosen = &part.chosen;
    if chosen.private && !staff {
        return RequestEvaluation {
            none_because: Some("staff_only".to_owned()),
            settled_by: None,
            categories: Vec::new(),
            reached: Vec::new(),
            compared: Vec::new(),
            window: None,
            effect: None,
        };
    }
    RequestEvaluation {
        none_because: part.outcome.as_ref().err().map(|why| why.as_str().to_owned()),
        settled_by: chosen.settled.as_ref().map(|(_, entry)| entry.0),
        categories: codes(&chosen.categories),
        reached: codes(&chosen.reached),
        compared: codes(&chosen.compared),
        window: part.window.map(|window| EvaluationMonths {
            first: window.first.into(),
            works: window.works.into(),
            start: window.start.into(),
            last: window.last.into(),
        }),
        effect: part.outcome.as_ref().ok().map(|held| {
            let found = &held.found;
            let ((reached_before, reached_after), (compared_before, compared_after)) =
                (held.totals(true), held.totals(false));
            let told = |count: u64| Some(count).filter(|count| said::is_told(*count, staff));
            let mut limits: Vec<String> = found.limits.iter().map(|held| limit(held).to_owned()).collect();
            limits.extend((!chosen.unclear.is_empty()).then(|| "unclear_projects".to_owned()));
            RequestEffect {
                effect: amount(found.effect),
                ci_low: amount(found.ci_low),
                ci_high: amount(found.ci_high),
                std_error: amount(found.std_error),
                df: amount(found.df),
                p_value: amount(found.p_value),
                permutation_p: amount(found.permutation_p),
                placebo: found.before.map(|held| amount(held.effect)),
                placebo_p: found.before.map(|held| amount(held.p_value)),
                reached_areas: found.treated,
                compared_areas: found.compared,
                reached_before: told(reached_before),
                reached_after: told(reached_after),
                compared_before: told(compared_before),
                compared_after: told(compared_after),
                limits,
            }
        }),
    }
}

fn evaluation(
    (project, kept, delivered): (&Code, Kept, Option<PlannedDate>),
    gain: &Gain,
    part: &RequestPart,
    staff: bool,
) -> ProjectEvaluation {
    ProjectEvaluation {
        project: project.into(),
        kept: kept.as_str().to_owned(),
        days_behind: kept.days(),
        delivered: delivered.map(Into::into),
        gain: match gain {
            Gain::Of(gain, basis) => {
                Some(ReachGain { alone: gain.alone, last: gain.last, counted: basis.as_str().to_owned() })
            }
            _ => None,
        },
        requests: requests(part, staff),
    }
}

fn audience(staff: bool) -> Audience {
    if staff { Audience::Staff } else { Audience::Public }
}

/// Every project by what was promised, delivered and used
#[utoipa::path(get, path = "/plans/{plan}/evaluations", operation_id = "listEvaluations", tag = "projects",
    params(("plan" = CodeText, Path,), ViewParams, PageParams),
    responses((status = 200, description = "A page of projects with their evaluation.", body = Page<ProjectEvaluation>)))]
async fn list_evaluations(
    State(api): State<Api>,
    caller: Caller,
    conditions: Conditions,
    OriginalUri(uri): OriginalUri,
    Place(CodeText(plan)): Place<CodeText>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let history = api.history(&plan).await?;
    let view = asked.pinned(&history);
    let staff = caller.is_staff(&plan);
    let found = api.app().plan_evaluation_at(&plan, None, view).await?;
    let list = asked.page(view, found.lines.iter().collect(), |line| {
        evaluation((&line.project, line.kept, line.delivered), &line.gain, &line.requests, staff)
    });
    Ok(page(&conditions, &caller.0, &list_tag(view, audience(staff)), &uri, list))
}

/// One project by what was promised, delivered and used
#[utoipa::path(get, path = "/plans/{plan}/projects/{project}/evaluation", operation_id = "getEvaluation", tag = "projects",
    params(("plan" = CodeText, Path,), ("project" = CodeText, Path,), ViewParams),
    responses((status = 200, description = "The project's evaluation.", body = ProjectEvaluation)))]
async fn get_evaluation(
    State(api): State<Api>,
    caller: Caller,
    conditions: Conditions,
    Place((CodeText(plan), CodeText(project))): Place<(CodeText, CodeText)>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let history = api.history(&plan).await?;
    let view = asked.pinned(&history);
    let staff = caller.is_staff(&plan);
    let found = api.app().project_evaluation_at(&plan, project.as_str(), view).await?;
    let held = (&found.project, found.kept, found.delivered);
    let body = evaluation(held, &found.gain, &found.requests, staff);
    Ok(answer(&conditions, &caller.0, &list_tag(view, audience(staff)), &asked.used(view), body))
}
