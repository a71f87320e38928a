//! A small pull reader over quick-xml that knows lines, refuses document types and unknown entities, and
//! bounds depth.

use quick_xml::Reader;
use quick_xml::events::Event;

use super::MspdiError;

/// Deepest nesting accepted; MSPDI needs about ten.
const MAX_DEPTH: usize = 64;

/// What comes next inside an element.
pub(super) enum Item {
    /// A child element with its local name.
    Child(String),
    /// The end of the element.
    End,
}

pub(super) struct Xml<'a> {
    reader: Reader<&'a [u8]>,
    source: &'a str,
    depth: usize,
    /// Byte position and line number of the last line count, so counting is linear over the whole file.
    counted: (usize, usize),
    /// The last child was an empty element (`<a/>`): its end is still to be reported.
    pending_end: bool,
}

impl<'a> Xml<'a> {
    pub fn new(source: &'a str) -> Xml<'a> {
        let mut reader = Reader::from_str(source);
        reader.config_mut().trim_text(false);
        Xml { reader, source, depth: 0, counted: (0, 1), pending_end: false }
    }

    /// Line on which the reader stands.
    pub fn line(&mut self) -> usize {
        let at = (self.reader.buffer_position() as usize).min(self.source.len());
        if at >= self.counted.0 {
            let newlines = self.source.as_bytes()[self.counted.0..at].iter().filter(|&&b| b == b'\n').count();
            self.counted = (at, self.counted.1 + newlines);
        }
        self.counted.1
    }

    fn event(&mut self) -> Result<Event<'a>, MspdiError> {
        match self.reader.read_event() {
            Ok(Event::DocType(_)) => Err(MspdiError::Doctype { line: self.line() }),
            Ok(event) => Ok(event),
            Err(error) => Err(MspdiError::Xml { line: self.line(), reason: error.to_string() }),
        }
    }

    /// The local name of the root element and its default namespace.
    pub fn root(&mut self) -> Result<(String, Option<String>), MspdiError> {
        loop {
            match self.event()? {
                Event::Start(start) => {
                    self.depth = 1;
                    let namespace = start
                        .attributes()
                        .flatten()
                        .find(|a| a.key.as_ref() == "xmlns")
                        .map(|a| a.value.into_owned());
                    return Ok((start.local_name().as_ref().to_owned(), namespace));
                }
                Event::Empty(start) => {
                    self.depth = 1;
                    self.pending_end = true;
                    return Ok((start.local_name().as_ref().to_owned(), None));
                }
                Event::Eof => {
                    let reason = "the file holds no element".to_owned();
                    return Err(MspdiError::Xml { line: self.line(), reason });
                }
                _ => {}
            }
        }
    }

    /// The next child of the element the reader is in, or its end. Text between children is skipped.
    pub fn next(&mut self) -> Result<Item, MspdiError> {
        if self.pending_end {
            self.pending_end = false;
            self.depth -= 1;
            return Ok(Item::End);
        }
        loop {
            match self.event()? {
                Event::Start(start) => {
                    let name = start.local_name().as_ref().to_owned();
                    self.enter()?;
                    return Ok(Item::Child(name));
                }
                Event::Empty(start) => {
                    let name = start.local_name().as_ref().to_owned();
                    self.enter()?;
                    self.pending_end = true;
                    return Ok(Item::Child(name));
                }
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    return Ok(Item::End);
                }
                Event::Eof => return Err(self.cut_off()),
                _ => {}
            }
        }
    }

    fn enter(&mut self) -> Result<(), MspdiError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(MspdiError::TooDeep { line: self.line(), limit: MAX_DEPTH });
        }
        Ok(())
    }

    fn cut_off(&mut self) -> MspdiError {
        MspdiError::Xml { line: self.line(), reason: "the file ends in the middle of an element".to_owned() }
    }

    /// The text of the element just entered, up to its end; elements inside it are skipped.
    pub fn text(&mut self) -> Result<String, MspdiError> {
        let mut text = String::new();
        if self.pending_end {
            self.pending_end = false;
            self.depth -= 1;
            return Ok(text);
        }
        loop {
            match self.event()? {
                Event::Text(part) => text.push_str(&part),
                Event::CData(part) => text.push_str(&part),
                Event::GeneralRef(reference) => {
                    let name = reference.to_string();
                    let known = match reference.resolve_char_ref() {
                        Ok(Some(c)) => Some(c),
                        _ => match name.as_str() {
                            "amp" => Some('&'),
                            "lt" => Some('<'),
                            "gt" => Some('>'),
                            "quot" => Some('"'),
                            "apos" => Some('\''),
                            _ => None,
                        },
                    };
                    match known {
                        Some(c) => text.push(c),
                        None => return Err(MspdiError::Entity { line: self.line(), name }),
                    }
                }
                Event::Start(_) => {
                    self.enter()?;
                    self.skip()?;
                }
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    return Ok(text);
                }
                Event::Eof => return Err(self.cut_off()),
                _ => {}
            }
        }
    }

    /// Skips the element just entered with everything in it.
    pub fn skip(&mut self) -> Result<(), MspdiError> {
        let outside = self.depth.saturating_sub(1);
        while self.depth > outside {
            self.next()?;
        }
        Ok(())
    }

    /// Everything after the root must be well formed, too.
    pub fn finish(&mut self) -> Result<(), MspdiError> {
        loop {
            match self.event()? {
                Event::Eof => return Ok(()),
                Event::Start(_) | Event::Empty(_) => {
                    let reason = "a second root element".to_owned();
                    return Err(MspdiError::Xml { line: self.line(), reason });
                }
                _ => {}
            }
        }
    }
}

/// The file as text: UTF-8, with or without byte order mark, or UTF-16 with one.
pub(super) fn decode(bytes: &[u8]) -> Result<std::borrow::Cow<'_, str>, MspdiError> {
    let utf16 = |pairs: &[u8], to_unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = pairs.chunks_exact(2).map(|c| to_unit([c[0], c[1]])).collect();
        String::from_utf16(&units).map(Into::into).map_err(|_| MspdiError::Encoding)
    };
    match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => {
            std::str::from_utf8(rest).map(Into::into).map_err(|_| MspdiError::Encoding)
        }
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ => std::str::from_utf8(bytes).map(Into::into).map_err(|_| MspdiError::Encoding),
    }
}
