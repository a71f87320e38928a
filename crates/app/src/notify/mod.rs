//! Telling people: on the site at once, by mail and webhook as each of them wants it.
//!
//! [`tell`] runs in the transaction of the change that people are told about. It gives each person a
//! notice and puts down an errand; a server that is free works out who is told when and how
//! ([`App::route`]), and later what exactly is sent ([`App::parcels`]). Sending itself is the
//! `delivery` crate's.

mod alert_letter;
mod calendar;
pub(crate) mod errand;
mod feed;
mod inbox;
mod parcel;
mod queue;
mod reader_letter;
mod route;
mod short_message;
mod tellings;
mod wording;

use domain::code::Code;
use domain::notice::Notice;
use jiff::Timestamp;
use store::{StoreError, Tx};

use errand::Errand;

pub use calendar::{CalendarLine, Moment};
pub use errand::lane;
pub use feed::{Covers, NewFeed};
pub use inbox::{Inbox, UNREAD_MOST};
pub use parcel::{Letter, Parcel, Post, ShortMessage};
pub use queue::{Carried, DeadLetter};
pub use route::{Reach, ReachedGateway, ReachedHook};
pub(crate) use tellings::{might_concern, tell_of, unit_name};
pub(crate) use wording::lang;
pub use wording::say;

/// Who is told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Recipient {
    Person(Code),
    /// A unit's own webhooks, such as the robot of its group chat. Its people are named one by one.
    Unit(Code),
}

impl Recipient {
    /// Reads `person:CODE` or `unit:CODE`.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, code) = text.split_once(':')?;
        let code = Code::new(code).ok()?;
        match kind {
            "person" => Some(Self::Person(code)),
            "unit" => Some(Self::Unit(code)),
            _ => None,
        }
    }
}

/// Tells each recipient once, within the transaction of what they are told about: it is told if, and
/// only if, that is kept. Returns how many people had not been told before.
pub fn tell(tx: &mut Tx, notice: &Notice, to: &[Recipient], now: Timestamp) -> Result<usize, StoreError> {
    let now = now.as_microsecond();
    let mut told = 0;
    for recipient in to {
        match recipient {
            Recipient::Person(person) => {
                if tx.add_notice(person, notice, now)? {
                    told += 1;
                    let errand = Errand::Person { person: person.clone(), event: notice.event.clone() };
                    tx.enqueue(&errand.job(lane::ROUTE, now), now)?;
                }
            }
            Recipient::Unit(unit) => {
                let errand = Errand::Unit { unit: unit.clone(), notice: notice.clone(), at: now };
                tx.enqueue(&errand.job(lane::ROUTE, now), now)?;
            }
        }
    }
    Ok(told)
}
