//! Where each called unit stands, on the page of a call and as the part of it that is fetched again.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::item::call::{Call, Punctuality};
use domain::item::{Item, UnitLine};
use domain::portfolio::Portfolio;
use jiff::civil::DateTime;

use crate::editor::page::known_code;
use crate::error::PageError;
use crate::ledger::line::unit_name;
use crate::ledger::list::staff_only;
use crate::page::Page;
use crate::visit::{Visit, render};
use crate::words_of::moment;

pub struct UnitRow {
    pub name: String,
    pub lead: bool,
    pub acknowledged: String,
    pub answered: String,
    pub text: String,
    pub arrived: String,
    pub people: String,
    pub minutes: String,
    pub class: &'static str,
    pub standing: String,
    pub mark: String,
    pub note: String,
}

/// The units of a call as they stand at a moment.
pub struct Units {
    pub on_the_spot: bool,
    pub marked: bool,
    pub rows: Vec<UnitRow>,
    /// How many have come or answered, in one sentence: what is read out when it changes.
    pub summary: String,
}

/// The moment that a view of the plan ends at.
pub fn now(visit: &Visit) -> DateTime {
    match visit.asked.as_of {
        Some(day) if day < visit.app.clock().today() => day.at(23, 59, 59, 0),
        _ => visit.app.wall(),
    }
}

impl Units {
    pub fn of(visit: &Visit, portfolio: &Portfolio, item: &Item, now: DateTime) -> Self {
        let call = Call::of(item).unwrap_or_default();
        let lang = visit.lang;
        let shown = |at: Option<DateTime>| at.map_or_else(String::new, |at| moment(lang, at));
        let rows: Vec<UnitRow> = call
            .units
            .iter()
            .map(|held| {
                let line = item.units.get(&held.unit).cloned().unwrap_or_default();
                let punctuality = call.punctuality(held, now);
                let (class, key) = match (punctuality, held.answered, held.acknowledged) {
                    (Punctuality::InTime, ..) => ("good", "call-in-time"),
                    (Punctuality::Late, ..) => ("bad", "call-late"),
                    (Punctuality::Overdue, ..) => ("bad", "call-overdue"),
                    (Punctuality::Awaited, Some(_), _) => ("calm", "call-coming"),
                    (Punctuality::Awaited, None, Some(_)) => ("calm", "call-seen"),
                    (Punctuality::Awaited, None, None) => ("", "call-awaited"),
                };
                let UnitLine { mark, answered, .. } = line;
                UnitRow {
                    name: unit_name(portfolio, &held.unit, lang),
                    lead: item.lead_unit.as_ref() == Some(&held.unit),
                    acknowledged: shown(held.acknowledged),
                    answered: shown(held.answered),
                    text: answered.map(|(_, text)| text).unwrap_or_default(),
                    arrived: shown(held.arrived),
                    people: held
                        .people
                        .map_or_else(String::new, |n| visit.tw("call-people", &[("count", &n.to_string())])),
                    minutes: call
                        .minutes(held)
                        .map_or_else(String::new, |n| visit.tw("call-minutes", &[("count", &n.to_string())])),
                    class,
                    standing: visit.t(key).into_owned(),
                    mark: match &mark {
                        None => String::new(),
                        Some((_, true, _)) => visit.t("call-vetoed").into_owned(),
                        Some((mark, false, _)) => visit.tw("item-mark", &[("mark", &mark.to_string())]),
                    },
                    note: mark.map(|(.., note)| note).unwrap_or_default(),
                }
            })
            .collect();
        let there = call
            .units
            .iter()
            .filter(|held| matches!(call.punctuality(held, now), Punctuality::InTime | Punctuality::Late));
        let key = if call.on_the_spot { "call-summary-arrived" } else { "call-summary-answered" };
        let (there, all) = (there.count().to_string(), rows.len().to_string());
        Self {
            on_the_spot: call.on_the_spot,
            marked: rows.iter().any(|row| !row.mark.is_empty()),
            summary: visit.tw(key, &[("there", &there), ("all", &all)]),
            rows,
        }
    }
}

#[derive(Template)]
#[template(path = "coordination/units.html")]
struct Live {
    page: Page,
    units: Units,
}

/// The units alone, for the page that looks again every few seconds. It is read from the database, so that
/// whatever server a unit answered at, it is seen here.
pub async fn live(visit: Visit, Path((plan, code)): Path<(String, String)>) -> Result<Response, PageError> {
    let (plan, code) = (known_code(&plan)?, known_code(&code)?);
    staff_only(&visit)?;
    let portfolio = visit.portfolio(&plan).await?;
    let (item, _) = visit.app.item(&plan, &code, visit.asked).await?;
    let units = Units::of(&visit, &portfolio, &item, now(&visit));
    render(StatusCode::OK, &Live { page: visit.page(""), units })
}
