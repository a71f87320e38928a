//! Sheets of a workbook as lines with named cells.

use std::io::{Read, Seek};

use calamine::{Data, Range, Reader, Xlsx};
use survey::instrument::Wording;

use super::XlsFormError;

/// More lines than any questionnaire has.
const MOST_LINES: usize = 20_000;

/// A sheet whose first line names the columns.
#[derive(Default)]
pub(super) struct Sheet {
    head: Vec<String>,
    lines: Vec<Vec<String>>,
}

/// One line with its number in the sheet.
pub(super) struct Line<'a> {
    pub number: usize,
    head: &'a [String],
    cells: &'a [String],
}

/// The sheets survey, choices and settings, where they exist.
pub(super) fn open(input: impl Read + Seek) -> Result<[Option<Sheet>; 3], XlsFormError> {
    let not_xlsx = |error: calamine::XlsxError| XlsFormError::NotXlsx(error.to_string());
    let mut workbook: Xlsx<_> = Xlsx::new(input).map_err(not_xlsx)?;
    let mut sheet = |wanted: &'static str| {
        let names = workbook.sheet_names();
        let Some(name) = names.iter().find(|name| name.trim().eq_ignore_ascii_case(wanted)).cloned() else {
            return Ok(None);
        };
        let range = workbook.worksheet_range(&name).map_err(not_xlsx)?;
        Sheet::new(wanted, &range).map(Some)
    };
    Ok([sheet("survey")?, sheet("choices")?, sheet("settings")?])
}

impl Sheet {
    fn new(sheet: &'static str, range: &Range<Data>) -> Result<Self, XlsFormError> {
        if range.height() > MOST_LINES {
            return Err(XlsFormError::TooLong { sheet, lines: range.height(), most: MOST_LINES });
        }
        // Lines before the first filled one are not part of the range.
        let above = range.start().map_or(0, |(row, _)| row as usize);
        let mut rows = range.rows().map(|row| row.iter().map(text).collect::<Vec<String>>());
        let head = rows.next().unwrap_or_default().iter().map(|name| name.trim().to_owned()).collect();
        let mut lines: Vec<Vec<String>> = vec![Vec::new(); above];
        lines.extend(rows);
        Ok(Self { head, lines })
    }

    pub(super) fn has(&self, column: &str) -> bool {
        self.head.iter().any(|name| name.eq_ignore_ascii_case(column))
    }

    pub(super) fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        let lines = self.lines.iter().enumerate();
        lines.map(|(index, cells)| Line { number: index + 2, head: &self.head, cells })
    }
}

/// A cell as a form writer sees it: whole numbers without a decimal point.
fn text(cell: &Data) -> String {
    match cell {
        Data::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => format!("{number:.0}"),
        Data::Error(_) => String::new(),
        other => other.to_string().trim().to_owned(),
    }
}

impl Line<'_> {
    /// The cell of a column, empty when there is none.
    pub(super) fn get(&self, column: &str) -> &str {
        let index = self.head.iter().position(|name| name.eq_ignore_ascii_case(column));
        index.and_then(|index| self.cells.get(index)).map_or("", String::as_str)
    }

    /// The texts of `label`, `label::中文 (zh)`, `label::English (en)`.
    pub(super) fn wording(&self, column: &str) -> Wording {
        let mut wording = in_its_language(self.get(column));
        for (name, cell) in self.head.iter().zip(self.cells) {
            let Some((stem, language)) = name.split_once(':') else { continue };
            if !stem.trim().eq_ignore_ascii_case(column) || cell.is_empty() {
                continue;
            }
            let language = language.trim_start_matches(':').to_lowercase();
            let is = |words: &[&str]| words.iter().any(|word| language.contains(word));
            if is(&["(zh", "中文", "汉语", "chinese", "cmn"]) || language.trim() == "zh" {
                wording.zh.clone_from(cell);
            } else if is(&["(en", "english", "英"]) || language.trim() == "en" {
                wording.en.clone_from(cell);
            }
        }
        wording
    }
}

/// A text without a stated language: Chinese when it has Chinese characters.
pub(super) fn in_its_language(text: &str) -> Wording {
    if text.chars().any(|c| ('\u{3400}'..='\u{9fff}').contains(&c)) {
        Wording::new(text, "")
    } else {
        Wording::new("", text)
    }
}
