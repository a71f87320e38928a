//! Looks through a workbook's ZIP before anything of it is parsed, against zip bombs.

use std::io::{Read, Seek};

use zip::ZipArchive;
use zip::result::ZipError;

use crate::sheet::{Limits, ReadError};

/// More pieces than any real workbook has.
const ENTRIES_MOST: usize = 10_000;
/// A workbook of many like rows packs well: the ratio counts only beyond this size.
const RATIO_FREE: u64 = 1 << 20;

/// Unpacks every piece, keeping none, and stops at the first limit that is passed. The sizes written
/// in the file are not believed. The archive is read by the library that the parser uses too, so that
/// both see the same pieces.
pub(super) fn check<R: Read + Seek>(file: R, length: u64, limits: &Limits) -> Result<(), ReadError> {
    let mut archive = ZipArchive::new(file).map_err(broken)?;
    if archive.len() > ENTRIES_MOST {
        return Err(ReadError::BrokenWorkbook { why: format!("{} pieces", archive.len()) });
    }
    let packed = length.max(1);
    let mut unpacked = 0u64;
    let mut buffer = vec![0u8; 64 << 10];
    for at in 0..archive.len() {
        let mut piece = archive.by_index(at).map_err(broken)?;
        loop {
            let read = piece
                .read(&mut buffer)
                .map_err(|error| ReadError::BrokenWorkbook { why: error.to_string() })?;
            if read == 0 {
                break;
            }
            unpacked += read as u64;
            if unpacked > limits.unpacked {
                return Err(ReadError::TooLargeUnpacked { max: limits.unpacked });
            }
            if unpacked > RATIO_FREE && unpacked / packed > limits.ratio {
                return Err(ReadError::Bomb { max: limits.ratio });
            }
        }
    }
    Ok(())
}

fn broken(error: ZipError) -> ReadError {
    match error {
        ZipError::UnsupportedArchive(why) if why.contains("assword") => ReadError::Encrypted,
        error => ReadError::BrokenWorkbook { why: error.to_string() },
    }
}
