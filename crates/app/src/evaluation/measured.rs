//! What requests say of projects, worked out by one at a time and kept: everybody may ask for it, and each project takes
//! thousands of permutations.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, PoisonError};

use domain::code::Code;
use domain::evaluation::{EvaluationChoice, EvaluationWindow};
use domain::history::View;
use domain::journal::Seq;
use domain::portfolio::Portfolio;
use jiff::civil::Date;

use super::cells::Cells;
use super::chosen::Chosen;
use super::{RequestPart, effect};
use crate::App;
use crate::error::AppError;

/// By project.
pub(super) type Parts = Arc<BTreeMap<Code, RequestPart>>;

/// What parts were worked out from.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Key {
    plan: Code,
    view: View,
    /// The journal's last entry, where the view goes on with the journal.
    head: Option<Seq>,
    today: Date,
}

#[derive(Debug)]
struct Kept {
    key: Key,
    /// None: of all projects of the plan.
    project: Option<Code>,
    parts: Parts,
}

#[derive(Debug, Default)]
pub(crate) struct MeasuredCache(VecDeque<Kept>);

impl MeasuredCache {
    /// Of whole plans, which may take some megabytes, and of single projects.
    const MOST: [usize; 2] = [4, 24];

    /// Of all projects of a plan, or of one, which may be among all.
    fn find(&mut self, key: &Key, project: Option<&Code>) -> Option<Parts> {
        let holds = |kept: &Kept| match (&kept.project, project) {
            (None, None) => true,
            (None, Some(code)) => kept.parts.contains_key(code),
            (Some(held), asked) => Some(held) == asked,
        };
        let at = self.0.iter().position(|kept| kept.key == *key && holds(kept))?;
        let kept = self.0.remove(at)?;
        let parts = kept.parts.clone();
        self.0.push_back(kept);
        Some(parts)
    }

    fn keep(&mut self, kept: Kept) {
        let is_one = kept.project.is_some();
        // What was worked out of an earlier end of the journal is asked for no more.
        self.0.retain(|held| {
            held.key.plan != kept.key.plan || held.key.head.is_none_or(|head| Some(head) >= kept.key.head)
        });
        while self.0.iter().filter(|held| held.project.is_some() == is_one).count()
            >= Self::MOST[usize::from(is_one)]
        {
            let first = self.0.iter().position(|held| held.project.is_some() == is_one);
            self.0.remove(first.unwrap_or_default());
        }
        self.0.push_back(kept);
    }

    /// Forgets all: the journal is another one than before.
    pub(crate) fn forget(&mut self) {
        self.0.clear();
    }
}

impl App {
    /// What requests say of all projects of a plan, or of one.
    pub(super) async fn requests_of(
        &self,
        plan: &Code,
        view: View,
        project: Option<&Code>,
    ) -> Result<Parts, AppError> {
        if let Some(found) = self.measured_before(&self.measured_key(plan, view).await?, project) {
            return Ok(found);
        }
        let turn = self.inner.measured_turn.clone().lock_owned().await;
        // Others had their turn meanwhile.
        let key = self.measured_key(plan, view).await?;
        if let Some(found) = self.measured_before(&key, project) {
            return Ok(found);
        }
        let (app, project) = (self.clone(), project.cloned());
        // Goes on where its reader has left, so that the turn ends with the work and nothing is thrown away.
        let work = tokio::spawn(async move {
            let _turn = turn;
            // Read after the journal's end was looked at: it is never older than what it is kept under.
            let portfolio = app.portfolio_at(&key.plan, key.view).await?;
            let parts = Arc::new(app.measure(&portfolio, project.as_ref()).await?);
            let mut cache = app.inner.measured.lock().unwrap_or_else(PoisonError::into_inner);
            cache.keep(Kept { key, project, parts: parts.clone() });
            Ok::<_, AppError>(parts)
        });
        work.await.map_err(|_| store::StoreError::Stopped)?
    }

    async fn measured_key(&self, plan: &Code, view: View) -> Result<Key, AppError> {
        let head = self.head().await?;
        let (plan, head) = (plan.clone(), Some(head).filter(|head| view.known > *head));
        Ok(Key { plan, view, head, today: self.clock().today() })
    }

    fn measured_before(&self, key: &Key, project: Option<&Code>) -> Option<Parts> {
        self.inner.measured.lock().unwrap_or_else(PoisonError::into_inner).find(key, project)
    }

    /// Requests are counted once for all projects, and measured aside from those who wait.
    async fn measure(
        &self,
        portfolio: &Arc<Portfolio>,
        project: Option<&Code>,
    ) -> Result<BTreeMap<Code, RequestPart>, AppError> {
        let linked = self.linked(portfolio, project).await?;
        let projects: Vec<Code> = match project {
            Some(code) => vec![code.clone()],
            None => portfolio.members().map(|project| project.code.clone()).collect(),
        };
        let (held, today) = (portfolio.clone(), self.clock().today());
        let read = move |c: &mut store::Connection| {
            let (plan, view) = (&held.plan.code, held.view);
            let register = c.first_request(plan)?;
            let usual = EvaluationChoice::default();
            let choose = |code: &Code| {
                let project = held.project(code.as_str())?;
                let choice = project.evaluation.as_ref().map_or(&usual, |(choice, _)| choice);
                let window = EvaluationWindow::of(project, choice, register, view.as_of);
                let categories = linked.get(code).map_or(&[][..], Vec::as_slice);
                let chosen = Chosen::of(&held, project, categories, window.as_ref().ok());
                Some((code.clone(), chosen, window))
            };
            let found: Vec<_> = projects.iter().filter_map(choose).collect();
            let measured: Vec<(&Chosen, &EvaluationWindow)> = found
                .iter()
                .filter_map(|(_, chosen, window)| Some((chosen, window.as_ref().ok()?)))
                .collect();
            let first = measured.iter().map(|(_, window)| window.first).min();
            let last = measured.iter().map(|(_, window)| window.last).max();
            let categories: BTreeSet<Code> =
                measured.iter().flat_map(|(chosen, _)| &chosen.categories).cloned().collect();
            let cells = match first.zip(last) {
                Some(days) => {
                    let earlier = view.as_of < today || view.known < c.head()?;
                    Cells::read(c, plan, days, &categories, earlier.then_some(view))?
                }
                None => Cells::default(),
            };
            Ok::<_, store::StoreError>((found, cells))
        };
        let (found, cells) = self.database().read_async(read).await?;
        let portfolio = portfolio.clone();
        let work = move || {
            let part = |(code, chosen, window)| (code, effect::part(&portfolio, chosen, window, &cells));
            found.into_iter().map(part).collect()
        };
        crate::aside(work).await
    }
}
