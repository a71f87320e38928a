//! Places that make a layer: one row is a residence or a parcel, and all rows of a file are one layer.

use domain::boundary::Boundary;
use domain::facility::{Ages, Datum, Stated};
use domain::request::Point;
use domain::source::Source;
use jiff::civil::Date;

use super::cells::CellProblem;
use super::orders::DATUMS;
use super::{Cells, ColumnKind as K, Reading, Table, column};
use crate::place::layer::{Home, Parcel};
use crate::place::{shape, site};

/// A row of a layer, with what it says of the layer as a whole.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerRow {
    pub effective: Option<Date>,
    pub source: Source,
    pub reason: String,
    pub licence: String,
    pub of: LayerPlace,
}

#[derive(Debug, Clone, PartialEq)]
pub enum LayerPlace {
    /// The community may still have to be found by where it lies.
    Home(Home),
    Parcel(Parcel),
}

impl LayerPlace {
    pub fn code(&self) -> &str {
        match self {
            Self::Home(home) => &home.code,
            Self::Parcel(parcel) => &parcel.code,
        }
    }
}

/// The columns of people of some ages, and the ages.
const AGED: [(&str, u8, Option<u8>); 9] = [
    ("aged_0_2", 0, Some(2)),
    ("aged_3_5", 3, Some(5)),
    ("aged_0_12", 0, Some(12)),
    ("aged_6_11", 6, Some(11)),
    ("aged_12_14", 12, Some(14)),
    ("aged_6_14", 6, Some(14)),
    ("aged_60", 60, None),
    ("aged_65", 65, None),
    ("aged_80", 80, None),
];

/// The ages that a column of people is of.
pub(crate) fn aged_columns() -> impl Iterator<Item = (&'static str, Ages)> {
    AGED.iter().filter_map(|(name, from, to)| Some((*name, Ages::new(*from, *to)?)))
}

pub(super) const RESIDENCES: Table = Table {
    name: "residences",
    columns: &[
        column("code", true, K::Text),
        column("area", false, K::Code),
        column("longitude", true, K::Number),
        column("latitude", true, K::Number),
        column("datum", true, K::OneOf(DATUMS)),
        column("people", false, K::Whole),
        column("aged_0_2", false, K::Whole),
        column("aged_3_5", false, K::Whole),
        column("aged_0_12", false, K::Whole),
        column("aged_6_11", false, K::Whole),
        column("aged_12_14", false, K::Whole),
        column("aged_6_14", false, K::Whole),
        column("aged_60", false, K::Whole),
        column("aged_65", false, K::Whole),
        column("aged_80", false, K::Whole),
        column("licence", false, K::Text),
    ],
    reading: Reading::Layer(home),
};

pub(super) const PARCELS: Table = Table {
    name: "parcels",
    columns: &[
        column("code", true, K::Text),
        column("name", false, K::Text),
        column("longitude", false, K::Number),
        column("latitude", false, K::Number),
        column("boundary", false, K::Text),
        column("datum", true, K::OneOf(DATUMS)),
        column("square_metres", false, K::Whole),
        column("kinds", false, K::Codes),
        column("cost_yuan", false, K::Yuan),
        column("available_on", false, K::Day),
        column("licence", false, K::Text),
    ],
    reading: Reading::Layer(parcel),
};

/// Codes of a source are kept as it writes them.
const CODE_MOST: usize = 80;

fn code(cells: &mut Cells) -> String {
    let code = cells.text("code");
    if code.chars().count() > CODE_MOST {
        cells.fail("code", CellProblem::TooLong { max: CODE_MOST });
    }
    code
}

fn home(cells: &mut Cells) -> Option<LayerPlace> {
    let code = code(cells);
    // Where none is given it is found by where it lies: what has no area of its own is left out there.
    let community = cells.code("area");
    let people: Option<u32> = cells.whole("people");
    let aged = aged(cells, people);
    let (at, datum) = (cells.point(), cells.word("datum", DATUMS, Datum::parse));
    let found = site(Stated { datum: datum?, at: at? });
    if found.is_none() {
        cells.fail("longitude", CellProblem::NotDegrees { most: 180 });
    }
    let found = found?;
    let community = community.unwrap_or_else(super::unplaced);
    Some(LayerPlace::Home(Home { code, community, at: found.at, stated: found.stated, people, aged }))
}

