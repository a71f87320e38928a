//! Text files of separated values: CSV and its relatives.

use std::io::{Read, Seek, SeekFrom, Write};

use crate::cell::{Cell, Heading, RowSink, WriteError};
use crate::encoding::{Transcoded, Written, decode};
use crate::injection::neutral;
use crate::sheet::{Gather, Limits, ReadError, Sheet};

/// Reads separated values: UTF-8 with or without a mark, UTF-16 with a mark, or GB18030; separated
/// by comma, semicolon or tab. Rows are counted as a spreadsheet would, blank ones included.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Sheet, ReadError> {
    let text = decode(bytes)?;
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator(&text))
        .from_reader(text.as_bytes());
    let mut gather = Gather::new(limits);
    let mut record = csv::StringRecord::new();
    // Line breaks within cells of earlier records: they are no rows.
    let (mut broken_lines, mut previous) = (0u64, 0u64);
    while let Ok(true) = reader.read_record(&mut record) {
        broken_lines += record.as_slice().bytes().filter(|byte| *byte == b'\n').count() as u64;
        let end = reader.position();
        // The reader stands behind the record: on the next line already, if it has read its break.
        let behind = usize::try_from(end.byte()).ok().and_then(|at| text.as_bytes().get(at.wrapping_sub(1)));
        let line = end.line().saturating_sub(u64::from(behind == Some(&b'\n')));
        let number = line.saturating_sub(broken_lines).max(previous + 1);
        previous = number;
        let row = u32::try_from(number).unwrap_or(u32::MAX);
        for (column, cell) in record.iter().enumerate() {
            gather.cell(row, column, cell)?;
        }
    }
    Ok(gather.sheet)
}

/// Text of one piece, whatever its rows: rows may be long.
const PIECE_BYTES: usize = 24 * 1024 * 1024;

/// A long text file in pieces of so many rows, so that it need not be held in memory: each piece but the first
/// begins with the row of the headings. Rows are numbered as they are in the file.
pub struct Pieces<R> {
    reader: csv::Reader<Transcoded<R>>,
    limits: Limits,
    rows: usize,
    /// The rows of the first piece, until it is said which of them has the headings.
    first: Vec<(u32, Vec<String>)>,
    headings: Option<(u32, Vec<String>)>,
    broken_lines: u64,
    previous: u64,
    done: bool,
}

impl<R: Read + Seek> Pieces<R> {
    /// `rows`: the most rows of a piece. The whole file is looked through once for how it is written.
    pub fn new(mut file: R, rows: usize, limits: Limits) -> Result<Self, ReadError> {
        let written = Written::find(&mut file)?;
        file.seek(SeekFrom::Start(written.mark as u64)).map_err(|_| ReadError::Unreadable)?;
        let transcoded = Transcoded::new(file, &written);
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(separator(&written.begin))
            .from_reader(transcoded);
        Ok(Self {
            reader,
            limits,
            rows: rows.max(1),
            first: Vec::new(),
            headings: None,
            broken_lines: 0,
            previous: 0,
            done: false,
        })
    }

    /// Says in which row of the first piece the headings were found: later ones begin with it.
    pub fn headings_in(&mut self, row: u32) {
        if self.headings.is_none() {
            self.headings = std::mem::take(&mut self.first).into_iter().find(|(number, _)| *number == row);
        }
    }

