//! What follows from what happens to a request: the facts that belong together.

use jiff::civil::DateTime;

use super::clock::Clock;
use super::fact::{CallBack, RequestFact};
use super::kind::{ClockKind, Urgency};
use super::routing::Routing;
use super::rules::{Preset, RequestCategory, RequestRules};
use super::state::Request;
use super::workflow::{RequestState, RequestStep, Who};
use crate::code::Code;

/// A move with nothing said besides.
pub fn step(step: RequestStep, state: RequestState, at: DateTime) -> RequestFact {
    RequestFact::Move {
        step,
        state,
        at,
        unit: None,
        reason: String::new(),
        ground: None,
        master: None,
        until: None,
    }
}

pub(super) fn clock(
    kind: ClockKind,
    preset: &Preset,
    limit: super::clock::TimeLimit,
    from: DateTime,
) -> RequestFact {
    RequestFact::Clock(Clock { clock: kind, preset: preset.preset.clone(), limit, from })
}

/// What begins to run when a request comes in.
pub fn received(preset: &Preset, at: DateTime) -> RequestFact {
    clock(ClockKind::Assignment, preset, preset.assignment, at)
}

/// It goes to a unit: the first time the resident's limits begin to run; a change of unit never sets them
/// back.
pub fn given(
    before: Option<&Request>,
    moving: RequestStep,
    to: &Routing,
    preset: &Preset,
    at: DateTime,
    reason: String,
) -> Vec<RequestFact> {
    let mut out = vec![RequestFact::Move {
        step: moving,
        state: RequestState::Assigned,
        at,
        unit: Some(to.unit.clone()),
        reason,
        ground: None,
        master: None,
        until: None,
    }];
    let runs = |kind| before.is_some_and(|request| request.clocks.contains_key(&kind));
    if !runs(ClockKind::Response) {
        out.push(clock(ClockKind::Response, preset, preset.response, at));
    }
    if !runs(ClockKind::Resolution) {
        out.push(clock(ClockKind::Resolution, preset, preset.resolution, at));
    }
    let supporting = |unit: &Code, active| RequestFact::SupportingUnit { unit: unit.clone(), active };
    let held = before.map_or(&[][..], |request| &request.supporting_units);
    out.extend(to.supporting.iter().filter(|unit| !held.contains(unit)).map(|unit| supporting(unit, true)));
    // Whoever leads does not help besides.
    out.extend(held.iter().filter(|unit| **unit == to.unit).map(|unit| supporting(unit, false)));
    out
}

/// It is taken up again, with a clock of its own.
pub fn reopened(request: &Request, preset: &Preset, at: DateTime, reason: String) -> Vec<RequestFact> {
    let mut moved = step(RequestStep::Reopen, RequestState::Reopened, at);
    if let RequestFact::Move { reason: held, .. } = &mut moved {
        *held = reason;
    }
    let mut out = vec![moved];
    // One that nobody had yet gets its limits when it is given to somebody; until then it waits for that.
    if request.clocks.contains_key(&ClockKind::Resolution) {
        out.push(clock(ClockKind::Resolution, preset, preset.reopened, at));
    }
    if request.lead_unit.is_none() {
        out.push(received(preset, at));
    }
    out
}

/// That it be taken up again is asked for.
pub(super) fn reopen_asked(at: DateTime, reason: String) -> RequestFact {
    let mut asked = step(RequestStep::AskReopen, RequestState::ReopenAsked, at);
    if let RequestFact::Move { reason: held, .. } = &mut asked {
        *held = reason;
    }
    asked
}

/// A call-back and what it brings about: "not solved" takes the request up again, or asks for it once that
/// has happened as often as the rules let it by itself, or it was closed; whoever is content closes it, unless it was divided and one of
/// its matters is open (`divided`): then it closes once they have.
pub fn called_back(
    (request, divided): (&Request, bool),
    call: CallBack,
    by: Who,
    rules: &RequestRules,
    preset: &Preset,
    reason: String,
) -> Vec<RequestFact> {
    let at = call.at;
    let moves = match (request.state, call.solved.filter(|_| call.reached)) {
        (RequestState::Answered, Some(solved)) if !solved.reopens() && divided => Vec::new(),
        (RequestState::Answered, Some(solved)) if !solved.reopens() => {
            vec![step(RequestStep::Close, RequestState::Closed, at)]
        }
        (RequestState::Answered, Some(_))
            if by == Who::Resident && request.reopened >= u32::from(rules.free_reopens) =>
        {
            vec![reopen_asked(at, reason)]
        }
        (RequestState::Answered, Some(_)) => reopened(request, preset, at, reason),
        // Somebody else ended it before whoever asked had spoken: that is for the office to decide.
        (RequestState::Closed, Some(solved)) if solved.reopens() => vec![reopen_asked(at, reason)],
        _ => Vec::new(),
    };
    let mut out = vec![RequestFact::CallBack(call)];
    out.extend(moves);
    out
}

/// The limits of a request under the rules of its plan.
pub fn preset_of<'a>(
    rules: &'a RequestRules,
    categories: &[RequestCategory],
    category: Option<&Code>,
    urgency: Urgency,
) -> Option<&'a Preset> {
    let held = category.and_then(|code| categories.iter().find(|held| held.category == *code));
    rules.limits(held, urgency)
}
