//! Projects: one of them, putting it on the books, recording facts of it.

use axum::extract::State;
use axum::response::Response;
use domain::code::Code;
use domain::fact::Fact;
use domain::history::View;
use domain::milestone::{Track, step};
use domain::project::Project as DomainProject;
use domain::subject::Subject;
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::Caller;
use crate::answer::{Audience, Conditions, Ground, Outcome, Record, Registration, answer, subject_tag};
use crate::asked::{Asked, ViewParams, ViewUsed, found};
use crate::body::{Body, Place};
use crate::fact::{Gate, ProjectFact};
use crate::problem::ApiError;
use crate::value::{Amount, CodeText, Day, Name, When, code, codes};
use crate::word::{BasisWord, CauseWord, GradeWord, MembershipWord, PhaseWord, StageWord};
use crate::{Api, PREFIX};

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(crate::project_list::list_projects, register_project))
        .routes(routes!(get_project))
        .routes(routes!(record_project_facts))
}

/// The dates of one step side by side.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Milestone {
    pub step: CodeText,
    pub name: Option<Name>,
    /// `null`: the whole project.
    pub part: Option<CodeText>,
    /// Every promise ever published, in the order of publication.
    pub promises: Vec<Promise>,
    /// The promise that now holds.
    pub promised: Option<When>,
    pub planned: Option<When>,
    pub forecast: Option<When>,
    pub actual: Option<When>,
    /// The best word on when it will be or was done.
    pub expected: Option<When>,
    /// Days late against the first promise; negative when early.
    pub slip_days: Option<i32>,
    /// Whether the promise that now holds has passed without the step being done.
    pub late: bool,
    pub cause: Option<CauseWord>,
}

/// A date that the public was told.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Promise {
    pub published_on: Day,
    pub date: When,
}

/// A step of the chain with its approval gate and the gate's papers.
#[derive(Debug, Serialize, ToSchema)]
struct Step {
    step: CodeText,
    order: u32,
    name: Name,
    gate: Option<Gate>,
    papers: Option<Papers>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Papers {
    applied: Option<Day>,
    decided: Option<Day>,
    number: String,
    granted: Option<bool>,
}

#[derive(Debug, Serialize, ToSchema)]
struct SupportingUnit {
    unit: CodeText,
    role: CodeText,
}

#[derive(Debug, Serialize, ToSchema)]
struct Funding {
    origin: CodeText,
    fen: i64,
}

#[derive(Debug, Serialize, ToSchema)]
struct Part {
    part: CodeText,
    name: Name,
}

/// Percent complete on a day.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProgressPoint {
    /// `null`: the whole project.
    pub part: Option<CodeText>,
    pub on: Day,
    pub percent: Amount,
}

/// A quantity that the project adds.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Output {
    pub kind: CodeText,
    pub stage: StageWord,
    pub basis: BasisWord,
    pub quantity: Amount,
    pub grade: GradeWord,
    /// The entry that recorded it.
    pub entry: u64,
}

#[derive(Debug, Serialize, ToSchema)]
struct Document {
    title: String,
    url: String,
}

#[derive(Debug, Serialize, ToSchema)]
struct Remark {
    on: Day,
    text: String,
}

/// A project with everything that is known of it.
#[derive(Debug, Serialize, ToSchema)]
struct Project {
    code: CodeText,
    plan: CodeText,
    name: Name,
    aliases: Vec<String>,
    kind: Option<CodeText>,
    sector: Option<CodeText>,
    campaign: Option<CodeText>,
    lead_unit: Option<CodeText>,
    supporting_units: Vec<SupportingUnit>,
    areas: Vec<CodeText>,
    address: String,
    /// In fen, 1/100 yuan.
    budget_fen: Option<i64>,
    funding: Vec<Funding>,
    membership: MembershipWord,
    since_revision: Option<u32>,
    membership_other: Option<CodeText>,
    phase: PhaseWord,
    grade: GradeWord,
    parts: Vec<Part>,
    steps: Vec<Step>,
    milestones: Vec<Milestone>,
    /// The latest percent complete of the whole.
    percent: Option<ProgressPoint>,
    outputs: Vec<Output>,
    /// The document that suspends it; `null` while it is not suspended.
    suspended: Option<String>,
    documents: Vec<Document>,
    /// For staff; `null` for others.
    remarks: Option<Vec<Remark>>,
    version: u64,
    view: ViewUsed,
}

