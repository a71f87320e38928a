//! Reports that are composed from the ledger: a list, and one with its content and digest.

use axum::extract::{OriginalUri, State};
use axum::response::Response;
use domain::code::Code;
use domain::item::Item as DomainItem;
use domain::item::kind::ItemKind;
use domain::item::query::{LedgerQuery, Sort};
use domain::journal::Hash;
use domain::report::Content;
use domain::subject::Subject;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Api;
use crate::access::Caller;
use crate::answer::{Audience, Conditions, answer, list_tag, page, subject_tag};
use crate::asked::{Asked, Page, PageParams, ViewParams, ViewUsed, found};
use crate::body::{Params, Place};
use crate::item_shape::{Days, ItemIssue, issue};
use crate::problem::ApiError;
use crate::value::{CodeText, Day, Name};
use crate::word::{GradeWord, ItemStateWord, SeriesWord};

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list_reports)).routes(routes!(get_report))
}

/// Which reports.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ReportFilter {
    #[param(required = false)]
    series: Option<SeriesWord>,
}

/// A report in a list.
#[derive(Debug, Serialize, ToSchema)]
struct ReportLine {
    code: CodeText,
    name: Name,
    series: Option<SeriesWord>,
    period: Option<Days>,
    due: Option<Day>,
    state: ItemStateWord,
    grade: GradeWord,
    /// `null`: not issued.
    issue: Option<ItemIssue>,
    version: u64,
}

impl ReportLine {
    fn of(item: &DomainItem) -> Self {
        Self {
            code: (&item.code).into(),
            name: (&item.name).into(),
            series: item.series.map(Into::into),
            period: item.period.map(|(from, to)| Days { from: from.into(), to: to.into() }),
            due: item.due.map(Day::from),
            state: item.state.into(),
            grade: item.grade.into(),
            issue: issue(item),
            version: item.version.0,
        }
    }
}

/// A number of a report, with the rows of the ledger it stands on.
#[derive(Debug, Serialize, ToSchema)]
struct ReportFigure {
    key: String,
    count: u64,
    /// Rows by the `id` they have on the ledger.
    rows: Vec<String>,
}

/// A part of a report that people wrote.
#[derive(Debug, Serialize, ToSchema)]
struct ReportSection {
    key: String,
    text: String,
}

/// A report with its content.
#[derive(Debug, Serialize, ToSchema)]
struct Report {
    line: ReportLine,
    /// The frozen text, JSON of the report's own form: what the digest is of. Empty before there is any.
    content: String,
    /// SHA-256 of the content as it stands here.
    digest: String,
    /// Whether the content is what was issued; `null` before that.
    intact: Option<bool>,
    /// The numbers in the content, for a report of a period.
    figures: Vec<ReportFigure>,
    sections: Vec<ReportSection>,
    view: ViewUsed,
}

/// Reports of a plan, the newest first
#[utoipa::path(get, path = "/plans/{plan}/reports", operation_id = "listReports", tag = "ledger",
    params(("plan" = CodeText, Path,), ReportFilter, ViewParams, PageParams),
    responses((status = 200, description = "A page of reports.", body = Page<ReportLine>)))]
async fn list_reports(
    State(api): State<Api>,
    caller: Caller,
    conditions: Conditions,
    OriginalUri(uri): OriginalUri,
    Place(CodeText(plan)): Place<CodeText>,
    Params(filter): Params<ReportFilter>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let view = api.view(&plan, &asked).await?;
    caller.staff_of(&plan)?;
    let query = LedgerQuery {
        kinds: vec![ItemKind::Report],
        series: filter.series.map(|series| series.0),
        ..LedgerQuery::default()
    };
    let (rows, next) = api.ledger_page(&plan, &query, (Sort::Received, true), &asked, view).await?;
    let codes: Vec<Code> = rows.iter().map(|(row, _)| row.code.clone()).collect();
    let items = api.app().items_without_content(&plan, &codes, view).await?;
    let lines = codes.iter().filter_map(|code| items.get(code)).map(ReportLine::of).collect();
    let list = Page {
        items: lines,
        next: next.map(|row| asked.cursor_after(view, row)),
        total: None,
        view: asked.used(view),
    };
    Ok(page(&conditions, &caller.0, &list_tag(view, Audience::Staff), &uri, list))
}

/// One report with its content and digest
#[utoipa::path(get, path = "/plans/{plan}/reports/{report}", operation_id = "getReport", tag = "ledger",
    params(("plan" = CodeText, Path,), ("report" = CodeText, Path,), ViewParams),
    responses((status = 200, description = "The report.", body = Report)))]
async fn get_report(
    State(api): State<Api>,
    caller: Caller,
    conditions: Conditions,
    Place((CodeText(plan), CodeText(code))): Place<(CodeText, CodeText)>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let view = api.view(&plan, &asked).await?;
    caller.staff_of(&plan)?;
    let held = found(api.app().subject(&Subject::item(&plan, &code)).await?)?;
    let item = found(DomainItem::at(&held, view).filter(|item| item.kind == ItemKind::Report))?;
    let used = asked.used(view);
    let digest = Hash::of(&item.content).to_string();
    let content = Content::parse(&item.content);
    let (figures, sections) = content.map_or_else(Default::default, |content| {
        let figures = content.figures.into_iter().map(|figure| ReportFigure {
            key: figure.key,
            count: figure.rows.len() as u64,
            rows: figure.rows,
        });
        let sections = content.sections.into_iter();
        let sections = sections.map(|section| ReportSection { key: section.key, text: section.text });
        (figures.collect(), sections.collect())
    });
    let body = Report {
        line: ReportLine::of(&item),
        intact: item.issued.as_ref().map(|issued| issued.digest == digest),
        content: item.content.clone(),
        digest,
        figures,
        sections,
        view: used.clone(),
    };
    Ok(answer(&conditions, &caller.0, &subject_tag(item.version, view, Audience::Staff), &used, body))
}
