//! From a sheet to changes: headings to fields, rows to facts, mistakes to named problems.

use std::borrow::Cow;
use std::cmp::Ordering;

use domain::code::Code;
use jiff::civil::Date;

use super::layers::MadeLayer;
use super::names::{Surety, column_label, columns, find, plain};
use super::profile::{Profile, ProfileError};
use super::report::{Counts, ImportReport, ProblemKind, RowProblem};
use super::resolve::Resolver;
use super::run::Mode;
use super::values::translate;
use super::{Sheet, SheetRow};
use crate::actor::Actor;
use crate::request::{DecidedAsOf, Located, PlaceFault, Understanding};
use crate::table::{CellError, CellProblem, Column, Row, Table, orders};
use words::Lang;

/// Headings are looked for in this many rows from the top.
const HEADING_ROWS: usize = 10;

/// Why a sheet cannot be understood as a table at all.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ImportError {
    #[error(transparent)]
    Profile(#[from] ProfileError),
    #[error("the sheet has no rows")]
    NoRows,
    #[error("row {0}, where the headings should be, is empty")]
    NoHeadings(u32),
    #[error("no heading for {}: rename a column, or name it in a profile", .columns.join(", "))]
    MissingColumns { row: u32, columns: Vec<&'static str>, found: Vec<String> },
    #[error("two columns, '{first}' and '{second}', are both taken for {column}: leave one out by a profile")]
    DoubleColumn { column: &'static str, first: String, second: String },
    #[error("the profile names a heading that the file does not have: {0}")]
    UnknownHeading(String),
}

impl ImportError {
    /// What is wrong and what to do, in the reader's language.
    pub fn message(&self, lang: Lang, table: &Table) -> String {
        let label = |column: &str| {
            let label = column_label(lang, table.name, column);
            words::with(lang, "import-choice", &[("label", &label), ("word", column)])
        };
        let comma = words::text(lang, "import-list-comma");
        match self {
            Self::Profile(error) => words::with(lang, "import-profile", &[("why", &error.to_string())]),
            Self::NoRows => words::text(lang, "import-no-rows").into_owned(),
            Self::NoHeadings(row) => words::with(lang, "import-no-headings", &[("row", &row.to_string())]),
            Self::MissingColumns { row, columns, found } => {
                let columns: Vec<String> = columns.iter().map(|column| label(column)).collect();
                words::with(
                    lang,
                    "import-missing-columns",
                    &[
                        ("row", &row.to_string()),
                        ("columns", &columns.join(&comma)),
                        ("found", &found.join(&comma)),
                    ],
                )
            }
            Self::DoubleColumn { column, first, second } => words::with(
                lang,
                "import-double-column",
                &[("column", &label(column)), ("first", first), ("second", second)],
            ),
            Self::UnknownHeading(heading) => {
                words::with(lang, "import-unknown-heading", &[("heading", heading)])
            }
        }
    }
}

/// A column of the file and what it is taken for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadingUse {
    pub column: usize,
    pub heading: String,
    /// `None`: not read.
    pub field: Option<&'static str>,
}

/// A row with what it asks for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PreparedRow {
    pub row: u32,
    pub asks: Row,
}

/// A sheet ready to be imported, with everything found wrong so far.
pub struct Prepared {
    pub table: &'static Table,
    pub plan: Code,
    pub headings: Vec<HeadingUse>,
    pub(crate) rows: Vec<PreparedRow>,
    pub(crate) problems: Vec<RowProblem>,
    /// What was put right in rows, and is said of them.
    pub(crate) notices: Vec<RowProblem>,
    /// Whether its orders have the points of their places, and say what their texts say.
    located: bool,
    pub(super) filled: bool,
    /// As of when it was decided what its orders come to.
    pub(super) decided: Option<DecidedAsOf>,
    /// The layer that the rows make together, once it is made.
    pub(super) layer: Option<MadeLayer>,
    /// The row of the headings.
    pub heading_row: u32,
    /// The first and the last row below the headings that are not empty.
    pub span: Option<(u32, u32)>,
    /// How many rows below the headings are not empty.
    pub total: usize,
    /// Rows of the file that were left out since they say what is on record.
    pub(crate) held: usize,
}

impl Prepared {
    /// Counts rows that were left out of the sheet since they say what is on record.
    pub fn with_held(mut self, rows: usize) -> Self {
        self.held = rows;
        self.total += rows;
        self
    }

