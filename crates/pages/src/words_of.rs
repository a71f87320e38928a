//! Dates, numbers and listed words as the reader's language writes them, and values in addresses.

pub(crate) use words::shown::{because, comma, day, moment, month_of, number, planned, word, yuan};

/// Percent-encodes a value for a query.
pub(crate) fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
