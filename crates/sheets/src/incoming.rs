//! Files on their way in.

use std::io::{Read, Seek};

use app::import::{Sheet, SheetFault, SheetRow, table_label};
use app::table::Table;
use exchange::delimited::Pieces;
use exchange::injection;
use exchange::sheet::{Limits, ReadError};
use exchange::xlsx::WorkbookPieces;
use words::Lang;

use crate::map_file;
use crate::plan_file::{self, PlanOrigin};

/// A sheet as it was read, and what other sheets its workbook has.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Incoming {
    pub sheet: Sheet,
    pub sheets: Vec<String>,
    /// Where the rows are those of a plan of another program, or of this one.
    pub plan: Option<PlanOrigin>,
}

/// Reads a sheet of a file: the named one, else one that is called like the table, else the first that
/// is not empty. A plan of another planning program is read as the table's sheet, and so is a map (GeoJSON, or a shapefile in a ZIP) where the table is of places.
/// Texts are as they were before they were made harmless for spreadsheets.
pub fn read(bytes: &[u8], name: Option<&str>, table: &Table, limits: &Limits) -> Result<Incoming, ReadError> {
    // A shape in one cell is longer than any text; texts have their own limit where they are read.
    let shaped = Limits { cell: limits.cell.max(map_file::SHAPE_MOST), ..limits.clone() };
    let limits = if table.has_shapes() { &shaped } else { limits };
    if table.takes_maps() && map_file::is_map(bytes) {
        return Ok(Incoming { sheet: map_file::read(bytes, table, limits)?, ..Incoming::default() });
    }
    if plan_file::is_plan(bytes) {
        let (sheet, plan) = plan_file::read(bytes, table, limits)?;
        return Ok(Incoming { sheet, sheets: Vec::new(), plan: Some(plan) });
    }
    let labels = labels(table);
    let read = exchange::sheet::read(bytes, name, &called(table, &labels), limits)?;
    let sheets = read.sheets.clone();
    if exchange::plan_sheet::is_plan(&read) {
        let (sheet, plan) = plan_file::tasks(&read, table, limits)?;
        return Ok(Incoming { sheet, sheets, plan: Some(plan) });
    }
    Ok(Incoming { sheet: as_read(read), sheets, plan: None })
}

/// A sheet with what exported cells hold besides their own text taken off.
fn as_read(read: exchange::sheet::Sheet) -> Sheet {
    let own = |cell: String| match injection::original(&cell) {
        same if same.len() == cell.len() => cell,
        bare => bare.to_owned(),
    };
    let rows = read
        .rows
        .into_iter()
        .map(|row| SheetRow { number: row.number, cells: row.cells.into_iter().map(own).collect() });
    let faults = read.faults.into_iter().map(|fault| SheetFault {
        row: fault.row,
        column: fault.column,
        key: fault.kind.key(),
        args: fault.kind.args(),
        value: fault.value,
    });
    Sheet { rows: rows.collect(), faults: faults.collect(), name: read.name }
}

/// A text file or workbook too long to be held, piece by piece.
pub struct LongFile<R>(Long<R>);

enum Long<R> {
    Text(Box<Pieces<R>>),
    Workbook(WorkbookPieces),
}

impl<R: Read + Seek + Send + 'static> LongFile<R> {
    /// `name`: the sheet of a workbook, else as in [`read`]. `rows`: the most rows of a piece.
    pub fn new(mut file: R, name: Option<&str>, table: &Table, rows: usize) -> Result<Self, ReadError> {
        let mut begin = Vec::new();
        file.by_ref().take(4).read_to_end(&mut begin).map_err(|_| ReadError::Unreadable)?;
        file.rewind().map_err(|_| ReadError::Unreadable)?;
        if !begin.starts_with(b"PK") {
            return Ok(Self(Long::Text(Box::new(Pieces::new(file, rows, Limits::default())?))));
        }
        let labels = labels(table);
        let limits = Limits::of_long_workbook();
        Ok(Self(Long::Workbook(WorkbookPieces::new(file, name, &called(table, &labels), rows, limits)?)))
    }

    /// Says in which row of the first piece the headings are: later pieces begin with it.
    pub fn headings_in(&mut self, row: u32) {
        match &mut self.0 {
            Long::Text(pieces) => pieces.headings_in(row),
            Long::Workbook(pieces) => pieces.headings_in(row),
        }
    }
}

impl<R: Read + Seek> Iterator for LongFile<R> {
    type Item = Result<Sheet, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let piece = match &mut self.0 {
            Long::Text(pieces) => pieces.next(),
            Long::Workbook(pieces) => pieces.next(),
        };
        piece.map(|piece| piece.map(as_read))
    }
}

/// What a table's sheet is called.
fn labels(table: &Table) -> Vec<String> {
    Lang::ALL.iter().map(|lang| table_label(*lang, table.name)).collect()
}

fn called<'a>(table: &Table, labels: &'a [String]) -> Vec<&'a str> {
    std::iter::once(table.name).chain(labels.iter().map(String::as_str)).collect()
}

/// Why a file cannot be read, in the reader's language.
pub fn explain(lang: Lang, error: &ReadError) -> String {
    let args = error.args();
    let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
    words::with(lang, error.key(), &args)
}
