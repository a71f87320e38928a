//! The board of whistles: what is open, what is late, and how each unit came and was judged. Every figure
//! opens the whistles it counts.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::item::ItemKind;
use domain::item::call::{Count, Punctuality, Tally, counted, tallies};
use domain::item::kind::WhistleKind;
use domain::item::ledger::LedgerRow;
use domain::item::query::LedgerQuery;
use domain::item::workflow::{Standing, State};
use domain::portfolio::Portfolio;
use jiff::civil::DateTime;
use serde::Deserialize;

use super::period::Period;
use super::units::now;
use crate::address::with_query;
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::ledger::line::{Line, line, unit_name};
use crate::ledger::list::{Choice, staff_only};
use crate::ledger::register::may_register;
use crate::page::Page;
use crate::visit::{Visit, render};
use crate::words_of::word;

/// Whistles that are listed; a narrower period shows the rest.
const MOST: usize = 200;

/// What of the board is asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asking {
    from: String,
    to: String,
    kind: String,
    show: String,
    caller: String,
    unit: String,
    count: String,
}

/// Which whistles a figure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Show {
    Blown,
    Open,
    /// Some unit has come late, or has not come though its time has run out.
    Late,
    Solved,
    Raised,
}

impl Show {
    const ALL: [Self; 5] = [Self::Blown, Self::Open, Self::Late, Self::Solved, Self::Raised];

    fn as_str(self) -> &'static str {
        match self {
            Self::Blown => "blown",
            Self::Open => "open",
            Self::Late => "late",
            Self::Solved => "solved",
            Self::Raised => "raised",
        }
    }

    fn takes(self, row: &LedgerRow, now: DateTime) -> bool {
        let state = State::parse(&row.state);
        match self {
            Self::Blown => true,
            Self::Open => row.standing == Standing::Open,
            Self::Late => row.standing != Standing::Withdrawn && is_late(row, now),
            Self::Solved => row.standing == Standing::Done,
            Self::Raised => state == Some(State::Raised),
        }
    }
}

fn is_late(row: &LedgerRow, now: DateTime) -> bool {
    row.call.as_ref().is_some_and(|call| {
        let late = |it| matches!(call.punctuality(it, now), Punctuality::Late | Punctuality::Overdue);
        call.units.iter().any(late)
    })
}

/// A figure and the whistles behind it.
struct Figure {
    label: String,
    count: usize,
    address: String,
    here: bool,
}

struct CallerRow {
    name: String,
    figures: Vec<Figure>,
}

struct UnitRow {
    name: String,
    figures: Vec<Figure>,
    punctual: String,
    mean: String,
    vetoed: Option<Figure>,
}

#[derive(Template)]
#[template(path = "coordination/board.html")]
struct BoardPage {
    page: Page,
    period: Period,
    kinds: Vec<Choice>,
    figures: Vec<Figure>,
    callers: Vec<CallerRow>,
    units: Vec<UnitRow>,
    /// The whistles asked for, and in words which they are.
    asked: String,
    lines: Vec<Line>,
    more: usize,
    add: String,
}

pub async fn show(
    visit: Visit,
    Path(plan): Path<String>,
    Query(asking): Query<Asking>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    staff_only(&visit)?;
    let portfolio = visit.portfolio(&plan).await?;
    let period = Period::of(&asking.from, &asking.to, portfolio.view.as_of);
    let kind = WhistleKind::parse(&asking.kind);
    let rows = rows(&visit, &portfolio, period, kind).await?;
    let page = visit.page(visit.t("board-title"));
    let board =
        Board { visit: &visit, page: &page, portfolio: &portfolio, asking: &asking, now: now(&visit) };
    let found = board.found(&rows);
    let judge = portfolio.plan.lights().on(portfolio.view.as_of);
    let may_add = !page.is_past() && may_register(&visit).any(|kind| kind == ItemKind::Whistle);
    let shown = BoardPage {
        kinds: WhistleKind::ALL
            .iter()
            .map(|it| Choice {
                value: it.as_str().into(),
                label: word(visit.lang, "whistle-kind", it.as_str()),
                chosen: kind == Some(*it),
            })
            .collect(),
        figures: board.figures(&rows),
        callers: board.callers(&rows),
        units: board.units(&rows),
        asked: board.asked(),
        more: found.len().saturating_sub(MOST),
        lines: found.iter().take(MOST).map(|row| line(&page, &portfolio, row, judge.judge(row))).collect(),
        add: if may_add { format!("/p/{plan}/items/new/whistle") } else { String::new() },
        period,
        page: page.clone(),
    };
    render(StatusCode::OK, &shown)
}

/// Whistles of the period, and those that are still open whenever they were blown; the newest first.
async fn rows(
    visit: &Visit,
    portfolio: &Portfolio,
    period: Period,
    kind: Option<WhistleKind>,
) -> Result<Vec<LedgerRow>, PageError> {
    let kinds = vec![ItemKind::Whistle];
    let of_period = LedgerQuery { kinds: kinds.clone(), received: period.bounds(), ..LedgerQuery::default() };
    let open = LedgerQuery { kinds, standings: vec![Standing::Open], ..LedgerQuery::default() };
    let mut rows = visit.app.all_items(portfolio, &of_period).await?;
    rows.extend(visit.app.all_items(portfolio, &open).await?);
    rows.sort_by(|a, b| (b.received, &b.code).cmp(&(a.received, &a.code)));
    rows.dedup_by(|a, b| a.code == b.code);
    rows.retain(|row| kind.is_none() || row.call.as_ref().is_some_and(|call| call.whistle == kind));
    Ok(rows)
}

