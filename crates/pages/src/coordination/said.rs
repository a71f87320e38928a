//! What the forms of a call ask for, as facts.

use app::coordination::{Reply, Word};
use app::{AppError, Change, Receipt};
use domain::code::Code;
use domain::command::Command;
use domain::fact::Fact;
use domain::item::kind::Level;
use domain::item::{Item, ItemFact, ItemKind, Step, workflow};
use domain::subject::Subject;

use crate::editor::field::Typed;
use crate::editor::reader::{Mistake, Reader};
use crate::ledger::act::source;
use crate::ledger::form::{must, must_text};
use crate::visit::Visit;

/// What became of a form.
pub enum Said {
    Done(Receipt),
    /// Fields with what is wrong with them.
    Wrong(Vec<(String, Mistake)>),
    Failed(AppError),
}

/// What may be said on the page of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    Acknowledge,
    Answer,
    Arrive,
    Note,
    Solve,
    Raise,
    Mark,
    Close,
}

impl Act {
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "acknowledge" => Self::Acknowledge,
            "answer" => Self::Answer,
            "arrive" => Self::Arrive,
            "note" => Self::Note,
            "solve" => Self::Solve,
            "raise" => Self::Raise,
            "mark" => Self::Mark,
            "close" => Self::Close,
            _ => return None,
        })
    }
}

pub async fn say(visit: &Visit, plan: &Code, item: &Item, act: Act, typed: &Typed) -> Said {
    let mut reader = Reader::new(typed);
    let mut reason = String::new();
    let facts = match act {
        Act::Acknowledge | Act::Answer | Act::Arrive => {
            let reply = reply(act, &mut reader);
            return match reply {
                Some(reply) if reader.mistakes.is_empty() => {
                    let source = source(visit);
                    let outcome = visit.app.reply(&visit.actor, plan, &item.code, &reply, &source).await;
                    outcome.map_or_else(Said::Failed, Said::Done)
                }
                _ => Said::Wrong(reader.mistakes),
            };
        }
        Act::Note => {
            let text = must_text(&mut reader, "progress");
            let note = text.map(|text| ItemFact::Progress { text, percent: None });
            // The first note of units that are there begins their joint handling.
            note.into_iter().chain(step(item, Step::Handle)).collect()
        }
        Act::Solve => outcome(&mut reader, true).into_iter().chain(step(item, Step::Solve)).collect(),
        Act::Raise => {
            reason = must_text(&mut reader, "reason").unwrap_or_default();
            let level = ItemFact::Level { level: Level::City };
            [level].into_iter().chain(step(item, Step::Raise)).collect()
        }
        Act::Mark => marks(item, &mut reader),
        Act::Close => {
            reason = reader.long("reason");
            outcome(&mut reader, true).into_iter().chain(step(item, Step::Close)).collect()
        }
    };
    if !reader.mistakes.is_empty() {
        return Said::Wrong(reader.mistakes);
    }
    let change = Change {
        command: Command::Record {
            subject: Subject::item(plan, &item.code),
            facts: facts.into_iter().map(Fact::from).collect::<Vec<_>>(),
            expected: None,
        },
        effective: None,
        source: source(visit),
        reason,
    };
    visit.app.change(&visit.actor, change).await.map_or_else(Said::Failed, Said::Done)
}

fn reply(act: Act, reader: &mut Reader<'_>) -> Option<Reply> {
    let unit = must(reader, "unit", |r| r.code("unit"));
    let word = match act {
        Act::Arrive => Word::Arrive { people: must(reader, "people", |r| r.whole("people"))? },
        Act::Answer => Word::Answer { text: must_text(reader, "answer")? },
        _ => Word::Acknowledge,
    };
    let at = reader.moment("at");
    Some(Reply { unit: unit?, word, at })
}

fn outcome(reader: &mut Reader<'_>, solved: bool) -> Option<ItemFact> {
    must_text(reader, "outcome").map(|text| ItemFact::Outcome { solved, text })
}

/// The move that a step makes from where the item stands; none where there is none to make.
fn step(item: &Item, step: Step) -> Option<ItemFact> {
    let skips = step == Step::Handle && item.kind != ItemKind::Whistle;
    let held = workflow::find(item.kind, item.state, step).filter(|_| !skips);
    match (held, step) {
        (Some(held), _) => Some(ItemFact::Move { step, state: held.to, by: None }),
        (None, Step::Handle) => None,
        // Somebody else was quicker: the rules say so.
        (None, _) => Some(ItemFact::Move { step, state: item.state, by: None }),
    }
}

fn marks(item: &Item, reader: &mut Reader<'_>) -> Vec<ItemFact> {
    let units: Vec<Code> = item.all_units().cloned().collect();
    let mut facts = Vec::new();
    for unit in units {
        let (name, note) = (format!("mark:{unit}"), reader.long(&format!("note:{unit}")));
        let mark = must(reader, &name, |r| {
            r.word(&name, |text| match text {
                "veto" => Some((1, true)),
                text => text.parse::<u8>().ok().map(|mark| (mark, false)),
            })
        });
        facts.extend(mark.map(|(mark, veto)| ItemFact::Mark { unit, mark, veto, note }));
    }
    facts.extend(step(item, Step::Mark));
    facts
}
