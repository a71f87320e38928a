//! Sheets of a workbook as lines with named cells.

use std::io::Read;

use survey::instrument::Wording;

use super::XlsFormError;
use crate::sheet::{FaultKind, Limits, ReadError};
use crate::xlsx;

/// More lines than any questionnaire has.
const MOST_LINES: usize = 20_000;

/// A questionnaire is small; its labels may be as long as a cell can be.
const LIMITS: Limits = Limits {
    bytes: 16 << 20,
    unpacked: 64 << 20,
    ratio: 200,
    sheets: 64,
    rows: MOST_LINES + 1,
    columns: 1_000,
    cell: 32_767,
    text: 32 << 20,
};

/// A sheet whose first line names the columns.
#[derive(Default)]
pub(super) struct Sheet {
    head: Vec<String>,
    lines: Vec<(usize, Vec<String>)>,
}

/// One line with its number in the sheet.
pub(super) struct Line<'a> {
    pub number: usize,
    head: &'a [String],
    cells: &'a [String],
}

/// The sheets survey, choices and settings, where they exist.
pub(super) fn open(input: impl Read) -> Result<[Option<Sheet>; 3], XlsFormError> {
    let mut bytes = Vec::new();
    input.take(LIMITS.bytes + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LIMITS.bytes {
        return Err(ReadError::TooLarge { found: bytes.len() as u64, max: LIMITS.bytes }.into());
    }
    let read = |name: Option<&str>| {
        xlsx::read(&bytes, name, &[], &LIMITS).map_err(|error| match error {
            ReadError::BrokenWorkbook { why } => XlsFormError::NotXlsx(why),
            other => other.into(),
        })
    };
    let names = read(None)?.sheets;
    let sheet = |wanted: &'static str| {
        let name = names.iter().find(|name| name.trim().eq_ignore_ascii_case(wanted));
        name.map(|name| Sheet::new(wanted, read(Some(name))?)).transpose()
    };
    Ok([sheet("survey")?, sheet("choices")?, sheet("settings")?])
}

impl Sheet {
    fn new(sheet: &'static str, found: crate::sheet::Sheet) -> Result<Self, XlsFormError> {
        let long = |kind: FaultKind| matches!(kind, FaultKind::TooLong { .. });
        if let Some(fault) = found.faults.iter().find(|fault| long(fault.kind)) {
            return Err(XlsFormError::LongCell { sheet, line: fault.row, most: LIMITS.cell });
        }
        let trimmed = |cells: Vec<String>| cells.iter().map(|cell| cell.trim().to_owned()).collect();
        let mut rows = found.rows.into_iter();
        let head = rows.next().map(|row| trimmed(row.cells)).unwrap_or_default();
        Ok(Self { head, lines: rows.map(|row| (row.number as usize, trimmed(row.cells))).collect() })
    }

    pub(super) fn has(&self, column: &str) -> bool {
        self.head.iter().any(|name| name.eq_ignore_ascii_case(column))
    }

    pub(super) fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        self.lines.iter().map(|(number, cells)| Line { number: *number, head: &self.head, cells })
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
