//! The three rates of a period, beside each other, at any point of view.

use std::collections::BTreeMap;

use domain::code::Code;
use domain::command::Command;
use domain::history::View;
use domain::journal::Seq;
use domain::plan::PlanFact;
use domain::refusal::{Problem, Refusal};
use domain::report::days_before;
use domain::request::frozen::{ChangedLine, FrozenLine, FrozenRates};
use domain::request::rate::{RateFormula, RateRow, Rates, Tally, ranks};
use domain::request::{Request, RequestRow};
use domain::source::Source;
use domain::subject::Subject;
use jiff::civil::Date;
use rust_decimal::Decimal;
use store::{Connection, RateBy, StoreError};

use super::rate_lines::{Lines, RatesBy};
use crate::App;
use crate::actor::Actor;
use crate::change::{Change, Receipt};
use crate::error::AppError;
use crate::read::Asked;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateQuestion {
    pub from: Date,
    pub to: Date,
    pub by: RatesBy,
}

/// The days of a period of which limits have run out: one that runs out after the day looked at is not due yet.
pub(super) fn run_out((from, to): (Date, Date), view: View) -> (Date, Date) {
    (from, to.min(view.as_of))
}

/// One group's rates.
#[derive(Debug, Clone, PartialEq)]
pub struct RateLine {
    /// The unit, category or area; empty where none is known.
    pub group: String,
    pub rates: Rates,
    pub score: Option<Decimal>,
    pub rank: Option<usize>,
    /// In the days before, or the months where these are whole ones.
    pub before: Option<Decimal>,
    pub rank_before: Option<usize>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct RatePage {
    pub formula: RateFormula,
    pub lines: Vec<RateLine>,
    pub all: RateLine,
}

impl RatePage {
    fn tallies(&self) -> BTreeMap<Code, Tally> {
        let of = |line: &RateLine| Some((Code::new(&line.group).ok()?, line.rates.tally));
        self.lines.iter().filter_map(of).collect()
    }

    /// The units whose numbers are others by now than when a period was published.
    pub fn changed_since(&self, frozen: &FrozenRates) -> Vec<ChangedLine> {
        frozen.changed(&self.tallies())
    }
}

impl App {
    /// `None` while the plan has no formula. What a period says as of a day, or as known then, is computed
    /// from the requests as they stood.
    pub async fn request_rates(
        &self,
        plan: &Code,
        question: RateQuestion,
        asked: Asked,
    ) -> Result<Option<RatePage>, AppError> {
        let view = self.view(asked).await?;
        self.rates_at(plan, question, view, asked == Asked::default()).await
    }

    async fn rates_at(
        &self,
        plan: &Code,
        question: RateQuestion,
        view: View,
        latest: bool,
    ) -> Result<Option<RatePage>, AppError> {
        let portfolio = self.portfolio_at(plan, view).await?;
        let Some(formula) = portfolio.plan.rate_formula(question.to).cloned() else { return Ok(None) };
        let earlier = days_before((question.from, question.to));
        let now = run_out((question.from, question.to), view);
        let (plan, by) = (plan.clone(), question.by.kept());
        let rolled = Lines::new(&portfolio, question.by);
        let (now, before) = self
            .database()
            .read_async(move |c| {
                Ok::<_, StoreError>((
                    tallies(c, &plan, now, by, view, latest)?,
                    tallies(c, &plan, earlier, by, view, latest)?,
                ))
            })
            .await?;
        let (now, before) = (roll(&rolled, now), roll(&rolled, before));
        let score = |tally: &Tally| Rates::of(*tally, &formula).score(&formula);
        // What is not known is nobody's to be ranked.
        let ranked =
            |(line, tally): (&String, &Tally), score| (score, if line.is_empty() { 0 } else { tally.base() });
        // The stretch before goes by the formula that was in force then.
        let old = portfolio.plan.rate_formula(earlier.1).unwrap_or(&formula).clone();
        let score_before = |tally: &Tally| Rates::of(*tally, &old).score(&old);
        let scores_before: Vec<(Option<Decimal>, u64)> =
            before.iter().map(|line| ranked(line, score_before(line.1))).collect();
        let ranked_before: BTreeMap<&String, Option<usize>> =
            before.keys().zip(ranks(&scores_before, old.least)).collect();
        let mut all = Tally::default();
        let mut all_before = Tally::default();
        now.values().for_each(|tally| all.merge(tally));
        before.values().for_each(|tally| all_before.merge(tally));
        let scores: Vec<(Option<Decimal>, u64)> =
            now.iter().map(|line| ranked(line, score(line.1))).collect();
        let ranked = ranks(&scores, formula.least);
        let mut lines: Vec<RateLine> = now
            .iter()
            .zip(scores)
            .zip(ranked)
            .map(|(((group, tally), (score_of, _)), rank)| RateLine {
                group: group.clone(),
                rates: Rates::of(*tally, &formula),
                score: score_of,
                rank,
                before: before.get(group).and_then(score_before),
                rank_before: ranked_before.get(group).copied().flatten(),
            })
            .collect();
        lines.sort_by_key(|line| (line.rank.unwrap_or(usize::MAX), line.group.clone()));
        let all = RateLine {
            group: String::new(),
            rates: Rates::of(all, &formula),
            score: score(&all),
            rank: None,
            before: score_before(&all_before),
            rank_before: None,
        };
        Ok(Some(RatePage { formula, lines, all }))
    }