pub(crate) fn milestones(project: &DomainProject, as_of: Date) -> Vec<Milestone> {
    let order =
        |step: &Code| project.steps.iter().position(|line| line.step == *step).unwrap_or(project.steps.len());
    let mut tracks: Vec<(&(Option<Code>, Code), &Track)> =
        project.tracks.iter().filter(|(_, track)| !track.is_empty()).collect();
    tracks.sort_by_key(|((part, step), _)| (part.clone(), order(step)));
    tracks
        .into_iter()
        .map(|((part, step), track)| Milestone {
            step: step.into(),
            name: project.steps.iter().find(|line| line.step == *step).map(|line| (&line.name).into()),
            part: code(part),
            promises: track
                .promises
                .iter()
                .map(|(on, date)| Promise { published_on: (*on).into(), date: (*date).into() })
                .collect(),
            promised: track.promised().map(Into::into),
            planned: track.planned.map(Into::into),
            forecast: track.forecast.map(Into::into),
            actual: track.actual.map(Into::into),
            expected: track.expected().map(Into::into),
            slip_days: track.slip_days(as_of),
            late: track.is_late(as_of),
            cause: track.cause.map(Into::into),
        })
        .collect()
}

pub(crate) fn progress(project: &DomainProject) -> Vec<ProgressPoint> {
    let mut points: Vec<ProgressPoint> = project
        .progress
        .iter()
        .flat_map(|(part, points)| {
            points.iter().map(|(on, percent)| ProgressPoint {
                part: code(part),
                on: (*on).into(),
                percent: Amount(*percent),
            })
        })
        .collect();
    points.sort_by(|a, b| (&a.part, &a.on).cmp(&(&b.part, &b.on)));
    points
}

pub(crate) fn outputs(project: &DomainProject) -> Vec<Output> {
    project
        .outputs
        .iter()
        .map(|line| Output {
            kind: (&line.kind).into(),
            stage: line.stage.into(),
            basis: line.basis.into(),
            quantity: Amount(line.quantity),
            grade: line.grade.into(),
            entry: line.seq.0,
        })
        .collect()
}

/// Whether any promise to the public of the whole project has passed unkept.
pub(crate) fn is_late(project: &DomainProject, as_of: Date) -> bool {
    project.tracks.iter().any(|((part, name), track)| {
        part.is_none()
            && [step::START, step::COMPLETION, step::IN_USE, step::OPENING].contains(&name.as_str())
            && track.is_late(as_of)
    })
}

fn shown(project: &DomainProject, plan: &Code, view: View, staff: bool, used: ViewUsed) -> Project {
    Project {
        code: (&project.code).into(),
        plan: plan.into(),
        name: (&project.name).into(),
        aliases: project.aliases.clone(),
        kind: code(&project.kind),
        sector: code(&project.sector),
        campaign: code(&project.campaign),
        lead_unit: code(&project.lead_unit),
        supporting_units: project
            .supporting_units
            .iter()
            .map(|(unit, role)| SupportingUnit { unit: unit.into(), role: role.into() })
            .collect(),
        areas: codes(&project.areas),
        address: project.address.clone(),
        budget_fen: project.budget.map(|fen| fen.0),
        funding: project
            .funding
            .iter()
            .map(|(origin, fen)| Funding { origin: origin.into(), fen: fen.0 })
            .collect(),
        membership: project.membership.into(),
        since_revision: project.since_revision,
        membership_other: code(&project.membership_other),
        phase: project.phase().into(),
        grade: project.grade.into(),
        parts: project
            .parts
            .iter()
            .map(|(part, name)| Part { part: part.into(), name: name.into() })
            .collect(),
        steps: project
            .steps
            .iter()
            .map(|line| Step {
                step: (&line.step).into(),
                order: line.order,
                name: (&line.name).into(),
                gate: line.gate.as_ref().map(Into::into),
                papers: project.gates.get(&line.step).map(|papers| Papers {
                    applied: papers.applied.map(Into::into),
                    decided: papers.decided.map(Into::into),
                    number: papers.number.clone(),
                    granted: papers.granted,
                }),
            })
            .collect(),
        milestones: milestones(project, view.as_of),
        percent: project.percent().map(|(on, percent)| ProgressPoint {
            part: None,
            on: on.into(),
            percent: Amount(percent),
        }),
        outputs: outputs(project),
        suspended: project.suspended.clone(),
        documents: project
            .documents
            .iter()
            .map(|(title, url)| Document { title: title.clone(), url: url.clone() })
            .collect(),
        remarks: staff.then(|| {
            project.remarks.iter().map(|(on, text)| Remark { on: (*on).into(), text: text.clone() }).collect()
        }),
        version: project.version.0,
        view: used,
    }
}

