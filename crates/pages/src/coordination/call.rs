//! The page of a whistle or an instant dispatch: for whoever called and for whoever was called, in the
//! office and in the street.

use std::borrow::Cow;

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::item::ledger::LedgerRow;
use domain::item::workflow::{self, Standing, State, Step};
use domain::item::{Item, ItemKind};
use domain::policy::{Action, Target};
use domain::portfolio::Portfolio;
use jiff::civil::DateTime;

use super::said::{Act, Said, say};
use super::units::{Units, now};
use crate::editor::change::own_unit;
use crate::editor::field::Typed;
use crate::editor::page::{Filled, done, known_code, saved};
use crate::editor::sheet::{refused, refused_status};
use crate::error::PageError;
use crate::ledger::item::target;
use crate::ledger::line::{Line, line, unit_name};
use crate::ledger::list::{Choice, staff_only};
use crate::page::Page;
use crate::visit::{Visit, render};
use crate::words_of::{day, moment, word};

/// What is wrong with a form that came back: the element at fault, and why.
struct Fault {
    at: String,
    message: String,
}

/// What a form may say now.
#[derive(Default)]
struct May {
    acknowledge: bool,
    answer: bool,
    arrive: bool,
    note: bool,
    solve: bool,
    raise: bool,
    mark: bool,
    close: bool,
}

struct Particular {
    label: String,
    value: String,
}

#[derive(Template)]
#[template(path = "coordination/call.html")]
struct CallPage {
    page: Page,
    saved: String,
    faults: Vec<Fault>,
    typed: Typed,
    line: Line,
    is_whistle: bool,
    here: String,
    record: String,
    live: String,
    text: String,
    particulars: Vec<Particular>,
    /// How long there is left, or how long it has been over.
    left: String,
    over: bool,
    units: Units,
    may: May,
    /// The units that the reader may speak for, their own first.
    speaks: Vec<Choice>,
    marking: Vec<(String, String)>,
    notes: Vec<(String, String)>,
    outcome: String,
    decisions: Vec<Line>,
    decide: String,
    withdraw: String,
}

pub async fn whistle(
    visit: Visit,
    path: Path<(String, String)>,
    query: Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    show(visit, path, query, ItemKind::Whistle).await
}

pub async fn dispatch(
    visit: Visit,
    path: Path<(String, String)>,
    query: Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    show(visit, path, query, ItemKind::Dispatch).await
}

async fn show(
    visit: Visit,
    Path((plan, code)): Path<(String, String)>,
    Query(query): Query<Vec<(String, String)>>,
    kind: ItemKind,
) -> Result<Response, PageError> {
    let (plan, code) = (known_code(&plan)?, known_code(&code)?);
    staff_only(&visit)?;
    let (item, _) = visit.app.item(&plan, &code, visit.asked).await?;
    if item.kind != kind {
        return Err(PageError::not_found().in_lang(visit.lang));
    }
    let said = saved(visit.lang, &Typed(query));
    page(&visit, StatusCode::OK, &plan, &item, said, Vec::new(), Typed::default()).await
}

pub async fn save(
    visit: Visit,
    Path((plan, code)): Path<(String, String)>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let (plan, code) = (known_code(&plan)?, known_code(&code)?);
    staff_only(&visit)?;
    let (item, _) = visit.app.item(&plan, &code, app::read::Asked::default()).await?;
    let Some(act) = Act::parse(typed.get("act")).filter(|_| is_call(item.kind)) else {
        return Err(PageError::bad_request().in_lang(visit.lang));
    };
    let (status, faults) = match say(&visit, &plan, &item, act, &typed).await {
        Said::Done(receipt) => return Ok(done(&here(&plan, &item), Some(&receipt))),
        Said::Wrong(mistakes) => {
            let fault = |(field, mistake): (String, crate::editor::reader::Mistake)| Fault {
                at: field,
                message: mistake.said(visit.lang),
            };
            (StatusCode::UNPROCESSABLE_ENTITY, mistakes.into_iter().map(fault).collect())
        }
        Said::Failed(error) => {
            let refusals = refused(error)?;
            let fault = |refusal: &domain::refusal::Refusal| Fault {
                at: field_of(&refusal.field),
                message: words::refusal(visit.lang, refusal),
            };
            (refused_status(&refusals), refusals.iter().map(fault).collect())
        }
    };
    // As it stands now: somebody else may have been quicker.
    let (item, _) = visit.app.item(&plan, &code, app::read::Asked::default()).await?;
    page(&visit, status, &plan, &item, String::new(), faults, typed).await
}

