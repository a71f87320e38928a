//! What scenarios, limits of capacity and joint reviews must keep.

use super::Check;
use crate::code::Code;
use crate::history::View;
use crate::named::{NAME_MAX, TEXT_MAX};
use crate::plan::Plan;
use crate::project::Project;
use crate::refusal::{Problem, Reference};
use crate::review::{self, PointStanding, ReviewFact};
use crate::scenario::{Change, MOST_CHANGES, Place, Scenario, Standing, Steps};
use crate::timetabling::{LimitedBy, WorkLimit};

impl Check<'_> {
    pub(super) fn scenario(&mut self, scenario: &Scenario) {
        self.name(&scenario.name);
        self.text(&scenario.aim, TEXT_MAX, false);
        if scenario.changes.len() > MOST_CHANGES {
            self.refuse(Problem::TooMany(MOST_CHANGES));
        }
        let before = self.lookup.plan(&self.subject.scope);
        let held = before.as_ref().and_then(|plan| plan.scenario(scenario.scenario.as_str()));
        // What became the plan stays as it was then.
        if held.is_some_and(|held| matches!(held.standing, Standing::Adopted(_))) {
            self.refuse(Problem::Frozen);
        }
        if let Standing::Adopted(revision) = scenario.standing {
            let known = |plan: &Plan| plan.revisions.iter().any(|held| held.number == revision);
            self.in_plan(Reference::Revision, &scenario.scenario, known);
            if scenario.changes.is_empty() || held.is_none_or(|held| held.changes != scenario.changes) {
                self.refuse(Problem::Frozen);
            }
            if self.context.reason.trim().is_empty() {
                self.refuse(Problem::ReasonRequired);
            }
        }
        for (at, change) in scenario.changes.iter().enumerate() {
            if !change.is_sound() {
                self.refuse(Problem::BadChange(at + 1));
            }
            self.change(change);
        }
    }

    fn change(&mut self, change: &Change) {
        match change.place() {
            Some(Place::Kind(kind)) => {
                self.in_plan(Reference::Template, kind, |plan| plan.template(kind.as_str()).is_some());
            }
            Some(Place::Project(project)) => self.project(project),
            Some(Place::Plan) | None => {}
        }
        match change {
            Change::Merge { step, into: other, .. } | Change::Together { step, with: other, .. } => {
                self.step_somewhere(step);
                self.step_somewhere(other);
            }
            Change::Shorten { steps, .. }
            | Change::Shifts { steps, .. }
            | Change::Close { steps, .. }
            | Change::WorkThrough { steps, .. } => match steps {
                Steps::Step(step) => self.step_somewhere(step),
                Steps::Authority(name) => self.text(name, NAME_MAX, true),
                Steps::Approvals | Steps::Works => {}
            },
            Change::Start { project, step, .. } => self.step_of(project, step),
            Change::Capacity { limit, .. } => self.in_plan(Reference::WorkLimit, limit, |plan| {
                plan.work_limits.iter().any(|held| held.limit == *limit)
            }),
        }
    }

    /// A step of some template; those of a project alone are found when the change is applied.
    fn step_somewhere(&mut self, step: &Code) {
        let own = |project: &Project| project.steps.iter().any(|line| line.step == *step);
        let known = self.plan.as_ref().is_some_and(|plan| {
            plan.templates.iter().any(|held| held.steps.iter().any(|other| other.step == *step))
        });
        let known = known || self.project.as_ref().is_some_and(own);
        self.require(known, Reference::Step, step);
    }

    pub(super) fn work_limit(&mut self, limit: &Code, held: Option<&WorkLimit>) {
        let Some(held) = held else { return };
        self.name(&held.name);
        if held.limit != *limit {
            self.refuse(Problem::WrongKind);
        }
        if held.capacity == 0 {
            self.refuse(Problem::Empty);
        }
        match &held.by {
            LimitedBy::Authority(name) => self.text(name, NAME_MAX, true),
            LimitedBy::Unit(unit) => self.unit(unit),
        }
    }

    pub(super) fn review(&mut self, round: u32, fact: &ReviewFact) {
        let before = self.lookup.subject(self.subject).and_then(|history| Project::at(&history, View::ALL));
        let rounds = before.map(|project| project.reviews).unwrap_or_default();
        let on = self.context.effective;
        self.not_future(on);
        match fact {
            ReviewFact::Opened { units, .. } => units.iter().for_each(|unit| self.unit(unit)),
            ReviewFact::Opinion { text, .. } | ReviewFact::Closed { text, .. } => {
                self.text(text, TEXT_MAX, false);
            }
            ReviewFact::Point { text, standing, .. } => {
                self.text(text, TEXT_MAX, false);
                if let PointStanding::Settled(how) = standing {
                    self.text(how, TEXT_MAX, false);
                }
            }
        }
        let Some(project) = &self.project else { return };
        for problem in review::faults(project, &rounds, round, fact, on) {
            self.refuse(problem);
        }
    }
}
