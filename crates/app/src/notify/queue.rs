//! The queue as its workers and its keepers use it.

use domain::code::Code;
use domain::notice::{EventKey, Notice, NoticeError, Said, SitePath, Topic};
use domain::policy::{Action, Target};
use domain::refusal::{Problem, Refusal};
use domain::retry::{WAIT_MOST, wait_after};
use jiff::SignedDuration;
use store::{DeadJob, Job, Outcome, QueueSizes, StoreError};

use super::errand::{Errand, lane};
use crate::App;
use crate::actor::Actor;
use crate::error::AppError;

/// A lease that is not renewed ends after this long: then another server takes the job.
const LEASE_MICROS: i64 = 60 * 1_000_000;
const DAY_MICROS: i64 = 86_400 * 1_000_000;
/// Nothing is put down to be done later than this: a weekly digest, moved by quiet hours.
const WAIT_DAYS: i64 = 16;
/// After this long it is given up: no server serves its lane.
const ABANDON_DAYS: i64 = 21;
/// Jobs that ended are kept so long: a repeated event is known by its job.
const DONE_DAYS: i64 = 30;
const NOTICE_DAYS: i64 = 400;
/// Rows removed in one transaction.
const PURGE_MOST: usize = 2_000;

/// What handing something over came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Carried {
    /// Taken, or rightly not sent; with what was said to it.
    Done(String),
    /// Not now: the other side is out of reach or busy, and may have said for how long.
    Later { said: String, asked: Option<SignedDuration> },
    /// Never: trying again would not help.
    Never(String),
    /// Not begun.
    Untouched,
    /// Not begun, and not before a moment, in microseconds since 1970.
    Waits(i64),
}

/// A dead letter: what failed for good, and what was said to the last try.
pub type DeadLetter = DeadJob;

impl App {
    /// The lanes in which something is due.
    pub async fn due_lanes(&self) -> Result<Vec<String>, AppError> {
        let now = self.clock().now().as_microsecond();
        Ok(self.database().read_async(move |c| c.due_lanes(now)).await?)
    }

    /// Takes jobs of a lane that are due, for a minute; [`renew`](Self::renew) keeps them longer.
    pub async fn claim(&self, lane: &str, holder: &str, limit: usize) -> Result<Vec<Job>, AppError> {
        let (lane, holder, now) = (lane.to_owned(), holder.to_owned(), self.clock().now().as_microsecond());
        Ok(self
            .database()
            .write_async(move |tx| tx.claim(&lane, &holder, limit, now, now + LEASE_MICROS))
            .await?)
    }

    /// Keeps what a holder has taken for another minute.
    pub async fn renew(&self, holder: &str) -> Result<(), AppError> {
        let (holder, now) = (holder.to_owned(), self.clock().now().as_microsecond());
        Ok(self.database().write_async(move |tx| tx.renew_leases(&holder, now + LEASE_MICROS)).await?)
    }

    /// Writes down what became of a job; false when the holder had lost it to another.
    pub async fn carried(&self, job: Job, holder: &str, carried: Carried) -> Result<bool, AppError> {
        let (holder, now) = (holder.to_owned(), self.clock().now().as_microsecond());
        let chance = chance();
        Ok(self
            .database()
            .write_async(move |tx| match &carried {
                Carried::Done(said) => tx.settle(&job, &holder, Outcome::Done, said, now),
                Carried::Never(said) => tx.settle(&job, &holder, Outcome::Dead, said, now),
                Carried::Untouched => tx.give_back(&job, &holder, now).map(|()| true),
                Carried::Waits(until) => tx.give_back(&job, &holder, *until).map(|()| true),
                Carried::Later { said, asked } => match wait_after(job.tries, chance, *asked) {
                    Some(wait) => tx.postpone(&job, &holder, now + wait.as_micros() as i64, said),
                    None => tx.settle(&job, &holder, Outcome::Dead, said, now),
                },
            })
            .await?)
    }

