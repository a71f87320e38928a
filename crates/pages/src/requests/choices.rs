//! What may be chosen on the pages of requests.

use domain::area::{Area, AreaLevel};
use domain::code::Code;
use domain::portfolio::Portfolio;
use domain::request::RequestKind;
use words::Lang;

use crate::editor::field::Choice;
use crate::words_of::word;

/// Choices under a heading.
pub(super) struct Choices {
    pub label: String,
    pub choices: Vec<Choice>,
}

fn named(area: &Area, lang: Lang) -> Choice {
    Choice::new(area.code.to_string(), area.name.get(lang.is_english()))
}

/// Subdistricts with their communities, of the plan's area.
pub(super) fn areas(portfolio: &Portfolio, lang: Lang) -> Vec<Choices> {
    let within = portfolio.plan.area.as_ref().map(|area| portfolio.areas_below(area));
    let of = |area: &&Area| within.as_ref().is_none_or(|within| within.contains(&area.code));
    let subdistricts =
        portfolio.areas.values().filter(|area| area.level == Some(AreaLevel::Subdistrict)).filter(of);
    subdistricts
        .map(|upper| {
            let below = portfolio.areas.values().filter(|area| {
                area.level == Some(AreaLevel::Community) && area.parent.as_ref() == Some(&upper.code)
            });
            Choices {
                label: upper.name.get(lang.is_english()).to_owned(),
                choices: std::iter::once(upper).chain(below).map(|area| named(area, lang)).collect(),
            }
        })
        .collect()
}

/// The same in one row, for forms of the desk.
pub(super) fn all_areas(portfolio: &Portfolio, lang: Lang, first: &str) -> Vec<Choice> {
    let empty = Choice::new("", words::text(lang, first));
    std::iter::once(empty).chain(areas(portfolio, lang).into_iter().flat_map(|group| group.choices)).collect()
}

pub(super) fn categories(portfolio: &Portfolio, lang: Lang, first: &str) -> Vec<Choice> {
    let empty = Choice::new("", words::text(lang, first));
    let held = portfolio.plan.request_categories.iter().filter(|category| !category.closed);
    std::iter::once(empty)
        .chain(held.map(|held| Choice::new(held.category.to_string(), held.name.get(lang.is_english()))))
        .collect()
}

pub(super) fn units(portfolio: &Portfolio, lang: Lang, first: &str) -> Vec<Choice> {
    let empty = Choice::new("", words::text(lang, first));
    let held = portfolio.units.values().filter(|unit| unit.active);
    std::iter::once(empty)
        .chain(held.map(|unit| Choice::new(unit.code.to_string(), unit.name.get(lang.is_english()))))
        .collect()
}

pub(super) fn kinds(lang: Lang) -> Vec<Choice> {
    words_of(lang, "request-kind", RequestKind::ALL.iter().map(|kind| kind.as_str()))
}

pub(super) fn words_of(lang: Lang, list: &str, values: impl Iterator<Item = &'static str>) -> Vec<Choice> {
    values.map(|value| Choice::new(value, word(lang, list, value))).collect()
}

pub(crate) fn category_name(portfolio: &Portfolio, code: Option<&Code>, lang: Lang) -> String {
    code.map_or_else(String::new, |code| {
        let held = portfolio.plan.request_category(code.as_str());
        held.map_or_else(|| code.to_string(), |held| held.name.get(lang.is_english()).to_owned())
    })
}

pub(super) fn area_name(portfolio: &Portfolio, code: Option<&Code>, lang: Lang) -> String {
    code.map_or_else(String::new, |code| {
        portfolio
            .areas
            .get(code)
            .map_or_else(|| code.to_string(), |it| it.name.get(lang.is_english()).to_owned())
    })
}

pub(super) fn unit_name(portfolio: &Portfolio, code: Option<&Code>, lang: Lang) -> String {
    code.map_or_else(String::new, |code| crate::ledger::line::unit_name(portfolio, code, lang))
}

/// Area and address in one line.
pub(super) fn place(portfolio: &Portfolio, area: Option<&Code>, address: &str, lang: Lang) -> String {
    let area = area_name(portfolio, area, lang);
    match (area.is_empty(), address.is_empty()) {
        (false, false) => format!("{area} {address}"),
        (true, _) => address.to_owned(),
        _ => area,
    }
}

/// Words that are not cut in two may be so long.
const WORD: usize = 20;

/// The beginning of a text, of at most so many characters, and a mark where it goes on.
pub(super) fn excerpt(text: &str, most: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(most) else { return text.to_owned() };
    let start = &text[..end];
    // What is written without spaces may be cut anywhere.
    let whole = start.rfind(char::is_whitespace).filter(|at| start[*at..].chars().count() <= WORD);
    let start = whole.map_or(start, |at| &start[..at]);
    format!("{}…", start.trim_end_matches(|c: char| c.is_whitespace() || c.is_ascii_punctuation()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excerpts_end_between_words_and_say_that_more_follows() {
        assert_eq!(excerpt("楼道灯不亮", 5), "楼道灯不亮");
        assert_eq!(excerpt("楼道灯不亮三天了", 5), "楼道灯不亮…");
        assert_eq!(excerpt("old people and children, all of them", 21), "old people and…");
        assert_eq!(
            excerpt("楼道灯不亮 三天以来一直没有人来修理过也没有人告诉我们什么时候修", 30),
            "楼道灯不亮 三天以来一直没有人来修理过也没有人告诉我们什么时…"
        );
    }
}
