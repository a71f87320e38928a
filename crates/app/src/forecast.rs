//! Forecasts on record, and what earlier days would have said against what came true.

use std::collections::VecDeque;
use std::sync::{Arc, PoisonError};

use domain::code::Code;
use domain::command::Command;
use domain::forecast::{Calibration, KeptForecast, calibration, keep};
use domain::history::{History, View};
use domain::journal::Seq;
use domain::plan::PlanFact;
use domain::portfolio::Portfolio;
use domain::source::Source;
use domain::subject::Subject;
use domain::timetabling::Timetable;
use jiff::civil::Date;
use timetable::forecast::Sampling;

use crate::App;
use crate::actor::Actor;
use crate::change::{Change, Receipt};
use crate::error::AppError;
use crate::read::Asked;
use crate::timetable::sampling;

/// Quarters looked back at, at most: ten years.
const MOST_DAYS: usize = 40;
/// Draws for each of them: a calibration takes many forecasts together, so each may be coarse.
const DRAWS: u32 = 2_000;

/// What was lately found looking back, by the portfolio that it was held against.
#[derive(Default)]
pub(crate) struct BackCache {
    held: VecDeque<(Arc<Portfolio>, Arc<LookedBack>)>,
}

/// The forecasts that earlier days would have made, and how they came true.
#[derive(Debug, Default)]
pub struct LookedBack {
    pub forecasts: Vec<KeptForecast>,
    pub calibration: Calibration,
    /// Those that were kept on their day.
    pub kept: Calibration,
}

impl App {
    /// Puts today's forecast on record, under the plan's rules.
    pub async fn keep_forecast(
        &self,
        actor: &Actor,
        plan: &Code,
        (source, reason): (Source, String),
    ) -> Result<Receipt, AppError> {
        let kept = self.forecast_now(plan).await?;
        self.put_forecast(actor, plan, kept, (source, reason)).await
    }

    /// Puts a forecast on record unless there is one of this month, or nothing is promised any more. The day it is
    /// of, and whether it was only found that it would be kept.
    pub(crate) async fn keep_monthly_forecast(
        &self,
        actor: &Actor,
        plan: &Code,
        source: &Source,
        trial: bool,
    ) -> Result<Option<Date>, AppError> {
        let today = self.clock().today();
        let portfolio = self.portfolio(plan, Asked::default()).await?;
        if portfolio.plan.forecasts.iter().any(|held| held.on >= today.first_of_month()) {
            return Ok(None);
        }
        let kept = self.forecast_now(plan).await?;
        if kept.promises.is_empty() {
            return Ok(None);
        }
        if !trial {
            self.put_forecast(actor, plan, kept, (source.clone(), String::new())).await?;
        }
        Ok(Some(today))
    }

    async fn forecast_now(&self, plan: &Code) -> Result<KeptForecast, AppError> {
        let view = self.view(Asked::default()).await?;
        let held = self.timetable(plan, view).await?;
        Ok(keep(&held.portfolio, &held.timetable, &held.rows, held.odds()?))
    }

    async fn put_forecast(
        &self,
        actor: &Actor,
        plan: &Code,
        kept: KeptForecast,
        (source, reason): (Source, String),
    ) -> Result<Receipt, AppError> {
        let facts = vec![PlanFact::Forecast(kept).into()];
        let command = Command::Record { subject: Subject::plan(plan), facts, expected: None };
        self.change(actor, Change { command, effective: None, source, reason }).await
    }

    /// What the forecast said, or would have said, at the ends of the quarters before a point of view, each as known
    /// on its day, against what has come true by then.
    pub async fn looked_back(&self, plan: &Code, view: View) -> Result<Arc<LookedBack>, AppError> {
        let now = self.portfolio_at(plan, view).await?;
        let held = {
            let cache = self.inner.looked_back.lock().unwrap_or_else(PoisonError::into_inner);
            cache.held.iter().find(|(of, _)| Arc::ptr_eq(of, &now)).map(|(_, held)| held.clone())
        };
        if let Some(held) = held {
            return Ok(held);
        }
        let history = self.history(plan).await?;
        let from = now.plan.period.map_or(view.as_of, |(from, _)| from);
        let mut views = Vec::new();
        for day in quarter_ends(from, view.as_of) {
            // All that was written down by the evening of that day.
            let moment = self.clock().end_of(day);
            let known = self.database().read_async(move |c| c.known_at(moment)).await?;
            views.push(View { as_of: day, known: known.min(view.known) });
        }
        let (plan, against) = (plan.clone(), now.clone());
        let found = tokio::task::spawn_blocking(move || look_back(&history, &plan, &views, &against))
            .await
            .map_err(|error| store::StoreError::Unavailable(error.to_string()))??;
        let found = Arc::new(found);
        let mut cache = self.inner.looked_back.lock().unwrap_or_else(PoisonError::into_inner);
        if cache.held.len() >= 2 {
            cache.held.pop_front();
        }
        cache.held.push_back((now, found.clone()));
        Ok(found)
    }
}

fn look_back(
    history: &History,
    plan: &Code,
    views: &[View],
    now: &Portfolio,
) -> Result<LookedBack, AppError> {
    let mut forecasts = Vec::new();
    for view in views.iter().filter(|view| view.known > Seq(0)) {
        let Some(then) = Portfolio::at(history, plan, *view) else { continue };
        let timetable = Timetable::of(&then)?;
        let rows = timetable.rows(&then);
        let sample = Sampling { draws: DRAWS, ..sampling(&then.plan) };
        let odds = timetable.odds(&then, &rows, sample)?;
        let mut kept = keep(&then, &timetable, &rows, &odds);
        kept.rules.draws = DRAWS;
        forecasts.push(kept);
    }
    let calibrated = calibration(&forecasts, now);
    let kept = calibration(&now.plan.forecasts, now);
    Ok(LookedBack { forecasts, calibration: calibrated, kept })
}

/// The last days of quarters within two days, the newest ones where there are too many.
fn quarter_ends(from: Date, to: Date) -> Vec<Date> {
    let mut out = Vec::new();
    for year in from.year()..=to.year() {
        for month in [3, 6, 9, 12] {
            if let Ok(first) = Date::new(year, month, 1) {
                let last = first.last_of_month();
                if from <= last && last < to {
                    out.push(last);
                }
            }
        }
    }
    out.split_off(out.len().saturating_sub(MOST_DAYS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn quarters_end_within_the_days_given_and_are_bounded() {
        let days = quarter_ends(date(2018, 8, 16), date(2019, 6, 30));
        assert_eq!(days, [date(2018, 9, 30), date(2018, 12, 31), date(2019, 3, 31)]);
        assert!(quarter_ends(date(2019, 1, 1), date(2018, 1, 1)).is_empty());
        let long = quarter_ends(date(1990, 1, 1), date(2026, 1, 5));
        assert_eq!((long.len(), long.last()), (MOST_DAYS, Some(&date(2025, 12, 31))));
    }
}
