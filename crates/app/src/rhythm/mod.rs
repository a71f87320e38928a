//! The rhythm at work: what the calendar asks for is done, once, whoever asks and however often.
//!
//! A run looks at a plan's open items by an index, works out by [`domain::rhythm`] what is due, and does it
//! in the store's writer, where it is worked out again: two servers, or two runs, never do it twice. What is
//! done stands in the journal under a name of its own; people are told in the same transaction.

mod chase;
mod people;
mod periods;
mod requests;
mod returns;
mod told;

use domain::code::Code;
use domain::history::View;
use domain::notice::Notice;
use domain::plan::Plan;
use domain::rhythm::{InForce, Recipient, Wait, Watch};
use domain::source::{Grade, Source};
use domain::subject::Subject;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use serde::Serialize;
use store::{StoreError, Tx};

use crate::App;
use crate::actor::Actor;
use crate::error::AppError;
use crate::notify::tell;

pub use returns::{HeldReturn, ReturnsOfPeriod, SaveReturn};

/// The lane of the queue in which runs are put down.
pub const LANE: &str = "rhythm";
/// A run is put down for each stretch of so many minutes.
const STRETCH: i64 = 5;

/// Something that a run did, or would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "did", rename_all = "snake_case")]
pub enum Deed {
    /// Someone was reminded of an item, or an item was escalated to someone.
    Chased {
        item: Code,
        watch: Watch,
        limit: DateTime,
        after: Wait,
        to: Recipient,
        /// The slip that went out; in a trial its colour's name.
        #[serde(skip_serializing_if = "Option::is_none")]
        slip: Option<String>,
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        raised: bool,
        /// People who were told; unknown in a trial.
        told: usize,
    },
    /// Someone was reminded of a resident's request, or it was escalated to someone.
    RequestChased {
        request: Code,
        watch: Watch,
        limit: DateTime,
        after: Wait,
        to: Recipient,
        /// The slip that went out; in a trial its colour's name.
        #[serde(skip_serializing_if = "Option::is_none")]
        slip: Option<String>,
        /// People who were told; unknown in a trial.
        told: usize,
    },
    /// Units were asked for their returns.
    Opened { period: String, series: &'static str, units: Vec<Code> },
    /// A period's report was drafted.
    Drafted { report: Code },
    /// What the promises' chances were was put on record, to be held against what comes true.
    Forecast { on: Date },
    /// Returns that did not come by the closing of their period.
    Missed { returns: Vec<Code> },
}

/// What a run came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Run {
    pub plan: Code,
    pub at: DateTime,
    /// Whether it was a trial that did nothing.
    pub trial: bool,
    /// Whether the plan keeps a rhythm on that day.
    pub in_force: bool,
    pub deeds: Vec<Deed>,
}

/// One run: when it is as the plan's calendar shows it, and on which ground things are done.
#[derive(Debug, Clone)]
pub(crate) struct Turn {
    plan: Code,
    at: DateTime,
    /// The day whose open items are looked at, never before today. Whether something is due is asked of all
    /// that is on record, so that a clock put back makes nothing undone.
    day: Date,
    now: Timestamp,
    rules: InForce,
    last: Option<Date>,
    source: Source,
}

impl Turn {
    /// Tells people; of a past that is played for a demonstration nobody is told.
    fn tell(
        &self,
        tx: &mut Tx,
        notice: &Notice,
        to: &[crate::notify::Recipient],
    ) -> Result<usize, StoreError> {
        if self.source.grade == Grade::Illustrative {
            return Ok(0);
        }
        tell(tx, notice, to, self.now)
    }

    fn today(&self) -> Date {
        self.at.date()
    }
}

impl App {
    /// Does what is due in a plan at a moment of its calendar; with `trial`, only says it.
    pub async fn run_rhythm(&self, plan: &Code, at: DateTime, trial: bool) -> Result<Run, AppError> {
        self.run_rhythm_as(plan, at, trial, Grade::Reported).await
    }

