//! Places without a gazetteer: where names of places stand in a title, what most titles of an issue name,
//! and titles that name different administrative areas.

use crate::units::{BREAK, Unit, fold};

/// Endings of Chinese names of places that residents write about.
const ENDINGS: [&str; 29] = [
    "小区",
    "社区",
    "街道",
    "家园",
    "花园",
    "公寓",
    "广场",
    "新村",
    "新城",
    "公园",
    "市场",
    "学院",
    "大学",
    "中学",
    "小学",
    "学校",
    "幼儿园",
    "医院",
    "大道",
    "大厦",
    "庭院",
    "苑",
    "城",
    "路",
    "街",
    "镇",
    "村",
    "车站",
    "湾",
];

/// Levels of administrative areas, finest last.
const AREAS: [char; 4] = ['市', '区', '县', '镇'];

/// Do most members of one side that name a district name another than most of the other side?
/// `districts` holds what [`district`] says of each.
pub(crate) fn places_clash(districts: &[Option<u64>], a: &[u32], b: &[u32]) -> bool {
    match (common_district(districts, a), common_district(districts, b)) {
        (Some(a), Some(b)) => a != b,
        _ => false,
    }
}

/// The district that most of the members that name one name.
fn common_district(districts: &[Option<u64>], members: &[u32]) -> Option<u64> {
    // A sample decides: unions of large clusters must stay cheap. The majority is found by pairing off
    // (Boyer, Moore 1981), then checked.
    let step = members.len().div_ceil(SAMPLE).max(1);
    let named = || members.iter().step_by(step).filter_map(|member| districts[*member as usize]);
    let mut candidate = None;
    let mut lead = 0usize;
    for district in named() {
        if lead == 0 {
            candidate = Some(district);
        }
        if candidate == Some(district) { lead += 1 } else { lead -= 1 }
    }
    let candidate = candidate?;
    let votes = named().filter(|district| *district == candidate).count();
    (votes * 2 > named().count()).then_some(candidate)
}

/// The first coded district or county in a title: up to four Latin letters and digits before 区 or 县
/// (`A3区`), as a number. Names written out in Chinese have no sign where they begin and are left to the
/// similarity of the texts.
pub(crate) fn district(title: &str) -> Option<u64> {
    let mut code = 0u64;
    let mut length = 0;
    for c in title.chars().map(fold) {
        if c.is_ascii_alphanumeric() {
            code = code << 8 | u64::from(c as u8);
            length += 1;
        } else {
            if matches!(c, '区' | '县') && (1..=4).contains(&length) {
                return Some(code << 32 | u64::from(c as u32));
            }
            (code, length) = (0, 0);
        }
    }
    None
}

/// The place most titles of an issue name: of the phrases that stand where names of places stand and that
/// at least half of the titles contain, the one that ends like a name and covers most; else the
/// administrative area most of them name; else empty.
pub fn common_place(titles: &[&str]) -> String {
    let step = titles.len().div_ceil(SAMPLE).max(1);
    let sample: Vec<String> =
        titles.iter().step_by(step).map(|title| title.chars().map(fold_width).collect()).collect();
    let mut phrases: Vec<Phrase> = sample.iter().flat_map(|title| candidates(title)).collect();
    phrases.sort();
    phrases.dedup_by(|a, b| a.words == b.words);
    let needed = sample.len().div_ceil(2).max(1);
    phrases
        .into_iter()
        .filter_map(|phrase| {
            let support = sample.iter().filter(|title| title.contains(&phrase.words)).count();
            let covered = support * (phrase.words.chars().count() - 1);
            (support >= needed).then_some((phrase.end, covered, phrase.words))
        })
        .max_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then_with(|| b.2.cmp(&a.2)))
        .map(|(_, _, words)| words)
        .unwrap_or_default()
}

/// So many titles decide; the others would only repeat them.
const SAMPLE: usize = 64;

/// Longest place phrase, in characters.
const LONGEST: usize = 14;

/// A phrase that may name a place.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Phrase {
    words: String,
    end: PhraseEnd,
}

/// How a phrase ends, the least telling first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum PhraseEnd {
    Area,
    Cut,
    Name,
}

