//! What an item is chased for, and what of that is due.

use jiff::civil::{Date, DateTime};

use super::rules::{InForce, Recipient, Rung, Wait, Watch};
use crate::code::Code;
use crate::item::kind::ItemKind;
use crate::item::{Item, Relation, State, Step, Target};
use crate::journal::Seq;

/// A reminder or escalation that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chase {
    pub on: Date,
    pub watch: Watch,
    /// The limit it counts from: another limit is another climb of the ladder.
    pub limit: DateTime,
    pub after: Wait,
    pub to: Recipient,
    pub slip: Option<Code>,
    pub seq: Seq,
}

/// What has become of a rung.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    Done(Date),
    /// It is reached and waits to be done.
    Due,
    /// It comes if nothing happens before.
    Coming,
    /// Its time is over: a reminder after the limit, or a rung below one that was climbed.
    Lapsed,
}

/// A rung of the ladder that an item is on.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned<'a> {
    pub at: DateTime,
    pub watch: Watch,
    pub limit: DateTime,
    pub rung: &'a Rung,
    pub turn: Turn,
}

/// What an item is watched for as it stands, and the limit that counts; `None` where nobody is chased.
///
/// Only what is in the unit's own hands is chased: not what waits for the office to assign or to check it,
/// and not what rests.
pub fn watched(item: &Item) -> Option<(Watch, DateTime)> {
    let day = |date: Option<Date>| date.map(|date| date.at(0, 0, 0, 0));
    match (item.kind, item.state) {
        (
            ItemKind::Directive | ItemKind::TrackedTask | ItemKind::Finding | ItemKind::Decision,
            State::Assigned | State::Objected | State::InHand,
        ) => Some((Watch::Limit, day(item.due)?)),
        (ItemKind::Return, State::Open) => Some((Watch::Return, day(item.due)?)),
        (ItemKind::Report, State::Draft) => Some((Watch::Report, day(item.due)?)),
        (ItemKind::Slip, State::Sent) => Some((Watch::Slip, day(item.due)?)),
        (ItemKind::Whistle, State::Called) => Some((Watch::Whistle, item.answer_by?)),
        (ItemKind::Dispatch, State::Called) => {
            item.unanswered().next()?;
            Some((Watch::Dispatch, item.answer_by?))
        }
        (ItemKind::Meeting, State::Held) => Some((Watch::Minutes, held_at(item)?)),
        _ => None,
    }
}

/// What a slip is about while it waits to be signed for. It asks for nothing any more once all of that is done with,
/// or rests.
pub fn slipped(item: &Item) -> impl Iterator<Item = &Target> {
    let waits = (item.kind, item.state) == (ItemKind::Slip, State::Sent);
    let about = |to: &&Target| matches!(to, Target::Item(_) | Target::Request(_));
    item.linked(Relation::Supervises).filter(move |_| waits).filter(about)
}

/// When a meeting was held: as appointed, else by the end of the day.
fn held_at(item: &Item) -> Option<DateTime> {
    let on = item.moves.iter().rev().find(|moved| moved.step == Step::Hold)?.on;
    let appointed = item.appointment.as_ref().map(|(at, _)| *at).filter(|at| at.date() == on);
    Some(appointed.unwrap_or_else(|| on.at(18, 0, 0, 0)))
}

impl InForce {
    /// The whole ladder that an item is on at a moment, lowest first, with what became of each rung.
    pub fn ladder_of(&self, item: &Item, now: DateTime) -> Vec<Planned<'_>> {
        watched(item).map_or_else(Vec::new, |(watch, limit)| {
            self.climb(watch, limit, DateTime::MIN, &item.chases, now)
        })
    }

    /// The ladder towards one limit. A rung that lies before the limit began to run has lapsed: nobody is reminded
    /// of what they have just been given.
    pub(crate) fn climb(
        &self,
        watch: Watch,
        limit: DateTime,
        began: DateTime,
        chases: &[Chase],
        now: DateTime,
    ) -> Vec<Planned<'_>> {
        let rules = &self.rules;
        let held: Vec<&Chase> =
            chases.iter().filter(|chase| chase.watch == watch && chase.limit == limit).collect();
        let highest = held.iter().map(|chase| chase.after.after(limit, rules.at)).max();
        let mut out: Vec<Planned<'_>> = rules
            .ladder(watch)
            .iter()
            .map(|rung| {
                let at = rung.after.after(limit, rules.at);
                let done = held.iter().find(|chase| (chase.after, chase.to) == (rung.after, rung.to));
                let over = rung.after.is_ahead()
                    && match rung.after {
                        Wait::Hours(_) => now > limit,
                        _ => now.date() > limit.date(),
                    };
                let turn = match done {
                    Some(chase) => Turn::Done(chase.on),
                    None if over || highest.is_some_and(|highest| at < highest) => Turn::Lapsed,
                    None if at < began || !self.acts_on(at.date()) => Turn::Lapsed,
                    None if at <= now => Turn::Due,
                    None => Turn::Coming,
                };
                Planned { at, watch, limit, rung, turn }
            })
            .collect();
        out.sort_by_key(|planned| (planned.at, planned.rung.to));
        out
    }

    /// What is to be done about an item now, in order.
    pub fn due(&self, item: &Item, now: DateTime) -> Vec<Planned<'_>> {
        if !self.acts_on(now.date()) {
            return Vec::new();
        }
        let mut out = self.ladder_of(item, now);
        out.retain(|planned| planned.turn == Turn::Due);
        out
    }

    /// Only an item with a limit by this day can have anything due: rungs lie so far ahead of it at most.
    pub fn horizon(&self, day: Date) -> Date {
        let ahead = self.rules.ladders.values().flatten().map(|rung| match rung.after {
            Wait::WorkingDays(n) => -i32::from(n.min(0)),
            Wait::Hours(n) => (i32::from(-n.min(0)) + 23) / 24,
            Wait::Minutes(_) => 0,
        });
        // A limit that falls on a day off counts from the next working day.
        crate::workday::nth(day, ahead.max().unwrap_or(0) + 1)
    }
}
