//! Facilities with their kinds and the standards they are held against.

use std::str::FromStr;

use domain::boundary::Boundary;
use domain::code::Code;
use domain::facility::{
    Ages, Checked, Circle, Datum, FacilityFact, FacilityKind, FacilityStandard, Metric, OfficialCount,
    SeenOnSite, Stated, parse_entrances,
};
use domain::fact::Fact;
use domain::plan::PlanFact;
use domain::subject::Subject;

use super::cells::CellProblem;
use super::orders::DATUMS;
use super::{Cells, ColumnKind as K, Reading, Table, column};
use crate::place::{site, site_boundary};

const CIRCLES: &[&str] =
    &["minutes_5", "minutes_8", "minutes_10", "minutes_15", "subdistrict", "community", "project"];
const METRICS: &[&str] = &["metres", "minutes", "per_thousand"];

fn of_plan(plan: &Code, fact: PlanFact) -> Option<(Subject, Vec<Fact>)> {
    Some((Subject::plan(plan), vec![fact.into()]))
}

pub(super) const FACILITY_KINDS: Table = Table {
    name: "facility_kinds",
    columns: &[
        column("kind", true, K::Code),
        column("order", true, K::Whole),
        column("name_zh", true, K::Text),
        column("name_en", false, K::Text),
        column("ages", false, K::Text),
        column("capacity_unit_zh", false, K::Text),
        column("capacity_unit_en", false, K::Text),
        column("request_categories", false, K::Codes),
        column("least_square_metres", false, K::Whole),
        column("closed", false, K::YesNo),
    ],
    reading: Reading::Record(|cells, plan| {
        let (kind, order) = (cells.code("kind"), cells.whole("order"));
        let name = cells.named("name_zh", "name_en");
        let ages = cells.parsed("ages", CellProblem::NotAges, |text| Ages::from_str(text).ok());
        let capacity_unit = cells.named("capacity_unit_zh", "capacity_unit_en");
        let request_categories = cells.codes("request_categories");
        let least_square_metres = cells.whole("least_square_metres");
        let closed = cells.yes_no("closed").unwrap_or(false);
        of_plan(
            plan,
            PlanFact::FacilityKind(FacilityKind {
                kind: kind?,
                order: order?,
                name: name?,
                ages,
                capacity_unit,
                request_categories,
                least_square_metres,
                closed,
            }),
        )
    }),
};

pub(super) const FACILITY_STANDARDS: Table = Table {
    name: "facility_standards",
    columns: &[
        column("standard", true, K::Code),
        column("kind", true, K::Code),
        column("name_zh", true, K::Text),
        column("name_en", false, K::Text),
        column("circle", true, K::OneOf(CIRCLES)),
        column("metric", true, K::OneOf(METRICS)),
        column("value", true, K::Number),
        column("valid_from", false, K::Day),
        column("valid_to", false, K::Day),
        column("standard_url", false, K::Url),
        column("checked_on", false, K::Day),
        column("checked_by", false, K::Text),
    ],
    reading: Reading::Record(standard),
};

fn standard(cells: &mut Cells, plan: &Code) -> Option<(Subject, Vec<Fact>)> {
    let (standard, kind) = (cells.code("standard"), cells.code("kind"));
    let name = cells.named("name_zh", "name_en");
    let circle = cells.word("circle", CIRCLES, Circle::parse);
    let metric = cells.word("metric", METRICS, Metric::parse);
    let value = cells.number("value");
    let (valid_from, valid_to) = (cells.day("valid_from"), cells.day("valid_to"));
    let url = cells.text("standard_url");
    let checked = match (cells.is_empty("checked_on"), cells.is_empty("checked_by")) {
        (true, true) => None,
        _ => {
            let on = cells.must("checked_on", |cells| cells.day("checked_on"));
            let by = cells.must("checked_by", |cells| Some(cells.text("checked_by")));
            Some(Checked { on: on?, by: by? })
        }
    };
    of_plan(
        plan,
        PlanFact::FacilityStandard(FacilityStandard {
            standard: standard?,
            kind: kind?,
            name: name?,
            circle: circle?,
            metric: metric?,
            value: value?,
            valid_from,
            valid_to,
            url,
            checked,
        }),
    )
}

pub(super) const OFFICIAL_COUNTS: Table = Table {
    name: "official_counts",
    columns: &[
        column("kind", true, K::Code),
        column("area", false, K::Code),
        column("count", true, K::Whole),
    ],
    reading: Reading::Record(|cells, plan| {
        let (kind, area, count) = (cells.code("kind"), cells.code("area"), cells.whole("count"));
        of_plan(plan, PlanFact::OfficialCount(OfficialCount { kind: kind?, area, count }))
    }),
};

