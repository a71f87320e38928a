//! A project's milestones, progress and outputs one at a time, as integrators report them.

use axum::extract::{OriginalUri, State};
use axum::response::Response;
use domain::fact::Fact;
use domain::project::ProjectFact;
use domain::subject::Subject;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Api;
use crate::access::Caller;
use crate::answer::{Audience, Conditions, Ground, Outcome, Source, list_tag, page};
use crate::asked::{Asked, Page, PageParams, ViewParams};
use crate::body::{Body, Place};
use crate::problem::ApiError;
use crate::project::{Milestone, Output, ProgressPoint, find, milestones, outputs, progress};
use crate::value::{Amount, CodeText, Day, When, present};
use crate::word::{AspectWord, BasisWord, CauseWord, StageWord};

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list_milestones, record_milestone))
        .routes(routes!(list_progress, record_progress))
        .routes(routes!(list_outputs, record_output))
}

/// A date of a step.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewMilestone {
    aspect: AspectWord,
    step: CodeText,
    /// The whole project when not given.
    #[serde(default)]
    part: Option<CodeText>,
    /// `null` withdraws the date.
    #[serde(deserialize_with = "present")]
    #[schema(required = true)]
    date: Option<When>,
    #[serde(default)]
    cause: Option<CauseWord>,
    /// The day it was said; what happened holds from its own date.
    #[serde(default)]
    effective: Option<Day>,
    #[serde(default)]
    source: Option<Source>,
    /// Why; needed where a date the public was told moves.
    #[serde(default)]
    #[schema(max_length = 4000)]
    reason: String,
}

/// Percent complete on a day.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewProgress {
    percent: Amount,
    /// The whole project when not given.
    #[serde(default)]
    part: Option<CodeText>,
    /// The day it was observed; today when not given.
    #[serde(default)]
    on: Option<Day>,
    #[serde(default)]
    source: Option<Source>,
    #[serde(default)]
    #[schema(max_length = 4000)]
    reason: String,
}

/// A quantity that the project adds.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewOutput {
    kind: CodeText,
    stage: StageWord,
    basis: BasisWord,
    quantity: Amount,
    #[serde(default)]
    effective: Option<Day>,
    #[serde(default)]
    source: Option<Source>,
    #[serde(default)]
    #[schema(max_length = 4000)]
    reason: String,
}

/// The dates of a project's steps: every promise, plan, forecast and what happened, with the slip
#[utoipa::path(get, path = "/plans/{plan}/projects/{project}/milestones", operation_id = "listMilestones",
    tag = "projects",
    params(("plan" = CodeText, Path,), ("project" = CodeText, Path,), ViewParams, PageParams),
    responses((status = 200, description = "A page of milestones.", body = Page<Milestone>)))]
async fn list_milestones(
    State(api): State<Api>,
    Caller(caller): Caller,
    conditions: Conditions,
    OriginalUri(uri): OriginalUri,
    Place((CodeText(plan), CodeText(code))): Place<(CodeText, CodeText)>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let (project, view) = find(&api, &plan, &code, &asked).await?;
    let list = asked.page(view, milestones(&project, view.as_of), |milestone| milestone);
    Ok(page(&conditions, &caller, &list_tag(view, Audience::Public), &uri, list))
}

/// Records a date of a step
#[utoipa::path(post, path = "/plans/{plan}/projects/{project}/milestones", operation_id = "recordMilestone",
    tag = "projects",
    params(("plan" = CodeText, Path,), ("project" = CodeText, Path,)),
    request_body = NewMilestone,
    responses(
        (status = 201, description = "Recorded.", body = Outcome),
        (status = 200, description = "It was already on record.", body = Outcome)))]
async fn record_milestone(
    State(api): State<Api>,
    Caller(caller): Caller,
    conditions: Conditions,
    Place((CodeText(plan), CodeText(code))): Place<(CodeText, CodeText)>,
    Body(body): Body<NewMilestone>,
) -> Result<Response, ApiError> {
    let fact = ProjectFact::Milestone {
        aspect: body.aspect.0,
        part: body.part.map(|part| part.0),
        step: body.step.0,
        date: body.date.map(|date| date.0),
        cause: body.cause.map(|cause| cause.0),
    };
    let ground = Ground { effective: body.effective, source: body.source, reason: body.reason };
    let subject = Subject::project(&plan, &code);
    api.record(&caller, &conditions, subject, vec![Fact::Project(fact)], ground).await
}

