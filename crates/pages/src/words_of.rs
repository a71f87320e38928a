//! Dates, numbers and listed words as the reader's language writes them.

use app::Signers;
use domain::code::Code;
use domain::money::Fen;
use domain::planned_date::{PlannedDate, Precision};
use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;
use words::Lang;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn month(date: Date) -> &'static str {
    MONTHS[usize::from(date.month().unsigned_abs()).saturating_sub(1).min(11)]
}

pub(crate) fn day(lang: Lang, date: Date) -> String {
    match lang {
        Lang::Zh => format!("{}年{}月{}日", date.year(), date.month(), date.day()),
        Lang::En => format!("{} {} {}", date.day(), month(date), date.year()),
    }
}

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

/// A day with the time of day.
pub(crate) fn moment(lang: Lang, at: DateTime) -> String {
    format!("{} {}", day(lang, at.date()), at.strftime("%H:%M"))
}

/// A date in the precision it was given in.
pub(crate) fn planned(lang: Lang, date: PlannedDate) -> String {
    let last = date.last();
    match (date.precision(), lang) {
        (Precision::Day, _) => day(lang, last),
        (Precision::Month, Lang::Zh) => format!("{}年{}月", last.year(), last.month()),
        (Precision::Month, Lang::En) => format!("{} {}", month(last), last.year()),
        (Precision::Quarter, Lang::Zh) => format!("{}年第{}季度", last.year(), (last.month() - 1) / 3 + 1),
        (Precision::Quarter, Lang::En) => format!("Q{} {}", (last.month() - 1) / 3 + 1, last.year()),
        (Precision::Year, Lang::Zh) => format!("{}年内", last.year()),
        (Precision::Year, Lang::En) => format!("within {}", last.year()),
    }
}

/// What stands between the parts of a list.
pub(crate) fn comma(lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => "、",
        Lang::En => ", ",
    }
}

pub(crate) fn number(value: Decimal) -> String {
    let text = value.normalize().to_string();
    let (whole, part) = text.split_once('.').map_or((text.as_str(), None), |(w, p)| (w, Some(p)));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    let mut out = String::from(sign);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(part) = part {
        out.push('.');
        out.push_str(part);
    }
    out
}

/// An amount in yuan, with its fen where there are any.
pub(crate) fn yuan(amount: Fen) -> String {
    number(Decimal::new(amount.0, 2))
}

/// A word of a closed list; the value itself where the list has no word for it.
pub(crate) fn word(lang: Lang, list: &str, value: &str) -> String {
    let key = format!("{list}-{}", value.replace('_', "-"));
    if words::has(lang, &key) { words::text(lang, &key).into_owned() } else { value.to_owned() }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_exact() {
        assert_eq!(number("2556000".parse().expect("a number")), "2,556,000");
        assert_eq!(number("-1234.50".parse().expect("a number")), "-1,234.5");
        assert_eq!(number("48.53".parse().expect("a number")), "48.53");
        assert_eq!(number("0".parse().expect("a number")), "0");
    }

    #[test]
    fn money_is_grouped_and_exact() {
        assert_eq!(yuan(Fen(123_456_789)), "1,234,567.89");
        assert_eq!(yuan(Fen(2_000_000_000_000)), "20,000,000,000");
    }

    #[test]
    fn dates_keep_their_precision() {
        let year: PlannedDate = "2019".parse().expect("a date");
        assert_eq!(planned(Lang::Zh, year), "2019年内");
        assert_eq!(planned(Lang::En, "2019-10".parse().expect("a date")), "October 2019");
        assert_eq!(planned(Lang::Zh, "2019-10-13".parse().expect("a date")), "2019年10月13日");
    }
}
