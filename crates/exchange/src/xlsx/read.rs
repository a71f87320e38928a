//! Reading a sheet of a workbook, cell by cell.

use std::borrow::Cow;
use std::io::{Cursor, Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, Dimensions, ExcelDateTime, Reader, SheetType, Style, Xlsx, XlsxError};

use super::guard;
use crate::sheet::{FaultKind, Gather, Limits, ReadError, Sheet};

/// Headings stand in these rows at the latest: merged regions here give their value to all their
/// columns and rows.
const HEADING_ROWS: u32 = 10;
/// A merged region is filled only within this many cells.
const MERGED_MOST: u32 = 200;

/// Reads one sheet. Dates come as `2019-10-13`, numbers in plain digits, formulas as what they last
/// came to.
pub fn read(
    bytes: &[u8],
    name: Option<&str>,
    preferred: &[&str],
    limits: &Limits,
) -> Result<Sheet, ReadError> {
    guard::check(Cursor::new(bytes), bytes.len() as u64, limits)?;
    // The parser meets hostile files here; a panic in it must stay a message to the user.
    catch_unwind(AssertUnwindSafe(|| read_checked(bytes, &Chosen::of(name, preferred), limits)))
        .unwrap_or_else(|_| Err(damaged()))
}

pub(super) fn damaged() -> ReadError {
    ReadError::BrokenWorkbook { why: "the file is damaged".into() }
}

/// Which sheet is wanted: the named one, else the first of some names that there is, else the first with rows.
pub(super) struct Chosen {
    name: Option<String>,
    preferred: Vec<String>,
}

impl Chosen {
    pub fn of(name: Option<&str>, preferred: &[&str]) -> Self {
        let preferred = preferred.iter().map(|name| (*name).to_owned()).collect();
        Self { name: name.map(str::to_owned), preferred }
    }

    /// The names of all sheets, and of those that may be meant.
    pub fn among<R: Read + Seek>(
        &self,
        workbook: &Xlsx<R>,
        limits: &Limits,
    ) -> Result<(Vec<String>, Vec<String>), ReadError> {
        let sheets = workbook.sheets_metadata().iter();
        let sheets = sheets.filter(|sheet| sheet.typ == SheetType::WorkSheet);
        let names: Vec<String> = sheets.map(|sheet| sheet.name.clone()).collect();
        if names.len() > limits.sheets {
            return Err(ReadError::TooManySheets { max: limits.sheets });
        }
        let find = |wanted: &str| names.iter().find(|held| held.trim() == wanted.trim()).cloned();
        let candidates = match &self.name {
            Some(name) => match find(name) {
                Some(found) => vec![found],
                None => {
                    return Err(ReadError::NoSheet { name: name.clone(), sheets: names.join(", ") });
                }
            },
            None => match self.preferred.iter().find_map(|wanted| find(wanted)) {
                Some(found) => vec![found],
                None => names.clone(),
            },
        };
        Ok((names, candidates))
    }
}

fn read_checked(bytes: &[u8], chosen: &Chosen, limits: &Limits) -> Result<Sheet, ReadError> {
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let (names, candidates) = chosen.among(&workbook, limits)?;
    let mut sheet = Sheet::default();
    for candidate in candidates {
        sheet = read_sheet(&mut workbook, &candidate, limits)?;
        if !sheet.rows.is_empty() {
            break;
        }
    }
    sheet.sheets = names;
    Ok(sheet)
}

fn read_sheet(workbook: &mut Xlsx<Cursor<&[u8]>>, name: &str, limits: &Limits) -> Result<Sheet, ReadError> {
    let merged = workbook.merge_cells_by_sheet_name(name).map_err(broken)?;
    let mut gather = Gather::new(limits);
    gather.sheet.name = name.to_owned();
    each_cell(workbook, name, &mut |row, column, found| found.put(&mut gather, row, column))?;
    spread_headings(&mut gather.sheet, &merged);
    flag_merged(&mut gather, &merged);
    Ok(gather.sheet)
}

