//! Work that follows from a change: put down in the change's own transaction, done afterwards by
//! whichever server is free, at least once, and kept until it is done or somebody gives it up.
//!
//! A job is taken under a lease that its holder renews while it works. When the holder dies, the lease
//! ends and another takes the job. Settling compares the holder and the number of the try, so that one
//! who lost the lease settles nothing. All statements are compare-and-set: they hold on SQLite, where
//! there is one writer, as on PostgreSQL with many.

use crate::error::Result;
use crate::sql::{Connection, Param, Row};
use crate::writer::Tx;

/// Work to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob {
    /// What is put down twice under one key is done once.
    pub key: String,
    /// Jobs of one lane go to one place; a lane that is stuck holds up no other.
    pub lane: String,
    pub body: String,
    /// Microseconds since 1970, as all times here.
    pub due_at: i64,
}

/// A job taken by a holder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    pub key: String,
    pub lane: String,
    pub body: String,
    pub created_at: i64,
    /// This try included.
    pub tries: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// It failed for good: somebody may send it again or discard it.
    Dead,
    Discarded,
}

impl Outcome {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Dead => "dead",
            Self::Discarded => "discarded",
        }
    }
}

/// A job that failed for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadJob {
    pub key: String,
    pub lane: String,
    pub body: String,
    pub created_at: i64,
    pub settled_at: i64,
    pub tries: i64,
    /// What the last try was told.
    pub answer: String,
}

/// How much lies in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QueueSizes {
    pub open: i64,
    pub held: i64,
    pub dead: i64,
}

/// Answers of other servers are cut to this length.
const ANSWER_MOST: usize = 500;

/// What is left of an answer: one line, no control characters, not too long.
fn answer(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    line.trim().chars().take(ANSWER_MOST).collect()
}

fn job(row: &Row) -> Result<Job> {
    Ok(Job {
        key: row.text(0)?.to_owned(),
        lane: row.text(1)?.to_owned(),
        body: row.text(2)?.to_owned(),
        created_at: row.int(3)?,
        tries: row.int(4)?,
    })
}

impl Tx<'_> {
    /// Puts work down, unless its key is known already.
    pub fn enqueue(&mut self, job: &NewJob, now: i64) -> Result<()> {
        self.writing().send(
            "INSERT INTO job (key, lane, body, created_at, free_at, holder, tries, answer, outcome) \
             VALUES ($1, $2, $3, $4, $5, '', 0, '', '') ON CONFLICT (key) DO NOTHING",
            &[
                Param::Text(&job.key),
                Param::Text(&job.lane),
                Param::Text(&job.body),
                Param::Int(now),
                Param::Int(job.due_at),
            ],
        )
    }

    /// Takes jobs of a lane that are due, those that waited longest first, under a lease.
    pub fn claim(
        &mut self,
        lane: &str,
        holder: &str,
        limit: usize,
        now: i64,
        lease_ends: i64,
    ) -> Result<Vec<Job>> {
        // The outer conditions are looked at again once a row is locked: whoever comes second gets none.
        let mut jobs = self.writing().rows(
            "UPDATE job SET holder = $1, free_at = $2, tries = tries + 1 \
             WHERE settled_at IS NULL AND free_at <= $3 AND key IN (SELECT key FROM job \
             WHERE lane = $4 AND settled_at IS NULL AND free_at <= $3 ORDER BY free_at, key LIMIT $5) \
             RETURNING key, lane, body, created_at, tries",
            &[
                Param::Text(holder),
                Param::Int(lease_ends),
                Param::Int(now),
                Param::Text(lane),
                Param::Int(limit as i64),
            ],
            job,
        )?;
        jobs.sort_by(|a, b| (a.created_at, &a.key).cmp(&(b.created_at, &b.key)));
        Ok(jobs)
    }

    /// Renews all leases of a holder.
    pub fn renew_leases(&mut self, holder: &str, lease_ends: i64) -> Result<()> {
        self.writing().send(
            "UPDATE job SET free_at = $2 WHERE settled_at IS NULL AND holder <> '' AND holder = $1",
            &[Param::Text(holder), Param::Int(lease_ends)],
        )
    }

    /// Ends a job; false when the holder had lost it.
    pub fn settle(
        &mut self,
        job: &Job,
        holder: &str,
        outcome: Outcome,
        said: &str,
        now: i64,
    ) -> Result<bool> {
        let changed = self.writing().execute(
            "UPDATE job SET settled_at = $1, outcome = $2, answer = $3, holder = '' \
             WHERE key = $4 AND settled_at IS NULL AND holder = $5 AND tries = $6",
            &[
                Param::Int(now),
                Param::Text(outcome.as_str()),
                Param::Text(&answer(said)),
                Param::Text(&job.key),
                Param::Text(holder),
                Param::Int(job.tries),
            ],
        )?;
        Ok(changed > 0)
    }

    /// Leaves a job for a later try; false when the holder had lost it.
    pub fn postpone(&mut self, job: &Job, holder: &str, due_at: i64, said: &str) -> Result<bool> {
        let changed = self.writing().execute(
            "UPDATE job SET free_at = $1, answer = $2, holder = '' \
             WHERE key = $3 AND settled_at IS NULL AND holder = $4 AND tries = $5",
            &[
                Param::Int(due_at),
                Param::Text(&answer(said)),
                Param::Text(&job.key),
                Param::Text(holder),
                Param::Int(job.tries),
            ],
        )?;
        Ok(changed > 0)
    }

    /// Gives back a job that was taken and not begun, to be taken from a moment on: the try does not count.
    pub fn give_back(&mut self, job: &Job, holder: &str, free_at: i64) -> Result<()> {
        self.writing().send(
            "UPDATE job SET free_at = $1, holder = '', tries = tries - 1 \
             WHERE key = $2 AND settled_at IS NULL AND holder = $3 AND tries = $4",
            &[Param::Int(free_at), Param::Text(&job.key), Param::Text(holder), Param::Int(job.tries)],
        )
    }

    /// Opens a dead job again; false when there is no such one.
    pub fn resend_job(&mut self, key: &str, now: i64) -> Result<bool> {
        let changed = self.writing().execute(
            "UPDATE job SET settled_at = NULL, outcome = '', tries = 0, free_at = $2, created_at = $2 \
             WHERE key = $1 AND outcome = 'dead'",
            &[Param::Text(key), Param::Int(now)],
        )?;
        Ok(changed > 0)
    }

    /// Gives a dead job up; false when there is no such one.
    pub fn discard_job(&mut self, key: &str, now: i64) -> Result<bool> {
        let changed = self.writing().execute(
            "UPDATE job SET outcome = 'discarded', settled_at = $2 WHERE key = $1 AND outcome = 'dead'",
            &[Param::Text(key), Param::Int(now)],
        )?;
        Ok(changed > 0)
    }

    /// Frees what a clock that was put back has locked away: no lease ends after `lease_most`, and
    /// nothing waits for longer than until `wait_most`.
    pub fn right_job_times(&mut self, now: i64, lease_most: i64, wait_most: i64) -> Result<u64> {
        self.writing().execute(
            "UPDATE job SET free_at = $1, holder = '' WHERE settled_at IS NULL \
             AND ((holder <> '' AND free_at > $2) OR free_at > $3)",
            &[Param::Int(now), Param::Int(lease_most), Param::Int(wait_most)],
        )
    }

    /// Ends jobs as dead that nobody has done since they were put down before a moment: those of a
    /// lane that no server serves any more.
    pub fn abandon_jobs(&mut self, before: i64, now: i64, said: &str) -> Result<u64> {
        self.writing().execute(
            "UPDATE job SET settled_at = $1, outcome = 'dead', answer = $2, holder = '' \
             WHERE settled_at IS NULL AND created_at < $3",
            &[Param::Int(now), Param::Text(&answer(said)), Param::Int(before)],
        )
    }

    /// Removes jobs that ended before a moment, at most `limit` at a time. Dead ones wait for somebody.
    pub fn purge_jobs(&mut self, before: i64, limit: usize) -> Result<u64> {
        let mut purged = 0;
        for outcome in [Outcome::Done, Outcome::Discarded] {
            purged += self.writing().execute(
                "DELETE FROM job WHERE key IN (SELECT key FROM job WHERE outcome = $1 \
                 AND settled_at IS NOT NULL AND settled_at < $2 LIMIT $3)",
                &[Param::Text(outcome.as_str()), Param::Int(before), Param::Int(limit as i64)],
            )?;
        }
        Ok(purged)
    }
}

