//! CSV tables with a header: columns by name, errors with line and remedy.

use std::io::Read;

use thiserror::Error;

#[derive(Debug, Error)]
pub enum TableError {
    #[error("the table has no column `{wanted}`; its columns are: {found}")]
    MissingColumn { wanted: String, found: String },
    #[error("line {line}: {column} is `{value}`, expected {expected}")]
    Value { line: u64, column: String, value: String, expected: &'static str },
    #[error("line {line}: {what} `{id}` is not in {list}: add it there or drop this line")]
    Unknown { line: u64, what: &'static str, id: String, list: &'static str },
    #[error("line {line}: {what} `{id}` was already given on line {first}: keep one of them")]
    Duplicate { line: u64, what: &'static str, id: String, first: u64 },
    #[error("the table has no rows")]
    Empty,
    #[error("line {line} has {found} values where {expected} are expected")]
    Width { line: u64, found: usize, expected: usize },
    #[error(transparent)]
    Csv(#[from] csv::Error),
}

/// A CSV file being read. Values are trimmed, a byte order mark is passed over.
pub(crate) struct Table<R> {
    reader: csv::Reader<R>,
    record: csv::StringRecord,
    headers: Vec<String>,
}

impl<R: Read> Table<R> {
    pub(crate) fn open(input: R) -> Result<Self, TableError> {
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(input);
        let headers = reader
            .headers()?
            .iter()
            .map(|name| name.trim_start_matches('\u{feff}').trim().to_lowercase())
            .collect();
        Ok(Self { reader, record: csv::StringRecord::new(), headers })
    }

    /// Position of the first of `names` that is a column.
    pub(crate) fn find(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|name| self.headers.iter().position(|header| header == name))
    }

    /// As [`Self::find`], or an error naming the first.
    pub(crate) fn column(&self, names: &[&str]) -> Result<usize, TableError> {
        self.find(names).ok_or_else(|| TableError::MissingColumn {
            wanted: names.first().copied().unwrap_or_default().to_owned(),
            found: self.headers.join(", "),
        })
    }

    /// Moves to the next row.
    pub(crate) fn advance(&mut self) -> Result<bool, TableError> {
        Ok(self.reader.read_record(&mut self.record)?)
    }

    pub(crate) fn line(&self) -> u64 {
        self.record.position().map_or(0, csv::Position::line)
    }

    pub(crate) fn text(&self, column: usize) -> &str {
        self.record.get(column).unwrap_or_default()
    }

    /// Reads a value with `parse`, or says what was expected.
    pub(crate) fn value<'t, T>(
        &'t self,
        column: usize,
        expected: &'static str,
        parse: impl FnOnce(&'t str) -> Option<T>,
    ) -> Result<T, TableError> {
        let text = self.text(column);
        parse(text).ok_or_else(|| TableError::Value {
            line: self.line(),
            column: self.headers.get(column).cloned().unwrap_or_default(),
            value: text.chars().take(60).collect(),
            expected,
        })
    }
}
