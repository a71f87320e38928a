//! What the unit that has a request asks of the office above it: more time, and that it goes on the books.

use jiff::civil::Date;

use super::state::Request;
use super::workflow::{RequestState, RequestStep};
use crate::item::Target;
use crate::journal::Seq;

/// Something that was asked for, with what was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// Which of its kind it is.
    pub number: u32,
    /// The day that is asked for.
    pub until: Date,
    pub reason: String,
    pub asked: Seq,
    pub asked_on: Date,
    pub granted: Option<bool>,
    pub note: String,
}

impl Ask {
    pub(super) fn decide(&mut self, granted: bool, note: &str) {
        self.granted = Some(granted);
        note.clone_into(&mut self.note);
    }
}

impl Request {
    /// The last extension that was asked for.
    pub fn extension(&self) -> Option<&Ask> {
        self.extensions.last()
    }

    /// The number of the next one.
    pub fn next_extension(&self) -> u32 {
        self.extension().map_or(1, |held| held.number + 1)
    }

    /// The extension that somebody has to decide.
    pub fn open_extension(&self) -> Option<&Ask> {
        self.extension().filter(|ask| self.stands(ask))
    }

    pub fn next_booking(&self) -> u32 {
        self.bookings.last().map_or(1, |(_, held)| held.number + 1)
    }

    /// What it is to wait for on the books, where somebody has to decide.
    pub fn open_booking(&self) -> Option<&(Target, Ask)> {
        self.bookings.last().filter(|(_, ask)| self.stands(ask))
    }

    /// Since which day the office above has had something to decide.
    pub fn asks_since(&self) -> Option<Date> {
        let booking = self.open_booking().map(|(_, ask)| ask);
        booking.into_iter().chain(self.open_extension()).map(|ask| ask.asked_on).min()
    }

    /// The refusal that a review is asked of: somebody else than whoever refused decides it.
    pub fn refusal_under_review(&self) -> Option<Seq> {
        let refused = self.moves.iter().rfind(|moved| moved.step == RequestStep::Refuse)?;
        let reviewed = self.state == RequestState::Refused
            || self.state == RequestState::ReopenAsked
                && self.moves.last().is_some_and(|moved| moved.from == RequestState::Refused);
        reviewed.then_some(refused.seq)
    }

    /// Whether it is still to be decided: with an answer, another unit or the books it is no longer asked for.
    fn stands(&self, ask: &Ask) -> bool {
        use RequestStep::{Accept, AskResident, Resume, Start};
        let goes_on = |step| matches!(step, Accept | Start | AskResident | Resume);
        let since = self.moves.iter().rev().take_while(|moved| moved.seq > ask.asked);
        ask.granted.is_none() && self.state.is_open() && since.into_iter().all(|moved| goes_on(moved.step))
    }
}
