//! What this process knows of the journal: every plan on the books and the histories asked for lately. Only a cache: the
//! journal's head is looked at for every use, so that another server's writing is seen at once.

use std::cell::RefCell;
use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::code::Code;
use domain::history::History;
use domain::journal::Seq;
use domain::subject::{SubjectKind, directory};
use store::{Connection, Newest, StoreError};
use tokio::sync::oneshot;

use crate::App;
use crate::error::AppError;

/// More new entries than these, and reading everything afresh is quicker than taking them in.
const CATCH_UP_MOST: usize = 5_000;
/// And than these of all kinds, among which they are looked for.
const LOOKED_THROUGH_MOST: u64 = 200_000;

#[derive(Debug, Default)]
pub(crate) struct Known {
    /// The journal as it was last seen.
    seen: Mutex<Arc<Latest>>,
    asked: Mutex<Asking>,
}

/// Those who want to know how the journal stands.
#[derive(Debug, Default)]
struct Asking {
    /// Whether somebody looks for them, again and again until nobody asks.
    looked_for: bool,
    callers: Vec<Caller>,
}

#[derive(Debug)]
struct Caller {
    /// The plan whose records are asked for, too.
    plan: Option<Code>,
    answer: oneshot::Sender<Result<Arc<Latest>, StoreError>>,
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
        let latest = self.look_at_journal(Some(plan.clone())).await?;
        let held = latest.histories.get(plan).cloned().ok_or(AppError::NotFound)?;
        Arc::make_mut(&mut mine).histories.insert(plan.clone(), held.clone());
        see(&mine);
        Ok(held)
    }

    /// A plan's records as of the last look, where they were asked for before: there may be newer ones.
    pub(crate) fn history_seen(&self, plan: &Code) -> Option<Arc<History>> {
        self.inner.known.seen().histories.get(plan).cloned()
    }

    /// The journal as it was when this was called, or later.
    async fn latest(&self) -> Result<Arc<Latest>, AppError> {
        if let Some(seen) = seen() {
            return Ok(seen);
        }
        let latest = self.look_at_journal(None).await?;
        see(&latest);
        Ok(latest)
    }

    /// Looks at the journal, with a plan's records where they are asked for. All who come while somebody looks are answered
    /// by the next look: each would otherwise wait for all before it.
    async fn look_at_journal(&self, plan: Option<Code>) -> Result<Arc<Latest>, AppError> {
        let (answer, told) = oneshot::channel();
        let begins = {
            let mut asked = self.inner.known.asked();
            asked.callers.push(Caller { plan, answer });
            !std::mem::replace(&mut asked.looked_for, true)
        };
        if begins {
            let looking = Looking { app: self.clone(), ended: false };
            drop(tokio::task::spawn_blocking(move || looking.until_nobody_asks()));
        }
        Ok(told.await.unwrap_or(Err(StoreError::Stopped))?)
    }
}

impl Known {
    fn seen(&self) -> Arc<Latest> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn asked(&self) -> MutexGuard<'_, Asking> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Looks for all who ask. Where it comes to nothing, nobody goes on waiting, and the next one begins anew.
struct Looking {
    app: App,
    ended: bool,
}

impl Looking {
    /// Blocks: to be called from a thread that may.
    fn until_nobody_asks(mut self) {
        loop {
            let callers = {
                let mut asked = self.app.inner.known.asked();
                if asked.callers.is_empty() {
                    (self.ended, asked.looked_for) = (true, false);
                    return;
                }
                std::mem::take(&mut asked.callers)
            };
            self.answer(callers);
        }
    }

