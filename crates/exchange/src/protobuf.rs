//! The wire format of protocol buffers, as far as map extracts need it: fields of a message, packed
//! numbers. Nothing is copied, no length is believed.

use thiserror::Error;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum WireError {
    #[error("a number or field runs past the end of its message")]
    Truncated,
    #[error("a number has more than 64 bits")]
    TooLong,
    #[error("wire type {0} does not exist")]
    WireType(u8),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
    /// A fixed-width number; no field that is read here has one.
    Fixed,
}

impl<'a> Value<'a> {
    pub(crate) fn bytes(self) -> Option<&'a [u8]> {
        if let Self::Bytes(bytes) = self { Some(bytes) } else { None }
    }

    pub(crate) fn number(self) -> Option<u64> {
        if let Self::Number(number) = self { Some(number) } else { None }
    }
}

/// The fields of a message in the order written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    pub(crate) fn new(message: &'a [u8]) -> Self {
        Self(message)
    }

    fn take(&mut self, length: u64) -> Result<&'a [u8], WireError> {
        let length = usize::try_from(length).map_err(|_| WireError::Truncated)?;
        let (taken, rest) = self.0.split_at_checked(length).ok_or(WireError::Truncated)?;
        self.0 = rest;
        Ok(taken)
    }

    fn field(&mut self) -> Result<(u64, Value<'a>), WireError> {
        let key = varint(&mut self.0)?;
        let value = match (key & 7) as u8 {
            0 => Value::Number(varint(&mut self.0)?),
            1 => self.take(8).map(|_| Value::Fixed)?,
            2 => {
                let length = varint(&mut self.0)?;
                Value::Bytes(self.take(length)?)
            }
            5 => self.take(4).map(|_| Value::Fixed)?,
            other => return Err(WireError::WireType(other)),
        };
        Ok((key >> 3, value))
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u64, Value<'a>), WireError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_err() {
            self.0 = &[];
        }
        Some(field)
    }
}

/// Reads one number off the front of `bytes`.
#[inline]
fn varint(bytes: &mut &[u8]) -> Result<u64, WireError> {
    let mut value = 0u64;
    for (index, &byte) in bytes.iter().enumerate().take(10) {
        if index == 9 && byte > 1 {
            return Err(WireError::TooLong);
        }
        value |= u64::from(byte & 0x7f) << (7 * index);
        if byte < 0x80 {
            *bytes = &bytes[index + 1..];
            return Ok(value);
        }
    }
    Err(if bytes.len() >= 10 { WireError::TooLong } else { WireError::Truncated })
}

/// Numbers packed into one field.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Packed<'a>(&'a [u8]);

impl<'a> Packed<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The numbers read as zigzag differences to the one before.
    pub(crate) fn deltas(self) -> impl Iterator<Item = Result<i64, WireError>> + 'a {
        let mut last = 0i64;
        self.map(move |number| {
            // A sum that wraps gives a nonsense id or position, which is then unknown or off the earth.
            last = last.wrapping_add(zigzag(number?));
            Ok(last)
        })
    }
}

impl Iterator for Packed<'_> {
    type Item = Result<u64, WireError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let number = varint(&mut self.0);
        if number.is_err() {
            self.0 = &[];
        }
        Some(number)
    }
}

pub(crate) fn zigzag(number: u64) -> i64 {
    (number >> 1) as i64 ^ -((number & 1) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_numbers_of_all_lengths() {
        assert_eq!(varint(&mut &[0xac, 0x02][..]), Ok(300));
        let mut longest = &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01][..];
        assert_eq!(varint(&mut longest), Ok(u64::MAX));
        assert_eq!(varint(&mut &[0x80][..]), Err(WireError::Truncated));
        assert_eq!(varint(&mut &[0xff; 11][..]), Err(WireError::TooLong));
        assert_eq!([0, 1, 2, 3].map(zigzag), [0, -1, 1, -2]);
    }

    #[test]
    fn a_length_past_the_end_is_refused() {
        let fields: Vec<_> = Fields::new(&[0x0a, 0x05, 1, 2]).collect();
        assert_eq!(fields, [Err(WireError::Truncated)]);
        assert_eq!(Fields::new(&[0x0b]).next(), Some(Err(WireError::WireType(3))));
    }
}
