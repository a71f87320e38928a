//! Residences and parcels in force, as sheets that are brought in again.

use domain::facility::{Datum, Stated};
use domain::layer::LayerKind;
use domain::policy::Action;
use domain::request::Point;

use super::{Cell, ExportTable, Snapshot, columns};
use crate::App;
use crate::error::AppError;
use crate::place::degrees_text;
use crate::place::layer::{Content, Home, Parcel};
use crate::table::aged_columns;

/// How many live in a building is for those who work with it.
pub(super) const RESIDENCES: ExportTable = ExportTable {
    name: "residences",
    columns: columns!(
        [
            "code",
            "area",
            "longitude",
            "latitude",
            "datum",
            "people",
            "aged_0_2",
            "aged_3_5",
            "aged_0_12",
            "aged_6_11",
            "aged_12_14",
            "aged_6_14",
            "aged_60",
            "aged_65",
            "aged_80",
            "licence"
        ],
        ["area_name"]
    ),
    access: Action::ReadStaff,
    importable: true,
    rows: |_, _| {},
};

pub(super) const PARCELS: ExportTable = ExportTable {
    name: "parcels",
    columns: columns!(
        [
            "code",
            "name",
            "longitude",
            "latitude",
            "boundary",
            "datum",
            "square_metres",
            "kinds",
            "cost_yuan",
            "available_on",
            "licence"
        ],
        []
    ),
    access: Action::ReadStaff,
    importable: true,
    rows: |_, _| {},
};

/// Gives the rows of a layer to `visit`; none where no such layer is in force.
pub(super) async fn export<E: From<AppError>>(
    app: &App,
    snapshot: &Snapshot,
    kind: LayerKind,
    mut visit: impl FnMut(Vec<Cell>) -> Result<(), E>,
) -> Result<(), E> {
    let plan = &snapshot.portfolio.plan;
    let Some(held) = plan.layers.get(&kind) else { return Ok(()) };
    let content = app.layer_content(&plan.code, kind, held.layer.digest).await?;
    let common = snapshot.common(held.from, held.seq, held.grade);
    let licence = Cell::text(&held.layer.licence);
    let rows: Vec<Vec<Cell>> = match &content {
        Content::Residences(content) => content.homes.iter().map(home).collect(),
        Content::Parcels(content) => content.parcels.iter().map(parcel).collect(),
        Content::Network(_) | Content::BaseMap(_) => Vec::new(),
    };
    let area_names = match &content {
        Content::Residences(content) => {
            let areas = &snapshot.portfolio.areas;
            let name = |home: &Home| areas.get(&home.community).map(|area| area.name.get(snapshot.english));
            content.homes.iter().map(|home| vec![name(home).map_or(Cell::Empty, Cell::text)]).collect()
        }
        Content::Parcels(_) | Content::Network(_) | Content::BaseMap(_) => vec![Vec::new(); rows.len()],
    };
    for (mut row, more) in rows.into_iter().zip(area_names) {
        row.push(licence.clone());
        row.extend(common.clone());
        row.extend(more);
        visit(row)?;
    }
    Ok(())
}

/// As the source gave them, so that the same comes in again.
fn place(at: Point, stated: Option<Stated>) -> [Cell; 3] {
    let Stated { datum, at } = stated.unwrap_or(Stated { datum: Datum::Wgs84, at });
    let degrees = |millionths| Cell::Number(degrees_text(millionths));
    [degrees(at.longitude), degrees(at.latitude), Cell::text(datum.as_str())]
}

/// A residence by the columns of its table.
pub(crate) fn home_cells(of: &Home) -> Vec<(&'static str, String)> {
    texts(RESIDENCES.columns, home(of))
}

/// A parcel by the columns of its table.
pub(crate) fn parcel_cells(of: &Parcel) -> Vec<(&'static str, String)> {
    texts(PARCELS.columns, parcel(of))
}

fn texts(columns: &[&'static str], cells: Vec<Cell>) -> Vec<(&'static str, String)> {
    let text = |cell| match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) | Cell::Number(text) => text,
        Cell::Day(day) => day.to_string(),
        Cell::Bool(yes) => yes.to_string(),
    };
    columns.iter().copied().zip(cells.into_iter().map(text)).collect()
}

fn home(home: &Home) -> Vec<Cell> {
    let mut row = vec![Cell::text(&home.code), Cell::code(Some(&home.community))];
    row.extend(place(home.at, home.stated));
    row.push(home.people.map_or(Cell::Empty, Cell::whole));
    row.extend(aged_columns().map(|(_, ages)| {
        let held = home.aged.iter().find(|(held, _)| *held == ages);
        held.map_or(Cell::Empty, |(_, people)| Cell::whole(people))
    }));
    row
}

fn parcel(parcel: &Parcel) -> Vec<Cell> {
    // A shape is kept in WGS 84 alone: then its point goes out so, too.
    let stated = parcel.stated.filter(|_| parcel.shape.is_none());
    let [longitude, latitude, datum] = place(parcel.at, stated);
    let kinds: Vec<&str> = parcel.kinds.iter().map(|kind| kind.as_str()).collect();
    vec![
        Cell::text(&parcel.code),
        Cell::text(&parcel.name),
        longitude,
        latitude,
        parcel.shape.as_ref().map_or(Cell::Empty, |shape| Cell::text(shape.to_wkt())),
        datum,
        Cell::whole(parcel.square_metres),
        Cell::text(kinds.join(";")),
        parcel.cost.map_or(Cell::Empty, Cell::yuan),
        parcel.available_on.map_or(Cell::Empty, Cell::Day),
    ]
}
