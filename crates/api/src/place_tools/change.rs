//! Who gained and lost services between two days.

use app::place::coverage::{self, CoverageAsked};
use app::place::{COVERED, is_illustrative, licences};
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Gaining, refuse, refused};
use crate::Api;
use crate::access::Caller;
use crate::answer::{Audience, Conditions, answer, list_tag};
use crate::asked::{Asked, ViewParams, ViewUsed};
use crate::body::{Params, Place};
use crate::problem::ApiError;
use crate::value::{CodeText, Day};

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(get_coverage_change))
}

/// The day to compare with.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Since {
    /// A year before the day that is looked at when not given, or the first day of the plan where that is later.
    #[param(required = false)]
    since: Option<Day>,
}

/// What changed by one standard.
#[derive(Debug, Serialize, ToSchema)]
struct KindChange {
    kind: CodeText,
    standard: Option<CodeText>,
    /// Whether somebody compared the standard with its text.
    standard_checked: bool,
    limit_millimetres: u32,
    /// `people`, or `residences` where people are not known of all.
    counted: String,
    covered_before: u64,
    covered_after: u64,
    all: u64,
    gained: u64,
    lost: u64,
    /// Of those who had one on both days.
    saved_person_metres: u64,
    added_person_metres: u64,
}

/// What one project does, summed over kinds and standards.
#[derive(Debug, Serialize, ToSchema)]
struct ProjectChange {
    project: CodeText,
    /// With it alone, and what it adds when all others are there.
    alone: i64,
    last: i64,
}

/// Who gained and lost services between two days, for the people of the later one.
#[derive(Debug, Serialize, ToSchema)]
struct CoverageChange {
    since: Day,
    kinds: Vec<KindChange>,
    /// `people`, or `residences` where people are not known of all.
    counted: String,
    /// At least so many gained a service, by community.
    gaining: Vec<Gaining>,
    projects: Vec<ProjectChange>,
    /// What all projects did, and what is no single one's.
    together: i64,
    shared: i64,
    /// In what the projects' parts are counted, each once a standard: `people`, or `residences` where people are not
    /// known of every kind that projects built.
    projects_counted: String,
    /// `network` on foot over the walking network, or `straight` lines where none is in force.
    distance_by: String,
    /// Residences or the network are made up.
    illustrative: bool,
    /// What whoever passes the data on has to say.
    licence: Vec<String>,
    view: ViewUsed,
}

/// What changed for people since a day, and what projects did
#[utoipa::path(get, path = "/plans/{plan}/coverage/change", operation_id = "getCoverageChange", tag = "facilities",
    params(("plan" = CodeText, Path,), Since, ViewParams),
    responses((status = 200, description = "What changed.", body = CoverageChange)))]
async fn get_coverage_change(
    State(api): State<Api>,
    Caller(caller): Caller,
    conditions: Conditions,
    Place(CodeText(plan)): Place<CodeText>,
    Params(since): Params<Since>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let (after, view) = api.portfolio(&plan, &asked).await?;
    let since = coverage::since(&after, since.since.map(|day| day.0));
    let since = since.ok_or_else(|| refuse("since", "coverage-since-wrong", Vec::new()))?;
    let before = api.app().portfolio_since(&plan, since, asked.known_at).await?;
    let difference = api.app().coverage_difference(&before, &after, CoverageAsked::default()).await?;
    let difference = difference.ok_or_else(|| refused("shares-need-residences"))?;
    let effect = api.app().coverage_by_projects(&after).await?;
    let effect = effect.ok_or_else(|| refused("shares-need-residences"))?;
    let used = asked.used(view);
    let kinds = difference.lines().map(|line| {
        let (held, counts) = (line.held, line.whole());
        KindChange {
            kind: (&held.kind).into(),
            standard: held.rule.code().map(Into::into),
            standard_checked: held.rule.standard.as_ref().is_some_and(|standard| standard.is_checked()),
            limit_millimetres: held.rule.limit,
            counted: held.basis.as_str().to_owned(),
            covered_before: counts.before,
            covered_after: counts.after,
            all: counts.all,
            gained: counts.gained,
            lost: counts.lost,
            saved_person_metres: held.saved,
            added_person_metres: held.added,
        }
    });
    let gaining = difference.after.communities.iter().zip(&difference.gaining);
    let body = CoverageChange {
        since: since.into(),
        kinds: kinds.collect(),
        counted: difference.basis.as_str().to_owned(),
        gaining: gaining.map(|(area, people)| Gaining { area: area.into(), people: *people }).collect(),
        projects: effect
            .projects
            .iter()
            .map(|held| ProjectChange { project: (&held.project).into(), alone: held.alone, last: held.last })
            .collect(),
        together: effect.together,
        shared: effect.shared,
        projects_counted: effect.basis.as_str().to_owned(),
        distance_by: difference.after.way.as_str().to_owned(),
        illustrative: is_illustrative(&after, &COVERED),
        licence: licences(&after, &COVERED),
        view: used.clone(),
    };
    Ok(answer(&conditions, &caller, &list_tag(view, Audience::Public), &used, body))
}
