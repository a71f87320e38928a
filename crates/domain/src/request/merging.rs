//! Requests that go with another one (并案): one handling, one answer to all; each keeps its own number, its own
//! limits, its own call-back and its own place in the rates.
//!
//! How they count. A merged request counts once for whoever asked, against the unit that handles the matter when its
//! own limit runs out. Its limits are its own: those that run go on, and one that nobody had gets its limits from its
//! receipt, or from when the unit got the matter where that was later. The unit speaks about the matter once: its word
//! with whoever asked first counts for all who go with them, from when they did. Whoever was not spoken to says so when
//! called back on, and that counts more.

use jiff::Span;
use jiff::civil::{Date, DateTime};

use super::call_back::{clock, reopen_asked, reopened, step};
use super::fact::{CallBack, Followed, RequestFact};
use super::kind::{ClockKind, Solved};
use super::rules::{Preset, RequestRules};
use super::state::{Request, Said};
use super::workflow::{RequestState, RequestStep, Who};
use crate::code::Code;

/// It goes with another one: to the unit that has that, with what was said there already.
pub fn merged_into(request: &Request, master: &Request, preset: &Preset, at: DateTime) -> Vec<RequestFact> {
    let mut merged = step(RequestStep::Merge, RequestState::Merged, at);
    if let RequestFact::Move { unit, master: held, .. } = &mut merged {
        unit.clone_from(&master.lead_unit);
        *held = Some(master.code.clone());
    }
    let mut out = vec![merged];
    if let Some(given) = &master.first_resolution {
        out.extend(limits(request, preset, given.from));
    }
    if let Some((_, way)) = master.contact.filter(|_| request.contact.is_none()) {
        // They hear of it now: a word with somebody else, before, was none with them.
        out.push(RequestFact::Contact { at, way, text: String::new() });
    }
    let stands =
        matches!(master.state, RequestState::Answered | RequestState::ReopenAsked | RequestState::Closed);
    if let Some((_, text)) = master.answer().filter(|_| stands) {
        out.push(RequestFact::Answer { at, text: text.clone() });
    }
    out
}

/// The limits of one that nobody had, where the matter was given to a unit.
fn limits(merged: &Request, preset: &Preset, given: DateTime) -> Vec<RequestFact> {
    let from = merged.received.max(given);
    let all = [(ClockKind::Response, preset.response), (ClockKind::Resolution, preset.resolution)];
    all.into_iter()
        .filter(|(kind, _)| !merged.clocks.contains_key(kind))
        .map(|(kind, limit)| clock(kind, preset, limit, from))
        .collect()
}

/// What is recorded of one that goes with another when something is done with that one. `preset` is its own.
pub fn follows(merged: &Request, facts: &[RequestFact], preset: &Preset) -> Vec<RequestFact> {
    let mut out = Vec::new();
    for fact in facts {
        match fact {
            // Whoever asked first wants it no more: the others still do, and stand for themselves again.
            RequestFact::Move { step: RequestStep::Withdraw, at, .. } => {
                if let Some(back) = merged.leads_to(RequestStep::Unmerge) {
                    out.push(step(RequestStep::Unmerge, back, *at));
                }
            }
            RequestFact::Move { step, state, at, unit, reason, ground, until, .. } => {
                // What an office says concerns all of them; what somebody who asked says is theirs.
                let said = matches!(
                    step,
                    RequestStep::AskResident
                        | RequestStep::PutOnBooks
                        | RequestStep::Refuse
                        | RequestStep::RejectReopen
                );
                out.push(RequestFact::Followed(Followed {
                    step: *step,
                    state: *state,
                    at: *at,
                    unit: unit.clone(),
                    reason: if said { reason.clone() } else { String::new() },
                    ground: *ground,
                    until: *until,
                }));
                if unit.is_some() {
                    out.extend(limits(merged, preset, *at));
                }
            }
            RequestFact::Contact { at, way, .. } if merged.lead_unit.is_some() => {
                out.push(RequestFact::Contact { at: *at, way: *way, text: String::new() });
            }
            RequestFact::Answer { at, text } => {
                out.push(RequestFact::Answer { at: *at, text: text.clone() });
            }
            _ => {}
        }
    }
    out
}

/// What "not solved" of one that goes with another brings about for that one: it is taken up again, once for an
/// answer, whoever says so and however many do; what is closed, or was taken up again as often as the rules let it by
/// itself, is for somebody to decide. `reason` says whose word it was and not what it said: that goes when they go.
pub fn not_solved(
    master: &Request,
    call: &CallBack,
    by: Who,
    rules: &RequestRules,
    preset: &Preset,
    reason: String,
) -> Vec<RequestFact> {
    if !call.reached || !call.solved.is_some_and(Solved::reopens) || master.was_contested() {
        return Vec::new();
    }
    let decided = by == Who::Resident && master.reopened >= u32::from(rules.free_reopens);
    match master.state {
        RequestState::Answered if !decided => reopened(master, preset, call.at, reason),
        RequestState::Answered | RequestState::Closed => vec![reopen_asked(call.at, reason)],
        _ => Vec::new(),
    }
}

