//! The evaluation of a year in a report: chosen by its year, and shown as it was found.

use app::read::Asked;
use app::study::StudyReport;
use domain::code::Code;
use domain::named::Named;
use domain::report::{EvaluationTable, FoundCell};

use super::list::Choice;
use crate::editor::field::Typed;
use crate::error::PageError;
use crate::page::Page;
use crate::visit::Visit;
use crate::words_of::number;

/// A cell as it is shown.
pub(super) struct CellView {
    pub head: String,
    pub text: String,
    pub number: bool,
    /// What its row is called by.
    pub names: bool,
}

pub(super) struct FoundView {
    pub title: String,
    /// Its name, and whether it holds numbers.
    pub heads: Vec<(String, bool)>,
    pub rows: Vec<Vec<CellView>>,
    pub notes: Vec<String>,
}

pub(super) struct EvaluationView {
    /// Its part and its place there, as buttons name it.
    pub place: String,
    pub title: String,
    pub as_of: String,
    pub summary: Vec<String>,
    pub tables: Vec<FoundView>,
    /// The evaluation of the year itself, as it is now.
    pub now: String,
}

pub(super) fn view(page: &Page, held: &EvaluationTable, (part, at): (usize, usize)) -> EvaluationView {
    let english = page.lang.is_english();
    let tables = held.found.iter().flat_map(|found| &found.tables).map(|table| {
        let heads: Vec<(String, bool)> =
            table.columns.iter().map(|column| (column.name.get(english).to_owned(), column.number)).collect();
        let row = |cells: &Vec<FoundCell>| {
            let named = cells.iter().position(|cell| matches!(cell, FoundCell::Text(_)));
            let cells =
                heads.iter().zip(cells).enumerate().map(|(at, ((head, in_numbers), cell))| CellView {
                    names: named == Some(at),
                    head: head.clone(),
                    text: match cell {
                        FoundCell::Empty => String::new(),
                        FoundCell::Text(text) => text.get(english).to_owned(),
                        FoundCell::Number(value) => number(*value),
                    },
                    number: *in_numbers,
                });
            cells.collect()
        };
        FoundView {
            title: table.title.get(english).to_owned(),
            rows: table.rows.iter().map(row).collect(),
            notes: table.notes.iter().map(|note| note.get(english).to_owned()).collect(),
            heads,
        }
    });
    let found = held.found.as_ref();
    EvaluationView {
        place: format!("{part}:{at}"),
        title: held.title.get(english).to_owned(),
        as_of: found.map_or_else(String::new, |found| {
            page.t1("paper-evaluation-as-of", "date", page.day(&found.as_of))
        }),
        summary: found
            .iter()
            .flat_map(|found| &found.summary)
            .map(|text| text.get(english).to_owned())
            .collect(),
        tables: tables.collect(),
        now: page.link(&format!("/evaluation/years/{}", held.year)),
    }
}

/// The years that can be chosen.
pub(super) struct EvaluationAdding {
    pub years: Vec<Choice>,
}

impl EvaluationAdding {
    pub async fn new(visit: &Visit, report: &StudyReport, typed: &Typed) -> Result<Self, PageError> {
        let chosen = typed.get("evaluation_year");
        let years = visit.app.evaluation_years(&report.portfolio).await?.into_iter().map(|year| Choice {
            value: year.to_string(),
            label: visit.tw("evaluation-year", &[("year", &year.to_string())]),
            chosen: year.to_string() == chosen,
        });
        Ok(Self { years: years.collect() })
    }
}

/// The evaluation that a form asks for, of a year that the plan can be reported on.
pub(super) async fn asked(
    visit: &Visit,
    plan: &Code,
    typed: &Typed,
) -> Result<Option<EvaluationTable>, PageError> {
    let portfolio = visit.app.portfolio(plan, Asked::default()).await?;
    let years = visit.app.evaluation_years(&portfolio).await?;
    let year = typed.get("evaluation_year").parse::<i16>().ok().filter(|year| years.contains(year));
    Ok(year.map(|year| {
        let title = |lang| words::with(lang, "evaluation-year-title", &[("year", &year.to_string())]);
        let title = Named::new(title(words::Lang::Zh), title(words::Lang::En));
        EvaluationTable { title, year, found: None }
    }))
}
