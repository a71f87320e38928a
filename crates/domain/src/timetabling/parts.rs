//! Parts of projects in the network: a part that promises a step has a chain of its own from the first of its own
//! milestones on. A part of which nothing but the promise is known is left out, and told.

use jiff::civil::Date;
use timetable::TaskId;

use super::network::{StepAt, Timetable};
use super::rows::{StepRow, headline};
use crate::code::Code;
use crate::milestone::Track;
use crate::portfolio::Portfolio;
use crate::project::Project;

/// A part of a project with its chain in the network.
#[derive(Debug, Clone)]
pub(super) struct PartAt {
    pub(super) project: usize,
    pub(super) part: Code,
    /// The part by itself: the steps of its chain, with its own dates.
    pub(super) own: Project,
    /// Its steps, as places in `own`.
    pub(super) steps: Vec<StepAt>,
}

/// What the timetable says of a part.
#[derive(Debug, Clone, PartialEq)]
pub struct PartRow {
    /// Index into the portfolio's projects.
    pub project: usize,
    pub part: Code,
    pub steps: Vec<StepRow>,
    /// The step that its promise, its computed finish and its float are about; `None` when all is done.
    pub headline: Option<usize>,
}

impl PartRow {
    pub fn headline(&self) -> Option<&StepRow> {
        self.headline.map(|at| &self.steps[at])
    }
}

/// A promise of a part that has no milestones of its own to reckon from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartLeftOut {
    pub project: usize,
    pub part: Code,
    pub step: Code,
    pub promised: Date,
}

/// What becomes of a part.
pub(super) enum Taken {
    /// A chain of its own: the part by itself, and the place of its first step in the project's chain.
    Chain(Box<Project>, usize),
    LeftOut {
        step: Code,
        promised: Date,
    },
}

/// Parts with promises that are open, with what becomes of each.
pub(super) fn parts(project: &Project) -> Vec<(Code, Taken)> {
    let mut out = Vec::new();
    for (part, _) in &project.parts {
        let track = |step: &Code| project.tracks.get(&(Some(part.clone()), step.clone()));
        let has = |of: fn(&Track) -> bool| {
            let places = project.steps.iter().enumerate();
            places.filter(move |(_, line)| track(&line.step).is_some_and(of)).map(|(at, _)| at)
        };
        let open = |track: &Track| track.promised().is_some() && track.actual.is_none();
        // What the whole has reached, every part has.
        let reached = |at: usize| project.reached(project.steps[at].step.as_str()).is_some();
        let Some(last) = has(open).rfind(|at| !reached(*at)) else { continue };
        let first = has(|track| !track.is_empty()).next().unwrap_or(last);
        let step = project.steps[last].step.clone();
        let promised = track(&step).and_then(Track::promised).map(|date| date.last());
        let taken = match promised {
            Some(promised) if first == last => Taken::LeftOut { step, promised },
            _ => Taken::Chain(Box::new(by_itself(project, part, first, last)), first),
        };
        out.push((part.clone(), taken));
    }
    out
}

/// The part as if it were a project: the steps between two places, with its own dates.
fn by_itself(project: &Project, part: &Code, first: usize, last: usize) -> Project {
    let mut own = project.clone();
    own.steps = project.steps[first..=last].to_vec();
    own.parts = Vec::new();
    own.links = Vec::new();
    own.tracks = Default::default();
    for line in &own.steps {
        let held = project.tracks.get(&(Some(part.clone()), line.step.clone()));
        let mut track = held.cloned().unwrap_or_default();
        // Started somewhere is not started here; what is done throughout is.
        if line.step.as_str() != crate::milestone::step::START {
            track.actual = track.actual.or_else(|| project.reached(line.step.as_str()));
        }
        own.tracks.insert((None, line.step.clone()), track);
    }
    own
}

impl Timetable {
    /// What the timetable says of the parts that have chains of their own.
    pub fn parts(&self) -> Vec<PartRow> {
        let row = |held: &PartAt| {
            let steps: Vec<StepRow> =
                held.steps.iter().filter_map(|at| self.step_row(&held.own, at)).collect();
            let headline = headline(&steps);
            PartRow { project: held.project, part: held.part.clone(), steps, headline }
        };
        self.part_chains.iter().map(row).collect()
    }

    /// Promises of parts that are in no chain.
    pub fn parts_left_out(&self) -> &[PartLeftOut] {
        &self.parts_left_out
    }

    /// Every step of the network with the project that it is a step of: for one of a part, the part by itself.
    pub(super) fn all_steps<'a>(
        &'a self,
        portfolio: &'a Portfolio,
    ) -> impl Iterator<Item = (&'a StepAt, &'a Project)> {
        let whole = self.steps.iter().map(|at| (at, &portfolio.projects[at.project]));
        let of_parts = self.part_chains.iter().flat_map(|held| held.steps.iter().map(|at| (at, &held.own)));
        whole.chain(of_parts)
    }

    /// The place of a task in a part's chain: project, part and step.
    pub fn place_in_part(&self, task: TaskId) -> Option<(usize, &Code, &Code)> {
        self.part_chains.iter().find_map(|held| {
            let at = held.steps.iter().find(|at| at.task == task)?;
            Some((held.project, &held.part, &held.own.steps.get(at.step)?.step))
        })
    }

    /// The float of a part's step: working days before a promise is missed.
    pub fn part_float(&self, portfolio: &Portfolio, project: &str, part: &Code, step: &Code) -> Option<i64> {
        let place = portfolio.place(project)?;
        let held = self.part_chains.iter().find(|held| held.project == place && held.part == *part)?;
        let at =
            held.steps.iter().find(|at| held.own.steps.get(at.step).is_some_and(|it| it.step == *step))?;
        self.step_row(&held.own, at)?.float
    }
}
