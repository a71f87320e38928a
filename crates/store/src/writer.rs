//! The one writer of a process: what many callers want is done in one transaction, committed once.
//!
//! While a commit waits for the disk, further work gathers; the next transaction takes all of it
//! (group commit). Another thread wakes those whose work is done: waking many takes as long as writing for
//! some of them, and the next transaction need not wait for it. Work that refuses its command before writing
//! anything does not disturb the rest. When something fails after it has written, or the database undoes the
//! transaction, each piece of work runs again in one of its own, so that only the faulty one fails.

use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use domain::request::pieces::SearchText;
use tokio::sync::oneshot;

use crate::database::is_closed;
use crate::error::{Result, StoreError};
use crate::facts::SubjectCache;
use crate::journal::Head;
use crate::request_tally::Tallies;
use crate::sql::Connection;
use crate::tail::Tail;

/// The most work one transaction takes, so that nobody waits long for its commit.
const MOST: usize = 1024;
/// How long there has to be no work before the writer uses the time. On a busy machine clients come later to
/// their next change, and are not at rest for that.
const REST: Duration = Duration::from_millis(250);

/// A write transaction.
pub struct Tx<'a> {
    pub(crate) connection: &'a mut Connection,
    pub(crate) head: &'a mut Head,
    pub(crate) cache: &'a mut SubjectCache,
    pub(crate) tail: &'a mut Tail,
    pub(crate) dirty: bool,
    /// Whether the database does not know the head yet.
    pub(crate) unsaved: bool,
    /// What the request of the next entry is found by.
    pub(crate) found_by: Option<Arc<SearchText>>,
    /// Counts of requests that are not written yet.
    pub(crate) tallies: &'a mut Tallies,
}

impl Tx<'_> {
    /// The connection for statements that write; from here on a failure undoes the transaction.
    pub fn writing(&mut self) -> &mut Connection {
        self.dirty = true;
        self.connection
    }

    /// The connection for statements that read. They see where the journal ends now, its tail begins, and all requests
    /// with their rows and counts.
    pub fn reading(&mut self) -> Result<&mut Connection> {
        self.put_rows()?;
        self.save_head()?;
        Ok(self.connection)
    }

    pub(crate) fn save_head(&mut self) -> Result<()> {
        if self.unsaved {
            self.head.save(self.connection)?;
            self.unsaved = false;
        }
        Ok(())
    }
}

/// What running a piece of work came to.
enum Ran {
    /// Done, or refused before it wrote anything.
    Clean,
    /// Failed after it had written, or the database undid what was written before.
    Failed,
}

struct Job {
    run: Box<dyn FnMut(&mut Tx) -> Ran + Send>,
    /// Called once: with an error when the commit failed.
    finish: Box<dyn FnOnce(Option<StoreError>) + Send>,
}

/// What the writer is given to do.
enum Work {
    Job(Job),
    /// Something that is done with its connection between two transactions.
    Between(Box<dyn FnOnce(&mut Connection) + Send>),
}

pub(crate) struct Writer {
    jobs: Option<Sender<Work>>,
    thread: Option<JoinHandle<()>>,
}

type Connect = Box<dyn Fn() -> Result<Connection> + Send>;

impl Writer {
    pub(crate) fn start(connection: Connection, reconnect: Connect) -> Self {
        let (jobs, queue) = channel();
        let thread = std::thread::Builder::new()
            .name("huitian-writer".into())
            .spawn(move || {
                let (head, cache, tail, tallies) = <(Head, SubjectCache, Tail, Tallies)>::default();
                let answers = Answers::start();
                Loop { connection, reconnect, head, cache, tail, tallies, unplaced: false, answers }
                    .run(&queue);
            })
            .ok();
        Self { jobs: Some(jobs), thread }
    }

