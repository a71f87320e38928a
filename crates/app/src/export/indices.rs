//! Indices: their versions, as sheets that are brought in again, and what they come to, down to the observations.

use domain::area::Area;
use domain::code::Code;
use domain::fact::Fact;
use domain::index::{Index, IndexCell, IndexFact, IndexValues, text};
use domain::policy::Action;
use domain::source::Grade;
use domain::subject::SubjectKind;
use rust_decimal::Decimal;

use super::records::fact_table;
use super::{Cell, ExportTable, Snapshot};

fact_table!(
    INDEX_VERSIONS,
    "index_versions",
    SubjectKind::Index,
    Action::ReadPublic,
    [
        "index",
        "name_zh",
        "name_en",
        "version",
        "index_period",
        "index_aggregation",
        "least_coverage",
        "index_parts"
    ],
    [],
    |snapshot, code, fact| {
        let Fact::Index(IndexFact::Version(held)) = &fact.fact else { return None };
        let name = &snapshot.portfolio.indices.iter().find(|index| index.code.as_str() == code)?.name;
        let own = vec![
            Cell::text(code),
            Cell::text(&name.zh),
            Cell::text(&name.en),
            Cell::code(Some(&held.version)),
            Cell::text(held.period.as_str()),
            Cell::text(held.aggregation.as_str()),
            held.least_coverage.map_or(Cell::Empty, Cell::whole),
            Cell::text(text::to_text(&held.dimensions).trim_end()),
        ];
        Some((own, Vec::new()))
    }
);

/// A row for each value, one for each of its dimensions, and one for each of its indicators.
pub(super) const INDEX_VALUES: ExportTable = ExportTable {
    name: "index_values",
    columns: &[
        "index",
        "index_name",
        "version",
        "area",
        "area_name",
        "index_span",
        "from",
        "to",
        "index_running",
        "index_row",
        "dimension_name",
        "indicator",
        "indicator_name",
        "score",
        "weight_share",
        "coverage_share",
        "value",
        "observed_on",
        "key",
        "index_missing",
        "grade",
    ],
    access: Action::ReadPublic,
    importable: false,
    rows: |snapshot, visit| {
        for index in &snapshot.portfolio.indices {
            // The version in force: see the index's page for what others come to.
            let values = index.in_force().map(|version| IndexValues::of(version, &snapshot.portfolio));
            if let Some(Ok(values)) = values {
                values.cells.iter().for_each(|cell| rows(snapshot, index, &values, cell, visit));
            }
        }
    },
};

/// Six decimals: what is shown is rounded further.
fn decimal(value: Option<f64>) -> Cell {
    let exact = value.and_then(Decimal::from_f64_retain);
    exact.map_or(Cell::Empty, |value| Cell::decimal(value.round_dp(6)))
}

fn rows(
    snapshot: &Snapshot,
    index: &Index,
    values: &IndexValues,
    cell: &IndexCell,
    visit: &mut dyn FnMut(Vec<Cell>),
) {
    let (portfolio, english) = (&snapshot.portfolio, snapshot.english);
    let area = cell.area.as_ref();
    let area_name = area.and_then(|code: &Code| portfolio.areas.get(code)).map(|area: &Area| &area.name);
    let head = || {
        vec![
            Cell::code(Some(&index.code)),
            Cell::text(index.name.get(english)),
            Cell::code(Some(&values.version.version.version)),
            Cell::code(area),
            area_name.map_or(Cell::Empty, |name| Cell::text(name.get(english))),
            Cell::text(cell.span.to_string()),
            Cell::Day(cell.span.first()),
            Cell::Day(cell.span.last()),
            Cell::Bool(cell.running),
        ]
    };
    let grade = |made_up: bool| if made_up { Cell::text(Grade::Illustrative.as_str()) } else { Cell::Empty };
    let blank = |count: usize| vec![Cell::Empty; count];
    let mut whole = head();
    whole.push(Cell::text("index"));
    whole.extend(blank(3));
    whole.extend([decimal(cell.value), Cell::Empty, decimal(Some(cell.coverage))]);
    whole.extend(blank(3));
    let missing: Vec<&str> = cell.missing().map(|(code, _)| code.as_str()).collect();
    whole.extend([Cell::text(missing.join(";")), grade(cell.illustrative)]);
    visit(whole);
    for (at, dimension) in values.version.version.dimensions.iter().enumerate() {
        let name = || Cell::text(dimension.name.get(english));
        let mut row = head();
        row.extend([Cell::text("dimension"), name(), Cell::Empty, Cell::Empty]);
        row.push(decimal(cell.dimensions.get(at).copied().flatten()));
        row.extend(blank(7));
        visit(row);
        for part in cell.parts.iter().filter(|part| part.dimension == at) {
            let held = portfolio.indicators.iter().find(|held| held.code.as_ref() == Some(&part.indicator));
            let label = held.and_then(|held| held.name.as_ref());
            let mut row = head();
            row.extend([
                Cell::text("indicator"),
                name(),
                Cell::code(Some(&part.indicator)),
                label.map_or(Cell::Empty, |name| Cell::text(name.get(english))),
                decimal(part.score),
                decimal(Some(part.weight)),
                Cell::Empty,
            ]);
            match &part.used {
                Ok(used) => row.extend([
                    Cell::decimal(used.observation.value),
                    Cell::Day(used.observation.on),
                    Cell::code(Some(&used.observation.key)),
                    Cell::Empty,
                    Cell::text(used.observation.grade.as_str()),
                ]),
                Err(why) => {
                    row.extend(blank(3));
                    row.extend([Cell::text(why.as_str()), Cell::Empty]);
                }
            }
            visit(row);
        }
    }
}