    fn piece(&mut self) -> Result<Option<Sheet>, ReadError> {
        let mut gather = Gather::new(&self.limits);
        let first = self.previous == 0;
        if let Some((number, cells)) = &self.headings {
            for (column, cell) in cells.iter().enumerate() {
                gather.cell(*number, column, cell)?;
            }
        }
        let mut record = csv::StringRecord::new();
        let mut count = 0;
        let mut held = 0;
        while count < self.rows && held < PIECE_BYTES {
            match self.reader.read_record(&mut record) {
                Ok(true) => {}
                Ok(false) => {
                    self.done = true;
                    break;
                }
                Err(_) => {
                    self.done = true;
                    return Err(self.reader.get_ref().error());
                }
            }
            self.broken_lines += record.as_slice().bytes().filter(|byte| *byte == b'\n').count() as u64;
            let line = self.reader.position().line().saturating_sub(1);
            let number = line.saturating_sub(self.broken_lines).max(self.previous + 1);
            self.previous = number;
            let row = u32::try_from(number).unwrap_or(u32::MAX);
            if first {
                self.first.push((row, record.iter().map(str::to_owned).collect()));
            }
            for (column, cell) in record.iter().enumerate() {
                gather.cell(row, column, cell)?;
            }
            held += record.as_slice().len();
            count += 1;
        }
        Ok((count > 0 || first).then_some(gather.sheet))
    }
}

impl<R: Read + Seek> Iterator for Pieces<R> {
    type Item = Result<Sheet, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        match self.piece() {
            Ok(piece) => piece.map(Ok),
            Err(error) => {
                self.done = true;
                Some(Err(error))
            }
        }
    }
}

/// The separator that occurs most often in the first line with any, outside quotation marks.
fn separator(text: &str) -> u8 {
    for line in text.lines().take(20) {
        let (mut quoted, mut counts) = (false, [0usize; 3]);
        for byte in line.bytes() {
            match byte {
                b'"' => quoted = !quoted,
                b',' if !quoted => counts[0] += 1,
                b';' if !quoted => counts[1] += 1,
                b'\t' if !quoted => counts[2] += 1,
                _ => {}
            }
        }
        let most = counts.iter().max().copied().unwrap_or(0);
        if most > 0 {
            let at = counts.iter().position(|count| *count == most).unwrap_or(0);
            return [b',', b';', b'\t'][at];
        }
    }
    b','
}

/// Writes CSV in UTF-8 with lines ended by CR LF (RFC 4180); texts are made
/// [neutral](crate::injection).
pub struct CsvSink<W: Write> {
    out: csv::Writer<W>,
}

impl<W: Write> CsvSink<W> {
    /// With a byte order mark, spreadsheet programs take the file for UTF-8.
    pub fn new(mut out: W, headings: &[Heading], labels: bool, mark: bool) -> Result<Self, WriteError> {
        let heading = |heading: &Heading| {
            let text = if labels { &heading.label } else { &heading.name };
            neutral(text).into_owned()
        };
        // A heading that begins with the mark's character would otherwise lose it.
        if mark || headings.first().is_some_and(|first| heading(first).starts_with('\u{feff}')) {
            out.write_all("\u{feff}".as_bytes())?;
        }
        // The reader finds the separator by what stands unquoted in the first line that has any: without a
        // comma there, or with others beside it, a semicolon in some text would be taken for one.
        let doubtful = headings.len() < 2 || headings.iter().any(|each| heading(each).contains([';', '\t']));
        let quotes = if doubtful { csv::QuoteStyle::Always } else { csv::QuoteStyle::Necessary };
        let mut out =
            csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).quote_style(quotes).from_writer(out);
        out.write_record(headings.iter().map(heading)).map_err(into_io)?;
        Ok(Self { out })
    }
}

fn into_io(error: csv::Error) -> WriteError {
    WriteError::Io(error.into())
}

impl<W: Write> RowSink for CsvSink<W> {
    fn row(&mut self, cells: &[Cell]) -> Result<(), WriteError> {
        for cell in cells {
            match cell {
                Cell::Empty => self.out.write_field(""),
                Cell::Text(text) => self.out.write_field(neutral(text).as_ref()),
                Cell::Number(number) => self.out.write_field(number),
                Cell::Day(day) => self.out.write_field(day.to_string()),
                Cell::Bool(yes) => self.out.write_field(if *yes { "true" } else { "false" }),
            }
            .map_err(into_io)?;
        }
        self.out.write_record(None::<&[u8]>).map_err(into_io)
    }

