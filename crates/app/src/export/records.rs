//! Tables of single facts: each row is one fact as it was recorded, with its day and source.

use domain::fact::Fact;
use domain::history::RecordedFact;
use domain::indicator::IndicatorFact;
use domain::milestone::Aspect;
use domain::named::Named;
use domain::plan::PlanFact;
use domain::policy::Action;
use domain::project::ProjectFact;
use domain::subject::SubjectKind;

use super::{Cell, ExportTable, Snapshot};

/// Makes the constant of a table whose rows are a project's facts: its own columns, then the common
/// ones, then those that only inform.
macro_rules! fact_table {
    ($const:ident, $name:literal, $kind:expr, $access:expr, [$($column:literal),*], [$($more:literal),*], $cells:expr) => {
        pub(super) const $const: ExportTable = ExportTable {
            name: $name,
            columns: $crate::export::columns!([$($column),*], [$($more),*]),
            access: $access,
            importable: true,
            rows: |snapshot, visit| $crate::export::records::rows(snapshot, $kind, visit, $cells),
        };
    };
}
pub(super) use fact_table;

/// Own cells, and cells that only inform.
pub(super) type Made = Option<(Vec<Cell>, Vec<Cell>)>;

pub(super) fn rows(
    snapshot: &Snapshot,
    kind: SubjectKind,
    visit: &mut dyn FnMut(Vec<Cell>),
    cells: impl Fn(&Snapshot, &str, &RecordedFact) -> Made,
) {
    let view = snapshot.portfolio.view;
    for history in snapshot.history.of_kind(&snapshot.portfolio.plan.code, kind) {
        let visible: Vec<&RecordedFact> =
            history.facts().iter().filter(|fact| fact.is_visible(view)).collect();
        for (at, fact) in visible.iter().enumerate() {
            // Said again of the same day, only the last word counts; remarks stand side by side.
            let replaced = visible.get(at + 1).is_some_and(|next| {
                next.slot == fact.slot
                    && next.effective == fact.effective
                    && !matches!(fact.fact, Fact::Project(ProjectFact::Remark { .. }))
            });
            if replaced {
                continue;
            }
            if let Some((mut row, more)) = cells(snapshot, history.subject.code.as_str(), fact) {
                row.extend(snapshot.common(fact.effective, fact.seq, fact.grade));
                row.extend(more);
                visit(row);
            }
        }
    }
}

pub(super) fn project(fact: &RecordedFact) -> Option<&ProjectFact> {
    match &fact.fact {
        Fact::Project(fact) => Some(fact),
        _ => None,
    }
}

fn indicator(fact: &RecordedFact) -> Option<&IndicatorFact> {
    match &fact.fact {
        Fact::Indicator(fact) => Some(fact),
        _ => None,
    }
}

pub(super) fn of_project(snapshot: &Snapshot, code: &str, own: Vec<Cell>) -> Made {
    let mut row = vec![Cell::text(code)];
    row.extend(own);
    Some((row, vec![snapshot.project_name(code)]))
}

fn of_indicator(snapshot: &Snapshot, code: &str, own: Vec<Cell>) -> Made {
    let mut row = vec![Cell::text(code)];
    row.extend(own);
    let name = snapshot
        .portfolio
        .indicators
        .iter()
        .find(|indicator| indicator.code.as_ref().is_some_and(|held| held.as_str() == code))
        .and_then(|indicator| indicator.name.as_ref())
        .map_or(Cell::Empty, |name| Cell::text(name.get(snapshot.english)));
    Some((row, vec![name]))
}

pub(super) fn named(name: &Named) -> [Cell; 2] {
    [Cell::text(&name.zh), Cell::text(&name.en)]
}

fact_table!(
    ALIASES,
    "aliases",
    SubjectKind::Project,
    Action::ReadPublic,
    ["project", "alias"],
    ["project_name"],
    |snapshot, code, fact| match project(fact)? {
        ProjectFact::Alias { alias } => of_project(snapshot, code, vec![Cell::text(alias)]),
        _ => None,
    }
);

fact_table!(
    LEAD_UNITS,
    "lead_units",
    SubjectKind::Project,
    Action::ReadPublic,
    ["project", "unit"],
    ["project_name", "unit_name"],
    |snapshot, code, fact| match project(fact)? {
        ProjectFact::LeadUnit { unit } => {
            let (row, mut more) = of_project(snapshot, code, vec![Cell::code(Some(unit))])?;
            more.push(unit_name(snapshot, unit.as_str()));
            Some((row, more))
        }
        _ => None,
    }
);