fn is_call(kind: ItemKind) -> bool {
    matches!(kind, ItemKind::Whistle | ItemKind::Dispatch)
}

/// The field of the page that a refusal about a slot belongs to.
fn field_of(slot: &str) -> String {
    let (topic, rest) = slot.split_once('/').unwrap_or((slot, ""));
    match topic {
        "mark" => format!("mark:{rest}"),
        "outcome" | "reason" | "progress" => topic.to_owned(),
        "answer" => "answer".to_owned(),
        "arrival" => "people".to_owned(),
        _ => String::new(),
    }
}

fn here(plan: &Code, item: &Item) -> String {
    let register = if item.kind == ItemKind::Whistle { "whistles" } else { "dispatches" };
    format!("/p/{plan}/{register}/{}", item.code)
}

/// The units whose word the reader may give, and have not given all of it.
fn speaks_for(visit: &Visit, item: &Item, whole: &Target) -> Vec<Code> {
    let may = |unit: &Code| {
        let own = Target { lead_unit: Some(unit.clone()), supporting_units: Vec::new(), ..whole.clone() };
        visit.actor.may(Action::HandleItem, &own)
    };
    let missing = |unit: &Code| {
        let line = item.units.get(unit);
        line.is_none_or(|line| match item.kind {
            ItemKind::Whistle => line.arrived.is_none(),
            _ => line.answered.is_none(),
        })
    };
    item.all_units().filter(|unit| missing(unit) && may(unit)).cloned().collect()
}

#[allow(clippy::too_many_arguments, reason = "a page and what became of its form")]
async fn page(
    visit: &Visit,
    status: StatusCode,
    plan: &Code,
    item: &Item,
    saved: String,
    faults: Vec<Fault>,
    typed: Typed,
) -> Result<Response, PageError> {
    let portfolio = visit.portfolio(plan).await?;
    let lang = visit.lang;
    let judge = portfolio.plan.lights().on(portfolio.view.as_of);
    let page = visit.page(item.name.get(lang.is_english()));
    let now = now(visit);
    let whole = target(item, &portfolio);
    let open = item.standing() == Standing::Open && !page.is_past();
    let speaks = if open { speaks_for(visit, item, &whole) } else { Vec::new() };
    let may_step = |step: Step| {
        !page.is_past()
            && workflow::find(item.kind, item.state, step)
                .is_some_and(|held| visit.actor.may(held.needs, &whole))
    };
    let is_whistle = item.kind == ItemKind::Whistle;
    let unanswered = |unit: &Code| {
        item.units.get(unit).is_none_or(|line| line.answered.is_none() && line.arrived.is_none())
    };
    let unseen = |unit: &Code| {
        item.units.get(unit).is_none_or(|line| line.acknowledged.is_none() && line.answered.is_none())
    };
    let may = May {
        acknowledge: if is_whistle { speaks.iter().any(unanswered) } else { speaks.iter().any(unseen) },
        answer: !is_whistle && !speaks.is_empty(),
        arrive: is_whistle && !speaks.is_empty(),
        note: open && visit.actor.may(Action::HandleItem, &whole),
        solve: may_step(Step::Solve),
        raise: may_step(Step::Raise) && item.level != Some(domain::item::kind::Level::City),
        mark: may_step(Step::Mark),
        close: may_step(Step::Close),
    };
    let own = own_unit(&visit.actor);
    let chosen = if typed.has("unit") { typed.get("unit").to_owned() } else { own };
    let row = LedgerRow::of_item(item);
    let decisions = visit.app.decisions_at(plan, &item.code, visit.asked).await?;
    let (left, over) = time_left(visit, item, now);
    let may_decide = !is_whistle && !page.is_past() && visit.actor.may(Action::SuperviseItem, &whole);
    let shown = CallPage {
        saved,
        faults,
        is_whistle,
        here: here(plan, item),
        record: page.link(&format!("/items/{}", item.code)),
        live: if open { page.link(&format!("/calls/{}/live", item.code)) } else { String::new() },
        text: item.text.clone(),
        particulars: particulars(visit, &portfolio, item),
        left,
        over,
        units: Units::of(visit, &portfolio, item, now),
        speaks: speaks
            .iter()
            .map(|unit| Choice {
                value: unit.to_string(),
                label: unit_name(&portfolio, unit, lang),
                chosen: unit.as_str() == chosen,
            })
            .collect(),
        marking: if may.mark {
            item.all_units().map(|unit| (unit.to_string(), unit_name(&portfolio, unit, lang))).collect()
        } else {
            Vec::new()
        },
        may,
        notes: item.progress.iter().rev().map(|note| (day(lang, note.on), note.text.clone())).collect(),
        outcome: item.outcome.as_ref().map(|(_, text)| text.clone()).unwrap_or_default(),
        decisions: decisions.iter().map(|row| line(&page, &portfolio, row, judge.judge(row))).collect(),
        decide: if may_decide {
            format!("/p/{plan}/items/new/decision?from={}&relation=decided_at", item.code)
        } else {
            String::new()
        },
        withdraw: if may_step(Step::Withdraw) {
            format!("/p/{plan}/items/{}/step-withdraw", item.code)
        } else {
            String::new()
        },
        line: line(&page, &portfolio, &row, judge.judge(&row)),
        typed,
        page,
    };
    render(status, &shown)
}

