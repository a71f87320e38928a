//! Text files of separated values: CSV and its relatives.

use std::borrow::Cow;
use std::io::{Read, Seek, SeekFrom, Write};

use encoding_rs::{Decoder, DecoderResult, Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

use crate::cell::{Cell, Heading, RowSink, WriteError};
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

/// A long text file in pieces of so many rows, so that it need not be held in memory: each piece begins with
/// the rows in which headings are looked for, numbered as they are in the file.
pub struct Pieces<R> {
    reader: csv::Reader<Transcoded<R>>,
    limits: Limits,
    rows: usize,
    head: Vec<(u32, Vec<String>)>,
    headings: Headings,
    broken_lines: u64,
    previous: u64,
    done: bool,
}

/// Which rows stand before those of later pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Headings {
    /// Not known yet: the first piece shows them.
    Unknown,
    Row(u32),
}

/// Rows that may hold the headings.
const HEAD_ROWS: usize = 10;

impl<R: Read + Seek> Pieces<R> {
    /// `rows`: the most rows of a piece. The whole file is looked through once for how it is written.
    pub fn new(mut file: R, rows: usize, limits: Limits) -> Result<Self, ReadError> {
        let (encoding, mark, begin) = written_in(&mut file)?;
        file.seek(SeekFrom::Start(mark)).map_err(|_| ReadError::Unreadable)?;
        let transcoded = Transcoded::new(file, encoding);
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(separator(&begin))
            .from_reader(transcoded);
        Ok(Self {
            reader,
            limits,
            rows: rows.max(1),
            head: Vec::new(),
            headings: Headings::Unknown,
            broken_lines: 0,
            previous: 0,
            done: false,
        })
    }

    /// Says in which row of the first piece the headings were found: later ones begin with it.
    pub fn headings_in(&mut self, row: u32) {
        self.headings = Headings::Row(row);
    }