/// People of some ages, in the order of the columns. They are some of all who live there: of no wider ages there are
/// fewer, and those of ages that lie apart are no more than all together.
fn aged(cells: &mut Cells, people: Option<u32>) -> Vec<(Ages, u32)> {
    let mut out: Vec<(Ages, u32)> = Vec::new();
    for (name, ages) in aged_columns() {
        let Some(some) = cells.whole::<u32>(name) else { continue };
        let wider = |(held, many): &(Ages, u32)| {
            (held.hold_all(ages) && some > *many) || (ages.hold_all(*held) && *many > some)
        };
        if people.is_some_and(|people| some > people) {
            cells.fail(name, CellProblem::MoreThanAll);
        } else if let Some((held, _)) = out.iter().find(|it| wider(it)) {
            cells.fail(name, CellProblem::MoreThanWider { other: *held });
        }
        out.push((ages, some));
    }
    match people {
        None if !out.is_empty() && cells.is_empty("people") => cells.fail("people", CellProblem::AgesAlone),
        Some(people)
            if out.iter().all(|(_, some)| *some <= people) && most_apart(&out) > u64::from(people) =>
        {
            cells.fail("people", CellProblem::FewerThanAges);
        }
        _ => {}
    }
    out
}

/// The most people that groups lying apart come to together.
fn most_apart(aged: &[(Ages, u32)]) -> u64 {
    let Some(((ages, some), rest)) = aged.split_first() else { return 0 };
    let apart: Vec<(Ages, u32)> = rest.iter().copied().filter(|(other, _)| other.are_apart(*ages)).collect();
    most_apart(rest).max(u64::from(*some) + most_apart(&apart))
}

fn parcel(cells: &mut Cells) -> Option<LayerPlace> {
    let code = code(cells);
    let name = cells.text("name");
    let datum = cells.word("datum", DATUMS, Datum::parse);
    let given = cells.point();
    let drawn = cells.boundary("boundary");
    let stated_area: Option<u64> = cells.whole("square_metres");
    let kinds = cells.codes("kinds");
    let cost = cells.yuan("cost_yuan");
    if cost.is_some_and(|cost| cost.0 < 0) {
        cells.fail("cost_yuan", CellProblem::NotYuan);
    }
    let available_on = cells.day("available_on");
    let datum = datum?;
    let moved = drawn.as_ref().map(|drawn| placed(cells, datum, drawn));
    let (shape, own_area) = match moved {
        Some(moved) => moved.map(|(shape, area)| (Some(shape), Some(area)))?,
        None => (None, None),
    };
    let at = match (given, &shape) {
        (Some(at), _) => site(Stated { datum, at }),
        (None, Some(shape)) => shape.middle().map(domain::facility::Site::wgs84),
        (None, None) => {
            cells.require("longitude");
            return None;
        }
    };
    let Some(square_metres) = stated_area.or(own_area).filter(|area| *area > 0) else {
        cells.fail("square_metres", CellProblem::Missing);
        return None;
    };
    let Some(at) = at else {
        cells.fail("longitude", CellProblem::NotDegrees { most: 180 });
        return None;
    };
    Some(LayerPlace::Parcel(Parcel {
        code,
        name,
        at: at.at,
        stated: at.stated,
        shape,
        square_metres,
        kinds,
        cost,
        available_on,
    }))
}

/// A drawn shape in WGS 84 with its area. One that crosses itself encloses nothing that can be said.
pub(super) fn placed(cells: &mut Cells, datum: Datum, drawn: &Boundary) -> Option<(Boundary, u64)> {
    let put = |at: Point| site(Stated { datum, at }).map(|site| site.at);
    let Some(moved) = drawn.moved(put) else {
        cells.fail("boundary", CellProblem::NotABoundary);
        return None;
    };
    match shape::square_metres(&moved) {
        Ok(area) => Some((moved, area)),
        Err(_) => {
            cells.fail("boundary", CellProblem::CrossesItself);
            None
        }
    }
}
