//! Ledgers and timetables as workbooks that print well: heads on every page, page numbers, real
//! numbers and dates, texts that never become formulas.

mod formats;

use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError as Failed};

use crate::flow::MARK;
use crate::form;
use crate::length::Length;
use crate::line::{Atom, break_lines};
use crate::model::{Language, Orientation, Paper, Properties};
use crate::table::{Cell, Row, Table};
use formats::Formats;

/// A cell takes 32,767 UTF-16 units, a header 255 characters, a name 31.
const TEXT_MOST: usize = 32_000;
const HEADER_MOST: usize = 200;
const NAME_MOST: usize = 31;
/// Numbers of more digits would lose some: they are written as text.
const DIGITS_MOST: usize = 15;
/// Points of a line, and the most a row can have.
const LINE: f64 = 13.5;
const HEIGHT_MOST: f64 = 409.0;
/// A half-width character, in a unit of its own.
const HALF: Length = 1_000;
/// Letters are a little narrower than figures.
const LETTER: Length = 900;
const ROWS_MOST: usize = 1_000_000;
const COLUMNS_MOST: usize = 16_384;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Book {
    pub language: Language,
    pub properties: Properties,
    pub sheets: Vec<Sheet>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// On the tab.
    pub name: String,
    /// Over the table and on every printed page.
    pub title: String,
    /// Under the title: what the table holds, as of when.
    pub note: Option<String>,
    pub table: Table,
    pub paper: Paper,
    pub orientation: Orientation,
    /// Columns that stay in view, and come again on every page of a table that is wider than one.
    pub frozen_columns: u16,
}

#[derive(Debug, thiserror::Error)]
pub enum XlsxError {
    #[error("cannot write the workbook: {0}")]
    Workbook(#[from] Failed),
    #[error("the sheet {sheet} has more than {ROWS_MOST} rows or {COLUMNS_MOST} columns")]
    TooLarge { sheet: String },
}

/// The bytes of the workbook; the same for the same book.
pub fn write(book: &Book) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let properties = &book.properties;
    let made = TimeZone::UTC.to_datetime(properties.created);
    let part = |value: i8| u16::from(value.unsigned_abs());
    let created = ExcelDateTime::from_ymd(
        made.year().unsigned_abs().max(1900),
        made.month().unsigned_abs(),
        made.day().unsigned_abs(),
    )?
    .and_hms(part(made.hour()), made.minute().unsigned_abs(), f64::from(made.second()))?;
    workbook.set_properties(
        &DocProperties::new()
            .set_title(book.sheets.first().map_or("", |sheet| sheet.title.as_str()))
            .set_author(&properties.author)
            .set_subject(&properties.subject)
            .set_keywords(properties.keywords.join(", "))
            .set_creation_datetime(&created),
    );
    let mut names: Vec<String> = Vec::new();
    for sheet in &book.sheets {
        let name = name(&sheet.name, &names);
        write_sheet(workbook.add_worksheet(), book.language, sheet, &name)?;
        names.push(name.to_lowercase());
    }
    Ok(workbook.save_to_buffer()?)
}

/// None of `[]:*?/\'`, not taken yet.
fn name(wanted: &str, taken: &[String]) -> String {
    let clean: String =
        wanted.chars().filter(|c| !"[]:*?/\\'".contains(*c) && !c.is_control()).take(NAME_MOST).collect();
    let base = if clean.trim().is_empty() { "1".to_owned() } else { clean };
    let mut name = base.clone();
    let mut count = 2;
    while taken.contains(&name.to_lowercase()) {
        let end = format!(" {count}");
        name = base.chars().take(NAME_MOST - end.len()).chain(end.chars()).collect();
        count += 1;
    }
    name
}

