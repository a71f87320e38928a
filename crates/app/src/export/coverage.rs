//! Coverage and gaps as tables: worked out for the day, not brought in again.

use domain::facility::GapAnswer;
use domain::policy::Action;

use super::{Cell, ExportTable, Snapshot};
use crate::App;
use crate::error::AppError;
use crate::place::coverage::{Asks, Cause, Causes, Coverage, CoverageAsked};
use crate::place::evidence::{Evidence, Reader};

/// One row for each community, kind and rule.
pub(super) const COVERAGE: ExportTable = ExportTable {
    name: "coverage",
    columns: &[
        "area",
        "area_name",
        "kind",
        "kind_name",
        "standard",
        "standard_name",
        "standard_checked",
        "limit_metres",
        "distance_by",
        "counted",
        "covered",
        "not_covered",
        "unknown",
        "unreached",
        "all",
        "known_facilities",
        "official_facilities",
        "facilities_at_point",
        "too_far",
        "no_link",
        "planned_near",
        "closed_near",
        "everybody",
        "grade",
        "licence",
    ],
    access: Action::ReadPublic,
    importable: false,
    rows: |_, _| {},
};

/// The gap register.
pub(super) const GAPS: ExportTable = ExportTable {
    name: "gaps",
    columns: &[
        "area",
        "area_name",
        "kind",
        "kind_name",
        "standard",
        "standard_name",
        "gap_state",
        "counted",
        "concerned",
        "all",
        "unknown",
        "in_full",
        "nearest_metres",
        "limit_metres",
        "distance_by",
        "per_thousand",
        "asked_per_thousand",
        "gap_cause",
        "gap_requests",
        "requests_from",
        "requests_to",
        "gap_answer",
        "answer_project",
        "answer_item",
        "answer_why",
        "answered_on",
        "grade",
    ],
    access: Action::ReadPublic,
    importable: false,
    rows: |_, _| {},
};

fn metres(millimetres: u32) -> Cell {
    Cell::decimal(rust_decimal::Decimal::new(i64::from(millimetres), 3))
}

/// Names of an area, a kind and a standard beside their codes.
struct Names<'a>(&'a Snapshot);

impl Names<'_> {
    fn area(&self, code: &domain::code::Code) -> [Cell; 2] {
        let held = self.0.portfolio.areas.get(code);
        [Cell::code(Some(code)), held.map_or(Cell::Empty, |held| Cell::text(held.name.get(self.0.english)))]
    }

    fn kind(&self, code: &domain::code::Code) -> [Cell; 2] {
        let held = self.0.portfolio.plan.facility_kind(code.as_str());
        [Cell::code(Some(code)), held.map_or(Cell::Empty, |held| Cell::text(held.name.get(self.0.english)))]
    }

    fn standard(&self, code: Option<&domain::code::Code>) -> [Cell; 2] {
        let held = code.and_then(|code| self.0.portfolio.plan.facility_standard(code.as_str()));
        [Cell::code(code), held.map_or(Cell::Empty, |held| Cell::text(held.name.get(self.0.english)))]
    }
}

/// Gives the rows of one of the two to `visit`; none where nobody said where people live.
pub(super) async fn export<E: From<AppError>>(
    app: &App,
    snapshot: &Snapshot,
    gaps: bool,
    visit: impl FnMut(Vec<Cell>) -> Result<(), E>,
) -> Result<(), E> {
    let found = app.coverage(&snapshot.portfolio, CoverageAsked::default()).await?;
    let Some(coverage) = found else { return Ok(()) };
    let rows = if gaps {
        // A file is everybody's.
        let portfolio = &snapshot.portfolio;
        let evidence = app.gap_evidence(portfolio, &coverage.communities, Reader::Everybody).await?;
        gap_rows(&coverage, &evidence, snapshot)
    } else {
        rows(&coverage, snapshot)
    };
    rows.into_iter().try_for_each(visit)
}

