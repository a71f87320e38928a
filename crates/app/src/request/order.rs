//! Work orders that were taken down elsewhere: each a request, with what became of it there.

use domain::code::Code;
use domain::journal::Entry;
use domain::portfolio::Portfolio;
use domain::request::question::tidy;
use domain::request::{RequestFact, RequestState, RequestStep};
use domain::subject::Subject;
use jiff::civil::DateTime;
use store::Tx;

use super::file::{Filed, Filing, NewRequest};
use super::suggest::{Areas, categories};
use crate::App;
use crate::actor::Actor;
use crate::change::{Change, make};
use crate::error::AppError;

/// An order as a register has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    pub new: NewRequest,
    /// The unit that it was given to; whom the rules name where it is not said.
    pub unit: Option<Code>,
    pub assigned: Option<DateTime>,
    pub answered: Option<DateTime>,
    pub answer: String,
}

/// Stands as the answer of an order that was closed with none.
const SETTLED: &str = "原系统已办结，未附答复内容。 / Settled where it came from; no answer came with it.";

impl Order {
    /// Fills in what its text says of category and place.
    pub(crate) fn fill_in(&mut self, portfolio: &Portfolio, areas: &Areas) {
        let new = &mut self.new;
        new.details = tidy(std::mem::take(&mut new.details));
        if new.category.is_none()
            && let Some(best) = categories(portfolio, &new.text).into_iter().next().filter(|it| it.is_sure())
        {
            new.category = Some(best.category);
            new.suggested = true;
        }
        if new.area.is_none() {
            new.area = areas.find(&format!("{} {} {}", new.address, new.title, new.text));
        }
        // Somebody knows the place, or nobody: then it is asked for when it is looked at.
        if new.area.is_none() && new.address.is_empty() && new.point.is_none() {
            new.address = "—".into();
        }
    }
}

impl Filing<'_> {
    /// Takes an order in, once for its number; what was recorded.
    pub(crate) fn order(&self, tx: &mut Tx, order: &Order) -> Result<(Filed, Vec<Entry>), AppError> {
        let (filed, mut entries) = self.one(tx, &order.new, order.unit.as_ref().zip(order.handed()))?;
        if filed.again {
            return Ok((filed, entries));
        }
        let Some(answered) = order.answered else { return Ok((filed, entries)) };
        let assigned = order.assigned.or(order.new.at).unwrap_or(answered);
        let moved = |step, state, at| domain::request::call_back::step(step, state, at);
        // It may not have been given to anybody: then it was answered at once.
        if filed.unit.is_some() {
            let accepted = moved(RequestStep::Accept, RequestState::Accepted, assigned);
            entries.extend(self.past(tx, &filed.code, vec![accepted], assigned, order)?);
        }
        let text = if order.answer.is_empty() { SETTLED } else { &order.answer };
        let facts = vec![
            moved(RequestStep::Answer, RequestState::Answered, answered),
            RequestFact::Answer { at: answered, text: text.to_owned() }.masked(),
        ];
        entries.extend(self.past(tx, &filed.code, facts, answered, order)?);
        Ok((filed, entries))
    }

    /// What was done elsewhere is on the word of whoever brings it: nobody here did it.
    fn past(
        &self,
        tx: &mut Tx,
        code: &Code,
        facts: Vec<RequestFact>,
        at: DateTime,
        order: &Order,
    ) -> Result<Vec<Entry>, AppError> {
        let change = Change {
            command: domain::command::Command::Record {
                subject: Subject::request(self.plan, code),
                facts: facts.into_iter().map(Into::into).collect(),
                expected: None,
            },
            effective: Some(at.date()),
            source: order.new.source.clone(),
            reason: String::new(),
        };
        let brought = self.actor.person().cloned().map_or_else(|| self.actor.clone(), Actor::Operator);
        Ok(make(tx, &brought, &change, self.now, self.today)?.entries)
    }
}

impl Order {
    /// The column of a register that a code came from.
    pub(crate) fn column_holding(&self, code: &Code) -> Option<&'static str> {
        let held = [
            ("unit", self.unit.as_ref()),
            ("category", self.new.category.as_ref()),
            ("area", self.new.area.as_ref()),
            ("source_unit", self.new.source.unit.as_ref()),
        ];
        held.into_iter().find(|(_, held)| *held == Some(code)).map(|(column, _)| column)
    }

    fn handed(&self) -> Option<DateTime> {
        self.assigned.or(self.new.at)
    }
}

impl App {
    /// What a plan's texts say of categories and places, put into orders that do not say it themselves.
    pub(crate) async fn fill_in_orders(&self, plan: &Code, orders: Vec<&mut Order>) -> Result<(), AppError> {
        if orders.is_empty() {
            return Ok(());
        }
        let portfolio = self.portfolio(plan, crate::read::Asked::default()).await?;
        let areas = Areas::of(&portfolio);
        for order in orders {
            order.fill_in(&portfolio, &areas);
        }
        Ok(())
    }
}