    /// As [`run_rhythm`](Self::run_rhythm), for a past that is played: its records have a grade of their own.
    pub async fn run_rhythm_as(
        &self,
        plan: &Code,
        at: DateTime,
        trial: bool,
        grade: Grade,
    ) -> Result<Run, AppError> {
        let day = at.date().max(self.clock().today());
        let (rules, last) = self.rhythm_of(plan, day).await?;
        let mut run = Run { plan: plan.clone(), at, trial, in_force: false, deeds: Vec::new() };
        let Some(rules) = rules.filter(|rules| rules.acts_on(at.date())) else { return Ok(run) };
        run.in_force = true;
        let turn = Turn {
            plan: plan.clone(),
            at,
            day,
            now: self.clock().now(),
            source: source_of(&rules, grade),
            rules,
            last,
        };
        self.see_to_periods(&turn, trial, &mut run.deeds).await?;
        self.chase(&turn, trial, &mut run.deeds).await?;
        self.chase_requests(&turn, trial, &mut run.deeds).await?;
        self.see_to_forecast(&turn, trial, &mut run.deeds).await?;
        Ok(run)
    }

    /// One forecast of every month is kept. A past that is played keeps none: nobody forecast it then.
    async fn see_to_forecast(&self, turn: &Turn, trial: bool, deeds: &mut Vec<Deed>) -> Result<(), AppError> {
        if turn.source.grade == Grade::Illustrative || turn.today() != self.clock().today() {
            return Ok(());
        }
        match self.keep_monthly_forecast(&actor(), &turn.plan, &turn.source, trial).await {
            Ok(on) => deeds.extend(on.map(|on| Deed::Forecast { on })),
            // A plan without a timetable is told so on its pages; here it stops nothing else.
            Err(AppError::Timetable(error)) => {
                tracing::warn!(plan = %turn.plan, %error, "no forecast was kept")
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Puts down the run of this moment for every plan that keeps a rhythm. Many servers may do so: it is
    /// put down once.
    pub async fn put_down_runs(&self) -> Result<(), AppError> {
        let now = self.clock().now();
        let stretch = now.as_second() / (STRETCH * 60);
        for plan in self.plans().await? {
            let today = self.clock().today();
            let (rules, _) = self.rhythm_of(&plan, today).await?;
            if !rules.is_some_and(|rules| rules.acts_on(today)) {
                continue;
            }
            let job = store::NewJob {
                key: format!("{LANE}/{plan}/{stretch}"),
                lane: LANE.into(),
                body: plan.to_string(),
                due_at: now.as_microsecond(),
            };
            let at = now.as_microsecond();
            self.database().write_async(move |tx| tx.enqueue(&job, at)).await?;
        }
        Ok(())
    }

    /// A plan's rules as of a day, and the last day of its own: after it no period is asked for.
    async fn rhythm_of(&self, plan: &Code, day: Date) -> Result<(Option<InForce>, Option<Date>), AppError> {
        let history = self.history(plan).await?;
        let held = history.get(&Subject::plan(plan)).and_then(|held| Plan::at(held, View::as_of(day)));
        let held = held.ok_or(AppError::NotFound)?;
        Ok((held.rhythm, held.period.map(|(_, to)| to)))
    }

    /// Now, as a clock on the wall of the plan's office shows it.
    pub fn wall(&self) -> DateTime {
        self.clock().zone().to_datetime(self.clock().now())
    }

    /// The same to the second: nobody's watch is finer.
    pub fn wall_second(&self) -> DateTime {
        to_second(self.wall())
    }
}

/// A moment without parts of a second.
pub(crate) fn to_second(at: DateTime) -> DateTime {
    at.with().subsec_nanosecond(0).build().unwrap_or(at)
}

/// By whom the rhythm's doings are signed.
pub(crate) fn actor() -> Actor {
    Actor::Operator(domain::rhythm::actor())
}

/// The rules that act, printed with all that they do.
fn source_of(rules: &InForce, grade: Grade) -> Source {
    let rules = &rules.rules;
    let title = format!("{} / {} ({} {})", rules.name.zh, rules.name.en, rules.code, rules.version);
    Source { grade, title, ..Source::default() }
}
