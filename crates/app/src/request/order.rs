//! Work orders that were taken down elsewhere: each a request, with what became of it there.

use std::sync::Arc;

use domain::bounds::Bounds;
use domain::code::Code;
use domain::command::Command;
use domain::history::Lookup;
use domain::journal::{Entry, Seq};
use domain::portfolio::Portfolio;
use domain::request::call_back::{given, preset_of, step as moved};
use domain::request::question::tidy;
use domain::request::routing::Routing;
use domain::request::{
    CallBack, CallWay, RateParts, Request, RequestCategory, RequestFact, RequestState, RequestStep, Solved,
    Who,
};
use domain::source::Source;
use domain::subject::Subject;
use jiff::civil::{Date, DateTime};
use store::Tx;

use super::Models;
use super::ahead::{Brought, Decided, Records};
use super::file::{NewRequest, Ready, clean, title_of};
use super::occasion::{Filing, Occasion};
use super::rules_of;
use super::suggest::{PlanWords, Suggestion, suggested};
use super::whereabouts::{Located, PlaceFault, Stated};
use crate::App;
use crate::actor::Actor;
use crate::change::{Change, make};
use crate::error::AppError;
use crate::read::Asked;

/// An order as a register has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    pub new: NewRequest,
    /// Where it is, as the register states it.
    pub stated: Option<Stated>,
    /// The unit that it was given to; whom the rules name where it is not said.
    pub unit: Option<Code>,
    pub assigned: Option<DateTime>,
    /// When whoever asked was first spoken to.
    pub contacted: Option<DateTime>,
    pub answered: Option<DateTime>,
    pub answer: String,
    /// What they said when called back on.
    pub call: Option<CallBack>,
    /// The rates for which its register has nothing to say.
    pub(crate) unrecorded: RateParts,
    /// What could be made of it before.
    pub(crate) made: Option<MadeOrder>,
}

/// What could be made of an order before it is its turn to be written: thousands wait.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum MadeOrder {
    /// What it comes to as a new request.
    Decided(Box<Decided>),
    Ready(Box<Ready>),
}

/// What became of an order.
#[derive(Debug)]
pub(crate) enum Taken {
    /// Nothing, or these entries.
    Written(Vec<Entry>),
    /// Its entries as they were decided before, from the first to the last.
    AsDecided(Seq, Seq),
}

impl Order {
    /// Fills in what its text says of category and place.
    fn fill_in(&mut self, by: &Understanding, bounds: &Bounds) {
        let new = &mut self.new;
        new.details = tidy(std::mem::take(&mut new.details));
        if new.category.is_none()
            && let Some(best) =
                suggested(&by.portfolio, &by.models, &by.words.categories, &new.title, &new.text)
                    .into_iter()
                    .next()
                    .filter(|it| it.is_sure())
        {
            new.category = Some(best.category);
            new.suggested = true;
        }
        if new.area.is_none() {
            let said = format!("{} {} {}", new.address, new.title, new.text);
            new.area = by.words.areas.find(&said, new.point.and_then(|point| bounds.area(point)));
        }
        // Somebody knows the place, or nobody: then it is asked for when it is looked at.
        if new.area.is_none() && new.address.is_empty() && new.point.is_none() {
            new.address = "—".into();
        }
    }
}

/// Why an order was not taken in.
#[derive(Debug)]
pub(crate) struct NotTaken {
    pub error: AppError,
    /// Part of it was written: what is with it in its transaction must go, too.
    pub begun: bool,
}

impl From<AppError> for NotTaken {
    fn from(error: AppError) -> Self {
        Self { error, begun: false }
    }
}

/// Facts that were recorded elsewhere at a moment.
type Step = (DateTime, Vec<RequestFact>);

