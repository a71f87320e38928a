//! Work orders of a hotline as its register has them: one row is a request, with what became of it there.

use domain::named::{NAME_MAX, TEXT_MAX};
use domain::request::{
    CallBack, CallWay, Channel, RatePart, RateParts, RequestKind, Satisfaction, Solved, Urgency,
};
use domain::source::Source;
use jiff::civil::{Date, DateTime};
use rust_decimal::prelude::ToPrimitive;

use super::{CellProblem, Cells, ColumnKind as K, Reading, Table, column, items};
use crate::request::{Datum, NewRequest, Order, PersonalData, Stated, recorded};

const KINDS: &[&str] = &["complaint", "help", "question", "suggestion", "offence", "praise"];
/// What longitudes and latitudes refer to.
pub(super) const DATUMS: &[&str] = &["wgs84", "gcj02", "bd09"];
const CHANNELS: &[&str] = &["hotline", "direct_channel", "site", "paper", "email", "open311"];
const SOLVED: &[&str] = &["yes", "partly", "no"];
const SATISFACTION: &[&str] =
    &["very_satisfied", "satisfied", "basically_satisfied", "dissatisfied", "very_dissatisfied"];

pub(super) const REQUESTS: Table = Table {
    name: "requests",
    columns: &[
        column("number", true, K::Text),
        column("received", true, K::Moment),
        column("text", true, K::Text),
        column("title", false, K::Text),
        column("request_kind", false, K::OneOf(KINDS)),
        column("request_channel", false, K::OneOf(CHANNELS)),
        column("urgency", false, K::OneOf(items::URGENCIES)),
        column("category", false, K::Code),
        column("area", false, K::Code),
        column("address", false, K::Text),
        column("longitude", false, K::Number),
        column("latitude", false, K::Number),
        column("datum", false, K::OneOf(DATUMS)),
        column("asker", false, K::Text),
        column("phone", false, K::Text),
        column("email", false, K::Text),
        column("may_be_public", false, K::YesNo),
        column("unit", false, K::Code),
        column("assigned", false, K::Moment),
        column("contacted", false, K::Moment),
        column("answered", false, K::Moment),
        column("answer", false, K::Text),
        column("called_back", false, K::Moment),
        column("reached", false, K::YesNo),
        column("was_contacted", false, K::YesNo),
        column("solved", false, K::OneOf(SOLVED)),
        column("satisfaction", false, K::OneOf(SATISFACTION)),
    ],
    reading: Reading::Order,
};

/// The rates of which a register that has some columns says nothing: what it does not record of any order is not known of
/// it. Where it has the column, an empty cell says that it did not happen.
pub(crate) fn unrecorded(has: impl Fn(&str) -> bool) -> RateParts {
    RateParts::of(RatePart::ALL.iter().copied().filter(|part| match part {
        RatePart::Response => !has("contacted"),
        RatePart::Resolution => !has("solved"),
        RatePart::Satisfaction => !has("satisfaction"),
    }))
}

/// The column that a refusal about a request is about.
pub(super) fn column_of(topic: &str) -> &str {
    match topic {
        "intake" => "text",
        "place" => "area",
        "point" => "longitude",
        "state" => "answered",
        "contact" => "contacted",
        "call_back" => "called_back",
        "source" => "source_url",
        other => other,
    }
}

/// Reads one order. All that the rules would refuse of its outcome is found here: it is written down when the
/// order itself is on the books already.
pub(super) fn order(cells: &mut Cells, today: Date) -> Order {
    let source = super::source(cells);
    let new = new(cells, source);
    let received = new.at;
    let stated = stated(cells);
    let assigned = moment_from(cells, "assigned", received);
    let answered = moment_from(cells, "answered", assigned.or(received));
    let order = Order {
        new,
        stated,
        unit: cells.code("unit"),
        assigned,
        contacted: moment_from(cells, "contacted", received),
        answered,
        answer: cells.text("answer"),
        call: call(cells, answered),
        unrecorded: RateParts::NONE,
        made: None,
    };
    in_order(cells, &order);
    in_time(cells, &order, today);
    in_length(cells, &order);
    order
}

fn new(cells: &mut Cells, source: Source) -> NewRequest {
    let text = cells.text("text");
    NewRequest {
        kind: cells.word("request_kind", KINDS, RequestKind::parse).unwrap_or(RequestKind::Complaint),
        urgency: cells.word("urgency", items::URGENCIES, Urgency::parse).unwrap_or(Urgency::Ordinary),
        title: cells.text("title"),
        area: cells.code("area"),
        address: cells.text("address"),
        category: cells.code("category"),
        // What was said on the telephone was not said to everybody.
        public: cells.yes_no("may_be_public").unwrap_or(false),
        number: cells.text("number"),
        at: cells.moment("received"),
        person: PersonalData {
            name: cells.text("asker"),
            phone: cells.text("phone"),
            email: cells.text("email"),
            ..PersonalData::default()
        },
        source,
        ..NewRequest::new(
            cells.word("request_channel", CHANNELS, Channel::parse).unwrap_or(Channel::Hotline),
            text,
        )
    }
}

