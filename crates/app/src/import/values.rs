//! Cells as people write them, put into the words that tables read.

use std::borrow::Cow;

use domain::code::Code;
use domain::milestone::step;
use domain::planned_date::parse_day;
use words::Lang;

use super::names::{half_width, plain};
use super::profile::Profile;
use super::resolve::Resolver;
use crate::table::{Column, ColumnKind, Table};

/// Steps that have words in every language.
const STEPS: &[&str] = &[
    step::GROUNDBREAKING,
    step::START,
    step::COMPLETION,
    step::ACCEPTANCE,
    step::HANDOVER,
    step::TRIAL,
    step::IN_USE,
    step::OPENING,
];

/// Words besides those of the program's own pages.
const ALSO: &[(&str, &str, &str)] = &[
    ("membership", "在库", "member"),
    ("membership", "在册", "member"),
    ("membership", "移出", "removed"),
    ("membership", "取消", "removed"),
    ("membership", "合并", "merged"),
    ("membership", "拆分", "split"),
    ("aspect", "已承诺", "promised"),
    ("aspect", "公开承诺", "promised"),
    ("aspect", "预测", "forecast"),
    ("aspect", "已完成", "actual"),
    ("aspect", "实际完成", "actual"),
    ("entry", "结转", "carried_over"),
    ("entry", "新增", "new"),
    ("aim", "建成", "complete"),
    ("aim", "完成", "complete"),
    ("aim", "续建", "continue"),
    ("aim", "开展前期", "prepare"),
    ("level", "市级", "city"),
    ("level", "区级", "district"),
    ("level", "街道", "subdistrict"),
    ("level", "镇", "subdistrict"),
    ("level", "街镇", "subdistrict"),
    ("grade", "已公开", "published"),
    ("grade", "公开", "published"),
    ("grade", "报送", "reported"),
    ("urgency", "普通", "ordinary"),
    ("urgency", "紧急", "urgent"),
    ("request_channel", "热线", "hotline"),
    ("request_channel", "12345", "hotline"),
    ("request_channel", "电话", "hotline"),
    ("request_channel", "直通车", "direct_channel"),
    ("request_channel", "网站", "site"),
    ("request_channel", "网络", "site"),
    ("request_channel", "信件", "paper"),
    ("request_channel", "邮件", "email"),
    ("solved", "是", "yes"),
    ("solved", "解决", "yes"),
    ("solved", "基本解决", "partly"),
    ("solved", "否", "no"),
    ("solved", "没有解决", "no"),
    ("satisfaction", "是", "satisfied"),
    ("satisfaction", "很满意", "very_satisfied"),
    ("satisfaction", "否", "dissatisfied"),
    ("satisfaction", "很不满意", "very_dissatisfied"),
    ("datum", "高德", "gcj02"),
    ("datum", "火星坐标", "gcj02"),
    ("datum", "百度", "bd09"),
    ("datum", "GPS", "wgs84"),
];

/// The word of a listed column as people read it.
pub fn choice_label(lang: Lang, column: &str, word: &str) -> String {
    let key = format!("{column}-{word}").replace('_', "-");
    if words::has(lang, &key) { words::text(lang, &key).into_owned() } else { word.to_owned() }
}

/// A cell in the form the table reads. What is not understood stays as it is, for the table to name.
pub(super) fn translate<'a>(
    table: &Table,
    column: &Column,
    cell: &'a str,
    profile: &Profile,
    resolver: &Resolver,
) -> Cow<'a, str> {
    let cell = cell.trim();
    if cell.is_empty() {
        return Cow::Borrowed("");
    }
    if let Some(translated) = profile.values.get(column.name).and_then(|values| values.get(cell)) {
        return Cow::Owned(translated.clone());
    }
    match column.kind {
        ColumnKind::Text | ColumnKind::Url => Cow::Borrowed(cell),
        ColumnKind::Code => code(table, column, cell, resolver),
        ColumnKind::Codes => {
            let mut parts: Vec<Cow<str>> = Vec::new();
            for part in cell.split([';', '\u{ff1b}', '\n']) {
                let whole = code(table, column, part.trim(), resolver);
                // A name may itself have commas in it.
                if Code::new(&whole).is_ok() {
                    parts.push(whole);
                } else {
                    let finer = part.split([',', '\u{ff0c}', '\u{3001}']).map(str::trim);
                    parts.extend(
                        finer.filter(|it| !it.is_empty()).map(|it| code(table, column, it, resolver)),
                    );
                }
            }
            Cow::Owned(parts.join(";"))
        }
        ColumnKind::OneOf(words) => match word(column.name, cell, words) {
            Some(word) => Cow::Borrowed(word),
            None => Cow::Borrowed(cell),
        },
        ColumnKind::YesNo => match narrow(cell).to_lowercase().as_str() {
            "是" | "有" | "对" | "√" | "✓" | "y" | "t" => Cow::Borrowed("true"),
            "否" | "无" | "不" | "×" | "✗" | "n" | "f" => Cow::Borrowed("false"),
            _ => narrow(cell),
        },
        ColumnKind::Day | ColumnKind::PlannedDate => date(cell, &profile.dates),
        ColumnKind::Yuan => yuan(cell),
        ColumnKind::Moment => moment(cell),
        ColumnKind::Number | ColumnKind::Whole => narrow(cell),
    }
}

