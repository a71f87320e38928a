//! Writing a table as a workbook, row by row.

use std::io::Write;

use rust_xlsxwriter::{ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};

use crate::cell::{Cell, Heading, RowSink, WriteError};
use crate::injection::neutral;

/// Rows of a sheet, by the format.
const ROWS_MOST: u32 = 1_048_576;
/// A cell takes 32,767 UTF-16 units; longer texts are cut, with a mark.
const TEXT_MOST: usize = 32_000;
/// Numbers of more digits would lose some: they are written as text.
const DIGITS_MOST: usize = 15;

/// Writes a sheet with a heading that stays in view, real dates and numbers; texts are made
/// [neutral](crate::injection). Rows go to a temporary file, not into memory.
pub struct XlsxSink<W: Write> {
    out: W,
    workbook: Workbook,
    row: u32,
    columns: u16,
    day: Format,
    wrap: Format,
}

impl<W: Write> XlsxSink<W> {
    pub fn new(out: W, sheet: &str, headings: &[Heading], labels: bool) -> Result<Self, WriteError> {
        let mut workbook = Workbook::new();
        let columns = headings.len() as u16;
        {
            let worksheet = workbook.add_worksheet_with_constant_memory().map_err(failed)?;
            worksheet.set_name(sheet_name(sheet)).map_err(failed)?;
            worksheet.set_freeze_panes(1, 0).map_err(failed)?;
            for (at, heading) in headings.iter().enumerate() {
                let text = if labels { &heading.label } else { &heading.name };
                let width =
                    text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<usize>().clamp(8, 36);
                worksheet.set_column_width(at as u16, width as f64 + 4.0).map_err(failed)?;
            }
            for (at, heading) in headings.iter().enumerate() {
                let text = if labels { &heading.label } else { &heading.name };
                worksheet
                    .write_string_with_format(0, at as u16, neutral(text).as_ref(), &heading_format())
                    .map_err(failed)?;
            }
        }
        Ok(Self {
            out,
            workbook,
            row: 0,
            columns,
            day: Format::new().set_num_format("yyyy-mm-dd"),
            wrap: Format::new().set_align(FormatAlign::Top),
        })
    }

    fn sheet(&mut self) -> Result<&mut Worksheet, WriteError> {
        self.workbook.worksheet_from_index(0).map_err(failed)
    }
}

pub(super) fn heading_format() -> Format {
    Format::new().set_bold().set_background_color(0x00E8_EEF4).set_border_bottom(FormatBorder::Thin)
}

pub(super) fn failed(error: XlsxError) -> WriteError {
    match error {
        XlsxError::IoError(error) => WriteError::Io(error),
        error => WriteError::Workbook(error.to_string()),
    }
}

/// At most 31 characters, none of `[]:*?/\`.
pub(super) fn sheet_name(name: &str) -> String {
    let name: String = name.chars().filter(|c| !"[]:*?/\\'".contains(*c)).take(31).collect();
    if name.trim().is_empty() { "Sheet1".into() } else { name }
}

fn cut(text: &str) -> String {
    let mut units = 0;
    let mut out = String::new();
    for character in text.chars() {
        units += character.len_utf16();
        if units > TEXT_MOST {
            out.push('…');
            break;
        }
        out.push(character);
    }
    out
}

impl<W: Write> RowSink for XlsxSink<W> {
    fn row(&mut self, cells: &[Cell]) -> Result<(), WriteError> {
        self.row += 1;
        let row = self.row;
        if row >= ROWS_MOST {
            return Err(WriteError::TooManyRows { most: ROWS_MOST - 1 });
        }
        let (day_format, wrap) = (self.day.clone(), self.wrap.clone());
        let sheet = self.sheet()?;
        for (at, cell) in cells.iter().enumerate() {
            let at = at as u16;
            match cell {
                Cell::Empty => {}
                Cell::Text(text) if text.len() > TEXT_MOST => {
                    sheet.write_string_with_format(row, at, cut(&neutral(text)), &wrap).map_err(failed)?;
                }
                Cell::Text(text) => {
                    sheet.write_string_with_format(row, at, neutral(text).as_ref(), &wrap).map_err(failed)?;
                }
                Cell::Number(number) => {
                    let digits = number.bytes().filter(u8::is_ascii_digit).count();
                    match number.parse::<f64>() {
                        Ok(value) if digits <= DIGITS_MOST && value.is_finite() => {
                            sheet.write_number(row, at, value).map_err(failed)?;
                        }
                        // Digits and a sign only: no formula can hide in it.
                        _ => {
                            sheet.write_string(row, at, number.as_str()).map_err(failed)?;
                        }
                    }
                }
                Cell::Day(day) => {
                    // The format knows no day before 1900.
                    let value = u16::try_from(day.year()).ok().and_then(|year| {
                        ExcelDateTime::from_ymd(year, day.month() as u8, day.day() as u8).ok()
                    });
                    match value {
                        Some(value) => {
                            sheet.write_datetime_with_format(row, at, value, &day_format).map_err(failed)?;
                        }
                        None => {
                            sheet.write_string(row, at, day.to_string()).map_err(failed)?;
                        }
                    }
                }
                Cell::Bool(yes) => {
                    sheet.write_string(row, at, if *yes { "true" } else { "false" }).map_err(failed)?;
                }
            }
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<(), WriteError> {
        let (rows, columns) = (self.row, self.columns);
        if columns > 0 {
            self.sheet()?.autofilter(0, 0, rows, columns - 1).map_err(failed)?;
        }
        let bytes = self.workbook.save_to_buffer().map_err(failed)?;
        self.out.write_all(&bytes)?;
        Ok(self.out.flush()?)
    }
}
