//! The ledger: one list of everything to be delivered, its lights, and the rules they are given by.

use app::ledger::Paging;
use axum::extract::{OriginalUri, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use domain::code::Code;
use domain::item::ledger::{LedgerRow, RowKind};
use domain::item::light::Verdict;
use domain::subject::Subject;
use serde::Serialize;
use sheets::{Format, Style, export_sink, to_cells};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Api;
use crate::access::Caller;
use crate::answer::{Audience, Conditions, answer, list_tag, page};
use crate::asked::{Asked, Page, PageParams, ViewParams, ViewUsed, found};
use crate::body::{Params, Place};
use crate::fact::{InForceRhythm, LightRules, LimitRules};
use crate::ledger_filter::{LedgerFilter, LedgerOrder};
use crate::problem::ApiError;
use crate::value::{Amount, CodeText, Day, Name, code, codes};
use crate::word::{
    EvidenceWord, GradeWord, ItemKindWord, ItemLevelWord, LightWord, RelationWord, SeriesWord, StandingWord,
    SubjectKindWord,
};

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list_ledger))
        .routes(routes!(count_lights))
        .routes(routes!(get_rules))
        .routes(routes!(export_ledger))
}

/// What a row stands for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RowOf {
    /// `item` or `project`.
    kind: SubjectKindWord,
    code: CodeText,
    /// The kind of the item; `null` for a project or its milestone.
    item: Option<ItemKindWord>,
    /// The step, for a row of a project's milestone.
    step: Option<CodeText>,
    /// The part of the project that the milestone is of; `null`: the whole.
    part: Option<CodeText>,
}

/// What something is linked to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Linked {
    pub relation: RelationWord,
    pub kind: SubjectKindWord,
    pub code: CodeText,
}

/// A quantity of one of the plan's kinds of output.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Counted {
    pub kind: CodeText,
    pub quantity: Amount,
}

/// A row of the ledger.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LedgerLine {
    /// What tells the row from every other of its plan.
    id: String,
    of: RowOf,
    name: Name,
    number: String,
    grade: GradeWord,
    level: Option<ItemLevelWord>,
    series: Option<SeriesWord>,
    lead_unit: Option<CodeText>,
    supporting_units: Vec<CodeText>,
    caller: Option<CodeText>,
    issuer: String,
    person: Option<CodeText>,
    areas: Vec<CodeText>,
    sector: Option<CodeText>,
    /// Why it exists: the first link that leads back.
    origin: Option<Linked>,
    received: Option<Day>,
    due: Option<Day>,
    forecast: Option<Day>,
    finished: Option<Day>,
    /// The state in the life cycle of the item's kind; the phase of a project.
    state: String,
    standing: StandingWord,
    light: LightWord,
    /// The test that gave the light, as the rule set names it; `null` where no rule was needed.
    because: Option<String>,
    /// The number of days, weeks or reports of the test, where it has one.
    because_number: Option<u16>,
    last_report: Option<Day>,
    progress: String,
    evidence: EvidenceWord,
    quantities: Vec<Counted>,
    solved: Option<bool>,
}

impl LedgerLine {
    pub(crate) fn of(row: &LedgerRow, verdict: Verdict) -> Self {
        let (item, part, step) = match &row.kind {
            RowKind::Item(kind) => (Some((*kind).into()), None, None),
            RowKind::Project => (None, None, None),
            RowKind::Milestone { part, step } => (None, code(part), Some(step.into())),
        };
        let of = match row.kind {
            RowKind::Item(_) => domain::subject::SubjectKind::Item,
            _ => domain::subject::SubjectKind::Project,
        };
        let day = |day: Option<jiff::civil::Date>| day.map(Day::from);
        Self {
            id: row.id(),
            of: RowOf { kind: of.into(), code: (&row.code).into(), item, step, part },
            name: (&row.name).into(),
            number: row.number.clone(),
            grade: row.grade.into(),
            level: row.level.map(Into::into),
            series: row.series.map(Into::into),
            lead_unit: code(&row.lead_unit),
            supporting_units: codes(&row.supporting_units),
            caller: code(&row.caller),
            issuer: row.issuer.clone(),
            person: code(&row.person),
            areas: codes(&row.areas),
            sector: code(&row.sector),
            origin: row.origin.as_ref().map(|(relation, to)| Linked {
                relation: (*relation).into(),
                kind: to.kind().into(),
                code: to.code().into(),
            }),
            received: day(row.received),
            due: day(row.due),
            forecast: day(row.forecast),
            finished: day(row.finished),
            state: row.state.clone(),
            standing: row.standing.into(),
            light: verdict.light.into(),
            because: verdict.because.map(|test| test.key().to_owned()),
            because_number: verdict.because.and_then(|test| test.number()),
            last_report: day(row.last_report),
            progress: row.progress.clone(),
            evidence: row.evidence.into(),
            quantities: row
                .quantities
                .iter()
                .map(|(kind, quantity)| Counted { kind: kind.into(), quantity: Amount(*quantity) })
                .collect(),
            solved: row.solved,
        }
    }
}

