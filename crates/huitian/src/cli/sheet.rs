//! Between files and tables: what the formats read and write, in the shapes that use cases know.

use std::fs::File;
use std::io::{BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use app::import::{SheetFault, SheetRow};
use exchange::cell::{Cell, Heading, RowSink};
use exchange::delimited::CsvSink;
use exchange::injection;
use exchange::json::JsonSink;
use exchange::xlsx::XlsxSink;

/// A sheet as it was read, with texts as they were before they were made harmless for spreadsheets.
pub fn to_import(sheet: &exchange::sheet::Sheet) -> app::import::Sheet {
    app::import::Sheet {
        name: sheet.name.clone(),
        rows: sheet
            .rows
            .iter()
            .map(|row| SheetRow {
                number: row.number,
                cells: row.cells.iter().map(|cell| injection::original(cell).to_owned()).collect(),
            })
            .collect(),
        faults: sheet
            .faults
            .iter()
            .map(|fault| SheetFault {
                row: fault.row,
                column: fault.column,
                value: fault.value.clone(),
                key: fault.kind.key(),
                args: fault.kind.args(),
            })
            .collect(),
    }
}

pub fn to_cell(cell: app::export::Cell) -> Cell {
    match cell {
        app::export::Cell::Empty => Cell::Empty,
        app::export::Cell::Text(text) => Cell::Text(text),
        app::export::Cell::Number(number) => Cell::Number(number),
        app::export::Cell::Day(day) => Cell::Day(day),
        app::export::Cell::Bool(yes) => Cell::Bool(yes),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    Xlsx,
    Csv,
    Json,
}

impl Format {
    pub fn extension(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }

    /// The format of a file by its name.
    pub fn of(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        [Self::Xlsx, Self::Csv, Self::Json].into_iter().find(|format| format.extension() == extension)
    }
}

/// How a table is written.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    pub format: Format,
    /// Headings for people instead of names for programs.
    pub labels: bool,
    /// A byte order mark before CSV.
    pub mark: bool,
}

pub fn sink<'a>(
    out: impl Write + Send + 'a,
    sheet: &str,
    headings: &[Heading],
    style: Style,
) -> anyhow::Result<Box<dyn RowSink + 'a>> {
    Ok(match style.format {
        Format::Xlsx => Box::new(XlsxSink::new(out, sheet, headings, style.labels)?),
        Format::Csv => Box::new(CsvSink::new(out, headings, style.labels, style.mark)?),
        Format::Json => Box::new(JsonSink::new(out, headings)?),
    })
}

/// A file that appears under its name only when it is whole, or standard output.
pub enum Target {
    Stdout,
    File { path: PathBuf, part: PathBuf },
}

impl Target {
    pub fn new(path: Option<PathBuf>) -> Self {
        match path {
            None => Self::Stdout,
            Some(path) => {
                let mut part = path.clone().into_os_string();
                part.push(".part");
                Self::File { path, part: part.into() }
            }
        }
    }

    pub fn open(&self, format: Format) -> anyhow::Result<Box<dyn Write + Send>> {
        match self {
            Self::Stdout => {
                let raw = format == Format::Xlsx && std::io::stdout().is_terminal();
                anyhow::ensure!(!raw, "a workbook is no text for a terminal: give a file by --out");
                Ok(Box::new(BufWriter::new(std::io::stdout())))
            }
            Self::File { part, .. } => {
                let file = File::create(part).with_context(|| format!("cannot write {}", part.display()))?;
                Ok(Box::new(BufWriter::new(file)))
            }
        }
    }

    /// Gives the file its name, or removes what was written of it.
    pub fn close<T>(self, outcome: anyhow::Result<T>) -> anyhow::Result<T> {
        let Self::File { path, part } = self else { return outcome };
        let outcome = outcome.and_then(|done| {
            std::fs::rename(&part, &path).with_context(|| format!("cannot write {}", path.display()))?;
            Ok(done)
        });
        if outcome.is_err() {
            drop(std::fs::remove_file(&part));
        }
        outcome
    }
}