    /// The heading of a field's column in the file; the field's own name where it has none.
    pub fn heading<'a>(&'a self, field: &'a str) -> &'a str {
        self.headings
            .iter()
            .find(|heading| heading.field == Some(field))
            .map_or(field, |heading| heading.heading.as_str())
    }

    /// What was found by looking through the rows alone, without trying them.
    pub fn looked_through(self) -> ImportReport {
        let wrong: std::collections::BTreeSet<u32> =
            self.problems.iter().map(|problem| problem.row).collect();
        ImportReport {
            table: self.table.name,
            mode: Mode::DryRun,
            applied: false,
            headings: self.headings,
            counts: Counts { new: self.rows.len(), refused: wrong.len(), ..Counts::default() },
            entries: self.rows.len(),
            span: None,
            rows: Vec::new(),
            problems: self.problems,
            notices: self.notices,
            stopped: None,
        }
    }

    /// What a run is told in, before it has begun.
    pub(super) fn report(&self, mode: Mode) -> ImportReport {
        ImportReport {
            table: self.table.name,
            mode,
            applied: false,
            headings: self.headings.clone(),
            counts: Counts { unchanged: self.held, ..Counts::default() },
            entries: 0,
            span: None,
            rows: Vec::new(),
            problems: self.problems.clone(),
            notices: self.notices.clone(),
            stopped: None,
        }
    }

    /// Settles the places of orders by the plan's map: what was swapped is put right, what lies elsewhere is a mistake.
    pub fn locate(&mut self, understanding: &Understanding) {
        if std::mem::replace(&mut self.located, true) || !self.table.is_of_orders() {
            return;
        }
        let orders = self.rows.iter_mut().filter_map(|row| match &mut row.asks {
            Row::Order(order) => Some(&mut **order),
            Row::Change(_) | Row::Place(_) => None,
        });
        let mut found = understanding.locate(orders).into_iter();
        let (mut notices, mut problems) = (Vec::new(), Vec::new());
        self.rows.retain(|row| {
            let (problem, of) = match found.next().flatten() {
                None | Some(Ok(Located { swapped: false, .. })) => return true,
                Some(Ok(_)) => (CellProblem::Swapped, &mut notices),
                Some(Err(PlaceFault::Outside)) => (CellProblem::OutsideAreas, &mut problems),
                Some(Err(PlaceFault::NotOnEarth)) => (CellProblem::NotDegrees { most: 90 }, &mut problems),
            };
            let stays = problem == CellProblem::Swapped;
            of.push((row.row, problem));
            stays
        });
        let named = |of: Vec<(u32, CellProblem)>, field: &'static str| -> Vec<RowProblem> {
            let said = of.into_iter().map(|(row, problem)| RowProblem {
                row,
                column: self.heading(field).to_owned(),
                field: field.to_owned(),
                value: String::new(),
                kind: ProblemKind::Cell(problem),
            });
            said.collect()
        };
        let (notices, problems) = (named(notices, "longitude"), named(problems, "latitude"));
        self.notices = notices;
        self.problems.extend(problems);
        self.problems.sort_by_key(|problem| problem.row);
    }

    /// Lets orders say what their texts say of category and place, and decides what they come to where `actor` brings them.
    pub fn fill_in(&mut self, understanding: &Understanding, actor: &Actor) {
        if std::mem::replace(&mut self.filled, true) {
            return;
        }
        self.locate(understanding);
        let orders = self.rows.iter_mut().filter_map(|row| match &mut row.asks {
            Row::Order(order) => Some(&mut **order),
            Row::Change(_) | Row::Place(_) => None,
        });
        // Of anybody else it is asked at the moment of writing what they may.
        let operator = match actor {
            Actor::Operator(name) => Some(name),
            _ => None,
        };
        understanding.fill_in(orders, operator);
        self.decided = operator.map(|_| understanding.as_of());
    }

    /// The mistakes found before anything was tried.
    pub fn problems(&self) -> &[RowProblem] {
        &self.problems
    }
}