fn unit_name(snapshot: &Snapshot, unit: &str) -> Cell {
    let unit = snapshot.portfolio.units.get(unit);
    unit.map_or(Cell::Empty, |unit| Cell::text(unit.name.get(snapshot.english)))
}

fact_table!(
    SUPPORTING_UNITS,
    "supporting_units",
    SubjectKind::Project,
    Action::ReadPublic,
    ["project", "unit", "role", "active"],
    ["project_name", "unit_name"],
    |snapshot, code, fact| match project(fact)? {
        ProjectFact::SupportingUnit { unit, role, active } => {
            let own = vec![Cell::code(Some(unit)), Cell::code(Some(role)), Cell::Bool(*active)];
            let (row, mut more) = of_project(snapshot, code, own)?;
            more.push(unit_name(snapshot, unit.as_str()));
            Some((row, more))
        }
        _ => None,
    }
);

fact_table!(
    PARTS,
    "parts",
    SubjectKind::Project,
    Action::ReadPublic,
    ["project", "part", "name_zh", "name_en"],
    ["project_name"],
    |snapshot, code, fact| match project(fact)? {
        ProjectFact::Part { part, name } => {
            let [zh, en] = named(name);
            of_project(snapshot, code, vec![Cell::code(Some(part)), zh, en])
        }
        _ => None,
    }
);

fact_table!(
    MILESTONES,
    "milestones",
    SubjectKind::Project,
    Action::ReadPublic,
    ["project", "part", "step", "aspect", "date", "cause"],
    ["project_name", "slip_days"],
    |snapshot, code, fact| match project(fact)? {
        ProjectFact::Milestone { aspect, part, step, date, cause } => {
            let own = vec![
                Cell::code(part.as_ref()),
                Cell::code(Some(step)),
                Cell::text(aspect.as_str()),
                Cell::planned(*date),
                cause.map_or(Cell::Empty, |cause| Cell::text(cause.as_str())),
            ];
            let (row, mut more) = of_project(snapshot, code, own)?;
            // Days of this date behind the first promise; the internal baseline is no slip.
            let first = snapshot
                .portfolio
                .project(code)
                .and_then(|project| project.tracks.get(&(part.clone(), step.clone())))
                .and_then(|track| track.first_promised());
            more.push(match (first, date) {
                (Some(first), Some(date)) if *aspect != Aspect::Planned => {
                    Cell::whole(first.days_until(*date))
                }
                _ => Cell::Empty,
            });
            Some((row, more))
        }
        _ => None,
    }
);

fact_table!(
    PROGRESS,
    "progress",
    SubjectKind::Project,
    Action::ReadPublic,
    ["project", "part", "percent"],
    ["project_name"],
    |snapshot, code, fact| match project(fact)? {
        ProjectFact::Progress { part, percent } => {
            of_project(snapshot, code, vec![Cell::code(part.as_ref()), Cell::decimal(*percent)])
        }
        _ => None,
    }
);

fact_table!(
    OUTPUTS,
    "outputs",
    SubjectKind::Project,
    Action::ReadPublic,
    ["project", "kind", "stage", "basis", "quantity"],
    ["project_name", "kind_name", "kind_unit"],
    |snapshot, code, fact| match project(fact)? {
        ProjectFact::Output { kind, stage, basis, quantity } => {
            let own = vec![
                Cell::code(Some(kind)),
                Cell::text(stage.as_str()),
                Cell::text(basis.as_str()),
                Cell::decimal(*quantity),
            ];
            let (row, mut more) = of_project(snapshot, code, own)?;
            more.extend(kind_names(snapshot, kind.as_str()));
            Some((row, more))
        }
        _ => None,
    }
);

/// Name and unit of a kind of output.
pub(super) fn kind_names(snapshot: &Snapshot, kind: &str) -> [Cell; 2] {
    match snapshot.portfolio.plan.output_kind(kind) {
        Some(kind) => {
            [Cell::text(kind.name.get(snapshot.english)), Cell::text(kind.unit.get(snapshot.english))]
        }
        None => [Cell::Empty, Cell::Empty],
    }
}

fact_table!(
    DOCUMENTS,
    "documents",
    SubjectKind::Project,
    Action::ReadPublic,
    ["project", "title", "url"],
    ["project_name"],
    |snapshot, code, fact| match project(fact)? {
        ProjectFact::Document { title, url } => {
            of_project(snapshot, code, vec![Cell::text(title), Cell::text(url)])
        }
        _ => None,
    }
);

