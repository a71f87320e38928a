//! What this process knows of the journal: every plan on the books and the histories asked for lately. Only a cache: the
//! journal's head is looked at for every use, so that another server's writing is seen at once.

use std::cell::RefCell;
use std::collections::HashMap;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};

use domain::code::Code;
use domain::history::History;
use domain::journal::Seq;
use domain::subject::{SubjectKind, directory};
use store::{Connection, StoreError};

use crate::App;
use crate::error::AppError;

/// More new entries than these, and reading everything afresh is quicker than taking them in.
const CATCH_UP_MOST: usize = 5_000;
/// And than these of all kinds, among which they are looked for.
const LOOKED_THROUGH_MOST: u64 = 200_000;

#[derive(Debug, Default)]
pub(crate) struct Known {
    /// How many looks at the journal have begun.
    begun: AtomicU64,
    latest: tokio::sync::Mutex<Arc<Latest>>,
    /// The same, for whoever does not wait for a look that is under way.
    seen: std::sync::Mutex<Arc<Latest>>,
}

/// The journal as of one look at it.
#[derive(Debug, Default, Clone)]
struct Latest {
    /// The number of the look; 0 before the first.
    look: u64,
    head: Seq,
    /// The hash of that entry: another journal has another one.
    hash: String,
    /// How many journals there were before this one.
    replaced: u64,
    /// How often tokens were given out or taken back.
    tokens: i64,
    plans: Vec<Code>,
    histories: HashMap<Code, Arc<History>>,
}

tokio::task_local! {
    /// What one piece of work has looked at.
    static ONE_VIEW: RefCell<Option<Arc<Latest>>>;
}

fn seen() -> Option<Arc<Latest>> {
    ONE_VIEW.try_with(|seen| seen.borrow().clone()).ok().flatten()
}

fn see(latest: &Arc<Latest>) {
    // Outside of such work nothing is kept.
    let _ = ONE_VIEW.try_with(|seen| *seen.borrow_mut() = Some(latest.clone()));
}

impl App {
    /// Runs work that reads only: all it reads of plans is as of the first look, or as of when it was read where a plan
    /// was not held yet, so that one page does not show two states, nor look again and again.
    pub async fn in_one_view<F: Future>(&self, work: F) -> F::Output {
        ONE_VIEW.scope(RefCell::default(), work).await
    }

    /// The journal's last entry.
    pub async fn head(&self) -> Result<Seq, AppError> {
        Ok(self.latest().await?.head)
    }

    /// The journal's last entry, with its hash.
    pub async fn head_hash(&self) -> Result<(Seq, String), AppError> {
        let latest = self.latest().await?;
        Ok((latest.head, latest.hash.clone()))
    }

    /// All plans on the books, in the order they were registered.
    pub async fn plans(&self) -> Result<Vec<Code>, AppError> {
        Ok(self.latest().await?.plans.clone())
    }

    /// How many journals there were before this one, in this process.
    pub(crate) async fn journals(&self) -> Result<u64, AppError> {
        Ok(self.latest().await?.replaced)
    }

    /// What moves whenever a token is given out or taken back, in this journal.
    pub(crate) async fn tokens_moved(&self) -> Result<(u64, i64), AppError> {
        let latest = self.latest().await?;
        Ok((latest.replaced, latest.tokens))
    }

    /// The newest state of a plan's records, with the directory's.
    pub async fn history(&self, plan: &Code) -> Result<Arc<History>, AppError> {
        let mut mine = self.latest().await?;
        if let Some(held) = mine.histories.get(plan) {
            return Ok(held.clone());
        }
        // Anyone may ask for any plan: only one on the books is read, and kept.
        if *plan != directory() && !mine.plans.contains(plan) {
            return Err(AppError::NotFound);
        }
        let mut latest = self.inner.known.latest.lock().await;
        let held = match latest.histories.get(plan) {
            Some(held) => held.clone(),
            None => {
                let mut scopes = vec![directory(), plan.clone()];
                scopes.dedup();
                let read = move |c: &mut Connection| c.history(&scopes, false);
                let held = Arc::new(self.database().read_apart_async(read).await?);
                Arc::make_mut(&mut latest).histories.insert(plan.clone(), held.clone());
                self.inner.known.note(&latest);
                held
            }
        };
        drop(latest);
        Arc::make_mut(&mut mine).histories.insert(plan.clone(), held.clone());
        see(&mine);
        Ok(held)
    }

    /// A plan's records as of the last look, where they were asked for before: there may be newer ones.
    pub(crate) fn history_seen(&self, plan: &Code) -> Option<Arc<History>> {
        let seen = self.inner.known.seen.lock().unwrap_or_else(PoisonError::into_inner).clone();
        seen.histories.get(plan).cloned()
    }

