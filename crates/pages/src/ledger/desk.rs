//! My desk: what I must do today, what I wait for, what is about to be late.

use app::ledger::Paging;
use app::request::RequestPaging;
use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::item::kind::ItemKind;
use domain::item::ledger::{LedgerRow, RowKind};
use domain::item::light::{Light, Verdict};
use domain::item::query::{LedgerQuery, Sort};
use domain::item::workflow::{self, Standing, State};
use domain::policy::{Action, Scope, Target};
use domain::portfolio::Portfolio;
use domain::request::RequestState;
use domain::request::query::{RequestOrder, RequestQuery};

use super::item::with_those_above;
use super::line::{Line, line, unit_name};
use super::list::staff_only;
use super::saved::{self, Shelf};
use crate::editor::change::own_unit;
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::page::Page;
use crate::requests::list as requests;
use crate::visit::{Visit, render};

/// Rows of each list; the ledger shows the rest.
const MOST: usize = 50;
/// Requests of one's unit that are named; their own list shows the rest.
const REQUESTS: usize = 20;
/// Rows that are looked through.
const LOOKED: usize = 500;

struct Part {
    title: String,
    none: String,
    /// How many there are, shown or not.
    count: String,
    lines: Vec<Line>,
    more: String,
}

/// The unit's open requests, what runs out first.
struct OwnRequests {
    count: String,
    lines: Vec<requests::Line>,
    more: String,
}

impl OwnRequests {
    /// Nothing where the plan takes no requests, nobody's unit is asked about, or an earlier day is.
    async fn of(
        visit: &Visit,
        page: &Page,
        portfolio: &Portfolio,
        unit: Option<&Code>,
    ) -> Result<Option<Self>, PageError> {
        let plan = &portfolio.plan;
        let Some(unit) = unit.filter(|_| plan.request_rules.is_some() && !page.is_past()) else {
            return Ok(None);
        };
        let open = RequestState::ALL.iter().copied().filter(|state| state.is_open());
        let query =
            RequestQuery { unit: Some(unit.clone()), states: open.collect(), ..RequestQuery::default() };
        let paging = RequestPaging { order: RequestOrder::Due, limit: REQUESTS, ..RequestPaging::default() };
        let count = visit.app.request_count(&plan.code, &query).await?;
        let rows = match count.number {
            0 => Vec::new(),
            _ => visit.app.requests(&plan.code, &query, &paging).await?.rows,
        };
        let now = visit.app.wall();
        Ok(Some(Self {
            count: count.number.to_string(),
            lines: rows.iter().map(|row| requests::line(portfolio, row, now, visit.lang)).collect(),
            more: page.link(&format!("/requests?unit={unit}&standing=open&order=due")),
        }))
    }
}

#[derive(Template)]
#[template(path = "ledger/desk.html")]
struct DeskPage {
    page: Page,
    lead: String,
    parts: Vec<Part>,
    requests: Option<OwnRequests>,
    lists: Shelf,
}