fact_table!(
    EVALUATIONS,
    "evaluations",
    SubjectKind::Project,
    Action::ReadPublic,
    ["project", "reached", "compared", "categories", "months_before", "months_left_out", "months_after"],
    ["project_name"],
    |snapshot, code, fact| match project(fact)? {
        ProjectFact::Evaluation(choice) => {
            // What matters that are not public were compared by is not public either.
            let category =
                |code: &domain::code::Code| snapshot.portfolio.plan.request_category(code.as_str());
            if choice.categories.iter().any(|code| category(code).is_none_or(|held| held.private)) {
                return None;
            }
            let months =
                |held: Option<u16>| held.map_or(Cell::Empty, |months| Cell::whole(i32::from(months)));
            let own = vec![
                Cell::codes(&choice.reached),
                Cell::codes(&choice.compared),
                Cell::codes(&choice.categories),
                months(choice.before),
                months(choice.left_out),
                months(choice.after),
            ];
            of_project(snapshot, code, own)
        }
        _ => None,
    }
);

fact_table!(
    REMARKS,
    "remarks",
    SubjectKind::Project,
    Action::ReadStaff,
    ["project", "text"],
    ["project_name"],
    |snapshot, code, fact| match project(fact)? {
        ProjectFact::Remark { text } => of_project(snapshot, code, vec![Cell::text(text)]),
        _ => None,
    }
);

fact_table!(
    BASELINES,
    "baselines",
    SubjectKind::Indicator,
    Action::ReadPublic,
    ["indicator", "on", "value", "instrument", "scale", "wave"],
    ["indicator_name"],
    |snapshot, code, fact| match indicator(fact)? {
        IndicatorFact::Baseline { value, on, instrument, wave } => of_indicator(
            snapshot,
            code,
            vec![
                Cell::Day(*on),
                Cell::decimal(*value),
                Cell::code(Some(&instrument.instrument)),
                Cell::code(Some(&instrument.scale)),
                Cell::code(wave.as_ref()),
            ]
        ),
        _ => None,
    }
);

fact_table!(
    TARGETS,
    "targets",
    SubjectKind::Indicator,
    Action::ReadPublic,
    ["indicator", "on", "value", "instrument", "scale"],
    ["indicator_name"],
    |snapshot, code, fact| match indicator(fact)? {
        IndicatorFact::Target { value, on, instrument } => of_indicator(
            snapshot,
            code,
            vec![
                Cell::Day(*on),
                Cell::decimal(*value),
                Cell::code(Some(&instrument.instrument)),
                Cell::code(Some(&instrument.scale)),
            ]
        ),
        _ => None,
    }
);

fact_table!(
    OBSERVATIONS,
    "observations",
    SubjectKind::Indicator,
    Action::ReadPublic,
    ["indicator", "key", "on", "value", "instrument", "scale", "approximate", "area", "wave"],
    ["indicator_name"],
    |snapshot, code, fact| match indicator(fact)? {
        IndicatorFact::Observation { key, on, value, instrument, approximate, area, wave } => {
            of_indicator(
                snapshot,
                code,
                vec![
                    Cell::code(Some(key)),
                    Cell::Day(*on),
                    Cell::decimal(*value),
                    Cell::code(Some(&instrument.instrument)),
                    Cell::code(Some(&instrument.scale)),
                    Cell::Bool(*approximate),
                    Cell::code(area.as_ref()),
                    Cell::code(wave.as_ref()),
                ],
            )
        }
        _ => None,
    }
);

fact_table!(
    ACCEPTED,
    "accepted",
    SubjectKind::Indicator,
    Action::ReadPublic,
    ["indicator", "on", "key", "because", "area"],
    ["indicator_name"],
    |snapshot, code, fact| match indicator(fact)? {
        IndicatorFact::Accepted { on, key, because, area } => of_indicator(
            snapshot,
            code,
            vec![Cell::Day(*on), Cell::code(Some(key)), Cell::text(because), Cell::code(area.as_ref())],
        ),
        _ => None,
    }
);

fact_table!(
    LIST_ENTRIES,
    "list_entries",
    SubjectKind::Plan,
    Action::ReadPublic,
    ["year", "issue", "project", "entry", "aim"],
    ["project_name"],
    |snapshot, _, fact| {
        match &fact.fact {
            Fact::Plan(PlanFact::ListEntry { year, issue, project, entry, aim }) => Some((
                vec![
                    Cell::whole(year),
                    Cell::whole(issue),
                    Cell::code(Some(project)),
                    Cell::text(entry.as_str()),
                    aim.map_or(Cell::Empty, |aim| Cell::text(aim.as_str())),
                ],
                vec![snapshot.project_name(project.as_str())],
            )),
            _ => None,
        }
    }
);
