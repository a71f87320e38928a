//! How a text file is written: UTF-8 with or without a mark, UTF-16 with a mark, or GB18030. What cannot be
//! read in its encoding is named by its place, never turned into question marks.

use std::borrow::Cow;
use std::io::Read;

use encoding_rs::{Decoder, DecoderResult, Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

use crate::sheet::ReadError;

/// Marks at the beginning of a text that say how it is written.
const MARKS: [(&[u8], &Encoding); 3] =
    [(b"\xef\xbb\xbf", UTF_8), (b"\xff\xfe", UTF_16LE), (b"\xfe\xff", UTF_16BE)];

/// The text behind the bytes.
pub(crate) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, ReadError> {
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
    let mut soundness = Soundness::default();
    soundness.take(bytes);
    soundness.end();
    if soundness.is_plainly_utf8() {
        return Err(broken(bytes, error.valid_up_to()));
    }
    GB18030
        .decode_without_bom_handling_and_without_replacement(bytes)
        .ok_or_else(|| broken(bytes, error.valid_up_to()))
}

/// Whether pieces of text are plainly UTF-8: plain letters alone say nothing, and neither does a character that the
/// end of its piece cut through.
pub(crate) fn is_plainly_utf8<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> bool {
    let mut soundness = Soundness::default();
    for piece in pieces {
        soundness.take(piece);
        soundness.cut.clear();
    }
    soundness.is_plainly_utf8()
}

fn broken(bytes: &[u8], at: usize) -> ReadError {
    let line = bytes[..at.min(bytes.len())].iter().filter(|byte| **byte == b'\n').count() + 1;
    ReadError::Encoding { byte: at + 1, line }
}

/// Counts how much of a text, as it comes in, is UTF-8.
#[derive(Debug, Default)]
struct Soundness {
    /// The beginning of a character whose end has not come yet.
    cut: Vec<u8>,
    /// Bytes looked at, and line ends before the first broken place.
    taken: usize,
    lines: usize,
    /// Characters beyond ASCII, and places that are no characters.
    sound: usize,
    unsound: usize,
    /// The first broken place: the byte, from 0, and the line, from 1.
    first: Option<(usize, usize)>,
}

impl Soundness {
    fn take(&mut self, new: &[u8]) {
        let joined = match std::mem::take(&mut self.cut) {
            cut if cut.is_empty() => Cow::Borrowed(new),
            mut cut => {
                cut.extend_from_slice(new);
                Cow::Owned(cut)
            }
        };
        let mut at = 0;
        for chunk in joined.utf8_chunks() {
            let (valid, invalid) = (chunk.valid().as_bytes(), chunk.invalid());
            // Bytes that begin a character of several.
            self.sound += valid.iter().filter(|byte| **byte >= 0xc0).count();
            if self.first.is_none() {
                self.lines += valid.iter().filter(|byte| **byte == b'\n').count();
            }
            at += valid.len();
            if invalid.is_empty() {
                continue;
            }
            let ends = at + invalid.len() == joined.len();
            if ends && std::str::from_utf8(invalid).is_err_and(|error| error.error_len().is_none()) {
                self.cut = invalid.to_vec();
                break;
            }
            self.break_at(self.taken + at);
            at += invalid.len();
        }
        self.taken += at;
    }

    /// Nothing more comes: what is cut off stays so.
    fn end(&mut self) {
        if !std::mem::take(&mut self.cut).is_empty() {
            self.break_at(self.taken);
        }
    }

    fn break_at(&mut self, at: usize) {
        self.unsound += 1;
        if self.first.is_none() {
            self.first = Some((at, self.lines + 1));
        }
    }

    /// GB18030 is only believed of bytes that are not plainly UTF-8 with a few broken places.
    fn is_plainly_utf8(&self) -> bool {
        self.sound > self.unsound * 4
    }

    fn error(&self) -> Option<ReadError> {
        self.first.map(|(at, line)| ReadError::Encoding { byte: at + 1, line })
    }
}

/// How a long file is written, and where its text begins.
pub(crate) struct Written {
    pub encoding: &'static Encoding,
    /// Bytes of its mark.
    pub mark: usize,
    /// The beginning of the text.
    pub begin: String,
}

/// Bytes that are read at a time, and that show how a text is laid out.
const STRIDE: usize = 1 << 16;

impl Written {
    /// Looks the whole file through: by the same rule as [`decode`], without holding it.
    pub fn find<R: Read>(file: &mut R) -> Result<Self, ReadError> {
        let mut buffer = vec![0u8; STRIDE];
        let (mut begin, mut zero) = (Vec::new(), false);
        let mut soundness = Soundness::default();
        loop {
            let read = file.read(&mut buffer).map_err(|_| ReadError::Unreadable)?;
            if read == 0 {
                break;
            }
            let new = &buffer[..read];
            if begin.len() < STRIDE {
                begin.extend_from_slice(new);
            }
            zero |= new.contains(&0);
            soundness.take(new);
        }
        soundness.end();
        if begin.is_empty() {
            return Err(ReadError::Empty);
        }
        let marked = MARKS.into_iter().find(|(mark, _)| begin.starts_with(mark));
        let (encoding, mark) = match (marked, soundness.error()) {
            (Some((_, encoding)), Some(error)) if encoding == UTF_8 => return Err(error),
            (Some((mark, encoding)), _) => (encoding, mark.len()),
            (None, _) if zero => return Err(ReadError::Binary),
            (None, None) => (UTF_8, 0),
            (None, Some(error)) if soundness.is_plainly_utf8() => return Err(error),
            (None, Some(_)) => (GB18030, 0),
        };
        let (text, _) = encoding.decode_without_bom_handling(&begin[mark..]);
        Ok(Self { encoding, mark, begin: text.into_owned() })
    }
}

/// A file's text as UTF-8.
pub(crate) struct Transcoded<R> {
    file: R,
    decoder: Decoder,
    raw: Vec<u8>,
    from: usize,
    filled: usize,
    ended: bool,
    finished: bool,
    /// Bytes of the file that were read, and the line ends in them.
    taken: usize,
    lines: usize,
    broken: Option<ReadError>,
}

impl<R: Read> Transcoded<R> {
    /// `file` stands behind its mark.
    pub fn new(file: R, written: &Written) -> Self {
        Self {
            file,
            decoder: written.encoding.new_decoder_without_bom_handling(),
            raw: vec![0; STRIDE],
            from: 0,
            filled: 0,
            ended: false,
            finished: false,
            taken: written.mark,
            lines: 0,
            broken: None,
        }
    }

    /// Why the text ended before its end.
    pub fn error(&self) -> ReadError {
        self.broken.clone().unwrap_or(ReadError::Unreadable)
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
            self.lines += out[..written].iter().filter(|byte| **byte == b'\n').count();
            match result {
                DecoderResult::Malformed(length, behind) => {
                    let at = self.taken.saturating_sub(usize::from(length) + usize::from(behind));
                    self.broken = Some(ReadError::Encoding { byte: at + 1, line: self.lines + 1 });
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
