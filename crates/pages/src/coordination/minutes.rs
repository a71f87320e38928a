//! Minutes, and what was decided: each decision with its owner and date becomes an item in the same step.

use std::borrow::Cow;
use std::fmt::Display;

use app::coordination::NewDecision;
use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::item::kind::Urgency;
use domain::item::workflow::{self, State, Step};
use domain::item::{Item, ItemFact, Target as Thing};
use domain::named::Named;
use domain::portfolio::Portfolio;

use super::meeting::to_run;
use crate::editor::book::Book;
use crate::editor::change::seen;
use crate::editor::field::{Choice, Typed};
use crate::editor::page::{Filled, done};
use crate::editor::reader::Reader;
use crate::editor::sheet::refused;
use crate::editor::topic::Pick;
use crate::error::PageError;
use crate::ledger::act::record;
use crate::ledger::form::must;
use crate::page::Page;
use crate::visit::{Visit, render};

/// Lines for decisions on no point of the agenda.
const MORE: usize = 2;
const LINES_MOST: usize = 60;

struct Fault {
    at: String,
    message: String,
}

/// A line of the form: a decision on a point, or on none.
struct Row {
    point: String,
    number: u32,
}

#[derive(Template)]
#[template(path = "coordination/minutes.html")]
struct MinutesPage {
    page: Page,
    faults: Vec<Fault>,
    typed: Typed,
    here: String,
    back: String,
    version: String,
    minutes: String,
    rows: Vec<Row>,
    units: Vec<Choice>,
    due: String,
}

impl MinutesPage {
    fn value(&self, name: &str, at: impl Display) -> &str {
        self.typed.get(&format!("{name}:{at}"))
    }

    fn due_of(&self, at: impl Display + Copy) -> &str {
        let typed = self.value("due", at);
        if typed.is_empty() && !self.typed.has(&format!("due:{at}")) { &self.due } else { typed }
    }

    /// What the field at fault is called.
    fn label(&self, fault: &Fault) -> Cow<'static, str> {
        self.page.t(match fault.at.split(':').next().unwrap_or_default() {
            "unit" => "field-item-lead-unit",
            "due" => "field-item-due",
            "minutes" => "field-item-minutes",
            _ => "minutes-decision",
        })
    }

    fn message(&self, name: &str, at: impl Display) -> &str {
        let at = format!("{name}:{at}");
        self.faults.iter().find(|fault| fault.at == at).map_or("", |fault| fault.message.as_str())
    }
}

pub async fn show(visit: Visit, Path((plan, code)): Path<(String, String)>) -> Result<Response, PageError> {
    let (plan, item, portfolio) = to_run(&visit, &plan, &code).await?;
    if item.state != State::Held {
        return Err(PageError::not_now().in_lang(visit.lang));
    }
    page(&visit, StatusCode::OK, &plan, &item, &portfolio, Vec::new(), Typed::default())
}

fn page(
    visit: &Visit,
    status: StatusCode,
    plan: &Code,
    item: &Item,
    portfolio: &std::sync::Arc<Portfolio>,
    faults: Vec<Fault>,
    typed: Typed,
) -> Result<Response, PageError> {
    let back = format!("/p/{plan}/meetings/{}", item.code);
    let title = visit.tw("minutes-title", &[("name", item.name.get(visit.lang.is_english()))]);
    let mut rows: Vec<Row> = item
        .agenda
        .iter()
        .map(|(number, point)| Row { point: point.title.clone(), number: *number })
        .collect();
    rows.extend((0..MORE).map(|_| Row { point: String::new(), number: 0 }));
    let usual = portfolio.plan.limits().due(Urgency::Ordinary, visit.app.clock().today());
    let minutes = match (typed.has("minutes"), item.minutes.is_empty()) {
        (true, _) => typed.get("minutes").to_owned(),
        (false, false) => item.minutes.clone(),
        // Something to begin from: the points, each with room under it.
        (false, true) => {
            let points = item.agenda.iter().map(|(number, point)| format!("{number}. {}\n", point.title));
            points.collect::<Vec<_>>().join("\n")
        }
    };
    let shown = MinutesPage {
        page: visit.page(title),
        faults,
        here: format!("{back}/minutes"),
        back,
        version: item.version.to_string(),
        minutes,
        rows,
        units: Book::of_plan(visit.lang, portfolio.clone()).choices(Pick::Unit, ""),
        due: usual.map_or_else(String::new, |due| due.to_string()),
        typed,
    };
    render(status, &shown)
}