fn write_sheet(out: &mut Worksheet, language: Language, sheet: &Sheet, name: &str) -> Result<(), XlsxError> {
    let table = &sheet.table;
    if table.rows.len() > ROWS_MOST || table.columns.len() > COLUMNS_MOST {
        return Err(XlsxError::TooLarge { sheet: sheet.name.clone() });
    }
    out.set_name(name)?;
    let formats = Formats::new(language);
    let last = table.columns.len().saturating_sub(1) as u16;
    let mut row = 0;
    wide(out, row, last, &sheet.title, &formats.title())?;
    out.set_row_height(row, 30)?;
    row += 1;
    if let Some(note) = &sheet.note {
        wide(out, row, last, note, &formats.note())?;
        row += 1;
    }
    let first_head = row;
    row = heads(out, table, row, &formats)?;
    for (at, column) in (0u16..).zip(&table.columns) {
        out.set_column_width(at, f64::from(column.width.clamp(3, 120)))?;
    }
    for held in &table.rows {
        write_row(out, row, held, table, language, &formats)?;
        let texts = table.columns.iter().zip(&held.cells);
        let most = texts.map(|(column, cell)| lines(&form::cell(language, cell), column.width)).max();
        out.set_row_height(row, height(most.unwrap_or(1)))?;
        row += 1;
    }
    let first_row = first_head + head_rows(table);
    out.set_freeze_panes(first_row, sheet.frozen_columns.min(last))?;
    page(out, language, sheet, (first_head, first_row, row, last))
}

fn page(
    out: &mut Worksheet,
    language: Language,
    sheet: &Sheet,
    (first_head, first_row, end, last): (u32, u32, u32, u16),
) -> Result<(), XlsxError> {
    out.set_repeat_rows(first_head, first_row.saturating_sub(1).max(first_head))?;
    if sheet.frozen_columns > 0 {
        out.set_repeat_columns(0, sheet.frozen_columns.min(last + 1) - 1)?;
    }
    out.set_print_area(0, 0, end.saturating_sub(1), last)?;
    out.set_paper_size(match sheet.paper {
        Paper::A4 => 9,
        Paper::A3 => 8,
    });
    match sheet.orientation {
        Orientation::Portrait => out.set_portrait(),
        Orientation::Landscape => out.set_landscape(),
    };
    out.set_print_fit_to_pages(1, 0);
    out.set_print_center_horizontally(true);
    out.set_margins(0.6, 0.6, 0.8, 0.8, 0.4, 0.4);
    let title: String = sheet.title.chars().filter(|c| !c.is_control()).take(HEADER_MOST).collect();
    let title = title.replace('&', "&&");
    out.set_header(format!("&L{title}"));
    out.set_footer(match language {
        Language::Chinese => "&C— &P —",
        Language::English => "&C&P / &N",
    });
    Ok(())
}

/// A text over all columns.
fn wide(out: &mut Worksheet, row: u32, last: u16, text: &str, format: &Format) -> Result<(), XlsxError> {
    let format = safe(text, format);
    if last > 0 {
        out.merge_range(row, 0, row, last, &cut(text), &format)?;
    } else {
        out.write_string_with_format(row, 0, cut(text), &format)?;
    }
    Ok(())
}

fn head_rows(table: &Table) -> u32 {
    if table.columns.iter().any(|column| column.group.is_some()) { 2 } else { 1 }
}

fn heads(out: &mut Worksheet, table: &Table, row: u32, formats: &Formats) -> Result<u32, XlsxError> {
    let head = formats.head();
    let rows = head_rows(table);
    let most = table.columns.iter().map(|column| lines(&column.heading, column.width)).max().unwrap_or(1);
    for at in row..row + rows {
        out.set_row_height(at, height(if at + 1 == row + rows { most } else { 1 }))?;
    }
    let mut at = 0u16;
    for group in table.columns.chunk_by(|a, b| a.group.is_some() && a.group == b.group) {
        let width = group.len() as u16;
        match &group[0].group {
            Some(name) => {
                if width > 1 {
                    out.merge_range(row, at, row, at + width - 1, &cut(name), &safe(name, &head))?;
                } else {
                    out.write_string_with_format(row, at, cut(name), &safe(name, &head))?;
                }
                for (at, column) in (at..).zip(group) {
                    let heading = &column.heading;
                    out.write_string_with_format(row + 1, at, cut(heading), &safe(heading, &head))?;
                }
            }
            None => {
                let heading = &group[0].heading;
                if rows == 2 {
                    out.merge_range(row, at, row + 1, at, &cut(heading), &safe(heading, &head))?;
                } else {
                    out.write_string_with_format(row, at, cut(heading), &safe(heading, &head))?;
                }
            }
        }
        at += width;
    }
    Ok(row + rows)
}

