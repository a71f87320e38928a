//! Papers for staff: what an item, a list or the plan's figures are on paper, as DOCX, PDF and XLSX.

use app::paper::{Format, Paper, PaperError};
use axum::extract::{Path, Query};
use axum::response::Response;
use domain::code::Code;
use domain::item::Item;

use super::address::{self, Asking};
use super::list::staff_only;
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::page::Page;
use crate::projects::{self, ListQuery};
use crate::tables::attachment;
use crate::visit::Visit;

/// A paper as a page offers it: its name, and an address for each format.
pub struct PaperLine {
    pub name: String,
    pub files: Vec<(&'static str, String)>,
}

impl PaperLine {
    fn new(page: &Page, name: &str, formats: &[Format], path: &str, query: &str) -> Self {
        let query = if query.is_empty() { String::new() } else { format!("?{query}") };
        let file = |format: &Format| {
            let end = format.extension();
            (end, page.link(&format!("/papers/{path}.{end}{query}")))
        };
        Self {
            name: page.t(&format!("paper-name-{name}")).into_owned(),
            files: formats.iter().map(file).collect(),
        }
    }

    /// The papers of an item.
    pub fn of(page: &Page, item: &Item) -> Vec<Self> {
        let papers = Paper::of(item).into_iter();
        papers
            .map(|(name, paper)| Self::new(page, name, paper.formats(), &format!("{}/{name}", item.code), ""))
            .collect()
    }

    /// The printed list of the ledger.
    pub fn ledger(page: &Page, asking: &Asking) -> Self {
        Self::new(page, "ledger", &Format::ALL, "ledger", &address::with(asking, &[]))
    }

    /// The timetable of the projects that a list shows.
    pub fn timetable(page: &Page, query: &str) -> Self {
        Self::new(page, "timetable", &Format::ALL, "timetable", query)
    }

    /// The evaluation of a year.
    pub fn evaluation(page: &Page, year: i16) -> Self {
        Self::new(page, "evaluation", &Format::ALL, &format!("evaluation-{year}"), "")
    }

    pub fn statement(page: &Page) -> Self {
        Self::new(page, "statement", &Format::ALL, "statement", "")
    }
}

fn named(visit: &Visit, file: &str) -> Result<(String, Format), PageError> {
    file.rsplit_once('.')
        .and_then(|(name, end)| Some((name.to_owned(), Format::parse(end)?)))
        .ok_or_else(|| PageError::not_found().in_lang(visit.lang))
}

/// A paper of an item.
pub async fn of_item(
    visit: Visit,
    Path((plan, code, file)): Path<(String, String, String)>,
) -> Result<Response, PageError> {
    let (plan, code) = (known_code(&plan)?, known_code(&code)?);
    staff_only(&visit)?;
    let (name, format) = named(&visit, &file)?;
    let (item, _) = visit.app.item(&plan, &code, visit.asked).await?;
    let paper = Paper::of(&item).into_iter().find(|(held, _)| *held == name);
    let Some((_, paper)) = paper else { return Err(PageError::not_found().in_lang(visit.lang)) };
    written(&visit, &plan, &paper, format, &format!("{code}-{name}")).await
}

/// What narrows a list of projects, or of the ledger: both are read, one of them means something.
pub async fn of_plan(
    visit: Visit,
    Path((plan, file)): Path<(String, String)>,
    Query(asking): Query<Asking>,
    Query(listed): Query<ListQuery>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    staff_only(&visit)?;
    let (name, format) = named(&visit, &file)?;
    let portfolio = visit.portfolio(&plan).await?;
    let paper = match name.as_str() {
        "ledger" => Paper::Ledger(Box::new(asking)),
        "statement" => Paper::Statement,
        "timetable" if listed == ListQuery::default() => Paper::Timetable(None),
        "timetable" => {
            let chosen = projects::select(&portfolio, &listed).into_iter();
            Paper::Timetable(Some(chosen.map(|project| project.code.clone()).collect()))
        }
        name => match name.strip_prefix("evaluation-").and_then(|year| year.parse().ok()) {
            Some(year) => Paper::Evaluation(year),
            None => return Err(PageError::not_found().in_lang(visit.lang)),
        },
    };
    let name = format!("{plan}-{}-{name}", portfolio.view.as_of);
    written(&visit, &plan, &paper, format, &name).await
}

/// A paper as a file to keep.
pub(crate) async fn written(
    visit: &Visit,
    plan: &Code,
    paper: &Paper,
    format: Format,
    name: &str,
) -> Result<Response, PageError> {
    let bytes = visit
        .app
        .paper_file(plan, paper, format, visit.lang, visit.asked)
        .await
        .map_err(|error| told(visit, error))?;
    Ok(attachment(format.media_type(), &format!("{name}.{}", format.extension()), bytes))
}

fn told(visit: &Visit, error: PaperError) -> PageError {
    let error = match error {
        PaperError::App(error) => PageError::of(error, visit.lang),
        PaperError::NotThere => PageError::not_found(),
        PaperError::TooLong { found, most } => {
            let args = [("found", found.to_string()), ("most", most.to_string())];
            let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
            PageError::too_long(visit.tw("error-too-long-rows", &args))
        }
        PaperError::DoesNotClose(faults) => {
            PageError::sums(faults.iter().map(|fault| crate::figures::fault_text(visit.lang, fault)))
        }
        PaperError::Write(why) => {
            // Said in the log, and to the reader as a fault of ours.
            tracing::error!(why, "a paper was not written");
            PageError::unwritten()
        }
    };
    error.in_lang(visit.lang)
}
