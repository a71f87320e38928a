//! What is said, in the words of the reader.

use domain::notice::{Said, Value};
use domain::preference::Language;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use words::Lang;

/// A sentence in a language.
pub fn say(lang: Lang, said: &Said) -> String {
    let values: Vec<(&str, String)> = said
        .values
        .iter()
        .map(|(name, value)| {
            let value = match value {
                Value::Text(text) => text.clone(),
                Value::Word(key) => words::text(lang, key).into_owned(),
                Value::Number(number) => number.to_string(),
                Value::Date(date) => date.to_string(),
                Value::Named(name) => name.get(lang.is_english()).to_owned(),
            };
            (name.as_str(), value)
        })
        .collect();
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    // One line, whatever someone put into a name: it becomes the subject of a mail.
    words::with(lang, &said.key, &values).split_whitespace().collect::<Vec<_>>().join(" ")
}

pub(crate) fn lang(language: Language) -> Lang {
    match language {
        Language::Chinese => Lang::Zh,
        Language::English => Lang::En,
    }
}

/// A moment as clocks of a zone show it, to the minute.
pub(super) fn minute(at: i64, zone: &TimeZone) -> String {
    let moment = Timestamp::from_microsecond(at).unwrap_or(Timestamp::UNIX_EPOCH);
    zone.to_datetime(moment).strftime("%Y-%m-%d %H:%M").to_string()
}
