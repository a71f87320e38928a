//! The notation of numbers, issues and dates in official documents of both languages.

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::model::{DocumentNumber, Issue, Labelled, Language};
use crate::table::Cell;

const DIGITS: [char; 10] = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];

/// A whole number in Chinese numerals as headings count: 一, 十, 十一, 二十, 一百〇三.
pub fn numeral(number: u32) -> String {
    if number == 0 || number > 9_999 {
        return number.to_string().bytes().map(|digit| DIGITS[usize::from(digit - b'0')]).collect();
    }
    let mut out = String::new();
    let mut gap = false;
    for (unit, mark) in [(1_000, "千"), (100, "百"), (10, "十"), (1, "")] {
        let digit = number / unit % 10;
        if digit == 0 {
            gap = !out.is_empty();
            continue;
        }
        if gap {
            out.push('〇');
            gap = false;
        }
        if !(digit == 1 && unit == 10 && out.is_empty()) {
            out.push(DIGITS[digit as usize]);
        }
        out.push_str(mark);
    }
    out
}

pub(crate) fn number(language: Language, number: &DocumentNumber) -> String {
    let DocumentNumber { code, year, serial } = number;
    match language {
        Language::Chinese => format!("{code}〔{year}〕{serial}号"),
        Language::English => format!("{code} [{year}] No. {serial}"),
    }
}

pub(crate) fn issue(language: Language, issue: Issue) -> String {
    let Issue { number, total } = issue;
    match (language, total) {
        (Language::Chinese, None) => format!("第{number}期"),
        (Language::Chinese, Some(total)) => format!("第{number}期（总第{total}期）"),
        (Language::English, None) => format!("No. {number}"),
        (Language::English, Some(total)) => format!("No. {number} ({total} in all)"),
    }
}

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

/// The date in full, without leading zeros.
pub(crate) fn date(language: Language, date: Date) -> String {
    let (year, month, day) = (date.year(), date.month(), date.day());
    match language {
        Language::Chinese => format!("{year}年{month}月{day}日"),
        Language::English => format!("{day} {} {year}", MONTHS[month.unsigned_abs() as usize - 1]),
    }
}

pub(crate) fn labelled(language: Language, item: &Labelled) -> String {
    format!("{}{}{}", item.label, colon(language), item.text)
}

pub(crate) fn colon(language: Language) -> &'static str {
    match language {
        Language::Chinese => "：",
        Language::English => ": ",
    }
}

/// What a cell shows.
pub(crate) fn cell(language: Language, cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) | Cell::Signal { text, .. } => text.clone(),
        Cell::Number(number) => decimal(language, number),
        Cell::Percent(number) => format!("{}%", decimal(language, number)),
        Cell::Day(day) => day.to_string(),
    }
}

/// English sets thousands apart; Chinese official documents do not. The minus is a real one.
fn decimal(language: Language, number: &Decimal) -> String {
    let plain = number.abs().to_string();
    let (whole, places) = plain.split_once('.').map_or((plain.as_str(), None), |(w, p)| (w, Some(p)));
    let mut out = String::from(if number.is_sign_negative() && !number.is_zero() { "−" } else { "" });
    for (at, digit) in whole.chars().enumerate() {
        if language == Language::English && at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(places) = places {
        out.push('.');
        out.push_str(places);
    }
    out
}

/// Counts headings of four levels.
#[derive(Debug, Default)]
pub(crate) struct Counter([u32; 4]);

impl Counter {
    /// The number before the next heading of a level (0 to 3).
    pub fn next(&mut self, language: Language, level: usize) -> String {
        self.0[level] += 1;
        self.0[level + 1..].fill(0);
        let [one, two, three, four] = self.0;
        match (language, level) {
            (Language::Chinese, 0) => format!("{}、", numeral(one)),
            (Language::Chinese, 1) => format!("（{}）", numeral(two)),
            (Language::Chinese, 2) => format!("{three}."),
            (Language::Chinese, _) => format!("（{four}）"),
            (Language::English, 0) => format!("{one}\u{2002}"),
            (Language::English, 1) => format!("{one}.{two}\u{2002}"),
            (Language::English, 2) => format!("{one}.{two}.{three}\u{2002}"),
            (Language::English, _) => format!("({})\u{2002}", letters(four)),
        }
    }
}

/// a, b, … z, aa, ab, ….
fn letters(mut number: u32) -> String {
    let mut out = Vec::new();
    while number > 0 {
        number -= 1;
        out.push(b'a' + (number % 26) as u8);
        number /= 26;
    }
    out.iter().rev().map(|letter| char::from(*letter)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_count_as_people_do() {
        let shown: Vec<String> =
            [1, 10, 11, 20, 21, 100, 103, 110, 1_001, 1_010].map(numeral).into_iter().collect();
        let wanted =
            ["一", "十", "十一", "二十", "二十一", "一百", "一百〇三", "一百一十", "一千〇一", "一千〇一十"];
        assert_eq!(shown, wanted);
        let mut counter = Counter::default();
        let mut next = |level| counter.next(Language::Chinese, level);
        assert_eq!(
            [next(0), next(1), next(1), next(2), next(3)],
            ["一、", "（一）", "（二）", "1.", "（1）"]
        );
        assert_eq!([next(0), next(1)], ["二、", "（一）"]);
        assert_eq!([letters(1), letters(26), letters(27)], ["a", "z", "aa"]);
    }

    #[test]
    fn numbers_and_dates_take_their_notation() {
        let held = DocumentNumber { code: "京政办发".into(), year: 2019, serial: 1 };
        assert_eq!(number(Language::Chinese, &held), "京政办发〔2019〕1号");
        let day = jiff::civil::date(2019, 8, 4);
        assert_eq!(date(Language::Chinese, day), "2019年8月4日");
        assert_eq!(date(Language::English, day), "4 August 2019");
        let number = Cell::Number(Decimal::new(-12_345_670, 2));
        assert_eq!(cell(Language::English, &number), "−123,456.70");
        assert_eq!(cell(Language::Chinese, &number), "−123456.70");
        assert_eq!(issue(Language::Chinese, Issue { number: 3, total: Some(51) }), "第3期（总第51期）");
    }
}