pub const FACILITIES: Table = Table {
    name: "facilities",
    columns: &[
        column("code", true, K::Code),
        column("name_zh", false, K::Text),
        column("name_en", false, K::Text),
        column("kind", false, K::Code),
        column("longitude", false, K::Number),
        column("latitude", false, K::Number),
        // What coordinates refer to is asked for, never guessed.
        column("datum", false, K::OneOf(DATUMS)),
        column("boundary", false, K::Text),
        column("entrances", false, K::Text),
        column("area", false, K::Code),
        column("capacity", false, K::Whole),
        column("opens_on", false, K::Day),
        column("closes_on", false, K::Day),
        column("project", false, K::Code),
        column("licence", false, K::Text),
        column("seen_on", false, K::Day),
        column("seen_by", false, K::Text),
        column("seen_capacity", false, K::YesNo),
    ],
    reading: Reading::Put(facility),
};

fn facility(cells: &mut Cells, plan: &Code) -> Option<(Subject, Vec<Fact>)> {
    let mut facts = Vec::new();
    facts.extend(cells.named("name_zh", "name_en").map(FacilityFact::Name));
    facts.extend(cells.code("kind").map(|kind| FacilityFact::Kind { kind }));
    facts.extend(whereabouts(cells)?);
    facts.extend(cells.code("area").map(|area| FacilityFact::Area { area: Some(area) }));
    facts.extend(cells.whole("capacity").map(|amount| FacilityFact::Capacity { amount: Some(amount) }));
    facts.extend(cells.day("opens_on").map(|on| FacilityFact::Opens { on: Some(on) }));
    facts.extend(cells.day("closes_on").map(|on| FacilityFact::Closes { on: Some(on) }));
    facts.extend(cells.code("project").map(|project| FacilityFact::Project { project: Some(project) }));
    let notice = cells.text("licence");
    facts.extend((!notice.is_empty()).then_some(FacilityFact::Licence { notice }));
    if ["seen_on", "seen_by", "seen_capacity"].iter().any(|column| !cells.is_empty(column)) {
        let on = cells.must("seen_on", |cells| cells.day("seen_on"));
        let by = cells.must("seen_by", |cells| Some(cells.text("seen_by")));
        let capacity = cells.yes_no("seen_capacity").unwrap_or(false);
        facts.push(FacilityFact::OnSite { seen: Some(SeenOnSite { on: on?, by: by?, capacity }) });
    }
    let code = cells.code("code")?;
    Some((Subject::facility(plan, &code), facts.into_iter().map(Fact::from).collect()))
}

/// Where a facility is, where it ends and where people go in: all of one datum. Without a point of its own it stands at
/// one inside of its boundary. `None` where the row says something of it that cannot be read.
fn whereabouts(cells: &mut Cells) -> Option<Vec<FacilityFact>> {
    let (point, drawn) = (cells.point(), cells.boundary("boundary"));
    let entrances = cells.parsed("entrances", CellProblem::NotEntrances, |text| parse_entrances(text).ok());
    let at = point.or_else(|| drawn.as_ref().and_then(Boundary::middle));
    if at.is_none() && drawn.is_none() && entrances.is_none() {
        return Some(Vec::new());
    }
    let datum = cells.must("datum", |cells| cells.word("datum", DATUMS, Datum::parse))?;
    let mut facts = Vec::new();
    let put = |cells: &mut Cells, column: &str, at| {
        let found = site(Stated { datum, at });
        if found.is_none() {
            cells.fail(column, CellProblem::NotDegrees { most: 180 });
        }
        found
    };
    facts.extend(at.and_then(|at| put(cells, "longitude", at)).map(FacilityFact::Site));
    if let Some(drawn) = drawn {
        let placed = site_boundary(datum, drawn);
        match &placed {
            None => cells.fail("boundary", CellProblem::NotABoundary),
            Some(held) if held.boundary.crosses_itself() => {
                cells.fail("boundary", CellProblem::CrossesItself);
            }
            Some(_) => facts.push(FacilityFact::Boundary { boundary: placed }),
        }
    }
    if let Some(points) = entrances {
        let at = points.into_iter().map(|at| put(cells, "entrances", at)).collect::<Option<_>>()?;
        facts.push(FacilityFact::Entrances { at });
    }
    Some(facts)
}

/// The column that a fact of a facility stands in.
pub(super) fn column_of(topic: &str) -> &str {
    match topic {
        "name" => "name_zh",
        "facility_kind" => "kind",
        "site" => "longitude",
        "opens" => "opens_on",
        "closes" => "closes_on",
        "on_site" => "seen_on",
        "source" => "source_url",
        other => other,
    }
}

/// The column by which a row of a kind or of a standard is known.
pub(super) fn column_of_plan(table: &str) -> &'static str {
    if table == FACILITY_STANDARDS.name { "standard" } else { "kind" }
}
