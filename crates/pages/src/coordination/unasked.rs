//! What units do for residents of their own accord: report-ins and good deeds, and each unit's tally.

use std::borrow::Cow;
use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::item::ledger::LedgerRow;
use domain::item::query::LedgerQuery;
use domain::item::workflow::Standing;
use domain::item::{ItemKind, Relation};
use domain::portfolio::Portfolio;
use rust_decimal::Decimal;
use serde::Deserialize;

use super::period::Period;
use crate::address::with_query;
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::ledger::line::{Line, line, unit_name};
use crate::ledger::list::staff_only;
use crate::ledger::register::may_register;
use crate::page::Page;
use crate::visit::{Visit, render};
use crate::words_of::number;

const PAGE_SIZE: usize = 50;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asking {
    from: String,
    to: String,
    unit: String,
    /// Of report-ins: `unasked`, or `called` by a whistle. Of good deeds: `done` or `promised`.
    how: String,
    page: usize,
}

struct Figure {
    count: usize,
    address: String,
}

/// One unit over the period.
struct TallyRow {
    name: String,
    all: Figure,
    first: Figure,
    second: Figure,
    served: String,
    outputs: String,
    chosen: bool,
}

struct Entry {
    line: Line,
    when: String,
    outputs: String,
    served: String,
}

#[derive(Template)]
#[template(path = "coordination/unasked.html")]
struct UnaskedPage {
    page: Page,
    period: Period,
    deeds: bool,
    key: &'static str,
    add: String,
    units: usize,
    total: usize,
    first: usize,
    second: usize,
    outputs: Vec<(String, String)>,
    tallies: Vec<TallyRow>,
    chosen: String,
    all: String,
    entries: Vec<Entry>,
    listed: usize,
    previous: Option<String>,
    next: Option<String>,
}

impl UnaskedPage {
    /// A message about this register.
    fn said(&self, what: &str) -> Cow<'static, str> {
        self.page.t(&format!("{}-{what}", self.key))
    }
}

pub async fn report_ins(
    visit: Visit,
    path: Path<String>,
    query: Query<Asking>,
) -> Result<Response, PageError> {
    show(visit, path, query, ItemKind::ReportIn).await
}

pub async fn good_deeds(
    visit: Visit,
    path: Path<String>,
    query: Query<Asking>,
) -> Result<Response, PageError> {
    show(visit, path, query, ItemKind::GoodDeed).await
}

/// Whether a row is of the first sort: unasked report-ins, deeds that are done.
fn is_first(kind: ItemKind, row: &LedgerRow) -> bool {
    match kind {
        ItemKind::ReportIn => !matches!(row.origin, Some((Relation::Responds, _))),
        _ => row.standing == Standing::Done,
    }
}

async fn show(
    visit: Visit,
    Path(plan): Path<String>,
    Query(asking): Query<Asking>,
    kind: ItemKind,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    staff_only(&visit)?;
    let portfolio = visit.portfolio(&plan).await?;
    let period = Period::of(&asking.from, &asking.to, portfolio.view.as_of);
    let query = LedgerQuery {
        kinds: vec![kind],
        standings: vec![Standing::Open, Standing::Done],
        received: period.bounds(),
        ..LedgerQuery::default()
    };
    let mut rows = visit.app.all_items(&portfolio, &query).await?;
    rows.reverse();
    let deeds = kind == ItemKind::GoodDeed;
    let (key, hows) =
        if deeds { ("deeds", ["done", "promised"]) } else { ("report-ins", ["unasked", "called"]) };
    let page = visit.page(visit.t(if deeds { "deeds-title" } else { "report-ins-title" }));
    let address = |pairs: &[(&str, &str)]| {
        let kept = [("from", asking.from.as_str()), ("to", asking.to.as_str())];
        let all: Vec<(&str, &str)> = kept.into_iter().chain(pairs.iter().copied()).collect();
        page.at(&with_query(&page.path, &all))
    };
    let tallies = tallies(&visit, &portfolio, kind, &rows, &asking, |unit, how| {
        let how = how.map_or("", |at: usize| hows[at]);
        format!("{}#rows", address(&[("unit", unit), ("how", how)]))
    });
    let listed: Vec<&LedgerRow> = rows
        .iter()
        .filter(|row| {
            asking.unit.is_empty() || row.lead_unit.as_ref().is_some_and(|u| u.as_str() == asking.unit)
        })
        .filter(|row| match hows.iter().position(|how| *how == asking.how) {
            Some(0) => is_first(kind, row),
            Some(_) => !is_first(kind, row),
            None => true,
        })
        .collect();
    let turn = |to: usize| {
        let to = to.to_string();
        format!("{}#rows", address(&[("unit", &asking.unit), ("how", &asking.how), ("page", &to)]))
    };
    let judge = portfolio.plan.lights().on(portfolio.view.as_of);
    let at = asking.page.min(listed.len() / PAGE_SIZE);
    let entries = listed
        .iter()
        .skip(at * PAGE_SIZE)
        .take(PAGE_SIZE)
        .map(|row| Entry {
            line: line(&page, &portfolio, row, judge.judge(row)),
            when: row.received.map_or_else(String::new, |on| page.day(&on)),
            outputs: outputs(&portfolio, page.lang.is_english(), sums([*row].into_iter())).join(page.comma()),
            served: row.served.map_or_else(String::new, |n| number(Decimal::from(n))),
        })
        .collect();
    let first = rows.iter().filter(|row| is_first(kind, row)).count();
    let may_add = !page.is_past() && may_register(&visit).any(|held| held == kind);
    let register = if deeds { "good-deed" } else { "report-in" };
    let done = rows.iter().filter(|row| !deeds || is_first(kind, row));
    let shown = UnaskedPage {
        period,
        deeds,
        key,
        add: if may_add { format!("/p/{plan}/items/new/{register}") } else { String::new() },
        units: tallies.len(),
        total: rows.len(),
        first,
        second: rows.len() - first,
        outputs: named(&portfolio, page.lang.is_english(), sums(done)),
        chosen: Code::new(&asking.unit)
            .map_or_else(|_| String::new(), |unit| unit_name(&portfolio, &unit, visit.lang)),
        all: address(&[]),
        tallies,
        entries,
        listed: listed.len(),
        previous: (at > 0).then(|| turn(at - 1)),
        next: ((at + 1) * PAGE_SIZE < listed.len()).then(|| turn(at + 1)),
        page: page.clone(),
    };
    render(StatusCode::OK, &shown)
}

