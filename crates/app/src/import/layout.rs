//! How a sheet is laid out: for people who say which column is which field.

use super::prepare::{HeadingUse, heading_row, headings};
use super::profile::Profile;
use super::{Sheet, SheetRow};
use crate::table::Table;

/// A sheet's headings as far as they are understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// The row of the headings.
    pub row: u32,
    pub columns: Vec<LaidOut>,
}

/// A column with the first value below its heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaidOut {
    /// Counted from 0.
    pub column: usize,
    pub heading: String,
    /// What it is taken for.
    pub field: Option<&'static str>,
    pub sample: String,
}

/// Characters of a sample.
const SAMPLE_MOST: usize = 40;

/// The layout of a sheet. What a profile says that does not fit the sheet is left aside; nothing for
/// a sheet without rows.
pub fn layout(table: &Table, sheet: &Sheet, profile: &Profile) -> Option<Layout> {
    let row = heading_row(table, sheet, profile).ok().or_else(|| sheet.rows.first())?;
    let used = headings(table, row, profile)
        .or_else(|_| headings(table, row, &Profile::default()))
        .unwrap_or_else(|_| unknown(row));
    let sample = |column: usize| {
        let below = sheet.rows.iter().filter(|held| held.number > row.number);
        let mut cells = below.filter_map(|held| held.cells.get(column)).map(|cell| cell.trim());
        cells
            .find(|cell| !cell.is_empty())
            .map_or(String::new(), |cell| cell.chars().take(SAMPLE_MOST).collect())
    };
    let columns = used
        .into_iter()
        .map(|held| LaidOut {
            sample: sample(held.column),
            column: held.column,
            heading: held.heading,
            field: held.field,
        })
        .collect();
    Some(Layout { row: row.number, columns })
}

fn unknown(row: &SheetRow) -> Vec<HeadingUse> {
    let cells = row.cells.iter().enumerate().filter(|(_, cell)| !cell.trim().is_empty());
    cells.map(|(column, cell)| HeadingUse { column, heading: cell.trim().to_owned(), field: None }).collect()
}
