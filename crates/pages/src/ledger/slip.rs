//! Supervision slips: the list of them, and each as the paper that a unit signs for.

use app::ledger::Paging;
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::item::kind::ItemKind;
use domain::item::ledger::LedgerRow;
use domain::item::query::{LedgerQuery, Sort};
use domain::item::{Relation, Standing, State, Step, Target as Thing};
use serde::Deserialize;

use super::item::target;
use super::line::unit_name;
use super::list::{Choice, staff_only};
use crate::editor::field::Typed;
use crate::editor::page::{known_code, saved};
use crate::error::PageError;
use crate::page::Page;
use crate::visit::{Visit, render};
use crate::words_of::{day, word};

const PAGE_SIZE: usize = 50;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asking {
    state: String,
    unit: String,
    key: String,
    after: String,
}

struct SlipLine {
    colour: &'static str,
    colour_name: String,
    number: String,
    address: String,
    about: String,
    about_address: String,
    unit: String,
    issued: String,
    signed: String,
    late: bool,
}

#[derive(Template)]
#[template(path = "ledger/slips.html")]
struct ListPage {
    page: Page,
    lines: Vec<SlipLine>,
    states: Vec<Choice>,
    units: Vec<Choice>,
    next: String,
    narrowed: bool,
}

pub async fn list(
    visit: Visit,
    Path(plan): Path<String>,
    Query(asking): Query<Asking>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    staff_only(&visit)?;
    let portfolio = visit.portfolio(&plan).await?;
    let lang = visit.lang;
    let page = visit.page(visit.t("slip-list-title"));
    let query = LedgerQuery {
        kinds: vec![ItemKind::Slip],
        standings: if asking.state == "open" { vec![Standing::Open] } else { Vec::new() },
        unit: Code::new(&asking.unit).ok(),
        ..LedgerQuery::default()
    };
    let after = (!asking.after.is_empty())
        .then(|| domain::item::query::After { key: asking.key.clone(), code: asking.after.clone() });
    let paging = Paging { sort: Sort::Received, descending: true, after, limit: PAGE_SIZE };
    let found = visit.app.ledger(&plan, &query, &paging, visit.asked).await?;
    let mut lines = Vec::with_capacity(found.rows.len());
    for (row, _) in &found.rows {
        let about = supervised(row);
        let name = match &about {
            Some(code) => {
                let held = visit.app.item(&plan, code, visit.asked).await;
                held.map_or_else(
                    |_| code.to_string(),
                    |(item, _)| item.name.get(lang.is_english()).to_owned(),
                )
            }
            None => row.name.get(lang.is_english()).to_owned(),
        };
        let signed = row.finished.map(|on| day(lang, on));
        lines.push(SlipLine {
            colour: row.colour.map_or("", |colour| colour.as_str()),
            colour_name: row.colour.map_or_else(String::new, |it| word(lang, "slip-colour", it.as_str())),
            number: if row.number.is_empty() { row.code.to_string() } else { row.number.clone() },
            address: page.link(&format!("/slips/{}", row.code)),
            about: name,
            about_address: about.map_or_else(String::new, |code| page.link(&format!("/items/{code}"))),
            unit: row.lead_unit.as_ref().map_or_else(String::new, |unit| unit_name(&portfolio, unit, lang)),
            issued: row.received.map_or_else(String::new, |on| day(lang, on)),
            late: signed.is_none() && row.due.is_some_and(|due| due < page.as_of),
            signed: signed.unwrap_or_default(),
        });
    }
    let query = |key: &str, after: &str| {
        let pairs =
            [("state", asking.state.as_str()), ("unit", &asking.unit), ("key", key), ("after", after)];
        let pairs: Vec<String> = pairs
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={}", crate::words_of::encode(value)))
            .collect();
        pairs.join("&")
    };
    let next = found.next.map_or_else(String::new, |after| {
        let address = page.link("/slips");
        let joint = if address.contains('?') { '&' } else { '?' };
        format!("{address}{joint}{}", query(&after.key, &after.code))
    });
    let state = |value: &str, key: &str| Choice {
        value: value.into(),
        label: visit.t(key).into_owned(),
        chosen: asking.state == value,
    };
    let mut units = vec![Choice {
        value: String::new(),
        label: visit.t("filter-any").into_owned(),
        chosen: asking.unit.is_empty(),
    }];
    units.extend(portfolio.units.values().map(|unit| Choice {
        value: unit.code.to_string(),
        label: unit.name.get(lang.is_english()).to_owned(),
        chosen: asking.unit == unit.code.as_str(),
    }));
    let shown = ListPage {
        states: vec![state("", "slip-list-any"), state("open", "slip-list-open")],
        narrowed: !asking.state.is_empty() || !asking.unit.is_empty(),
        units,
        lines,
        next,
        page,
    };
    render(StatusCode::OK, &shown)
}

