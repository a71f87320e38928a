//! A row of the ledger in words.

use domain::code::Code;
use domain::item::ItemKind;
use domain::item::ledger::{LedgerRow, RowKind};
use domain::item::light::{LightRules, Verdict};
use domain::portfolio::Portfolio;
use domain::source::Grade;
use words::Lang;

use crate::page::Page;
use crate::words_of::{because, day, word};

pub struct Line {
    pub kind: String,
    pub code: String,
    pub name: String,
    pub number: String,
    pub address: String,
    pub light: &'static str,
    pub light_name: String,
    pub why: String,
    pub state: String,
    pub unit: String,
    pub supporting: String,
    pub received: String,
    pub due: String,
    pub finished: String,
    pub progress: String,
    pub grade: Grade,
}

pub fn unit_name(portfolio: &Portfolio, code: &Code, lang: Lang) -> String {
    portfolio.units.get(code).map_or(code.as_str(), |unit| unit.name.get(lang.is_english())).to_owned()
}

/// The part of an address under which items of a kind are worked with.
pub fn register_of(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Whistle => "whistles",
        ItemKind::Dispatch => "dispatches",
        ItemKind::Meeting => "meetings",
        ItemKind::Return => "returns",
        ItemKind::Slip => "slips",
        _ => "items",
    }
}

/// Where a row is worked with: whistles, dispatches, meetings, returns and slips have pages of their own.
pub fn address(page: &Page, row: &LedgerRow) -> String {
    let register = match row.kind {
        RowKind::Item(kind) => register_of(kind),
        RowKind::Project | RowKind::Milestone { .. } => "projects",
    };
    page.link(&format!("/{register}/{}", row.code))
}

pub fn line(page: &Page, portfolio: &Portfolio, row: &LedgerRow, verdict: Verdict) -> Line {
    let lang = page.lang;
    let shown = |date: Option<jiff::civil::Date>| date.map_or_else(String::new, |date| day(lang, date));
    let units: Vec<String> = row
        .supporting_units
        .iter()
        .filter(|unit| row.lead_unit.as_ref() != Some(unit))
        .map(|unit| unit_name(portfolio, unit, lang))
        .collect();
    let address = address(page, row);
    Line {
        kind: word(lang, "item-kind", row.kind.as_str()),
        code: row.code.to_string(),
        name: row.name.get(lang.is_english()).to_owned(),
        number: row.number.clone(),
        address,
        light: verdict.light.as_str(),
        light_name: word(lang, "light", verdict.light.as_str()),
        why: because(lang, verdict.because),
        state: word(lang, "item-state", &row.state),
        unit: row.lead_unit.as_ref().map_or_else(String::new, |unit| unit_name(portfolio, unit, lang)),
        supporting: units.join(if lang.is_english() { ", " } else { "、" }),
        received: shown(row.received),
        due: shown(row.due),
        finished: shown(row.finished),
        progress: row.progress.clone(),
        grade: row.grade,
    }
}

/// The rules that gave the lights, in words, as they stand under every list.
pub fn rules(lang: Lang, rules: &LightRules) -> Vec<(&'static str, String, String)> {
    let joint = if lang.is_english() { "; or " } else { "；或" };
    rules
        .rules
        .iter()
        .map(|rule| {
            let tests: Vec<String> = rule.any.iter().map(|test| because(lang, Some(*test))).collect();
            (rule.light.as_str(), word(lang, "light", rule.light.as_str()), tests.join(joint))
        })
        .collect()
}
