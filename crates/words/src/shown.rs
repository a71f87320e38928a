//! Dates, numbers and listed words as the reader's language writes them.

use domain::item::light::Test;
use domain::money::Fen;
use domain::planned_date::{PlannedDate, Precision};
use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;

use crate::Lang;

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

/// A day in full.
pub fn day(lang: Lang, date: Date) -> String {
    match lang {
        Lang::Zh => format!("{}年{}月{}日", date.year(), date.month(), date.day()),
        Lang::En => format!("{} {} {}", date.day(), month(date), date.year()),
    }
}

/// A day with the time of day.
pub fn moment(lang: Lang, at: DateTime) -> String {
    format!("{} {}", day(lang, at.date()), at.strftime("%H:%M"))
}

/// A month as the language writes it.
pub fn month_of(lang: Lang, date: Date) -> String {
    match lang {
        Lang::Zh => format!("{}年{}月", date.year(), date.month()),
        Lang::En => format!("{} {}", month(date), date.year()),
    }
}

/// A date in the precision it was given in.
pub fn planned(lang: Lang, date: PlannedDate) -> String {
    let last = date.last();
    match (date.precision(), lang) {
        (Precision::Day, _) => day(lang, last),
        (Precision::Month, _) => month_of(lang, last),
        (Precision::Quarter, Lang::Zh) => format!("{}年第{}季度", last.year(), (last.month() - 1) / 3 + 1),
        (Precision::Quarter, Lang::En) => format!("Q{} {}", (last.month() - 1) / 3 + 1, last.year()),
        (Precision::Year, Lang::Zh) => format!("{}年内", last.year()),
        (Precision::Year, Lang::En) => format!("within {}", last.year()),
    }
}

/// What stands between the parts of a list.
pub fn comma(lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => "、",
        Lang::En => ", ",
    }
}

/// A number, its thousands set apart.
pub fn number(value: Decimal) -> String {
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
pub fn yuan(amount: Fen) -> String {
    number(Decimal::new(amount.0, 2))
}

/// A probability as people read it: never quite nothing, never quite certain.
pub fn odds(share: f64) -> String {
    match share {
        it if it <= 0.0 => "0 %".into(),
        it if it < 0.01 => "< 1 %".into(),
        it if it > 0.99 && it < 1.0 => "> 99 %".into(),
        it => format!("{:.0} %", it * 100.0),
    }
}

/// A word of a closed list; the value itself where the list has no word for it.
pub fn word(lang: Lang, list: &str, value: &str) -> String {
    let key = format!("{list}-{}", value.replace('_', "-"));
    if crate::has(lang, &key) { crate::text(lang, &key).into_owned() } else { value.to_owned() }
}

/// Why a light is what it is; empty where nothing speaks against the item.
pub fn because(lang: Lang, test: Option<Test>) -> String {
    let Some(test) = test else { return String::new() };
    let number = test.number().map_or_else(String::new, |n| n.to_string());
    crate::with(lang, &format!("light-because-{}", test.key()), &[("n", &number)])
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
