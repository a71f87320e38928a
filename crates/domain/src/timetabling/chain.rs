//! The steps of one project: what each waits for, and how far they are.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::waiting::waits_for;
use super::work::Work;
use crate::code::Code;
use crate::milestone::step;
use crate::portfolio::Portfolio;
use crate::project::Project;

/// The steps of one project on their way into the network.
pub(super) struct Chain<'a> {
    pub(super) project: &'a Project,
    pub(super) work: Vec<Option<&'a Work>>,
    /// For each step, the steps of the chain it waits for.
    pub(super) after: Vec<Vec<usize>>,
    /// The day each was done, and whether that only follows from a later one.
    pub(super) done: Vec<Option<(Date, bool)>>,
}

impl<'a> Chain<'a> {
    pub(super) fn new(portfolio: &'a Portfolio, project: &'a Project) -> Self {
        let work: Vec<Option<&Work>> =
            project.steps.iter().map(|line| portfolio.plan.work(project, &line.step)).collect();
        let place = |code: &Code| project.steps.iter().position(|line| line.step == *code);
        let codes = project.steps.iter().map(|line| &line.step);
        let waits = |at: usize, step: &Code| waits_for(codes.clone(), step, work[at]);
        let after = codes
            .clone()
            .enumerate()
            .map(|(at, step)| waits(at, step).into_iter().filter_map(place).filter(|it| *it != at).collect())
            .collect();
        let mut chain = Self { project, work, after, done: Vec::new() };
        chain.done = chain.what_is_done();
        chain
    }

    /// The day each step was done, and whether that only follows from a later step.
    fn what_is_done(&self) -> Vec<Option<(Date, bool)>> {
        let recorded: Vec<Option<Date>> = self
            .project
            .steps
            .iter()
            .map(|line| self.project.reached(line.step.as_str()).map(|date| date.last()))
            .collect();
        let mut done: Vec<Option<(Date, bool)>> =
            recorded.iter().map(|date| date.map(|date| (date, false))).collect();
        let start = self.project.steps.iter().position(|line| line.step.as_str() == step::START);
        for (at, date) in recorded.iter().enumerate() {
            let Some(date) = *date else { continue };
            let before_completion =
                [step::TRIAL, step::IN_USE, step::OPENING].contains(&self.project.steps[at].step.as_str());
            let mut ahead = self.after[at].clone();
            let mut seen: BTreeSet<usize> = BTreeSet::from([at]);
            while let Some(before) = ahead.pop() {
                if !seen.insert(before) {
                    continue;
                }
                ahead.extend(&self.after[before]);
                if before_completion && start.is_some_and(|start| before > start) {
                    continue;
                }
                match &mut done[before] {
                    Some((held, true)) => *held = (*held).min(date),
                    Some((_, false)) => {}
                    none => *none = Some((date, true)),
                }
            }
        }
        done
    }

    /// The day on which everything the step waits for was done; `None` while something is open.
    pub(super) fn free_since(&self, at: usize) -> Option<Option<Date>> {
        let days: Option<Vec<Date>> =
            self.after[at].iter().map(|before| Some(self.done[*before]?.0)).collect();
        Some(days?.into_iter().max())
    }
}
