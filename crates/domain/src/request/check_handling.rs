//! What the unit that has a request may do with it, and what others decide: more time, the books, returns, and the
//! call-back that comes before the end.

use super::asks::Ask;
use super::check::RequestCheck;
use super::fact::RequestFact;
use super::kind::ClockKind;
use super::merging::call_back_until;
use super::state::{Moved, Request};
use super::workflow::{RequestState, RequestStep};
use super::{RESIDENT, rules::RequestRules};
use crate::code::Code;
use crate::refusal::Problem;

/// Units hand a request back so often; then it stays with the one that answers for what nobody else takes.
const RETURNS_MOST: usize = 2;

impl RequestCheck<'_> {
    /// More time, or the books: asked for by the unit, decided by somebody else.
    pub(super) fn ask(
        &mut self,
        slot: &str,
        fact: &RequestFact,
        before: Option<&Request>,
        all: &[&RequestFact],
    ) {
        let Some(before) = before else { return self.not_now(slot, None) };
        match fact {
            RequestFact::ExtensionAsked { number, until, reason } => {
                self.said("reason", reason);
                self.next(slot, *number, before.next_extension(), before.open_extension());
                let most = self.rules().map(|rules| u32::from(rules.extensions_most));
                if let Some(most) = most.filter(|most| number > most) {
                    self.refuse(slot, Problem::TooMany(most as usize));
                }
                match before.due(ClockKind::Resolution).map(|due| due.date()) {
                    Some(due) if *until <= due => self.refuse(slot, Problem::NotLater { than: due }),
                    // It is asked for before the limit has run out.
                    Some(limit) if self.context.today > limit => {
                        self.refuse(slot, Problem::TooLate { limit });
                    }
                    Some(_) if before.state.is_open() => {}
                    _ => self.not_now(slot, Some(before)),
                }
            }
            RequestFact::ExtensionDecided { number, .. } => {
                self.decided(slot, *number, before.open_extension(), before);
            }
            RequestFact::BooksAsked { number, link, until, reason } => {
                self.said("reason", reason);
                self.link("link", link);
                self.next(slot, *number, before.next_booking(), before.open_booking().map(|(_, ask)| ask));
                if *until <= self.context.today {
                    self.refuse("until", Problem::NotLater { than: self.context.today });
                }
                if before.state != RequestState::InProgress {
                    self.not_now(slot, Some(before));
                }
            }
            RequestFact::BooksDecided { number, granted, note } => {
                self.decided(slot, *number, before.open_booking().map(|(_, ask)| ask), before);
                let books = |fact: &&RequestFact| {
                    matches!(fact, RequestFact::Move { step: RequestStep::PutOnBooks, .. })
                };
                if *granted && !all.iter().any(books) {
                    self.refuse(slot, Problem::Missing("state"));
                }
                if !granted {
                    self.said("note", note);
                }
            }
            _ => {}
        }
    }

    fn rules(&self) -> Option<&RequestRules> {
        self.plan.request_rules.as_ref()
    }

    /// One after the other, and not while one waits to be decided.
    fn next(&mut self, slot: &str, number: u32, next: u32, open: Option<&Ask>) {
        if open.is_some() {
            self.refuse(slot, Problem::WaitsForDecision);
        } else if number != next {
            self.refuse(slot, Problem::RoundOrder { next });
        }
    }

    fn decided(&mut self, slot: &str, number: u32, open: Option<&Ask>, before: &Request) {
        if open.is_none_or(|open| open.number != number) {
            return self.refuse(slot, Problem::NothingPending);
        }
        if let Some(lead) = &before.lead_unit {
            self.by_another_office(slot, lead);
        }
    }

    /// Whoever asked has a window in which to say how it went. Until it is over nobody else ends it without having asked.
    pub(super) fn asked_before_the_end(&mut self, before: Option<&Request>, all: &[&RequestFact]) {
        let reached = |fact: &&RequestFact| matches!(fact, RequestFact::CallBack(call) if call.reached);
        if self.context.actor.as_str() == RESIDENT || all.iter().any(reached) {
            return;
        }
        let (Some(days), Some(before)) = (self.rules().map(|rules| rules.call_back_days), before) else {
            return;
        };
        if let Some((answered, _)) = before.answer()
            && !before.may_be_closed(days, self.context.today)
        {
            self.refuse("state", Problem::CallBackFirst { until: call_back_until(*answered, days) });
        }
    }

    /// What somebody says of a unit's work is not put down by that unit, where another office stands behind it.
    pub(super) fn called_by_another_office(&mut self, slot: &str, before: Option<&Request>) {
        let Some(lead) = before.and_then(|before| before.lead_unit.as_ref()) else { return };
        if self.rules().is_none_or(|rules| rules.backstop == *lead) {
            return;
        }
        self.by_another_office(slot, lead);
    }

    /// Units hand it back once each, and all of them together a few times; `earlier` are the moves before this one and
    /// `lead` is who has it.
    pub(super) fn returned(&self, earlier: &[Moved], moved: &Moved, lead: Option<&Code>) -> Option<Problem> {
        let backstop = &self.rules()?.backstop;
        let mut holder = None;
        let mut by: Vec<&Code> = Vec::new();
        for it in earlier {
            if it.step == RequestStep::AskReturn {
                by.extend(holder);
            }
            if it.step.gives() {
                holder = it.unit.as_ref();
            }
        }
        match moved.step {
            RequestStep::AskReturn => {
                let again = lead.is_some_and(|lead| by.contains(&lead));
                let last = by.len() + 1 >= RETURNS_MOST && lead == Some(backstop);
                (again || last || by.len() >= RETURNS_MOST).then_some(Problem::ReturnedBefore)
            }
            RequestStep::Redispatch | RequestStep::Force
                if moved.from == RequestState::ReturnAsked && by.len() >= RETURNS_MOST =>
            {
                (moved.unit.as_ref() != Some(backstop)).then(|| Problem::ToBackstop(backstop.clone()))
            }
            _ => None,
        }
    }
}
