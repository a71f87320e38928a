//! A workbook that is too long to be held, piece by piece.

use std::io::{Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use calamine::{Reader, Xlsx};

use super::guard;
use super::read::{Chosen, broken, damaged, each_cell, flag_merged, spread_headings};
use crate::sheet::{Gather, Limits, ReadError, Row, Sheet};

/// Pieces that are read before they are asked for.
const AHEAD: usize = 1;
/// Text of one piece, whatever its rows: rows may be long.
const PIECE_BYTES: usize = 24 << 20;

/// The rows of a sheet, so many at a time: each piece but the first begins with the row of the headings. Rows are numbered
/// as they are in the file. What the file holds once for many cells (its shared texts) is in memory all the while.
pub struct WorkbookPieces {
    pieces: Receiver<Result<Sheet, ReadError>>,
    /// The rows of the first piece, until it is said which of them has the headings.
    first: Vec<Row>,
    headings: Option<Row>,
    begun: bool,
    done: bool,
}

impl WorkbookPieces {
    /// `rows`: the most rows of a piece; the sheet as [`read`](crate::sheet::read) chooses it.
    pub fn new<R: Read + Seek + Send + 'static>(
        mut file: R,
        name: Option<&str>,
        preferred: &[&str],
        rows: usize,
        limits: Limits,
    ) -> Result<Self, ReadError> {
        let length = file.seek(SeekFrom::End(0)).map_err(|_| ReadError::Unreadable)?;
        if length > limits.bytes {
            return Err(ReadError::TooLarge { found: length, max: limits.bytes });
        }
        guard::check(&mut file, length, &limits)?;
        file.rewind().map_err(|_| ReadError::Unreadable)?;
        let (to, pieces) = sync_channel(AHEAD);
        let chosen = Chosen::of(name, preferred);
        let reading = Reading { rows: rows.max(1), limits, to };
        // What reads a workbook holds on to it: it has a thread of its own, which ends when nobody takes the pieces.
        let begun = std::thread::Builder::new().name("huitian-workbook".into()).spawn(move || {
            let outcome = catch_unwind(AssertUnwindSafe(|| reading.read(file, &chosen)));
            if let Err(error) = outcome.unwrap_or_else(|_| Err(damaged())) {
                drop(reading.to.send(Err(error)));
            }
        });
        begun.map_err(|_| ReadError::Unreadable)?;
        Ok(Self { pieces, first: Vec::new(), headings: None, begun: false, done: false })
    }

    /// Says in which row of the first piece the headings were found: later ones begin with it.
    pub fn headings_in(&mut self, row: u32) {
        if self.headings.is_none() {
            self.headings = std::mem::take(&mut self.first).into_iter().find(|held| held.number == row);
        }
    }
}

impl Iterator for WorkbookPieces {
    type Item = Result<Sheet, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let piece = self.pieces.recv().ok();
        self.done = !matches!(piece, Some(Ok(_)));
        let mut piece = match piece? {
            Ok(piece) => piece,
            Err(error) => return Some(Err(error)),
        };
        match std::mem::replace(&mut self.begun, true) {
            false => self.first.clone_from(&piece.rows),
            true => piece.rows.splice(0..0, self.headings.clone()).for_each(drop),
        }
        Some(Ok(piece))
    }
}

/// A workbook being read.
struct Reading {
    rows: usize,
    limits: Limits,
    to: SyncSender<Result<Sheet, ReadError>>,
}

impl Reading {
    fn read<R: Read + Seek>(&self, file: R, chosen: &Chosen) -> Result<(), ReadError> {
        let mut workbook: Xlsx<R> = Xlsx::new(file).map_err(broken)?;
        let (names, candidates) = chosen.among(&workbook, &self.limits)?;
        for candidate in candidates {
            if self.sheet(&mut workbook, &candidate, &names)? {
                return Ok(());
            }
        }
        // It is for whoever reads it to say that there is nothing.
        drop(self.to.send(Ok(Sheet { sheets: names, ..Sheet::default() })));
        Ok(())
    }

