//! Gaps on the map: of each area how many are covered by a standard, how many are not, and of how many nobody knows;
//! on any of the days on which something opened or closed, held against the day that is looked at.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use app::place::coverage::{Coverage, CoverageAsked, Difference, Rule, RuleCoverage, Way};
use app::place::map::drawn_areas;
use app::place::{Basis, COVERED, Figure, is_illustrative};
use app::read::Asked;
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::area::Area;
use domain::boundary::Boundary;
use domain::code::Code;
use domain::facility::Opened;
use domain::portfolio::Portfolio;
use jiff::civil::Date;

use super::map::{Chosen, Drawn, Frame, Told, things, with_map};
use super::{kind_name, whole};
use crate::editor::field::{Choice, Typed};
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::page::Page;
use crate::visit::Visit;
use crate::words_of::day;

/// The days that the slider steps through; where there are more, the latest.
const STEPS_MOST: usize = 60;

/// From which share of unknown, in thousandths, an area is hatched.
const HATCHED_FROM: u64 = 100;

/// An area of the table.
struct Line {
    name: String,
    address: String,
    /// Covered, not covered, unknown: on the day of the slider, then on the day that is looked at.
    then: [String; 3],
    now: [String; 3],
    gaining: String,
}

struct Answer {
    said: String,
    by_residences: bool,
    straight: bool,
    made_up: bool,
    everybody: bool,
    unchecked: bool,
    completeness: String,
    then: String,
    now: String,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "place/shares.html")]
struct SharesPage {
    page: Page,
    map: Option<Frame>,
    standards: Vec<Choice>,
    standard: String,
    days: Vec<String>,
    days_told: String,
    step: usize,
    answer: Option<Answer>,
    missing: String,
}

/// The days up to the one that is looked at on which what is open changed, with the first day of the plan.
fn days(portfolio: &Portfolio) -> Vec<Date> {
    let today = portfolio.view.as_of;
    let mut days: BTreeSet<Date> = BTreeSet::new();
    for held in &portfolio.facilities {
        if let Opened::On(on) = held.opened(portfolio.project_of(held)) {
            days.insert(on);
        }
        days.extend(held.closes);
    }
    // The day before the first change is where the plan began.
    let begun = days.first().and_then(|first| first.yesterday().ok());
    days.extend(begun);
    days.insert(today);
    let days: Vec<Date> = days.into_iter().filter(|day| *day <= today).collect();
    let from = days.len().saturating_sub(STEPS_MOST);
    days.get(from..).unwrap_or_default().to_vec()
}

/// The area with a boundary that a community lies in: itself, or the one above it that has one.
fn drawn_of<'a>(portfolio: &'a Portfolio, drawn: &[&'a Area], community: &Code) -> Option<&'a Area> {
    let mut at = portfolio.areas.get(community);
    // Nobody is above oneself: no chain is longer than there are areas.
    for _ in 0..portfolio.areas.len() {
        let held = at?;
        if let Some(found) = drawn.iter().find(|area| area.code == held.code) {
            return Some(found);
        }
        at = held.parent.as_ref().and_then(|parent| portfolio.areas.get(parent));
    }
    None
}

#[derive(Default, Clone)]
struct Sums {
    then: Option<Figure>,
    now: Option<Figure>,
    gaining: u64,
}

fn permille(part: u64, all: u64) -> u64 {
    if all == 0 { 0 } else { (u128::from(part) * 1_000 / u128::from(all)) as u64 }
}

fn percent(part: u64, all: u64) -> String {
    match all {
        0 => "—".to_owned(),
        _ => format!("{}%", (permille(part, all) + 5) / 10),
    }
}

fn cells(figure: Option<&Figure>) -> [String; 3] {
    let Some(held) = figure else { return Default::default() };
    let cell = |part: u64| format!("{} ({})", whole(part), percent(part, held.total()));
    [cell(held.covered), cell(held.not_covered), cell(held.unknown)]
}

/// The figures of one rule by the areas that are drawn; `None` stands for those of which no area is.
fn sums<'a>(
    portfolio: &'a Portfolio,
    difference: &Difference,
    then: &RuleCoverage,
    now: &RuleCoverage,
    gained: &[u64],
) -> Vec<(Option<&'a Area>, Sums)> {
    let drawn = drawn_areas(portfolio);
    let mut within: BTreeMap<Option<&Code>, (Option<&Area>, Vec<usize>)> = BTreeMap::new();
    for (number, community) in difference.after.communities.iter().enumerate() {
        let area = drawn_of(portfolio, &drawn, community);
        let (_, held) = within.entry(area.map(|area| &area.code)).or_insert((area, Vec::new()));
        held.push(number);
    }
    // Where residences are counted for the whole, they are for every part of it: people gained are, too.
    let by_residences = now.whole.basis == Basis::Residences;
    let mut out: Vec<(Option<&Area>, Sums)> = within
        .into_values()
        .map(|(area, communities)| {
            let sums = Sums {
                then: Some(then.over(&communities, by_residences).0),
                now: Some(now.over(&communities, by_residences).0),
                gaining: communities.iter().filter_map(|at| gained.get(*at)).sum(),
            };
            (area, sums)
        })
        .collect();
    // Those without an area on the map come last.
    out.sort_by_key(|(area, _)| area.is_none());
    out
}

