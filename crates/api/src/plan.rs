//! Plans: their frame, revisions and yearly lists.

use std::collections::BTreeSet;

use axum::extract::{OriginalUri, State};
use axum::response::Response;
use domain::code::Code;
use domain::fact::Fact;
use domain::history::{History, View};
use domain::plan::{
    ListEntry as DomainEntry, Plan as DomainPlan, Revision as DomainRevision, YearlyList as DomainList,
};
use domain::project::Project;
use domain::subject::{Subject, SubjectKind};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::Caller;
use crate::answer::{
    Audience, Conditions, Ground, Outcome, Record, Registration, answer, list_tag, page, subject_tag,
};
use crate::asked::{Asked, Page, PageParams, ViewParams, ViewUsed, found};
use crate::body::{Body, Place};
use crate::fact::{PlanFact, StepTemplate};
use crate::problem::ApiError;
use crate::value::{CodeText, Day, Name, code};
use crate::word::{AimWord, EntryWord};
use crate::{Api, PREFIX};

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list_plans, register_plan))
        .routes(routes!(get_plan))
        .routes(routes!(record_plan_facts))
        .routes(routes!(list_revisions))
        .routes(routes!(get_revision))
        .routes(routes!(list_yearly_lists))
        .routes(routes!(get_yearly_list))
}

/// A plan in a list.
#[derive(Debug, Serialize, ToSchema)]
struct PlanLine {
    code: CodeText,
    name: Name,
    period: Option<Period>,
    area: Option<CodeText>,
    version: u64,
}

#[derive(Debug, Serialize, ToSchema)]
struct Period {
    from: Day,
    to: Day,
}

/// A sector or a campaign.
#[derive(Debug, Serialize, ToSchema)]
struct Theme {
    code: CodeText,
    order: u32,
    name: Name,
}

#[derive(Debug, Serialize, ToSchema)]
struct Template {
    code: CodeText,
    name: Name,
    steps: Vec<StepTemplate>,
}

#[derive(Debug, Serialize, ToSchema)]
struct OutputKind {
    kind: CodeText,
    name: Name,
    unit: Name,
}

/// A plan with its frame.
#[derive(Debug, Serialize, ToSchema)]
struct Plan {
    code: CodeText,
    name: Name,
    period: Option<Period>,
    area: Option<CodeText>,
    sectors: Vec<Theme>,
    campaigns: Vec<Theme>,
    templates: Vec<Template>,
    output_kinds: Vec<OutputKind>,
    /// The revision in force.
    revision: Option<u32>,
    version: u64,
    view: ViewUsed,
}

fn period(plan: &DomainPlan) -> Option<Period> {
    plan.period.map(|(from, to)| Period { from: from.into(), to: to.into() })
}

fn themes(themes: &[domain::plan::Sector]) -> Vec<Theme> {
    themes
        .iter()
        .map(|theme| Theme { code: (&theme.code).into(), order: theme.order, name: (&theme.name).into() })
        .collect()
}

/// Plans on the books
#[utoipa::path(get, path = "/plans", operation_id = "listPlans", tag = "plans",
    params(ViewParams, PageParams),
    responses((status = 200, description = "A page of plans.", body = Page<PlanLine>)))]
async fn list_plans(
    State(api): State<Api>,
    Caller(caller): Caller,
    conditions: Conditions,
    OriginalUri(uri): OriginalUri,
    asked: Asked,
) -> Result<Response, ApiError> {
    let codes = api.app().plans().await?;
    let mut view = asked.view;
    let mut plans = Vec::new();
    api.learn(codes.clone());
    for code in &codes {
        let history = api.app().history(code).await?;
        // One view for all of them, that of the first one read.
        view = View { as_of: view.as_of, known: view.known.min(history.head()) };
        plans.extend(history.get(&Subject::plan(code)).and_then(|plan| DomainPlan::at(plan, view)));
    }
    let tag = list_tag(view, Audience::Public);
    let list = asked.page(view, plans, |plan| PlanLine {
        code: (&plan.code).into(),
        name: (&plan.name).into(),
        period: period(&plan),
        area: code(&plan.area),
        version: plan.version.0,
    });
    Ok(page(&conditions, &caller, &tag, &uri, list))
}

/// Puts a plan on the books
#[utoipa::path(post, path = "/plans", operation_id = "registerPlan", tag = "plans",
    request_body = Registration<PlanFact>,
    responses((status = 201, description = "The plan is on the books.", body = Outcome)))]
async fn register_plan(
    State(api): State<Api>,
    Caller(caller): Caller,
    Body(body): Body<Registration<PlanFact>>,
) -> Result<Response, ApiError> {
    let Registration { code: CodeText(code), facts, effective, source, reason } = body;
    let facts = facts.into_iter().map(|fact| Fact::Plan(fact.into())).collect();
    let address = format!("{PREFIX}/plans/{code}");
    api.register(&caller, Subject::plan(&code), facts, Ground { effective, source, reason }, address).await
}

