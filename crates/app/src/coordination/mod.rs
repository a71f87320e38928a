//! Units brought together: meetings, instant dispatches, whistles, five parties.

mod call;
pub(crate) mod meeting;
mod parties;

pub use call::{Reply, Word};
pub use meeting::NewDecision;
pub use parties::Community;

use domain::code::Code;
use domain::command::Command;
use domain::fact::Fact;
use domain::history::View;
use domain::item::{Item, ItemFact};
use domain::refusal::Problem;
use domain::source::Source;
use domain::subject::Subject;
use store::{Connection, StoreError};

use crate::App;
use crate::change::Change;
use crate::error::AppError;

/// How often something is tried again when somebody else was quicker by a hair.
const TRIES: usize = 5;

impl App {
    /// An item as it is now.
    async fn item_now(&self, plan: &Code, code: &Code) -> Result<Item, AppError> {
        let (item, _) = self.item(plan, code, crate::read::Asked::default()).await?;
        Ok(item)
    }
}

/// Facts of an item, recorded today.
fn record(plan: &Code, item: &Code, facts: Vec<ItemFact>, source: &Source, reason: &str) -> Change {
    Change {
        command: Command::Record {
            subject: Subject::item(plan, item),
            facts: facts.into_iter().map(Fact::from).collect(),
            expected: None,
        },
        effective: None,
        source: source.clone(),
        reason: reason.to_owned(),
    }
}

/// Whether the refusal comes from somebody else's having moved the item on meanwhile.
fn was_overtaken(error: &AppError) -> bool {
    let overtaken =
        |problem: &Problem| matches!(problem, Problem::IllegalMove { .. } | Problem::AlreadyRegistered(_));
    matches!(error, AppError::Refused(refusals) if refusals.iter().any(|it| overtaken(&it.problem)))
}

fn item_at(c: &mut Connection, plan: &Code, code: &Code, view: View) -> Result<Option<Item>, StoreError> {
    Ok(c.subject(&Subject::item(plan, code))?.and_then(|history| Item::at(&history, view)))
}
