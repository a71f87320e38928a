//! How long a project's steps take where it has its own word, and what they wait for.

use domain::policy::Action;
use domain::project::ProjectFact;
use domain::subject::SubjectKind;

use super::records::{of_project, project, rows};
use super::{Cell, ExportTable};
use crate::table::NOTHING;

pub(super) const STEP_WORK: ExportTable = ExportTable {
    name: "step_work",
    columns: &[
        "project",
        "step",
        "low_days",
        "likely_days",
        "high_days",
        "work_calendar",
        "after_steps",
        "not_before",
        "effective",
        "grade",
        "source_title",
        "source_url",
        "source_unit",
        "reason",
        "recorded_on",
        "project_name",
    ],
    access: Action::ReadStaff,
    importable: true,
    rows: |snapshot, visit| {
        rows(snapshot, SubjectKind::Project, visit, |snapshot, code, fact| match project(fact)? {
            ProjectFact::StepWork { step, work } => {
                let mut own = vec![Cell::code(Some(step))];
                own.extend(match work {
                    None => vec![Cell::Empty; 6],
                    Some(work) => {
                        let after = work.after.as_ref().map(|after| {
                            let codes: Vec<&str> = after.iter().map(|code| code.as_str()).collect();
                            if codes.is_empty() { NOTHING.to_owned() } else { codes.join(";") }
                        });
                        vec![
                            Cell::whole(work.days.low),
                            Cell::whole(work.days.likely),
                            Cell::whole(work.days.high),
                            Cell::code(work.calendar.as_ref()),
                            after.map_or(Cell::Empty, Cell::text),
                            work.not_before.map_or(Cell::Empty, Cell::Day),
                        ]
                    }
                });
                of_project(snapshot, code, own)
            }
            _ => None,
        });
    },
};

pub(super) const STEP_LINKS: ExportTable = ExportTable {
    name: "step_links",
    columns: &[
        "project",
        "step",
        "before_project",
        "before_step",
        "step_link_kind",
        "lag_days",
        "held",
        "effective",
        "grade",
        "source_title",
        "source_url",
        "source_unit",
        "reason",
        "recorded_on",
        "project_name",
    ],
    access: Action::ReadStaff,
    importable: true,
    rows: |snapshot, visit| {
        rows(snapshot, SubjectKind::Project, visit, |snapshot, code, fact| match project(fact)? {
            ProjectFact::StepLink { link, held } => {
                let own = vec![
                    Cell::code(Some(&link.step)),
                    Cell::code(link.project.as_ref()),
                    Cell::code(Some(&link.before)),
                    Cell::text(link.kind.as_str()),
                    Cell::whole(link.lag),
                    Cell::Bool(*held),
                ];
                of_project(snapshot, code, own)
            }
            _ => None,
        });
    },
};
