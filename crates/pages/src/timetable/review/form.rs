//! Opening a round, giving an opinion, raising and settling a point, closing the round.

use app::Change;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::command::Command;
use domain::policy::Action;
use domain::project::ProjectFact;
use domain::review::{Outcome, PointStanding, ReviewFact, Round, Verdict};
use domain::source::{Grade, Source};
use domain::subject::Subject;

use super::Opened;
use crate::editor::change::own_unit;
use crate::editor::field::{Choice, Control, Field, Typed};
use crate::editor::page::{Filled, done, form_page};
use crate::editor::reader::Reader;
use crate::editor::sheet::{Sheet, is_conflict, is_forbidden, refused};
use crate::error::PageError;
use crate::visit::Visit;

/// The working days that departments are usually given.
const USUAL_DAYS: u16 = 10;

fn field(visit: &Visit, name: &str, key: &str, control: Control) -> Field {
    Field::new(visit.lang, name, key, control)
}

fn day_field(visit: &Visit) -> Field {
    let today = visit.app.clock().today().to_string();
    field(visit, "effective", "field-review-on", Control::Day).required().value(today)
}

fn sheet(visit: &Visit, opened: &Opened, path: &str, back: &str, title: &str, fields: Vec<Field>) -> Sheet {
    let base = format!("/p/{}", opened.plan);
    Sheet::new(format!("{base}{path}"), format!("{base}{back}"), visit.t("review-save"))
        .hidden("version", opened.project.version.to_string())
        .group(visit.t(title), fields)
}