/// What it brings about that somebody who asked the same wants a refusal reviewed: once, whoever says so.
pub fn review_asked(master: &Request, at: DateTime, reason: String) -> Vec<RequestFact> {
    match master.state {
        RequestState::Refused => vec![reopen_asked(at, reason)],
        _ => Vec::new(),
    }
}

/// The last day on which it may be said how an answer went.
pub(super) fn call_back_until(answered: DateTime, days: u16) -> Date {
    answered.date().saturating_add(Span::new().days(i64::from(days)))
}

impl Request {
    /// Whether its last answer was contested: taken up again, or asked to be.
    fn was_contested(&self) -> bool {
        let answered = self.moves.iter().rposition(|moved| moved.step == RequestStep::Answer);
        let since = &self.moves[answered.map_or(0, |at| at + 1)..];
        since.iter().any(|moved| matches!(moved.step, RequestStep::AskReopen | RequestStep::Reopen))
    }

    /// Whether whoever asked may say by their link how it went: of an answer; where it goes with another one once for
    /// each; and where somebody closed it before they had spoken, as long as the call-back's days (`days`) last.
    pub fn may_be_judged(&self, days: u16, today: Date) -> bool {
        match self.state {
            RequestState::Answered => true,
            RequestState::Merged => self.is_unjudged(),
            RequestState::Closed => {
                let within = |(at, _): &Said| today <= call_back_until(*at, days);
                self.is_unjudged() && !self.was_contested() && self.answer().is_some_and(within)
            }
            _ => false,
        }
    }

    /// Whether there is an answer of which nobody has said whether it settled the matter.
    fn is_unjudged(&self) -> bool {
        self.answer()
            .is_some_and(|(at, _)| self.verdict().is_none_or(|call| call.solved.is_none() || call.at < *at))
    }

    /// Whether others than whoever asked may end it: once they were spoken to about the last answer, or have had the
    /// call-back's days to say something.
    pub fn may_be_closed(&self, days: u16, today: Date) -> bool {
        let Some((at, _)) = self.answer() else { return true };
        self.verdict().is_some_and(|call| call.at >= *at) || today > call_back_until(*at, days)
    }

    /// Whether a review may be asked for by whoever asked: of what was refused, also by those who go with it.
    pub fn was_refused(&self) -> bool {
        self.state == RequestState::Refused
            || self.goes_on_as().is_some_and(|it| it.state == RequestState::Refused)
    }

    /// Where the one that it goes with stood last, as far as it was told.
    pub fn goes_on_as(&self) -> Option<&Followed> {
        let since = self.since;
        let followed = self.followed.iter().map(|(_, it)| it);
        followed.rev().find(|it| self.state == RequestState::Merged && it.at >= since)
    }

    /// Who had it, and since when. One that goes with another is with whoever has that; taken apart, it goes back to
    /// whoever had it before.
    fn led(&self) -> Vec<(DateTime, Option<&Code>)> {
        let moves =
            self.moves.iter().map(|moved| (moved.seq, moved.at, Some(moved.step), moved.unit.as_ref()));
        let followed = self.followed.iter().map(|(seq, it)| (*seq, it.at, None, it.unit.as_ref()));
        let mut all: Vec<_> = moves.chain(followed).collect();
        // Moves and what was done with the other one lie in lines of their own.
        if !self.followed.is_empty() {
            all.sort_by_key(|(seq, ..)| *seq);
        }
        let (mut lead, mut apart, mut out) = (None, None, Vec::new());
        for (_, at, step, unit) in all {
            let now = match step {
                Some(RequestStep::Unmerge) => apart.take(),
                Some(RequestStep::Merge) => {
                    apart = lead;
                    unit.or(lead)
                }
                Some(step) if step.gives() => unit,
                None if unit.is_some() => unit,
                _ => continue,
            };
            lead = now;
            out.push((at, now));
        }
        out
    }

    /// Who has it once it went with another one.
    pub(super) fn lead_with_others(&self) -> Option<Code> {
        self.led().last().and_then(|(_, unit)| unit.cloned())
    }

    /// The unit that had it at a moment; where nobody had it yet, the one that got it next.
    pub fn lead_at(&self, at: DateTime) -> Option<&Code> {
        let led = self.led();
        let next = led.iter().position(|(since, _)| *since > at).unwrap_or(led.len());
        let held = next.checked_sub(1).and_then(|last| led[last].1);
        held.or_else(|| led[next..].iter().find_map(|(_, unit)| *unit))
    }
}
