//! Places without a gazetteer: what most titles of an issue name, and titles that name different
//! administrative areas.

use std::collections::HashMap;

use crate::units::fold;

/// Endings of Chinese names of places that residents write about.
const ENDINGS: [&str; 30] = [
    "小区", "社区", "街道", "家园", "花园", "公寓", "广场", "新村", "新城", "公园", "市场", "学院", "大学",
    "中学", "小学", "学校", "幼儿园", "医院", "大道", "大厦", "庭院", "苑", "城", "路", "街", "镇", "村", "站", "湾", "府",
];

/// Levels of administrative areas, finest last.
const AREAS: [char; 3] = ['市', '区', '县'];

/// Do most members of one side name a district that no member of the other side names, and the other way
/// round? A name here is a code of Latin letters and digits before 区 or 县 (`A3区`); names written out in
/// Chinese have no sign where they begin and are left to the similarity of the texts.
pub fn places_clash<'a>(a: &[u32], b: &[u32], title: impl Fn(u32) -> &'a str) -> bool {
    let (a, b) = (districts(a, &title), districts(b, &title));
    match (a, b) {
        (Some(a), Some(b)) => a != b,
        _ => false,
    }
}

/// The district that most of the titles that name one name.
fn districts<'a>(members: &[u32], title: &impl Fn(u32) -> &'a str) -> Option<String> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    let mut named = 0;
    // A sample decides: unions of large clusters must stay cheap.
    let step = members.len().div_ceil(64).max(1);
    for member in members.iter().step_by(step) {
        if let Some(code) = district(title(*member)) {
            named += 1;
            *counts.entry(code).or_insert(0) += 1;
        }
    }
    counts.into_iter().find(|(_, n)| *n * 2 > named).map(|(code, _)| code)
}

/// The first coded district or county in a title.
fn district(title: &str) -> Option<String> {
    let mut code = String::new();
    for c in title.chars().map(fold) {
        if c.is_ascii_alphanumeric() {
            code.push(c);
        } else {
            if matches!(c, '区' | '县') && !code.is_empty() && code.len() <= 4 {
                code.push(c);
                return Some(code);
            }
            code.clear();
        }
    }
    None
}

/// The most telling place phrase that at least half of the titles share: the longest text that ends like
/// the name of a place and begins after an administrative area, or at the start of a title. Empty when
/// there is none.
pub fn common_place(titles: &[&str]) -> String {
    let mut support: HashMap<String, usize> = HashMap::new();
    for title in titles {
        let mut own: Vec<String> = candidates(title);
        own.sort();
        own.dedup();
        for phrase in own {
            *support.entry(phrase).or_insert(0) += 1;
        }
    }
    let needed = titles.len().div_ceil(3).max(1);
    support
        .into_iter()
        .filter(|(_, n)| *n >= needed)
        .map(|(phrase, n)| (n * phrase.chars().count().min(8), phrase))
        .max_by(|a, b| a.0.cmp(&b.0).then_with(|| b.1.cmp(&a.1)))
        .map(|(_, phrase)| phrase)
        .unwrap_or_default()
}

/// Phrases of a title that may be a place.
fn candidates(title: &str) -> Vec<String> {
    let chars: Vec<char> = title.chars().collect();
    let mut out = Vec::new();
    for end in 2..=chars.len() {
        let fine = ENDINGS.iter().any(|ending| ends_with(&chars[..end], ending));
        let area = AREAS.contains(&chars[end - 1]);
        if !fine && !area {
            continue;
        }
        let from = end.saturating_sub(14);
        for start in from..end - 1 {
            let opens = start == 0
                || !chars[start - 1].is_alphanumeric()
                || AREAS.contains(&chars[start - 1])
                || chars[start].is_ascii_alphanumeric() && !chars[start - 1].is_ascii_alphanumeric();
            let phrase = &chars[start..end];
            if opens && phrase.iter().all(|c| c.is_alphanumeric()) {
                out.push(phrase.iter().collect());
            }
        }
    }
    out
}

fn ends_with(chars: &[char], ending: &str) -> bool {
    let length = ending.chars().count();
    chars.len() > length && chars[chars.len() - length..].iter().copied().eq(ending.chars())
}
