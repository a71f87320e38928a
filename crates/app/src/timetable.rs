//! The timetable of a plan at a point of view, kept while the journal stands still.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use domain::code::Code;
use domain::history::View;
use domain::item::ledger::{LedgerRow, RowKind};
use domain::item::light::Judge;
use domain::named::Named;
use domain::plan::Plan;
use domain::portfolio::Portfolio;
use domain::scenario::{Side, Value};
use domain::timetabling::{Limited, Odds, OnTimeBy, Row, Timetable, TimetableError};
use jiff::civil::Date;
use timetable::forecast::Sampling;

use crate::App;
use crate::error::AppError;
use crate::read::Asked;

/// The sample that a plan's forecasts are drawn from: the same plan at the same point of view always gives the same
/// odds.
pub(crate) fn sampling(plan: &Plan) -> Sampling {
    let rules = plan.forecast_rules();
    Sampling { draws: rules.draws, seed: rules.seed, threads: 2 }
}

/// A plan with its timetable. What takes a good part of a second to find is found when it is first asked for, and
/// kept: whoever asks calls it [`aside`](PlanTimetable::aside).
#[derive(Debug)]
pub struct PlanTimetable {
    pub portfolio: Arc<Portfolio>,
    pub timetable: Timetable,
    pub rows: Vec<Row>,
    odds: OnceLock<Result<Odds, TimetableError>>,
    costs: OnceLock<Result<Vec<(Named, f64)>, TimetableError>>,
    limited: OnceLock<Result<WithinLimits, TimetableError>>,
    on_time: Mutex<BTreeMap<Date, OnTimeBy>>,
}

/// A timetable with the plan's limits of capacity kept.
#[derive(Debug)]
pub struct WithinLimits {
    pub limited: Limited,
    /// The rows as they then are.
    pub rows: Vec<Row>,
}

/// Whether limits of capacity put steps off. The engine reckons without them unless they are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limits {
    Ignored,
    Kept,
}

/// Days whose forecast is kept: promises end in a few years.
const MOST_DAYS: usize = 16;

impl PlanTimetable {
    /// Works out the timetable of a portfolio.
    pub fn of(portfolio: Arc<Portfolio>) -> Result<Self, TimetableError> {
        let timetable = Timetable::of(&portfolio)?;
        let rows = timetable.rows(&portfolio);
        Ok(Self {
            portfolio,
            timetable,
            rows,
            odds: OnceLock::new(),
            costs: OnceLock::new(),
            limited: OnceLock::new(),
            on_time: Mutex::default(),
        })
    }

    /// Does something that takes long off the threads that serve others.
    pub async fn aside<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, TimetableError> + Send + 'static,
    ) -> Result<T, AppError> {
        let held = self.clone();
        let done = tokio::task::spawn_blocking(move || work(&held)).await;
        Ok(done.map_err(|error| store::StoreError::Unavailable(error.to_string()))??)
    }

    /// The odds of its promises; drawn at the first call.
    pub fn odds(&self) -> Result<&Odds, TimetableError> {
        let draw = || self.timetable.odds(&self.portfolio, &self.rows, sampling(&self.portfolio.plan));
        self.odds.get_or_init(draw).as_ref().map_err(Clone::clone)
    }

    /// What authorities cost: promises that would hold in addition if their decisions took the usual time.
    pub fn costs(&self) -> Result<&[(Named, f64)], TimetableError> {
        let draw = || self.timetable.costs(&self.portfolio, &self.rows, sampling(&self.portfolio.plan));
        self.costs.get_or_init(draw).as_deref().map_err(Clone::clone)
    }

    /// Where steps come to lie when all limits of capacity are kept.
    pub fn within_limits(&self) -> Result<&WithinLimits, TimetableError> {
        let find = || {
            let limited = self.timetable.limited(&self.portfolio)?;
            let rows = limited.rows(&self.rows);
            Ok(WithinLimits { limited, rows })
        };
        self.limited.get_or_init(find).as_ref().map_err(Clone::clone)
    }

    /// Where the row of a project stands.
    pub fn place(&self, project: &str) -> Option<usize> {
        Row::place(&self.rows, &self.portfolio, project)
    }

    /// Its rows, with limits of capacity or without.
    pub fn rows_with(&self, limits: Limits) -> Result<&[Row], TimetableError> {
        match limits {
            Limits::Ignored => Ok(&self.rows),
            Limits::Kept => Ok(&self.within_limits()?.rows),
        }
    }

    /// It as one of two that are compared.
    pub fn side(&self, limits: Limits) -> Result<Side<'_>, TimetableError> {
        let rows = self.rows_with(limits)?;
        Ok(Side { portfolio: &self.portfolio, timetable: &self.timetable, rows })
    }

    /// How many of the promises due by a day hold.
    pub fn on_time_by(&self, by: Date) -> Result<OnTimeBy, TimetableError> {
        if let Some(held) = self.on_time.lock().unwrap_or_else(PoisonError::into_inner).get(&by) {
            return Ok(held.clone());
        }
        let sampling = sampling(&self.portfolio.plan);
        let found = self.timetable.on_time_by(&self.portfolio, &self.rows, sampling, by)?;
        let mut held = self.on_time.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= MOST_DAYS {
            held.pop_first();
        }
        held.insert(by, found.clone());
        Ok(found)
    }

    /// What it is worth. Odds know no limits of capacity.
    pub fn value(&self, limits: Limits) -> Result<Value, TimetableError> {
        Ok(Value::of(self.rows_with(limits)?, self.odds()?))
    }

    /// The share of draws in which a project's promise holds.
    pub fn share(&self, project: &str) -> Result<Option<f64>, TimetableError> {
        let odds = self.odds()?;
        let on_time = self.row(project).and_then(|row| odds.of(row.project)?.on_time);
        Ok(on_time.map(|(share, _)| share))
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
    /// Gives a project's row, or one of its milestones', its float.
    pub fn put(&self, row: &mut LedgerRow) {
        let Some(all) = &self.0 else { return };
        let Some(held) = all.row(row.code.as_str()) else { return };
        row.float = match &row.kind {
            RowKind::Project => held.headline().and_then(|step| step.float),
            RowKind::Milestone { part: None, step } => {
                held.steps.iter().find(|held| held.step == *step).and_then(|step| step.float)
            }
            RowKind::Milestone { part: Some(part), step } => {
                all.timetable.part_float(&all.portfolio, row.code.as_str(), part, step)
            }
            RowKind::Item(_) => None,
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
            held.aside(|it| it.odds().map(|_| ())).await?;
        }
        Ok(held)
    }

    /// The timetable that a file was made from, by the day it was made for, with what is known now; `None` where there
    /// is none.
    pub async fn timetable_made_for(
        &self,
        plan: &Code,
        day: Option<(i32, u32, u32)>,
    ) -> Result<Option<Arc<PlanTimetable>>, AppError> {
        let date = day.and_then(|(year, month, day)| {
            Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?).ok()
        });
        let view = self.view(Asked { as_of: date, known_at: None }).await?;
        match self.timetable_dates(plan, view).await {
            Ok(held) => Ok(Some(held)),
            Err(AppError::NotFound | AppError::Timetable(_)) => Ok(None),
            Err(error) => Err(error),
        }
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