/// Time matters until all have come or the call is over.
fn time_left(visit: &Visit, item: &Item, now: DateTime) -> (String, bool) {
    let waits = match item.kind {
        ItemKind::Whistle => matches!(item.state, State::Called | State::Answered),
        _ => item.state == State::Called,
    };
    let Some(limit) = item.answer_by.filter(|_| waits) else { return (String::new(), false) };
    let minutes = now.duration_until(limit).as_mins();
    let (key, minutes) =
        if minutes >= 0 { ("call-left", minutes) } else { ("call-over", minutes.saturating_neg()) };
    (visit.tw(key, &[("time", &stretch(visit, minutes))]), key == "call-over")
}

/// A stretch of time in its largest sensible unit.
fn stretch(visit: &Visit, minutes: i64) -> String {
    let (key, count) = match minutes {
        0..120 => ("stretch-minutes", minutes),
        120..2880 => ("stretch-hours", minutes / 60),
        _ => ("stretch-days", minutes / 1440),
    };
    visit.tw(key, &[("count", &count.to_string())])
}

fn particulars(visit: &Visit, portfolio: &Portfolio, item: &Item) -> Vec<Particular> {
    let lang = visit.lang;
    let mut out = Vec::new();
    let mut add = |key: &str, value: String| {
        if !value.is_empty() {
            out.push(Particular { label: visit.t(key).into_owned(), value });
        }
    };
    let areas: Vec<&str> = item
        .areas
        .iter()
        .map(|area| portfolio.areas.get(area).map_or(area.as_str(), |held| held.name.get(lang.is_english())))
        .collect();
    let places = [areas.join(crate::words_of::comma(lang)), item.address.clone()];
    add("field-item-place", places.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" "));
    add(
        "field-item-whistle",
        item.whistle.map_or_else(String::new, |it| word(lang, "whistle-kind", it.as_str())),
    );
    let caller = item.caller.as_ref().map_or_else(String::new, |unit| unit_name(portfolio, unit, lang));
    add("field-item-caller", caller);
    add("field-item-called-at", item.called_at.map_or_else(String::new, |at| moment(lang, at)));
    let limit = if item.kind == ItemKind::Whistle { "call-arrive-by" } else { "call-answer-by" };
    add(limit, item.answer_by.map_or_else(String::new, |at| moment(lang, at)));
    add("ledger-level", item.level.map_or_else(String::new, |it| word(lang, "item-level", it.as_str())));
    out
}

impl CallPage {
    /// What the field at fault is called.
    fn label(&self, fault: &Fault) -> Cow<'static, str> {
        self.page.t(match fault.at.split(':').next().unwrap_or_default() {
            "people" => "field-item-people",
            "answer" => "field-item-answer",
            "progress" => "call-note",
            "outcome" => "field-item-outcome",
            "mark" => "field-item-mark",
            "unit" => "field-item-unit",
            _ => "field-reason",
        })
    }

    fn has_fault(&self, field: &str) -> bool {
        self.faults.iter().any(|fault| fault.at == field)
    }

    /// What was typed into a form that came back.
    fn value(&self, field: &str) -> &str {
        self.typed.get(field)
    }

    fn value_of(&self, list: &str, unit: &str) -> &str {
        self.typed.get(&format!("{list}:{unit}"))
    }
}