/// Phrases of a title that may name its place: what is marked as a name from where one may begin to where
/// one may end, alone or with the administrative area before it, and the areas.
fn candidates(title: &str) -> Vec<Phrase> {
    let chars: Vec<char> = title.chars().collect();
    let units: Vec<Unit> =
        chars.iter().map(|c| if c.is_alphanumeric() { *c as Unit } else { BREAK }).collect();
    let mut marks = Vec::new();
    mark_names(&units, &mut marks);
    let codes = area_codes(&chars);
    let mut out = Vec::new();
    for start in 0..chars.len() {
        let begins =
            start == 0 || units[start - 1] == BREAK || is_area(&units, start - 1) || !marks[start - 1];
        let code_end = codes.iter().find(|(from, _)| *from == start).map(|(_, to)| *to);
        let inside_code = codes.iter().any(|(from, to)| (*from + 1..*to).contains(&start));
        if inside_code || code_end.is_none() && !(begins && marks[start]) {
            continue;
        }
        let first = code_end.unwrap_or(start + 1).max(start + 2);
        if code_end.is_some() {
            out.push(Phrase { words: chars[start..first].iter().collect(), end: PhraseEnd::Area });
        }
        for end in first..=chars.len().min(start + LONGEST) {
            let inside = |at: usize| codes.iter().any(|(from, to)| (*from..*to).contains(&at));
            if units[end - 1] == BREAK || !(marks[end - 1] || inside(end - 1)) {
                break;
            }
            let splits = chars.get(end).is_some_and(char::is_ascii_alphanumeric)
                && chars[end - 1].is_ascii_alphanumeric();
            let kind = if ends_a_name(&units, end - 1) {
                PhraseEnd::Name
            } else if is_area(&units, end - 1) {
                PhraseEnd::Area
            } else if marks.get(end) != Some(&true) {
                PhraseEnd::Cut
            } else {
                continue;
            };
            if !splits {
                out.push(Phrase { words: chars[start..end].iter().collect(), end: kind });
            }
        }
    }
    out
}

/// Where coded administrative areas (`A3区`) begin and end.
fn area_codes(chars: &[char]) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    let mut run = None;
    for (at, c) in chars.iter().enumerate() {
        if c.is_ascii_alphanumeric() {
            run.get_or_insert(at);
        } else if let Some(start) = run.take()
            && AREAS.contains(c)
            && at - start <= 4
        {
            out.push((start, at + 1));
        }
    }
    out
}

/// Full-width letters and digits become ordinary ones; capitals stay.
fn fold_width(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        _ => c,
    }
}

/// Marks the units that stand where the names of places stand: after an administrative area (…市, …区, …县,
/// …镇), to the ending of a name (小区, 路, 苑 …) when one follows soon, else the next few; and the few
/// before such an ending.
pub(crate) fn mark_names(units: &[Unit], marks: &mut Vec<bool>) {
    const REACH: usize = 8;
    const FEW: usize = 4;
    marks.clear();
    marks.resize(units.len(), false);
    let mut at = 0;
    while at < units.len() {
        if is_area(units, at) {
            let from = at + 1;
            let to = units.len().min(from + REACH);
            let stop = (from..to).find(|i| units[*i] == BREAK).unwrap_or(to);
            let end = (from..stop).rev().find_map(|i| ends_a_name(units, i).then_some(i + 1));
            marks[from..end.unwrap_or(stop.min(from + FEW))].fill(true);
        }
        if ends_a_name(units, at) {
            let from = at.saturating_sub(FEW);
            let start = (from..at).rev().find(|i| units[*i] == BREAK).map_or(from, |i| i + 1);
            marks[start..=at].fill(true);
        }
        at += 1;
    }
}

/// Does this unit end an administrative area? The 区 of 小区 and 社区 does not.
fn is_area(units: &[Unit], at: usize) -> bool {
    let after_kind = |kind: char| at > 0 && units[at - 1] == kind as Unit;
    AREAS.iter().any(|area| units[at] == *area as Unit)
        && !(units[at] == '区' as Unit && (after_kind('小') || after_kind('社')))
}

/// Does the name of a place end with this unit?
fn ends_a_name(units: &[Unit], last: usize) -> bool {
    ENDINGS.iter().any(|ending| {
        let mut before = last + 1;
        ending.chars().rev().all(|c| {
            before = before.wrapping_sub(1);
            units.get(before) == Some(&(c as Unit))
        })
    })
}