impl Filing<'_> {
    /// Takes an order in, once for its number; of one that is on the books only the outcome, where none is yet. What was
    /// decided before holds where the plan still is `as_decided`.
    pub(crate) fn order(
        &self,
        tx: &mut Tx,
        order: &Order,
        as_decided: bool,
    ) -> Result<(Code, Taken), NotTaken> {
        if let Some(MadeOrder::Decided(decided)) = &order.made
            && as_decided
            && tx.subject(decided.request.subject()).map_err(AppError::from)?.is_none()
        {
            let (first, last) = self
                .write_decided(tx, &order.new, decided, "")
                .map_err(|error| NotTaken { error, begun: true })?;
            return Ok((decided.request.subject().code.clone(), Taken::AsDecided(first, last)));
        }
        if let Some(held) = self.known(tx, &order.new)? {
            let steps = self.missing(tx, order, &held)?;
            let said: Vec<Vec<RequestFact>> = steps.iter().map(|(_, facts)| facts.clone()).collect();
            let entries = self.past(tx, &held.code, steps, order, Vec::new())?;
            // Step by step: several moves are no one entry of those who go with it, either.
            for facts in said {
                let seq = entries.last().map(|entry| entry.seq);
                let told = self.doing(Who::Lead, &order.new.source).tell_those_merged(tx, &held, &facts, seq);
                told.map_err(|error| NotTaken { error, begun: true })?;
            }
            return Ok((held.code.clone(), Taken::Written(entries)));
        }
        let handed = order.unit.as_ref().zip(order.handed());
        let made;
        let ready = match &order.made {
            Some(MadeOrder::Ready(ready)) => ready,
            _ => {
                made = Ready::of(&order.new, self.plan, None);
                &made
            }
        };
        let (filed, entries) = self.register(tx, &order.new, ready, String::new(), handed)?;
        let steps = order.steps_after(filed.unit.is_some());
        let entries = self.past(tx, &filed.code, steps, order, entries)?;
        Ok((filed.code, Taken::Written(entries)))
    }

    /// What an order says that the request it became does not: how it ended, that whoever asked was spoken to and what
    /// they said when called back on, where nobody here or elsewhere has said otherwise meanwhile.
    fn missing(&self, tx: &mut Tx, order: &Order, held: &Request) -> Result<Vec<Step>, AppError> {
        let Some(answered) = order.answered else { return self.said_later(tx, order, held) };
        let waits = matches!(held.state, RequestState::Received | RequestState::Assigned);
        let at = order.handed().unwrap_or(answered).max(held.since);
        if !waits || !held.answers.is_empty() {
            return self.said_later(tx, order, held);
        }
        if at > answered {
            return Ok(Vec::new());
        }
        let untouched = held.moves.iter().all(|moved| moved.seq == held.registered);
        let goes_to = match (&order.unit, &held.lead_unit) {
            (Some(unit), Some(lead)) if unit == lead => None,
            (Some(unit), None) => Some((unit, RequestStep::Assign)),
            // Until then the rules had given it to somebody.
            (Some(unit), Some(_)) if untouched => Some((unit, RequestStep::Redispatch)),
            (Some(_), Some(_)) => return Ok(Vec::new()),
            (None, _) => None,
        };
        let mut steps = Vec::new();
        if let Some((unit, step)) = goes_to {
            steps.push((at, self.given_to(tx, held, unit, step, at)?));
        }
        let accepted = (held.lead_unit.is_some() || goes_to.is_some()).then_some(at);
        let closes = order.call.is_none() || !self.is_divided(tx, held)?;
        steps.extend(outcome(order, answered, accepted, closes));
        if held.contact.is_some() {
            steps.retain(|(_, facts)| !facts.iter().any(|fact| matches!(fact, RequestFact::Contact { .. })));
        }
        Ok(steps)
    }

    /// What a register says of an order later on, of one that is with a unit or has its answer already.
    fn said_later(&self, tx: &mut Tx, order: &Order, held: &Request) -> Result<Vec<Step>, AppError> {
        let mut steps = Vec::new();
        if held.contact.is_none() && held.lead_unit.is_some() {
            steps.extend(order.contacted.map(spoken));
        }
        let judged = matches!(held.state, RequestState::Answered | RequestState::Closed);
        let call = order.call.as_ref().filter(|_| judged && held.call_backs.is_empty());
        if let Some(call) = call.filter(|call| held.answer().is_some_and(|(at, _)| call.at >= *at)) {
            let closes = held.state == RequestState::Answered && !self.is_divided(tx, held)?;
            steps.extend(called(call, closes));
        }
        Ok(steps)
    }

    /// Whether matters of it are open: what was divided closes when they have.
    fn is_divided(&self, tx: &mut Tx, held: &Request) -> Result<bool, AppError> {
        let parts = tx.with_lookup(|lookup| lookup.requests_of(self.plan, &held.code))?;
        Ok(parts.iter().any(|(_, merged, state)| !merged && state.is_open()))
    }

    fn given_to(
        &self,
        tx: &mut Tx,
        held: &Request,
        unit: &Code,
        step: RequestStep,
        at: DateTime,
    ) -> Result<Vec<RequestFact>, AppError> {
        let to = Routing { unit: unit.clone(), supporting: Vec::new(), by_backstop: false };
        tx.with_lookup(|lookup| -> Result<Vec<RequestFact>, AppError> {
            let plan = lookup.plan(self.plan).ok_or(AppError::NotFound)?;
            let (rules, category) = (rules_of(&plan)?, held.category.as_ref());
            let preset = preset_of(rules, &plan.request_categories, category, held.urgency)
                .ok_or(AppError::NotFound)?;
            Ok(given(Some(held), step, &to, preset, at, words::both("order-given-by-register", &[])))
        })?
    }

    /// What was done elsewhere is on the word of whoever brings it: nobody here did it. `entries` are those
    /// written of it before.
    fn past(
        &self,
        tx: &mut Tx,
        code: &Code,
        steps: Vec<Step>,
        order: &Order,
        mut entries: Vec<Entry>,
    ) -> Result<Vec<Entry>, NotTaken> {
        let brought = self.actor.person().cloned().map_or_else(|| self.actor.clone(), Actor::Operator);
        // Whoever keeps the register called back, whatever unit whoever brings it is of.
        let keeper = Actor::operator();
        for (at, facts) in steps {
            let called = facts.iter().any(|fact| matches!(fact, RequestFact::CallBack(_)));
            let brought = if called { &keeper } else { &brought };
            let change = past_step(self.plan, code, at, facts, &order.new.source);
            let begun = !entries.is_empty();
            let receipt = make(tx, brought, &change, self.on.now, self.on.today)
                .map_err(|error| NotTaken { error, begun })?;
            entries.extend(receipt.entries);
        }
        Ok(entries)
    }
}

