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
use crate::ledger::{PAGE_MOST, Paging};
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
        let rows = self.own_work(&portfolio).await?;
        let judge = portfolio.plan.lights().on(day);
        Ok(units.iter().map(|unit| ReturnContent::compose(unit, period, &rows, &judge)).collect())
    }

    async fn compose_return(
        &self,
        plan: &Code,
        unit: &Code,
        period: Period,
        day: Date,
    ) -> Result<ReturnContent, AppError> {
        let portfolio = self.portfolio_at(plan, View::as_of(day)).await?;
        let query = LedgerQuery {
            kinds: ReturnContent::KINDS.to_vec(),
            lead_unit: Some(unit.clone()),
            ..Default::default()
        };
        let mut rows = self.all_items(&portfolio, &query).await?;
        rows.extend(projects(&portfolio, unit));
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
        let paging = Paging { sort: Sort::Finished, descending: true, after: None, limit: PAGE_MOST };
        let rows = self.ledger(plan, &query, &paging, asked).await?.rows;
        let view = self.view(asked).await?;
        self.asks_of(plan, rows.into_iter().map(|(row, _)| row.code).collect(), view).await
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

/// The projects that a unit leads.
fn projects(portfolio: &Portfolio, unit: &Code) -> Vec<LedgerRow> {
    let own = portfolio.members().filter(|project| project.lead_unit.as_ref() == Some(unit));
    own.map(|project| {
        let level = portfolio.units.get(unit).and_then(|unit| unit.level);
        LedgerRow::of_project(project, level)
    })
    .collect()
}
