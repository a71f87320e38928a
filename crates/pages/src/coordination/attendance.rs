//! Who came to a meeting, and that it was held.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::item::kind::Attendance;
use domain::item::workflow::{self, State, Step};
use domain::item::{Item, ItemFact, Target as Thing};
use domain::portfolio::Portfolio;

use super::meeting::to_run;
use crate::editor::book::Book;
use crate::editor::field::{Choice, Typed};
use crate::editor::page::{Filled, done};
use crate::editor::sheet::refused;
use crate::editor::topic::Pick;
use crate::error::PageError;
use crate::ledger::act::record;
use crate::ledger::line::unit_name;
use crate::page::Page;
use crate::visit::{Visit, render};
use crate::words_of::word;

/// Lines for units that nobody expected.
const MORE: usize = 3;

struct Row {
    unit: String,
    name: String,
    how: String,
    who: String,
}

#[derive(Template)]
#[template(path = "coordination/attendance.html")]
struct AttendancePage {
    page: Page,
    faults: Vec<String>,
    here: String,
    back: String,
    planned: bool,
    rows: Vec<Row>,
    /// Units to choose further ones from.
    units: Vec<Choice>,
    ways: Vec<(String, String)>,
    more: Vec<usize>,
}

pub async fn show(visit: Visit, Path((plan, code)): Path<(String, String)>) -> Result<Response, PageError> {
    let (plan, item, portfolio) = to_run(&visit, &plan, &code).await?;
    let expected = expected(&visit, &plan, &item, &portfolio).await?;
    page(&visit, StatusCode::OK, &plan, &item, &portfolio, expected, Vec::new())
}

/// The units on record, the one that calls the meeting, and those that the agenda is about.
async fn expected(
    visit: &Visit,
    plan: &Code,
    item: &Item,
    portfolio: &Portfolio,
) -> Result<Vec<Code>, PageError> {
    let mut units: BTreeSet<Code> = item.attendance.iter().map(|(unit, ..)| unit.clone()).collect();
    units.extend(item.all_units().cloned());
    units.extend(item.asked.iter().map(|asked| asked.unit.clone()));
    for about in item.agenda.iter().filter_map(|(_, point)| point.about.as_ref()) {
        match about {
            Thing::Item(code) => {
                if let Ok((held, _)) = visit.app.item(plan, code, app::read::Asked::default()).await {
                    units.extend(held.all_units().cloned());
                }
            }
            Thing::Project(code) => {
                let project = portfolio.project(code.as_str());
                units.extend(project.and_then(|project| project.lead_unit.clone()));
            }
            Thing::Indicator(_) | Thing::Request(_) => {}
        }
    }
    Ok(units.into_iter().collect())
}

fn page(
    visit: &Visit,
    status: StatusCode,
    plan: &Code,
    item: &Item,
    portfolio: &std::sync::Arc<Portfolio>,
    expected: Vec<Code>,
    faults: Vec<String>,
) -> Result<Response, PageError> {
    let lang = visit.lang;
    let back = format!("/p/{plan}/meetings/{}", item.code);
    let title = visit.tw("attendance-title", &[("name", item.name.get(lang.is_english()))]);
    let book = Book::of_plan(lang, portfolio.clone());
    let rows = expected
        .iter()
        .map(|unit| {
            let held = item.attendance.iter().find(|(held, ..)| held == unit);
            Row {
                unit: unit.to_string(),
                name: unit_name(portfolio, unit, lang),
                how: held.map_or_else(String::new, |(_, how, _)| how.as_str().to_owned()),
                who: held.map_or_else(String::new, |(.., name)| name.clone()),
            }
        })
        .collect();
    let shown = AttendancePage {
        page: visit.page(title),
        faults,
        here: format!("{back}/attendance"),
        back,
        planned: item.state == State::Planned,
        rows,
        units: book.choices(Pick::Unit, ""),
        ways: Attendance::ALL
            .iter()
            .map(|it| (it.as_str().to_owned(), word(lang, "attendance", it.as_str())))
            .collect(),
        more: (0..MORE).collect(),
    };
    render(status, &shown)
}

/// Every line that says how a unit attended.
fn typed_lines(typed: &Typed, expected: &[Code]) -> Vec<ItemFact> {
    let line = |unit: &Code, how: &str, name: &str| {
        let attendance = Attendance::parse(typed.get(how))?;
        let name = typed.get(name).to_owned();
        Some(ItemFact::Attendance { unit: unit.clone(), attendance, name })
    };
    let known =
        expected.iter().filter_map(|unit| line(unit, &format!("attendance:{unit}"), &format!("name:{unit}")));
    let more = (0..MORE).filter_map(|at| {
        let unit = Code::new(typed.get(&format!("unit:{at}"))).ok()?;
        line(&unit, &format!("attendance:{at}"), &format!("name:{at}"))
    });
    let mut facts: Vec<ItemFact> = known.chain(more).collect();
    let mut seen = BTreeSet::new();
    facts.retain(|fact| seen.insert(fact.slot()));
    facts
}

pub async fn save(
    visit: Visit,
    Path((plan, code)): Path<(String, String)>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let (plan, item, portfolio) = to_run(&visit, &plan, &code).await?;
    let expected = expected(&visit, &plan, &item, &portfolio).await?;
    let mut facts = typed_lines(&typed, &expected);
    if typed.has("hold") {
        let held = workflow::find(item.kind, item.state, Step::Hold).map_or(item.state, |held| held.to);
        facts.push(ItemFact::Move { step: Step::Hold, state: held, by: None });
    }
    let change = record(&visit, &plan, &item.code, facts, None);
    match visit.app.change(&visit.actor, change).await {
        Ok(receipt) => Ok(done(&format!("/p/{plan}/meetings/{}", item.code), Some(&receipt))),
        Err(error) => {
            let refusals = refused(error)?;
            let faults = refusals.iter().map(|it| words::refusal(visit.lang, it)).collect();
            page(&visit, StatusCode::UNPROCESSABLE_ENTITY, &plan, &item, &portfolio, expected, faults)
        }
    }
}