/// What was done elsewhere with a request on a day.
fn past_step(plan: &Code, code: &Code, at: DateTime, facts: Vec<RequestFact>, source: &Source) -> Change {
    Change {
        command: Command::Record {
            subject: Subject::request(plan, code),
            facts: facts.into_iter().map(Into::into).collect(),
            expected: None,
        },
        effective: Some(at.date()),
        source: source.clone(),
        reason: String::new(),
    }
}

/// Whoever asked was spoken to; by what means few registers say.
fn spoken(at: DateTime) -> Step {
    (at, vec![RequestFact::Contact { at, way: CallWay::Phone, text: String::new() }])
}

/// They were called back on: who is helped is done with. "Not solved" is put down and takes nothing up again here: whoever
/// keeps the register does that, and it comes as an order of its own.
fn called(call: &CallBack, closes: bool) -> Vec<Step> {
    let closes = closes && call.solved.is_some_and(|solved| !Solved::reopens(solved));
    let close = closes.then(|| (call.at, vec![moved(RequestStep::Close, RequestState::Closed, call.at)]));
    std::iter::once((call.at, vec![RequestFact::CallBack(call.clone())])).chain(close).collect()
}

/// How an order ended: accepted where somebody had it, who then spoke to whoever asked; answered, and called back on.
fn outcome(order: &Order, answered: DateTime, accepted: Option<DateTime>, closes: bool) -> Vec<Step> {
    let text = match clean(&order.answer) {
        text if text.trim().is_empty() => words::both("order-settled-elsewhere", &[]),
        text => text,
    };
    let accept = |at| (at, vec![moved(RequestStep::Accept, RequestState::Accepted, at)]);
    let mut answer = vec![
        moved(RequestStep::Answer, RequestState::Answered, answered),
        RequestFact::Answer { at: answered, text }.masked(),
    ];
    // Of what nobody had there are no rates.
    if accepted.is_some() && !order.unrecorded.is_empty() {
        answer.push(RequestFact::Unrecorded { parts: order.unrecorded });
    }
    let spoken = accepted.and(order.contacted).map(spoken);
    let call = order.call.iter().flat_map(|call| called(call, closes));
    accepted.map(accept).into_iter().chain(spoken).chain([(answered, answer)]).chain(call).collect()
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

    /// How it ended, of one that somebody had, or nobody.
    fn steps_after(&self, given: bool) -> Vec<Step> {
        match self.answered {
            // It may not have been given to anybody: then it was answered at once.
            Some(answered) => outcome(self, answered, given.then(|| self.handed().unwrap_or(answered)), true),
            None => self.contacted.filter(|_| given).map(spoken).into_iter().collect(),
        }
    }

    /// When it was given out, as far as it says.
    fn handed(&self) -> Option<DateTime> {
        self.assigned.or(self.new.at)
    }
}