fn tallies(
    visit: &Visit,
    portfolio: &Portfolio,
    kind: ItemKind,
    rows: &[LedgerRow],
    asking: &Asking,
    address: impl Fn(&str, Option<usize>) -> String,
) -> Vec<TallyRow> {
    let mut by_unit: BTreeMap<&Code, Vec<&LedgerRow>> = BTreeMap::new();
    for row in rows {
        if let Some(unit) = &row.lead_unit {
            by_unit.entry(unit).or_default().push(row);
        }
    }
    let mut units: Vec<(&Code, Vec<&LedgerRow>)> = by_unit.into_iter().collect();
    units.sort_by(|a, b| (b.1.len(), a.0).cmp(&(a.1.len(), b.0)));
    units
        .into_iter()
        .map(|(unit, rows)| {
            let first = rows.iter().filter(|row| is_first(kind, row)).count();
            let counted =
                || rows.iter().copied().filter(|row| kind == ItemKind::ReportIn || is_first(kind, row));
            let served: u64 = counted().filter_map(|row| row.served).map(u64::from).sum();
            let figure =
                |count: usize, how: Option<usize>| Figure { count, address: address(unit.as_str(), how) };
            TallyRow {
                name: unit_name(portfolio, unit, visit.lang),
                all: figure(rows.len(), None),
                first: figure(first, Some(0)),
                second: figure(rows.len() - first, Some(1)),
                served: if served > 0 { number(Decimal::from(served)) } else { String::new() },
                outputs: outputs(portfolio, visit.lang.is_english(), sums(counted()))
                    .join(crate::words_of::comma(visit.lang)),
                chosen: unit.as_str() == asking.unit,
            }
        })
        .collect()
}

fn sums<'a>(rows: impl Iterator<Item = &'a LedgerRow>) -> BTreeMap<Code, Decimal> {
    let mut out: BTreeMap<Code, Decimal> = BTreeMap::new();
    for (kind, quantity) in rows.flat_map(|row| &row.quantities) {
        *out.entry(kind.clone()).or_default() += *quantity;
    }
    out
}

/// Each kind of output with its quantity and unit.
fn named(portfolio: &Portfolio, english: bool, sums: BTreeMap<Code, Decimal>) -> Vec<(String, String)> {
    sums.into_iter()
        .map(|(kind, quantity)| {
            let held = portfolio.plan.output_kind(kind.as_str());
            let name = held.map_or(kind.as_str(), |held| held.name.get(english)).to_owned();
            let unit = held.map_or("", |held| held.unit.get(english));
            (name, format!("{} {unit}", number(quantity)).trim().to_owned())
        })
        .collect()
}

fn outputs(portfolio: &Portfolio, english: bool, sums: BTreeMap<Code, Decimal>) -> Vec<String> {
    named(portfolio, english, sums).into_iter().map(|(name, quantity)| format!("{name} {quantity}")).collect()
}