fn rows(coverage: &Coverage, snapshot: &Snapshot) -> Vec<Vec<Cell>> {
    let names = Names(snapshot);
    let layer = snapshot.portfolio.plan.layers.get(&domain::layer::LayerKind::Residences);
    let mut out = Vec::new();
    for kind in &coverage.kinds {
        for held in &kind.rules {
            let checked =
                held.rule.standard.as_ref().is_some_and(domain::facility::FacilityStandard::is_checked);
            for (number, figure) in held.figures.iter().enumerate() {
                let completeness = kind.counted[number].completeness;
                let cause = |cause: Cause| Cell::whole(held.causes[number].of(cause));
                let mut row = Vec::with_capacity(COVERAGE.columns.len());
                row.extend(names.area(&coverage.communities[number]));
                row.extend(names.kind(&kind.kind));
                row.extend(names.standard(held.rule.code()));
                row.extend([
                    Cell::Bool(checked),
                    metres(held.rule.limit),
                    Cell::text(coverage.way.as_str()),
                    Cell::text(figure.basis.as_str()),
                    Cell::whole(figure.covered),
                    Cell::whole(figure.not_covered),
                    Cell::whole(figure.unknown),
                    Cell::whole(figure.unreached),
                    Cell::whole(figure.total()),
                    Cell::whole(completeness.known),
                    completeness.official.map_or(Cell::Empty, Cell::whole),
                    Cell::whole(kind.reached.point as u64),
                    cause(Cause::TooFar),
                    cause(Cause::NoLink),
                    cause(Cause::Planned),
                    cause(Cause::Closed),
                    Cell::Bool(kind.everybody),
                    layer.map_or(Cell::Empty, |layer| Cell::text(layer.grade.as_str())),
                    layer.map_or(Cell::Empty, |layer| Cell::text(&layer.layer.licence)),
                ]);
                out.push(row);
            }
            // Where no residence is on record nothing can be counted; that is said, not left out.
            for community in &coverage.without_residences {
                let mut row = Vec::with_capacity(COVERAGE.columns.len());
                row.extend(names.area(community));
                row.extend(names.kind(&kind.kind));
                row.extend(names.standard(held.rule.code()));
                row.extend([Cell::Bool(checked), metres(held.rule.limit), Cell::text(coverage.way.as_str())]);
                row.resize(COVERAGE.columns.len(), Cell::Empty);
                out.push(row);
            }
        }
    }
    out
}

fn gap_rows(coverage: &Coverage, evidence: &Evidence, snapshot: &Snapshot) -> Vec<Vec<Cell>> {
    let names = Names(snapshot);
    let layer = snapshot.portfolio.plan.layers.get(&domain::layer::LayerKind::Residences);
    let commonest =
        |causes: &Causes| causes.each().first().map_or(Cell::Empty, |(cause, _)| Cell::text(cause.as_str()));
    coverage
        .gaps(&snapshot.portfolio)
        .into_iter()
        .map(|line| {
            let mut row = Vec::with_capacity(GAPS.columns.len());
            row.extend(names.area(&line.gap.community));
            row.extend(names.kind(&line.gap.kind));
            row.extend(names.standard(Some(&line.gap.standard)));
            row.extend([
                Cell::text(line.state.as_str()),
                Cell::text(line.basis.as_str()),
                Cell::whole(line.concerned),
                Cell::whole(line.all),
                Cell::whole(line.unknown),
                Cell::whole(line.full),
            ]);
            let (nearest, limit, has, asked) = match line.asks {
                Asks::Within { limit, nearest } => {
                    (nearest.map_or(Cell::Empty, metres), metres(limit), Cell::Empty, Cell::Empty)
                }
                Asks::PerThousand { asked, has } => {
                    (Cell::Empty, Cell::Empty, has.map_or(Cell::Empty, Cell::decimal), Cell::decimal(asked))
                }
            };
            let way = Cell::text(coverage.way.as_str());
            row.extend([nearest, limit, way, has, asked, commonest(&line.causes)]);
            let held = evidence.of(&line.gap);
            row.push(held.and_then(|held| held.requests).map_or(Cell::Empty, Cell::whole));
            let day = |day| if held.is_some() { Cell::Day(day) } else { Cell::Empty };
            row.extend([day(evidence.from), day(evidence.to)]);
            let (word, project, item, why) = match line.answer.as_ref().map(|held| &held.answer) {
                None => (Cell::Empty, Cell::Empty, Cell::Empty, Cell::Empty),
                Some(GapAnswer::Project { project }) => {
                    (Cell::text("project"), Cell::code(Some(project)), Cell::Empty, Cell::Empty)
                }
                Some(GapAnswer::Item { item }) => {
                    (Cell::text("item"), Cell::Empty, Cell::code(Some(item)), Cell::Empty)
                }
                Some(GapAnswer::Refused { why }) => {
                    (Cell::text("refused"), Cell::Empty, Cell::Empty, Cell::text(why))
                }
            };
            row.extend([word, project, item, why]);
            row.push(line.answer.as_ref().map_or(Cell::Empty, |held| Cell::Day(held.on)));
            row.push(layer.map_or(Cell::Empty, |layer| Cell::text(layer.grade.as_str())));
            row
        })
        .collect()
}
