//! Official papers of the plan: each kind as data for the layouts of [`document`], then as a file.
//!
//! What is asked of the ledger is bounded before it is read; a table that is too long for paper is refused
//! with its number. Files are written off the async threads.

mod evaluated;
mod evaluation;
mod gantt;
mod gaps;
mod ledger;
mod minutes;
mod pack;
mod report;
mod scribe;
mod slip;
mod statement;
mod study;
mod timetable;

use std::sync::{Arc, OnceLock};

use document::chart::{self, Chart};
use document::font::{Library, SYSTEM_FOLDERS};
use document::xlsx::Book;
use document::{Document, docx, pdf, xlsx};
use domain::code::Code;
use domain::item::Item;
use domain::item::asking::Asking;
use domain::item::kind::{ItemKind, Series};
use domain::report::Study;
use domain::statement::Fault;
use words::Lang;

use crate::App;
use crate::error::AppError;
use crate::read::Asked;

pub use gantt::GanttPaper;

/// What is put on paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Paper {
    /// A weekly, monthly, special, research or annual report.
    Report(Code),
    /// What a dispatch meeting is shown.
    Pack(Code),
    /// A supervision slip.
    Slip(Code),
    /// The minutes of a meeting.
    Minutes(Code),
    /// A list of the ledger.
    Ledger(Box<Asking>),
    /// The projects' timetable; of some projects in their order, where they are named.
    Timetable(Option<Vec<Code>>),
    /// The timetable as bars over time.
    Gantt(GanttPaper),
    /// Every figure of the plan, with its records and signatures.
    Statement,
    /// The evaluation of a year.
    Evaluation(i16),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    Docx,
    Pdf,
    Xlsx,
    /// Pictures, one a page, in a ZIP archive.
    Svg,
}

impl Format {
    /// What texts and tables are written as.
    pub const ALL: [Self; 3] = [Self::Docx, Self::Pdf, Self::Xlsx];

    pub fn extension(self) -> &'static str {
        match self {
            Self::Docx => "docx",
            Self::Pdf => "pdf",
            Self::Xlsx => "xlsx",
            Self::Svg => "zip",
        }
    }

    pub fn media_type(self) -> &'static str {
        match self {
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Pdf => "application/pdf",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Svg => "application/zip",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().chain([Self::Svg]).find(|format| format.extension() == text)
    }
}

/// A paper as data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Data {
    Document(Box<Document>),
    Book(Book),
    Chart(Box<Chart>),
}

#[derive(Debug, thiserror::Error)]
pub enum PaperError {
    #[error(transparent)]
    App(#[from] AppError),
    /// The thing has no such paper, or the paper no such format.
    #[error("there is no such paper")]
    NotThere,
    #[error("{found} rows, and paper holds {most}")]
    TooLong { found: u64, most: usize },
    #[error("the statement's sums do not close")]
    DoesNotClose(Vec<Fault>),
    #[error("the paper was not written: {0}")]
    Write(String),
}

/// Rows that one table of a document prints; a workbook holds more.
pub const PRINTED_MOST: usize = 2_000;
pub const SHEET_MOST: usize = 20_000;

impl Paper {
    /// The papers of an item, with the name their files bear.
    pub fn of(item: &Item) -> Vec<(&'static str, Self)> {
        let code = item.code.clone();
        match item.kind {
            ItemKind::Report => vec![("report", Self::Report(code))],
            ItemKind::Slip => vec![("slip", Self::Slip(code))],
            ItemKind::Meeting => {
                let mut out = Vec::new();
                if item.series == Some(Series::Dispatch) {
                    out.push(("pack", Self::Pack(code.clone())));
                }
                out.push(("minutes", Self::Minutes(code)));
                out
            }
            _ => Vec::new(),
        }
    }

    /// What it is written as.
    pub fn formats(&self) -> &'static [Format] {
        match self {
            Self::Slip(_) | Self::Minutes(_) => &[Format::Docx, Format::Pdf],
            Self::Gantt(_) => &[Format::Pdf, Format::Svg],
            _ => &Format::ALL,
        }
    }
}

impl App {
    /// A paper as data: a document, or a workbook's sheets.
    pub async fn paper(
        &self,
        plan: &Code,
        paper: &Paper,
        format: Format,
        lang: Lang,
        asked: Asked,
    ) -> Result<Data, PaperError> {
        if !paper.formats().contains(&format) {
            return Err(PaperError::NotThere);
        }
        let book = format == Format::Xlsx;
        match paper {
            Paper::Report(code) => {
                let (item, _) = self.item(plan, code, Asked::default()).await?;
                if Study::parse(&item.content).is_some() {
                    self.study_paper(plan, code, lang, book).await
                } else {
                    self.report_paper(plan, code, lang, book).await
                }
            }
            Paper::Pack(code) => self.pack_paper(plan, code, lang, book).await,
            Paper::Slip(code) => self.slip_paper(plan, code, lang, asked).await,
            Paper::Minutes(code) => self.minutes_paper(plan, code, lang, asked).await,
            Paper::Ledger(asking) => self.ledger_paper(plan, asking, lang, asked, book).await,
            Paper::Timetable(codes) => self.timetable_paper(plan, codes.as_deref(), lang, asked, book).await,
            Paper::Gantt(asking) => self.gantt_paper(plan, asking, lang, asked).await,
            Paper::Statement => self.statement_paper(plan, lang, asked, book).await,
            Paper::Evaluation(year) => self.evaluation_paper(plan, *year, lang, asked, book).await,
        }
    }

    /// A paper as a file.
    pub async fn paper_file(
        &self,
        plan: &Code,
        paper: &Paper,
        format: Format,
        lang: Lang,
        asked: Asked,
    ) -> Result<Vec<u8>, PaperError> {
        let data = self.paper(plan, paper, format, lang, asked).await?;
        // Fonts are read from disk, pages are set and files packed: not for the threads that answer.
        tokio::task::spawn_blocking(move || data.write(format))
            .await
            .map_err(|error| PaperError::Write(error.to_string()))?
    }
}

/// Fonts of this machine, looked through once.
fn fonts() -> Arc<Library> {
    static FONTS: OnceLock<Arc<Library>> = OnceLock::new();
    FONTS.get_or_init(|| Arc::new(Library::scan(&SYSTEM_FOLDERS))).clone()
}

impl Data {
    /// The bytes of the file. Takes its time: not for the threads that answer.
    pub fn write(&self, format: Format) -> Result<Vec<u8>, PaperError> {
        let failed = |error: &dyn std::fmt::Display| PaperError::Write(error.to_string());
        match (self, format) {
            (Self::Document(document), Format::Docx) => docx::write(document).map_err(|e| failed(&e)),
            (Self::Document(document), Format::Pdf) => {
                let written = pdf::write(document, &fonts()).map_err(|e| failed(&e))?;
                if !written.missing.is_empty() {
                    tracing::warn!(characters = ?written.missing, "no font has these characters");
                }
                Ok(written.bytes)
            }
            (Self::Chart(chart), Format::Pdf) => {
                Ok(pdf::write_chart(chart, &fonts()).map_err(|e| failed(&e))?.bytes)
            }
            (Self::Chart(chart), Format::Svg) => chart::write_archive(chart).map_err(|e| failed(&e)),
            (Self::Book(book), Format::Xlsx) => xlsx::write(book).map_err(|e| failed(&e)),
            _ => Err(PaperError::NotThere),
        }
    }
}