/// `2019-08-14 09:30` from the ways moments are written here: with 年月日, slashes, full width.
fn moment(cell: &str) -> Cow<'_, str> {
    let text = narrow(cell);
    let Some((day, time)) = text.trim().split_once([' ', 'T', '日', '号']) else { return text };
    let day = date(day.trim(), &[]);
    let day = parse_day(&day).map_or_else(|| day.into_owned(), |day| day.to_string());
    let time = time.trim();
    let time = match time.split_once(':') {
        Some((hour, rest)) if hour.len() == 1 => format!("0{hour}:{rest}"),
        _ => time.to_owned(),
    };
    Cow::Owned(format!("{day} {time}"))
}

fn narrow(cell: &str) -> Cow<'_, str> {
    if cell.is_ascii() { Cow::Borrowed(cell) } else { Cow::Owned(cell.chars().map(half_width).collect()) }
}

fn code<'a>(table: &Table, column: &Column, cell: &'a str, resolver: &Resolver) -> Cow<'a, str> {
    // Nearly every cell is a code already.
    if Code::new(cell).is_ok() {
        return Cow::Borrowed(cell);
    }
    let narrowed = narrow(cell);
    if Code::new(&narrowed).is_ok() {
        return narrowed;
    }
    if matches!(column.name, "step" | "before_step" | "after_steps")
        && let Some(step) = word("step", cell, STEPS)
    {
        return Cow::Borrowed(step);
    }
    match resolver.code(table.name, column.name, cell) {
        Some(code) => Cow::Owned(code.to_string()),
        None => Cow::Borrowed(cell),
    }
}

/// The listed word that a cell means: itself, its label in either language, or another common word.
fn word(column: &str, cell: &str, words: &'static [&'static str]) -> Option<&'static str> {
    if let Some(word) = words.iter().find(|word| **word == cell) {
        return Some(word);
    }
    let wanted = plain(cell);
    let means = |word: &&&'static str| {
        plain(word) == wanted
            || Lang::ALL.iter().any(|lang| plain(&choice_label(*lang, column, word)) == wanted)
            || ALSO.iter().any(|(of, also, means)| *of == column && means == *word && plain(also) == wanted)
    };
    words.iter().find(means).copied()
}

/// `2019-10-13`, `2019-10`, `2019-Q4` or `2019` from the ways dates are written here: with 年月日,
/// slashes, dots, quarters in words, eight digits, a time of day behind.
fn date<'a>(cell: &'a str, formats: &[String]) -> Cow<'a, str> {
    for format in formats {
        if let Ok(parsed) = jiff::fmt::strtime::parse(format, cell) {
            if let Ok(date) = parsed.to_date() {
                return Cow::Owned(date.to_string());
            }
            if let (Some(year), Some(month)) = (parsed.year(), parsed.month()) {
                return Cow::Owned(format!("{year:04}-{month:02}"));
            }
        }
    }
    let iso = cell.len() <= 10 && cell.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    if iso && cell.len() != 8 {
        return Cow::Borrowed(cell);
    }
    let mut text: String = narrow(cell).chars().filter(|c| !c.is_whitespace() || *c == ' ').collect();
    // A time of day tells nothing about a day.
    if let Some((day, rest)) = text.split_once([' ', 'T'])
        && rest.contains(':')
    {
        text = day.to_owned();
    }
    let mut text = text.replace(' ', "");
    for suffix in ["之前", "以前", "前", "底", "末", "内"] {
        if let Some(rest) = text.strip_suffix(suffix) {
            text = rest.to_owned();
        }
    }
    if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
        return Cow::Owned(format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..]));
    }
    let quarters = [("一", '1'), ("二", '2'), ("三", '3'), ("四", '4')];
    if let Some(rest) = text.strip_suffix("季度") {
        let mut rest = rest.replace('第', "");
        for (word, digit) in quarters {
            if let Some(year) = rest.strip_suffix(word) {
                rest = format!("{year}{digit}");
            }
        }
        if let Some(quarter) = rest.pop() {
            let year = rest.trim_end_matches(['年', '-', '/', '.', 'Q', 'q']);
            return Cow::Owned(format!("{year}-Q{quarter}"));
        }
    }
    let text = text.replace(['年', '月', '/', '.'], "-").replace(['日', '号'], "");
    Cow::Owned(text.trim_end_matches('-').to_owned())
}

