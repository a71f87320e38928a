//! What is told of residents' requests, by what was recorded of one lately and how it stands by now: what was dealt
//! with meanwhile is no news. It is gathered, so that a flood of requests is a few notices to each.

use std::collections::{BTreeMap, BTreeSet};

use super::Audience;
use crate::code::Code;
use crate::fact::{Fact, OfKind};
use crate::item::kind::texts;
use crate::request::clock::TimeLimit;
use crate::request::{PhotoShows, ROUTING, Request, RequestFact, RequestState, RequestStep, Urgency};

/// What has to be met within so many hours presses: it waits for no round and no quiet hours.
const PRESSING_HOURS: u16 = 4;

texts! {
    /// What is new of a request, the weightiest first.
    RequestMatter {
        /// It was given to the unit.
        Given => "given",
        /// The unit is to help.
        Supports => "supports",
        /// It is taken up again, by the unit that had it.
        TakenUpAgain => "taken_up_again",
        /// It became urgent while the unit has it.
        MadeUrgent => "made_urgent",
        /// The unit keeps it: handing it back was refused.
        Kept => "kept",
        /// Nobody has it yet.
        ToGive => "to_give",
        ReturnAsked => "return_asked",
        ReopenAsked => "reopen_asked",
        ExtensionAsked => "extension_asked",
        BooksAsked => "books_asked",
        ExtensionGranted => "extension_granted",
        ExtensionRefused => "extension_refused",
        BooksGranted => "books_granted",
        BooksRefused => "books_refused",
        /// Whoever asked wants it no more.
        Withdrawn => "withdrawn",
        /// Whoever asked, or another program, added or answered something.
        Added => "added",
    }
}

impl RequestMatter {
    /// Whether somebody gets work by it.
    fn is_work(self) -> bool {
        matches!(self, Self::Given | Self::Supports | Self::TakenUpAgain | Self::MadeUrgent | Self::ToGive)
    }

    /// Whether it is told at once of a request as it stands; the rest is gathered for a while.
    pub fn presses(self, request: &Request) -> bool {
        let short = |limit| matches!(limit, TimeLimit::Hours(hours) if hours <= PRESSING_HOURS);
        let kind = request.limit().map(|(kind, _)| kind);
        let runs_short = kind.and_then(|kind| request.clocks.get(&kind)).is_some_and(|it| short(it.limit));
        self.is_work() && (request.urgency != Urgency::Ordinary || runs_short)
    }
}

/// Whether facts may come to anything new: asked before a request is looked at.
pub fn may_be_news(facts: &[Fact]) -> bool {
    facts.iter().filter_map(RequestFact::of).any(|fact| {
        matches!(
            fact,
            RequestFact::Intake(_)
                | RequestFact::Move { .. }
                | RequestFact::Urgency { .. }
                | RequestFact::Clock(_)
                | RequestFact::SupportingUnit { .. }
                | RequestFact::Word { .. }
                | RequestFact::Note { .. }
                | RequestFact::Photo { .. }
                | RequestFact::ExtensionAsked { .. }
                | RequestFact::ExtensionDecided { .. }
                | RequestFact::BooksAsked { .. }
                | RequestFact::BooksDecided { .. }
        )
    })
}

