//! Open data: every table of the plan as a file, as of the day looked at.

use std::collections::HashMap;

use app::export::{self, ExportTable};
use app::import::table_label;
pub(crate) use app::request::csv_line;
use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use domain::code::Code;
use domain::policy::{Action, Target};
use domain::portfolio::Portfolio;
use exchange::cell::WriteError;
use exchange::oc4ids;
use serde::Deserialize;
use sheets::{Format, Style, export_sink, to_cells};
use words::Lang;

use crate::PagesState;
use crate::error::{PageError, render};
use crate::ledger::Asking;
use crate::overview::plan_code;
use crate::page::Page;
use crate::projects::{self, ListQuery};
use crate::visitor::Visitor;

/// The media type of GeoJSON.
pub(crate) const GEOJSON: &str = "application/geo+json";

pub(crate) fn routes() -> Router<PagesState> {
    Router::new().route("/p/{plan}/tables", get(list)).route("/p/{plan}/tables/{file}", get(download))
}

struct Line {
    name: &'static str,
    label: String,
}

#[derive(Template)]
#[template(path = "tables/page.html")]
struct TablesPage {
    page: Page,
    tables: Vec<Line>,
}

/// `list=yes` asks for what the list of projects, or the ledger, shows under the same conditions.
#[derive(Debug, Default, Deserialize)]
struct ListAsked {
    #[serde(default)]
    list: String,
    #[serde(flatten)]
    query: ListQuery,
}

/// Tables with working remarks or names of people are for those who may see them.
fn may_have(visitor: &Visitor, plan: &Code, table: &ExportTable) -> bool {
    let target = Target { plan: Some(plan.clone()), ..Target::default() };
    visitor.may(table.access, &target) || visitor.actor.may_somewhere(table.access)
}

async fn list(
    State(state): State<PagesState>,
    visitor: Visitor,
    Path(plan): Path<String>,
) -> Result<Html<String>, PageError> {
    let plan = plan_code(&plan, &visitor)?;
    // A plan that was not on the books then has no tables either.
    state.app.portfolio(&plan, visitor.asked).await.map_err(|error| visitor.fail(error))?;
    let title = words::text(visitor.lang, "nav-tables").into_owned();
    let page = visitor.page(&state, Some(&plan), title).await?;
    let tables = export::TABLES
        .iter()
        .filter(|table| may_have(&visitor, &plan, table))
        .map(|table| Line { name: table.name, label: table_label(visitor.lang, table.name) })
        .collect();
    render(&TablesPage { page, tables })
}

async fn download(
    State(state): State<PagesState>,
    visitor: Visitor,
    Path((plan, file)): Path<(String, String)>,
    Query(asked): Query<ListAsked>,
    Query(ledger): Query<Asking>,
) -> Result<Response, PageError> {
    let plan = plan_code(&plan, &visitor)?;
    let not_found = || PageError::not_found().in_lang(visitor.lang);
    let (name, format) = file.rsplit_once('.').ok_or_else(not_found)?;
    let format: Format = format.parse().map_err(|_| not_found())?;
    if (name, format) == ("oc4ids", Format::Json) {
        return open_contracting(&state, &visitor, &plan).await;
    }
    let table = export::table(name).ok_or_else(not_found)?;
    if !may_have(&visitor, &plan, table) {
        visitor.require(Action::ReadStaff)?;
        return Err(PageError::forbidden(table.access).in_lang(visitor.lang));
    }
    let app = &state.app;
    let snapshot = app
        .snapshot(&plan, visitor.asked, visitor.english(), true)
        .await
        .map_err(|error| visitor.fail(error))?;
    let mut rows = Vec::new();
    let wanted = (table.is_ledger() && asked.list == "yes").then(|| ledger.query(&snapshot.portfolio));
    app.export_rows(table, &snapshot, wanted.as_ref(), visitor.asked, |row| {
        rows.push(row);
        Ok::<(), app::AppError>(())
    })
    .await
    .map_err(|error| visitor.fail(error))?;
    if asked.list == "yes" && !table.is_ledger() {
        rows = narrowed(table, rows, &snapshot.portfolio, &asked.query).ok_or_else(not_found)?;
    }
    let lang = visitor.lang;
    let day = snapshot.portfolio.view.as_of;
    let bytes = tokio::task::spawn_blocking(move || write(table, rows, format, lang))
        .await
        .map_err(|_| visitor.fail(app::AppError::Store(store::StoreError::Stopped)))?
        .map_err(|error| {
            tracing::error!(%error, "a table could not be written");
            visitor.fail(app::AppError::Store(store::StoreError::Statement(error.to_string())))
        })?;
    Ok(attachment(format.media_type(), &format!("{plan}-{day}-{file}"), bytes))
}

/// The rows of the projects that a list shows, in its order. `None` for a table that is not of
/// projects: such a list says nothing of it.
fn narrowed(
    table: &ExportTable,
    rows: Vec<Vec<export::Cell>>,
    portfolio: &Portfolio,
    query: &ListQuery,
) -> Option<Vec<Vec<export::Cell>>> {
    let named = if table.name == "projects" { "code" } else { "project" };
    let column = table.columns.iter().position(|column| *column == named)?;
    let place: HashMap<&str, usize> = projects::select(portfolio, query)
        .into_iter()
        .enumerate()
        .map(|(place, project)| (project.code.as_str(), place))
        .collect();
    let mut placed: Vec<(usize, Vec<export::Cell>)> = rows
        .into_iter()
        .filter_map(|row| match row.get(column) {
            Some(export::Cell::Text(code)) => Some((*place.get(code.as_str())?, row)),
            _ => None,
        })
        .collect();
    // The rows of one project stay in their own order.
    placed.sort_by_key(|(place, _)| *place);
    Some(placed.into_iter().map(|(_, row)| row).collect())
}

fn write(
    table: &ExportTable,
    rows: Vec<Vec<export::Cell>>,
    format: Format,
    lang: Lang,
) -> Result<Vec<u8>, WriteError> {
    let mut out = Vec::new();
    let mut sink = export_sink(&mut out, table, Style::for_people(format), lang)?;
    for row in rows {
        sink.row(&to_cells(row))?;
    }
    sink.finish()?;
    Ok(out)
}

async fn open_contracting(state: &PagesState, visitor: &Visitor, plan: &Code) -> Result<Response, PageError> {
    let fail = |why: String| visitor.fail(app::AppError::Store(store::StoreError::Statement(why)));
    let portfolio = state.app.portfolio(plan, visitor.asked).await.map_err(|e| visitor.fail(e))?;
    let history = state.app.history(plan).await.map_err(|e| visitor.fail(e))?;
    let settings = oc4ids::Settings::shipped().map_err(|error| fail(error.to_string()))?;
    let clock = state.app.clock();
    let package = oc4ids::package(&portfolio, &history, &settings, clock.now(), clock.zone());
    let bytes = serde_json::to_vec(&package).map_err(|error| fail(error.to_string()))?;
    let name = format!("{plan}-{}-oc4ids.json", portfolio.view.as_of);
    Ok(attachment("application/json", &name, bytes))
}

/// A file to keep under a name.
pub(crate) fn attachment(kind: &'static str, name: &str, body: impl IntoResponse) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    (headers, body).into_response()
}
