//! What a file is, by its own bytes: names and types that were sent with it are hearsay.

use crate::jpeg;
use crate::{BYTES_MOST, PhotoFault};

/// The kinds that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Jpeg,
    Png,
    Webp,
    /// Of one that moves the first picture.
    Gif,
}

/// The end of a ZIP archive lies within so many bytes of the file's end.
const ZIP_END: usize = 66_000;
/// What programs other than those for pictures would take for theirs, wherever it stands. Words of XML as cameras
/// write it are none of them.
const FOREIGN: [&[u8]; 5] = [b"<script", b"<!doctype html", b"<html", b"<?php", b"%pdf-"];
/// Brands of pictures in the container that films use.
const HEIC: [&[u8]; 8] = [b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif"];

/// Tells what a file is, and refuses what is none of it, ends too early, or is two things at once.
pub fn kind(bytes: &[u8]) -> Result<Kind, PhotoFault> {
    if bytes.is_empty() {
        return Err(PhotoFault::Empty);
    }
    if bytes.len() > BYTES_MOST {
        return Err(PhotoFault::TooLarge);
    }
    if bytes.get(4..8) == Some(b"ftyp") && bytes.get(8..12).is_some_and(|brand| HEIC.contains(&brand)) {
        return Err(PhotoFault::Heic);
    }
    let (kind, end) = if bytes.starts_with(b"\xff\xd8\xff") {
        // Phones put films and second pictures behind the first one.
        jpeg::end(bytes)?;
        (Kind::Jpeg, None)
    } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        (Kind::Png, Some(png_end(bytes)?))
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        (Kind::Webp, Some(riff_end(bytes)?))
    } else if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
        (Kind::Gif, None)
    } else {
        return Err(PhotoFault::NotAPicture);
    };
    if end.is_some_and(|end| end < bytes.len()) || is_foreign(bytes) {
        return Err(PhotoFault::Polyglot);
    }
    Ok(kind)
}

fn is_foreign(bytes: &[u8]) -> bool {
    let tail = &bytes[bytes.len().saturating_sub(ZIP_END)..];
    if tail.windows(4).any(|four| four == b"PK\x05\x06") {
        return true;
    }
    // Each begins with one of two bytes: few places are looked at closely.
    let starts = bytes.iter().enumerate().filter(|(_, byte)| matches!(byte, b'<' | b'%'));
    starts.into_iter().any(|(at, _)| {
        FOREIGN
            .iter()
            .any(|word| bytes.get(at..at + word.len()).is_some_and(|found| found.eq_ignore_ascii_case(word)))
    })
}

/// Where a PNG's last chunk ends.
fn png_end(bytes: &[u8]) -> Result<usize, PhotoFault> {
    let mut at = 8;
    loop {
        let head = bytes.get(at..at + 8).ok_or(PhotoFault::CutShort)?;
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let last = &head[4..8] == b"IEND";
        // Length, name and check stand around what a chunk says.
        at += length + 12;
        if at > bytes.len() {
            return Err(PhotoFault::CutShort);
        }
        if last {
            return Ok(at);
        }
    }
}

/// Where the container ends that a WebP stands in.
fn riff_end(bytes: &[u8]) -> Result<usize, PhotoFault> {
    let size = bytes.get(4..8).ok_or(PhotoFault::CutShort)?;
    let size = u32::from_le_bytes([size[0], size[1], size[2], size[3]]) as usize;
    let end = size.saturating_add(8);
    if end > bytes.len() {
        return Err(PhotoFault::CutShort);
    }
    // An odd length is filled up with one byte.
    Ok(if size % 2 == 1 && bytes.len() == end + 1 { end + 1 } else { end })
}