/// Reads a sheet as a table of a plan. Mistakes in cells are gathered, not returned at the first.
pub fn prepare(
    table: &'static Table,
    plan: &Code,
    sheet: &Sheet,
    profile: &Profile,
    resolver: &Resolver,
    today: Date,
) -> Result<Prepared, ImportError> {
    profile.check(table)?;
    let heading_row = heading_row(table, sheet, profile)?;
    let headings = headings(table, heading_row, profile)?;
    check_required(table, heading_row, &headings, profile)?;
    let sources: Vec<(&'static Column, Option<usize>, Option<&str>)> = columns(table)
        .filter_map(|column| {
            let at = headings.iter().find(|held| held.field == Some(column.name)).map(|held| held.column);
            let constant = profile.constants.get(column.name).map(String::as_str);
            (at.is_some() || constant.is_some()).then_some((column, at, constant))
        })
        .collect();

    let unrecorded = orders::unrecorded(|name| sources.iter().any(|(column, ..)| column.name == name));
    let body = || sheet.rows.iter().filter(|row| row.number > heading_row.number);
    let mut out = Prepared {
        table,
        plan: plan.clone(),
        headings,
        heading_row: heading_row.number,
        span: body().next().zip(body().next_back()).map(|(first, last)| (first.number, last.number)),
        rows: Vec::new(),
        problems: Vec::new(),
        notices: Vec::new(),
        located: false,
        filled: false,
        decided: None,
        layer: None,
        total: body().count(),
        held: 0,
    };
    out.take_faults(sheet, heading_row.number);
    let faults = out.problems.len();
    let faulty: Vec<u32> = out.problems.iter().map(|problem| problem.row).collect();
    let mut translated: Vec<(&str, Cow<str>)> = Vec::with_capacity(sources.len());
    for row in body() {
        translated.clear();
        translated.extend(sources.iter().map(|(column, at, constant)| {
            let cell = at.and_then(|at| row.cells.get(at)).map_or("", String::as_str);
            let cell = if cell.trim().is_empty() { constant.unwrap_or("") } else { cell };
            (column.name, translate(table, column, cell, profile, resolver))
        }));
        if out.stray_cells(row) {
            continue;
        }
        let get = |name: &str| {
            translated.iter().find(|(held, _)| *held == name).map_or("", |(_, cell)| cell.as_ref())
        };
        match table.row(plan, today, get) {
            Ok(_) if faulty.binary_search(&row.number).is_ok() => {}
            Ok(mut asks) => {
                if let Row::Order(order) = &mut asks {
                    order.unrecorded = unrecorded;
                }
                out.rows.push(PreparedRow { row: row.number, asks });
            }
            Err(errors) => {
                // A cell that could not be read is missing too: it is named once.
                let faults = &out.problems[..faults];
                let from = faults.partition_point(|problem| problem.row < row.number);
                let named: Vec<String> = faults[from..]
                    .iter()
                    .take_while(|problem| problem.row == row.number)
                    .map(|problem| problem.field.clone())
                    .collect();
                for error in errors.into_iter().filter(|error| !named.contains(&error.column)) {
                    out.cell_problem(row, error);
                }
            }
        }
    }
    out.name_twins(today);
    out.settle_layer(resolver);
    out.name_places(resolver);
    out.problems.sort_by_key(|problem| problem.row);
    Ok(out)
}

/// The row of the headings: the profile's, else among the first the one that most columns are known in.
pub(super) fn heading_row<'a>(
    table: &Table,
    sheet: &'a Sheet,
    profile: &Profile,
) -> Result<&'a SheetRow, ImportError> {
    if let Some(wanted) = profile.header_row {
        return sheet.rows.iter().find(|row| row.number == wanted).ok_or(ImportError::NoHeadings(wanted));
    }
    let named = |heading: &str| profile.columns.keys().any(|key| plain(key) == plain(heading));
    let known = |row: &SheetRow| {
        let mut fields: Vec<&str> = row
            .cells
            .iter()
            .filter_map(|cell| find(table, cell).map(|(column, _)| column.name).or(named(cell).then_some("")))
            .collect();
        fields.sort_unstable();
        fields.dedup();
        fields.len()
    };
    // The first of the best.
    let mut best: Option<(usize, &SheetRow)> = None;
    for row in sheet.rows.iter().take(HEADING_ROWS) {
        let count = known(row);
        if best.is_none_or(|(most, _)| count > most) {
            best = Some((count, row));
        }
    }
    best.map(|(_, row)| row).ok_or(ImportError::NoRows)
}

