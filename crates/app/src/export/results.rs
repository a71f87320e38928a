//! Groups of outputs, revisions, yearly lists, and the statement with the records behind it.

use domain::code::Code;
use domain::figure::Row;
use domain::history::RecordedFact;
use domain::plan::ListEntryKind;
use domain::policy::Action;
use domain::source::Grade;
use domain::subject::Subject;

use super::records::{kind_names, named};
use super::{Cell, ExportTable, Snapshot, columns, worst};

/// The plan's own fact that holds in a slot.
fn plan_fact<'a>(snapshot: &'a Snapshot, slot: &str) -> Option<&'a RecordedFact> {
    let view = snapshot.portfolio.view;
    let history = snapshot.history.get(&Subject::plan(&snapshot.portfolio.plan.code))?;
    history.facts().iter().rfind(|fact| *fact.slot == *slot && fact.is_visible(view))
}

fn common(snapshot: &Snapshot, slot: &str) -> Vec<Cell> {
    match plan_fact(snapshot, slot) {
        Some(fact) => snapshot.common(fact.effective, fact.seq, fact.grade).into(),
        None => vec![Cell::Empty; 7],
    }
}

pub(super) const GROUPS: ExportTable = ExportTable {
    name: "groups",
    columns: columns!(
        ["group", "name_zh", "name_en", "kind", "kind_name", "kind_unit", "stage", "quantity", "members"],
        []
    ),
    access: Action::ReadPublic,
    importable: false,
    rows: |snapshot, visit| {
        for (group, ..) in &snapshot.portfolio.plan.output_groups {
            let [zh, en] = named(&group.name);
            let [kind, unit] = kind_names(snapshot, group.kind.as_str());
            let members: Vec<&str> = group.members.iter().map(Code::as_str).collect();
            let mut row = vec![
                Cell::code(Some(&group.group)),
                zh,
                en,
                Cell::code(Some(&group.kind)),
                kind,
                unit,
                Cell::text(group.stage.as_str()),
                Cell::decimal(group.quantity),
                Cell::text(members.join(";")),
            ];
            row.extend(common(snapshot, &format!("output_group/{}", group.group)));
            visit(row);
        }
    },
};

pub(super) const REVISIONS: ExportTable = ExportTable {
    name: "revisions",
    columns: columns!(["revision", "title_zh", "title_en", "declared", "projects"], []),
    access: Action::ReadPublic,
    importable: false,
    rows: |snapshot, visit| {
        let plan = &snapshot.portfolio.plan;
        for revision in &plan.revisions {
            let [zh, en] = named(&revision.title);
            // Only the revision in force has its projects counted: what an earlier one held is seen by
            // looking at its own day.
            let current = plan.revision().is_some_and(|last| last.number == revision.number);
            let mut row = vec![
                Cell::whole(revision.number),
                zh,
                en,
                revision.declared.map_or(Cell::Empty, Cell::whole),
                if current { Cell::whole(snapshot.portfolio.members().count()) } else { Cell::Empty },
            ];
            row.extend(common(snapshot, &format!("revision/{}", revision.number)));
            visit(row);
        }
    },
};

pub(super) const LISTS: ExportTable = ExportTable {
    name: "lists",
    columns: columns!(
        [
            "year",
            "issue",
            "title_zh",
            "title_en",
            "declared_carried_over",
            "declared_new",
            "carried_over",
            "new"
        ],
        []
    ),
    access: Action::ReadPublic,
    importable: false,
    rows: |snapshot, visit| {
        for list in &snapshot.portfolio.plan.lists {
            let [zh, en] = named(&list.title);
            let count = |kind: ListEntryKind| {
                Cell::whole(list.entries.iter().filter(|entry| entry.entry == kind).count())
            };
            let mut row = vec![
                Cell::whole(list.year),
                Cell::whole(list.issue),
                zh,
                en,
                list.declared_carried_over.map_or(Cell::Empty, Cell::whole),
                list.declared_new.map_or(Cell::Empty, Cell::whole),
                count(ListEntryKind::CarriedOver),
                count(ListEntryKind::New),
            ];
            row.extend(common(snapshot, &format!("list/{}/{}", list.year, list.issue)));
            visit(row);
        }
    },
};

