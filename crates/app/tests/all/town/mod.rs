//! What tests of places begin with: a service of its own, facts said of it, layers.

#![allow(clippy::unwrap_used, reason = "a test fails where something is not as it should be")]
#![allow(dead_code, reason = "each test uses its part")]

use std::path::Path;
use std::sync::Arc;

use app::place::layer::Content;
use app::place::{LayerGround, NewLayer};
use app::{Actor, App, Change, FixedClock};
use domain::code::Code;
use domain::command::Command;
use domain::facility::{Circle, FacilityKind, FacilityStandard, Metric};
use domain::fact::Fact;
use domain::named::Named;
use domain::request::Point;
use domain::source::Source;
use domain::subject::Subject;
use jiff::civil::{Date, date};
use store::Database;

pub const TODAY: Date = date(2026, 11, 25);
/// The day from which what is said holds.
pub const FIRST: Date = date(2018, 8, 1);

pub fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

/// So many metres east and north of a corner of the town.
pub fn at(east: i32, north: i32) -> Point {
    // A metre is 11.75 and 8.99 millionths of a degree there.
    Point { longitude: 116_300_000 + east * 1175 / 100, latitude: 40_070_000 + north * 899 / 100 }
}

pub fn app(folder: &Path) -> App {
    let address = format!("sqlite://{}", folder.join("town.db").display()).parse().unwrap();
    let clock = Arc::new(FixedClock::morning(TODAY).unwrap());
    App::new(Database::open(&address, 0).unwrap(), clock)
}

pub async fn put(app: &App, subject: Subject, facts: Vec<Fact>) {
    let command = Command::Put { subject, facts };
    let change = Change { command, effective: Some(FIRST), source: Source::default(), reason: String::new() };
    app.change(&Actor::operator(), change).await.unwrap();
}

pub fn kind(kind: &str, name: Named, unit: Option<&str>) -> FacilityKind {
    FacilityKind {
        kind: code(kind),
        order: 1,
        name,
        ages: None,
        capacity_unit: unit.map(|unit| Named::new(unit, "")),
        request_categories: Vec::new(),
        least_square_metres: None,
        closed: false,
    }
}

pub fn standard(standard: &str, kind: &str, circle: Circle, metric: Metric, value: i64) -> FacilityStandard {
    FacilityStandard {
        standard: code(standard),
        kind: code(kind),
        name: Named::new("标准", "Standard"),
        circle,
        metric,
        value: value.into(),
        valid_from: None,
        valid_to: None,
        url: String::new(),
        checked: None,
    }
}

pub async fn put_layer(app: &App, plan: &Code, content: &Content) {
    let ground =
        LayerGround { name: Named::new("图层", "Layer"), effective: Some(FIRST), ..LayerGround::default() };
    let new = NewLayer::of(content, ground).unwrap();
    app.put_layer(&Actor::operator(), plan, new).await.unwrap();
}
