//! Links of a plan.

use axum::extract::{OriginalUri, State};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Api;
use crate::access::Caller;
use crate::answer::{Audience, Conditions, list_tag, page};
use crate::asked::{Asked, Page, PageParams, ViewParams};
use crate::body::Place;
use crate::fact::NewLink;
use crate::problem::ApiError;
use crate::value::{CodeText, Day};
use crate::word::{FacilityStandingWord, GradeWord};

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list_plan_links))
}

/// A link of the plan as it is on record.
#[derive(Debug, Serialize, ToSchema)]
struct PlanLink {
    code: CodeText,
    link: NewLink,
    /// Whether people walk over it on the day that is looked at.
    standing: FacilityStandingWord,
    /// The day from which it is said to be so.
    said_on: Day,
    grade: GradeWord,
}

/// Bridges, underpasses and paths of a plan, with how each stands on the day
#[utoipa::path(get, path = "/plans/{plan}/plan-links", operation_id = "listPlanLinks", tag = "facilities",
    params(("plan" = CodeText, Path,), ViewParams, PageParams),
    responses((status = 200, description = "A page of links.", body = Page<PlanLink>)))]
async fn list_plan_links(
    State(api): State<Api>,
    Caller(caller): Caller,
    conditions: Conditions,
    OriginalUri(uri): OriginalUri,
    Place(CodeText(plan)): Place<CodeText>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let (portfolio, view) = api.portfolio(&plan, &asked).await?;
    let list = asked.page(view, portfolio.plan.links.iter().collect(), |held| PlanLink {
        code: (&held.code).into(),
        link: (&held.link).into(),
        standing: portfolio.link_standing(&held.link).into(),
        said_on: held.on.into(),
        grade: held.grade.into(),
    });
    Ok(page(&conditions, &caller, &list_tag(view, Audience::Public), &uri, list))
}
