//! Survey responses as CSV: a heading line, then one line per response.
//!
//! Comma, semicolon or tab separated (found out from the heading), UTF-8 with or without a byte order
//! mark; blanks around values are dropped and an empty cell is a missing value.

use std::io::Read;

use survey::coded::CodedBuilder;
use survey::tabulate::Columns;
use thiserror::Error;

#[derive(Debug, Error)]
pub enum ResponsesError {
    #[error(
        "the file is empty: a heading line with the column names is expected, then one line per response"
    )]
    Empty,
    #[error("the file has a heading but no responses")]
    NoResponses,
    #[error("the column name \"{0}\" occurs twice in the heading: give every column its own name")]
    TwiceName(String),
    #[error("line {line} is not UTF-8: save the file as \"CSV UTF-8\"")]
    NotUtf8 { line: u64 },
    #[error(
        "line {line} has {found} cells, the heading has {expected}: quote cells that contain the separator"
    )]
    UnequalCells { line: u64, found: u64, expected: u64 },
    #[error("{0}")]
    Csv(csv::Error),
}

/// The columns of a file of responses, in the order of the heading.
#[derive(Debug, Clone, Default)]
pub struct Responses {
    pub names: Vec<String>,
    pub columns: Columns,
    pub rows: usize,
}

/// Reads the columns in `wanted`, or all of them; wanted columns that do not exist are left to the caller.
///
/// # Errors
/// Files that are empty, not UTF-8 or not rectangular.
pub fn read(input: impl Read, wanted: Option<&[&str]>) -> Result<Responses, ResponsesError> {
    let (mut reader, names) = open(input)?;
    let mut builders: Vec<Option<CodedBuilder>> = names
        .iter()
        .map(|name| wanted.is_none_or(|wanted| wanted.contains(&name.as_str())).then(CodedBuilder::default))
        .collect();
    let mut record = csv::StringRecord::new();
    let mut rows = 0;
    while reader.read_record(&mut record).map_err(explain)? {
        for (builder, text) in builders.iter_mut().zip(&record) {
            if let Some(builder) = builder {
                let text = text.trim();
                builder.push((!text.is_empty()).then_some(text));
            }
        }
        rows += 1;
    }
    if rows == 0 {
        return Err(ResponsesError::NoResponses);
    }
    let columns: Columns = names
        .iter()
        .zip(builders)
        .filter_map(|(name, builder)| Some((name.clone(), builder?.finish())))
        .collect();
    Ok(Responses { names, columns, rows })
}

/// Only the heading.
///
/// # Errors
/// As [`read`].
pub fn heading(input: impl Read) -> Result<Vec<String>, ResponsesError> {
    open(input).map(|(_, names)| names)
}

/// Gives every line to `with`, as it stands in the file.
///
/// # Errors
/// As [`read`], and what `with` reports.
pub fn each(
    input: impl Read,
    mut with: impl FnMut(&csv::StringRecord) -> Result<(), csv::Error>,
) -> Result<(), ResponsesError> {
    let (mut reader, _) = open(input)?;
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(explain)? {
        with(&record).map_err(ResponsesError::Csv)?;
    }
    Ok(())
}

type Open<R> = (csv::Reader<std::io::Chain<std::io::Cursor<Vec<u8>>, R>>, Vec<String>);

/// Finds the separator from the first line and reads the heading.
pub(crate) fn open<R: Read>(mut input: R) -> Result<Open<R>, ResponsesError> {
    let mut start = Vec::new();
    input
        .by_ref()
        .take(64 * 1024)
        .read_to_end(&mut start)
        .map_err(|error| ResponsesError::Csv(error.into()))?;
    if start.starts_with(b"\xef\xbb\xbf") {
        start.drain(..3);
    }
    let first = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if first.iter().all(u8::is_ascii_whitespace) {
        return Err(ResponsesError::Empty);
    }
    let count = |mark: u8| first.iter().filter(|byte| **byte == mark).count();
    let separator =
        [b',', b';', b'\t'].into_iter().max_by_key(|mark| (count(*mark), *mark == b',')).unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .buffer_capacity(1 << 18)
        .from_reader(std::io::Cursor::new(start).chain(input));
    let head = reader.headers().map_err(explain)?;
    let names: Vec<String> = head.iter().map(|name| name.trim().to_owned()).collect();
    for (index, name) in names.iter().enumerate() {
        if names[..index].contains(name) {
            return Err(ResponsesError::TwiceName(name.clone()));
        }
    }
    Ok((reader, names))
}

pub(crate) fn explain(error: csv::Error) -> ResponsesError {
    let line = error.position().map_or(0, csv::Position::line);
    match error.kind() {
        csv::ErrorKind::Utf8 { .. } => ResponsesError::NotUtf8 { line },
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            ResponsesError::UnequalCells { line, found: *len, expected: *expected_len }
        }
        _ => ResponsesError::Csv(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_spreadsheets_write() {
        let text = "\u{feff}id;地区;q1\r\n1; 北 ;5\r\n2;;4\r\n";
        let responses = read(text.as_bytes(), None).expect("reads");
        assert_eq!(responses.names, ["id", "地区", "q1"]);
        assert_eq!(responses.rows, 2);
        assert_eq!(responses.columns["地区"].label(0), Some("北"));
        assert_eq!(responses.columns["地区"].label(1), None);
        let some = read(text.as_bytes(), Some(&["q1"])).expect("reads");
        assert_eq!(some.columns.len(), 1);
    }

    #[test]
    fn says_what_is_wrong() {
        let error = |bytes: &[u8]| read(bytes, None).expect_err("refused").to_string();
        assert!(error(b"").contains("heading"));
        assert!(error(b"a,b\n").contains("no responses"));
        assert!(error(b"a,a\n1,2\n").contains("twice"));
        assert!(error(b"a,b\n1\n").contains("line 2 has 1 cells"));
        assert!(error(b"a,b\n1,\xff\n").contains("line 2 is not UTF-8"));
    }
}
