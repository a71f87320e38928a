//! What taking a request in and doing something with one stand on alike: when it is, with which key, and for whom.

use domain::code::Code;
use domain::request::Who;
use domain::source::Source;
use domain::telling::Staff;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use super::protection::ProtectionKey;
use crate::App;
use crate::actor::Actor;

/// What is the same for all that is done at once.
#[derive(Debug, Clone)]
pub(crate) struct Occasion {
    pub now: Timestamp,
    pub today: Date,
    pub wall: DateTime,
    /// Whether people are told.
    pub tells: bool,
    /// Seals and opens who asked.
    pub key: Option<ProtectionKey>,
}

/// What takes requests of a plan in, for somebody.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Filing<'a> {
    pub actor: &'a Actor,
    pub plan: &'a Code,
    pub on: &'a Occasion,
}

/// What does something with them.
pub(super) struct Doing<'a> {
    pub of: Filing<'a>,
    pub who: Who,
    pub source: &'a Source,
    /// Who is told of what concerns those with an account.
    pub staff: Option<&'a Staff>,
}

impl App {
    /// As it is now.
    pub(crate) fn occasion(&self) -> Occasion {
        Occasion {
            now: self.clock().now(),
            today: self.clock().today(),
            wall: self.wall_second(),
            tells: self.inner.tells,
            key: self.key().cloned(),
        }
    }
}

impl Occasion {
    pub(crate) fn filing<'a>(&'a self, actor: &'a Actor, plan: &'a Code) -> Filing<'a> {
        Filing { actor, plan, on: self }
    }
}

impl<'a> Filing<'a> {
    pub(super) fn doing(self, who: Who, source: &'a Source) -> Doing<'a> {
        Doing { of: self, who, source, staff: None }
    }
}
