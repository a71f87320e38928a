//! Keeping for a set time: what is over its time goes, kind by kind, and it is put down that it went, never what it was.

use domain::code::Code;
use domain::request::{KeptKind, Retention};
use jiff::civil::Date;
use jiff::{Span, Timestamp};
use serde::Serialize;
use store::{Connection, Deletion, Overdue, StoreError};

use crate::App;
use crate::error::AppError;
use crate::read::Asked;

/// What goes in one transaction, and the most of one round: the next one goes on.
const BATCH: usize = 500;
const ROUND: u64 = 20_000;
/// Records that are listed.
const RECORDS: usize = 1_000;

/// One kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RetainLine {
    pub kind: KeptKind,
    pub days: u32,
    /// What is, or was, over its time.
    pub over: u64,
    /// What went.
    pub gone: u64,
    /// The days on which the oldest and the newest of it were written.
    pub oldest: Option<Date>,
    pub newest: Option<Date>,
}

/// What a round came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Retained {
    pub plan: Code,
    /// It was only looked at.
    pub trial: bool,
    /// Whether there is more than one round takes.
    pub more: bool,
    pub lines: Vec<RetainLine>,
}

impl Retained {
    pub fn gone(&self) -> u64 {
        self.lines.iter().map(|line| line.gone).sum()
    }
}

/// That something went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeletionRecord {
    pub at: Timestamp,
    pub kind: KeptKind,
    pub days: u32,
    pub count: u64,
    pub oldest: Option<Date>,
    pub newest: Option<Date>,
}

impl App {
    /// Lets go of what is over its time by the plan's rules, or by others that are given; with `trial` only says it.
    /// Stopped in between, the next round goes on where it was.
    pub async fn retain(
        &self,
        plan: &Code,
        keep: Option<Vec<Retention>>,
        trial: bool,
    ) -> Result<Retained, AppError> {
        let portfolio = self.portfolio(plan, Asked::default()).await?;
        let held = || portfolio.plan.request_rules.as_ref().map(|rules| rules.settings.privacy.keep.clone());
        let keep = keep.or_else(held).unwrap_or_default();
        let (now, wall) = (self.clock().now(), self.wall_second());
        let mut out = Retained { plan: plan.clone(), trial, more: false, lines: Vec::new() };
        for Retention { kind, days } in keep {
            let back = i64::from(days);
            let before = now.as_microsecond().saturating_sub(back.saturating_mul(86_400_000_000));
            let ended = wall.saturating_sub(Span::new().days(back.min(1_000_000)));
            let ended = ended.strftime("%Y-%m-%dT%H:%M:%S").to_string();
            let (of, until) = (plan.clone(), ended.clone());
            let found = self
                .database()
                .read_async(move |c: &mut Connection| c.overdue(&of, kind, before, &until))
                .await?;
            let mut line = RetainLine {
                kind,
                days,
                over: found.count,
                gone: 0,
                oldest: self.day(found.oldest),
                newest: self.day(found.newest),
            };
            while !trial && line.gone < ROUND {
                let gone = self.let_go(plan, (kind, days), before, &ended, now).await?;
                line.gone += gone.count;
                if gone.count < BATCH as u64 {
                    break;
                }
            }
            out.more |= !trial && line.gone < line.over;
            out.lines.push(line);
        }
        Ok(out)
    }

    async fn let_go(
        &self,
        plan: &Code,
        (kind, days): (KeptKind, u32),
        before: i64,
        ended: &str,
        now: Timestamp,
    ) -> Result<Overdue, AppError> {
        let (plan, ended) = (plan.clone(), ended.to_owned());
        let gone = self
            .database()
            .write_async(move |tx| {
                let gone = tx.let_go(&plan, kind, (before, &ended), BATCH)?;
                if let (Some(oldest), Some(newest)) = (gone.oldest, gone.newest) {
                    let plan = plan.clone();
                    let (at, count) = (now.as_microsecond(), gone.count);
                    tx.record_deletion(&Deletion { plan, at, kind, days, count, oldest, newest })?;
                }
                Ok::<_, StoreError>(gone)
            })
            .await?;
        Ok(gone)
    }

    fn day(&self, at: Option<i64>) -> Option<Date> {
        let at = Timestamp::from_microsecond(at?).ok()?;
        Some(self.clock().zone().to_datetime(at).date())
    }

    /// What went, the latest first.
    pub async fn deletions(&self, plan: &Code) -> Result<Vec<DeletionRecord>, AppError> {
        let plan = plan.clone();
        let held = self.database().read_async(move |c| c.deletions(&plan, RECORDS)).await?;
        let record = |held: Deletion| DeletionRecord {
            at: Timestamp::from_microsecond(held.at).unwrap_or(Timestamp::UNIX_EPOCH),
            kind: held.kind,
            days: held.days,
            count: held.count,
            oldest: self.day(Some(held.oldest)),
            newest: self.day(Some(held.newest)),
        };
        Ok(held.into_iter().map(record).collect())
    }
}