/// By what a plan understands texts: its words, its names of places, its models.
pub struct Understanding {
    plan: Code,
    portfolio: Arc<Portfolio>,
    models: Models,
    words: Arc<PlanWords>,
    /// By what is decided what becomes of orders.
    records: Records,
    on: Occasion,
}

/// As of when something was decided: the journal's entry and the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DecidedAsOf {
    pub seen: Seq,
    pub today: Date,
}

impl Understanding {
    /// Puts what texts say of categories and places into orders that do not say it themselves, and makes them ready to
    /// be taken in, by the machine's operator where one is named.
    pub(crate) fn fill_in<'a>(&self, orders: impl Iterator<Item = &'a mut Order>, operator: Option<&Code>) {
        let bounds = Bounds::of(self.portfolio.areas.values());
        for order in orders {
            order.fill_in(self, &bounds);
            let decided = operator.and_then(|operator| self.decided(order, operator));
            order.made = Some(match decided {
                Some(decided) => MadeOrder::Decided(Box::new(decided)),
                None => MadeOrder::Ready(Box::new(Ready::of(&order.new, &self.plan, self.on.key.as_ref()))),
            });
        }
    }

    /// As of when orders are decided.
    pub(crate) fn as_of(&self) -> DecidedAsOf {
        DecidedAsOf { seen: self.records.as_of(), today: self.on.today }
    }

    /// What an order comes to where its number is not on the books.
    fn decided(&self, order: &Order, operator: &Code) -> Option<Decided> {
        let new = &order.new;
        // Of one without a number nobody knows what it will be called, of one without a time when it will have come in.
        new.at?;
        let code = new.code()?;
        let ready = Ready::sealed(new, &self.plan, self.on.key.as_ref(), Some(&code));
        let actor = Actor::Operator(operator.clone());
        let handed = order.unit.as_ref().zip(order.handed());
        let brought = Brought { filing: self.on.filing(&actor, &self.plan), code: &code, handed };
        self.records.decided(&brought, (new, &ready), |given| {
            let steps = order.steps_after(given).into_iter();
            steps.map(|(at, facts)| past_step(&self.plan, &code, at, facts, &new.source)).collect()
        })
    }

    /// The theme that a text is surely about.
    pub(crate) fn theme(&self, text: &str) -> Option<Code> {
        let found = suggested(&self.portfolio, &self.models, &self.words.categories, &title_of(text), text);
        found.into_iter().next().filter(Suggestion::is_sure).map(|it| it.category)
    }

    /// By what themes are told: the model's number, and the categories with their words.
    pub(crate) fn themes_by(&self) -> (Option<u32>, &[RequestCategory]) {
        (self.models.category.as_ref().map(|(number, _)| *number), &self.portfolio.plan.request_categories)
    }

    /// Puts the points of stated places into orders; what was found of each that states one.
    pub(crate) fn locate<'a>(
        &self,
        orders: impl Iterator<Item = &'a mut Order>,
    ) -> Vec<Option<Result<Located, PlaceFault>>> {
        let bounds = Bounds::of(self.portfolio.areas.values());
        let locate = |order: &mut Order| {
            let found = order.stated?.locate(&bounds);
            order.new.point = found.ok().map(|located| located.point);
            Some(found)
        };
        orders.map(locate).collect()
    }
}

impl App {
    /// By what a plan understands texts now.
    pub async fn understanding(&self, plan: &Code) -> Result<Understanding, AppError> {
        let portfolio = self.portfolio(plan, Asked::default()).await?;
        let models = self.request_models_in_use(plan).await?;
        let words = self.words_aside(&portfolio).await?;
        let history = self.history(plan).await?;
        let whole = history.plan(plan).ok_or(AppError::NotFound)?;
        Ok(Understanding {
            plan: plan.clone(),
            portfolio,
            models,
            words,
            records: Records::of(plan, history, whole),
            on: self.import_occasion(),
        })
    }
}