fn drawn(visit: &Visit, page: &Page, sums: &[(Option<&Area>, Sums)]) -> Vec<Drawn> {
    let english = visit.lang.is_english();
    let shares = sums.iter().filter_map(|(area, held)| {
        let (area, figure) = ((*area)?, held.then?);
        let boundary: &Boundary = area.boundary.as_ref()?;
        let all = figure.total();
        let parts = [
            ("covered", percent(figure.covered, all)),
            ("missed", percent(figure.not_covered, all)),
            ("unknown", percent(figure.unknown, all)),
        ];
        let parts: Vec<(&str, &str)> = parts.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Some(Drawn::Share {
            boundary: boundary.clone(),
            missing: permille(figure.not_covered, all) as u16,
            hatched: permille(figure.unknown, all) >= HATCHED_FROM || all == 0,
            figure: percent(figure.covered, all),
            told: Told {
                name: area.name.get(english).to_owned(),
                said: visit.tw("shares-of", &parts),
                to: page.link(&format!("/areas/{}", area.code)),
            },
        })
    });
    shares.collect()
}

/// Figures of one standard on two days.
struct Seen<'a> {
    difference: &'a Difference,
    then: &'a RuleCoverage,
    now: &'a RuleCoverage,
    gained: Vec<u64>,
    everybody: bool,
}

/// Finds the one limit that both days were held against, for a kind.
fn seen<'a>(difference: &'a Difference, kind: &Code) -> Option<Seen<'a>> {
    let held = difference.after.kind(kind.as_str())?;
    let then = difference.before.kind(kind.as_str())?.rules.first()?;
    let gained = difference.kinds.iter().find(|held| held.kind == *kind);
    Some(Seen {
        difference,
        then,
        now: held.rules.first()?,
        gained: gained.map_or_else(Vec::new, |held| held.gained.clone()),
        everybody: held.everybody,
    })
}

/// The rule of a standard in force, by its code.
fn rule_of<'a>(coverage: &'a Coverage, standard: &str) -> Option<(&'a Code, &'a Rule)> {
    let mut all =
        coverage.kinds.iter().flat_map(|held| held.rules.iter().map(move |it| (&held.kind, &it.rule)));
    all.find(|(_, rule)| rule.code().is_some_and(|code| code.as_str() == standard))
}

fn answer(
    visit: &Visit,
    page: &Page,
    portfolio: &Portfolio,
    (seen, rule): (&Seen, &Rule),
    then: Date,
    sums: &[(Option<&Area>, Sums)],
) -> Answer {
    let english = visit.lang.is_english();
    let lines = sums.iter().map(|(area, held)| Line {
        name: area.map_or_else(
            || visit.t("shares-elsewhere").into_owned(),
            |area| area.name.get(english).to_owned(),
        ),
        address: area.map_or_else(String::new, |area| page.link(&format!("/areas/{}", area.code))),
        then: cells(held.then.as_ref()),
        now: cells(held.now.as_ref()),
        gaining: whole(held.gaining),
    });
    let all = seen.then.whole;
    let said = visit.tw(
        "shares-said",
        &[
            ("day", &day(visit.lang, then)),
            ("covered", &percent(all.covered, all.total())),
            ("missed", &percent(all.not_covered, all.total())),
            ("unknown", &percent(all.unknown, all.total())),
        ],
    );
    let standard = rule.standard.as_ref();
    let known = standard.and_then(|held| seen.difference.after.kind(held.kind.as_str()));
    let completeness = known.map_or_else(String::new, |held| match held.whole.completeness.official {
        Some(official) => visit.tw(
            "shares-complete",
            &[("known", &whole(held.whole.completeness.known)), ("official", &whole(official))],
        ),
        None => visit.tw("shares-no-official", &[("known", &whole(held.whole.completeness.known))]),
    });
    Answer {
        said,
        by_residences: all.basis == Basis::Residences,
        straight: seen.difference.after.way == Way::Straight,
        made_up: is_illustrative(portfolio, &COVERED),
        everybody: seen.everybody,
        unchecked: standard.is_some_and(|standard| !standard.is_checked()),
        completeness,
        then: day(visit.lang, then),
        now: day(visit.lang, portfolio.view.as_of),
        lines: lines.collect(),
    }
}

