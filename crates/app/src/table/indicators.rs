//! Indicators and their values.

use domain::code::Code;
use domain::fact::Fact;
use domain::indicator::{Direction, IndicatorFact, Instrument};
use domain::subject::Subject;

use super::{Cells, ColumnKind as K, Reading, Table, column};

const DIRECTIONS: &[&str] = &["up", "down", "neither"];

pub(super) const INDICATORS: Table = Table {
    name: "indicators",
    columns: &[
        column("code", true, K::Code),
        column("name_zh", false, K::Text),
        column("name_en", false, K::Text),
        column("unit_zh", false, K::Text),
        column("unit_en", false, K::Text),
        column("direction", false, K::OneOf(DIRECTIONS)),
        column("sector", false, K::Code),
    ],
    reading: Reading::Put(|cells, plan| {
        let mut facts = Vec::new();
        facts.extend(cells.named("name_zh", "name_en").map(IndicatorFact::Name));
        facts.extend(cells.named("unit_zh", "unit_en").map(IndicatorFact::Unit));
        let direction = cells.word("direction", DIRECTIONS, Direction::parse);
        facts.extend(direction.map(|direction| IndicatorFact::Direction { direction }));
        facts.extend(cells.code("sector").map(|sector| IndicatorFact::Sector { sector }));
        of(cells.code("code")?, plan, facts)
    }),
};

fn of(code: Code, plan: &Code, facts: Vec<IndicatorFact>) -> Option<(Subject, Vec<Fact>)> {
    Some((Subject::indicator(plan, &code), facts.into_iter().map(Fact::from).collect()))
}

fn instrument(cells: &mut Cells) -> Option<Instrument> {
    let (instrument, scale) = (cells.code("instrument"), cells.code("scale"));
    Some(Instrument { instrument: instrument?, scale: scale? })
}

pub(super) const BASELINES: Table = Table {
    name: "baselines",
    columns: &[
        column("indicator", true, K::Code),
        column("on", true, K::Day),
        column("value", true, K::Number),
        column("instrument", true, K::Code),
        column("scale", true, K::Code),
        column("wave", false, K::Code),
    ],
    reading: Reading::Record(|cells, plan| {
        let (on, value, instrument) = (cells.day("on"), cells.number("value"), instrument(cells));
        let wave = cells.code("wave");
        let fact = IndicatorFact::Baseline { on: on?, value: value?, instrument: instrument?, wave };
        of(cells.code("indicator")?, plan, vec![fact])
    }),
};

pub(super) const TARGETS: Table = Table {
    name: "targets",
    columns: &[
        column("indicator", true, K::Code),
        column("on", true, K::Day),
        column("value", true, K::Number),
        column("instrument", true, K::Code),
        column("scale", true, K::Code),
    ],
    reading: Reading::Record(|cells, plan| {
        let (on, value, instrument) = (cells.day("on"), cells.number("value"), instrument(cells));
        let fact = IndicatorFact::Target { on: on?, value: value?, instrument: instrument? };
        of(cells.code("indicator")?, plan, vec![fact])
    }),
};

pub(super) const OBSERVATIONS: Table = Table {
    name: "observations",
    columns: &[
        column("indicator", true, K::Code),
        column("key", true, K::Code),
        column("on", true, K::Day),
        column("value", true, K::Number),
        column("instrument", true, K::Code),
        column("scale", true, K::Code),
        column("approximate", false, K::YesNo),
        column("area", false, K::Code),
        column("wave", false, K::Code),
    ],
    reading: Reading::Record(|cells, plan| {
        let (key, on, value) = (cells.code("key"), cells.day("on"), cells.number("value"));
        let instrument = instrument(cells);
        let approximate = cells.yes_no("approximate").unwrap_or(false);
        let fact = IndicatorFact::Observation {
            key: key?,
            on: on?,
            value: value?,
            instrument: instrument?,
            approximate,
            area: cells.code("area"),
            wave: cells.code("wave"),
        };
        of(cells.code("indicator")?, plan, vec![fact])
    }),
};

pub(super) const ACCEPTED: Table = Table {
    name: "accepted",
    columns: &[
        column("indicator", true, K::Code),
        column("on", true, K::Day),
        column("key", true, K::Code),
        column("because", true, K::Text),
        column("area", false, K::Code),
    ],
    reading: Reading::Record(|cells, plan| {
        let (on, key, because) = (cells.day("on"), cells.code("key"), cells.text("because"));
        let fact = IndicatorFact::Accepted { on: on?, key: key?, because, area: cells.code("area") };
        of(cells.code("indicator")?, plan, vec![fact])
    }),
};