struct Board<'a> {
    visit: &'a Visit,
    page: &'a Page,
    portfolio: &'a Portfolio,
    asking: &'a Asking,
    now: DateTime,
}

impl Board<'_> {
    /// The board with the rows of one figure, in the same period.
    fn address(&self, pairs: &[(&str, &str)]) -> String {
        let asking = self.asking;
        let kept = [("from", asking.from.as_str()), ("to", &asking.to), ("kind", &asking.kind)];
        let all: Vec<(&str, &str)> = kept.into_iter().chain(pairs.iter().copied()).collect();
        format!("{}#rows", self.page.at(&with_query(&self.page.path, &all)))
    }

    fn figures(&self, rows: &[LedgerRow]) -> Vec<Figure> {
        Show::ALL.into_iter().map(|show| self.figure(rows, show, None)).collect()
    }

    fn figure(&self, rows: &[LedgerRow], show: Show, caller: Option<&Code>) -> Figure {
        let takes = |row: &&LedgerRow| {
            show.takes(row, self.now) && caller.is_none_or(|caller| row.caller.as_ref() == Some(caller))
        };
        let who = caller.map_or("", Code::as_str);
        Figure {
            label: word(self.visit.lang, "board", show.as_str()),
            count: rows.iter().filter(takes).count(),
            address: self.address(&[("show", show.as_str()), ("caller", who)]),
            here: self.asking.show == show.as_str()
                && self.asking.caller == who
                && self.asking.unit.is_empty(),
        }
    }

    fn callers(&self, rows: &[LedgerRow]) -> Vec<CallerRow> {
        let mut callers: Vec<&Code> = rows.iter().filter_map(|row| row.caller.as_ref()).collect();
        callers.sort_unstable();
        callers.dedup();
        callers
            .into_iter()
            .map(|caller| CallerRow {
                name: unit_name(self.portfolio, caller, self.visit.lang),
                figures: Show::ALL.iter().map(|show| self.figure(rows, *show, Some(caller))).collect(),
            })
            .collect()
    }

    fn units(&self, rows: &[LedgerRow]) -> Vec<UnitRow> {
        tallies(rows, self.now).iter().map(|tally| self.unit(tally)).collect()
    }

    fn unit(&self, tally: &Tally) -> UnitRow {
        let lang = self.visit.lang;
        let figure = |count: Count| Figure {
            label: word(lang, "count", count.as_str()),
            count: tally.count(count),
            address: self.address(&[("unit", tally.unit.as_str()), ("count", count.as_str())]),
            here: self.asking.unit == tally.unit.as_str() && self.asking.count == count.as_str(),
        };
        UnitRow {
            name: unit_name(self.portfolio, &tally.unit, lang),
            figures: [
                Count::Called,
                Count::Arrived,
                Count::InTime,
                Count::Late,
                Count::Missing,
                Count::Marked,
            ]
            .map(figure)
            .into(),
            punctual: tally.punctual().map_or_else(String::new, |share| format!("{share}%")),
            mean: tally
                .mean_tenths()
                .map_or_else(String::new, |tenths| format!("{}.{}", tenths / 10, tenths % 10)),
            vetoed: tally.is_vetoed().then(|| figure(Count::Vetoed)),
        }
    }

    /// The whistles of the figure that was opened; those that are open where none was.
    fn found<'r>(&self, rows: &'r [LedgerRow]) -> Vec<&'r LedgerRow> {
        let asking = self.asking;
        let takes = |row: &&LedgerRow| {
            if let (Ok(unit), Some(count)) = (Code::new(&asking.unit), Count::parse(&asking.count)) {
                return counted(row, &unit, count, self.now);
            }
            self.shown().takes(row, self.now)
                && (asking.caller.is_empty()
                    || row.caller.as_ref().is_some_and(|caller| caller.as_str() == asking.caller))
        };
        rows.iter().filter(takes).collect()
    }

    fn shown(&self) -> Show {
        Show::ALL.into_iter().find(|show| show.as_str() == self.asking.show).unwrap_or(Show::Open)
    }

    fn asked(&self) -> String {
        let lang = self.visit.lang;
        let asking = self.asking;
        if let (Ok(unit), Some(count)) = (Code::new(&asking.unit), Count::parse(&asking.count)) {
            let name = unit_name(self.portfolio, &unit, lang);
            return format!("{name} · {}", word(lang, "count", count.as_str()));
        }
        let shown = word(lang, "board", self.shown().as_str());
        match Code::new(&asking.caller) {
            Ok(caller) => format!("{} · {shown}", unit_name(self.portfolio, &caller, lang)),
            Err(_) => shown,
        }
    }
}