pub async fn show(visit: Visit, Path(plan): Path<String>) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    staff_only(&visit)?;
    let portfolio = visit.portfolio(&plan).await?;
    let page = visit.page(visit.t("desk-title"));
    let own = Code::new(&own_unit(&visit.actor)).ok();
    // Those without a unit of their own look over their area, or over everything.
    let areas: Vec<Code> = own_areas(&visit).flat_map(|area| portfolio.areas_below(area)).collect();
    let query = LedgerQuery {
        unit: own.clone(),
        standings: vec![Standing::Open],
        projects: own.is_some(),
        milestones: own.is_some(),
        kinds: if own.is_some() { ItemKind::ALL.to_vec() } else { Vec::new() },
        areas: if own.is_some() { Vec::new() } else { areas },
        ..LedgerQuery::default()
    };
    let paging = Paging { sort: Sort::Due, descending: false, after: None, limit: LOOKED };
    let mut rows = visit.app.ledger(&plan, &query, &paging, visit.asked).await?.rows;
    let cut = rows.len() == LOOKED;
    // What is in one's own charge comes to one's desk wherever it lies.
    if let Some(person) = visit.actor.person() {
        let charge = LedgerQuery {
            person: Some(person.clone()),
            standings: vec![Standing::Open],
            ..LedgerQuery::default()
        };
        let mut own = visit.app.ledger(&plan, &charge, &paging, visit.asked).await?.rows;
        own.retain(|(row, _)| !rows.iter().any(|(held, _)| held.id() == row.id()));
        rows.extend(own);
        rows.sort_by_key(|(row, _)| Sort::Due.key(row));
    }
    let mine = |row: &LedgerRow| must_act(&visit, &portfolio, row);
    // Papers of the rhythm stand apart from the work itself.
    let paper = |row: &LedgerRow| matches!(row.kind, RowKind::Item(ItemKind::Return | ItemKind::Slip));
    let late = |verdict: &Verdict| matches!(verdict.light, Light::Red | Light::Orange);
    let soon = |verdict: &Verdict| matches!(verdict.light, Light::Yellow | Light::Blue);
    let part = |key: &str, more: &str, take: &dyn Fn(&LedgerRow, &Verdict) -> bool| {
        let found: Vec<&(LedgerRow, Verdict)> = rows
            .iter()
            .filter(|(row, verdict)| (key == "desk-papers") == paper(row) && take(row, verdict))
            .collect();
        let shown = found.iter().take(MOST);
        Part {
            title: visit.t(key).into_owned(),
            none: visit.t(&format!("{key}-none")).into_owned(),
            count: format!("{}{}", found.len(), if cut { "+" } else { "" }),
            lines: shown.map(|(row, verdict)| line(&page, &portfolio, row, *verdict)).collect(),
            more: match &own {
                Some(unit) => page.link(&format!("/ledger?unit={unit}{more}")),
                None => page.link(&format!("/ledger?standing=open{more}")),
            },
        }
    };
    let mut parts = vec![
        part("desk-late", "&light=red", &|_, verdict| late(verdict)),
        part("desk-soon", "&light=yellow", &|_, verdict| soon(verdict)),
        part("desk-do", "", &|row, verdict| mine(row) && !late(verdict) && !soon(verdict)),
        part("desk-wait", "", &|row, verdict| !mine(row) && !late(verdict) && !soon(verdict)),
    ];
    if own.is_some() {
        let mut papers = part("desk-papers", "", &|row, _| mine(row));
        papers.more = page.link("/returns");
        parts.insert(0, papers);
    }
    let requests = OwnRequests::of(&visit, &page, &portfolio, own.as_ref()).await?;
    let lead = match (own, own_areas(&visit).next()) {
        (Some(unit), _) => visit.tw("desk-unit", &[("unit", &unit_name(&portfolio, &unit, visit.lang))]),
        (None, Some(_)) => visit.t("desk-area").into_owned(),
        (None, None) => visit.t("desk-all").into_owned(),
    };
    let lists = saved::shown(&visit, &page, &plan, None).await?;
    render(StatusCode::OK, &DeskPage { page, lead, parts, requests, lists })
}

/// The areas that the reader answers for.
fn own_areas(visit: &Visit) -> impl Iterator<Item = &Code> {
    visit.actor.grants().iter().filter_map(|grant| match &grant.scope {
        Scope::Area(area) => Some(area),
        _ => None,
    })
}

/// Whether the next move of an item is one that the reader may make.
fn must_act(visit: &Visit, portfolio: &Portfolio, row: &LedgerRow) -> bool {
    let target = Target {
        plan: Some(portfolio.plan.code.clone()),
        lead_unit: row.lead_unit.clone(),
        supporting_units: row.supporting_units.clone(),
        caller: row.caller.clone(),
        areas: with_those_above(&row.areas, portfolio),
    };
    match (&row.kind, State::parse(&row.state)) {
        (RowKind::Item(kind), Some(state)) => {
            workflow::next(*kind, state).any(|held| visit.actor.may(held.needs, &target))
        }
        _ => visit.actor.may(Action::ReportProgress, &target),
    }
}