    /// Keeps the queue in order; to be called every minute or so.
    pub async fn tend_queue(&self) -> Result<(), AppError> {
        let now = self.clock().now().as_microsecond();
        loop {
            let removed = self
                .database()
                .write_async::<_, StoreError>(move |tx| {
                    let wait_most = now + WAIT_DAYS * DAY_MICROS + WAIT_MOST.as_micros() as i64;
                    tx.right_job_times(now, now + 2 * LEASE_MICROS, wait_most)?;
                    tx.abandon_jobs(now - ABANDON_DAYS * DAY_MICROS, now, "no server took it")?;
                    let jobs = tx.purge_jobs(now - DONE_DAYS * DAY_MICROS, PURGE_MOST)?;
                    Ok(jobs.max(tx.purge_notices(now - NOTICE_DAYS * DAY_MICROS, PURGE_MOST)?))
                })
                .await?;
            if removed < PURGE_MOST as u64 {
                return Ok(());
            }
        }
    }

    pub async fn queue_sizes(&self) -> Result<QueueSizes, AppError> {
        Ok(self.database().read_async(|c| c.queue_sizes()).await?)
    }

    /// What failed for good, the latest first, from before the one named by its time and key.
    pub async fn dead_letters(
        &self,
        actor: &Actor,
        before: Option<(i64, String)>,
        limit: usize,
    ) -> Result<Vec<DeadLetter>, AppError> {
        may_keep(actor)?;
        let limit = limit.clamp(1, 500);
        Ok(self
            .database()
            .read_async(move |c| c.dead_jobs(before.as_ref().map(|(time, key)| (*time, key.as_str())), limit))
            .await?)
    }

    /// Sends a dead letter again, as if it were new.
    pub async fn resend(&self, actor: &Actor, key: &str) -> Result<(), AppError> {
        may_keep(actor)?;
        let (key, now) = (key.to_owned(), self.clock().now().as_microsecond());
        let found = self.database().write_async(move |tx| tx.resend_job(&key, now)).await?;
        found.then_some(()).ok_or(AppError::NotFound)
    }

    /// Sends all dead letters again; returns how many.
    pub async fn resend_all(&self, actor: &Actor) -> Result<usize, AppError> {
        let mut count = 0;
        // What fails again meanwhile waits for another time.
        let begun = self.clock().now().as_microsecond().saturating_add(1);
        loop {
            let letters = self.dead_letters(actor, Some((begun, String::new())), 500).await?;
            if letters.is_empty() {
                return Ok(count);
            }
            for letter in letters {
                match self.resend(actor, &letter.key).await {
                    Ok(()) => count += 1,
                    // Another has done so meanwhile.
                    Err(AppError::NotFound) => {}
                    Err(error) => return Err(error),
                }
            }
        }
    }

    /// Sends a message to a webhook by which to see that it arrives.
    pub async fn test_webhook(&self, actor: &Actor, webhook: &Code) -> Result<(), AppError> {
        may_keep(actor)?;
        let now = self.clock().now().as_microsecond();
        let who = match actor {
            Actor::Person { name, .. } | Actor::Token { name, .. } => name.as_str(),
            Actor::Operator(name) => name.as_str(),
            Actor::Public => "",
        };
        let bad = |error: NoticeError| AppError::Store(StoreError::Damaged(error.to_string()));
        let notice = Notice {
            event: EventKey::new(format!("test/{now}")).map_err(bad)?,
            topic: Topic::System,
            urgent: false,
            subject: None,
            said: Said::new("notify-test").text("who", who),
            link: SitePath::new("/").map_err(bad)?,
        };
        let job = Errand::Hook { webhook: webhook.clone(), notice, at: now };
        let job = job.job(&lane::hook(webhook.as_str()), now);
        self.database().write_async(move |tx| tx.enqueue(&job, now).map_err(AppError::from)).await?;
        Ok(())
    }

    /// Gives a dead letter up.
    pub async fn discard(&self, actor: &Actor, key: &str) -> Result<(), AppError> {
        may_keep(actor)?;
        let (key, now) = (key.to_owned(), self.clock().now().as_microsecond());
        let found = self.database().write_async(move |tx| tx.discard_job(&key, now)).await?;
        found.then_some(()).ok_or(AppError::NotFound)
    }
}

/// Dead letters name people: whoever keeps the accounts keeps them.
fn may_keep(actor: &Actor) -> Result<(), AppError> {
    match actor.may(Action::ManagePeople, &Target::default()) {
        true => Ok(()),
        false => Err(Refusal::whole(Problem::NotAllowed(Action::ManagePeople)).into()),
    }
}

fn chance() -> u16 {
    let mut bytes = [0u8; 2];
    // Without randomness the waits are merely even.
    match getrandom::fill(&mut bytes) {
        Ok(()) => u16::from_le_bytes(bytes),
        Err(_) => u16::MAX / 2,
    }
}