/// A plan at a point of view.
fn plan_at(history: &History, plan: &Code, view: View) -> Result<DomainPlan, ApiError> {
    found(history.get(&Subject::plan(plan)).and_then(|history| DomainPlan::at(history, view)))
}

/// One plan with its sectors, campaigns, templates and kinds of output
#[utoipa::path(get, path = "/plans/{plan}", operation_id = "getPlan", tag = "plans",
    params(("plan" = CodeText, Path,), ViewParams),
    responses((status = 200, description = "The plan.", body = Plan)))]
async fn get_plan(
    State(api): State<Api>,
    Caller(caller): Caller,
    conditions: Conditions,
    Place(CodeText(code)): Place<CodeText>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let history = api.history(&code).await?;
    let view = asked.pinned(&history);
    let plan = plan_at(&history, &code, view)?;
    let tag = subject_tag(plan.version, view, Audience::Public);
    let used = asked.used(view);
    let body = Plan {
        code: (&plan.code).into(),
        name: (&plan.name).into(),
        period: period(&plan),
        area: crate::value::code(&plan.area),
        sectors: themes(&plan.sectors),
        campaigns: themes(&plan.campaigns),
        templates: plan
            .templates
            .iter()
            .map(|template| Template {
                code: (&template.code).into(),
                name: (&template.name).into(),
                steps: template.steps.iter().map(Into::into).collect(),
            })
            .collect(),
        output_kinds: plan
            .output_kinds
            .iter()
            .map(|kind| OutputKind {
                kind: (&kind.kind).into(),
                name: (&kind.name).into(),
                unit: (&kind.unit).into(),
            })
            .collect(),
        revision: plan.revision().map(|revision| revision.number),
        version: plan.version.0,
        view: used.clone(),
    };
    Ok(answer(&conditions, &caller, &tag, &used, body))
}

/// Records facts of a plan
#[utoipa::path(post, path = "/plans/{plan}/facts", operation_id = "recordPlanFacts", tag = "plans",
    params(("plan" = CodeText, Path,)),
    request_body = Record<PlanFact>,
    responses(
        (status = 201, description = "Recorded.", body = Outcome),
        (status = 200, description = "All of it was already on record.", body = Outcome)))]
async fn record_plan_facts(
    State(api): State<Api>,
    Caller(caller): Caller,
    conditions: Conditions,
    Place(CodeText(code)): Place<CodeText>,
    Body(Record { facts, effective, source, reason }): Body<Record<PlanFact>>,
) -> Result<Response, ApiError> {
    let facts = facts.into_iter().map(|fact| Fact::Plan(fact.into())).collect();
    let ground = Ground { effective, source, reason };
    api.record(&caller, &conditions, Subject::plan(&code), facts, ground).await
}

/// A published version of a plan.
#[derive(Debug, Serialize, ToSchema)]
struct RevisionLine {
    number: u32,
    title: Name,
    /// The day it was published.
    on: Day,
    /// How many projects it says it has.
    declared: Option<u32>,
}

impl From<&DomainRevision> for RevisionLine {
    fn from(revision: &DomainRevision) -> Self {
        Self {
            number: revision.number,
            title: (&revision.title).into(),
            on: revision.on.into(),
            declared: revision.declared,
        }
    }
}

/// A published version of a plan, compared with the one before it.
#[derive(Debug, Serialize, ToSchema)]
struct Revision {
    number: u32,
    title: Name,
    on: Day,
    declared: Option<u32>,
    /// How many projects the books hold on that day.
    counted: u64,
    /// Projects that were not of the plan at the revision before.
    entered: Vec<ProjectName>,
    /// Projects that were of the plan at the revision before.
    left: Vec<ProjectName>,
    view: ViewUsed,
}

/// A project by code and name.
#[derive(Debug, Serialize, ToSchema)]
struct ProjectName {
    code: CodeText,
    name: Name,
}

/// Revisions of a plan
#[utoipa::path(get, path = "/plans/{plan}/revisions", operation_id = "listRevisions", tag = "plans",
    params(("plan" = CodeText, Path,), ViewParams, PageParams),
    responses((status = 200, description = "A page of revisions, earliest first.", body = Page<RevisionLine>)))]
async fn list_revisions(
    State(api): State<Api>,
    Caller(caller): Caller,
    conditions: Conditions,
    OriginalUri(uri): OriginalUri,
    Place(CodeText(code)): Place<CodeText>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let history = api.history(&code).await?;
    let view = asked.pinned(&history);
    let plan = plan_at(&history, &code, view)?;
    let list = asked.page(view, plan.revisions, |revision| RevisionLine::from(&revision));
    Ok(page(&conditions, &caller, &list_tag(view, Audience::Public), &uri, list))
}

/// One revision with the projects that entered and left the plan by it
#[utoipa::path(get, path = "/plans/{plan}/revisions/{number}", operation_id = "getRevision", tag = "plans",
    params(("plan" = CodeText, Path,), ("number" = u32, Path,), ViewParams),
    responses((status = 200, description = "The revision.", body = Revision)))]
