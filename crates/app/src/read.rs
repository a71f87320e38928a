//! Reading: a plan at a point of view, its statement, its journal.

use std::collections::VecDeque;
use std::sync::{Arc, PoisonError};

use domain::authorize::target_of;
use domain::code::Code;
use domain::history::{History, Lookup, SubjectHistory, View};
use domain::journal::{Entry, Seq};
use domain::policy::Target;
use domain::portfolio::Portfolio;
use domain::statement::Statement;
use domain::subject::Subject;
use jiff::Timestamp;
use jiff::civil::Date;
use store::{EntryFilter, Page};

use crate::App;
use crate::error::AppError;

/// What a reader asks for; today and everything known where nothing is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Asked {
    pub as_of: Option<Date>,
    pub known_at: Option<Timestamp>,
}

/// Portfolios and statements lately asked for, so that none goes stale: a portfolio belongs to the last entry about
/// one of its subjects, a statement, which counts items, to a journal head. What is said of items all day long leaves
/// the portfolio, and the timetable that was made of it, as they are.
#[derive(Default)]
pub(crate) struct PortfolioCache {
    held: VecDeque<Held>,
}

struct Held {
    key: Key,
    portfolio: Arc<Portfolio>,
    statement: Option<(Seq, Arc<Statement>)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Key {
    plan: Code,
    view: View,
    /// Which journal, where the database was replaced underneath, and its last entry about one of the plan's subjects.
    changed: (u64, Seq),
}

impl PortfolioCache {
    /// A person moves between a few days; a thousand projects at one day take some megabytes.
    const MOST: usize = 4;

    fn get(&mut self, key: &Key) -> Option<&mut Held> {
        let at = self.held.iter().position(|held| held.key == *key)?;
        let item = self.held.remove(at)?;
        self.held.push_back(item);
        self.held.back_mut()
    }

    fn put(&mut self, key: Key, portfolio: Arc<Portfolio>) {
        // Whoever looks at what is over already drives out nothing newer.
        if self.held.iter().any(|held| held.key.plan == key.plan && held.key.changed > key.changed) {
            return;
        }
        self.held.retain(|held| held.key.changed == key.changed || held.key.plan != key.plan);
        if self.held.len() >= Self::MOST {
            self.held.pop_front();
        }
        self.held.push_back(Held { key, portfolio, statement: None });
    }

    /// Forgets all: the journal is another one than before.
    pub(crate) fn forget(&mut self) {
        self.held.clear();
    }
}

impl App {
    /// Turns what was asked into a point of view.
    pub async fn view(&self, asked: Asked) -> Result<View, AppError> {
        let as_of = asked.as_of.unwrap_or_else(|| self.clock().today());
        let known = match asked.known_at {
            None => Seq::LATEST,
            Some(moment) => self.database().read_async(move |c| c.known_at(moment)).await?,
        };
        Ok(View { as_of, known })
    }

    /// A plan at a point of view.
    pub async fn portfolio(&self, plan: &Code, asked: Asked) -> Result<Arc<Portfolio>, AppError> {
        self.portfolio_at(plan, self.view(asked).await?).await
    }

    /// A plan on a day that others are compared with: the first day it was on the books, where it was not by then.
    pub async fn portfolio_since(
        &self,
        plan: &Code,
        day: Date,
        known_at: Option<Timestamp>,
    ) -> Result<Arc<Portfolio>, AppError> {
        let history = self.history(plan).await?;
        let facts = history.get(&Subject::plan(plan)).map(|held| held.facts()).unwrap_or_default();
        let first = facts.iter().map(|fact| fact.effective).min();
        let day = first.map_or(day, |first| first.max(day));
        self.portfolio(plan, Asked { as_of: Some(day), known_at }).await
    }

    /// A plan at a point of view that is already settled, as when a reader goes on from page to page.
    pub async fn portfolio_at(&self, plan: &Code, view: View) -> Result<Arc<Portfolio>, AppError> {
        let (portfolio, ..) = self.portfolio_keyed(plan, view).await?;
        Ok(portfolio)
    }