/// Which column each heading is taken for. Where two are taken for one, what the profile says goes
/// before a name, a name before a label, a label before what the column is also called; the weaker one
/// is not read.
pub(super) fn headings(
    table: &Table,
    row: &SheetRow,
    profile: &Profile,
) -> Result<Vec<HeadingUse>, ImportError> {
    let mut out: Vec<HeadingUse> = Vec::new();
    // `None` is the profile's word: the surest.
    let mut sureties: Vec<Option<Surety>> = Vec::new();
    let mut unused: Vec<&String> = profile.columns.keys().collect();
    for (at, heading) in row.cells.iter().enumerate().filter(|(_, cell)| !cell.trim().is_empty()) {
        let (mut field, surety) = match profile.columns.iter().find(|(key, _)| plain(key) == plain(heading)) {
            Some((key, field)) => {
                unused.retain(|held| *held != key);
                (columns(table).find(|column| column.name == field).map(|column| column.name), None)
            }
            None => find(table, heading)
                .map_or((None, None), |(column, surety)| (Some(column.name), Some(surety))),
        };
        if let Some(name) = field
            && let Some(first) = out.iter().position(|held| held.field == Some(name))
        {
            match surety.cmp(&sureties[first]) {
                Ordering::Less => out[first].field = None,
                Ordering::Greater => field = None,
                Ordering::Equal => {
                    return Err(ImportError::DoubleColumn {
                        column: name,
                        first: out[first].heading.clone(),
                        second: heading.trim().to_owned(),
                    });
                }
            }
        }
        out.push(HeadingUse { column: at, heading: heading.trim().to_owned(), field });
        sureties.push(surety);
    }
    match unused.first() {
        Some(heading) => Err(ImportError::UnknownHeading((*heading).clone())),
        None => Ok(out),
    }
}

fn check_required(
    table: &Table,
    row: &SheetRow,
    headings: &[HeadingUse],
    profile: &Profile,
) -> Result<(), ImportError> {
    let missing: Vec<&'static str> = table
        .columns
        .iter()
        .filter(|column| column.required)
        .map(|column| column.name)
        .filter(|name| {
            !headings.iter().any(|held| held.field == Some(name)) && !profile.constants.contains_key(*name)
        })
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let found = headings.iter().map(|held| held.heading.clone()).collect();
    Err(ImportError::MissingColumns { row: row.number, columns: missing, found })
}

impl Prepared {
    fn cell_problem(&mut self, row: &SheetRow, error: CellError) {
        let used = self.headings.iter().find(|held| held.field == Some(error.column.as_str()));
        // As it stands in the file, not as it was understood; a constant has no cell.
        let cell = used.and_then(|used| row.cells.get(used.column)).map_or("", |cell| cell.trim());
        let value = if cell.is_empty() { error.value } else { cell.chars().take(60).collect() };
        let column = used.map_or(error.column.as_str(), |used| used.heading.as_str()).to_owned();
        let kind = ProblemKind::Cell(error.problem);
        self.problems.push(RowProblem { row: row.number, column, field: error.column, value, kind });
    }

    /// Cells that could not be read, where their column matters.
    fn take_faults(&mut self, sheet: &Sheet, heading_row: u32) {
        for fault in sheet.faults.iter().filter(|fault| fault.row > heading_row) {
            let Some(used) = self.headings.iter().find(|held| held.column == fault.column) else { continue };
            let Some(field) = used.field else { continue };
            self.problems.push(RowProblem {
                row: fault.row,
                column: used.heading.clone(),
                field: field.to_owned(),
                value: fault.value.clone(),
                kind: ProblemKind::Sheet { key: fault.key, args: fault.args.clone() },
            });
        }
        self.problems.sort_by_key(|problem| problem.row);
    }

    /// Values to the right of the last heading: often a separator or quotation mark gone wrong.
    fn stray_cells(&mut self, row: &SheetRow) -> bool {
        let last = self.headings.last().map_or(0, |heading| heading.column);
        let stray = row.cells.iter().enumerate().skip(last + 1).find(|(_, cell)| !cell.trim().is_empty());
        if let Some((at, cell)) = stray {
            self.problems.push(RowProblem {
                row: row.number,
                column: (at + 1).to_string(),
                field: String::new(),
                value: cell.chars().take(60).collect(),
                kind: ProblemKind::Sheet { key: "cell-stray", args: Vec::new() },
            });
        }
        stray.is_some()
    }
}
