//! The ledger as a table: items, projects and milestones with their lights.

use domain::item::ledger::{LedgerRow, RowKind};
use domain::item::light::Verdict;
use domain::item::query::{LedgerQuery, Sort};
use domain::policy::Action;
use jiff::civil::Date;

use super::items::pairs;
use super::{Cell, ExportTable, Snapshot};
use crate::App;
use crate::error::AppError;
use crate::ledger::{PAGE_MOST, Paging};

pub(super) const LEDGER: ExportTable = ExportTable {
    name: "ledger",
    columns: &[
        "code",
        "row_kind",
        "step",
        "part",
        "name",
        "number",
        "light",
        "light_because",
        "standing",
        "state",
        "item_level",
        "series",
        "lead_unit_code",
        "lead_unit_name",
        "supporting_units",
        "caller",
        "issuer",
        "person",
        "areas",
        "sector",
        "origin",
        "received",
        "due",
        "forecast_on",
        "finished",
        "last_report",
        "latest_progress",
        "evidence",
        "quantities",
        "solved",
        "grade",
    ],
    access: Action::ReadStaff,
    importable: false,
    // Its rows come page by page.
    rows: |_, _| {},
};

/// Gives the rows that a query asks for to `visit`, by due date, a page at a time.
pub(super) async fn export<E: From<AppError>>(
    app: &App,
    snapshot: &Snapshot,
    query: Option<&LedgerQuery>,
    mut visit: impl FnMut(Vec<Cell>) -> Result<(), E>,
) -> Result<(), E> {
    let portfolio = &snapshot.portfolio;
    let everything = LedgerQuery { projects: true, milestones: true, ..LedgerQuery::default() };
    let query = query.unwrap_or(&everything);
    let mut paging = Paging { sort: Sort::Due, descending: false, after: None, limit: PAGE_MOST };
    loop {
        let page = app.ledger_at(&portfolio.plan.code, query, &paging, portfolio.view).await?;
        for (row, verdict) in &page.rows {
            visit(cells(snapshot, row, *verdict))?;
        }
        paging.after = page.next;
        if paging.after.is_none() {
            return Ok(());
        }
    }
}

fn cells(snapshot: &Snapshot, row: &LedgerRow, verdict: Verdict) -> Vec<Cell> {
    let day = |day: Option<Date>| day.map_or(Cell::Empty, Cell::Day);
    let codes = |codes: &[domain::code::Code]| Cell::text(pairs(codes.iter().map(ToString::to_string)));
    let (step, part) = match &row.kind {
        RowKind::Milestone { part, step } => (Cell::code(Some(step)), Cell::code(part.as_ref())),
        _ => (Cell::Empty, Cell::Empty),
    };
    let unit = row.lead_unit.as_ref().and_then(|unit| snapshot.portfolio.units.get(unit));
    vec![
        Cell::code(Some(&row.code)),
        Cell::text(row.kind.as_str()),
        step,
        part,
        Cell::text(row.name.get(snapshot.english)),
        Cell::text(&row.number),
        Cell::text(verdict.light.as_str()),
        verdict.because.map_or(Cell::Empty, |test| match test.number() {
            Some(number) => Cell::text(format!("{} {number}", test.key())),
            None => Cell::text(test.key()),
        }),
        Cell::text(row.standing.as_str()),
        Cell::text(&row.state),
        row.level.map_or(Cell::Empty, |level| Cell::text(level.as_str())),
        row.series.map_or(Cell::Empty, |series| Cell::text(series.as_str())),
        Cell::code(row.lead_unit.as_ref()),
        unit.map_or(Cell::Empty, |unit| Cell::text(unit.name.get(snapshot.english))),
        codes(&row.supporting_units),
        Cell::code(row.caller.as_ref()),
        Cell::text(&row.issuer),
        Cell::code(row.person.as_ref()),
        codes(&row.areas),
        Cell::code(row.sector.as_ref()),
        row.origin.as_ref().map_or(Cell::Empty, |(relation, to)| {
            Cell::text(format!("{}:{}:{}", relation.as_str(), to.kind().as_str(), to.code()))
        }),
        day(row.received),
        day(row.due),
        day(row.forecast),
        day(row.finished),
        day(row.last_report),
        Cell::text(&row.progress),
        Cell::text(row.evidence.as_str()),
        Cell::text(pairs(
            row.quantities.iter().map(|(kind, quantity)| format!("{kind}={}", quantity.normalize())),
        )),
        row.solved.map_or(Cell::Empty, Cell::Bool),
        Cell::text(row.grade.as_str()),
    ]
}