/// A moment after another one. Where only its day is given, and it is that of the other, it is no earlier.
fn moment_from(cells: &mut Cells, column: &str, other: Option<DateTime>) -> Option<DateTime> {
    let at = cells.moment(column)?;
    let same_day = other.filter(|other| cells.is_bare_day(column) && other.date() == at.date());
    Some(same_day.unwrap_or(at))
}

/// What whoever asked said when the register's keeper called them back, at that moment or, where none is given, when it
/// was answered. Whoever was not reached said nothing, whatever stands beside it; nor did anybody of an order that has no
/// answer yet.
fn call(cells: &mut Cells, answered: Option<DateTime>) -> Option<CallBack> {
    let at = moment_from(cells, "called_back", answered);
    let reached = cells.yes_no("reached");
    let contacted = cells.yes_no("was_contacted");
    let solved = cells.word("solved", SOLVED, Solved::parse);
    let satisfaction = cells.word("satisfaction", SATISFACTION, Satisfaction::parse);
    let said = contacted.is_some() || solved.is_some() || satisfaction.is_some();
    let call = CallBack {
        at: at.or(answered)?,
        way: CallWay::Phone,
        reached: reached.unwrap_or(said),
        contacted,
        solved,
        satisfaction,
        text: String::new(),
    };
    match call.reached {
        true => said.then_some(call),
        false if reached.is_none() => None,
        false => Some(CallBack { contacted: None, solved: None, satisfaction: None, ..call }),
    }
}

/// Where an order says it is. Both may be up to 180 degrees: which of them is which is settled by the map.
fn stated(cells: &mut Cells) -> Option<Stated> {
    let datum = cells.word("datum", DATUMS, Datum::parse).unwrap_or_default();
    let (longitude, latitude) = (degrees(cells, "longitude"), degrees(cells, "latitude"));
    match (cells.is_empty("longitude"), cells.is_empty("latitude")) {
        (true, false) => cells.fail("longitude", CellProblem::Missing),
        (false, true) => cells.fail("latitude", CellProblem::Missing),
        _ => {}
    }
    Stated::new(longitude?, latitude?, datum).filter(|stated| !stated.is_nothing())
}

fn degrees(cells: &mut Cells, column: &str) -> Option<f64> {
    let value = cells.number(column)?.to_f64().filter(|value| value.abs() <= 180.0);
    if value.is_none() {
        cells.fail(column, CellProblem::NotDegrees { most: 180 });
    }
    value
}

/// Nothing is given out before it came in, nor answered before it was given out.
fn in_order(cells: &mut Cells, order: &Order) {
    let earlier = |at: Option<DateTime>, than: Option<DateTime>| at.zip(than).is_some_and(|(a, b)| a < b);
    if earlier(order.assigned, order.new.at) {
        cells.fail("assigned", CellProblem::TooEarly);
    }
    if earlier(order.contacted, order.new.at) {
        cells.fail("contacted", CellProblem::TooEarly);
    }
    if earlier(order.answered, order.assigned.or(order.new.at)) {
        cells.fail("answered", CellProblem::TooEarly);
    }
    if earlier(order.call.as_ref().map(|call| call.at), order.answered) {
        cells.fail("called_back", CellProblem::TooEarly);
    }
    // What cannot be read is named already.
    let ended = !order.answer.is_empty() || !cells.is_empty("called_back");
    if ended && cells.is_empty("answered") {
        cells.fail("answered", CellProblem::Missing);
    }
}

/// Nothing has happened that is still to come.
fn in_time(cells: &mut Cells, order: &Order, today: Date) {
    let moments = [
        ("received", order.new.at),
        ("assigned", order.assigned),
        ("contacted", order.contacted),
        ("answered", order.answered),
        ("called_back", order.call.as_ref().map(|call| call.at).filter(|_| !cells.is_empty("called_back"))),
    ];
    for (column, at) in moments {
        if at.is_some_and(|at| at.date() > today) {
            cells.fail(column, CellProblem::Future { today });
        }
    }
}

/// Characters that may stand for one: what is recorded is masked.
const MASKED: usize = 3;

fn in_length(cells: &mut Cells, order: &Order) {
    let new = &order.new;
    let texts = [
        ("text", &new.text, TEXT_MAX),
        ("title", &new.title, NAME_MAX),
        ("address", &new.address, NAME_MAX),
        ("answer", &order.answer, TEXT_MAX),
    ];
    for (column, text, max) in texts {
        // Masking takes time: most texts are so short that they fit however they are masked.
        if text.len() * MASKED > max && recorded(text).chars().count() > max {
            cells.fail(column, CellProblem::TooLong { max });
        }
    }
    if new.number.trim().chars().count() > NAME_MAX {
        cells.fail("number", CellProblem::TooLong { max: NAME_MAX });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_its_columns_are_those_of_requests() {
        assert!(RequestKind::ALL.iter().map(|kind| kind.as_str()).eq(KINDS.iter().copied()));
        assert!(Datum::ALL.iter().map(|datum| datum.as_str()).eq(DATUMS.iter().copied()));
        assert!(Solved::ALL.iter().map(|solved| solved.as_str()).eq(SOLVED.iter().copied()));
        assert!(Satisfaction::ALL.iter().map(|level| level.as_str()).eq(SATISFACTION.iter().copied()));
        assert!(Channel::ALL.iter().map(|channel| channel.as_str()).eq(CHANNELS.iter().copied()));
    }
}