/// The item that a slip is about.
fn supervised(row: &LedgerRow) -> Option<Code> {
    match &row.origin {
        Some((Relation::Supervises, Thing::Item(code))) => Some(code.clone()),
        _ => None,
    }
}

#[derive(Template)]
#[template(path = "ledger/slip.html")]
struct SlipPage {
    page: Page,
    saved: String,
    colour: &'static str,
    colour_name: String,
    number: String,
    unit: String,
    issued: String,
    sign_by: String,
    signed: String,
    late: bool,
    says: Vec<String>,
    about: String,
    about_address: String,
    about_state: String,
    rule: String,
    /// Where it is signed for; empty where the reader does not, or it is.
    sign: String,
    version: String,
    item: String,
}

pub async fn show(
    visit: Visit,
    Path((plan, code)): Path<(String, String)>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let (plan, code) = (known_code(&plan)?, known_code(&code)?);
    staff_only(&visit)?;
    let portfolio = visit.portfolio(&plan).await?;
    let (item, history) = visit.app.item(&plan, &code, visit.asked).await?;
    if item.kind != ItemKind::Slip {
        return Err(PageError::not_found().in_lang(visit.lang));
    }
    let lang = visit.lang;
    let page = visit.page(item.name.get(lang.is_english()));
    let about = item.linked(Relation::Supervises).next().cloned();
    let held = match &about {
        Some(Thing::Item(code)) => visit.app.item(&plan, code, visit.asked).await.ok().map(|(item, _)| item),
        _ => None,
    };
    let sign_move = item.moves.iter().rev().find(|moved| moved.step == Step::Sign);
    let may = visit.actor.may(domain::policy::Action::HandleItem, &target(&item, &portfolio));
    let by = sign_move.and_then(|moved| moved.by.as_ref()).map(Code::to_string).unwrap_or_default();
    // The paper is written in both languages, a paragraph each; the reader's comes first.
    let mut says: Vec<String> = item.text.lines().map(str::to_owned).collect();
    if lang.is_english() {
        says.reverse();
    }
    let entry = visit.app.entry(history.registered).await?;
    let shown = SlipPage {
        saved: saved(lang, &Typed(query)),
        colour: item.colour.map_or("", |colour| colour.as_str()),
        colour_name: item.colour.map_or_else(String::new, |it| word(lang, "slip-colour", it.as_str())),
        number: if item.number.is_empty() { code.to_string() } else { item.number.clone() },
        unit: item.lead_unit.as_ref().map_or_else(String::new, |unit| unit_name(&portfolio, unit, lang)),
        issued: day(lang, item.received),
        sign_by: item.due.map_or_else(String::new, |due| day(lang, due)),
        late: sign_move.is_none() && item.due.is_some_and(|due| due < page.as_of),
        signed: sign_move.map_or_else(String::new, |moved| {
            visit.tw("slip-signed-by", &[("day", &day(lang, moved.on)), ("who", &by)])
        }),
        says,
        about: held.as_ref().map_or_else(
            || about.as_ref().map_or_else(String::new, |about| about.code().to_string()),
            |item| item.name.get(lang.is_english()).to_owned(),
        ),
        about_state: held.as_ref().map_or_else(String::new, |it| word(lang, "item-state", it.state.as_str())),
        about_address: match &about {
            Some(Thing::Item(code)) => page.link(&format!("/items/{code}")),
            Some(Thing::Project(code)) => page.link(&format!("/projects/{code}")),
            _ => String::new(),
        },
        rule: entry.map(|entry| entry.draft.source.title).unwrap_or_default(),
        sign: if item.state == State::Sent && may && !page.is_past() {
            format!("/p/{plan}/items/{code}/step-sign")
        } else {
            String::new()
        },
        version: item.version.to_string(),
        item: page.link(&format!("/items/{code}")),
        page,
    };
    render(StatusCode::OK, &shown)
}
