//! The formats that tables are written in.

use std::io::Write;
use std::path::Path;
use std::str::FromStr;

use exchange::cell::{Heading, RowSink, WriteError};
use exchange::delimited::CsvSink;
use exchange::json::JsonSink;
use exchange::xlsx::XlsxSink;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Xlsx,
    Csv,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownFormat;

impl std::fmt::Display for UnknownFormat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("one of xlsx, csv, json")
    }
}

impl std::error::Error for UnknownFormat {}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, UnknownFormat> {
        Self::ALL.into_iter().find(|format| format.extension() == text).ok_or(UnknownFormat)
    }
}

impl Format {
    pub const ALL: [Format; 3] = [Self::Xlsx, Self::Csv, Self::Json];

    pub fn extension(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }

    /// The format of a file by its name.
    pub fn of(path: &Path) -> Option<Self> {
        path.extension()?.to_str()?.to_ascii_lowercase().parse().ok()
    }

    pub fn media_type(self) -> &'static str {
        match self {
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Json => "application/json",
        }
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

impl Style {
    /// For people who open the file in a spreadsheet program.
    pub fn for_people(format: Format) -> Self {
        Self { format, labels: format == Format::Xlsx, mark: true }
    }

    pub(crate) fn sink<'a>(
        self,
        out: impl Write + Send + 'a,
        sheet: &str,
        headings: &[Heading],
    ) -> Result<Box<dyn RowSink + 'a>, WriteError> {
        Ok(match self.format {
            Format::Xlsx => Box::new(XlsxSink::new(out, sheet, headings, self.labels)?),
            Format::Csv => Box::new(CsvSink::new(out, headings, self.labels, self.mark)?),
            Format::Json => Box::new(JsonSink::new(out, headings)?),
        })
    }
}