/// Yuan from amounts with a unit: `1,200万元`, `3.5亿元`, `88元`.
fn yuan(cell: &str) -> Cow<'_, str> {
    let text = narrow(cell);
    let text = text.trim().trim_start_matches(['¥', '\u{ffe5}']);
    let (number, zeros) = if let Some(rest) = text.strip_suffix("亿元").or_else(|| text.strip_suffix('亿'))
    {
        (rest, 8usize)
    } else if let Some(rest) = text.strip_suffix("万元").or_else(|| text.strip_suffix('万')) {
        (rest, 4)
    } else {
        return Cow::Owned(text.strip_suffix('元').unwrap_or(text).trim().to_owned());
    };
    let number = number.trim().replace(',', "");
    let (whole, part) = number.split_once('.').unwrap_or((number.as_str(), ""));
    // The decimal point moves to the right; what is not a number stays to be named.
    if whole.is_empty() || !format!("{whole}{part}").bytes().all(|b| b.is_ascii_digit()) || part.len() > 10 {
        return Cow::Owned(cell.to_owned());
    }
    let mut digits = part.to_owned();
    while digits.len() < zeros {
        digits.push('0');
    }
    let (up, down) = digits.split_at(zeros);
    let down = down.trim_end_matches('0');
    let point = if down.is_empty() { "" } else { "." };
    let whole = format!("{whole}{up}");
    let whole = whole.trim_start_matches('0');
    Cow::Owned(format!("{}{point}{down}", if whole.is_empty() { "0" } else { whole }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::table;
    use proptest::prelude::*;

    #[test]
    fn dates_as_people_write_them() {
        for (written, read) in [
            ("2019年10月13日", "2019-10-13"),
            ("2019年10月", "2019-10"),
            ("2019年10月底前", "2019-10"),
            ("2019年底", "2019"),
            ("2019年第四季度", "2019-Q4"),
            ("2019年4季度", "2019-Q4"),
            ("2019-Q4", "2019-Q4"),
            ("2019/10/13", "2019-10-13"),
            ("2019.10", "2019-10"),
            ("20191013", "2019-10-13"),
            ("2019-10-13 00:00:00", "2019-10-13"),
            ("2019", "2019"),
            ("2019年10月13日", "2019-10-13"),
        ] {
            assert_eq!(date(written, &[]), read, "{written}");
        }
        assert_eq!(date("13.10.2019", &["%d.%m.%Y".into()]), "2019-10-13");
        assert_eq!(date("10/2019", &["%m/%Y".into()]), "2019-10");
    }

    #[test]
    fn amounts_with_units() {
        for (written, read) in
            [("1,200万元", "12000000"), ("3.5亿", "350000000"), ("0.00001万元", "0.1"), ("88元", "88")]
        {
            assert_eq!(yuan(written), read, "{written}");
        }
        assert_eq!(yuan("约3万元"), "约3万元");
    }

    #[test]
    fn words_of_both_languages_are_read() {
        assert_eq!(word("aspect", "承诺", &["promised", "actual"]), Some("promised"));
        assert_eq!(word("cause", "Land clearance", &["land_clearance"]), Some("land_clearance"));
        assert_eq!(word("step", "开工", STEPS), Some("start"));
        assert_eq!(word("aspect", "什么", &["promised"]), None);
    }

    proptest! {
        #[test]
        fn never_panics(cell in ".{0,24}", digits in "[0-9年月日季度第Q/.\\- 万亿元]{0,12}") {
            let (profile, resolver) = (Profile::default(), Resolver::default());
            for name in ["projects", "milestones", "supporting_units"] {
                let table = table(name).unwrap();
                for column in table.columns {
                    translate(table, column, &cell, &profile, &resolver);
                    translate(table, column, &digits, &profile, &resolver);
                }
            }
        }
    }
}