    /// A portfolio with what it is kept by, and the journal head at which it was asked for.
    async fn portfolio_keyed(&self, plan: &Code, view: View) -> Result<(Arc<Portfolio>, Key, Seq), AppError> {
        // Looked at first: what is read after it is of this journal or of a later one.
        let journal = self.journals().await?;
        let history = self.history(plan).await?;
        let (key, head) =
            (Key { plan: plan.clone(), view, changed: (journal, history.changed()) }, history.head());
        {
            let mut cache = self.inner.portfolios.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(held) = cache.get(&key) {
                return Ok((held.portfolio.clone(), key, head));
            }
        }
        let portfolio = Arc::new(Portfolio::at(&history, plan, view).ok_or(AppError::NotFound)?);
        let mut cache = self.inner.portfolios.lock().unwrap_or_else(PoisonError::into_inner);
        cache.put(key.clone(), portfolio.clone());
        Ok((portfolio, key, head))
    }

    /// Every figure of a plan at a point of view, with what keeps it from being issued.
    pub async fn statement(
        &self,
        plan: &Code,
        asked: Asked,
    ) -> Result<(Arc<Portfolio>, Arc<Statement>), AppError> {
        self.statement_at(plan, self.view(asked).await?).await
    }

    /// As [`statement`](Self::statement), at a point of view that is already settled.
    pub async fn statement_at(
        &self,
        plan: &Code,
        view: View,
    ) -> Result<(Arc<Portfolio>, Arc<Statement>), AppError> {
        let (portfolio, key, head) = self.portfolio_keyed(plan, view).await?;
        {
            let mut cache = self.inner.portfolios.lock().unwrap_or_else(PoisonError::into_inner);
            let held = cache.get(&key).and_then(|held| held.statement.clone());
            if let Some((_, statement)) = held.filter(|(of, _)| *of == head) {
                return Ok((portfolio, statement));
            }
        }
        let items = self.items_counted(&portfolio).await?;
        let statement = Arc::new(Statement::of(&portfolio, &items));
        let mut cache = self.inner.portfolios.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(held) = cache.get(&key) {
            held.statement = Some((head, statement.clone()));
        }
        Ok((portfolio, statement))
    }

    /// One subject with everything ever recorded of it.
    pub async fn subject(&self, subject: &Subject) -> Result<Option<SubjectHistory>, AppError> {
        let subject = subject.clone();
        Ok(self.database().read_async(move |c| c.subject(&subject)).await?)
    }

    /// One subject with everything ever recorded of it, and what a change to it touches.
    pub async fn subject_and_target(
        &self,
        subject: &Subject,
    ) -> Result<(Arc<SubjectHistory>, Target), AppError> {
        let history = self.history(&subject.scope).await?;
        let held = Arc::new(self.subject(subject).await?.ok_or(AppError::NotFound)?);
        let target = target_of(subject, &WithOne { history: &history, one: held.clone() });
        Ok((held, target))
    }

    /// Journal entries, newest first.
    pub async fn entries(
        &self,
        filter: EntryFilter,
        before: Option<Seq>,
        limit: usize,
    ) -> Result<Page<Entry>, AppError> {
        let limit = limit.clamp(1, 500);
        Ok(self.database().read_async(move |c| c.entries(&filter, before, limit)).await?)
    }

    pub async fn entry(&self, seq: Seq) -> Result<Option<Entry>, AppError> {
        Ok(self.database().read_async(move |c| c.entry(seq)).await?)
    }
}

/// A history with one more subject: items are in none.
struct WithOne<'a> {
    history: &'a History,
    one: Arc<SubjectHistory>,
}

impl Lookup for WithOne<'_> {
    fn subject(&self, subject: &Subject) -> Option<Arc<SubjectHistory>> {
        if *subject == self.one.subject { Some(self.one.clone()) } else { self.history.subject(subject) }
    }

    fn own_work(&self, plan: &Code) -> Vec<Code> {
        self.history.own_work(plan)
    }

    fn drawn_areas(&self) -> Vec<Code> {
        self.history.drawn_areas()
    }
}
