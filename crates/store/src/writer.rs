//! The one writer of a process: what many callers want is done in one transaction, committed once.
//!
//! While a commit is on its way to the disk, further work is done in the next transaction, which is committed once the disk
//! has the one before (group commit): neither the processor nor the disk waits for the other. Another thread sees to the
//! disk and wakes those whose work is there. Work that refuses its command before writing anything does not disturb the
//! rest. When something fails after it has written, or the database undoes the transaction, each piece of work runs again
//! in one of its own, so that only the faulty one fails.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use domain::code::Code;
use domain::request::pieces::SearchText;
use tokio::sync::oneshot;

use crate::answers::Answers;
use crate::database::is_closed;
use crate::error::{Result, StoreError};
use crate::facts::SubjectCache;
use crate::journal::Head;
use crate::request_tally::Tallies;
use crate::sql::Connection;
use crate::tail::Tail;

/// Requests, each with its plan, by the digests of their links.
pub(crate) type Links = HashMap<String, (Code, Code)>;

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
    /// Requests by the digests of links that may not be in their places yet.
    pub(crate) links: &'a mut Links,
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

pub(crate) struct Job {
    run: Box<dyn FnMut(&mut Tx) -> Ran + Send>,
    /// Called once: with an error when the commit failed.
    pub(crate) finish: Box<dyn FnOnce(Option<StoreError>) + Send>,
}

/// What the writer is given to do.
enum Work {
    Job(Job),
    /// Something that is done with its connection between two transactions.
    Between(Box<dyn FnOnce(&mut Connection) + Send>),
    /// A commit has come to the disk.
    Synced,
    /// Nothing more comes.
    Stop,
}

pub(crate) struct Writer {
    work: Sender<Work>,
    thread: Option<JoinHandle<()>>,
    /// The last entry of this process's latest commit; 0 before the first.
    written: Arc<AtomicU64>,
}

type Connect = Box<dyn Fn() -> Result<Connection> + Send>;

impl Writer {
    pub(crate) fn start(connection: Connection, reconnect: Connect) -> Self {
        let (work, queue) = channel();
        let back = work.clone();
        let written = Arc::new(AtomicU64::new(0));
        let last = written.clone();
        let thread = std::thread::Builder::new()
            .name("huitian-writer".into())
            .spawn(move || {
                let (head, cache, tail) = <(Head, SubjectCache, Tail)>::default();
                let (tallies, links) = <(Tallies, Links)>::default();
                let unsynced = Arc::new(AtomicUsize::new(0));
                let one_less = unsynced.clone();
                let answers = Answers::start(connection.log().cloned(), move || {
                    one_less.fetch_sub(1, Ordering::SeqCst);
                    drop(back.send(Work::Synced));
                });
                let mut writer = Loop {
                    connection,
                    reconnect,
                    head,
                    cache,
                    tail,
                    tallies,
                    links,
                    unplaced: false,
                    answers,
                    unsynced,
                    written: last,
                    alone: 0,
                    queue,
                    ahead: VecDeque::new(),
                };
                writer.run();
            })
            .ok();
        Self { work, thread, written }
    }

