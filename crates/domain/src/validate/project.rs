//! The rules of a project's facts, and of the order of its dates.

use rust_decimal::Decimal;

use super::Check;
use crate::area::ancestors;
use crate::code::Code;
use crate::evaluation::{EvaluationChoice, EvaluationFault};
use crate::fact::Fact;
use crate::history::View;
use crate::milestone::{Aspect, step};
use crate::named::{NAME_MAX, TEXT_MAX};
use crate::project::{Project, ProjectFact};
use crate::refusal::{Problem, Reference, Refusal};
use crate::subject::Subject;
use crate::timetabling::MOST_DAYS;

/// Areas that one evaluation may name.
const AREAS_MOST: usize = 400;

impl Check<'_> {
    pub(super) fn project_fact(&mut self, fact: &ProjectFact) {
        match fact {
            ProjectFact::Name(name) => self.name(name),
            ProjectFact::Alias { alias } => self.text(alias, NAME_MAX, true),
            ProjectFact::Kind { kind } => {
                self.in_plan(Reference::Template, kind, |plan| plan.template(kind.as_str()).is_some());
            }
            ProjectFact::Sector { sector } => {
                self.in_plan(Reference::Sector, sector, |plan| plan.sector(sector.as_str()).is_some());
            }
            ProjectFact::Campaign { campaign } => self.in_plan(Reference::Campaign, campaign, |plan| {
                plan.campaigns.iter().any(|held| held.code == *campaign)
            }),
            ProjectFact::LeadUnit { unit } => self.unit(unit),
            ProjectFact::SupportingUnit { unit, .. } => self.unit(unit),
            ProjectFact::Place { areas, address } => {
                areas.iter().for_each(|area| self.area(area));
                self.text(address, NAME_MAX, false);
            }
            ProjectFact::Budget { fen } | ProjectFact::Funding { fen, .. } => {
                if fen.0 < 0 {
                    self.refuse(Problem::Negative);
                }
            }
            ProjectFact::Membership { other, .. } => {
                if let Some(other) = other {
                    self.project(other);
                }
            }
            ProjectFact::Part { name, .. } | ProjectFact::Step { name, .. } => self.name(name),
            ProjectFact::Milestone { aspect, part, step, date, .. } => {
                self.part(part);
                self.step(step);
                if let (Aspect::Actual, Some(date)) = (aspect, date) {
                    self.not_future(date.first());
                }
            }
            ProjectFact::GatePapers { step, applied, decided, number, .. } => {
                self.step(step);
                self.text(number, NAME_MAX, false);
                [applied, decided].into_iter().flatten().for_each(|date| self.not_future(*date));
                if let (Some(applied), Some(decided)) = (applied, decided)
                    && decided < applied
                {
                    self.refuse(Problem::PeriodOrder);
                }
            }
            ProjectFact::StepWork { step, work } => {
                self.step(step);
                if let Some(work) = work {
                    self.work(work);
                    work.after.iter().flatten().for_each(|before| self.step(before));
                }
            }
            ProjectFact::StepLink { link, .. } => {
                self.step(&link.step);
                match &link.project {
                    Some(project) => self.step_of(project, &link.before),
                    None => self.step(&link.before),
                }
                if link.lag.unsigned_abs() > MOST_DAYS {
                    self.refuse(Problem::EstimateOrder(MOST_DAYS));
                }
            }
            ProjectFact::Review { round, fact } => self.review(*round, fact),
            ProjectFact::Progress { part, percent } => {
                self.part(part);
                if *percent < Decimal::ZERO || *percent > Decimal::ONE_HUNDRED {
                    self.refuse(Problem::PercentRange);
                }
                self.not_future(self.context.effective);
            }
            ProjectFact::Output { kind, quantity, .. } => {
                self.in_plan(Reference::OutputKind, kind, |plan| plan.output_kind(kind.as_str()).is_some());
                self.not_negative(*quantity);
            }
            ProjectFact::Suspended { document, .. } => self.text(document, TEXT_MAX, false),
            ProjectFact::Document { title, url } => {
                self.text(title, NAME_MAX, true);
                self.address(url);
            }
            ProjectFact::Evaluation(choice) => self.evaluation(choice),
            ProjectFact::Remark { text } => self.text(text, TEXT_MAX, true),
        }
    }

    /// By what a project is judged is told with its reason, so that everybody can see why.
    fn evaluation(&mut self, choice: &EvaluationChoice) {
        let areas: Vec<&Code> = choice.reached.iter().chain(&choice.compared).collect();
        areas.iter().for_each(|area| self.area(area));
        for category in &choice.categories {
            self.in_plan(Reference::RequestCategory, category, |plan| {
                plan.request_category(category.as_str()).is_some()
            });
        }
        if !choice.has_fit_months() {
            self.refuse(Problem::BadEvaluation(EvaluationFault::Months));
        }
        if areas.len() > AREAS_MOST {
            self.refuse(Problem::TooMany(AREAS_MOST));
            return;
        }
        let twice = areas.iter().enumerate().any(|(at, area)| {
            let above = ancestors(area, self.lookup, View::ALL);
            areas.iter().enumerate().any(|(other, code)| other != at && above.contains(*code))
        });
        if twice {
            self.refuse(Problem::BadEvaluation(EvaluationFault::Areas));
        }
        if choice.compared.len() == 1 {
            self.refuse(Problem::BadEvaluation(EvaluationFault::OneCompared));
        }
        if self.context.reason.trim().is_empty() {
            self.refusals.push(Refusal { field: "reason".into(), problem: Problem::ReasonRequired });
        }
    }

    /// Start before completion, within each aspect and part that the command touches.
    pub(super) fn date_order(&mut self, facts: &[Fact]) {
        let Some(project) = self.project.take() else { return };
        let mut checked = Vec::new();
        for fact in facts {
            let Fact::Project(ProjectFact::Milestone { aspect, part, .. }) = fact else { continue };
            if checked.contains(&(*aspect, part.clone())) {
                continue;
            }
            checked.push((*aspect, part.clone()));
            let date_of = |wanted: &str| {
                let (_, track) =
                    project.tracks.iter().find(|((of, step), _)| of == part && step.as_str() == wanted)?;
                match aspect {
                    Aspect::Promised => track.promised(),
                    Aspect::Planned => track.planned,
                    Aspect::Forecast => track.forecast,
                    Aspect::Actual => track.actual,
                }
            };
            for (earlier_step, later_step) in step::ORDERED {
                if let (Some(earlier), Some(later)) = (date_of(earlier_step), date_of(later_step))
                    && earlier.first() > later.last()
                {
                    self.field = fact.slot();
                    self.refuse(Problem::DateOrder {
                        earlier_step: earlier_step.into(),
                        earlier: earlier.to_string(),
                        later_step: later_step.into(),
                        later: later.to_string(),
                    });
                }
            }
        }
    }

    fn part(&mut self, part: &Option<Code>) {
        if let Some(part) = part {
            let known = self.project.as_ref().is_some_and(|p| p.parts.iter().any(|(held, _)| held == part));
            self.require(known, Reference::Part, part);
        }
    }

    fn step(&mut self, step: &Code) {
        let known = self.project.as_ref().is_some_and(|p| p.steps.iter().any(|line| line.step == *step));
        self.require(known, Reference::Step, step);
    }

    pub(super) fn step_of(&mut self, project: &Code, step: &Code) {
        let other = self
            .lookup
            .subject(&Subject::project(&self.subject.scope, project))
            .and_then(|history| Project::at(&history, View::ALL));
        match other {
            Some(other) => {
                let known = other.steps.iter().any(|line| line.step == *step);
                self.require(known, Reference::Step, step);
            }
            None => self.require(false, Reference::Project, project),
        }
    }
}
