//! Export: every table of a plan as rows, at a point of view. Formats are not known here.
//!
//! Tables that can be imported ([`crate::table::TABLES`]) keep their names and columns, so that an
//! exported one is read again unchanged; columns that only inform come behind theirs.

mod coverage;
mod facilities;
mod indices;
mod items;
mod journal;
mod layers;
mod ledger;
mod links;
mod records;
mod register;
mod request_rules;
mod results;
mod steps;
mod timetable;

use std::collections::HashMap;
use std::sync::Arc;

use domain::code::Code;
use domain::history::{History, View};
use domain::item::query::LedgerQuery;
use domain::journal::Seq;
use domain::layer::LayerKind;
use domain::money::Fen;
use domain::planned_date::{PlannedDate, Precision};
use domain::policy::Action;
use domain::portfolio::Portfolio;
use domain::source::{Grade, Source};
use domain::statement::Statement;
use jiff::civil::Date;
use rust_decimal::Decimal;
use store::EntryFilter;

pub use journal::entry_row;
pub(crate) use layers::{home_cells, parcel_cells};

use crate::App;
use crate::error::AppError;
use crate::read::Asked;

/// The columns of a table whose rows are facts: its own, those that every fact has, those that only inform.
macro_rules! columns {
    ([$($own:literal),* $(,)?], [$($more:literal),* $(,)?]) => {
        &[
            $($own,)* "effective", "grade", "source_title", "source_url", "source_unit", "reason",
            "recorded_on", $($more,)*
        ]
    };
}
use columns;

/// A value of an exported row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Cell {
    #[default]
    Empty,
    Text(String),
    /// In plain digits, exact.
    Number(String),
    Day(Date),
    Bool(bool),
}

impl Cell {
    fn text(text: impl AsRef<str>) -> Self {
        let text = text.as_ref();
        if text.is_empty() { Self::Empty } else { Self::Text(text.to_owned()) }
    }

    fn code(code: Option<&Code>) -> Self {
        code.map_or(Self::Empty, |code| Self::Text(code.to_string()))
    }

    fn codes(codes: &[Code]) -> Self {
        Self::text(codes.iter().map(Code::as_str).collect::<Vec<_>>().join(";"))
    }

    fn decimal(value: Decimal) -> Self {
        Self::Number(value.normalize().to_string())
    }

    fn whole(value: impl ToString) -> Self {
        Self::Number(value.to_string())
    }

    fn yuan(fen: Fen) -> Self {
        Self::Number(fen.to_string())
    }

    /// A day stays a day; a month, quarter or year is text, so that its precision is not lost.
    fn planned(date: Option<PlannedDate>) -> Self {
        match date {
            None => Self::Empty,
            Some(date) if date.precision() == Precision::Day => Self::Day(date.last()),
            Some(date) => Self::Text(date.to_string()),
        }
    }
}

/// A table that can be exported.
#[derive(Debug, Clone, Copy)]
pub struct ExportTable {
    pub name: &'static str,
    pub columns: &'static [&'static str],
    /// What a person must be allowed to do to have it.
    pub access: Action,
    /// Whether it can be imported again under its name.
    pub importable: bool,
    rows: Rows,
}

/// How a table's rows are made.
type Rows = fn(&Snapshot, &mut dyn FnMut(Vec<Cell>));

/// All tables, in the order in which they depend on each other where they are imported.
pub static TABLES: &[ExportTable] = &[
    register::AREAS,
    register::UNITS,
    register::PROJECTS,
    records::ALIASES,
    records::LEAD_UNITS,
    records::SUPPORTING_UNITS,
    records::PARTS,
    records::MILESTONES,
    steps::STEP_WORK,
    steps::STEP_LINKS,
    timetable::TRACKS,
    timetable::PROMISES,
    records::PROGRESS,
    records::OUTPUTS,
    results::GROUPS,
    records::DOCUMENTS,
    records::EVALUATIONS,
    records::REMARKS,
    register::INDICATORS,
    records::BASELINES,
    records::TARGETS,
    records::OBSERVATIONS,
    records::ACCEPTED,
    indices::INDEX_VERSIONS,
    indices::INDEX_VALUES,
    results::REVISIONS,
    results::LISTS,
    records::LIST_ENTRIES,
    facilities::FACILITY_KINDS,
    facilities::FACILITY_STANDARDS,
    facilities::FACILITIES,
    facilities::OFFICIAL_COUNTS,
    links::LINKS,
    layers::RESIDENCES,
    layers::PARCELS,
    items::ITEMS,
    items::ITEM_RECORDS,
    request_rules::REQUEST_CATEGORIES,
    request_rules::REQUEST_ROUTES,
    ledger::LEDGER,
    coverage::COVERAGE,
    coverage::GAPS,
    results::STATEMENT,
    results::FIGURES,
    journal::ENTRIES,
];

