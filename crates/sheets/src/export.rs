//! Tables on their way out.

use std::io::Write;

use app::export::{self, ExportTable};
use app::import::{column_label, table_label};
use exchange::cell::{Cell, Heading, RowSink, WriteError};
use words::Lang;

use crate::format::Style;

/// What takes the rows of an exported table.
pub fn export_sink<'a>(
    out: impl Write + Send + 'a,
    table: &ExportTable,
    style: Style,
    lang: Lang,
) -> Result<Box<dyn RowSink + 'a>, WriteError> {
    let headings: Vec<Heading> = table
        .columns
        .iter()
        .map(|name| Heading { name: (*name).to_owned(), label: column_label(lang, table.name, name) })
        .collect();
    style.sink(out, &table_label(lang, table.name), &headings)
}

/// A row as formats take it.
pub fn to_cells(row: Vec<export::Cell>) -> Vec<Cell> {
    row.into_iter()
        .map(|cell| match cell {
            export::Cell::Empty => Cell::Empty,
            export::Cell::Text(text) => Cell::Text(text),
            export::Cell::Number(number) => Cell::Number(number),
            export::Cell::Day(day) => Cell::Day(day),
            export::Cell::Bool(yes) => Cell::Bool(yes),
        })
        .collect()
}
