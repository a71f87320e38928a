//! Charts of bars over time, as many pages as their rows fill, written as PDF and as SVG.
//!
//! A [`Chart`] says what stands in it. It is laid out once, in rectangles and lines of text: both writers put the
//! same marks on the same places. Heads and key come again on every page.

mod layout;
mod svg;

use jiff::civil::Date;

use crate::model::{Language, Paper, Properties};
use crate::table::Tone;

pub(crate) use layout::{Drawn, Part, lay_out};
pub use svg::{ArchiveError, write as write_svg, write_archive};

/// A column before the bars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChartColumn {
    pub heading: String,
    /// Millimetres.
    pub width: u16,
}

/// What a bar stands for: each is drawn in its own colour and height.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    Done,
    Ahead,
    /// Ahead, with nothing to spare.
    Critical,
    /// Behind the promise.
    Over,
    /// Time to spare.
    Spare,
    /// What was said earlier, under the bar.
    Baseline,
}

/// A bar; both days are within it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bar {
    pub shape: Shape,
    pub from: Date,
    pub to: Date,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChartRow {
    /// One for each column.
    pub cells: Vec<String>,
    /// Begins a group: set strong, and kept with the row after it.
    pub strong: bool,
    pub bars: Vec<Bar>,
    /// A flag on a day.
    pub flag: Option<(Date, Tone)>,
}

/// A line from a day of one row to a day of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChartTie {
    pub from: (usize, Date),
    pub to: (usize, Date),
    pub strong: bool,
}

/// A word of the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyMark {
    Bar(Shape),
    Flag(Tone),
    Today,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    pub language: Language,
    pub properties: Properties,
    pub paper: Paper,
    pub title: String,
    pub note: String,
    pub columns: Vec<ChartColumn>,
    /// The time that is drawn; what lies beyond stands at its edge.
    pub from: Date,
    pub to: Date,
    pub today: Option<Date>,
    pub rows: Vec<ChartRow>,
    pub ties: Vec<ChartTie>,
    pub key: Vec<(KeyMark, String)>,
}