/// What stands in a cell.
pub(super) enum Found<'a> {
    Text(&'a str),
    /// A formula's outcome that is an error.
    Error(String),
}

impl Found<'_> {
    /// Its text in bytes.
    pub fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Error(_) => 0,
        }
    }

    /// Puts it in its place; rows are counted from 1, columns from 0.
    pub fn put(&self, gather: &mut Gather, row: u32, column: usize) -> Result<(), ReadError> {
        match self {
            Self::Text(text) => gather.cell(row, column, text)?,
            Self::Error(error) => gather.fault(row, column, error, FaultKind::FormulaError),
        }
        Ok(())
    }
}

/// Visits the cells of a sheet in their order.
pub(super) fn each_cell<R: Read + Seek>(
    workbook: &mut Xlsx<R>,
    name: &str,
    visit: &mut dyn FnMut(u32, usize, Found<'_>) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let mut cells = workbook.worksheet_cells_reader(name).map_err(broken)?;
    let coarse: Vec<Coarse> = cells.styles().iter().map(Coarse::of).collect();
    let mut last = (0u32, 0u32);
    let mut sorted = true;
    while let Some((cell, style)) = cells.next_cell_with_style_id().map_err(broken)? {
        let (row, column) = cell.get_position();
        sorted &= (row, column) >= last;
        if !sorted {
            return Err(ReadError::BrokenWorkbook { why: "its cells are out of order".into() });
        }
        last = (row, column);
        let number = row.saturating_add(1);
        let column = column as usize;
        match cell.get_value() {
            DataRef::Error(error) => visit(number, column, Found::Error(error.to_string()))?,
            value => {
                let text = text_of(value);
                let dated = matches!(value, DataRef::DateTime(_) | DataRef::DateTimeIso(_));
                let keep = coarse.get(style).filter(|_| dated).map_or(Coarse::Day, |coarse| *coarse);
                visit(number, column, Found::Text(keep.cut(&text)))?;
            }
        }
    }
    Ok(())
}

/// How much of a date a cell shows. Whoever types `2019-10` gets the first of the month stored and
/// `2019年10月` shown: only what is shown was meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coarse {
    Day,
    Month,
    Year,
}

/// The built-in formats `mmm-yy` and, in Chinese, `yyyy"年"m"月"` (ECMA-376 part 1, 18.8.30).
const MONTH_FORMATS: [u32; 6] = [17, 27, 36, 50, 52, 57];

impl Coarse {
    fn of(style: &Style) -> Self {
        let Some(format) = &style.number_format else { return Self::Day };
        if format.format_id.is_some_and(|id| MONTH_FORMATS.contains(&id)) {
            return Self::Month;
        }
        // Letters outside quotation marks, brackets and escapes say what is shown.
        let (mut quoted, mut bracketed, mut escaped) = (false, false, false);
        let mut letters = String::new();
        for character in format.format_code.chars() {
            match character {
                _ if escaped => escaped = false,
                '"' => quoted = !quoted,
                '\\' | '_' | '*' if !quoted => escaped = true,
                '[' if !quoted => bracketed = true,
                ']' if !quoted => bracketed = false,
                // Only the first section is for dates.
                ';' if !quoted && !bracketed => break,
                character if !quoted && !bracketed => letters.push(character.to_ascii_lowercase()),
                _ => {}
            }
        }
        let shows = |letter: char| letters.contains(letter);
        match (shows('y'), shows('m'), shows('d') || shows('h') || shows('s')) {
            (true, true, false) => Self::Month,
            (true, false, false) => Self::Year,
            _ => Self::Day,
        }
    }

    /// `2019-10-13` as far as it is shown.
    fn cut(self, text: &str) -> &str {
        let length = match self {
            Self::Day => text.len(),
            Self::Month => 7,
            Self::Year => 4,
        };
        text.get(..length).unwrap_or(text)
    }
}

