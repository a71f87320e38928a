//! What those who asked are told: what was reached by the project or item that their request led to.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::code::Code;
use crate::history::{SubjectHistory, View};
use crate::item::workflow::{Standing, State};
use crate::item::{ItemFact, Target};
use crate::journal::Seq;
use crate::milestone::Aspect;
use crate::project::ProjectFact;

/// Something that was reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    pub of: Target,
    /// The step of the project; nothing where the item itself is done.
    pub step: Option<Code>,
    pub on: Date,
    /// The entry that says so: whoever was linked later knew it already.
    pub seq: Seq,
}

/// What a project or item has reached by a day, in the order in which it was recorded. Steps of a project's parts
/// are the project's own matter; a date that was taken back was not reached.
pub fn reached(history: &SubjectHistory, today: Date) -> Vec<Reached> {
    let Some(of) = Target::of(&history.subject) else { return Vec::new() };
    let view = View::as_of(today);
    let mut out: Vec<Reached> = match &of {
        Target::Project(_) => {
            let mut steps: BTreeMap<&Code, Option<(Date, Seq)>> = BTreeMap::new();
            for held in history.visible::<ProjectFact>(view) {
                if let ProjectFact::Milestone { aspect: Aspect::Actual, part: None, step, date, .. } =
                    held.fact
                {
                    steps.insert(step, date.map(|date| (date.first(), held.seq)));
                }
            }
            let done = steps.into_iter().filter_map(|(step, reached)| Some((step, reached?)));
            done.filter(|(_, (on, _))| *on <= today)
                .map(|(step, (on, seq))| Reached { of: of.clone(), step: Some(step.clone()), on, seq })
                .collect()
        }
        Target::Item(_) => {
            let moves = history.visible::<ItemFact>(view).filter_map(|held| match held.fact {
                ItemFact::Move { state, .. } => Some((*state, held.effective, held.seq)),
                _ => None,
            });
            let done = |(state, ..): &(State, Date, Seq)| state.standing() == Standing::Done;
            moves
                .last()
                .filter(done)
                .map(|(_, on, seq)| Reached { of: of.clone(), step: None, on, seq })
                .into_iter()
                .collect()
        }
        Target::Indicator(_) | Target::Request(_) => Vec::new(),
    };
    out.sort_by_key(|reached| reached.seq);
    out
}
