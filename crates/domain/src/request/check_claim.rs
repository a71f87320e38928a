//! What a unit asks for about its rates, and what is decided, as the table of moves has it.

use super::appeal::{ClaimState, ClaimStep, RateParts, find};
use super::check::RequestCheck;
use super::fact::RequestFact;
use super::rate::RateRow;
use super::state::Request;
use crate::code::Code;
use crate::history::View;
use crate::person::Person;
use crate::refusal::{Problem, Reference};
use crate::subject::Subject;

impl RequestCheck<'_> {
    pub(super) fn claim(&mut self, slot: &str, fact: &RequestFact, before: Option<&Request>) {
        let Some(before) = before else { return self.not_now(slot, None) };
        let from = before.claim();
        match fact {
            RequestFact::ExclusionAsked { number, reason, unit, parts, evidence, appeal, .. } => {
                let next = before.next_claim();
                if *number != next {
                    self.refuse(slot, Problem::RoundOrder { next });
                }
                self.said("reason", reason);
                self.known(slot, Reference::Unit, &Subject::unit(unit));
                if parts.is_empty() {
                    self.refuse("parts", Problem::Empty);
                }
                if parts.meets(before.left_out()) {
                    self.refuse("parts", Problem::LeftOutAlready);
                }
                if before.first_resolution.is_none() {
                    self.not_now(slot, Some(before));
                }
                let step = if appeal.is_some() { ClaimStep::Appeal } else { ClaimStep::Ask };
                self.allowed(slot, from, step);
                match appeal {
                    Some(terms) => {
                        self.said("evidence", evidence);
                        if terms.decide_by < self.context.today {
                            self.refuse(slot, Problem::NotLater { than: self.context.today });
                        }
                        self.in_time(slot, unit, before);
                    }
                    // What everybody has read is contested, and no longer only asked for.
                    None => {
                        let row = RateRow::of(before);
                        if let Some(row) = row.as_ref().filter(|row| row.unit != *unit) {
                            self.refuse("unit", Problem::CountsAgainst(row.unit.clone()));
                        }
                        if let Some(limit) = row.and_then(|row| self.plan.first_published(row.due)) {
                            self.refuse(slot, Problem::TooLate { limit });
                        }
                    }
                }
            }
            RequestFact::ExclusionDecided { number, granted, note, parts } => {
                let open = before.open_claim().filter(|open| open.number == *number);
                let (Some(step), Some(asked)) = (from.decided_by(*granted), open) else {
                    return self.refuse(slot, Problem::NothingPending);
                };
                self.allowed(slot, from, step);
                if from == ClaimState::Appealed || !granted {
                    self.said("note", note);
                }
                if let Some(parts) = parts.filter(|_| *granted) {
                    self.granted(parts, asked.parts);
                }
                self.by_another_office(slot, &asked.unit);
                if let Some(row) = RateRow::of(before).filter(|row| row.unit != asked.unit) {
                    self.by_another_office(slot, &row.unit);
                }
            }
            RequestFact::ExclusionWithdrawn { number, reason } => {
                if before.open_claim().is_some_and(|open| open.number != *number) {
                    self.refuse(slot, Problem::NothingPending);
                }
                self.said("reason", reason);
                self.allowed(slot, from, ClaimStep::Withdraw);
            }
            _ => {}
        }
    }

    fn granted(&mut self, parts: RateParts, asked: RateParts) {
        if parts.is_empty() {
            self.refuse("parts", Problem::Empty);
        } else if !parts.is_within(asked) {
            self.refuse("parts", Problem::WrongKind);
        }
    }

    fn allowed(&mut self, slot: &str, from: ClaimState, step: ClaimStep) {
        if find(from, step).is_none() {
            self.refuse(slot, Problem::IllegalClaim { from, step });
        }
    }

    /// An appeal is filed by the unit that it counts against, within its days.
    fn in_time(&mut self, slot: &str, unit: &Code, before: &Request) {
        let today = self.context.today;
        match before.appeal_window(self.plan) {
            None => self.not_now(slot, Some(before)),
            Some((against, window)) => {
                if against != *unit {
                    self.refuse("unit", Problem::CountsAgainst(against));
                }
                if today < window.opens {
                    self.refuse(slot, Problem::NotLater { than: window.opens });
                }
                if today > window.closes {
                    self.refuse(slot, Problem::TooLate { limit: window.closes });
                }
            }
        }
    }

    /// Whoever is of the unit that asked does not decide.
    pub(super) fn by_another_office(&mut self, slot: &str, unit: &Code) {
        let by = &self.context.actor;
        let held = self.lookup.subject(&Subject::person(by));
        if held.is_some_and(|held| Person::at(by, held.visible(View::ALL)).works_for(unit)) {
            self.refuse(slot, Problem::OwnerVerifies);
        }
    }
}
