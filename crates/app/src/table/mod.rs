//! Tables: the shapes in which records come in (import, demonstration plan), one row one change.

mod cells;
mod directory;
mod facilities;
mod indicators;
mod indices;
mod item_records;
mod items;
mod layers;
mod links;
pub(crate) mod orders;
mod plan;
mod projects;
mod request_rules;
mod steps;

use domain::code::Code;
use domain::command::Command;
use domain::fact::Fact;
use domain::layer::LayerKind;
use domain::refusal::Refusal;
use domain::source::{Grade, Source};
use domain::subject::Subject;
use jiff::civil::Date;

pub use cells::{CellError, CellProblem, Cells};
pub use facilities::FACILITIES;
pub use item_records::RECORDS;
pub use items::KINDS as ITEM_KINDS;
pub(crate) use layers::aged_columns;
pub use layers::{LayerPlace, LayerRow};
pub use plan::{PlanFile, PlanFileError};
pub use steps::NOTHING;

use crate::change::Change;
use crate::request::Order;

/// A column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    pub name: &'static str,
    pub required: bool,
    pub kind: ColumnKind,
}

/// What a column's cells look like: for templates, checks and help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    Code,
    /// Several codes separated by `;`.
    Codes,
    Text,
    /// `2019-10-13`, `2019-10`, `2019-Q4` or `2019`.
    PlannedDate,
    Day,
    /// A day with the time of day: `2019-08-14 09:30`.
    Moment,
    Number,
    Whole,
    Yuan,
    YesNo,
    /// One of these words.
    OneOf(&'static [&'static str]),
    Url,
}

type Parse = fn(&mut Cells, &Code) -> Option<(Subject, Vec<Fact>)>;

/// A table: its columns and how a row is read.
#[derive(Debug)]
pub struct Table {
    pub name: &'static str,
    pub columns: &'static [Column],
    reading: Reading,
}

/// What a table's rows are.
#[derive(Debug, Clone, Copy)]
enum Reading {
    /// Facts about a subject that the row may put on the books.
    Put(Parse),
    /// Facts about a subject that is on the books.
    Record(Parse),
    /// Places that all together are one layer.
    Layer(fn(&mut Cells) -> Option<LayerPlace>),
    /// Requests that were taken down elsewhere: no change by itself, for whom each goes to, and who asked, is
    /// seen to when it is taken in.
    Order,
}

const fn column(name: &'static str, required: bool, kind: ColumnKind) -> Column {
    Column { name, required, kind }
}

const GRADES: &[&str] = &["published", "reported", "illustrative"];

/// The columns every table may have besides its own.
pub const COMMON: &[Column] = &[
    column("effective", false, ColumnKind::Day),
    column("grade", false, ColumnKind::OneOf(GRADES)),
    column("source_title", false, ColumnKind::Text),
    column("source_url", false, ColumnKind::Url),
    column("source_unit", false, ColumnKind::Code),
    column("reason", false, ColumnKind::Text),
];

/// All tables, in the order in which they depend on each other.
pub static TABLES: &[Table] = &[
    directory::AREAS,
    directory::UNITS,
    projects::PROJECTS,
    projects::ALIASES,
    projects::LEAD_UNITS,
    projects::SUPPORTING_UNITS,
    projects::PARTS,
    projects::MILESTONES,
    steps::STEP_WORK,
    steps::STEP_LINKS,
    projects::PROGRESS,
    projects::OUTPUTS,
    projects::DOCUMENTS,
    projects::EVALUATIONS,
    projects::REMARKS,
    indicators::INDICATORS,
    indicators::BASELINES,
    indicators::TARGETS,
    indicators::OBSERVATIONS,
    indicators::ACCEPTED,
    indices::INDEX_VERSIONS,
    plan::LIST_ENTRIES,
    facilities::FACILITY_KINDS,
    facilities::FACILITY_STANDARDS,
    facilities::FACILITIES,
    facilities::OFFICIAL_COUNTS,
    links::LINKS,
    layers::RESIDENCES,
    layers::PARCELS,
    items::ITEMS,
    item_records::ITEM_RECORDS,
    request_rules::REQUEST_CATEGORIES,
    request_rules::REQUEST_ROUTES,
    orders::REQUESTS,
];

pub fn table(name: &str) -> Option<&'static Table> {
    TABLES.iter().find(|table| table.name == name)
}

/// What a row asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Row {
    Change(Change),
    /// A request that was taken down elsewhere: it has no subject before it has been taken in.
    Order(Box<Order>),
    /// A place of a layer.
    Place(Box<LayerRow>),
}

impl Row {
    pub(crate) fn change(&self) -> Option<&Change> {
        match self {
            Self::Change(change) => Some(change),
            Self::Order(_) | Self::Place(_) => None,
        }
    }
}