    /// The journal as it was when this was called, or later. Of callers that wait, all are answered by one look that
    /// began after they came.
    async fn latest(&self) -> Result<Arc<Latest>, AppError> {
        if let Some(seen) = seen() {
            return Ok(seen);
        }
        let known = &self.inner.known;
        let came = known.begun.load(Ordering::SeqCst);
        let mut latest = known.latest.lock().await;
        if latest.look <= came {
            let look = known.begun.fetch_add(1, Ordering::SeqCst) + 1;
            let before = latest.clone();
            let replaced = before.replaced;
            let read = move |c: &mut Connection| catch_up(c, &before, look);
            let fresh = Arc::new(self.database().read_apart_async(read).await?);
            if fresh.replaced > replaced {
                // Its entries bear the numbers of others.
                self.inner.portfolios.lock().unwrap_or_else(PoisonError::into_inner).forget();
                self.inner.measured.lock().unwrap_or_else(PoisonError::into_inner).forget();
                self.forget_drawn();
            }
            *latest = fresh;
            known.note(&latest);
        }
        see(&latest);
        Ok(latest.clone())
    }
}

impl Known {
    fn note(&self, latest: &Arc<Latest>) {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = latest.clone();
    }
}

/// What was known, with what was recorded since.
fn catch_up(connection: &mut Connection, before: &Latest, look: u64) -> Result<Latest, StoreError> {
    let (head, hash, tokens) = connection.head_hash_tokens()?;
    if before.look > 0 && head == before.head && hash == before.hash {
        return Ok(Latest { look, tokens, ..before.clone() });
    }
    let afresh = |connection: &mut Connection, replaced| {
        let plans = connection.plans()?;
        let hash = hash.clone();
        Ok(Latest { look, head, hash, replaced, tokens, plans, histories: HashMap::new() })
    };
    if before.look == 0 {
        return afresh(connection, 0);
    }
    // Where the last known entry is another one, the database was replaced underneath, as by a restore.
    let same = before.head.0 == 0
        || head > before.head && connection.entry_hash(before.head)?.is_some_and(|hash| hash == before.hash);
    if !same {
        return afresh(connection, before.replaced + 1);
    }
    if head.0 - before.head.0 > LOOKED_THROUGH_MOST {
        return afresh(connection, before.replaced);
    }
    let entries = connection.portfolio_entries_after(before.head, CATCH_UP_MOST + 1)?;
    if entries.len() > CATCH_UP_MOST {
        return afresh(connection, before.replaced);
    }
    let mut latest = Latest { look, head, hash, tokens, ..before.clone() };
    if entries.iter().any(|entry| entry.draft.subject.kind == SubjectKind::Plan) {
        latest.plans = connection.plans()?;
    }
    for (plan, held) in &mut latest.histories {
        let history = Arc::make_mut(held);
        for entry in &entries {
            let scope = &entry.draft.subject.scope;
            // One that was read after the look before has some of them already.
            if (scope == plan || *scope == directory()) && entry.seq > history.head() {
                history.apply(entry);
            }
        }
        history.set_head(head.max(history.head()));
    }
    Ok(latest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SystemClock;
    use crate::read::Asked;
    use store::Database;

    fn app(folder: &tempfile::TempDir) -> App {
        let address = format!("sqlite://{}", folder.path().join("empty.db").display());
        let database = Database::open(&address.parse().unwrap(), 0).unwrap();
        App::new(database, Arc::new(SystemClock::new(None).unwrap()))
    }

    #[tokio::test]
    async fn plans_that_are_not_on_the_books_are_refused_and_not_kept() {
        let folder = tempfile::tempdir().unwrap();
        let app = app(&folder);
        for n in 0..50 {
            let plan = Code::new(&format!("made-up-{n}")).unwrap();
            assert!(matches!(app.history(&plan).await, Err(AppError::NotFound)));
            assert!(matches!(app.portfolio(&plan, Asked::default()).await, Err(AppError::NotFound)));
            assert!(matches!(app.statement(&plan, Asked::default()).await, Err(AppError::NotFound)));
        }
        assert!(app.inner.known.latest.lock().await.histories.is_empty());
        app.history(&directory()).await.unwrap();
        assert_eq!(app.inner.known.latest.lock().await.histories.len(), 1);
    }

    #[tokio::test]
    async fn one_look_answers_those_that_came_before_it_and_one_view_looks_once() {
        let folder = tempfile::tempdir().unwrap();
        let app = app(&folder);
        let looks = || app.inner.known.begun.load(Ordering::SeqCst);
        app.plans().await.unwrap();
        app.plans().await.unwrap();
        assert_eq!(looks(), 2);
        app.in_one_view(async {
            app.plans().await.unwrap();
            app.history(&directory()).await.unwrap();
            app.history(&directory()).await.unwrap();
        })
        .await;
        assert_eq!(looks(), 3);
        // All came while somebody held the lock: the first one's look began after them.
        let held = app.inner.known.latest.lock().await;
        let waiting: Vec<_> = (0..8)
            .map(|_| {
                let app = app.clone();
                tokio::spawn(async move { app.plans().await.unwrap() })
            })
            .collect();
        for _ in 0..64 {
            tokio::task::yield_now().await;
        }
        drop(held);
        for waiting in waiting {
            waiting.await.unwrap();
        }
        assert_eq!(looks(), 4);
    }
}
