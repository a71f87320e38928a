//! Returns: those for the reader to fill, who has returned for which period, and what units ask.

use app::ledger::Paging;
use app::rhythm::ReturnsOfPeriod;
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::item::kind::{ItemKind, Series};
use domain::item::query::{LedgerQuery, Sort};
use domain::item::{Standing, State};
use domain::report::{Period, Rhythm};
use serde::Deserialize;

use super::line::unit_name;
use super::list::staff_only;
use crate::editor::change::own_unit;
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::page::Page;
use crate::visit::{Visit, render};
use crate::words_of::{day, word};

/// Periods beside each other.
const PERIODS: usize = 6;
/// Returns that wait for one unit.
const MINE_MOST: usize = 50;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asking {
    every: String,
}

struct Mine {
    name: String,
    address: String,
    due: String,
    late: bool,
}

struct Head {
    name: String,
    days: String,
    counted: String,
}

struct Cell {
    state: String,
    class: &'static str,
    address: String,
    label: String,
}

struct UnitLine {
    name: String,
    address: String,
    cells: Vec<Option<Cell>>,
}

struct Every {
    name: String,
    address: String,
    here: bool,
}

struct AskLine {
    unit: String,
    text: String,
    address: String,
}

#[derive(Template)]
#[template(path = "ledger/returns.html")]
struct ListPage {
    page: Page,
    in_force: bool,
    own: bool,
    mine: Vec<Mine>,
    every: Vec<Every>,
    heads: Vec<Head>,
    lines: Vec<UnitLine>,
    asks_of: String,
    asks: Vec<AskLine>,
}

pub fn series_of(rhythm: Rhythm) -> Series {
    match rhythm {
        Rhythm::Week => Series::Weekly,
        Rhythm::Month => Series::Monthly,
        Rhythm::Quarter => Series::Quarterly,
        Rhythm::Year => Series::Annual,
    }
}

pub async fn list(
    visit: Visit,
    Path(plan): Path<String>,
    Query(asking): Query<Asking>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    staff_only(&visit)?;
    let portfolio = visit.portfolio(&plan).await?;
    let (lang, today) = (visit.lang, portfolio.view.as_of);
    let page = visit.page(visit.t("returns-title"));
    let own = Code::new(&own_unit(&visit.actor)).ok();
    let rhythm = Rhythm::parse(&asking.every).unwrap_or(Rhythm::Week);
    let series = series_of(rhythm);
    let rules = portfolio.plan.rhythm.as_ref();

    let mut mine = Vec::new();
    if let Some(unit) = &own {
        let query = LedgerQuery {
            kinds: vec![ItemKind::Return],
            lead_unit: Some(unit.clone()),
            standings: vec![Standing::Open],
            ..LedgerQuery::default()
        };
        let paging = Paging { sort: Sort::Due, descending: false, after: None, limit: MINE_MOST };
        for (row, _) in visit.app.ledger(&plan, &query, &paging, visit.asked).await?.rows {
            let late = row.due.is_some_and(|due| due < today);
            let due = row.due.map_or_else(String::new, |due| day(lang, due));
            mine.push(Mine {
                name: row.name.get(lang.is_english()).to_owned(),
                address: page.link(&format!("/returns/{}", row.code)),
                due: visit.tw(if late { "returns-overdue" } else { "returns-due" }, &[("due", &due)]),
                late,
            });
        }
    }

    // The latest periods for which returns are or were asked; the running one only once it has opened.
    let rule = rules.and_then(|held| held.rules.returns.iter().find(|rule| rule.every == rhythm));
    let mut period = Period::containing(rhythm, today);
    if rule.is_none_or(|rule| rule.opens_on(period).is_none_or(|opens| opens > today)) {
        period = period.previous();
    }
    let mut periods = Vec::new();
    for _ in 0..PERIODS {
        periods.push(visit.app.returns_of(&plan, series, period, visit.asked).await?);
        period = period.previous();
    }
    periods.reverse();
    let mut units: Vec<&Code> =
        periods.iter().flat_map(|held| held.rows.iter().filter_map(|row| row.lead_unit.as_ref())).collect();
    units.sort_unstable();
    units.dedup();
    let lines = units
        .into_iter()
        .map(|unit| UnitLine {
            name: unit_name(&portfolio, unit, lang),
            address: page.link(&format!("/units/{unit}")),
            cells: periods.iter().map(|held| cell(&visit, &page, held, unit)).collect(),
        })
        .collect();
    let last = periods.iter().rev().find(|held| !held.rows.is_empty());
    let asks = match last {
        Some(held) if !page.is_past() => visit.app.asked_by_units(&plan, series, held.period).await?,
        _ => Vec::new(),
    };
    let shown = ListPage {
        in_force: rules.is_some_and(|held| held.acts_on(today)),
        own: own.is_some(),
        mine,
        every: Rhythm::ALL
            .iter()
            .map(|held| Every {
                name: word(lang, "returns-every", held.as_str()),
                address: {
                    let address = page.link("/returns");
                    let joint = if address.contains('?') { '&' } else { '?' };
                    format!("{address}{joint}every={}", held.as_str())
                },
                here: *held == rhythm,
            })
            .collect(),
        heads: periods
            .iter()
            .map(|held| Head {
                name: held.period.name(),
                days: format!(
                    "{} – {}",
                    held.period.from.strftime("%m-%d"),
                    held.period.to.strftime("%m-%d")
                ),
                counted: if held.rows.is_empty() {
                    "—".to_owned()
                } else {
                    let (submitted, asked) = (held.count(State::Submitted), held.rows.len());
                    visit.tw(
                        "returns-counted",
                        &[("submitted", &submitted.to_string()), ("asked", &asked.to_string())],
                    )
                },
            })
            .collect(),
        lines,
        asks_of: last.map_or_else(String::new, |held| held.period.name()),
        asks: asks
            .into_iter()
            .map(|ask| AskLine {
                unit: unit_name(&portfolio, &ask.unit, lang),
                address: page.link(&format!("/returns/{}", ask.in_return)),
                text: ask.text,
            })
            .collect(),
        page,
    };
    render(StatusCode::OK, &shown)
}

fn cell(visit: &Visit, page: &Page, held: &ReturnsOfPeriod, unit: &Code) -> Option<Cell> {
    let row = held.rows.iter().find(|row| row.lead_unit.as_ref() == Some(unit))?;
    let late = row.state == State::Open.as_str() && row.due.is_some_and(|due| due < page.as_of);
    let class = match State::parse(&row.state) {
        Some(State::Submitted) => "good",
        Some(State::Missed) => "bad",
        Some(State::Open) if late => "bad",
        _ => "calm",
    };
    let state =
        if late { visit.t("returns-late").into_owned() } else { word(visit.lang, "item-state", &row.state) };
    Some(Cell {
        label: format!("{} {} {state}", row.name.get(visit.lang.is_english()), held.period.name()),
        state,
        class,
        address: page.link(&format!("/returns/{}", row.code)),
    })
}