    pub(crate) fn submit<T, E>(
        &self,
        work: impl FnMut(&mut Tx) -> Result<T, E> + Send + 'static,
    ) -> Receiver<Result<T, E>>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (reply, answer) = sync_channel(1);
        self.queue(job(work, move |outcome| drop(reply.send(outcome))));
        answer
    }

    pub(crate) fn submit_async<T, E>(
        &self,
        work: impl FnMut(&mut Tx) -> Result<T, E> + Send + 'static,
    ) -> oneshot::Receiver<Result<T, E>>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        self.queue(job(work, move |outcome| drop(reply.send(outcome))));
        answer
    }

    /// Does something with the writer's connection between two transactions, and waits for it.
    pub(crate) fn between<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (reply, answer) = sync_channel(1);
        if let Some(jobs) = &self.jobs {
            let work = move |connection: &mut Connection| drop(reply.send(work(connection)));
            drop(jobs.send(Work::Between(Box::new(work))));
        }
        answer.recv().unwrap_or(Err(StoreError::Stopped))
    }

    fn queue(&self, job: Job) {
        // A send fails only when the writer's thread is gone; dropping the job drops its reply, which
        // the caller sees as a stopped writer.
        if let Some(jobs) = &self.jobs {
            drop(jobs.send(Work::Job(job)));
        }
    }
}

fn job<T, E>(
    mut work: impl FnMut(&mut Tx) -> Result<T, E> + Send + 'static,
    reply: impl FnOnce(Result<T, E>) + Send + 'static,
) -> Job
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    let slot: Arc<Mutex<Option<Result<T, E>>>> = Arc::default();
    let result = slot.clone();
    Job {
        run: Box::new(move |tx| {
            tx.dirty = false;
            // A panic in a rule must not take the writer down with it.
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(tx)));
            let (outcome, panicked) = match outcome {
                Ok(outcome) => (outcome, false),
                Err(_) => {
                    (Err(E::from(StoreError::Statement("the program failed while writing".into()))), true)
                }
            };
            // However the work took it: what others wrote before it is undone, too.
            let undone = tx.connection.undone();
            let failed = undone.is_some() || outcome.is_err() && (tx.dirty || panicked);
            let outcome = match undone {
                Some(why) => outcome.and(Err(E::from(why))),
                None => outcome,
            };
            let ran = if failed { Ran::Failed } else { Ran::Clean };
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
            ran
        }),
        finish: Box::new(move |failure| {
            let outcome = result.lock().unwrap_or_else(PoisonError::into_inner).take();
            reply(match (outcome, failure) {
                (Some(Err(own)), _) => Err(own),
                (_, Some(failure)) => Err(failure.into()),
                (Some(Ok(value)), None) => Ok(value),
                (None, None) => Err(StoreError::Stopped.into()),
            });
        }),
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

/// The thread that wakes those whose work was committed.
struct Answers {
    done: Option<Sender<Vec<Job>>>,
    thread: Option<JoinHandle<()>>,
}

impl Answers {
    fn start() -> Self {
        let (done, committed) = channel::<Vec<Job>>();
        let thread = std::thread::Builder::new().name("huitian-answers".into()).spawn(move || {
            for job in committed.iter().flatten() {
                (job.finish)(None);
            }
        });
        Self { done: thread.is_ok().then_some(done), thread: thread.ok() }
    }

    /// Few are woken as quickly as the thread that would wake them.
    fn give(&self, jobs: Vec<Job>) {
        const FEW: usize = 2;
        let left = match &self.done {
            Some(done) if jobs.len() > FEW => done.send(jobs).map_err(|unsent| unsent.0).err(),
            _ => Some(jobs),
        };
        left.into_iter().flatten().for_each(|job| (job.finish)(None));
    }
}