async fn get_revision(
    State(api): State<Api>,
    Caller(caller): Caller,
    conditions: Conditions,
    Place((CodeText(code), number)): Place<(CodeText, u32)>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let history = api.history(&code).await?;
    let view = asked.pinned(&history);
    let plan = plan_at(&history, &code, view)?;
    let at = found(plan.revisions.iter().position(|revision| revision.number == number))?;
    let revision = &plan.revisions[at];
    let on = |revision: &DomainRevision| View { as_of: revision.on.min(view.as_of), known: view.known };
    let now = members(&history, &code, on(revision));
    let before = match at.checked_sub(1) {
        Some(before) => members(&history, &code, on(&plan.revisions[before])),
        None => BTreeSet::new(),
    };
    let named = |code: &Code, project: View| {
        let history = history.get(&Subject::project(&plan.code, code));
        let name = history.and_then(|history| Project::at(history, project)).map(|project| project.name);
        ProjectName {
            code: code.into(),
            name: name.as_ref().map_or_else(|| Name { zh: code.to_string(), en: String::new() }, Name::from),
        }
    };
    let used = asked.used(view);
    let body = Revision {
        number,
        title: (&revision.title).into(),
        on: revision.on.into(),
        declared: revision.declared,
        counted: now.len() as u64,
        entered: now.difference(&before).map(|code| named(code, view)).collect(),
        left: before.difference(&now).map(|code| named(code, view)).collect(),
        view: used.clone(),
    };
    Ok(answer(&conditions, &caller, &list_tag(view, Audience::Public), &used, body))
}

/// The projects that belong to the plan at a point of view.
fn members(history: &History, plan: &Code, view: View) -> BTreeSet<Code> {
    history
        .of_kind(plan, SubjectKind::Project)
        .filter_map(|history| Project::at(history, view))
        .filter(Project::is_member)
        .map(|project| project.code)
        .collect()
}

/// An issue of a year's list.
#[derive(Debug, Serialize, ToSchema)]
struct YearlyListLine {
    year: i16,
    issue: u32,
    title: Name,
    on: Day,
    declared_carried_over: Option<u32>,
    declared_new: Option<u32>,
    /// How many entries it has on the books.
    entries: u64,
}

/// An entry of a yearly list.
#[derive(Debug, Serialize, ToSchema)]
struct ListEntry {
    project: CodeText,
    entry: EntryWord,
    aim: Option<AimWord>,
}

impl From<DomainEntry> for ListEntry {
    fn from(entry: DomainEntry) -> Self {
        Self { project: (&entry.project).into(), entry: entry.entry.into(), aim: entry.aim.map(Into::into) }
    }
}

impl From<&DomainList> for YearlyListLine {
    fn from(list: &DomainList) -> Self {
        Self {
            year: list.year,
            issue: list.issue,
            title: (&list.title).into(),
            on: list.on.into(),
            declared_carried_over: list.declared_carried_over,
            declared_new: list.declared_new,
            entries: list.entries.len() as u64,
        }
    }
}

/// Yearly lists of a plan
#[utoipa::path(get, path = "/plans/{plan}/lists", operation_id = "listYearlyLists", tag = "plans",
    params(("plan" = CodeText, Path,), ViewParams, PageParams),
    responses((status = 200, description = "A page of yearly lists.", body = Page<YearlyListLine>)))]
async fn list_yearly_lists(
    State(api): State<Api>,
    Caller(caller): Caller,
    conditions: Conditions,
    OriginalUri(uri): OriginalUri,
    Place(CodeText(code)): Place<CodeText>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let history = api.history(&code).await?;
    let view = asked.pinned(&history);
    let plan = plan_at(&history, &code, view)?;
    let list = asked.page(view, plan.lists, |list| YearlyListLine::from(&list));
    Ok(page(&conditions, &caller, &list_tag(view, Audience::Public), &uri, list))
}

/// The projects of one issue of a yearly list
#[utoipa::path(get, path = "/plans/{plan}/lists/{year}/{issue}", operation_id = "getYearlyList", tag = "plans",
    params(("plan" = CodeText, Path,), ("year" = i16, Path,), ("issue" = u32, Path,), ViewParams, PageParams),
    responses((status = 200, description = "A page of the list's entries.", body = Page<ListEntry>)))]
async fn get_yearly_list(
    State(api): State<Api>,
    Caller(caller): Caller,
    conditions: Conditions,
    OriginalUri(uri): OriginalUri,
    Place((CodeText(code), year, issue)): Place<(CodeText, i16, u32)>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let history = api.history(&code).await?;
    let view = asked.pinned(&history);
    let plan = plan_at(&history, &code, view)?;
    let list = found(plan.lists.into_iter().find(|list| (list.year, list.issue) == (year, issue)))?;
    let entries = asked.page(view, list.entries, ListEntry::from);
    Ok(page(&conditions, &caller, &list_tag(view, Audience::Public), &uri, entries))
}