/// What was recorded of a request since somebody looked comes to for those with an account, as it stands. Each fact
/// comes with who recorded it.
pub fn of_request(request: &Request, facts: &[(&Code, &RequestFact)]) -> Vec<(RequestMatter, Audience)> {
    use RequestMatter as M;
    let lead = request.lead_unit.clone().map(Audience::Unit);
    let is = |state| request.state == state;
    let in_hand = request.state.is_open() || is(RequestState::Answered);
    // What came in with it is no addition to it, and of one that was just given it is no news that it presses.
    let has = |of: &dyn Fn(&RequestFact) -> bool| facts.iter().any(|(_, fact)| of(fact));
    let new = has(&|fact| matches!(fact, RequestFact::Intake(_)));
    let given = has(
        &|fact| matches!(fact, RequestFact::Move { step, .. } if step.gives() || *step == RequestStep::Reopen),
    );
    let mut out = Vec::new();
    for (by, fact) in facts {
        let to_lead = |matter: M| lead.clone().map(|lead| (matter, lead));
        let told = match fact {
            RequestFact::Move { step, unit: Some(unit), .. }
                if step.gives() && is(RequestState::Assigned) && request.lead_unit.as_ref() == Some(unit) =>
            {
                to_lead(M::Given)
            }
            RequestFact::Move { step: RequestStep::Reopen, .. } if is(RequestState::Reopened) => {
                Some(to_lead(M::TakenUpAgain).unwrap_or((M::ToGive, Audience::Desk)))
            }
            RequestFact::Move { step: RequestStep::RejectReturn, .. } if is(RequestState::Assigned) => {
                to_lead(M::Kept)
            }
            RequestFact::Move { step: RequestStep::Withdraw, .. } if is(RequestState::Withdrawn) => {
                to_lead(M::Withdrawn)
            }
            RequestFact::Move { step: RequestStep::AskReturn, .. } if is(RequestState::ReturnAsked) => {
                Some((M::ReturnAsked, Audience::Desk))
            }
            RequestFact::Move { step: RequestStep::AskReopen, .. } if is(RequestState::ReopenAsked) => {
                Some((M::ReopenAsked, Audience::Desk))
            }
            RequestFact::Intake(_) | RequestFact::Move { step: RequestStep::Unmerge, .. }
                if is(RequestState::Received) =>
            {
                Some((M::ToGive, Audience::Desk))
            }
            // Whatever made it press: those who are told at once have not heard of it before.
            RequestFact::Urgency { .. } | RequestFact::Clock(_)
                if request.state.is_open() && !new && !given && M::MadeUrgent.presses(request) =>
            {
                if request.waits_for_a_unit() {
                    Some((M::ToGive, Audience::Desk))
                } else {
                    to_lead(M::MadeUrgent)
                }
            }
            RequestFact::SupportingUnit { unit, active: true }
                if request.state.is_open() && request.supporting_units.contains(unit) =>
            {
                Some((M::Supports, Audience::Unit(unit.clone())))
            }
            RequestFact::Word { .. } | RequestFact::Photo { shows: PhotoShows::Matter, .. }
                if in_hand && !new =>
            {
                Some(to_lead(M::Added).unwrap_or((M::Added, Audience::Desk)))
            }
            // What those who asked the same and other servers say is noted by the rules.
            RequestFact::Note { .. } if by.as_str() == ROUTING && in_hand && !new => to_lead(M::Added),
            RequestFact::ExtensionAsked { .. } if request.open_extension().is_some() => {
                Some((M::ExtensionAsked, Audience::Supervisors(None)))
            }
            RequestFact::BooksAsked { .. } if request.open_booking().is_some() => {
                Some((M::BooksAsked, Audience::Supervisors(None)))
            }
            RequestFact::ExtensionDecided { granted, .. } if request.state.is_open() => {
                to_lead(if *granted { M::ExtensionGranted } else { M::ExtensionRefused })
            }
            RequestFact::BooksDecided { granted, .. } if request.state.is_open() => {
                to_lead(if *granted { M::BooksGranted } else { M::BooksRefused })
            }
            _ => None,
        };
        out.extend(told.filter(|told| !out.contains(told)));
    }
    out
}

/// What somebody is told of some requests at once: by matter, which ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gathered(BTreeMap<RequestMatter, BTreeSet<Code>>);

impl Gathered {
    pub fn add(&mut self, matter: RequestMatter, request: &Code) {
        self.0.entry(matter).or_default().insert(request.clone());
    }

    /// How many requests it is about.
    pub fn count(&self) -> usize {
        self.0.values().flatten().collect::<BTreeSet<_>>().len()
    }

    /// The matter and the request, where it is about one: the weightiest of what is new of it.
    pub fn one(&self) -> Option<(RequestMatter, &Code)> {
        let (matter, requests) = self.0.first_key_value()?;
        requests.first().filter(|_| self.count() == 1).map(|request| (*matter, request))
    }

    /// How many of them give somebody work.
    pub fn work(&self) -> usize {
        let of = self.0.iter().filter(|(matter, _)| matter.is_work());
        of.flat_map(|(_, requests)| requests).collect::<BTreeSet<_>>().len()
    }
}
