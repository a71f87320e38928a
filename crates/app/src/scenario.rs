//! Scenarios: tried out beside the plan, and adopted as a revision of it.

use std::collections::VecDeque;
use std::sync::{Arc, PoisonError};

use domain::code::Code;
use domain::command::Command;
use domain::fact::Fact;
use domain::journal::Seq;
use domain::named::Named;
use domain::plan::PlanFact;
use domain::portfolio::Portfolio;
use domain::refusal::{Problem, Refusal};
use domain::scenario::{Applied, Change as WhatIf, NoEffect, Scenario, Standing, apply, facts, with_facts};
use domain::source::Source;
use domain::subject::{Subject, SubjectKind};
use domain::timetabling::TimetableError;

use crate::App;
use crate::actor::Actor;
use crate::change::{Change, Receipt};
use crate::error::AppError;
use crate::read::Asked;
use crate::timetable::PlanTimetable;

/// A plan as it would be.
#[derive(Debug)]
pub struct Tried {
    pub timetable: PlanTimetable,
    /// For each change, why it does nothing, if it does nothing.
    pub without_effect: Vec<Option<NoEffect>>,
}

/// What was lately tried. It belongs to a portfolio, which belongs to a journal head: nothing in it goes stale.
#[derive(Default)]
pub(crate) struct TriedCache {
    held: VecDeque<(Arc<Portfolio>, Vec<WhatIf>, Arc<Tried>)>,
}

impl TriedCache {
    /// A comparison looks at a handful side by side.
    const MOST: usize = 5;

    fn get(&self, base: &Arc<Portfolio>, changes: &[WhatIf]) -> Option<Arc<Tried>> {
        let held = self.held.iter().find(|(of, what, _)| Arc::ptr_eq(of, base) && what == changes);
        held.map(|(_, _, tried)| tried.clone())
    }

    fn put(&mut self, base: Arc<Portfolio>, changes: Vec<WhatIf>, tried: Arc<Tried>) {
        if self.held.len() >= Self::MOST {
            self.held.pop_front();
        }
        self.held.push_back((base, changes, tried));
    }
}

/// With what a scenario is adopted.
#[derive(Debug, Clone, PartialEq)]
pub struct Adoption {
    pub scenario: Code,
    /// The title of the revision that it becomes.
    pub title: Named,
    pub source: Source,
    pub reason: String,
    /// The plan's version that was looked at.
    pub expected: Seq,
}

impl App {
    /// The timetable of a plan with changes made, its odds drawn. The inner error tells that the changes allow none.
    pub async fn try_changes(
        &self,
        base: &Arc<Portfolio>,
        changes: &[WhatIf],
    ) -> Result<Result<Arc<Tried>, TimetableError>, AppError> {
        let held = self.inner.tried.lock().unwrap_or_else(PoisonError::into_inner).get(base, changes);
        if let Some(held) = held {
            return Ok(Ok(held));
        }
        let (of, what) = (base.clone(), changes.to_vec());
        let drawn = tokio::task::spawn_blocking(move || {
            let Applied { portfolio, without_effect } = apply(&of, &what);
            let timetable = PlanTimetable::of(Arc::new(portfolio))?;
            timetable.odds()?;
            Ok::<_, TimetableError>(Arc::new(Tried { timetable, without_effect }))
        })
        .await
        .map_err(|error| store::StoreError::Unavailable(error.to_string()))?;
        let Ok(tried) = drawn else { return Ok(drawn) };
        let mut cache = self.inner.tried.lock().unwrap_or_else(PoisonError::into_inner);
        cache.put(base.clone(), changes.to_vec(), tried.clone());
        Ok(Ok(tried))
    }

    /// The timetable of a plan as facts about one of its subjects would make it. The inner error tells that there
    /// would be none.
    pub async fn try_facts(
        &self,
        base: &Arc<Portfolio>,
        subject: &Subject,
        facts: &[Fact],
    ) -> Result<Result<PlanTimetable, TimetableError>, AppError> {
        let after = with_facts(base, subject, facts);
        let drawn = tokio::task::spawn_blocking(move || {
            let timetable = PlanTimetable::of(Arc::new(after))?;
            timetable.odds()?;
            Ok::<_, TimetableError>(timetable)
        });
        Ok(drawn.await.map_err(|error| store::StoreError::Unavailable(error.to_string()))?)
    }

    /// Puts a scenario on record as it now is.
    pub async fn save_scenario(
        &self,
        actor: &Actor,
        plan: &Code,
        scenario: Scenario,
        expected: Option<Seq>,
        (source, reason): (Source, String),
    ) -> Result<Receipt, AppError> {
        let facts = vec![PlanFact::Scenario(scenario).into()];
        let command = Command::Record { subject: Subject::plan(plan), facts, expected };
        self.change(actor, Change { command, effective: None, source, reason }).await
    }

    /// Makes a scenario the plan: a revision with its reason and the facts that the changes come to, all or none.
    pub async fn adopt_scenario(
        &self,
        actor: &Actor,
        plan: &Code,
        adoption: Adoption,
    ) -> Result<Vec<Receipt>, AppError> {
        let portfolio = self.portfolio(plan, Asked::default()).await?;
        let held = portfolio.plan.scenario(adoption.scenario.as_str()).ok_or(AppError::NotFound)?;
        let after = apply(&portfolio, &held.changes).portfolio;
        let mut wanted = facts(&portfolio, &after);
        if wanted.is_empty() {
            return Err(Refusal::whole(Problem::NoFacts).into());
        }
        let number = portfolio.plan.revisions.iter().map(|held| held.number).max().unwrap_or(0) + 1;
        let subject = Subject::plan(plan);
        let of_plan = match wanted.first() {
            Some((first, _)) if *first == subject => wanted.remove(0).1,
            _ => Vec::new(),
        };
        let mut facts: Vec<Fact> =
            vec![PlanFact::Revision { number, title: adoption.title.clone(), declared: None }.into()];
        facts.extend(of_plan);
        let adopted = Scenario { standing: Standing::Adopted(number), ..held.clone() };
        facts.push(PlanFact::Scenario(adopted).into());
        let mut changes = vec![(subject, facts, adoption.expected)];
        for (subject, facts) in wanted {
            let seen = portfolio.project(subject.code.as_str()).map_or(Seq(0), |project| project.version);
            debug_assert_eq!(subject.kind, SubjectKind::Project);
            changes.push((subject, facts, seen));
        }
        let changes = changes
            .into_iter()
            .map(|(subject, facts, seen)| Change {
                command: Command::Record { subject, facts, expected: Some(seen) },
                effective: None,
                source: adoption.source.clone(),
                reason: adoption.reason.clone(),
            })
            .collect();
        self.change_all(actor, changes).await.map_err(|(_, error)| error)
    }
}