impl Api {
    /// The wanted page of the ledger, and the row after which the next one begins.
    pub(crate) async fn ledger_page(
        &self,
        plan: &Code,
        query: &domain::item::query::LedgerQuery,
        (sort, descending): (domain::item::query::Sort, bool),
        asked: &Asked,
        view: domain::history::View,
    ) -> Result<(Vec<(LedgerRow, Verdict)>, Option<String>), ApiError> {
        let after = match &asked.after {
            Some(id) => {
                let row = self.app().ledger_row(plan, id, view).await?;
                // What a cursor names was on the ledger when it was made, and the view has not changed.
                Some(sort.after(&row.ok_or(ApiError::new(crate::problem::Kind::InvalidCursor))?))
            }
            None => None,
        };
        let paging = Paging { sort, descending, after, limit: asked.limit };
        let page = self.app().ledger_at(plan, query, &paging, view).await?;
        Ok((page.rows, page.next.map(|after| after.code)))
    }
}

/// The ledger of a plan
///
/// Items, projects and milestones as rows of one list, each with its light and the test that gave it.
#[utoipa::path(get, path = "/plans/{plan}/ledger", operation_id = "listLedger", tag = "ledger",
    params(("plan" = CodeText, Path,), LedgerFilter, LedgerOrder, ViewParams, PageParams),
    responses((status = 200, description = "A page of the ledger.", body = Page<LedgerLine>)))]
#[allow(clippy::too_many_arguments, reason = "each is one part of the request")]
async fn list_ledger(
    State(api): State<Api>,
    caller: Caller,
    conditions: Conditions,
    OriginalUri(uri): OriginalUri,
    Place(CodeText(plan)): Place<CodeText>,
    Params(filter): Params<LedgerFilter>,
    Params(order): Params<LedgerOrder>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let view = api.view(&plan, &asked).await?;
    caller.staff_of(&plan)?;
    let portfolio = api.app().portfolio_at(&plan, view).await?;
    let query = filter.query(&portfolio)?;
    let (rows, next) = api.ledger_page(&plan, &query, order.sort(), &asked, view).await?;
    let list = Page {
        items: rows.iter().map(|(row, verdict)| LedgerLine::of(row, *verdict)).collect(),
        next: next.map(|row| asked.cursor_after(view, row)),
        total: None,
        view: asked.used(view),
    };
    Ok(page(&conditions, &caller.0, &list_tag(view, Audience::Staff), &uri, list))
}

/// How many rows show a light.
#[derive(Debug, Serialize, ToSchema)]
struct LightCount {
    light: LightWord,
    rows: u64,
}

/// The lights of what is asked for.
#[derive(Debug, Serialize, ToSchema)]
struct Lights {
    /// Each light that some row shows.
    lights: Vec<LightCount>,
    rows: u64,
    view: ViewUsed,
}

/// How many rows of the ledger show each light
#[utoipa::path(get, path = "/plans/{plan}/ledger/lights", operation_id = "countLights", tag = "ledger",
    params(("plan" = CodeText, Path,), LedgerFilter, ViewParams),
    responses((status = 200, description = "The lights.", body = Lights)))]