/// A project at the asked point of view.
pub(crate) async fn find(
    api: &Api,
    plan: &Code,
    project: &Code,
    asked: &Asked,
) -> Result<(DomainProject, View), ApiError> {
    let history = api.history(plan).await?;
    let view = asked.pinned(&history);
    let project =
        history.get(&Subject::project(plan, project)).and_then(|history| DomainProject::at(history, view));
    Ok((found(project)?, view))
}

/// Puts a project on the books
///
/// It begins with the milestone steps of its kind's template, unless steps are given.
#[utoipa::path(post, path = "/plans/{plan}/projects", operation_id = "registerProject", tag = "projects",
    params(("plan" = CodeText, Path,)),
    request_body = Registration<ProjectFact>,
    responses((status = 201, description = "The project is on the books.", body = Outcome)))]
async fn register_project(
    State(api): State<Api>,
    Caller(caller): Caller,
    Place(CodeText(plan)): Place<CodeText>,
    Body(body): Body<Registration<ProjectFact>>,
) -> Result<Response, ApiError> {
    let Registration { code: CodeText(code), facts, effective, source, reason } = body;
    api.history(&plan).await?;
    let facts = facts.into_iter().map(|fact| Fact::Project(fact.into())).collect();
    let address = format!("{PREFIX}/plans/{plan}/projects/{code}");
    let ground = Ground { effective, source, reason };
    api.register(&caller, Subject::project(&plan, &code), facts, ground, address).await
}

/// One project with its dates, outputs, units and documents
#[utoipa::path(get, path = "/plans/{plan}/projects/{project}", operation_id = "getProject", tag = "projects",
    params(("plan" = CodeText, Path,), ("project" = CodeText, Path,), ViewParams),
    responses((status = 200, description = "The project.", body = Project)))]
async fn get_project(
    State(api): State<Api>,
    caller: Caller,
    conditions: Conditions,
    Place((CodeText(plan), CodeText(code))): Place<(CodeText, CodeText)>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let (project, view) = find(&api, &plan, &code, &asked).await?;
    let staff = caller.is_staff(&plan);
    let audience = if staff { Audience::Staff } else { Audience::Public };
    let used = asked.used(view);
    let body = shown(&project, &plan, view, staff, used.clone());
    Ok(answer(&conditions, &caller.0, &subject_tag(project.version, view, audience), &used, body))
}

/// Records facts of a project
#[utoipa::path(post, path = "/plans/{plan}/projects/{project}/facts", operation_id = "recordProjectFacts",
    tag = "projects",
    params(("plan" = CodeText, Path,), ("project" = CodeText, Path,)),
    request_body = Record<ProjectFact>,
    responses(
        (status = 201, description = "Recorded.", body = Outcome),
        (status = 200, description = "All of it was already on record.", body = Outcome)))]
async fn record_project_facts(
    State(api): State<Api>,
    Caller(caller): Caller,
    conditions: Conditions,
    Place((CodeText(plan), CodeText(code))): Place<(CodeText, CodeText)>,
    Body(Record { facts, effective, source, reason }): Body<Record<ProjectFact>>,
) -> Result<Response, ApiError> {
    let facts = facts.into_iter().map(|fact| Fact::Project(fact.into())).collect();
    let ground = Ground { effective, source, reason };
    api.record(&caller, &conditions, Subject::project(&plan, &code), facts, ground).await
}
