//! Units and areas.

use domain::area::{AreaFact, AreaLevel, parse_aliases};
use domain::code::Code;
use domain::facility::Datum;
use domain::fact::Fact;
use domain::subject::Subject;
use domain::unit::{UnitFact, UnitLevel};

use super::layers::placed;
use super::orders::DATUMS;
use super::{Cells, ColumnKind as K, Reading, Table, column};

const AREA_LEVELS: &[&str] = &["city", "district", "subdistrict", "community"];
const UNIT_LEVELS: &[&str] = &["city", "district", "subdistrict", "community", "other"];

pub(super) const AREAS: Table = Table {
    name: "areas",
    columns: &[
        column("code", true, K::Code),
        column("name_zh", false, K::Text),
        column("name_en", false, K::Text),
        column("level", false, K::OneOf(AREA_LEVELS)),
        column("parent", false, K::Code),
        column("population", false, K::Whole),
        column("aliases", false, K::Text),
        column("boundary", false, K::Text),
        // What a boundary refers to is asked for, never guessed.
        column("datum", false, K::OneOf(DATUMS)),
    ],
    reading: Reading::Put(area),
};

fn area(cells: &mut Cells, _plan: &Code) -> Option<(Subject, Vec<Fact>)> {
    let mut facts = Vec::new();
    facts.extend(cells.named("name_zh", "name_en").map(AreaFact::Name));
    let level = cells.word("level", AREA_LEVELS, AreaLevel::parse);
    facts.extend(level.map(|level| AreaFact::Level { level }));
    facts.extend(cells.code("parent").map(|parent| AreaFact::Parent { parent: Some(parent) }));
    facts.extend(cells.whole("population").map(|people| AreaFact::Population { people }));
    let names = parse_aliases(&cells.text("aliases"));
    if !names.is_empty() {
        facts.push(AreaFact::Aliases { names });
    }
    if let Some(drawn) = cells.boundary("boundary") {
        let datum = cells.must("datum", |cells| cells.word("datum", DATUMS, Datum::parse))?;
        let (boundary, _) = placed(cells, datum, &drawn)?;
        facts.push(AreaFact::Boundary { boundary });
    }
    let code = cells.code("code")?;
    Some((Subject::area(&code), facts.into_iter().map(Fact::from).collect()))
}

pub(super) const UNITS: Table = Table {
    name: "units",
    columns: &[
        column("code", true, K::Code),
        column("name_zh", false, K::Text),
        column("name_en", false, K::Text),
        column("level", false, K::OneOf(UNIT_LEVELS)),
        column("parent", false, K::Code),
        column("area", false, K::Code),
    ],
    reading: Reading::Put(unit),
};

fn unit(cells: &mut Cells, _plan: &Code) -> Option<(Subject, Vec<Fact>)> {
    let mut facts = Vec::new();
    facts.extend(cells.named("name_zh", "name_en").map(UnitFact::Name));
    let level = cells.word("level", UNIT_LEVELS, UnitLevel::parse);
    facts.extend(level.map(|level| UnitFact::Level { level }));
    facts.extend(cells.code("parent").map(|parent| UnitFact::Parent { parent: Some(parent) }));
    facts.extend(cells.code("area").map(|area| UnitFact::Area { area }));
    let code = cells.code("code")?;
    Some((Subject::unit(&code), facts.into_iter().map(Fact::from).collect()))
}