/// The grade of a record behind a figure.
fn row_grade(snapshot: &Snapshot, row: &Row) -> Option<Grade> {
    let portfolio = &snapshot.portfolio;
    match row {
        Row::Project { code, .. } => portfolio.project(code.as_str()).map(|project| project.grade),
        Row::Group { group, .. } => portfolio
            .plan
            .output_groups
            .iter()
            .find(|(held, ..)| held.group == *group)
            .map(|(_, grade, _)| *grade),
        Row::Sector { code, .. } => worst(
            portfolio.members().filter(|p| p.sector.as_ref() == Some(code)).map(|project| project.grade),
        ),
        Row::Observation { indicator, key, on, .. } => {
            let indicator = portfolio.indicators.iter().find(|i| i.code.as_ref() == Some(indicator))?;
            let held = indicator.observation(key).into_iter().chain(&indicator.baseline);
            held.into_iter().find(|held| held.key == *key && held.on == *on).map(|held| held.grade)
        }
        Row::Item { grade, .. } => Some(*grade),
    }
}

pub(super) const STATEMENT: ExportTable = ExportTable {
    name: "statement",
    columns: &[
        "figure",
        "group",
        "label_zh",
        "label_en",
        "unit_zh",
        "unit_en",
        "value",
        "published",
        "difference",
        "records",
        "grade",
        "rule_zh",
        "rule_en",
    ],
    access: Action::ReadPublic,
    importable: false,
    rows: |snapshot, visit| {
        for (figure, definition) in snapshot.statement.figures.iter().zip(&snapshot.portfolio.plan.figures) {
            let ([label, label_en], [unit, unit_en], [rule, rule_en]) =
                (named(&definition.label), named(&definition.unit), named(&definition.rule));
            let grade = worst(figure.rows.iter().filter_map(|row| row_grade(snapshot, row)));
            let difference = figure.value.zip(figure.published).map(|(value, published)| value - published);
            visit(vec![
                Cell::code(Some(&figure.id)),
                Cell::code(Some(&definition.group)),
                label,
                label_en,
                unit,
                unit_en,
                figure.value.map_or(Cell::Empty, Cell::decimal),
                figure.published.map_or(Cell::Empty, Cell::decimal),
                difference.map_or(Cell::Empty, Cell::decimal),
                Cell::whole(figure.records()),
                grade.map_or(Cell::Empty, |grade| Cell::text(grade.as_str())),
                rule,
                rule_en,
            ]);
        }
    },
};

pub(super) const FIGURES: ExportTable = ExportTable {
    name: "figures",
    columns: &["figure", "row", "code", "name", "on", "quantity", "grade"],
    access: Action::ReadPublic,
    importable: false,
    rows: |snapshot, visit| {
        let (portfolio, english) = (&snapshot.portfolio, snapshot.english);
        for figure in &snapshot.statement.figures {
            for row in &figure.rows {
                let (kind, code, name, on, quantity) = match row {
                    Row::Project { code, quantity } => {
                        ("project", code.to_string(), snapshot.project_name(code.as_str()), None, *quantity)
                    }
                    Row::Group { group, quantity, .. } => {
                        let held =
                            portfolio.plan.output_groups.iter().find(|(held, ..)| held.group == *group);
                        let name = held.map_or(Cell::Empty, |(g, ..)| Cell::text(g.name.get(english)));
                        ("group", group.to_string(), name, None, *quantity)
                    }
                    Row::Sector { code, projects } => {
                        let sector = portfolio.plan.sector(code.as_str());
                        let name = sector.map_or(Cell::Empty, |s| Cell::text(s.name.get(english)));
                        ("sector", code.to_string(), name, None, (*projects as u64).into())
                    }
                    Row::Observation { indicator, key, on, value } => {
                        let held = portfolio.indicators.iter().find(|i| i.code.as_ref() == Some(indicator));
                        let name = held
                            .and_then(|indicator| indicator.name.as_ref())
                            .map_or(Cell::Empty, |name| Cell::text(name.get(english)));
                        ("observation", format!("{indicator}/{key}"), name, Some(*on), *value)
                    }
                    Row::Item { code, name, quantity, .. } => {
                        ("item", code.to_string(), Cell::text(name.get(english)), None, *quantity)
                    }
                };
                let grade = row_grade(snapshot, row);
                visit(vec![
                    Cell::code(Some(&figure.id)),
                    Cell::text(kind),
                    Cell::text(code),
                    name,
                    on.map_or(Cell::Empty, Cell::Day),
                    Cell::decimal(quantity),
                    grade.map_or(Cell::Empty, |grade| Cell::text(grade.as_str())),
                ]);
                // The members of a group are records too.
                if let Row::Group { members, .. } = row {
                    for member in members {
                        let grade = portfolio.project(member.as_str()).map(|project| project.grade);
                        visit(vec![
                            Cell::code(Some(&figure.id)),
                            Cell::text("member"),
                            Cell::code(Some(member)),
                            snapshot.project_name(member.as_str()),
                            Cell::Empty,
                            Cell::Empty,
                            grade.map_or(Cell::Empty, |grade| Cell::text(grade.as_str())),
                        ]);
                    }
                }
            }
        }
    },
};
