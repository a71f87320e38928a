//! No steps may wait for each other in a circle: they would never come, and the whole plan had no timetable.
//!
//! A word that is withdrawn may close a circle as well, for what it stood in for holds again; so may another kind, and
//! another order of the steps.

use std::collections::BTreeMap;

use super::Check;
use crate::code::Code;
use crate::command::waits;
use crate::fact::{Fact, OfKind};
use crate::history::View;
use crate::plan::{Plan, PlanFact};
use crate::project::{Project, ProjectFact};
use crate::refusal::Problem;
use crate::subject::{Subject, SubjectKind};
use crate::timetabling::{usual_circle, waiting_circle};

impl Check<'_> {
    pub(super) fn waiting(&mut self, given: &[Fact], withdrawn: &[Fact]) {
        let Some(plan) = self.plan.clone() else { return };
        match self.subject.kind {
            SubjectKind::Project => self.waiting_in_project(&plan, given.iter().chain(withdrawn)),
            SubjectKind::Plan => self.waiting_in_kinds(&plan, given, withdrawn),
            _ => {}
        }
    }

    fn waiting_in_project<'f>(&mut self, plan: &Plan, facts: impl Iterator<Item = &'f Fact>) {
        let Some(project) = &self.project else { return };
        let mut whole = false;
        for fact in facts.filter_map(ProjectFact::of).filter(|fact| waits(fact)) {
            let step = match fact {
                ProjectFact::StepWork { step, .. } => Some(step),
                ProjectFact::StepLink { link, .. } => Some(&link.step),
                // Of the whole chain once is enough.
                _ if whole => continue,
                _ => None,
            };
            whole |= step.is_none();
            let chain = project.steps.iter().map(|line| &line.step);
            let steps = chain.filter(|held| step.is_none_or(|step| step == *held));
            if let Some(circle) = waiting_circle(plan, project, steps, &|code| self.of_plan(plan, code)) {
                // Other words may speak of the same circle: it is told once.
                self.field = fact.slot();
                self.refuse(Problem::WaitingCircle(circle));
                return;
            }
        }
    }

    /// Looks at what is usual for the kinds that are spoken of, and at their projects with words of their own.
    fn waiting_in_kinds(&mut self, plan: &Plan, given: &[Fact], withdrawn: &[Fact]) {
        let mut kinds: BTreeMap<Code, String> = BTreeMap::new();
        let facts = given.iter().map(|fact| (fact, true)).chain(withdrawn.iter().map(|fact| (fact, false)));
        for (fact, is_given) in facts.filter_map(|(fact, given)| Some((PlanFact::of(fact)?, given))) {
            let (PlanFact::UsualWork { template, .. } | PlanFact::Template { template, .. }) = fact else {
                continue;
            };
            let Some(held) = plan.template(template.as_str()) else { continue };
            let usual = |step: &Code| plan.usual_work.get(&(template.clone(), step.clone()));
            let circle = match fact {
                PlanFact::UsualWork { step, work, .. } if is_given => {
                    usual_circle(plan, held, step, work.as_ref())
                }
                PlanFact::UsualWork { step, .. } => usual_circle(plan, held, step, usual(step)),
                _ => {
                    let mut steps = held.steps.iter().map(|line| &line.step);
                    steps.find_map(|step| usual_circle(plan, held, step, usual(step)))
                }
            };
            if let Some(circle) = circle {
                self.field = fact.slot();
                self.refuse(Problem::WaitingCircle(circle));
                return;
            }
            kinds.entry(template.clone()).or_insert_with(|| fact.slot());
        }
        if kinds.is_empty() {
            return;
        }
        for code in self.lookup.own_work(&plan.code) {
            let Some(project) = self.of_plan(plan, &code) else { continue };
            let Some(field) = project.kind.as_ref().and_then(|kind| kinds.get(kind)) else { continue };
            let steps = project.steps.iter().map(|line| &line.step);
            if let Some(circle) = waiting_circle(plan, &project, steps, &|code| self.of_plan(plan, code)) {
                self.field = field.clone();
                self.refuse(Problem::WaitingCircle([vec![code], circle].concat()));
                return;
            }
        }
    }

    fn of_plan(&self, plan: &Plan, project: &Code) -> Option<Project> {
        let history = self.lookup.subject(&Subject::project(&plan.code, project))?;
        Project::at(&history, View::ALL)
    }
}