/// A merged heading holds for every column and row of its region.
pub(super) fn spread_headings(sheet: &mut Sheet, merged: &[Dimensions]) {
    for region in merged.iter().filter(|region| region.start.0 < HEADING_ROWS) {
        let cells = region
            .end
            .0
            .saturating_sub(region.start.0)
            .saturating_add(1)
            .saturating_mul(region.end.1.saturating_sub(region.start.1).saturating_add(1));
        let value = sheet
            .rows
            .iter()
            .find(|row| row.number == region.start.0 + 1)
            .and_then(|row| row.cells.get(region.start.1 as usize))
            .filter(|value| !value.is_empty())
            .cloned();
        let Some(value) = value.filter(|_| cells <= MERGED_MOST) else { continue };
        let rows = region.start.0 + 1..=(region.end.0 + 1).min(HEADING_ROWS);
        for row in sheet.rows.iter_mut().filter(|row| rows.contains(&row.number)) {
            for column in region.start.1 as usize..=region.end.1 as usize {
                if row.cells.len() <= column {
                    row.cells.resize(column + 1, String::new());
                }
                if row.cells[column].is_empty() {
                    row.cells[column] = value.clone();
                }
            }
        }
    }
}

/// Names what stands in merged regions below the headings.
pub(super) fn flag_merged(gather: &mut Gather, merged: &[Dimensions]) {
    for region in merged.iter().filter(|region| region.start.0 >= HEADING_ROWS) {
        let held = gather
            .sheet
            .rows
            .binary_search_by_key(&(region.start.0 + 1), |row| row.number)
            .ok()
            .and_then(|at| gather.sheet.rows[at].cells.get(region.start.1 as usize))
            .filter(|value| !value.is_empty())
            .cloned();
        if let Some(value) = held {
            gather.fault(region.start.0 + 1, region.start.1 as usize, &value, FaultKind::Merged);
        }
    }
}

fn text_of<'a>(value: &'a DataRef<'_>) -> Cow<'a, str> {
    match value {
        DataRef::Empty | DataRef::Error(_) => Cow::Borrowed(""),
        DataRef::Int(number) => Cow::Owned(number.to_string()),
        DataRef::Float(number) => Cow::Owned(plain(*number)),
        DataRef::String(text) => Cow::Borrowed(text),
        DataRef::SharedString(text) => Cow::Borrowed(text),
        DataRef::Bool(yes) => Cow::Borrowed(if *yes { "true" } else { "false" }),
        DataRef::DateTime(moment) => Cow::Owned(moment_text(moment)),
        // `2019-10-13T00:00:00` is a day.
        DataRef::DateTimeIso(text) => Cow::Borrowed(text.strip_suffix("T00:00:00").unwrap_or(text.as_str())),
        DataRef::DurationIso(text) => Cow::Borrowed(text),
    }
}

fn moment_text(moment: &ExcelDateTime) -> String {
    if moment.is_duration() {
        return plain(moment.as_f64());
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    if (hour, minute, second) == (0, 0, 0) {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
    }
}

/// A number as the spreadsheet shows it: 15 significant digits, which hides the noise of binary
/// fractions, and never an exponent.
fn plain(number: f64) -> String {
    if !number.is_finite() {
        return String::new();
    }
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    // Adding zero turns minus zero into zero.
    (rounded + 0.0).to_string()
}

pub(super) fn broken(error: XlsxError) -> ReadError {
    match error {
        XlsxError::Password => ReadError::Encrypted,
        error => ReadError::BrokenWorkbook { why: error.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_plain() {
        assert_eq!(plain(0.1 + 0.2), "0.3");
        assert_eq!(plain(43_751.0), "43751");
        assert_eq!(plain(1e15), "1000000000000000");
        assert_eq!(plain(-48.53), "-48.53");
        assert_eq!(plain(f64::NAN), "");
    }
}
