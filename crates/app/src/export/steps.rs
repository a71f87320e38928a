//! How long a project's steps take where it has its own word, and what they wait for.

use domain::policy::Action;
use domain::project::ProjectFact;
use domain::subject::SubjectKind;

use super::records::{fact_table, of_project, project};
use super::{Cell, ExportTable};
use crate::table::NOTHING;

fact_table!(
    STEP_WORK,
    "step_work",
    SubjectKind::Project,
    Action::ReadStaff,
    ["project", "step", "low_days", "likely_days", "high_days", "work_calendar", "after_steps", "not_before"],
    ["project_name"],
    |snapshot, code, fact| match project(fact)? {
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
    }
);

fact_table!(
    STEP_LINKS,
    "step_links",
    SubjectKind::Project,
    Action::ReadStaff,
    ["project", "step", "before_project", "before_step", "step_link_kind", "lag_days", "held"],
    ["project_name"],
    |snapshot, code, fact| match project(fact)? {
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
    }
);