/// The standards that coverage is worked out for.
fn standards(visit: &Visit, portfolio: &Portfolio, coverage: &Coverage) -> Vec<Choice> {
    let rules = coverage.kinds.iter().flat_map(|held| held.rules.iter().map(move |rule| (held, rule)));
    let choices = rules.filter_map(|(kind, rule)| {
        let code = rule.rule.code()?;
        let name = kind_name(visit.lang, portfolio, &kind.kind);
        let metres = visit.tw("reach-metres", &[("metres", &whole(rule.rule.limit / 1_000))]);
        Some(Choice::new(code.as_str(), format!("{name} · {metres}")))
    });
    choices.collect()
}

pub async fn show(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    let portfolio = visit.portfolio(&plan).await?;
    let typed = Typed(query);
    let page = visit.page(visit.t("shares-title"));
    let days = days(&portfolio);
    let last = days.len().saturating_sub(1);
    let step = typed.get("step").parse::<usize>().map_or(last, |step| step.min(last));
    let then = days.get(step).copied().unwrap_or(portfolio.view.as_of);
    let before: Arc<Portfolio> = match then == portfolio.view.as_of {
        true => portfolio.clone(),
        false => {
            visit.app.portfolio(&plan, Asked { as_of: Some(then), known_at: visit.asked.known_at }).await?
        }
    };
    let coverage = visit.app.coverage(&portfolio, CoverageAsked::default()).await?;
    let choices = coverage.as_ref().map_or_else(Vec::new, |held| standards(&visit, &portfolio, held));
    let standard = match typed.get("standard") {
        "" => choices.first().map_or("", |first| first.value.as_str()).to_owned(),
        given => given.to_owned(),
    };
    let rule = coverage.as_ref().and_then(|held| rule_of(held, &standard));
    // A standard may be younger than the day: both days are held against its distance.
    let difference = match rule {
        Some((_, rule)) => {
            let asked = CoverageAsked { limit: Some(rule.limit / 1_000) };
            visit.app.coverage_difference(&before, &portfolio, asked).await?
        }
        None => None,
    };
    let seen = difference.as_ref().zip(rule).and_then(|(difference, (kind, _))| seen(difference, kind));
    let sums = seen
        .as_ref()
        .map_or_else(Vec::new, |seen| sums(&portfolio, seen.difference, seen.then, seen.now, &seen.gained));
    let chosen = Chosen::with_tool(&typed);
    let base = visit.app.base_map(&portfolio).await?;
    let things = things(&portfolio, &[], base, &chosen);
    let drawn = drawn(&visit, &page, &sums);
    let missing = match (&coverage, choices.is_empty()) {
        (None, _) => visit.t("shares-need-residences").into_owned(),
        (Some(_), true) => visit.t("links-need-standards").into_owned(),
        (Some(_), false) => String::new(),
    };
    let body = SharesPage {
        map: Frame::new(&visit, &page, &portfolio, &chosen, &things, &drawn),
        answer: seen
            .as_ref()
            .zip(rule)
            .map(|(seen, (_, rule))| answer(&visit, &page, &portfolio, (seen, rule), then, &sums)),
        days: days.iter().map(|on| day(visit.lang, *on)).collect(),
        days_told: serde_json::to_string(&days.iter().map(|on| day(visit.lang, *on)).collect::<Vec<_>>())
            .unwrap_or_default(),
        step,
        standards: choices,
        standard,
        missing,
        page,
    };
    with_map(StatusCode::OK, &body)
}
