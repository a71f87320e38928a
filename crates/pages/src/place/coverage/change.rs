//! What changed for people between two days, what projects did, and what the end of the year is likely to be.

use app::place::coverage::{self, Basis, CoverageAsked, Difference, DifferenceLine, ProjectsEffect, YearEnd};
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::planned_date::parse_day;
use domain::portfolio::Portfolio;
use jiff::civil::Date;
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;

use super::change_file::COLUMNS;
use super::{Standing, area_name, is_checked, kind_name, rule_text, share, standing, unit, whole};
use crate::editor::field::Typed;
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::page::Page;
use crate::visit::{Visit, render};
use crate::words_of::{comma, day};

struct KindLine {
    kind: String,
    rule: String,
    checked: bool,
    before: String,
    after: String,
    gained: String,
    lost: String,
    saved: String,
    unit: String,
}

struct CommunityLine {
    name: String,
    link: String,
    gaining: String,
}

struct ProjectLine {
    name: String,
    link: String,
    alone: String,
    last: String,
}

/// What projects brought, and in what it is counted.
struct Brought {
    note: String,
    lines: Vec<ProjectLine>,
    together: String,
    shared: String,
}

struct Expected {
    by: String,
    said: String,
    range: String,
    exact: bool,
    odds: Vec<(String, String, String)>,
    unknown: String,
}

