//! Putting things on the books under the next free number of their register.

use domain::code::Code;
use domain::item::ItemKind;
use domain::refusal::Problem;

use crate::App;
use crate::actor::Actor;
use crate::change::{Change, Receipt};
use crate::error::AppError;

/// Tries for a free number when several people register something at once.
const TRIES: usize = 5;

fn is_taken(error: &AppError) -> bool {
    let taken = |problem: &Problem| matches!(problem, Problem::AlreadyRegistered(_));
    matches!(error, AppError::Refused(refusals) if refusals.iter().any(|it| taken(&it.problem)))
}

impl App {
    /// Makes the changes that come with the next free code of a kind, all or none; when somebody else takes
    /// the code at the same moment, with the one after.
    pub async fn change_numbered(
        &self,
        actor: &Actor,
        plan: &Code,
        kind: ItemKind,
        changes: impl Fn(&Code) -> Result<Vec<Change>, (usize, AppError)>,
    ) -> Result<(Code, Vec<Receipt>), (usize, AppError)> {
        let mut tries = 0;
        loop {
            let code = self.next_item_code(plan, kind).await.map_err(|error| (0, error))?;
            match self.change_all(actor, changes(&code)?).await {
                Ok(receipts) => return Ok((code, receipts)),
                Err((_, error)) if is_taken(&error) && tries < TRIES => tries += 1,
                Err(error) => return Err(error),
            }
        }
    }
}