pub fn table(name: &str) -> Option<&'static ExportTable> {
    TABLES.iter().find(|table| table.name == name)
}

impl ExportTable {
    /// Whether its rows come from the journal, page by page, by [`App::export_entries`].
    pub fn is_journal(&self) -> bool {
        self.name == journal::ENTRIES.name
    }

    /// Whether its rows may be narrowed to a part of the ledger.
    pub fn is_ledger(&self) -> bool {
        self.name == ledger::LEDGER.name
    }

    /// Whether it is part of the statement, which is not issued while its sums do not close: see
    /// [`Statement::closes`].
    pub fn is_of_statement(&self) -> bool {
        [results::STATEMENT.name, results::FIGURES.name].contains(&self.name)
    }

    /// The layer that it is made of.
    fn layer(&self) -> Option<LayerKind> {
        LayerKind::parse(self.name)
    }

    /// Whether its rows are read from the database a few at a time: items grow without bound.
    fn is_streamed(&self) -> bool {
        self.is_journal()
            || [items::ITEMS.name, items::ITEM_RECORDS.name, ledger::LEDGER.name].contains(&self.name)
            || self.layer().is_some()
            || [coverage::COVERAGE.name, coverage::GAPS.name].contains(&self.name)
    }

    /// Gives every row to `visit`, in a fixed order. Nothing for tables that are read page by page: see
    /// [`App::export_rows`].
    pub fn each(&self, snapshot: &Snapshot, visit: &mut dyn FnMut(Vec<Cell>)) {
        (self.rows)(snapshot, visit);
    }
}

/// Where an entry of the journal comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Origin {
    pub source: Source,
    pub reason: String,
    pub recorded_on: Date,
}

/// A plan at a point of view with everything its tables are made of.
pub struct Snapshot {
    pub portfolio: Arc<Portfolio>,
    pub statement: Arc<Statement>,
    pub history: Arc<History>,
    pub origins: HashMap<Seq, Origin>,
    /// Whether names come in English where there are any.
    pub english: bool,
}

impl Snapshot {
    /// `effective, grade, source_title, source_url, source_unit, reason, recorded_on` of an entry.
    fn common(&self, effective: Date, seq: Seq, grade: Grade) -> [Cell; 7] {
        let origin = self.origins.get(&seq);
        let of = |text: fn(&Origin) -> &str| origin.map_or(Cell::Empty, |origin| Cell::text(text(origin)));
        [
            Cell::Day(effective),
            Cell::text(grade.as_str()),
            of(|origin| &origin.source.title),
            of(|origin| &origin.source.url),
            Cell::code(origin.and_then(|origin| origin.source.unit.as_ref())),
            of(|origin| &origin.reason),
            origin.map_or(Cell::Empty, |origin| Cell::Day(origin.recorded_on)),
        ]
    }

    fn project_name(&self, code: &str) -> Cell {
        self.portfolio.project(code).map_or(Cell::Empty, |p| Cell::text(p.name.get(self.english)))
    }
}

/// What an illustrative record touches is illustrative; it is published when all of it is.
fn worst(grades: impl Iterator<Item = Grade>) -> Option<Grade> {
    grades.fold(None, |held, grade| {
        Some(match (held, grade) {
            (Some(Grade::Illustrative), _) | (_, Grade::Illustrative) => Grade::Illustrative,
            (Some(Grade::Reported), _) | (_, Grade::Reported) => Grade::Reported,
            _ => Grade::Published,
        })
    })
}