/// Records what was said, or shows the form again with what is wrong with it.
async fn record(
    visit: &Visit,
    opened: &Opened,
    typed: &Typed,
    mut sheet: Sheet,
    title: &str,
    (round, fact): (u32, ReviewFact),
) -> Result<Response, PageError> {
    let mut reader = Reader::new(typed);
    let effective = reader.day("effective");
    let change = Change {
        command: Command::Record {
            subject: Subject::project(&opened.plan, &opened.project.code),
            facts: vec![ProjectFact::Review { round, fact }.into()],
            expected: Some(crate::editor::change::seen(typed)),
        },
        effective,
        source: Source {
            grade: Grade::Reported,
            unit: Code::new(&own_unit(&visit.actor)).ok(),
            ..Source::default()
        },
        reason: String::new(),
    };
    let refusals = match visit.app.change(&visit.actor, change).await {
        Ok(receipt) => {
            let to = format!("/p/{}{}", opened.plan, opened.address(round));
            return Ok(done(&to, Some(&receipt)));
        }
        Err(error) => refused(error)?,
    };
    for refusal in &refusals {
        sheet.fault("", words::refusal(visit.lang, refusal));
    }
    let status = match (is_forbidden(&refusals), is_conflict(&refusals)) {
        (true, _) => StatusCode::FORBIDDEN,
        (false, true) => StatusCode::CONFLICT,
        (false, false) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let fresh = Opened::now(visit, opened.plan.as_str(), opened.project.code.as_str()).await?;
    for (name, value) in &mut sheet.hidden {
        if name == "version" {
            *value = fresh.project.version.to_string();
        }
    }
    form_page(visit, status, visit.t(title), sheet)
}

fn again(visit: &Visit, mut sheet: Sheet, reader: &Reader<'_>, title: &str) -> Result<Response, PageError> {
    sheet.mistakes(visit.lang, &reader.mistakes);
    form_page(visit, StatusCode::UNPROCESSABLE_ENTITY, visit.t(title), sheet)
}

// Opening.

async fn to_open(visit: &Visit, plan: &str, code: &str) -> Result<(Opened, Sheet), PageError> {
    let opened = Opened::now(visit, plan, code).await?;
    if !opened.may_run(visit) {
        return Err(visit.forbidden(Action::ReportProgress));
    }
    let english = visit.lang.is_english();
    let gates = opened.project.steps.iter().filter(|line| line.gate.is_some());
    let gates: Vec<Choice> =
        gates.map(|line| Choice::new(line.step.as_str(), line.name.get(english))).collect();
    let units: Vec<Choice> = opened
        .portfolio
        .units
        .values()
        .map(|unit| Choice::new(unit.code.as_str(), unit.name.get(english)))
        .collect();
    let first = gates.first().map_or_else(String::new, |choice| choice.value.clone());
    let fields = vec![
        field(visit, "step", "field-review-step", Control::Select(gates)).required().value(first),
        field(visit, "days", "field-review-days", Control::Number).required().value(USUAL_DAYS.to_string()),
        day_field(visit),
        field(visit, "units", "field-review-units", Control::Checks(units)).required(),
    ];
    let path = format!("/projects/{}/reviews/new", opened.project.code);
    let sheet = sheet(visit, &opened, &path, "/timetable/reviews", "review-new", fields);
    Ok((opened, sheet))
}

pub(super) async fn new(
    visit: Visit,
    Path((plan, code)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let (_, sheet) = to_open(&visit, &plan, &code).await?;
    form_page(&visit, StatusCode::OK, visit.t("review-new"), sheet)
}

pub(super) async fn open(
    visit: Visit,
    Path((plan, code)): Path<(String, String)>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let (opened, mut sheet) = to_open(&visit, &plan, &code).await?;
    sheet.refill(&typed);
    let mut reader = Reader::new(&typed);
    let step = reader.must("step", Reader::code);
    let days = reader.must("days", Reader::whole::<u16>);
    let units = reader.codes("units");
    if units.is_empty() {
        reader.fail("units", crate::editor::reader::Mistake::Missing);
    }
    let (Some(step), Some(days), true) = (step, days, reader.mistakes.is_empty()) else {
        return again(&visit, sheet, &reader, "review-new");
    };
    let number = opened.project.reviews.iter().map(|round| round.number).max().unwrap_or(0) + 1;
    let fact = ReviewFact::Opened { step, units, days };
    record(&visit, &opened, &typed, sheet, "review-new", (number, fact)).await
}

// An opinion.

/// The departments that the reader may speak for, with the one asked about first.
fn voices(visit: &Visit, opened: &Opened, round: &Round) -> Vec<Choice> {
    let english = visit.lang.is_english();
    let own = round.units.iter().filter(|unit| opened.may_speak(visit, unit));
    own.map(|unit| Choice::new(unit.as_str(), opened.unit_name(unit, english))).collect()
}

/// A round that is open, for somebody who speaks for a department in it.
async fn to_speak(
    visit: &Visit,
    (plan, code, number): (&str, &str, &str),
) -> Result<(Opened, Round, Vec<Choice>), PageError> {
    let opened = Opened::now(visit, plan, code).await?;
    let round = opened.round(number)?.clone();
    let voices = voices(visit, &opened, &round);
    if voices.is_empty() {
        return Err(visit.forbidden(Action::HandleItem));
    }
    if round.closed.is_some() {
        return Err(PageError::not_now().in_lang(visit.lang));
    }
    Ok((opened, round, voices))
}

fn opinion_sheet(visit: &Visit, opened: &Opened, round: &Round, voices: Vec<Choice>, asked: &Typed) -> Sheet {
    let unit = match asked.get("unit") {
        "" => voices.first().map_or_else(String::new, |choice| choice.value.clone()),
        unit => unit.to_owned(),
    };
    let held = Code::new(&unit).ok().and_then(|unit| round.opinions.get(&unit).cloned());
    let verdicts = Verdict::ALL
        .iter()
        .map(|verdict| {
            Choice::new(verdict.as_str(), crate::words_of::word(visit.lang, "review-said", verdict.as_str()))
        })
        .collect();
    let fields = vec![
        field(visit, "unit", "field-review-unit", Control::Select(voices)).required().value(unit),
        field(visit, "verdict", "field-review-verdict", Control::Select(verdicts))
            .required()
            .value(held.as_ref().map_or("agree", |said| said.verdict.as_str())),
        field(visit, "text", "field-review-text", Control::Area)
            .value(held.map_or_else(String::new, |said| said.text)),
        day_field(visit),
    ];
    let home = opened.address(round.number);
    sheet(visit, opened, &format!("{home}/opinion"), &home, "review-opinion", fields)
}

pub(super) async fn opinion(
    visit: Visit,
    Path((plan, code, number)): Path<(String, String, String)>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let (opened, round, voices) = to_speak(&visit, (&plan, &code, &number)).await?;
    let sheet = opinion_sheet(&visit, &opened, &round, voices, &Typed(query));
    form_page(&visit, StatusCode::OK, visit.t("review-opinion"), sheet)
}

pub(super) async fn say(
    visit: Visit,
    Path((plan, code, number)): Path<(String, String, String)>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let (opened, round, voices) = to_speak(&visit, (&plan, &code, &number)).await?;
    let mut sheet = opinion_sheet(&visit, &opened, &round, voices, &typed);
    sheet.refill(&typed);
    let mut reader = Reader::new(&typed);
    let unit = reader.must("unit", Reader::code);
    let verdict = reader.must("verdict", |r, f| r.word(f, Verdict::parse));
    let text = reader.long("text");
    if verdict.is_some_and(|verdict| verdict != Verdict::Agree) && text.is_empty() {
        reader.fail("text", crate::editor::reader::Mistake::Missing);
    }
    let (Some(unit), Some(verdict), true) = (unit, verdict, reader.mistakes.is_empty()) else {
        return again(&visit, sheet, &reader, "review-opinion");
    };
    let fact = ReviewFact::Opinion { unit, verdict, text };
    record(&visit, &opened, &typed, sheet, "review-opinion", (round.number, fact)).await
}

// A point.

fn point_sheet(visit: &Visit, opened: &Opened, round: &Round, voices: Vec<Choice>, asked: &Typed) -> Sheet {
    let number: u32 = asked.get("number").parse().unwrap_or(0);
    let held = round.points.iter().find(|point| point.number == number);
    let unit = match (held, asked.get("unit")) {
        (Some(point), _) => point.unit.to_string(),
        (None, "") => voices.first().map_or_else(String::new, |choice| choice.value.clone()),
        (None, unit) => unit.to_owned(),
    };
    let mut fields = vec![
        field(visit, "unit", "field-review-unit", Control::Select(voices)).required().value(unit),
        field(visit, "text", "field-review-point", Control::Area)
            .required()
            .value(held.map_or("", |point| point.text.as_str())),
        field(visit, "days", "field-review-point-days", Control::Number)
            .required()
            .value(held.map_or_else(String::new, |point| point.days.to_string())),
    ];
    if held.is_some() {
        fields.push(field(visit, "settled", "field-review-settled", Control::Area));
    }
    fields.push(day_field(visit));
    let home = opened.address(round.number);
    let mut sheet = sheet(visit, opened, &format!("{home}/point"), &home, "review-point", fields);
    if held.is_some() {
        sheet = sheet.hidden("number", number.to_string());
    }
    sheet
}

pub(super) async fn point(
    visit: Visit,
    Path((plan, code, number)): Path<(String, String, String)>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let (opened, round, voices) = to_speak(&visit, (&plan, &code, &number)).await?;
    let sheet = point_sheet(&visit, &opened, &round, voices, &Typed(query));
    form_page(&visit, StatusCode::OK, visit.t("review-point"), sheet)
}

pub(super) async fn raise(
    visit: Visit,
    Path((plan, code, number)): Path<(String, String, String)>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let (opened, round, voices) = to_speak(&visit, (&plan, &code, &number)).await?;
    let mut sheet = point_sheet(&visit, &opened, &round, voices, &typed);
    sheet.refill(&typed);
    let mut reader = Reader::new(&typed);
    let unit = reader.must("unit", Reader::code);
    let text = reader.must("text", |r, f| Some(r.long(f)));
    let days = reader.must("days", Reader::whole::<u16>);
    let settled = reader.long("settled");
    let (Some(unit), Some(text), Some(days), true) = (unit, text, days, reader.mistakes.is_empty()) else {
        return again(&visit, sheet, &reader, "review-point");
    };
    let given: u32 = typed.get("number").parse().unwrap_or(0);
    let held = round.points.iter().any(|point| point.number == given);
    let next = round.points.iter().map(|point| point.number).max().unwrap_or(0) + 1;
    let standing =
        if held && !settled.is_empty() { PointStanding::Settled(settled) } else { PointStanding::Open };
    let number = if held { given } else { next };
    let fact = ReviewFact::Point { number, unit, text, days, standing };
    record(&visit, &opened, &typed, sheet, "review-point", (round.number, fact)).await
}

// The end.

async fn to_close(
    visit: &Visit,
    (plan, code, number): (&str, &str, &str),
) -> Result<(Opened, Round, Sheet), PageError> {
    let opened = Opened::now(visit, plan, code).await?;
    let round = opened.round(number)?.clone();
    if !opened.may_run(visit) {
        return Err(visit.forbidden(Action::ReportProgress));
    }
    if round.closed.is_some() {
        return Err(PageError::not_now().in_lang(visit.lang));
    }
    let outcomes = Outcome::ALL
        .iter()
        .map(|outcome| {
            Choice::new(outcome.as_str(), crate::words_of::word(visit.lang, "review-said", outcome.as_str()))
        })
        .collect();
    let fields = vec![
        field(visit, "outcome", "field-review-outcome", Control::Select(outcomes)).required().value("passed"),
        field(visit, "text", "field-review-word", Control::Area),
        day_field(visit),
    ];
    let home = opened.address(round.number);
    let sheet = sheet(visit, &opened, &format!("{home}/close"), &home, "review-close", fields);
    Ok((opened, round, sheet))
}

pub(super) async fn closing(
    visit: Visit,
    Path((plan, code, number)): Path<(String, String, String)>,
) -> Result<Response, PageError> {
    let (_, _, sheet) = to_close(&visit, (&plan, &code, &number)).await?;
    form_page(&visit, StatusCode::OK, visit.t("review-close"), sheet)
}

pub(super) async fn close(
    visit: Visit,
    Path((plan, code, number)): Path<(String, String, String)>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let (opened, round, mut sheet) = to_close(&visit, (&plan, &code, &number)).await?;
    sheet.refill(&typed);
    let mut reader = Reader::new(&typed);
    let outcome = reader.must("outcome", |r, f| r.word(f, Outcome::parse));
    let text = reader.long("text");
    let (Some(outcome), true) = (outcome, reader.mistakes.is_empty()) else {
        return again(&visit, sheet, &reader, "review-close");
    };
    let fact = ReviewFact::Closed { outcome, text };
    record(&visit, &opened, &typed, sheet, "review-close", (round.number, fact)).await
}
