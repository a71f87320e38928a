//! What a request is chased for: the limit that runs in a unit's hands, what the office that takes requests in or the one
//! above the unit has to decide, and the monthly look at what is on the books.

use jiff::Span;
use jiff::civil::{DateTime, Time};

use super::call_back::preset_of;
use super::clock::{TimeLimit, end_of};
use super::kind::ClockKind;
use super::state::Request;
use super::workflow::RequestState;
use crate::plan::Plan;
use crate::rhythm::{InForce, Planned, Turn, Watch};

/// Something that a request is watched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watched {
    pub watch: Watch,
    pub limit: DateTime,
    /// When the limit began to run.
    pub began: DateTime,
}

/// How long what is watched may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watching {
    /// What is on the books is looked at again after so many months.
    pub books_months: u8,
    /// The office decides within so long.
    pub decision: TimeLimit,
}

impl Watching {
    /// As a plan's rules say for a request; nothing where the plan takes none.
    pub fn of(plan: &Plan, request: &Request) -> Option<Self> {
        let rules = plan.request_rules.as_ref()?;
        let category = request.category.as_ref();
        let preset = preset_of(rules, &plan.request_categories, category, request.urgency)?;
        Some(Self { books_months: rules.books_months, decision: preset.decision })
    }
}

/// What a request is watched for as it stands. Only what is in somebody's hands is chased: the unit's, or those of the
/// office that gives it out and decides on what units and residents ask of it. What waits for the resident is not.
pub fn watched(request: &Request, by: Watching, now: DateTime) -> Vec<Watched> {
    let mut out = in_hand(request, by, now);
    // Of what a unit asks of the office above it only the day is on record: it has the rest of that.
    out.extend(request.asks_since().map(end_of).map(|began| Watched {
        watch: Watch::Asked,
        limit: by.decision.due(began, &[]),
        began,
    }));
    out
}

fn in_hand(request: &Request, by: Watching, now: DateTime) -> Vec<Watched> {
    let Watching { books_months, decision } = by;
    match request.state {
        _ if request.waits_for_a_unit() => {
            let clock = request.clocks.get(&ClockKind::Assignment);
            let limit = request.due(ClockKind::Assignment);
            let given_out = limit.zip(clock).map(|(limit, clock)| Watched {
                watch: Watch::Desk,
                limit,
                began: clock.from,
            });
            given_out.into_iter().collect()
        }
        RequestState::ReturnAsked | RequestState::ReopenAsked => {
            let limit = decision.due(request.since, &[]);
            vec![Watched { watch: Watch::Desk, limit, began: request.since }]
        }
        RequestState::Assigned
        | RequestState::Accepted
        | RequestState::InProgress
        | RequestState::Reopened => {
            let running = request.limit().and_then(|(kind, limit)| {
                let began = request.clocks.get(&kind)?.from;
                Some(Watched { watch: Watch::Request, limit, began })
            });
            running.into_iter().collect()
        }
        RequestState::OnTheBooks => {
            let until = request.moves.last().and_then(|moved| moved.until);
            let promised = until.map(|until| Watched {
                watch: Watch::Request,
                limit: end_of(until),
                began: request.since,
            });
            promised.into_iter().chain(review(request, books_months, now)).collect()
        }
        _ => Vec::new(),
    }
}

/// The last look at what is on the books that has come due by now. Whoever has said anything of it since the month
/// before it ran out has looked.
fn review(request: &Request, months: u8, now: DateTime) -> Option<Watched> {
    let (since, every) = (request.since.date(), i64::from(months.max(1)));
    let after = |times: i64| since.saturating_add(Span::new().months(times * every));
    // A plan runs for some years; nothing is on the books for centuries.
    let times = (1..=1_200).take_while(|times| after(*times) <= now.date()).last()?;
    let (day, before) = (after(times), after(times - 1));
    let looked = |at: &DateTime| at.date() > before && *at > request.since;
    let said = request.notes.iter().map(|(at, _)| at).chain(request.contacts.iter().map(|(at, ..)| at));
    if said.into_iter().any(looked) {
        return None;
    }
    Some(Watched { watch: Watch::Books, limit: day.to_datetime(Time::midnight()), began: request.since })
}

impl InForce {
    /// The ladders that a request is on at a moment, with what became of each rung.
    pub fn ladder_of_request(&self, request: &Request, by: Watching, now: DateTime) -> Vec<Planned<'_>> {
        let mut out: Vec<Planned<'_>> = watched(request, by, now)
            .into_iter()
            .flat_map(|it| self.climb(it.watch, it.limit, it.began, &request.chases, now))
            .collect();
        out.sort_by_key(|planned| (planned.at, planned.rung.to));
        out
    }

    /// What is to be done about a request now, in order.
    pub fn due_of_request(&self, request: &Request, by: Watching, now: DateTime) -> Vec<Planned<'_>> {
        if !self.acts_on(now.date()) {
            return Vec::new();
        }
        let mut out = self.ladder_of_request(request, by, now);
        out.retain(|planned| planned.turn == Turn::Due);
        out
    }
}
