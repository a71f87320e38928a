//! Measuring whether what many people raised was put right: how many people raise it each week, from the requests
//! that match. It is measured by itself when a week is over, and stands on the books of the task.

use std::collections::BTreeSet;

use domain::code::Code;
use domain::command::Command;
use domain::fact::Fact;
use domain::item::goal::{MeasuredWeeks, RequestGoal, last_sunday};
use domain::item::workflow::Standing;
use domain::item::{Item, ItemFact};
use domain::portfolio::Portfolio;
use domain::source::Source;
use domain::subject::Subject;
use jiff::ToSpan;
use jiff::civil::Date;
use store::{Connection, StoreError, VoiceRow};

use super::hot::VOICES_MOST;
use crate::App;
use crate::change::Change;
use crate::error::AppError;
use crate::read::Asked;

/// Weeks that are measured at least, so that what came before can be seen.
const WEEKS: u16 = 13;

impl App {
    /// How many people raised what a goal counts in each of the whole weeks up to a Sunday; nothing where there are
    /// more requests than are read: what is left out would make the weeks look better.
    pub async fn measure_goal(
        &self,
        plan: &Code,
        goal: &RequestGoal,
        to: Date,
        weeks: u16,
    ) -> Result<Option<MeasuredWeeks>, AppError> {
        let portfolio = self.portfolio(plan, Asked::default()).await?;
        let first = to.saturating_sub((i64::from(weeks) * 7 - 1).days());
        let period = (first.at(0, 0, 0, 0), to.at(23, 59, 59, 0));
        // Of several categories, all are read.
        let category = goal.category.clone().filter(|_| goal.more.is_empty());
        let wanted = plan.clone();
        let read =
            move |c: &mut Connection| c.request_voices(&wanted, period, category.as_ref(), VOICES_MOST);
        let rows = self.database().read_async(read).await?;
        if rows.len() >= VOICES_MOST {
            return Ok(None);
        }
        let goal = goal.clone();
        // Texts are read for words: not where others wait.
        let people =
            tokio::task::spawn_blocking(move || by_week(&portfolio, &goal, &rows, first, usize::from(weeks)))
                .await
                .map_err(|_| StoreError::Stopped)?;
        Ok(Some(MeasuredWeeks { to, people }))
    }

    /// Measures the goals of all open tasks of a plan up to the last whole week, each once; how many were measured.
    pub async fn measure_goals(&self, plan: &Code, source: Source) -> Result<usize, AppError> {
        let wanted = plan.clone();
        let codes = self.database().read_async(move |c: &mut Connection| c.items_with_goals(&wanted)).await?;
        if codes.is_empty() {
            return Ok(0);
        }
        let to = last_sunday(self.clock().today());
        let view = self.view(Asked::default()).await?;
        let mut measured = 0;
        for (_, item) in self.items_without_content(plan, &codes, view).await? {
            if self.measure_item(plan, &item, to, &source).await? {
                measured += 1;
            }
        }
        Ok(measured)
    }

    async fn measure_item(
        &self,
        plan: &Code,
        item: &Item,
        to: Date,
        source: &Source,
    ) -> Result<bool, AppError> {
        let Some(goal) = &item.goal else { return Ok(false) };
        let done = item.measured.as_ref().is_some_and(|held| held.to >= to);
        if done || item.state.standing() != Standing::Open || item.received > to {
            return Ok(false);
        }
        let Some(found) = self.measure_goal(plan, goal, to, goal.weeks.max(WEEKS)).await? else {
            return Ok(false);
        };
        let change = Change {
            command: Command::Record {
                subject: Subject::item(plan, &item.code),
                facts: vec![Fact::from(ItemFact::Measured(found))],
                expected: Some(item.version),
            },
            effective: None,
            source: source.clone(),
            reason: String::new(),
        };
        match self.change(&crate::rhythm::actor(), change).await {
            Ok(_) => Ok(true),
            // Somebody was quicker: the next round sees to it.
            Err(AppError::Refused(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// People of each week: each once a week. Where nobody knows who asked, each request is one person.
fn by_week(
    portfolio: &Portfolio,
    goal: &RequestGoal,
    rows: &[VoiceRow],
    first: Date,
    weeks: usize,
) -> Vec<u32> {
    let areas: BTreeSet<Code> = goal.areas.iter().flat_map(|area| portfolio.areas_below(area)).collect();
    let words: Vec<String> = goal.words.iter().map(|word| word.to_lowercase()).collect();
    let mut known: Vec<BTreeSet<&str>> = vec![BTreeSet::new(); weeks];
    let mut out = vec![0u32; weeks];
    for row in rows {
        let matches = (goal.category.is_none()
            || goal.categories().any(|code| row.category.as_ref() == Some(code)))
            && (areas.is_empty() || row.area.as_ref().is_some_and(|area| areas.contains(area)));
        let says = || {
            let text = format!("{}\n{}", row.title, row.text).to_lowercase();
            words.is_empty() || words.iter().any(|word| text.contains(word.as_str()))
        };
        let days = (row.received.date() - first).get_days();
        let week = usize::try_from(days / 7).unwrap_or(usize::MAX);
        if days < 0 || week >= weeks || !matches || !says() {
            continue;
        }
        if row.asker.is_empty() || known[week].insert(&row.asker) {
            out[week] += 1;
        }
    }
    out
}