/// Percent complete of a project and its parts over time
#[utoipa::path(get, path = "/plans/{plan}/projects/{project}/progress", operation_id = "listProgress",
    tag = "projects",
    params(("plan" = CodeText, Path,), ("project" = CodeText, Path,), ViewParams, PageParams),
    responses((status = 200, description = "A page of observations.", body = Page<ProgressPoint>)))]
async fn list_progress(
    State(api): State<Api>,
    Caller(caller): Caller,
    conditions: Conditions,
    OriginalUri(uri): OriginalUri,
    Place((CodeText(plan), CodeText(code))): Place<(CodeText, CodeText)>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let (project, view) = find(&api, &plan, &code, &asked).await?;
    let list = asked.page(view, progress(&project), |point| point);
    Ok(page(&conditions, &caller, &list_tag(view, Audience::Public), &uri, list))
}

/// Records percent complete
#[utoipa::path(post, path = "/plans/{plan}/projects/{project}/progress", operation_id = "recordProgress",
    tag = "projects",
    params(("plan" = CodeText, Path,), ("project" = CodeText, Path,)),
    request_body = NewProgress,
    responses(
        (status = 201, description = "Recorded.", body = Outcome),
        (status = 200, description = "It was already on record.", body = Outcome)))]
async fn record_progress(
    State(api): State<Api>,
    Caller(caller): Caller,
    conditions: Conditions,
    Place((CodeText(plan), CodeText(code))): Place<(CodeText, CodeText)>,
    Body(body): Body<NewProgress>,
) -> Result<Response, ApiError> {
    let fact = ProjectFact::Progress { part: body.part.map(|part| part.0), percent: body.percent.0 };
    let ground = Ground { effective: body.on, source: body.source, reason: body.reason };
    let subject = Subject::project(&plan, &code);
    api.record(&caller, &conditions, subject, vec![Fact::Project(fact)], ground).await
}

/// What a project adds, in residents' units
#[utoipa::path(get, path = "/plans/{plan}/projects/{project}/outputs", operation_id = "listOutputs",
    tag = "projects",
    params(("plan" = CodeText, Path,), ("project" = CodeText, Path,), ViewParams, PageParams),
    responses((status = 200, description = "A page of outputs.", body = Page<Output>)))]
async fn list_outputs(
    State(api): State<Api>,
    Caller(caller): Caller,
    conditions: Conditions,
    OriginalUri(uri): OriginalUri,
    Place((CodeText(plan), CodeText(code))): Place<(CodeText, CodeText)>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let (project, view) = find(&api, &plan, &code, &asked).await?;
    let list = asked.page(view, outputs(&project), |output| output);
    Ok(page(&conditions, &caller, &list_tag(view, Audience::Public), &uri, list))
}

/// Records a quantity that a project adds
#[utoipa::path(post, path = "/plans/{plan}/projects/{project}/outputs", operation_id = "recordOutput",
    tag = "projects",
    params(("plan" = CodeText, Path,), ("project" = CodeText, Path,)),
    request_body = NewOutput,
    responses(
        (status = 201, description = "Recorded.", body = Outcome),
        (status = 200, description = "It was already on record.", body = Outcome)))]
async fn record_output(
    State(api): State<Api>,
    Caller(caller): Caller,
    conditions: Conditions,
    Place((CodeText(plan), CodeText(code))): Place<(CodeText, CodeText)>,
    Body(body): Body<NewOutput>,
) -> Result<Response, ApiError> {
    let fact = ProjectFact::Output {
        kind: body.kind.0,
        stage: body.stage.0,
        basis: body.basis.0,
        quantity: body.quantity.0,
    };
    let ground = Ground { effective: body.effective, source: body.source, reason: body.reason };
    let subject = Subject::project(&plan, &code);
    api.record(&caller, &conditions, subject, vec![Fact::Project(fact)], ground).await
}
