//! What lists and rates need of a request: one row, made from its facts.

use jiff::civil::{Date, DateTime};

use super::fact::Point;
use super::kind::{Channel, ClockKind, RequestKind, Urgency};
use super::rate::RateRow;
use super::state::Request;
use super::workflow::RequestState;
use crate::code::Code;
use crate::journal::Seq;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestRow {
    pub code: Code,
    pub registered: Seq,
    pub state: RequestState,
    pub since: DateTime,
    pub kind: RequestKind,
    pub channel: Channel,
    pub urgency: Urgency,
    pub category: Option<Code>,
    /// Whether the program chose the category, and nobody has looked yet.
    pub suggested: bool,
    pub lead_unit: Option<Code>,
    /// The finest area.
    pub area: Option<Code>,
    pub address: String,
    pub point: Option<Point>,
    pub title: String,
    pub text: String,
    pub number: String,
    pub received: DateTime,
    /// The limit that counts now, and when it runs out.
    pub limit: Option<(ClockKind, DateTime)>,
    pub answered: Option<DateTime>,
    pub reopened: u32,
    pub published: bool,
    pub master: Option<Code>,
    pub parent: Option<Code>,
    pub rate: Option<RateRow>,
}

impl RequestRow {
    pub fn of(request: &Request) -> Self {
        Self {
            code: request.code.clone(),
            registered: request.registered,
            state: request.state,
            since: request.since,
            kind: request.kind,
            channel: request.channel,
            urgency: request.urgency,
            category: request.category.clone(),
            suggested: request.suggested,
            lead_unit: request.lead_unit.clone(),
            area: request.areas.first().cloned(),
            address: request.address.clone(),
            point: request.point,
            title: request.title.clone(),
            text: request.text.clone(),
            number: request.number.clone(),
            received: request.received,
            limit: request.limit(),
            answered: request.answer().map(|(at, _)| *at),
            reopened: request.reopened,
            published: request.is_public(),
            master: request.master.clone(),
            parent: request.parent.clone(),
            rate: RateRow::of(request),
        }
    }

    /// Whether the limit has run out.
    pub fn is_late(&self, now: DateTime) -> bool {
        !self.state.pauses() && self.limit.is_some_and(|(_, due)| now > due)
    }

    /// The day the limit that counts now runs out.
    pub fn due_day(&self) -> Option<Date> {
        self.limit.map(|(_, due)| due.date())
    }
}
