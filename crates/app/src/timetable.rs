//! The timetable of a plan at a point of view, kept while the journal stands still.

use std::collections::VecDeque;
use std::sync::{Arc, OnceLock, PoisonError};

use domain::code::Code;
use domain::history::View;
use domain::item::ledger::{LedgerRow, RowKind};
use domain::item::light::Judge;
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

    /// Where the row of a project stands.
    pub fn place(&self, project: &str) -> Option<usize> {
        Row::place(&self.rows, &self.portfolio, project)
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
        self.place(project).map(|at| &self.rows[at])
    }
}

/// The working days to spare of a plan's projects and steps, as lights ask for them; nothing where none does.
#[derive(Debug, Clone, Default)]
pub struct Floats(Option<Arc<PlanTimetable>>);

impl Floats {
    /// Gives a project's row, or one of its milestones', its float. Parts are not in the timetable.
    pub fn put(&self, row: &mut LedgerRow) {
        let Some(held) = self.0.as_ref().and_then(|held| held.row(row.code.as_str())) else { return };
        row.float = match &row.kind {
            RowKind::Project => held.headline().and_then(|step| step.float),
            RowKind::Milestone { part: None, step } => {
                held.steps.iter().find(|held| held.step == *step).and_then(|step| step.float)
            }
            RowKind::Milestone { part: Some(_), .. } | RowKind::Item(_) => None,
        };
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
    /// What the lights of projects need of the timetable. One that cannot be worked out says nothing of them: its
    /// own page tells why.
    pub(crate) async fn floats(&self, portfolio: &Portfolio, judge: &Judge) -> Result<Floats, AppError> {
        if !judge.asks_float() {
            return Ok(Floats::default());
        }
        match self.timetable_dates(&portfolio.plan.code, portfolio.view).await {
            Ok(held) => Ok(Floats(Some(held))),
            Err(AppError::Timetable(_)) => Ok(Floats::default()),
            Err(error) => Err(error),
        }
    }

    /// The timetable of a plan, with its odds drawn.
    pub async fn timetable(&self, plan: &Code, view: View) -> Result<Arc<PlanTimetable>, AppError> {
        let held = self.timetable_dates(plan, view).await?;
        if held.odds.get().is_none() {
            let drawn = held.clone();
            tokio::task::spawn_blocking(move || drawn.odds().map(|_| ()))
                .await
                .map_err(|error| store::StoreError::Unavailable(error.to_string()))??;
        }
        Ok(held)
    }

    /// The timetable of a plan, whose odds need not be drawn yet.
    pub async fn timetable_dates(&self, plan: &Code, view: View) -> Result<Arc<PlanTimetable>, AppError> {
        let portfolio = self.portfolio_at(plan, view).await?;
        let held = self.inner.timetables.lock().unwrap_or_else(PoisonError::into_inner).get(&portfolio);
        if let Some(held) = held {
            return Ok(held);
        }
        let fresh = tokio::task::spawn_blocking(move || PlanTimetable::of(portfolio).map(Arc::new))
            .await
            .map_err(|error| store::StoreError::Unavailable(error.to_string()))??;
        let mut cache = self.inner.timetables.lock().unwrap_or_else(PoisonError::into_inner);
        cache.put(fresh.clone());
        Ok(fresh)
    }
}
