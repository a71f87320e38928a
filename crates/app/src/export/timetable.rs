//! Promise, forecast and actual side by side, and every promise ever made.

use domain::code::Code;
use domain::fact::Fact;
use domain::history::RecordedFact;
use domain::milestone::Aspect;
use domain::policy::Action;
use domain::project::{Project, ProjectFact};
use domain::subject::Subject;

use super::{Cell, ExportTable, Snapshot, columns, worst};

fn milestone_facts<'a>(
    snapshot: &'a Snapshot,
    project: &Project,
) -> impl Iterator<Item = (&'a RecordedFact, &'a ProjectFact)> {
    let view = snapshot.portfolio.view;
    let subject = Subject::project(&snapshot.portfolio.plan.code, &project.code);
    snapshot.history.get(&subject).into_iter().flat_map(move |history| {
        history.facts().iter().filter(move |fact| fact.is_visible(view)).filter_map(
            |recorded| match &recorded.fact {
                Fact::Project(fact @ ProjectFact::Milestone { .. }) => Some((recorded, fact)),
                _ => None,
            },
        )
    })
}

fn step_name(snapshot: &Snapshot, project: &Project, step: &Code) -> Cell {
    let line = project.steps.iter().find(|line| line.step == *step);
    line.map_or(Cell::Empty, |line| Cell::text(line.name.get(snapshot.english)))
}

fn part_name(snapshot: &Snapshot, project: &Project, part: Option<&Code>) -> Cell {
    let held = project.parts.iter().find(|(code, _)| Some(code) == part);
    held.map_or(Cell::Empty, |(_, name)| Cell::text(name.get(snapshot.english)))
}

pub(super) const TRACKS: ExportTable = ExportTable {
    name: "tracks",
    columns: &[
        "project",
        "project_name",
        "part",
        "part_name",
        "step",
        "step_name",
        "first_promised",
        "promised",
        "planned",
        "forecast",
        "actual",
        "slip_days",
        "late",
        "cause",
        "grade",
    ],
    access: Action::ReadPublic,
    importable: false,
    rows: |snapshot, visit| {
        let as_of = snapshot.portfolio.view.as_of;
        for project in &snapshot.portfolio.projects {
            let facts: Vec<(&RecordedFact, &ProjectFact)> = milestone_facts(snapshot, project).collect();
            let mut tracks: Vec<_> = project.tracks.iter().filter(|(_, track)| !track.is_empty()).collect();
            // In the order of the project's chain, the whole before its parts.
            let order = |step: &Code| {
                project.steps.iter().find(|line| line.step == *step).map_or(u32::MAX, |line| line.order)
            };
            tracks.sort_by_key(|((part, step), _)| (part.clone(), order(step), step.clone()));
            for ((part, step), track) in tracks {
                let grade = worst(facts.iter().filter_map(|(recorded, fact)| match fact {
                    ProjectFact::Milestone { part: of, step: at, .. } if of == part && at == step => {
                        Some(recorded.grade)
                    }
                    _ => None,
                }));
                visit(vec![
                    Cell::code(Some(&project.code)),
                    Cell::text(project.name.get(snapshot.english)),
                    Cell::code(part.as_ref()),
                    part_name(snapshot, project, part.as_ref()),
                    Cell::code(Some(step)),
                    step_name(snapshot, project, step),
                    Cell::planned(track.first_promised()),
                    Cell::planned(track.promised()),
                    Cell::planned(track.planned),
                    Cell::planned(track.forecast),
                    Cell::planned(track.actual),
                    track.slip_days(as_of).map_or(Cell::Empty, Cell::whole),
                    Cell::Bool(track.is_late(as_of)),
                    track.cause.map_or(Cell::Empty, |cause| Cell::text(cause.as_str())),
                    Cell::text(grade.unwrap_or(project.grade).as_str()),
                ]);
            }
        }
    },
};

pub(super) const PROMISES: ExportTable = ExportTable {
    name: "promises",
    columns: columns!(["project", "project_name", "part", "step", "step_name", "date", "stands"], []),
    access: Action::ReadPublic,
    importable: false,
    rows: |snapshot, visit| {
        for project in &snapshot.portfolio.projects {
            for (recorded, fact) in milestone_facts(snapshot, project) {
                let ProjectFact::Milestone { aspect: Aspect::Promised, part, step, date, .. } = fact else {
                    continue;
                };
                let track = project.tracks.get(&(part.clone(), step.clone()));
                let stands = track
                    .and_then(|track| track.promises.last())
                    .is_some_and(|(day, promised)| *day == recorded.effective && Some(*promised) == *date);
                let mut row = vec![
                    Cell::code(Some(&project.code)),
                    Cell::text(project.name.get(snapshot.english)),
                    Cell::code(part.as_ref()),
                    Cell::code(Some(step)),
                    step_name(snapshot, project, step),
                    Cell::planned(*date),
                    Cell::Bool(stands),
                ];
                row.extend(snapshot.common(recorded.effective, recorded.seq, recorded.grade));
                visit(row);
            }
        }
    },
};
