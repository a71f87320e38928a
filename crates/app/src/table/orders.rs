//! Work orders of a hotline as its register has them: one row is a request, with what became of it there.

use domain::named::{NAME_MAX, TEXT_MAX};
use domain::request::{Channel, Point, RequestKind, Urgency};
use domain::source::Source;
use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::{CellProblem, Cells, ColumnKind as K, Reading, Table, column, items};
use crate::request::{NewRequest, Order, PersonalData, recorded};

const KINDS: &[&str] = &["complaint", "help", "question", "suggestion", "offence", "praise"];
const CHANNELS: &[&str] = &["hotline", "direct_channel", "site", "paper", "email", "open311"];

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
        column("asker", false, K::Text),
        column("phone", false, K::Text),
        column("email", false, K::Text),
        column("may_be_public", false, K::YesNo),
        column("unit", false, K::Code),
        column("assigned", false, K::Moment),
        column("answered", false, K::Moment),
        column("answer", false, K::Text),
    ],
    reading: Reading::Order,
};

/// The column that a refusal about a request is about.
pub(super) fn column_of(topic: &str) -> &str {
    match topic {
        "intake" => "text",
        "place" => "area",
        "point" => "longitude",
        "state" => "answered",
        "source" => "source_url",
        other => other,
    }
}

/// Reads one order. All that the rules would refuse of its outcome is found here: it is written down when the
/// order itself is on the books already.
pub(super) fn order(cells: &mut Cells, today: Date) -> Order {
    let source = super::source(cells);
    let new = new(cells, source);
    let order = Order {
        new,
        unit: cells.code("unit"),
        assigned: cells.moment("assigned"),
        answered: cells.moment("answered"),
        answer: cells.text("answer"),
        ready: None,
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
        point: point(cells),
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

fn point(cells: &mut Cells) -> Option<Point> {
    let (longitude, latitude) = (degrees(cells, "longitude", 180), degrees(cells, "latitude", 90));
    match (cells.is_empty("longitude"), cells.is_empty("latitude")) {
        (true, false) => cells.fail("longitude", CellProblem::Missing),
        (false, true) => cells.fail("latitude", CellProblem::Missing),
        _ => {}
    }
    Some(Point { longitude: longitude?, latitude: latitude? })
}

/// Degrees up to so many, in millionths.
fn degrees(cells: &mut Cells, column: &str, most: u8) -> Option<i32> {
    let value = cells.number(column)?;
    let limit = i32::from(most) * 1_000_000;
    let millionths = value.checked_mul(Decimal::from(1_000_000)).and_then(|value| value.round().to_i32());
    let found = millionths.filter(|found| (-limit..=limit).contains(found));
    if found.is_none() {
        cells.fail(column, CellProblem::NotDegrees { most });
    }
    found
}

/// Nothing is given out before it came in, nor answered before it was given out.
fn in_order(cells: &mut Cells, order: &Order) {
    let earlier = |at: Option<DateTime>, than: Option<DateTime>| at.zip(than).is_some_and(|(a, b)| a < b);
    if earlier(order.assigned, order.new.at) {
        cells.fail("assigned", CellProblem::TooEarly);
    }
    if earlier(order.answered, order.assigned.or(order.new.at)) {
        cells.fail("answered", CellProblem::TooEarly);
    }
    if !order.answer.is_empty() && order.answered.is_none() {
        cells.fail("answered", CellProblem::Missing);
    }
}

/// Nothing has happened that is still to come.
fn in_time(cells: &mut Cells, order: &Order, today: Date) {
    let moments = [("received", order.new.at), ("assigned", order.assigned), ("answered", order.answered)];
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
        assert!(Channel::ALL.iter().map(|channel| channel.as_str()).eq(CHANNELS.iter().copied()));
    }
}
