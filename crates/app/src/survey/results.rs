//! What frozen waves came to: read and checked aside from readers, and once for all who look at them.

use std::collections::VecDeque;
use std::sync::{Arc, PoisonError};

use domain::code::Code;
use domain::refusal::{Problem, Refusal};
use domain::survey::{HeldWave, SurveyFault, WaveResults};
use store::StoreError;

use crate::App;
use crate::error::AppError;

/// Plan, wave, and the digest of what it came to.
type Key = (Code, Code, String);

/// Results lately read, the last ones first. They are never changed: a digest names them for good.
#[derive(Debug, Default)]
pub(crate) struct ResultsCache(VecDeque<(Key, Arc<WaveResults>)>);

impl ResultsCache {
    /// Some thirty megabytes in all.
    const ROWS_MOST: usize = 100_000;
    const WAVES_MOST: usize = 64;

    fn find(&mut self, key: &Key) -> Option<Arc<WaveResults>> {
        let at = self.0.iter().position(|(held, _)| held == key)?;
        let held = self.0.remove(at)?;
        let found = held.1.clone();
        self.0.push_front(held);
        Some(found)
    }

    /// The newest is kept whatever it weighs.
    fn keep(&mut self, key: Key, results: Arc<WaveResults>) {
        self.0.retain(|(held, _)| *held != key);
        self.0.push_front((key, results));
        let mut all = 0_usize;
        let fits = self.0.iter().take_while(|(_, held)| {
            all = all.saturating_add(held.rows.len());
            all <= Self::ROWS_MOST
        });
        let fits = fits.count().clamp(1, Self::WAVES_MOST);
        self.0.truncate(fits);
    }
}

/// What is kept of a frozen wave is not what was frozen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Damaged;

impl App {
    /// What a frozen wave came to, as it was frozen.
    ///
    /// # Errors
    /// What is kept of it is not what was frozen.
    pub async fn wave_results(
        &self,
        plan: &Code,
        held: &HeldWave,
    ) -> Result<Option<Arc<WaveResults>>, AppError> {
        match self.sound_results(plan, held).await? {
            None => Ok(None),
            Some(Ok(results)) => Ok(Some(results)),
            Some(Err(Damaged)) => Err(Refusal::whole(Problem::BadSurvey(SurveyFault::Broken)).into()),
        }
    }

    /// The same for who shows it beside others: one that is damaged takes nothing else with it.
    pub(crate) async fn sound_results(
        &self,
        plan: &Code,
        held: &HeldWave,
    ) -> Result<Option<Result<Arc<WaveResults>, Damaged>>, AppError> {
        let Some(frozen) = held.frozen() else { return Ok(None) };
        let key = (plan.clone(), held.wave.wave.clone(), frozen.results_digest.clone());
        let cached = self.results_cache().find(&key);
        if let Some(found) = cached {
            return Ok(Some(Ok(found)));
        }
        // The turn goes with the work: where its reader has left, it still ends before the next one begins.
        let turn = self.inner.results_turn.clone().lock_owned().await;
        let app = self.clone();
        let work = move || -> Result<Result<Arc<WaveResults>, Damaged>, StoreError> {
            let _turn = turn;
            // Somebody may have read it while this one waited.
            let cached = app.results_cache().find(&key);
            if let Some(found) = cached {
                return Ok(Ok(found));
            }
            let body = app.database().read(|c| c.survey_results(&key.0, &key.1))?;
            let results: Option<WaveResults> = body.and_then(|body| serde_json::from_str(&body).ok());
            let Some(results) = results.filter(|results| results.digest() == key.2) else {
                return Ok(Err(Damaged));
            };
            let results = Arc::new(results);
            app.results_cache().keep(key, results.clone());
            Ok(Ok(results))
        };
        Ok(Some(crate::aside(work).await??))
    }

    fn results_cache(&self) -> std::sync::MutexGuard<'_, ResultsCache> {
        self.inner.survey_results.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use domain::survey::{ResultKind, ResultRow};
    use rust_decimal::Decimal;

    use super::*;

    fn key(digest: usize) -> Key {
        (Code::new("p").unwrap(), Code::new("w").unwrap(), digest.to_string())
    }

    fn results(rows: usize) -> Arc<WaveResults> {
        let row = ResultRow {
            question: "felt".into(),
            row: None,
            kind: ResultKind::Mean,
            group: None,
            answer: None,
            n: 0,
            shown: None,
        };
        Arc::new(WaveResults {
            sheets: 1,
            weighted: false,
            weights_deff: Decimal::ONE,
            trimmed: 0,
            unreached: Vec::new(),
            fieldwork: None,
            rows: vec![row; rows],
        })
    }

    #[test]
    fn as_many_are_kept_as_their_rows_allow_and_the_last_ones_longest() {
        let mut cache = ResultsCache::default();
        for at in 0..3 {
            cache.keep(key(at), results(ResultsCache::ROWS_MOST / 3));
        }
        assert!(cache.find(&key(0)).is_some(), "asked for last");
        cache.keep(key(3), results(ResultsCache::ROWS_MOST / 3));
        let held = |cache: &ResultsCache, at| cache.0.iter().any(|(held, _)| *held == key(at));
        assert_eq!([0, 1, 2, 3].map(|at| held(&cache, at)), [true, false, true, true]);
        cache.keep(key(4), results(ResultsCache::ROWS_MOST + 1));
        assert_eq!((cache.0.len(), held(&cache, 4)), (1, true));
        (10..100).for_each(|at| cache.keep(key(at), results(1)));
        assert_eq!(cache.0.len(), ResultsCache::WAVES_MOST);
    }
}
