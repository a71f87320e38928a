//! What is done with a request reaches those who asked the same: it is recorded of each request that goes with it, and
//! what they say reaches the one that is handled.

use domain::code::Code;
use domain::history::View;
use domain::journal::Seq;
use domain::refusal::{Problem, Refusal};
use domain::request::call_back::{preset_of, step};
use domain::request::merging::{follows, not_solved, review_asked};
use domain::request::rules::Preset;
use domain::request::telling::{AskerMatter, matter};
use domain::request::{PhotoShows, Request, RequestFact, RequestRules, RequestState, RequestStep, Who};
use domain::subject::Subject;
use jiff::Span;
use jiff::civil::DateTime;
use store::Tx;

use super::act::Acted;
use super::occasion::Doing;
use super::telling::tell_of_step;
use super::{by_resident, by_rules, rules_of};
use crate::error::AppError;

impl Doing<'_> {
    /// Records what was done with a request of all that go with it; how many there are. `seq` is the entry that said it.
    pub(super) fn tell_those_merged(
        &self,
        tx: &mut Tx,
        master: &Request,
        facts: &[RequestFact],
        seq: Option<Seq>,
    ) -> Result<usize, AppError> {
        let concerns = |fact: &RequestFact| {
            matches!(
                fact,
                RequestFact::Move { .. }
                    | RequestFact::Contact { .. }
                    | RequestFact::Answer { .. }
                    | RequestFact::ExtensionDecided { .. }
            )
        };
        if !facts.iter().any(concerns) || master.state == RequestState::Merged {
            return Ok(0);
        }
        let extended = match matter(Some(master), facts) {
            Some(matter @ AskerMatter::Extended { .. }) if self.of.on.tells => Some(matter),
            _ => None,
        };
        let mut others = 0;
        for (other, merged, _) in tx.requests_of(self.of.plan, &master.code)? {
            if !merged {
                continue;
            }
            let held = self.held(tx, &other)?;
            let (_, preset) = self.rules_for(tx, &held)?;
            let said = follows(&held, facts, &preset);
            if !said.is_empty() {
                self.record(tx, &by_rules(), &other, said, (Some(&held), false))?;
                others += 1;
            }
            if let (Some(matter), Some(seq)) = (&extended, seq) {
                tell_of_step(tx, self.of.plan, &other, seq, matter.clone(), self.of.on.now)?;
                others += 1;
            }
        }
        Ok(others)
    }

    /// What whoever asked says of a request that goes with another one is for those who handle that one: "not solved"
    /// takes it up again, and that they added something is noted there. Their words stand in their own request alone,
    /// and go from there when they are erased.
    pub(super) fn tell_master(
        &self,
        tx: &mut Tx,
        merged: &Request,
        facts: &[RequestFact],
    ) -> Result<(), AppError> {
        let Some(master) = merged.master.as_ref().filter(|_| merged.state == RequestState::Merged) else {
            return Ok(());
        };
        let of_merged = |key: &str| words::both(key, &[("code", merged.code.as_str())]);
        let (mut adds, mut shows) = (None, None);
        for fact in facts {
            match fact {
                RequestFact::CallBack(call) => {
                    let held = self.held(tx, master)?;
                    let (rules, preset) = self.rules_for(tx, &held)?;
                    let reason = of_merged("merged-not-solved");
                    self.take_up(tx, &held, not_solved(&held, call, self.who, &rules, &preset, reason))?;
                }
                RequestFact::Word { at, .. } => adds = Some(*at),
                // What the office adds concerns that one request.
                RequestFact::Photo { shows: PhotoShows::Matter, at, .. } if self.who == Who::Resident => {
                    shows = Some(*at);
                }
                _ => {}
            }
        }
        for (at, key) in [(adds, "merged-asker-adds"), (shows, "merged-asker-photos")] {
            if let Some(at) = at {
                self.note_on_master(tx, master, at, of_merged(key))?;
            }
        }
        Ok(())
    }

    /// Notes on a request that somebody who asked the same has added something: they were asked as well, and have
    /// answered.
    fn note_on_master(&self, tx: &mut Tx, master: &Code, at: DateTime, text: String) -> Result<(), AppError> {
        let held = self.held(tx, master)?;
        let note = RequestFact::Note { at, text };
        self.record(tx, &by_rules(), master, vec![note], (Some(&held), true))?;
        match held.leads_to(RequestStep::Resume).filter(|_| held.state == RequestState::WaitingForResident) {
            Some(state) => self.take_up(tx, &held, vec![step(RequestStep::Resume, state, at)]),
            None => Ok(()),
        }
    }

    /// The one that is handled moves by the word of somebody who asked the same. Too late for that, the word stands
    /// all the same.
    fn take_up(&self, tx: &mut Tx, master: &Request, facts: Vec<RequestFact>) -> Result<(), AppError> {
        if facts.is_empty() {
            return Ok(());
        }
        match self.record(tx, &by_resident(), &master.code, facts.clone(), (Some(master), false)) {
            Ok(seq) => self.tell_those_merged(tx, master, &facts, seq).map(|_| ()),
            Err(AppError::Refused(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Whoever asked a request that goes with a refused one wants the refusal reviewed: their reason stands in their own
    /// request, and the one that was refused is looked at again.
    pub(super) fn ask_review(&self, tx: &mut Tx, merged: &Request, reason: &str) -> Result<Acted, AppError> {
        let (from, step) = (merged.state, RequestStep::AskReopen);
        let not_now =
            || Refusal { field: "state".into(), problem: Problem::IllegalRequestMove { from, step } };
        let refused = merged.goes_on_as().filter(|_| merged.was_refused()).ok_or_else(not_now)?;
        let master = merged.master.as_ref().ok_or_else(not_now)?;
        if reason.trim().is_empty() {
            return Err(Refusal { field: "reason".into(), problem: Problem::ReasonRequired }.into());
        }
        let held = self.held(tx, master)?;
        let (rules, _) = self.rules_for(tx, &held)?;
        let days = Span::new().days(i64::from(rules.reopen_days));
        let limit = refused.at.date().saturating_add(days);
        if self.of.on.today > limit {
            return Err(Refusal { field: "state".into(), problem: Problem::TooLate { limit } }.into());
        }
        let at = self.of.on.wall;
        let word = vec![RequestFact::Word { at, text: reason.to_owned() }];
        self.record(tx, self.of.actor, &merged.code, word.clone(), (Some(merged), true))?;
        self.keep_masked(tx, &merged.code, &word)?;
        let whose = words::both("merged-asks-review", &[("code", merged.code.as_str())]);
        self.take_up(tx, &held, review_asked(&held, at, whose))?;
        Ok(Acted { state: merged.state, others: 0 })
    }

    fn held(&self, tx: &mut Tx, code: &Code) -> Result<Request, AppError> {
        let held = tx.subject(&Subject::request(self.of.plan, code))?;
        held.and_then(|held| Request::at(&held, View::ALL)).ok_or(AppError::NotFound)
    }

    /// The rules of the plan, and the limits of a request under them.
    fn rules_for(&self, tx: &mut Tx, request: &Request) -> Result<(RequestRules, Preset), AppError> {
        tx.with_lookup(|lookup| {
            let plan = lookup.plan(self.of.plan).ok_or(AppError::NotFound)?;
            let rules = rules_of(&plan)?;
            let preset =
                preset_of(rules, &plan.request_categories, request.category.as_ref(), request.urgency)
                    .ok_or(AppError::NotFound)?;
            Ok((rules.clone(), preset.clone()))
        })?
    }
}