impl Connection {
    /// The lanes in which something is due.
    pub fn due_lanes(&mut self, now: i64) -> Result<Vec<String>> {
        // Steps from lane to lane through the index instead of reading every job.
        self.rows(
            "WITH RECURSIVE step (lane) AS (\
               SELECT MIN(lane) FROM job WHERE settled_at IS NULL \
               UNION ALL \
               SELECT (SELECT MIN(job.lane) FROM job WHERE job.settled_at IS NULL AND job.lane > step.lane) \
               FROM step WHERE step.lane IS NOT NULL) \
             SELECT lane FROM step WHERE lane IS NOT NULL AND EXISTS (SELECT 1 FROM job \
             WHERE job.lane = step.lane AND job.settled_at IS NULL AND job.free_at <= $1)",
            &[Param::Int(now)],
            |row| Ok(row.text(0)?.to_owned()),
        )
    }

    /// Jobs that failed for good, the latest first, from before the one that is named by its time and
    /// key.
    pub fn dead_jobs(&mut self, before: Option<(i64, &str)>, limit: usize) -> Result<Vec<DeadJob>> {
        let (time, key) = before.unwrap_or((i64::MAX, ""));
        self.rows(
            "SELECT key, lane, body, created_at, settled_at, tries, answer FROM job \
             WHERE outcome = 'dead' AND settled_at IS NOT NULL AND settled_at <= $1 \
             AND (settled_at < $1 OR key < $2) ORDER BY settled_at DESC, key DESC LIMIT $3",
            &[Param::Int(time), Param::Text(key), Param::Int(limit as i64)],
            |row| {
                Ok(DeadJob {
                    key: row.text(0)?.to_owned(),
                    lane: row.text(1)?.to_owned(),
                    body: row.text(2)?.to_owned(),
                    created_at: row.int(3)?,
                    settled_at: row.int(4)?,
                    tries: row.int(5)?,
                    answer: row.text(6)?.to_owned(),
                })
            },
        )
    }

    pub fn queue_sizes(&mut self) -> Result<QueueSizes> {
        let mut count = |condition: &str| {
            self.first(&format!("SELECT COUNT(*) FROM job WHERE {condition}"), &[], |row| row.int(0))
                .map(|count| count.unwrap_or(0))
        };
        Ok(QueueSizes {
            open: count("settled_at IS NULL")?,
            held: count("settled_at IS NULL AND holder <> ''")?,
            dead: count("settled_at IS NOT NULL AND outcome = 'dead'")?,
        })
    }
}
