//! Returns: what a unit fills in, what has come for a period, and what units ask others to decide.

use domain::code::Code;
use domain::command::Command;
use domain::fact::Fact;
use domain::history::View;
use domain::item::kind::{ItemKind, Series};
use domain::item::ledger::LedgerRow;
use domain::item::query::{LedgerQuery, Sort};
use domain::item::{Item, ItemFact, Standing, State, Step};
use domain::journal::Seq;
use domain::portfolio::Portfolio;
use domain::report::Period;
use domain::rhythm::{ReturnAsk, ReturnContent, return_prefix};
use domain::source::Source;
use domain::subject::Subject;
use jiff::civil::Date;
use store::StoreError;

use super::periods::UNITS_MOST;
use crate::App;
use crate::actor::Actor;
use crate::change::{Change, Receipt};
use crate::error::AppError;
use crate::ledger::PAGE_MOST;
use crate::read::Asked;

/// A unit's return as its page shows it.
#[derive(Debug, Clone)]
pub struct HeldReturn {
    pub item: Item,
    pub series: Series,
    pub period: Period,
    /// As it was submitted; of an open one, what the ledger says now with what was written so far.
    pub content: ReturnContent,
}

/// The returns of one period, a row for each unit that was asked.
#[derive(Debug, Clone, PartialEq)]
pub struct ReturnsOfPeriod {
    pub series: Series,
    pub period: Period,
    pub rows: Vec<LedgerRow>,
}

/// What somebody wrote into a return.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SaveReturn {
    /// Said of a line, by its id.
    pub said: Vec<(String, String)>,
    pub next: String,
    pub asks: Vec<String>,
}

impl HeldReturn {
    /// Takes in what somebody wrote.
    pub fn write(&mut self, written: SaveReturn) {
        let content = &mut self.content;
        for line in &mut content.lines {
            if let Some((_, said)) = written.said.iter().find(|(id, _)| *id == line.id) {
                line.said = said.trim().to_owned();
            }
        }
        content.next = written.next.trim().to_owned();
        content.asks =
            written.asks.iter().map(|ask| ask.trim().to_owned()).filter(|ask| !ask.is_empty()).collect();
    }
}

impl ReturnsOfPeriod {
    /// How many stand in a state.
    pub fn count(&self, state: State) -> usize {
        self.rows.iter().filter(|row| row.state == state.as_str()).count()
    }
}

impl App {
    /// A return, pre-filled from the ledger where it is still open.
    pub async fn held_return(&self, plan: &Code, code: &Code, asked: Asked) -> Result<HeldReturn, AppError> {
        let (item, _) = self.item(plan, code, asked).await?;
        let found = item.series.zip(item.period).and_then(|(series, (from, _))| {
            let rhythm = domain::report::Rhythm::of(series)?;
            Some((series, Period::containing(rhythm, from)))
        });
        let (Some((series, period)), Some(unit)) = (found, &item.lead_unit) else {
            return Err(AppError::NotFound);
        };
        let held = ReturnContent::parse(&item.content);
        let content = match (item.state, held) {
            (State::Submitted, Some(held)) => held,
            (_, held) => {
                let day = period.to.min(asked.as_of.unwrap_or_else(|| self.clock().today()));
                let mut fresh = self.compose_return(plan, unit, period, day).await?;
                if let Some(held) = held {
                    fresh.keep(&held);
                }
                fresh
            }
        };
        Ok(HeldReturn { item, series, period, content })
    }

    /// What all units' returns for a period begin with, by the ledger of a day.
    pub async fn compose_returns(
        &self,
        plan: &Code,
        units: &[Code],
        period: Period,
        day: Date,
    ) -> Result<Vec<ReturnContent>, AppError> {
        let portfolio = self.portfolio_at(plan, View::as_of(day)).await?;
        let rows = self.own_work(&portfolio, None, period).await?;
        let judge = portfolio.plan.lights().on(day);
        Ok(units.iter().map(|unit| ReturnContent::compose(unit, period, &rows, &judge)).collect())
    }

    /// What units, or one of them, have open on the portfolio's day: items that returns are about, and
    /// projects.
    pub(super) async fn open_work(
        &self,
        portfolio: &Portfolio,
        unit: Option<&Code>,
    ) -> Result<Vec<LedgerRow>, AppError> {
        let query = LedgerQuery { standings: vec![Standing::Open], ..about(unit) };
        let mut rows = self.all_items(portfolio, &query).await?;
        let own = |row: &LedgerRow| unit.is_none() || row.lead_unit.as_ref() == unit;
        rows.extend(self.all_projects(portfolio).await?.into_iter().filter(own));
        Ok(rows)
    }

