//! Import: a sheet of rows becomes changes, tried or made all together.
//!
//! Formats are not known here. A [`Sheet`] comes in, [`prepare`] finds out which column is which field
//! and turns each row into a change, [`App::import`] runs them in one transaction: either all rows are
//! on record afterwards or none. Rows whose facts already hold change nothing, so running the same
//! file again is harmless.

mod layers;
mod layout;
mod names;
mod places;
mod prepare;
mod profile;
mod report;
mod resolve;
mod run;
mod telling;
mod twins;
mod values;
mod waiting;

pub use layout::{LaidOut, Layout, layout};
pub use names::{column_label, table_label};
pub use prepare::{HeadingUse, ImportError, Prepared, prepare};
pub use profile::{Profile, ProfileError};
pub use report::{Counts, ImportReport, Outcome, ProblemKind, Recorded, RowProblem, RowReport};
pub use resolve::Resolver;
pub use run::{Mode, Progress};
pub use twins::SeenNumbers;
pub use values::choice_label;
pub use waiting::{FILE_MOST, Keeping, Reading, Waiting, Written};

/// A sheet as some format's reader gave it, without empty rows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sheet {
    pub name: String,
    pub rows: Vec<SheetRow>,
    /// Cells that could not be read.
    pub faults: Vec<SheetFault>,
}

/// A row with its number as people count it, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetRow {
    pub number: u32,
    pub cells: Vec<String>,
}

/// A cell that could not be read, and the message that explains it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetFault {
    pub row: u32,
    /// Counted from 0.
    pub column: usize,
    pub value: String,
    pub key: &'static str,
    pub args: Vec<(&'static str, String)>,
}