    fn answer(&self, callers: Vec<Caller>) {
        let inner = &self.app.inner;
        let before = inner.known.seen();
        let mut failed = HashMap::new();
        let looked = self.app.database().read_apart(|c| {
            let mut latest = catch_up(c, &before)?;
            for plan in callers.iter().filter_map(|caller| caller.plan.as_ref()) {
                // The others do not hang on it.
                if let Err(error) = latest.read(c, plan) {
                    failed.insert(plan.clone(), error);
                }
            }
            Ok::<_, StoreError>(Arc::new(latest))
        });
        if let Ok(latest) = &looked {
            if latest.replaced > before.replaced {
                // Its entries bear the numbers of others.
                inner.portfolios.lock().unwrap_or_else(PoisonError::into_inner).forget();
                inner.measured.lock().unwrap_or_else(PoisonError::into_inner).forget();
                self.app.forget_drawn();
            }
            *inner.known.seen.lock().unwrap_or_else(PoisonError::into_inner) = latest.clone();
        }
        for Caller { plan, answer } in callers {
            let failed = plan.and_then(|plan| failed.get(&plan).cloned());
            // Whoever no longer waits needs none.
            drop(answer.send(failed.map_or_else(|| looked.clone(), Err)));
        }
    }
}

impl Drop for Looking {
    fn drop(&mut self) {
        if !self.ended {
            let mut asked = self.app.inner.known.asked();
            asked.looked_for = false;
            asked.callers.clear();
        }
    }
}

impl Latest {
    /// Reads the records of a plan on the books.
    fn read(&mut self, connection: &mut Connection, plan: &Code) -> Result<(), StoreError> {
        let on_the_books = *plan == directory() || self.plans.contains(plan);
        if !on_the_books || self.histories.contains_key(plan) {
            return Ok(());
        }
        let mut scopes = vec![directory(), plan.clone()];
        scopes.dedup();
        let mut held = connection.history(&scopes, false)?;
        held.set_head(self.head);
        self.histories.insert(plan.clone(), Arc::new(held));
        Ok(())
    }
}

/// What was known, with what was recorded since.
fn catch_up(connection: &mut Connection, before: &Latest) -> Result<Latest, StoreError> {
    let Newest { seq: head, hash, tokens, portfolio } = connection.newest()?;
    let look = before.look + 1;
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
    // Most of what is written is about items and requests.
    let entries = match portfolio > before.head {
        true if head.0 - before.head.0 > LOOKED_THROUGH_MOST => return afresh(connection, before.replaced),
        true => connection.portfolio_entries_after(before.head, CATCH_UP_MOST + 1)?,
        false => Vec::new(),
    };
    if entries.len() > CATCH_UP_MOST {
        return afresh(connection, before.replaced);
    }
    let mut latest = Latest { look, head, hash, tokens, ..before.clone() };
    if entries.iter().any(|entry| entry.draft.subject.kind == SubjectKind::Plan) {
        latest.plans = connection.plans()?;
    }
    for (plan, held) in &mut latest.histories {
        let history = Arc::make_mut(held);
        let of_it = |scope: &Code| scope == plan || *scope == directory();
        entries
            .iter()
            .filter(|entry| of_it(&entry.draft.subject.scope))
            .for_each(|entry| history.apply(entry));
        history.set_head(head);
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
        assert!(app.inner.known.seen().histories.is_empty());
        app.history(&directory()).await.unwrap();
        assert_eq!(app.inner.known.seen().histories.len(), 1);
    }

    #[tokio::test]
    async fn one_look_answers_those_that_came_before_it_and_one_view_looks_once() {
        let folder = tempfile::tempdir().unwrap();
        let app = app(&folder);
        let looks = || app.inner.known.seen().look;
        app.plans().await.unwrap();
        app.plans().await.unwrap();
        assert_eq!(looks(), 2);
        app.in_one_view(async {
            app.plans().await.unwrap();
            app.history(&directory()).await.unwrap();
            app.history(&directory()).await.unwrap();
        })
        .await;
        // The second one read the records that were not held yet.
        assert_eq!(looks(), 4);
        // All came while somebody looked: the next look is for all of them.
        app.inner.known.asked().looked_for = true;
        let waiting: Vec<_> = (0..8)
            .map(|_| {
                let app = app.clone();
                tokio::spawn(async move { app.plans().await.unwrap() })
            })
            .collect();
        while app.inner.known.asked().callers.len() < 8 {
            tokio::task::yield_now().await;
        }
        let looking = Looking { app: app.clone(), ended: false };
        tokio::task::spawn_blocking(move || looking.until_nobody_asks()).await.unwrap();
        for waiting in waiting {
            waiting.await.unwrap();
        }
        assert_eq!(looks(), 5);
    }

    #[tokio::test]
    async fn where_a_look_comes_to_nothing_nobody_waits_and_the_next_one_looks() {
        let folder = tempfile::tempdir().unwrap();
        let app = app(&folder);
        app.inner.known.asked().looked_for = true;
        let looking = Looking { app: app.clone(), ended: false };
        let other = app.clone();
        let waiting = tokio::spawn(async move { other.plans().await });
        while app.inner.known.asked().callers.is_empty() {
            tokio::task::yield_now().await;
        }
        drop(looking);
        assert!(matches!(waiting.await.unwrap(), Err(AppError::Store(StoreError::Stopped))));
        assert_eq!(app.plans().await.unwrap(), []);
    }
}