    /// What returns for a period are composed from: what is open, and what was done within it.
    async fn own_work(
        &self,
        portfolio: &Portfolio,
        unit: Option<&Code>,
        period: Period,
    ) -> Result<Vec<LedgerRow>, AppError> {
        let query = LedgerQuery {
            standings: vec![Standing::Done],
            finished: (Some(period.from), Some(period.to)),
            ..about(unit)
        };
        let (plan, order) = (&portfolio.plan.code, (Sort::Finished, false));
        let done = self.ledger_rows(plan, &query, order, usize::MAX, portfolio.view).await?;
        let mut rows = self.open_work(portfolio, unit).await?;
        rows.extend(done.into_iter().map(|(row, _)| row));
        Ok(rows)
    }

    async fn compose_return(
        &self,
        plan: &Code,
        unit: &Code,
        period: Period,
        day: Date,
    ) -> Result<ReturnContent, AppError> {
        let portfolio = self.portfolio_at(plan, View::as_of(day)).await?;
        let rows = self.own_work(&portfolio, Some(unit), period).await?;
        Ok(ReturnContent::compose(unit, period, &rows, &portfolio.plan.lights().on(day)))
    }

    /// Keeps what was written as a draft; with `submit`, hands it in as it then stands.
    pub async fn save_return(
        &self,
        actor: &Actor,
        (plan, code): (&Code, &Code),
        expected: Seq,
        written: SaveReturn,
        submit: bool,
        source: &Source,
    ) -> Result<Receipt, AppError> {
        let mut held = self.held_return(plan, code, Asked::default()).await?;
        held.write(written);
        let mut facts = vec![Fact::from(ItemFact::Content { content: held.content.to_text() })];
        if submit {
            let handed_in = ItemFact::Move { step: Step::Submit, state: State::Submitted, by: None };
            facts.push(handed_in.into());
        }
        let change = Change {
            command: Command::Record { subject: Subject::item(plan, code), facts, expected: Some(expected) },
            effective: None,
            source: source.clone(),
            reason: String::new(),
        };
        self.change(actor, change).await
    }

    /// Who has returned for a period, and who has not, as of a day.
    pub async fn returns_of(
        &self,
        plan: &Code,
        series: Series,
        period: Period,
        asked: Asked,
    ) -> Result<ReturnsOfPeriod, AppError> {
        let day = asked.as_of.unwrap_or_else(|| self.clock().today());
        let (plan, prefix) = (plan.clone(), return_prefix(series, period));
        let rows =
            self.database().read_async(move |c| c.items_named(&plan, &prefix, day, UNITS_MOST)).await?;
        Ok(ReturnsOfPeriod { series, period, rows })
    }

    /// What units ask to have decided in the returns they handed in for a period.
    pub async fn asked_by_units(
        &self,
        plan: &Code,
        series: Series,
        period: Period,
    ) -> Result<Vec<ReturnAsk>, AppError> {
        let returns = self.returns_of(plan, series, period, Asked::default()).await?;
        let submitted = returns.rows.into_iter().filter(|row| row.state == State::Submitted.as_str());
        self.asks_of(plan, submitted.map(|row| row.code).collect(), View::ALL).await
    }

    /// What units ask to have decided in the returns, of any rhythm, that they handed in from one day to
    /// another: the latest first.
    pub(crate) async fn asked_between(
        &self,
        plan: &Code,
        (from, to): (Date, Date),
        asked: Asked,
    ) -> Result<Vec<ReturnAsk>, AppError> {
        let query = LedgerQuery {
            kinds: vec![ItemKind::Return],
            standings: vec![Standing::Done],
            finished: (Some(from), Some(to)),
            ..LedgerQuery::default()
        };
        let view = self.view(asked).await?;
        let rows = self.ledger_rows(plan, &query, (Sort::Finished, true), usize::MAX, view).await?;
        let mut out = Vec::new();
        for some in rows.chunks(PAGE_MOST) {
            let codes = some.iter().map(|(row, _)| row.code.clone()).collect();
            out.extend(self.asks_of(plan, codes, view).await?);
        }
        Ok(out)
    }

    async fn asks_of(&self, plan: &Code, returns: Vec<Code>, view: View) -> Result<Vec<ReturnAsk>, AppError> {
        let plan = plan.clone();
        let asks = self
            .database()
            .read_async(move |c| {
                let mut out = Vec::new();
                for code in returns {
                    let history = c.subject(&Subject::item(&plan, &code))?;
                    let item = history.and_then(|held| Item::at(&held, view));
                    out.extend(item.iter().flat_map(ReturnAsk::of));
                }
                Ok::<_, StoreError>(out)
            })
            .await?;
        Ok(asks)
    }
}

/// The items that returns are about, of all units or of one.
fn about(unit: Option<&Code>) -> LedgerQuery {
    LedgerQuery { kinds: ReturnContent::KINDS.to_vec(), lead_unit: unit.cloned(), ..LedgerQuery::default() }
}
