//! Whistles and instant dispatches: the word of each called unit, from whichever server it comes.

use domain::code::Code;
use domain::item::{Item, call};
use domain::source::Source;
use jiff::civil::DateTime;

use super::{TRIES, record, was_overtaken};
use crate::App;
use crate::actor::Actor;
use crate::change::Receipt;
use crate::error::AppError;
use crate::rhythm::to_second;

/// What a called unit says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// It has seen the call; to a whistle, that it is coming.
    Acknowledge,
    Answer {
        text: String,
    },
    /// It is on the spot, with so many people.
    Arrive {
        people: u32,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub unit: Code,
    pub word: Word,
    /// When it was so; now where nothing else is known.
    pub at: Option<DateTime>,
}

impl App {
    /// Takes a unit's word down, with the move it brings about. Several units may answer at the same moment:
    /// whoever comes second finds the call moved on, and its word is taken down as it then stands.
    pub async fn reply(
        &self,
        actor: &Actor,
        plan: &Code,
        code: &Code,
        reply: &Reply,
        source: &Source,
    ) -> Result<Receipt, AppError> {
        let at = reply.at.map_or_else(|| self.wall_second(), to_second);
        let mut tries = 0;
        loop {
            let item = self.item_now(plan, code).await?;
            let facts = facts(&item, reply, at);
            match self.change(actor, record(plan, code, facts, source, "")).await {
                Err(error) if was_overtaken(&error) && tries < TRIES => tries += 1,
                outcome => return outcome,
            }
        }
    }
}

fn facts(item: &Item, reply: &Reply, at: DateTime) -> Vec<domain::item::ItemFact> {
    let unit = reply.unit.clone();
    match &reply.word {
        Word::Acknowledge => call::acknowledge(item, unit, at),
        Word::Answer { text } => call::answer(item, unit, at, text.clone()),
        Word::Arrive { people } => call::arrive(item, unit, at, *people),
    }
}
