//! Indices as they are worked out: aside from readers, one at a time, and once for all who look at the same books.

use std::collections::VecDeque;
use std::sync::{Arc, PoisonError, Weak};

use domain::code::Code;
use domain::index::{HeldVersion, IndexValues, RankedArea, Span};
use domain::journal::Seq;
use domain::portfolio::Portfolio;
use store::StoreError;
use survey::index::Sensitivity;

use crate::App;
use crate::error::AppError;

/// Values and ranks lately worked out, the last ones first.
#[derive(Default)]
pub(crate) struct IndexCache {
    values: VecDeque<(Key, Arc<IndexValues>)>,
    ranked: VecDeque<(Weak<IndexValues>, Span, Arc<Vec<RankedArea>>)>,
}

struct Key {
    portfolio: Weak<Portfolio>,
    index: Code,
    /// The entry of the version.
    version: Seq,
}

impl Key {
    fn of(portfolio: &Arc<Portfolio>, index: &Code, version: &HeldVersion) -> Self {
        Self { portfolio: Arc::downgrade(portfolio), index: index.clone(), version: version.seq }
    }

    fn is(&self, other: &Self) -> bool {
        self.portfolio.ptr_eq(&other.portfolio) && self.index == other.index && self.version == other.version
    }
}

/// What a set of values weighs: the indicators of all its periods and areas.
fn parts(values: &IndexValues) -> usize {
    values.cells.iter().map(|cell| cell.parts.len()).sum()
}

impl IndexCache {
    /// Some ten megabytes in all.
    const PARTS_MOST: usize = 200_000;
    const VALUES_MOST: usize = 64;
    const RANKED_MOST: usize = 16;

    fn find(&mut self, key: &Key) -> Option<Arc<IndexValues>> {
        self.values.retain(|(held, _)| held.portfolio.strong_count() > 0);
        let at = self.values.iter().position(|(held, _)| held.is(key))?;
        let held = self.values.remove(at)?;
        let found = held.1.clone();
        self.values.push_front(held);
        Some(found)
    }

    /// The newest is kept whatever it weighs.
    fn keep(&mut self, key: Key, values: Arc<IndexValues>) {
        self.values.push_front((key, values));
        let mut all = 0_usize;
        let fits = self.values.iter().take_while(|(_, held)| {
            all = all.saturating_add(parts(held));
            all <= Self::PARTS_MOST
        });
        let fits = fits.count().clamp(1, Self::VALUES_MOST);
        self.values.truncate(fits);
    }

    fn find_ranked(&mut self, values: &Arc<IndexValues>, span: Span) -> Option<Arc<Vec<RankedArea>>> {
        self.ranked.retain(|(held, ..)| held.strong_count() > 0);
        let same = |held: &Weak<IndexValues>| std::ptr::eq(held.as_ptr(), Arc::as_ptr(values));
        let at = self.ranked.iter().position(|(held, of, _)| same(held) && *of == span)?;
        let held = self.ranked.remove(at)?;
        let found = held.2.clone();
        self.ranked.push_front(held);
        Some(found)
    }

    fn keep_ranked(&mut self, values: &Arc<IndexValues>, span: Span, found: Arc<Vec<RankedArea>>) {
        self.ranked.truncate(Self::RANKED_MOST - 1);
        self.ranked.push_front((Arc::downgrade(values), span, found));
    }
}

/// How far what is read of one period hangs on the weights.
#[derive(Debug, Clone, Default)]
pub struct IndexSensitivity {
    /// The value that was asked for, by itself. None where there is none.
    pub value: Option<Sensitivity>,
    /// All areas of the period beside each other.
    pub ranked: Arc<Vec<RankedArea>>,
}

impl App {
    /// What a version of an index comes to on the books of a portfolio. `None` where the version makes no sense, which
    /// the rules keep off the books.
    pub async fn index_values(
        &self,
        portfolio: &Arc<Portfolio>,
        index: &Code,
        version: &HeldVersion,
    ) -> Result<Option<Arc<IndexValues>>, AppError> {
        let key = Key::of(portfolio, index, version);
        let cached = self.indices().find(&key);
        if cached.is_some() {
            return Ok(cached);
        }
        let (portfolio, version) = (portfolio.clone(), version.clone());
        self.index_work(move |app| {
            // Another one may have worked it out while this one waited for its turn.
            let cached = app.indices().find(&key);
            if cached.is_some() {
                return cached;
            }
            let values = Arc::new(IndexValues::of(&version, &portfolio).ok()?);
            app.indices().keep(key, values.clone());
            Some(values)
        })
        .await
    }

    /// What of a period depends on the weights, of one area and of all.
    pub async fn index_sensitivity(
        &self,
        portfolio: &Arc<Portfolio>,
        values: &Arc<IndexValues>,
        area: Option<&Code>,
        span: Span,
    ) -> Result<IndexSensitivity, AppError> {
        let (portfolio, values, area) = (portfolio.clone(), values.clone(), area.cloned());
        self.index_work(move |app| {
            let cached = app.indices().find_ranked(&values, span);
            let ranked = cached.unwrap_or_else(|| {
                let found = Arc::new(values.ranked(span, &portfolio));
                app.indices().keep_ranked(&values, span, found.clone());
                found
            });
            let value = values.cell(area.as_ref(), span).and_then(|cell| values.depends(cell));
            IndexSensitivity { value, ranked }
        })
        .await
    }

    fn indices(&self) -> std::sync::MutexGuard<'_, IndexCache> {
        self.inner.indices.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The turn goes with the work: where its reader has left, it still ends before the next one begins.
    async fn index_work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&App) -> T + Send + 'static,
    ) -> Result<T, AppError> {
        let turn = self.inner.index_turn.clone().lock_owned().await;
        let app = self.clone();
        let done = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work(&app)
        });
        Ok(done.await.map_err(|_| StoreError::Stopped)?)
    }
}
