//! Milestones whose promise has passed with nothing done.

use domain::code::Code;
use domain::planned_date::{PlannedDate, days_between};
use domain::project::Project;
use jiff::civil::Date;

/// One late milestone of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Late {
    pub project: Code,
    pub part: Option<Code>,
    pub step: Code,
    pub promised: PlannedDate,
    pub days: i32,
}

/// The late milestones of some projects, the latest first.
pub fn late<'a>(projects: impl Iterator<Item = &'a Project>, as_of: Date) -> Vec<Late> {
    let mut out: Vec<Late> = projects
        .filter(|project| project.is_member())
        .flat_map(|project| {
            project.tracks.iter().filter(|(_, track)| track.is_late(as_of)).filter_map(
                move |((part, step), track)| {
                    // What every part has done is done for the whole.
                    if part.is_none() && project.full_actual(step.as_str()).is_some() {
                        return None;
                    }
                    let promised = track.promised()?;
                    Some(Late {
                        project: project.code.clone(),
                        part: part.clone(),
                        step: step.clone(),
                        promised,
                        days: days_between(promised.last(), as_of),
                    })
                },
            )
        })
        .collect();
    out.sort_by(|a, b| b.days.cmp(&a.days).then_with(|| a.project.cmp(&b.project)));
    out
}