async fn count_lights(
    State(api): State<Api>,
    caller: Caller,
    conditions: Conditions,
    Place(CodeText(plan)): Place<CodeText>,
    Params(filter): Params<LedgerFilter>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let view = api.view(&plan, &asked).await?;
    caller.staff_of(&plan)?;
    let portfolio = api.app().portfolio_at(&plan, view).await?;
    let counts = api.app().ledger_lights_at(&plan, &filter.query(&portfolio)?, view).await?;
    let used = asked.used(view);
    let body = Lights {
        rows: counts.values().sum(),
        lights: counts.into_iter().map(|(light, rows)| LightCount { light: light.into(), rows }).collect(),
        view: used.clone(),
    };
    Ok(answer(&conditions, &caller.0, &list_tag(view, Audience::Staff), &used, body))
}

/// The rules that a plan's items go by.
#[derive(Debug, Serialize, ToSchema)]
struct Rules {
    /// Which tests give which light; the first rule of which any test holds.
    lights: LightRules,
    /// Time limits.
    limits: LimitRules,
    /// Reminders, escalation and returns, with the days they are in force; absent while the plan has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    rhythm: Option<InForceRhythm>,
    view: ViewUsed,
}

/// The rule sets of a plan: lights and limits
#[utoipa::path(get, path = "/plans/{plan}/rules", operation_id = "getRules", tag = "ledger",
    params(("plan" = CodeText, Path,), ViewParams),
    responses((status = 200, description = "The rules.", body = Rules)))]
async fn get_rules(
    State(api): State<Api>,
    Caller(caller): Caller,
    conditions: Conditions,
    Place(CodeText(plan)): Place<CodeText>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let history = api.history(&plan).await?;
    let view = asked.pinned(&history);
    let portfolio = api.app().portfolio_at(&plan, view).await?;
    found(history.get(&Subject::plan(&plan)))?;
    let used = asked.used(view);
    let body = Rules {
        lights: LightRules(portfolio.plan.lights().clone()),
        limits: LimitRules(portfolio.plan.limits().clone()),
        rhythm: portfolio.plan.rhythm.clone().map(InForceRhythm),
        view: used.clone(),
    };
    Ok(answer(&conditions, &caller, &list_tag(view, Audience::Public), &used, body))
}

/// The rows of the ledger as a file
///
/// `ledger.xlsx`, `ledger.csv` or `ledger.json`, with the same filters as the list; names of columns are those
/// of `huitian export ledger`.
#[utoipa::path(get, path = "/plans/{plan}/ledger/files/{file}", operation_id = "exportLedger", tag = "ledger",
    params(("plan" = CodeText, Path,), ("file" = String, Path,), LedgerFilter, ViewParams),
    responses((status = 200, description = "The file.", content_type = "application/octet-stream")))]
async fn export_ledger(
    State(api): State<Api>,
    caller: Caller,
    Place((CodeText(plan), file)): Place<(CodeText, String)>,
    Params(filter): Params<LedgerFilter>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let view = api.view(&plan, &asked).await?;
    caller.staff_of(&plan)?;
    let format = file.strip_prefix("ledger.").and_then(|format| format.parse::<Format>().ok());
    let format = found(format)?;
    let snapshot = api.app().snapshot_at(&plan, view, false).await?;
    let query = filter.query(&snapshot.portfolio)?;
    let table = found(app::export::table("ledger"))?;
    let mut rows = Vec::new();
    let keep = |row| {
        rows.push(row);
        Ok::<(), app::AppError>(())
    };
    api.app().export_rows(table, &snapshot, Some(&query), app::read::Asked::default(), keep).await?;
    let written = tokio::task::spawn_blocking(move || write(table, rows, format)).await;
    let bytes = written.ok().and_then(Result::ok).ok_or(ApiError::new(crate::problem::Kind::Internal))?;
    let name = format!("attachment; filename=\"{plan}-{}-{file}\"", view.as_of);
    let headers = [
        (CONTENT_TYPE, format.media_type().to_owned()),
        (CONTENT_DISPOSITION, name),
        (CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    Ok((headers, bytes).into_response())
}

fn write(
    table: &app::export::ExportTable,
    rows: Vec<Vec<app::export::Cell>>,
    format: Format,
) -> Result<Vec<u8>, sheets::WriteError> {
    let mut out = Vec::new();
    let style = Style { format, labels: false, mark: false };
    let mut sink = export_sink(&mut out, table, style, words::Lang::En)?;
    for row in rows {
        sink.row(&to_cells(row))?;
    }
    sink.finish()?;
    Ok(out)
}