    fn finish(mut self: Box<Self>) -> Result<(), WriteError> {
        Ok(self.out.flush()?)
    }
}

#[cfg(test)]
mod tests {
    use encoding_rs::GB18030;

    use super::*;

    fn cells(bytes: &[u8]) -> Vec<(u32, Vec<String>)> {
        let sheet = read(bytes, &Limits::default()).unwrap();
        sheet.rows.into_iter().map(|row| (row.number, row.cells)).collect()
    }

    #[test]
    fn encodings_are_told_apart() {
        let text = "编码,名称\nA-1,天通苑北街道文化中心\n";
        let expected = vec![
            (1, vec!["编码".to_owned(), "名称".into()]),
            (2, vec!["A-1".into(), "天通苑北街道文化中心".into()]),
        ];
        assert_eq!(cells(text.as_bytes()), expected);
        assert_eq!(cells(format!("\u{feff}{text}").as_bytes()), expected);
        let (gb, _, _) = GB18030.encode(text);
        assert_eq!(cells(&gb), expected);
        let utf16: Vec<u8> =
            [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert_eq!(cells(&utf16), expected);
    }

    #[test]
    fn broken_utf8_is_named_not_guessed() {
        let mut bytes = "编码,名称\nA-1,天通苑北街道文化中心\n".repeat(3).into_bytes();
        let at = bytes.len() - 4;
        bytes[at] = 0xff;
        let line = bytes[..at].iter().filter(|b| **b == b'\n').count() + 1;
        match read(&bytes, &Limits::default()) {
            Err(ReadError::Encoding { line: found, .. }) => assert_eq!(found, line),
            other => panic!("{other:?}"),
        }
        assert_eq!(read(b"a\0b", &Limits::default()), Err(ReadError::Binary));
    }

    #[test]
    fn separators_and_blank_lines() {
        assert_eq!(cells(b"a;b\n1;\"x;y\"\n"), cells("a\tb\n1\tx;y\n".as_bytes()));
        let rows = cells(b"a,b\n\n\"two\nlines\",2\n,\n3,4\n");
        assert_eq!(rows.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [1, 3, 5]);
    }

    #[test]
    fn a_semicolon_in_a_text_is_no_separator_of_what_was_written() {
        for names in [&["only"][..], &["a;b;c", "d"], &["a\tb\tc", "d"]] {
            let heading = |name: &&str| Heading { name: (*name).into(), label: String::new() };
            let headings: Vec<Heading> = names.iter().map(heading).collect();
            let texts: Vec<String> = names.iter().map(|_| "x;y;\tz".to_owned()).collect();
            let mut out = Vec::new();
            let mut sink = Box::new(CsvSink::new(&mut out, &headings, false, true).unwrap());
            sink.row(&texts.iter().map(Cell::text).collect::<Vec<_>>()).unwrap();
            sink.finish().unwrap();
            let names = names.iter().map(|name| (*name).to_owned()).collect();
            assert_eq!(cells(&out), [(1, names), (2, texts)]);
        }
    }

    #[test]
    fn a_huge_cell_is_a_fault_of_its_row() {
        let text = format!("a,b\n1,{}\n2,x\n", "字".repeat(3 << 20));
        let sheet = read(text.as_bytes(), &Limits::default()).unwrap();
        assert_eq!(sheet.rows.len(), 3);
        assert_eq!((sheet.faults[0].row, sheet.faults[0].column), (2, 1));
        assert_eq!(sheet.faults[0].value.chars().count(), 60);
    }

    #[test]
    fn limits_hold() {
        let limits = Limits { rows: 2, columns: 3, text: 20, ..Limits::default() };
        assert_eq!(read(b"a\nb\nc\n", &limits), Err(ReadError::TooManyRows { max: 2 }));
        assert_eq!(read(b"1,2,3,4", &limits), Err(ReadError::TooManyColumns { row: 1, max: 3 }));
        assert_eq!(read(b"123456789012345678901", &limits), Err(ReadError::TooMuchText { max: 20 }));
    }
}
