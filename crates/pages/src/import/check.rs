//! What an import would come to, and making it.

use std::collections::BTreeMap;

use app::import::{Counts, ImportReport, Mode, Outcome, RowProblem, column_label, table_label};
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use super::look::{Looked, look};
use super::{Case, done};
use crate::audit::address_of;
use crate::editor::book::Book;
use crate::editor::field::Typed;
use crate::editor::page::Filled;
use crate::error::PageError;
use crate::page::Page;
use crate::visit::{Visit, render};
use crate::words_of;

/// Mistakes on the page; the file has all of them.
const MISTAKES_SHOWN: usize = 200;
/// Changes on the page.
const CHANGES_SHOWN: usize = 50;

struct Mistake {
    row: u32,
    /// Whether it is the first one of its row: the page leads there.
    first: bool,
    column: String,
    value: String,
    message: String,
}

/// Mistakes of one column, for those who mend a file column by column.
struct InColumn {
    column: String,
    count: usize,
    row: u32,
}

struct ChangeLine {
    row: u32,
    name: String,
    address: String,
    topic: String,
    effective: String,
    before: String,
    after: String,
}

struct Taken {
    heading: String,
    field: String,
}

#[derive(Template)]
#[template(path = "import/check.html")]
struct CheckPage {
    page: Page,
    table: String,
    file: String,
    address: String,
    home: String,
    overtaken: bool,
    counts: Counts,
    entries: usize,
    mistakes: Vec<Mistake>,
    /// What was put right in rows that are taken in: the first ones, and how many there are.
    put_right: Vec<Mistake>,
    put_right_total: usize,
    mistakes_total: usize,
    columns: Vec<InColumn>,
    changes: Vec<ChangeLine>,
    more_changes: bool,
    headings: Vec<Taken>,
    /// Headings whose columns are not read.
    unread: String,
    unread_count: usize,
}

impl CheckPage {
    fn total(&self) -> usize {
        self.counts.new + self.counts.changed + self.counts.unchanged
    }
}

pub(super) async fn show(
    visit: Visit,
    Path((plan, id)): Path<(String, String)>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let case = Case::open(&visit, &plan, &id).await?;
    if let Some(written) = &case.waiting.written {
        return done::show(&visit, &case, written);
    }
    let report = match look(&visit, &case).await? {
        Looked::Ready { prepared, .. } => {
            visit.app.import(&visit.actor, *prepared, Mode::DryRun, None).await?
        }
        Looked::Unclear { .. } | Looked::Unreadable(_) => {
            return Ok(Redirect::to(&format!("{}/columns", case.address())).into_response());
        }
    };
    let page = compose(&visit, &case, &report, Typed(query).has("overtaken")).await?;
    render(StatusCode::OK, &page)
}

async fn compose(
    visit: &Visit,
    case: &Case,
    report: &ImportReport,
    overtaken: bool,
) -> Result<CheckPage, PageError> {
    let portfolio = visit.app.portfolio(&case.plan, app::read::Asked::default()).await?;
    let mut book = Book::of_plan(visit.lang, portfolio.clone());
    let mut changes = Vec::new();
    let listed = report.rows.iter().flat_map(|row| row.recorded.iter().map(move |fact| (row, fact)));
    for (row, recorded) in listed.clone().take(CHANGES_SHOWN) {
        let Some(subject) = &row.subject else { continue };
        // Steps and parts are called as in their project.
        book.project = portfolio.project(subject.code.as_str()).cloned();
        let (topic, after) = book.line_parts(&recorded.after);
        changes.push(ChangeLine {
            row: row.row,
            name: book.subject_name(subject),
            address: if row.outcome == Outcome::New { String::new() } else { address_of(subject) },
            topic,
            effective: words_of::day(visit.lang, recorded.effective),
            before: recorded.before.as_ref().map_or(String::new(), |fact| book.line_parts(fact).1),
            after,
        });
    }
    let unread = report.headings.iter().filter(|held| held.field.is_none());
    let unread: Vec<&str> = unread.map(|held| held.heading.as_str()).collect();
    let headings = report
        .headings
        .iter()
        .map(|held| Taken {
            heading: held.heading.clone(),
            field: held.field.map_or(String::new(), |field| column_label(visit.lang, case.table.name, field)),
        })
        .collect();
    Ok(CheckPage {
        page: visit.page(visit.t("import-check-title")),
        table: table_label(visit.lang, case.table.name),
        file: case.waiting.name.clone(),
        address: case.address(),
        home: case.home(),
        overtaken,
        counts: report.counts,
        entries: report.entries,
        put_right: mistakes(visit, &report.notices),
        put_right_total: report.notices.len(),
        mistakes: mistakes(visit, &report.problems),
        mistakes_total: report.problems.len(),
        columns: in_columns(visit, &report.problems),
        more_changes: listed.count() > changes.len(),
        changes,
        headings,
        unread_count: unread.len(),
        unread: unread.join(&visit.t("import-list-comma")),
    })
}