    /// The last entry of this process's latest commit; 0 before the first.
    pub(crate) fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
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
        let work = move |connection: &mut Connection| drop(reply.send(work(connection)));
        drop(self.work.send(Work::Between(Box::new(work))));
        answer.recv().unwrap_or(Err(StoreError::Stopped))
    }

    fn queue(&self, job: Job) {
        // A send fails only when the writer's thread is gone; dropping the job drops its reply, which
        // the caller sees as a stopped writer.
        drop(self.work.send(Work::Job(job)));
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
        drop(self.work.send(Work::Stop));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

struct Loop {
    /// Let go of first: what it still takes to the disk belongs to the connection.
    answers: Answers,
    connection: Connection,
    reconnect: Connect,
    head: Head,
    cache: SubjectCache,
    tail: Tail,
    /// Of requests whose rows wait.
    tallies: Tallies,
    links: Links,
    /// Whether this process left facts or rows of requests to be put in their places.
    unplaced: bool,
    /// Commits on their way to the disk. It is told at once: what is said by way of the queue stands behind other work.
    unsynced: Arc<AtomicUsize>,
    written: Arc<AtomicU64>,
    /// How often in a row nobody else was there.
    alone: u32,
    queue: Receiver<Work>,
    /// What came while something else was done, and is next.
    ahead: VecDeque<Work>,
}

impl Loop {
    /// The next piece of work. Facts and rows are put in their places as soon as there is none for a moment.
    fn next(&mut self) -> Option<Work> {
        loop {
            let work = match self.ahead.pop_front() {
                Some(work) => work,
                None if self.unplaced => match self.queue.recv_timeout(REST) {
                    Ok(work) => work,
                    Err(_) => {
                        self.place();
                        continue;
                    }
                },
                None => self.queue.recv().ok()?,
            };
            match work {
                Work::Synced => {}
                work => return Some(work),
            }
        }
    }

    /// Puts in its place what was left. What fails now is tried again after the next change, and by any other process.
    fn place(&mut self) {
        if std::mem::take(&mut self.unplaced) {
            self.transact(&mut Vec::new(), true).ok();
        }
    }

    fn run(&mut self) {
        while let Some(work) = self.next() {
            let mut jobs = match work {
                Work::Job(job) => vec![job],
                Work::Between(work) => {
                    // Nothing that waits is put down outside of a transaction.
                    self.place();
                    work(&mut self.connection);
                    continue;
                }
                Work::Synced => continue,
                Work::Stop => break,
            };
            self.gather(&mut jobs);
            match self.transact(&mut jobs, false) {
                Ok(true) => self.answer(jobs),
                // Alone, it failed for a reason of its own: running it again would not help.
                Ok(false) if jobs.len() == 1 => jobs.into_iter().for_each(|job| (job.finish)(None)),
                Ok(false) => self.one_by_one(jobs),
                Err(StoreError::Uncertain(why)) => {
                    jobs.into_iter().for_each(|job| (job.finish)(Some(StoreError::Uncertain(why.clone()))));
                }
                Err(error) if error.is_transient() || jobs.len() > 1 => self.one_by_one(jobs),
                Err(error) => jobs.into_iter().for_each(|job| (job.finish)(Some(error.clone()))),
            }
        }
        self.place();
    }

    /// Takes what else is there. On SQLite only some of it: others are taken in while the disk is still busy, and where it
    /// is at rest it is given those few at once. All together would first wait for the disk together, and then for the
    /// processor.
    fn gather(&mut self, jobs: &mut Vec<Job>) {
        const FIRST: usize = 4;
        while self.ahead.len() < MOST {
            match self.queue.try_recv() {
                Ok(Work::Synced) => {}
                Ok(work) => self.ahead.push_back(work),
                Err(_) => break,
            }
        }
        let most = if self.connection.is_postgres() { MOST } else { FIRST };
        while jobs.len() < most {
            match self.ahead.pop_front() {
                Some(Work::Job(job)) => jobs.push(job),
                other => {
                    other.into_iter().for_each(|work| self.ahead.push_front(work));
                    break;
                }
            }
        }
    }

    /// Answers those whose work was committed, once it is on the disk. Where one comes after the other, each is answered
    /// from here: as quickly as the other thread would be woken. Where many come, even one that is alone for a moment
    /// must not keep the others waiting.
    fn answer(&mut self, jobs: Vec<Job>) {
        const ALONE: u32 = 8;
        // The thread that speaks to PostgreSQL, which has it on the disk by now, needs the other core.
        if self.connection.is_postgres() {
            return self.answers.answer(jobs);
        }
        match self.queue.try_recv() {
            Ok(Work::Synced) | Err(_) => {}
            Ok(work) => self.ahead.push_back(work),
        }
        let alone = !self.disk_is_busy() && jobs.len() == 1 && self.ahead.is_empty();
        self.alone = if alone { self.alone.saturating_add(1) } else { 0 };
        if self.alone > ALONE {
            self.answers.answer(jobs);
        } else {
            self.unsynced.fetch_add(1, Ordering::SeqCst);
            if !self.answers.give(jobs) {
                self.unsynced.fetch_sub(1, Ordering::SeqCst);
            }
        }
    }

    fn disk_is_busy(&self) -> bool {
        self.unsynced.load(Ordering::SeqCst) > 0
    }

    fn one_by_one(&mut self, jobs: Vec<Job>) {
        for job in jobs {
            let mut one = vec![job];
            match self.transact_with_retry(&mut one) {
                Ok(()) => self.answer(one),
                Err(error) => one.into_iter().for_each(|job| (job.finish)(Some(error.clone()))),
            }
        }
    }

    /// One piece of work in a transaction of its own. It is tried again only while nothing of it can
    /// have been committed.
    fn transact_with_retry(&mut self, job: &mut Vec<Job>) -> Result<()> {
        let mut left = 3;
        loop {
            match self.transact_with(job, false, false) {
                Ok(_) => return Ok(()),
                Err(StoreError::Conflict(_)) if left > 0 => left -= 1,
                Err(StoreError::Unavailable(_)) if left > 0 && is_closed(&self.connection) => left -= 1,
                Err(error) => return Err(error),
            }
        }
    }

    /// Runs all jobs in one transaction, with those that come while the disk is busy, and puts facts in their places where
    /// it is asked to. `Ok(false)`: undone because one of several failed.
    fn transact(&mut self, jobs: &mut Vec<Job>, place: bool) -> Result<bool> {
        self.transact_with(jobs, place, true)
    }

    fn transact_with(&mut self, jobs: &mut Vec<Job>, place: bool, more: bool) -> Result<bool> {
        if is_closed(&self.connection) {
            self.connection = (self.reconnect)()?;
            self.forget();
        }
        let outcome = self.mend_log().and_then(|()| self.try_transact(jobs, place, more));
        if matches!(outcome, Ok(true)) {
            self.written.store(self.head.seq, Ordering::Relaxed);
            self.unplaced = self.head.has_tail() || self.connection.rows_wait();
            if !self.connection.rows_wait() {
                self.links.clear();
            }
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
        self.links.clear();
        self.connection.forget_waiting();
    }

    /// What may never come to the disk by the log is put in its place before anything else is done.
    fn mend_log(&mut self) -> Result<()> {
        let Some(log) = self.answers.log().filter(|log| log.is_broken()) else { return Ok(()) };
        let busy = self.connection.first("PRAGMA wal_checkpoint(TRUNCATE)", &[], |row| row.int(0))?;
        match busy {
            Some(0) => log.is_mended(),
            _ => return Err(StoreError::Unavailable("the disk has failed, and others still read".into())),
        }
        Ok(())
    }

    fn try_transact(&mut self, jobs: &mut Vec<Job>, place: bool, more: bool) -> Result<bool> {
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
            links: &mut self.links,
        };
        if moved {
            tx.make_missing_rows()?;
        }
        for job in jobs.iter_mut() {
            if let Ran::Failed = (job.run)(&mut tx) {
                return Ok(false);
            }
        }
        // Whoever comes while the disk is busy is no later for it.
        while more && self.unsynced.load(Ordering::SeqCst) > 0 && jobs.len() < MOST {
            let work = match self.ahead.pop_front() {
                Some(work) => work,
                None => match self.queue.recv() {
                    Ok(work) => work,
                    Err(_) => break,
                },
            };
            match work {
                Work::Synced => {}
                Work::Job(mut job) => {
                    let ran = (job.run)(&mut tx);
                    jobs.push(job);
                    if let Ran::Failed = ran {
                        return Ok(false);
                    }
                }
                other => {
                    self.ahead.push_front(other);
                    break;
                }
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