/// The decisions that were typed, each with its line; lines without words decide nothing.
fn decided(item: &Item, reader: &mut Reader<'_>) -> Vec<(usize, NewDecision)> {
    let mut out = Vec::new();
    for at in 0..LINES_MOST {
        let zh = reader.text(&format!("decision:{at}")).to_owned();
        if zh.is_empty() {
            continue;
        }
        let (unit, due) = (format!("unit:{at}"), format!("due:{at}"));
        let lead_unit = must(reader, &unit, |r| r.code(&unit));
        let day = must(reader, &due, |r| r.day(&due));
        let supporting = reader.codes(&format!("with:{at}"));
        let text = reader.long(&format!("text:{at}"));
        let about: Option<Thing> = item.agenda.get(at).and_then(|(_, point)| point.about.clone());
        if let (Some(lead_unit), Some(due)) = (lead_unit, day) {
            let name = Named { zh, en: String::new() };
            out.push((at, NewDecision { name, text, lead_unit, supporting, due, about }));
        }
    }
    out
}

pub async fn save(
    visit: Visit,
    Path((plan, code)): Path<(String, String)>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let (plan, item, portfolio) = to_run(&visit, &plan, &code).await?;
    let issue = typed.has("issue");
    let mut reader = Reader::new(&typed);
    let minutes = if issue {
        crate::ledger::form::must_text(&mut reader, "minutes")
    } else {
        Some(reader.long("minutes"))
    };
    let decisions = decided(&item, &mut reader);
    let again = |portfolio: &std::sync::Arc<Portfolio>, faults: Vec<Fault>| {
        page(&visit, StatusCode::UNPROCESSABLE_ENTITY, &plan, &item, portfolio, faults, typed.clone())
    };
    if !reader.mistakes.is_empty() {
        let fault = |(at, mistake): &(String, crate::editor::reader::Mistake)| Fault {
            at: at.clone(),
            message: mistake.said(visit.lang),
        };
        return again(&portfolio, reader.mistakes.iter().map(fault).collect());
    }
    let mut facts = vec![ItemFact::Minutes { text: minutes.unwrap_or_default() }];
    if issue {
        let to = workflow::find(item.kind, item.state, Step::Minute).map_or(item.state, |held| held.to);
        facts.push(ItemFact::Move { step: Step::Minute, state: to, by: None });
    }
    let meeting = record(&visit, &plan, &item.code, facts, Some(seen(&typed)));
    let new: Vec<NewDecision> = decisions.iter().map(|(_, decision)| decision.clone()).collect();
    match visit.app.decide_at(&visit.actor, &plan, meeting, &new).await {
        Ok(receipt) => Ok(done(&format!("/p/{plan}/meetings/{}", item.code), Some(&receipt))),
        Err((at, error)) => {
            let line = at.checked_sub(1).and_then(|at| decisions.get(at)).map(|(line, _)| *line);
            let refusals = refused(error)?;
            let fault = |refusal: &domain::refusal::Refusal| Fault {
                at: field_of(&refusal.field, line),
                message: words::refusal(visit.lang, refusal),
            };
            again(&portfolio, refusals.iter().map(fault).collect())
        }
    }
}

/// The field that a refusal belongs to: of a decision's line, or of the minutes.
fn field_of(slot: &str, line: Option<usize>) -> String {
    match (slot.split('/').next().unwrap_or_default(), line) {
        ("minutes", None) => "minutes".into(),
        (_, None) => String::new(),
        ("due", Some(line)) => format!("due:{line}"),
        ("lead_unit" | "supporting_unit", Some(line)) => format!("unit:{line}"),
        (_, Some(line)) => format!("decision:{line}"),
    }
}
