//! Dates, numbers and listed words as the reader's language writes them, and values in addresses.

use app::Signers;
use domain::code::Code;
use words::Lang;

pub(crate) use words::shown::{because, comma, day, moment, month_of, number, planned, word, yuan};

/// A person by name and unit; whoever is not in the directory by the account.
pub(crate) fn who(lang: Lang, signers: &Signers, person: &Code) -> String {
    let Some(signer) = signers.get(person) else {
        let key = format!("who-{person}");
        return if words::has(lang, &key) {
            words::text(lang, &key).into_owned()
        } else {
            person.to_string()
        };
    };
    match signer.unit {
        Some(unit) => format!("{} · {}", signer.name, unit.get(lang.is_english())),
        None => signer.name,
    }
}

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
