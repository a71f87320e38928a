//! Tables and forms, for text and for workbooks alike.

use jiff::civil::Date;
use rust_decimal::Decimal;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Align {
    #[default]
    Start,
    Centre,
    /// Figures: flush right, so that their places stand under each other.
    Number,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub heading: String,
    /// Neighbours of one group stand under a common heading.
    pub group: Option<String>,
    /// The share of the table's width, against the other columns; in a workbook, the width in
    /// half-width characters.
    pub width: u16,
    pub align: Align,
}

impl Column {
    pub fn new(heading: impl Into<String>, width: u16, align: Align) -> Self {
        Self { heading: heading.into(), group: None, width, align }
    }

    pub fn under(mut self, group: impl Into<String>) -> Self {
        self.group = Some(group.into());
        self
    }
}

/// The colour of a mark before a text. The text says the same: colour alone never speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tone {
    Green,
    Yellow,
    Orange,
    Red,
    Blue,
    Grey,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Cell {
    #[default]
    Empty,
    Text(String),
    /// As many decimal places are shown as the number has.
    Number(Decimal),
    /// 52 is shown as 52%.
    Percent(Decimal),
    Day(Date),
    Signal {
        tone: Tone,
        text: String,
    },
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(text.to_owned()) }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(text) }
    }
}

impl From<Date> for Cell {
    fn from(day: Date) -> Self {
        Self::Day(day)
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Number(number.into())
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row {
    /// Missing cells are empty; more than there are columns are left out.
    pub cells: Vec<Cell>,
    /// A sum or a heading between rows.
    pub strong: bool,
    /// Stays on the page of the row after it: a heading, or a line of something told in several.
    pub keep: bool,
}

impl Row {
    pub fn new(cells: impl IntoIterator<Item = Cell>) -> Self {
        Self { cells: cells.into_iter().collect(), strong: false, keep: false }
    }

    pub fn strong(cells: impl IntoIterator<Item = Cell>) -> Self {
        Self { cells: cells.into_iter().collect(), strong: true, keep: false }
    }

    /// On one page with the row after it.
    pub fn kept(mut self) -> Self {
        self.keep = true;
        self
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TextSize {
    /// 小四.
    Normal,
    /// 五号.
    #[default]
    Small,
    /// 小五, for ledgers of many columns.
    Tiny,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table {
    pub caption: Option<String>,
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
    pub size: TextSize,
}

/// Labels with what was filled in, two pairs a row where `beside` is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormRow {
    pub label: String,
    pub text: String,
    pub beside: Option<(String, String)>,
    /// Leaves room for writing by hand, in lines.
    pub lines: u8,
}

impl FormRow {
    pub fn new(label: impl Into<String>, text: impl Into<String>) -> Self {
        Self { label: label.into(), text: text.into(), beside: None, lines: 1 }
    }

    pub fn beside(mut self, label: impl Into<String>, text: impl Into<String>) -> Self {
        self.beside = Some((label.into(), text.into()));
        self
    }

    pub fn lines(mut self, lines: u8) -> Self {
        self.lines = lines;
        self
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Form {
    pub rows: Vec<FormRow>,
}
