//! Periods open, are reported on and close by themselves.

use domain::code::Code;
use domain::command::Command;
use domain::fact::Fact;
use domain::history::View;
use domain::item::kind::{ItemKind, Series};
use domain::item::ledger::LedgerRow;
use domain::item::{Item, ItemFact, State, Step};
use domain::named::Named;
use domain::portfolio::Portfolio;
use domain::refusal::Problem;
use domain::report::Period;
use domain::rhythm::{PeriodStep, ReturnContent, ReturnRules, return_code, return_prefix};
use domain::subject::Subject;
use domain::workday;
use jiff::civil::Date;
use words::Lang;

use super::chase::done;
use super::people::People;
use super::told::{self, unit_name};
use super::{Deed, Turn, actor};
use crate::App;
use crate::error::AppError;

/// A day after all days: what stands on it is what stands now, whatever a clock says.
const LATEST: Date = jiff::civil::date(9999, 12, 30);
/// Units of one plan; no plan has more.
pub(super) const UNITS_MOST: usize = 2_000;

impl App {
    pub(super) async fn see_to_periods(
        &self,
        turn: &Turn,
        trial: bool,
        deeds: &mut Vec<Deed>,
    ) -> Result<(), AppError> {
        for (rule, period, step) in turn.rules.steps(turn.last, turn.at) {
            let series = rule.series();
            match step {
                PeriodStep::Open => deeds.extend(self.open(turn, rule, period, trial).await?),
                PeriodStep::Draft => {
                    let report = period.report(series);
                    if self.subject(&Subject::item(&turn.plan, &report)).await?.is_some() {
                        continue;
                    }
                    if !trial {
                        match self.draft_report(&actor(), &turn.plan, (series, period), &turn.source).await {
                            Err(AppError::Refused(refusals))
                                if refusals
                                    .iter()
                                    .any(|it| matches!(it.problem, Problem::AlreadyRegistered(_))) =>
                            {
                                // Another server was quicker.
                                continue;
                            }
                            // One that cannot be drafted stops nothing else; it is missing on the list.
                            Err(AppError::Refused(refusals)) => {
                                tracing::warn!(%report, ?refusals, "the report was not drafted");
                                continue;
                            }
                            drafted => drafted?,
                        };
                    }
                    deeds.push(Deed::Drafted { report });
                }
                PeriodStep::Close => deeds.extend(self.close(turn, series, period, trial).await?),
            }
        }
        Ok(())
    }

    /// Gives every unit that leads something open a return to fill, all at once.
    async fn open(
        &self,
        turn: &Turn,
        rule: &ReturnRules,
        period: Period,
        trial: bool,
    ) -> Result<Option<Deed>, AppError> {
        let series = rule.series();
        let prefix = return_prefix(series, period);
        if !self.named(turn, &prefix, 1).await?.is_empty() {
            return Ok(None);
        }
        let portfolio = self.portfolio_at(&turn.plan, View::as_of(turn.day)).await?;
        let units = ReturnContent::owing(&self.open_work(&portfolio, None).await?);
        let told = |units: Vec<Code>| Deed::Opened { period: period.name(), series: series.as_str(), units };
        if trial || units.is_empty() {
            return Ok((!units.is_empty()).then(|| told(units)));
        }
        // Asked for late, it is due a working day later at the earliest.
        let due = rule.due_on(period).max(workday::nth(turn.today(), 1));
        let people = self.people().await?;
        let (turn, portfolio) = (turn.clone(), portfolio.clone());
        let opened = self
            .database()
            .write_async(move |tx| {
                if !tx.reading()?.items_named(&turn.plan, &prefix, LATEST, 1)?.is_empty() {
                    return Ok::<_, AppError>(Vec::new());
                }
                for unit in &units {
                    register(tx, &turn, &portfolio, &people, (series, period, due), unit)?;
                }
                Ok(units.clone())
            })
            .await?;
        Ok((!opened.is_empty()).then(|| told(opened)))
    }

    pub(super) async fn named(
        &self,
        turn: &Turn,
        prefix: &str,
        most: usize,
    ) -> Result<Vec<LedgerRow>, AppError> {
        let (plan, prefix) = (turn.plan.clone(), prefix.to_owned());
        Ok(self.database().read_async(move |c| c.items_named(&plan, &prefix, LATEST, most)).await?)
    }

    /// What has never come by the closing of its period is missing for good.
    async fn close(
        &self,
        turn: &Turn,
        series: Series,
        period: Period,
        trial: bool,
    ) -> Result<Option<Deed>, AppError> {
        let rows = self.named(turn, &return_prefix(series, period), UNITS_MOST).await?;
        let open: Vec<Code> =
            rows.into_iter().filter(|row| row.state == State::Open.as_str()).map(|row| row.code).collect();
        if open.is_empty() {
            return Ok(None);
        }
        let turn = turn.clone();
        let missed = self
            .database()
            .write_async(move |tx| {
                let mut missed = Vec::new();
                for code in &open {
                    let subject = Subject::item(&turn.plan, code);
                    let item = tx.subject(&subject)?.and_then(|held| Item::at(&held, View::ALL));
                    // One that was sent back did come: it stays open until it is right.
                    if !item.is_some_and(|item| item.state == State::Open && item.moves.is_empty()) {
                        continue;
                    }
                    missed.push(code.clone());
                    if !trial {
                        let fact = ItemFact::Move { step: Step::Close, state: State::Missed, by: None };
                        let facts = vec![Fact::from(fact)];
                        done(tx, &turn, Command::Record { subject, facts, expected: None }, String::new())?;
                    }
                }
                Ok::<_, AppError>(missed)
            })
            .await?;
        Ok((!missed.is_empty()).then_some(Deed::Missed { returns: missed }))
    }
}

/// Puts one unit's return on the books and tells the unit.
fn register(
    tx: &mut store::Tx,
    turn: &Turn,
    portfolio: &Portfolio,
    people: &People,
    (series, period, due): (Series, Period, Date),
    unit: &Code,
) -> Result<(), AppError> {
    let code = return_code(series, period, unit);
    let name = |lang: Lang| {
        let args = [
            ("series", &*words::text(lang, &format!("return-series-{}", series.as_str()))),
            ("period", &period.name()),
            ("unit", &unit_name(portfolio, unit, lang.is_english())),
        ];
        words::with(lang, "return-name", &args)
    };
    let mut facts = vec![
        ItemFact::Kind { kind: ItemKind::Return },
        ItemFact::Name(Named::new(name(Lang::Zh), name(Lang::En))),
        ItemFact::Series { series },
        ItemFact::Period { from: period.from, to: period.to },
        ItemFact::Received { on: turn.today() },
        ItemFact::Due { on: due },
        ItemFact::LeadUnit { unit: unit.clone() },
    ];
    if let Some(area) = portfolio.units.get(unit).and_then(|held| held.area.clone()) {
        facts.push(ItemFact::Place { areas: vec![area], address: String::new() });
    }
    let subject = Subject::item(&turn.plan, &code);
    let command = Command::Register { subject, facts: facts.into_iter().map(Fact::from).collect() };
    if let Some(seq) = done(tx, turn, command, String::new())? {
        let notice = told::asked(&turn.plan, &code, period, due, seq)?;
        let to: Vec<_> = people.of_unit(unit).into_iter().collect();
        turn.tell(tx, &notice, &to)?;
    }
    Ok(())
}
