//! A value on its way into a file.

use jiff::civil::Date;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Cell {
    #[default]
    Empty,
    Text(String),
    /// A decimal number in plain digits, exact: `-30`, `48.53`.
    Number(String),
    Day(Date),
    Bool(bool),
}

impl Cell {
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() { Self::Empty } else { Self::Text(text) }
    }

    pub fn number(number: impl ToString) -> Self {
        Self::Number(number.to_string())
    }
}

/// A column's heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// The name for programs: JSON keys, and CSV headings unless labels are wanted.
    pub name: String,
    /// The name for people.
    pub label: String,
}

/// Something that takes a table row by row, so that no table needs to lie in memory as a whole.
pub trait RowSink {
    fn row(&mut self, cells: &[Cell]) -> Result<(), WriteError>;
    /// Writes what is still held back.
    fn finish(self: Box<Self>) -> Result<(), WriteError>;
}

#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    #[error("cannot write: {0}")]
    Io(#[from] std::io::Error),
    #[error("cannot write the workbook: {0}")]
    Workbook(String),
    #[error("a sheet takes {most} rows; export as CSV instead")]
    TooManyRows { most: u32 },
}
