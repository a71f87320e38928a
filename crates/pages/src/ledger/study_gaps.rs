//! Service gaps in a report: chosen by kind, area and the day to compare with, and shown as they were found.

use app::place::gap_table::{notes, row_answer, row_causes, row_requests};
use app::study::StudyReport;
use domain::code::Code;
use domain::facility::GapAnswer;
use domain::named::Named;
use domain::planned_date::parse_day;
use domain::report::{FoundGaps, GapRow, GapSum, GapTable, Study};
use rust_decimal::Decimal;

use super::list::Choice;
use crate::editor::field::Typed;
use crate::page::Page;
use crate::visit::Visit;
use crate::words_of::{number, word};

/// One kind by one standard.
pub(super) struct SumLine {
    pub kind: String,
    pub rule: String,
    pub checked: bool,
    pub counts: String,
    pub covered: String,
    pub not_covered: String,
    pub unknown: String,
    pub before: String,
    pub gained: String,
    pub lost: String,
    pub known: String,
}

/// A line of the register.
pub(super) struct RowLine {
    pub area: String,
    pub link: String,
    pub kind: String,
    pub rule: String,
    pub state: String,
    pub concerned: String,
    pub unknown: String,
    pub causes: String,
    pub requests: String,
    pub answer: String,
    pub answer_link: String,
}

pub(super) struct GapView {
    /// Its part and its place there, as buttons name it.
    pub place: String,
    pub title: String,
    pub no_residences: bool,
    pub sums: Vec<SumLine>,
    pub rows: Vec<RowLine>,
    pub notes: Vec<String>,
    /// The register itself, on the report's day.
    pub register: String,
}

fn many(count: u64) -> String {
    number(Decimal::from(count))
}

fn share(of: u64, all: u64) -> String {
    if all == 0 {
        return "—".into();
    }
    let share = (Decimal::from(of) * Decimal::from(100) / Decimal::from(all)).round_dp(1);
    format!("{}%", share.normalize())
}

fn unit(page: &Page, by_residences: bool) -> String {
    page.t(if by_residences { "coverage-residences" } else { "coverage-people" }).into_owned()
}

fn sum_line(page: &Page, sum: &GapSum) -> SumLine {
    let (english, all) = (page.lang.is_english(), sum.all());
    SumLine {
        kind: sum.kind.get(english).to_owned(),
        rule: sum.rule.get(english).to_owned(),
        checked: sum.checked,
        counts: format!("{} {}", many(all), unit(page, sum.by_residences)),
        covered: share(sum.covered, all),
        not_covered: share(sum.not_covered, all),
        unknown: share(sum.unknown, all),
        before: share(sum.covered_before(), all),
        gained: many(sum.gained),
        lost: many(sum.lost),
        known: format!("{} / {}", many(sum.known), sum.official.map_or_else(|| "—".into(), many)),
    }
}

fn row_line(page: &Page, row: &GapRow) -> RowLine {
    let english = page.lang.is_english();
    RowLine {
        area: row.area.get(english).to_owned(),
        link: page.link(&format!("/place/coverage/communities/{}", row.community)),
        kind: row.kind.get(english).to_owned(),
        rule: row.rule.get(english).to_owned(),
        state: word(page.lang, "gap-state", &row.state),
        concerned: format!("{} {}", many(row.concerned), unit(page, row.by_residences)),
        unknown: many(row.unknown),
        causes: row_causes(page.lang, row),
        requests: row_requests(page.lang, row),
        answer: row_answer(page.lang, row),
        answer_link: match &row.answer {
            Some(GapAnswer::Project { project }) => page.link(&format!("/projects/{project}")),
            Some(GapAnswer::Item { item }) => page.link(&format!("/items/{item}")),
            Some(GapAnswer::Refused { .. }) | None => String::new(),
        },
    }
}

pub(super) fn view(page: &Page, report: &StudyReport, table: &GapTable, place: (usize, usize)) -> GapView {
    let empty = FoundGaps::default();
    let found = table.found.as_ref().unwrap_or(&empty);
    let code = |code: &Option<Code>| code.as_ref().map_or_else(String::new, Code::to_string);
    let (kind, as_of) = (code(&table.kind), report.study.as_of.to_string());
    let pairs = [("kind", kind.as_str()), ("as_of", as_of.as_str())];
    let register = format!("/p/{}/place/gaps", report.portfolio.plan.code);
    GapView {
        place: format!("{}:{}", place.0, place.1),
        title: table.title.get(page.lang.is_english()).to_owned(),
        no_residences: found.no_residences,
        sums: found.sums.iter().map(|sum| sum_line(page, sum)).collect(),
        rows: found.lines.iter().map(|row| row_line(page, row)).collect(),
        notes: if found.no_residences { Vec::new() } else { notes(page.lang, table, found) },
        register: crate::address::with_query(&register, &pairs),
    }
}

/// The fields by which gaps are chosen.
pub(super) struct GapAdding {
    pub title_zh: String,
    pub title_en: String,
    pub kinds: Vec<Choice>,
    pub since: String,
}

impl GapAdding {
    pub fn new(visit: &Visit, report: &StudyReport, typed: &Typed) -> Self {
        let english = visit.lang.is_english();
        let chosen = typed.get("gap_kind");
        let kinds = report.portfolio.plan.facility_kinds.iter().map(|kind| Choice {
            chosen: kind.kind.as_str() == chosen,
            value: kind.kind.to_string(),
            label: kind.name.get(english).to_owned(),
        });
        let began = report.portfolio.plan.period.map_or(report.study.as_of, |(from, _)| from);
        let usual = |name: &str, lang, key: &str| match typed.get(name) {
            "" => words::text(lang, key).into_owned(),
            given => given.to_owned(),
        };
        Self {
            title_zh: usual("gaps_zh", words::Lang::Zh, "gaps-usual-title"),
            title_en: usual("gaps_en", words::Lang::En, "gaps-usual-title"),
            kinds: kinds.collect(),
            since: match typed.get("gaps_since") {
                "" => began.to_string(),
                given => given.to_owned(),
            },
        }
    }
}

/// The table that a form asks for. `Err`: the key of what is wrong.
pub(super) fn asked(typed: &Typed, study: &Study) -> Result<GapTable, &'static str> {
    let since = parse_day(typed.get("gaps_since")).filter(|since| *since <= study.as_of);
    Ok(GapTable {
        title: Named::new(typed.get("gaps_zh"), typed.get("gaps_en")),
        kind: Code::new(typed.get("gap_kind")).ok(),
        area: Code::new(typed.get("area")).ok(),
        since: since.ok_or("coverage-since-wrong")?,
        found: None,
    })
}