    /// Publishes a period: its numbers by unit, with the formula, as known now. Later changes are listed beside them;
    /// publishing again is another issue that names the one it corrects and the requests that count otherwise since:
    /// the issues before it stay on record.
    pub async fn freeze_rates(
        &self,
        actor: &Actor,
        plan: &Code,
        (from, to): (Date, Date),
        ground: (Source, String),
    ) -> Result<Receipt, AppError> {
        let question = RateQuestion { from, to, by: RatesBy::Unit };
        let today = self.clock().today();
        if to >= today {
            let problem = Problem::Future { date: to, today };
            return Err(Refusal { field: "to".into(), problem }.into());
        }
        // What is recorded while they are counted is not in them.
        let known = self.database().read_async(|c| c.head()).await?;
        let page = self.rates_at(plan, question, View { as_of: today, known }, false).await?;
        let page = page.ok_or(AppError::NotFound)?;
        let lines = page.tallies().into_iter().map(|(unit, tally)| FrozenLine { unit, tally }).collect();
        let mut frozen = FrozenRates::new((from, to), page.formula.clone(), known, lines);
        let portfolio = self.portfolio(plan, Asked::default()).await?;
        if let Some((last, _)) = portfolio.plan.issues(from, to).last() {
            if frozen.says_the_same(last) {
                return Err(Refusal { field: "to".into(), problem: Problem::NoFacts }.into());
            }
            let because = self.granted_since(plan, (from, to), last.known).await?;
            frozen = frozen.correcting(last, because);
        }
        let command = Command::Record {
            subject: Subject::plan(plan),
            facts: vec![PlanFact::FrozenRates(frozen).into()],
            expected: None,
        };
        let (source, reason) = ground;
        self.change(actor, Change { command, effective: None, source, reason }).await
    }
}

/// Counts of what is kept, put into the lines that they count in.
fn roll(lines: &Lines, kept: BTreeMap<String, Tally>) -> BTreeMap<String, Tally> {
    let mut out: BTreeMap<String, Tally> = BTreeMap::new();
    for (group, tally) in kept {
        out.entry(lines.line(&group).to_owned()).or_default().merge(&tally);
    }
    out
}

fn tallies(
    c: &mut Connection,
    plan: &Code,
    (from, to): (Date, Date),
    by: RateBy,
    view: View,
    latest: bool,
) -> Result<BTreeMap<String, Tally>, StoreError> {
    let mut out: BTreeMap<String, Tally> = c.rate_tallies(plan, (from, to), by)?.into_iter().collect();
    if latest {
        return Ok(out);
    }
    let within = |row: &RateRow| (from..=to).contains(&row.due);
    let changed = View { as_of: view.as_of, known: view.known.min(Seq::LATEST) };
    c.each_changed_request(plan, changed, &mut |row, history| {
        if let Some(rate) = row.rate.as_ref().filter(|rate| within(rate))
            && let Some(tally) = out.get_mut(&by.of(&row))
        {
            tally.remove(rate);
        }
        let then = history.and_then(|history| Request::at(&history, view));
        if let Some(then) = then.map(|request| RequestRow::of(&request))
            && let Some(rate) = then.rate.as_ref().filter(|rate| within(rate))
        {
            out.entry(by.of(&then)).or_default().add(rate, 1);
        }
        Ok(())
    })?;
    out.retain(|_, tally| tally.due > 0);
    Ok(out)
}