/// Entries read at a time.
const PAGE: usize = 500;

impl App {
    /// Gathers what a plan's tables are made of. With `origins`, the source of every record too.
    pub async fn snapshot(
        &self,
        plan: &Code,
        asked: Asked,
        english: bool,
        origins: bool,
    ) -> Result<Snapshot, AppError> {
        self.snapshot_of(plan, self.view(asked).await?, english, origins).await
    }

    /// What a plan's tables are made of at a point of view that is already settled, without the sources.
    pub async fn snapshot_at(&self, plan: &Code, view: View, english: bool) -> Result<Snapshot, AppError> {
        self.snapshot_of(plan, view, english, false).await
    }

    async fn snapshot_of(
        &self,
        plan: &Code,
        view: View,
        english: bool,
        origins: bool,
    ) -> Result<Snapshot, AppError> {
        let (portfolio, statement) = self.statement_at(plan, view).await?;
        let history = self.history(plan).await?;
        let mut held = HashMap::new();
        if origins {
            for scope in [domain::subject::directory(), plan.clone()] {
                let filter = EntryFilter { scope: Some(scope), ..EntryFilter::default() };
                let mut before = None;
                loop {
                    let page = self.entries(filter.clone(), before, PAGE).await?;
                    let Some(last) = page.items.last() else { break };
                    before = Some(last.seq);
                    for entry in page.items {
                        let recorded_on = self.clock().zone().to_datetime(entry.recorded_at).date();
                        let origin =
                            Origin { source: entry.draft.source, reason: entry.draft.reason, recorded_on };
                        held.insert(entry.seq, origin);
                    }
                }
            }
        }
        Ok(Snapshot { portfolio, statement, history, origins: held, english })
    }

    /// Gives every row of a table to `visit`, in a fixed order. The ledger's are those that `query` asks for;
    /// all of it without one.
    pub async fn export_rows<E: From<AppError> + Send + 'static>(
        &self,
        table: &ExportTable,
        snapshot: &Snapshot,
        query: Option<&LedgerQuery>,
        asked: Asked,
        mut visit: impl FnMut(Vec<Cell>) -> Result<(), E>,
    ) -> Result<(), E> {
        let plan = &snapshot.portfolio.plan.code;
        if !table.is_streamed() {
            let mut outcome = Ok(());
            table.each(snapshot, &mut |row| {
                if outcome.is_ok() {
                    outcome = visit(row);
                }
            });
            return outcome;
        }
        if let Some(layer) = table.layer() {
            return layers::export(self, snapshot, layer, visit).await;
        }
        match table.name {
            name if name == coverage::COVERAGE.name => coverage::export(self, snapshot, false, visit).await,
            name if name == coverage::GAPS.name => coverage::export(self, snapshot, true, visit).await,
            name if name == items::ITEMS.name => items::export(self, snapshot, true, visit).await,
            name if name == items::ITEM_RECORDS.name => items::export(self, snapshot, false, visit).await,
            name if name == ledger::LEDGER.name => ledger::export(self, snapshot, query, visit).await,
            _ => self.export_entries(plan, asked, &mut visit).await,
        }
    }

    /// Gives the journal's entries of a plan to `visit`, oldest last, a page at a time.
    pub async fn export_entries<E: From<AppError>>(
        &self,
        plan: &Code,
        asked: Asked,
        mut visit: impl FnMut(Vec<Cell>) -> Result<(), E>,
    ) -> Result<(), E> {
        let view = self.view(asked).await?;
        let filter =
            EntryFilter { scope: Some(plan.clone()), known: Some(view.known), ..EntryFilter::default() };
        let mut before = None;
        loop {
            let page = self.entries(filter.clone(), before, PAGE).await?;
            let Some(last) = page.items.last() else { return Ok(()) };
            before = Some(last.seq);
            for entry in page.items.iter().filter(|entry| entry.draft.effective <= view.as_of) {
                visit(entry_row(entry))?;
            }
        }
    }
}