impl Drop for Answers {
    fn drop(&mut self) {
        self.done = None;
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

struct Loop {
    connection: Connection,
    reconnect: Connect,
    head: Head,
    cache: SubjectCache,
    tail: Tail,
    /// Of requests whose rows wait.
    tallies: Tallies,
    /// Whether this process left facts or rows of requests to be put in their places.
    unplaced: bool,
    answers: Answers,
}

impl Loop {
    /// The next piece of work. Facts and rows are put in their places as soon as there is none for a moment.
    fn next(&mut self, queue: &Receiver<Work>) -> Option<Work> {
        if self.unplaced {
            let waited = queue.recv_timeout(REST);
            if let Ok(work) = waited {
                return Some(work);
            }
            self.place();
        }
        queue.recv().ok()
    }

    /// Puts in its place what was left. What fails now is tried again after the next change, and by any other process.
    fn place(&mut self) {
        if std::mem::take(&mut self.unplaced) {
            self.transact(&mut [], true).ok();
        }
    }

    fn run(&mut self, queue: &Receiver<Work>) {
        let mut between = None;
        while let Some(first) = between.take().or_else(|| self.next(queue)) {
            let mut jobs = match first {
                Work::Job(job) => vec![job],
                Work::Between(work) => {
                    // Nothing that waits is put down outside of a transaction.
                    self.place();
                    work(&mut self.connection);
                    continue;
                }
            };
            while jobs.len() < MOST && between.is_none() {
                match queue.try_recv() {
                    Ok(Work::Job(job)) => jobs.push(job),
                    Ok(other) => between = Some(other),
                    Err(_) => break,
                }
            }
            match self.transact(&mut jobs, false) {
                // The thread that speaks to PostgreSQL needs the other core.
                Ok(true) if self.connection.is_postgres() => {
                    jobs.into_iter().for_each(|job| (job.finish)(None));
                }
                Ok(true) => self.answers.give(jobs),
                // Alone, it failed for a reason of its own: running it again would not help.
                Ok(false) if jobs.len() == 1 => jobs.into_iter().for_each(|job| (job.finish)(None)),
                Ok(false) => {
                    for mut job in jobs {
                        let outcome = self.transact_with_retry(&mut job);
                        (job.finish)(outcome.err());
                    }
                }
                Err(StoreError::Uncertain(why)) => {
                    jobs.into_iter().for_each(|job| (job.finish)(Some(StoreError::Uncertain(why.clone()))));
                }
                Err(error) if error.is_transient() || jobs.len() > 1 => {
                    for mut job in jobs {
                        let outcome = self.transact_with_retry(&mut job);
                        (job.finish)(outcome.err());
                    }
                }
                Err(error) => jobs.into_iter().for_each(|job| (job.finish)(Some(error.clone()))),
            }
        }
    }

    /// One piece of work in a transaction of its own. It is tried again only while nothing of it can
    /// have been committed.
    fn transact_with_retry(&mut self, job: &mut Job) -> Result<()> {
        let mut left = 3;
        loop {
            match self.transact(std::slice::from_mut(job), false) {
                Ok(_) => return Ok(()),
                Err(StoreError::Conflict(_)) if left > 0 => left -= 1,
                Err(StoreError::Unavailable(_)) if left > 0 && is_closed(&self.connection) => left -= 1,
                Err(error) => return Err(error),
            }
        }
    }

    /// Runs all jobs in one transaction, and puts facts in their places where it is asked to. `Ok(false)`:
    /// undone because one of several failed.
    fn transact(&mut self, jobs: &mut [Job], place: bool) -> Result<bool> {
        if is_closed(&self.connection) {
            self.connection = (self.reconnect)()?;
            self.forget();
        }
        let outcome = self.try_transact(jobs, place);
        if matches!(outcome, Ok(true)) {
            self.unplaced = self.head.has_tail() || self.connection.rows_wait();
        } else {
            self.forget();
            self.head = Head::default();
            if self.connection.rollback().is_err()
                && let Ok(fresh) = (self.reconnect)()
            {
                self.connection = fresh;
            }
        }
        outcome
    }

    /// What is held in memory may no longer be what the database holds.
    fn forget(&mut self) {
        self.cache.clear();
        self.tail.clear();
        self.tallies.clear();
        self.connection.forget_waiting();
    }

    fn try_transact(&mut self, jobs: &mut [Job], place: bool) -> Result<bool> {
        self.connection.begin(true)?;
        let head = Head::lock(&mut self.connection)?;
        // Another process wrote, or this is the first transaction.
        let moved = head != self.head;
        if moved {
            self.forget();
            self.head = head;
        }
        let mut tx = Tx {
            connection: &mut self.connection,
            head: &mut self.head,
            cache: &mut self.cache,
            tail: &mut self.tail,
            dirty: false,
            unsaved: false,
            found_by: None,
            tallies: &mut self.tallies,
        };
        if moved {
            tx.make_missing_rows()?;
        }
        for job in jobs.iter_mut() {
            if let Ran::Failed = (job.run)(&mut tx) {
                return Ok(false);
            }
        }
        if place {
            tx.place_facts()?;
            tx.put_rows()?;
        }
        tx.settle_rows()?;
        tx.save_head()?;
        match self.connection.commit() {
            Ok(()) => Ok(true),
            // Running the work again could do it twice.
            Err(StoreError::Unavailable(why)) if is_closed(&self.connection) => {
                Err(StoreError::Uncertain(why))
            }
            Err(error) => Err(error),
        }
    }
}