fn write_row(
    out: &mut Worksheet,
    row: u32,
    held: &Row,
    table: &Table,
    language: Language,
    formats: &Formats,
) -> Result<(), XlsxError> {
    for (at, column) in (0u16..).zip(&table.columns) {
        let cell = held.cells.get(usize::from(at)).unwrap_or(&Cell::Empty);
        let format = formats.cell(cell, column.align, held.strong);
        match cell {
            Cell::Empty => {
                out.write_blank(row, at, &format)?;
            }
            Cell::Text(text) => {
                out.write_string_with_format(row, at, cut(text), &safe(text, &format))?;
            }
            Cell::Number(number) => match exact(number) {
                Some(value) => {
                    out.write_number_with_format(row, at, value, &format)?;
                }
                None => {
                    let text = form::cell(language, cell);
                    out.write_string_with_format(row, at, &text, &safe(&text, &format))?;
                }
            },
            Cell::Percent(number) => match exact(&(number / Decimal::ONE_HUNDRED)) {
                Some(value) => {
                    out.write_number_with_format(row, at, value, &format)?;
                }
                None => {
                    let text = form::cell(language, cell);
                    out.write_string_with_format(row, at, &text, &safe(&text, &format))?;
                }
            },
            Cell::Day(day) => {
                // The format knows no day before 1900.
                let value = u16::try_from(day.year()).ok().and_then(|year| {
                    let (month, day) = (day.month().unsigned_abs(), day.day().unsigned_abs());
                    ExcelDateTime::from_ymd(year, month, day).ok()
                });
                match value {
                    Some(value) => {
                        out.write_datetime_with_format(row, at, value, &format)?;
                    }
                    None => {
                        out.write_string_with_format(row, at, day.to_string(), &format)?;
                    }
                }
            }
            Cell::Signal { tone, text } => {
                let (mark, plain) = (formats.tone(*tone), formats.plain());
                let text = format!(" {}", cut(text));
                let mark_text = MARK.to_string();
                out.write_rich_string_with_format(
                    row,
                    at,
                    &[(&mark, mark_text.as_str()), (&plain, text.as_str())],
                    &format,
                )?;
            }
        }
    }
    Ok(())
}

/// How many lines a text takes in a column: programs do not find out by themselves when they open a
/// workbook only to print it.
fn lines(text: &str, width: u16) -> usize {
    let atoms: Vec<Atom> = text
        .chars()
        .map(|c| {
            Atom::new(
                c,
                if c.is_ascii_alphabetic() {
                    LETTER
                } else if c.is_ascii() {
                    HALF
                } else {
                    2 * HALF
                },
            )
        })
        .collect();
    let measure = Length::from(width.clamp(3, 120)) * HALF;
    break_lines(&atoms, measure, measure).len().max(1)
}

fn height(lines: usize) -> f64 {
    (lines as f64 * LINE + 4.0).min(HEIGHT_MOST)
}

fn exact(number: &Decimal) -> Option<f64> {
    let digits = number.mantissa().unsigned_abs().to_string().len();
    number.to_f64().filter(|value| digits <= DIGITS_MOST && value.is_finite())
}

/// What a spreadsheet program might run as a formula once the cell is edited keeps the sign of a
/// text, which does not show.
fn safe(text: &str, format: &Format) -> Format {
    let first = text.trim_start_matches('\'').chars().next();
    if matches!(
        first,
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}' | '\u{ff20}')
    ) {
        format.clone().set_quote_prefix()
    } else {
        format.clone()
    }
}

fn cut(text: &str) -> String {
    let mut units = 0;
    let mut out = String::new();
    for character in text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')) {
        units += character.len_utf16();
        if units > TEXT_MOST {
            out.push('…');
            break;
        }
        out.push(character);
    }
    out
}