    /// Whether the sheet has any rows.
    fn sheet<R: Read + Seek>(
        &self,
        workbook: &mut Xlsx<R>,
        name: &str,
        names: &[String],
    ) -> Result<bool, ReadError> {
        let merged = workbook.merge_cells_by_sheet_name(name).map_err(broken)?;
        let (mut gather, mut held, mut sent) = (Gather::new(&self.limits), 0, false);
        let mut send = |gather: Gather| {
            let mut gather = gather;
            gather.sheet.name = name.to_owned();
            gather.sheet.sheets = names.to_vec();
            if !std::mem::replace(&mut sent, true) {
                spread_headings(&mut gather.sheet, &merged);
            }
            flag_merged(&mut gather, &merged);
            // Nobody takes it any more: then there is no one to tell, either.
            self.to.send(Ok(gather.sheet)).map_err(|_| ReadError::Unreadable)
        };
        each_cell(workbook, name, &mut |number, column, found| {
            let full = gather.sheet.rows.len() >= self.rows || held >= PIECE_BYTES;
            if full && gather.sheet.rows.last().is_some_and(|last| last.number != number) {
                held = 0;
                send(std::mem::replace(&mut gather, Gather::new(&self.limits)))?;
            }
            held += found.len();
            found.put(&mut gather, number, column)
        })?;
        if !gather.sheet.rows.is_empty() {
            send(gather)?;
        }
        Ok(sent)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::cell::{Cell, Heading, RowSink};
    use crate::xlsx::XlsxSink;

    fn workbook(rows: usize) -> Vec<u8> {
        let heading = |name: &str| Heading { name: name.into(), label: String::new() };
        let headings = [heading("number"), heading("text")];
        let mut out = Cursor::new(Vec::new());
        let mut sink = Box::new(XlsxSink::new(&mut out, "orders", &headings, false).unwrap());
        for at in 0..rows {
            sink.row(&[Cell::text(format!("{at:05}")), Cell::text(format!("第{at}件"))]).unwrap();
        }
        sink.finish().unwrap();
        out.into_inner()
    }

    fn pieces(bytes: Vec<u8>, rows: usize, limits: Limits) -> Result<WorkbookPieces, ReadError> {
        WorkbookPieces::new(Cursor::new(bytes), None, &[], rows, limits)
    }

    #[test]
    fn pieces_are_the_sheet_with_the_headings_before_each() {
        let bytes = workbook(1_000);
        let whole = crate::sheet::read(&bytes, None, &[], &Limits::default()).unwrap();
        for size in [1, 7, 300, 1_001, 5_000] {
            let mut pieces = pieces(bytes.clone(), size, Limits::default()).unwrap();
            let first = pieces.next().unwrap().unwrap();
            pieces.headings_in(1);
            let mut rows = first.rows;
            assert!(rows.len() <= size);
            for piece in pieces {
                let piece = piece.unwrap();
                assert_eq!(piece.rows[0], whole.rows[0]);
                assert!(piece.rows.len() <= size + 1);
                assert_eq!((&piece.name, &piece.sheets), (&whole.name, &whole.sheets));
                rows.extend(piece.rows.into_iter().skip(1));
            }
            assert_eq!(rows, whole.rows, "{size}");
        }
    }

    #[test]
    fn whoever_stops_early_leaves_nobody_waiting() {
        let mut held = pieces(workbook(1_000), 10, Limits::default()).unwrap();
        held.next().unwrap().unwrap();
        drop(held);
        let mut empty = pieces(workbook(0), 10, Limits::default()).unwrap();
        assert_eq!(empty.next().unwrap().unwrap().rows.len(), 1);
        assert!(empty.next().is_none());
    }

    #[test]
    fn what_is_no_workbook_or_too_large_is_told() {
        let limits = |bytes, unpacked| Limits { bytes, unpacked, ..Limits::default() };
        let bytes = workbook(1_000);
        assert!(matches!(pieces(bytes.clone(), 9, limits(99, 1 << 30)), Err(ReadError::TooLarge { .. })));
        let unpacked = pieces(bytes.clone(), 9, limits(1 << 30, 99));
        assert!(matches!(unpacked, Err(ReadError::TooLargeUnpacked { .. })));
        let cut = bytes[..bytes.len() / 2].to_vec();
        assert!(matches!(pieces(cut, 9, Limits::default()), Err(ReadError::BrokenWorkbook { .. })));
        let named = WorkbookPieces::new(Cursor::new(bytes), Some("other"), &[], 9, Limits::default());
        assert!(matches!(named.unwrap().next(), Some(Err(ReadError::NoSheet { .. }))));
    }
}
