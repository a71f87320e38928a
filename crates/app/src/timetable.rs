//! The timetable of a plan at a point of view, kept while the journal stands still.

use std::collections::VecDeque;
use std::sync::{Arc, OnceLock, PoisonError};

use domain::code::Code;
use domain::history::View;
use domain::plan::Plan;
use domain::portfolio::Portfolio;
use domain::scenario::{Side, Value};
use domain::timetabling::{Odds, OnTimeBy, Row, Timetable, TimetableError};
use jiff::civil::Date;
use timetable::forecast::Sampling;

use crate::App;
use crate::error::AppError;

/// The sample that a plan's forecasts are drawn from: the same plan at the same point of view always gives the same
/// odds.
pub(crate) fn sampling(plan: &Plan) -> Sampling {
    let rules = plan.forecast_rules();
    Sampling { draws: rules.draws, seed: rules.seed, threads: 2 }
}

/// A plan with its timetable.
#[derive(Debug)]
pub struct PlanTimetable {
    pub portfolio: Arc<Portfolio>,
    pub timetable: Timetable,
    pub rows: Vec<Row>,
    odds: OnceLock<Result<Odds, TimetableError>>,
}

impl PlanTimetable {
    /// Works out the timetable of a portfolio.
    pub fn of(portfolio: Arc<Portfolio>) -> Result<Self, TimetableError> {
        let timetable = Timetable::of(&portfolio)?;
        let rows = timetable.rows(&portfolio);
        Ok(Self { portfolio, timetable, rows, odds: OnceLock::new() })
    }

    /// The odds of its promises; drawn at the first call, which takes a good part of a second.
    pub fn odds(&self) -> Result<&Odds, TimetableError> {
        let draw = || self.timetable.odds(&self.portfolio, &self.rows, sampling(&self.portfolio.plan));
        self.odds.get_or_init(draw).as_ref().map_err(Clone::clone)
    }

    /// It as one of two that are compared.
    pub fn side(&self) -> Side<'_> {
        Side { portfolio: &self.portfolio, timetable: &self.timetable, rows: &self.rows }
    }

    /// How many of the promises due by a day hold.
    pub fn on_time_by(&self, by: Date) -> Result<OnTimeBy, TimetableError> {
        self.timetable.on_time_by(&self.portfolio, &self.rows, sampling(&self.portfolio.plan), by)
    }

    /// What it is worth.
    pub fn value(&self) -> Result<Value, TimetableError> {
        Ok(Value::of(&self.rows, self.odds()?))
    }

    /// The row of a project.
    pub fn row(&self, project: &str) -> Option<&Row> {
        self.rows.iter().find(|row| self.portfolio.projects[row.project].code.as_str() == project)
    }
}

/// Timetables lately asked for. A portfolio belongs to a journal head, so its timetable does not go stale.
#[derive(Default)]
pub(crate) struct TimetableCache {
    held: VecDeque<Arc<PlanTimetable>>,
}

impl TimetableCache {
    const MOST: usize = 4;

    fn get(&self, portfolio: &Arc<Portfolio>) -> Option<Arc<PlanTimetable>> {
        self.held.iter().find(|held| Arc::ptr_eq(&held.portfolio, portfolio)).cloned()
    }

    fn put(&mut self, timetable: Arc<PlanTimetable>) {
        if self.held.len() >= Self::MOST {
            self.held.pop_front();
        }
        self.held.push_back(timetable);
    }
}

impl App {
    /// The timetable of a plan, with its odds drawn.
    pub async fn timetable(&self, plan: &Code, view: View) -> Result<Arc<PlanTimetable>, AppError> {
        let portfolio = self.portfolio_at(plan, view).await?;
        let held = self.inner.timetables.lock().unwrap_or_else(PoisonError::into_inner).get(&portfolio);
        if let Some(held) = held {
            return Ok(held);
        }
        let fresh = tokio::task::spawn_blocking(move || {
            let timetable = PlanTimetable::of(portfolio)?;
            timetable.odds()?;
            Ok::<_, TimetableError>(Arc::new(timetable))
        })
        .await
        .map_err(|error| store::StoreError::Unavailable(error.to_string()))??;
        let mut cache = self.inner.timetables.lock().unwrap_or_else(PoisonError::into_inner);
        cache.put(fresh.clone());
        Ok(fresh)
    }
}
