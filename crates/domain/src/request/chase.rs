//! What a request is chased for: the limit that runs in a unit's hands, and the monthly look at what is on the books.

use jiff::Span;
use jiff::civil::{DateTime, Time};

use super::clock::end_of;
use super::state::Request;
use super::workflow::RequestState;
use crate::rhythm::{InForce, Planned, Turn, Watch};

/// Something that a request is watched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watched {
    pub watch: Watch,
    pub limit: DateTime,
    /// When the limit began to run.
    pub began: DateTime,
}

/// What a request is watched for as it stands. Only what is in the unit's own hands is chased: not what waits for the
/// office to give it out, nor what waits for the resident.
pub fn watched(request: &Request, books_months: u8, now: DateTime) -> Vec<Watched> {
    match request.state {
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
    pub fn ladder_of_request(&self, request: &Request, months: u8, now: DateTime) -> Vec<Planned<'_>> {
        let mut out: Vec<Planned<'_>> = watched(request, months, now)
            .into_iter()
            .flat_map(|it| self.climb(it.watch, it.limit, it.began, &request.chases, now))
            .collect();
        out.sort_by_key(|planned| (planned.at, planned.rung.to));
        out
    }

    /// What is to be done about a request now, in order.
    pub fn due_of_request(&self, request: &Request, months: u8, now: DateTime) -> Vec<Planned<'_>> {
        if !self.acts_on(now.date()) {
            return Vec::new();
        }
        let mut out = self.ladder_of_request(request, months, now);
        out.retain(|planned| planned.turn == Turn::Due);
        out
    }
}