/// The first mistakes, in the order of the rows.
fn mistakes(visit: &Visit, problems: &[RowProblem]) -> Vec<Mistake> {
    let mut last = 0;
    let shown = problems.iter().take(MISTAKES_SHOWN);
    shown
        .map(|problem| Mistake {
            row: problem.row,
            first: std::mem::replace(&mut last, problem.row) != problem.row,
            column: problem.column.clone(),
            value: problem.value.clone(),
            message: problem.message(visit.lang),
        })
        .collect()
}

fn in_columns(visit: &Visit, problems: &[RowProblem]) -> Vec<InColumn> {
    let mut counts: BTreeMap<&str, (usize, u32)> = BTreeMap::new();
    for problem in problems.iter().take(MISTAKES_SHOWN) {
        counts.entry(&problem.column).or_insert((0, problem.row)).0 += 1;
    }
    let mut out: Vec<InColumn> = counts
        .into_iter()
        .map(|(column, (count, row))| InColumn {
            column: if column.is_empty() {
                visit.t("import-whole-row").into_owned()
            } else {
                column.to_owned()
            },
            count,
            row,
        })
        .collect();
    out.sort_by_key(|held| std::cmp::Reverse(held.count));
    out
}

pub(super) async fn import(
    visit: Visit,
    Path((plan, id)): Path<(String, String)>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let case = Case::open(&visit, &plan, &id).await?;
    let back = |query: &str| Ok(Redirect::to(&format!("{}{query}", case.address())).into_response());
    if case.waiting.written.is_some() {
        return back("");
    }
    let told = told(&typed).ok_or_else(PageError::bad_request)?;
    let Looked::Ready { prepared, .. } = look(&visit, &case).await? else { return back("") };
    match visit.app.import_file(&visit.actor, &case.waiting, *prepared, told).await {
        Ok(report) if report.applied => back(""),
        Ok(_) => back("?overtaken=1"),
        // Sent twice: the other one was quicker, and its outcome is shown.
        Err(app::AppError::NotFound) => back(""),
        Err(error) => Err(error.into()),
    }
}

/// What the page had told its reader that the import would come to.
fn told(typed: &Typed) -> Option<Counts> {
    let count = |name: &str| typed.get(name).parse().ok();
    Some(Counts {
        new: count("new")?,
        changed: count("changed")?,
        unchanged: count("unchanged")?,
        refused: 0,
    })
}

pub(super) async fn discard(
    visit: Visit,
    Path((plan, id)): Path<(String, String)>,
    Filled(_): Filled,
) -> Result<Response, PageError> {
    let case = Case::open(&visit, &plan, &id).await?;
    visit.app.drop_file(&case.waiting).await?;
    let again = format!("{}?discarded=1&table={}", case.home(), case.table.name);
    Ok(Redirect::to(&again).into_response())
}