/// Stands for the area of a home that is still to be found by where it lies.
fn unplaced() -> Code {
    Code::new("0").expect("a literal code")
}

/// Whether the area of a home is known.
pub(crate) fn is_placed(area: &Code) -> bool {
    *area != unplaced()
}

/// Where a row comes from, by the columns that every table has.
fn source(cells: &mut Cells) -> Source {
    Source {
        grade: cells.word("grade", GRADES, Grade::parse).unwrap_or_default(),
        title: cells.text("source_title"),
        url: cells.text("source_url"),
        unit: cells.code("source_unit"),
    }
}

/// A row's change, where all that it needs is there.
fn change(
    cells: &mut Cells,
    plan: &Code,
    parse: Parse,
    command: fn(Subject, Vec<Fact>) -> Command,
) -> Option<Row> {
    let effective = cells.day("effective");
    let source = source(cells);
    let reason = cells.text("reason");
    if !cells.errors().is_empty() {
        return None;
    }
    let (subject, facts) = parse(cells, plan)?;
    Some(Row::Change(Change { command: command(subject, facts), effective, source, reason }))
}

/// A row's place with what it says of its layer.
fn place(cells: &mut Cells, parse: fn(&mut Cells) -> Option<LayerPlace>) -> Option<Row> {
    let effective = cells.day("effective");
    let source = source(cells);
    let (reason, licence) = (cells.text("reason"), cells.text("licence"));
    let of = parse(cells)?;
    Some(Row::Place(Box::new(LayerRow { effective, source, reason, licence, of })))
}

impl Table {
    /// Whether its rows are each a place on the earth: they may come as GeoJSON, and their datum is asked for.
    pub fn is_of_places(&self) -> bool {
        self.name == FACILITIES.name || self.layer().is_some()
    }

    /// Whether a map is read as its sheet.
    pub fn takes_maps(&self) -> bool {
        self.is_of_places() || self.has_shapes()
    }

    /// The layer that its rows make together.
    pub fn layer(&self) -> Option<LayerKind> {
        match self.reading {
            Reading::Layer(_) => LayerKind::parse(self.name),
            Reading::Put(_) | Reading::Record(_) | Reading::Order => None,
        }
    }

    /// Whether its rows may have a shape besides a point.
    pub fn has_shapes(&self) -> bool {
        [layers::PARCELS.name, directory::AREAS.name, FACILITIES.name].contains(&self.name)
    }

    /// Whether its rows are requests that were taken down elsewhere.
    pub fn is_of_orders(&self) -> bool {
        matches!(self.reading, Reading::Order)
    }

    /// Reads one row, whatever it asks for. `get` gives the text of a column, empty where there is none.
    pub fn row<'a>(
        &self,
        plan: &Code,
        today: Date,
        get: impl Fn(&str) -> &'a str + 'a,
    ) -> Result<Row, Vec<CellError>> {
        let mut cells = Cells::new(Box::new(get));
        for column in self.columns.iter().filter(|column| column.required) {
            cells.require(column.name);
        }
        let row = match self.reading {
            Reading::Put(parse) => {
                change(&mut cells, plan, parse, |subject, facts| Command::Put { subject, facts })
            }
            Reading::Record(parse) => change(&mut cells, plan, parse, |subject, facts| Command::Record {
                subject,
                facts,
                expected: None,
            }),
            Reading::Layer(parse) => place(&mut cells, parse),
            Reading::Order => Some(Row::Order(Box::new(orders::order(&mut cells, today)))),
        };
        let errors = cells.into_errors();
        row.filter(|_| errors.is_empty()).ok_or(errors)
    }

    /// The column a refusal is about, where one can be named.
    pub fn column_of(&self, refusal: &Refusal) -> Option<&'static str> {
        let topic = refusal.field.split('/').next().unwrap_or("");
        let wanted = match topic {
            "milestone" => "date",
            topic if self.name == items::ITEMS.name => items::column_of(topic),
            topic if self.is_of_orders() => orders::column_of(topic),
            topic if self.name == FACILITIES.name => facilities::column_of(topic),
            topic if self.name == item_records::ITEM_RECORDS.name => item_records::column_of(topic),
            "name" => "name_zh",
            "version" if self.name == indices::INDEX_VERSIONS.name => "index_parts",
            "output" => "quantity",
            "progress" => "percent",
            "place" => "areas",
            "supporting_unit" | "lead_unit" if self.name != "projects" => "unit",
            "budget" => "budget_yuan",
            "observation" | "baseline" => "on",
            "list_entry" => "project",
            "source" => "source_url",
            "step_work" => "likely_days",
            "step_link" => "before_step",
            "request_category" => "category",
            "request_route" => "route",
            "facility_kind" | "facility_standard" | "official_count" => facilities::column_of_plan(self.name),
            other => other,
        };
        self.columns.iter().chain(COMMON).map(|column| column.name).find(|name| *name == wanted)
    }
}
