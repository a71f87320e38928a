//! A request's limits: the clocks that were set, the extensions that were granted for them, and which of them counts.
//! An extension belongs to the limit that it was asked for: taken up again, a request has a new one, and what was
//! granted before moves it no more. The rates go by the limit of the first answer, with all that moved that one.

use jiff::civil::{Date, DateTime};

use super::clock::{Clock, Pause, end_of};
use super::fact::RequestFact;
use super::kind::ClockKind;
use super::state::{Moved, Request};
use super::workflow::{RequestState, RequestStep};
use crate::history::{SubjectHistory, View};
use crate::journal::Seq;

/// What sets or moves the limit of an answer, in the order in which it counts where one entry says several.
enum Turn<'a> {
    Again,
    Set(&'a Clock),
    Asked(u32, Date),
    Decided(u32, bool),
}

impl<'a> Turn<'a> {
    fn of(fact: &'a RequestFact) -> Option<Self> {
        match fact {
            RequestFact::Move { step: RequestStep::Reopen, .. } => Some(Self::Again),
            RequestFact::Clock(clock) if clock.clock == ClockKind::Resolution => Some(Self::Set(clock)),
            RequestFact::ExtensionAsked { number, until, .. } => Some(Self::Asked(*number, *until)),
            RequestFact::ExtensionDecided { number, granted, .. } => Some(Self::Decided(*number, *granted)),
            _ => None,
        }
    }

    fn order(&self) -> u8 {
        match self {
            Self::Again => 0,
            Self::Set(_) => 1,
            Self::Asked(..) => 2,
            Self::Decided(..) => 3,
        }
    }
}

fn pauses_of(moves: &[Moved]) -> Vec<Pause> {
    let mut out: Vec<Pause> = Vec::new();
    for moved in moves {
        match (moved.from.pauses(), moved.to.pauses()) {
            (false, true) => out.push(Pause { from: moved.at, to: None }),
            (true, false) => {
                if let Some(open) = out.last_mut() {
                    open.to = Some(moved.at);
                }
            }
            _ => {}
        }
    }
    out
}

impl Request {
    /// Follows the limits of its answer through its history. They lie in lines of their own, and are put in their order
    /// here.
    pub(super) fn follow_limits(&mut self, history: &SubjectHistory, view: View) {
        // Most have one limit, which nothing moved.
        if self.reopened == 0 && self.extensions.is_empty() {
            self.first_resolution = self.clocks.get(&ClockKind::Resolution).cloned();
            return;
        }
        let mut turns: Vec<(Date, Seq, Turn)> = history
            .visible::<RequestFact>(view)
            .filter_map(|held| Some((held.effective, held.seq, Turn::of(held.fact)?)))
            .collect();
        turns.sort_by_key(|(effective, seq, turn)| (*effective, *seq, turn.order()));
        let mut clock: Option<&Clock> = None;
        let (mut asked, mut extended): (Option<(u32, Date)>, Option<Date>) = (None, None);
        for (_, seq, turn) in turns {
            match turn {
                Turn::Again => {
                    if self.taken_up.is_none() && clock.is_some() {
                        (self.first_resolution, self.first_extended) = (clock.cloned(), extended);
                        self.taken_up = Some(seq);
                    }
                    (asked, extended) = (None, None);
                }
                Turn::Set(held) => clock = Some(held),
                Turn::Asked(number, until) => asked = Some((number, until)),
                Turn::Decided(number, granted) => {
                    let until = asked.take_if(|(of, _)| *of == number).filter(|_| granted);
                    extended = extended.max(until.map(|(_, until)| until));
                }
            }
        }
        if self.taken_up.is_none() {
            (self.first_resolution, self.first_extended) = (clock.cloned(), extended);
        }
        self.extended = extended;
    }

    /// When the limits stood still.
    pub fn pauses(&self) -> Vec<Pause> {
        pauses_of(&self.moves)
    }

    /// When a limit runs out. The day to which it was extended, or for which it is on the books, stands in its place
    /// where that is later.
    pub fn due(&self, kind: ClockKind) -> Option<DateTime> {
        let due = self.clocks.get(&kind)?.due(&self.pauses());
        Some(match kind {
            ClockKind::Resolution => later(later(due, self.extended), self.booked()),
            ClockKind::Assignment | ClockKind::Response => due,
        })
    }

    /// When the limit that its rates go by runs out. Nothing where it never had one, and while it stands still with time
    /// left because something was asked of whoever made the request: nobody knows yet.
    pub fn first_due(&self) -> Option<DateTime> {
        let clock = self.first_resolution.as_ref()?;
        let until = self.taken_up.and_then(|seq| {
            self.moves.iter().position(|moved| moved.seq == seq && moved.step == RequestStep::Reopen)
        });
        let pauses = pauses_of(&self.moves[..until.unwrap_or(self.moves.len())]);
        let due = later(clock.due(&pauses), self.first_extended);
        if until.is_some() {
            return Some(due);
        }
        let waits = self.state == RequestState::WaitingForResident;
        match pauses.last() {
            Some(Pause { from, to: None }) if waits && *from <= due => None,
            _ => Some(later(due, self.booked())),
        }
    }

    /// The day for which it is on the books.
    fn booked(&self) -> Option<Date> {
        let last = self.moves.last().filter(|_| self.state == RequestState::OnTheBooks)?;
        last.until
    }

    /// Whether nobody has it, and it is to be given out: new, or taken up again before anybody had it.
    pub fn waits_for_a_unit(&self) -> bool {
        match self.state {
            RequestState::Received => true,
            RequestState::Reopened => self.lead_unit.is_none(),
            _ => false,
        }
    }

    /// The limit that counts now: to be given out, to be spoken to, to be answered.
    pub fn limit(&self) -> Option<(ClockKind, DateTime)> {
        if !self.state.is_open() {
            return None;
        }
        let waits_for_contact = self.contact.is_none() && self.answers.is_empty();
        let kind = if self.waits_for_a_unit() {
            ClockKind::Assignment
        } else if waits_for_contact && self.taken_up.is_none() {
            let response = self.due(ClockKind::Response);
            let resolution = self.due(ClockKind::Resolution);
            if response.is_some() && (resolution.is_none() || response < resolution) {
                ClockKind::Response
            } else {
                ClockKind::Resolution
            }
        } else {
            ClockKind::Resolution
        };
        self.due(kind).map(|due| (kind, due))
    }
}

fn later(due: DateTime, day: Option<Date>) -> DateTime {
    day.map_or(due, |day| due.max(end_of(day)))
}