    fn piece(&mut self) -> Result<Option<Sheet>, ReadError> {
        let mut gather = Gather::new(&self.limits);
        let first = self.previous == 0;
        if let Headings::Row(row) = self.headings {
            for (number, cells) in self.head.iter().filter(|(number, _)| *number == row) {
                for (column, cell) in cells.iter().enumerate() {
                    gather.cell(*number, column, cell)?;
                }
            }
        }
        let mut record = csv::StringRecord::new();
        let mut count = 0;
        while count < self.rows {
            match self.reader.read_record(&mut record) {
                Ok(true) => {}
                Ok(false) => {
                    self.done = true;
                    break;
                }
                Err(_) => {
                    self.done = true;
                    let line = usize::try_from(self.previous + 1).unwrap_or(usize::MAX);
                    return Err(ReadError::Encoding { byte: self.reader.get_ref().taken, line });
                }
            }
            self.broken_lines += record.as_slice().bytes().filter(|byte| *byte == b'\n').count() as u64;
            let line = self.reader.position().line().saturating_sub(1);
            let number = line.saturating_sub(self.broken_lines).max(self.previous + 1);
            self.previous = number;
            let row = u32::try_from(number).unwrap_or(u32::MAX);
            if self.head.len() < HEAD_ROWS {
                self.head.push((row, record.iter().map(str::to_owned).collect()));
            }
            for (column, cell) in record.iter().enumerate() {
                gather.cell(row, column, cell)?;
            }
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

/// How a file is written, where its text begins, and that beginning: by its mark, else UTF-8 where all of it is,
/// else GB18030.
fn written_in<R: Read>(file: &mut R) -> Result<(&'static Encoding, u64, String), ReadError> {
    let mut buffer = vec![0u8; 1 << 16];
    let (mut begin, mut rest) = (Vec::new(), Vec::new());
    let (mut sound, mut zero) = (true, false);
    loop {
        let read = file.read(&mut buffer).map_err(|_| ReadError::Unreadable)?;
        if read == 0 {
            break;
        }
        let new = &buffer[..read];
        if begin.len() < 1 << 16 {
            begin.extend_from_slice(new);
        }
        zero |= new.contains(&0);
        if sound {
            rest.extend_from_slice(new);
            match std::str::from_utf8(&rest) {
                Ok(_) => rest.clear(),
                Err(error) if error.error_len().is_none() => {
                    rest.drain(..error.valid_up_to());
                }
                Err(_) => sound = false,
            }
        }
    }
    sound &= rest.is_empty();
    if begin.is_empty() {
        return Err(ReadError::Empty);
    }
    for (mark, encoding) in MARKS {
        if begin.starts_with(mark) {
            let (text, _) = encoding.decode_without_bom_handling(&begin[mark.len()..]);
            return Ok((encoding, mark.len() as u64, text.into_owned()));
        }
    }
    if zero {
        return Err(ReadError::Binary);
    }
    let encoding = if sound { UTF_8 } else { GB18030 };
    let (text, _) = encoding.decode_without_bom_handling(&begin);
    Ok((encoding, 0, text.into_owned()))
}

/// A file's text as UTF-8. What cannot be read in its encoding is an error, never a question mark.
struct Transcoded<R> {
    file: R,
    decoder: Decoder,
    raw: Vec<u8>,
    from: usize,
    filled: usize,
    ended: bool,
    finished: bool,
    /// Bytes of the text that were read.
    taken: usize,
}

impl<R: Read> Transcoded<R> {
    fn new(file: R, encoding: &'static Encoding) -> Self {
        let decoder = encoding.new_decoder_without_bom_handling();
        Self {
            file,
            decoder,
            raw: vec![0; 1 << 16],
            from: 0,
            filled: 0,
            ended: false,
            finished: false,
            taken: 0,
        }
    }
}

impl<R: Read> Read for Transcoded<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        // The longest character needs four bytes; what reads here brings thousands.
        if out.len() < 4 {
            return Err(std::io::Error::from(std::io::ErrorKind::InvalidInput));
        }
        loop {
            if self.finished {
                return Ok(0);
            }
            if self.from == self.filled && !self.ended {
                self.filled = self.file.read(&mut self.raw)?;
                self.from = 0;
                self.ended = self.filled == 0;
            }
            let raw = &self.raw[self.from..self.filled];
            let (result, read, written) =
                self.decoder.decode_to_utf8_without_replacement(raw, out, self.ended);
            self.from += read;
            self.taken += read;
            match result {
                DecoderResult::Malformed(..) => {
                    return Err(std::io::Error::from(std::io::ErrorKind::InvalidData));
                }
                DecoderResult::InputEmpty => self.finished = self.ended,
                DecoderResult::OutputFull => {}
            }
            if written > 0 {
                return Ok(written);
            }
        }
    }
}

/// Marks at the beginning of a text that say how it is written.
const MARKS: [(&[u8], &Encoding); 3] =
    [(b"\xef\xbb\xbf", UTF_8), (b"\xff\xfe", UTF_16LE), (b"\xfe\xff", UTF_16BE)];

/// The text behind the bytes. GB18030 is only believed of bytes that are not plainly UTF-8 with a
/// few broken places: those are named instead.
fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, ReadError> {
    for (mark, encoding) in MARKS {
        if let Some(rest) = bytes.strip_prefix(mark) {
            return encoding.decode_without_bom_handling_and_without_replacement(rest).ok_or_else(|| {
                let at = std::str::from_utf8(rest).map_or_else(|error| error.valid_up_to(), |_| 0);
                broken(bytes, at + mark.len())
            });
        }
    }
    let error = match std::str::from_utf8(bytes) {
        Ok(text) if text.contains('\0') => return Err(ReadError::Binary),
        Ok(text) => return Ok(Cow::Borrowed(text)),
        Err(error) => error,
    };
    if bytes.contains(&0) {
        return Err(ReadError::Binary);
    }
    let (mut sound, mut unsound) = (0usize, 0usize);
    for chunk in bytes.utf8_chunks() {
        sound += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        unsound += usize::from(!chunk.invalid().is_empty());
    }
    if sound > unsound * 4 {
        return Err(broken(bytes, error.valid_up_to()));
    }
    GB18030
        .decode_without_bom_handling_and_without_replacement(bytes)
        .ok_or_else(|| broken(bytes, error.valid_up_to()))
}

fn broken(bytes: &[u8], at: usize) -> ReadError {
    let line = bytes[..at.min(bytes.len())].iter().filter(|byte| **byte == b'\n').count() + 1;
    ReadError::Encoding { byte: at + 1, line }
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