#[derive(Template)]
#[template(path = "place/coverage/change.html")]
struct ChangePage {
    page: Page,
    from: String,
    from_day: String,
    to_day: String,
    wrong: bool,
    standing: Option<Standing>,
    kinds: Vec<KindLine>,
    communities: Vec<CommunityLine>,
    gaining: String,
    gaining_unit: String,
    brought: Option<Brought>,
    expected: Option<Expected>,
    csv: String,
    json: String,
    /// The columns of the table, with the keys of what they hold.
    columns: Vec<(&'static str, String)>,
}

pub async fn show(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    let after = visit.portfolio(&plan).await?;
    let typed = Typed(query);
    let given = typed.get("from");
    let asked = since(&after, given);
    // Of a day that is none the usual comparison is shown, with the fault.
    let from = asked.or_else(|| coverage::since(&after, None)).unwrap_or(after.view.as_of);
    let known_at = visit.asked.known_at;
    let before = visit.app.portfolio_since(&plan, from, known_at).await?;
    let difference = visit.app.coverage_difference(&before, &after, CoverageAsked::default()).await?;
    let effect = visit.app.coverage_by_projects(&after).await?;
    let year_end = visit.app.coverage_by_year_end(&after).await?;
    let page = visit.page(visit.t("coverage-change-title"));
    let lang = visit.lang;
    let basis = difference.as_ref().map_or(Basis::People, |held| held.basis);
    let gaining: u64 = difference.as_ref().map_or(0, |held| held.gaining.iter().sum());
    let body = ChangePage {
        from: from.to_string(),
        from_day: day(lang, from),
        to_day: day(lang, after.view.as_of),
        wrong: !given.is_empty() && asked.is_none(),
        standing: difference.as_ref().map(|held| standing(&visit, &after, &held.after)),
        kinds: difference.as_ref().map_or_else(Vec::new, |held| kind_lines(&visit, &after, held)),
        communities: difference
            .as_ref()
            .map_or_else(Vec::new, |held| community_lines(&page, &visit, &after, held)),
        gaining: whole(gaining),
        gaining_unit: unit(lang, basis),
        brought: effect.map(|held| brought(&page, &visit, &after, &held)),
        expected: year_end.map(|held| expected(&visit, &after, held)),
        csv: with_from(&page, "csv", from),
        json: with_from(&page, "json", from),
        columns: COLUMNS.map(|name| (name, column_key(name))).to_vec(),
        page,
    };
    render(StatusCode::OK, &body)
}

/// The day to compare with, as an address gives it; nothing where it is no day or comes later.
pub(super) fn since(portfolio: &Portfolio, given: &str) -> Option<Date> {
    let given = match given {
        "" => None,
        given => Some(parse_day(given)?),
    };
    coverage::since(portfolio, given)
}

/// The key of what a column of the table holds.
fn column_key(name: &str) -> String {
    format!("coverage-change-column-{}", name.replace('_', "-"))
}

/// The same comparison as a file.
fn with_from(page: &Page, ending: &str, from: Date) -> String {
    let address = page.link(&format!("/place/coverage/change.{ending}"));
    let sign = if address.contains('?') { '&' } else { '?' };
    format!("{address}{sign}from={from}")
}

fn kind_lines(visit: &Visit, portfolio: &Portfolio, held: &Difference) -> Vec<KindLine> {
    let lang = visit.lang;
    let line = |line: DifferenceLine| {
        let (change, counts) = (line.held, line.whole());
        KindLine {
            kind: kind_name(lang, portfolio, &change.kind),
            rule: rule_text(lang, portfolio, &change.rule),
            checked: is_checked(&change.rule),
            before: share(counts.before, counts.all),
            after: share(counts.after, counts.all),
            gained: whole(counts.gained),
            lost: whole(counts.lost),
            saved: signed(change.saved as i64 - change.added as i64),
            unit: unit(lang, change.basis),
        }
    };
    held.lines().map(line).collect()
}

fn community_lines(
    page: &Page,
    visit: &Visit,
    portfolio: &Portfolio,
    held: &Difference,
) -> Vec<CommunityLine> {
    let mut order: Vec<usize> = (0..held.gaining.len()).filter(|at| held.gaining[*at] > 0).collect();
    order.sort_by_key(|at| (std::cmp::Reverse(held.gaining[*at]), *at));
    let line = |at: usize| {
        let code = &held.after.communities[at];
        CommunityLine {
            name: area_name(visit.lang, portfolio, code),
            link: page.link(&format!("/place/coverage/communities/{code}")),
            gaining: whole(held.gaining[at]),
        }
    };
    order.into_iter().map(line).collect()
}

/// A change with its sign.
fn signed(value: i64) -> String {
    let sign = if value > 0 {
        "+"
    } else if value < 0 {
        "−"
    } else {
        ""
    };
    format!("{sign}{}", whole(value.unsigned_abs()))
}

pub(super) fn project_name(visit: &Visit, portfolio: &Portfolio, code: &Code) -> String {
    let held = portfolio.project(code.as_str());
    held.map_or(code.as_str(), |held| held.name.get(visit.lang.is_english())).to_owned()
}

fn brought(page: &Page, visit: &Visit, portfolio: &Portfolio, effect: &ProjectsEffect) -> Brought {
    let mut lines: Vec<_> = effect.projects.iter().collect();
    lines.sort_by_key(|line| (std::cmp::Reverse(line.alone), &line.project));
    let line = |held: &app::place::coverage::ProjectGain| ProjectLine {
        name: project_name(visit, portfolio, &held.project),
        link: page.link(&format!("/projects/{}", held.project)),
        alone: signed(held.alone),
        last: signed(held.last),
    };
    Brought {
        note: visit.tw("coverage-by-projects-note", &[("unit", &unit(visit.lang, effect.basis))]),
        lines: lines.into_iter().map(line).collect(),
        together: signed(effect.together),
        shared: signed(effect.shared),
    }
}

fn expected(visit: &Visit, portfolio: &Portfolio, held: YearEnd) -> Expected {
    let lang = visit.lang;
    let round = |value: f64| Decimal::from_f64(value).unwrap_or_default().round();
    let (low, middle, high) = held.range;
    Expected {
        by: day(lang, held.by),
        said: visit.tw(
            "coverage-expected",
            &[
                ("now", &whole(held.now)),
                ("expected", &crate::words_of::number(round(held.expected))),
                ("unit", &unit(lang, held.basis)),
            ],
        ),
        range: visit.tw(
            "coverage-range",
            &[("low", &whole(low)), ("middle", &whole(middle)), ("high", &whole(high))],
        ),
        exact: held.exact,
        odds: held
            .odds
            .iter()
            .map(|(code, share)| {
                let percent = format!("{}%", round(share * 100.0));
                (project_name(visit, portfolio, code), code.to_string(), percent)
            })
            .collect(),
        unknown: held
            .unknown
            .iter()
            .map(|code| project_name(visit, portfolio, code))
            .collect::<Vec<_>>()
            .join(comma(lang)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use words::Lang;

    #[test]
    fn every_column_of_the_table_is_explained() {
        for (lang, name) in Lang::ALL.iter().flat_map(|lang| COLUMNS.map(|name| (*lang, name))) {
            assert!(words::has(lang, &column_key(name)), "{name}");
        }
    }
}
