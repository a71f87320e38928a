//! Erasing: who asked, or also what they said, of a request and of the matters it was divided into. What was done about
//! a request stays, and that something was erased and why. Files that wait to be imported are not looked through: they
//! are sealed, and end by themselves within hours.

use domain::code::Code;
use domain::command::Command;
use domain::history::View;
use domain::refusal::{Problem, Refusal};
use domain::request::{Request, RequestFact, RequestState};
use domain::source::Source;
use domain::subject::Subject;

use super::by_resident;
use crate::App;
use crate::actor::Actor;
use crate::change::{Change, make};
use crate::error::AppError;

/// How much is erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Erase {
    /// Name, contacts, link.
    Person,
    /// These, and every word of theirs wherever it stands.
    Everything,
}

impl App {
    /// Takes away what tells who asked; what was done about the request stays. The journal says that it was
    /// done and why, not what it was.
    pub async fn erase_person(
        &self,
        actor: &Actor,
        plan: &Code,
        code: &Code,
        reason: &str,
    ) -> Result<(), AppError> {
        self.erase(actor, plan, code, reason, Erase::Person).await
    }

    /// For whoever asked, by their link: once nothing is to be done for them any more.
    pub async fn erase_by_link(&self, plan: &Code, secret: &str, reason: &str) -> Result<(), AppError> {
        let code = self.request_of_link(plan, secret).await?;
        self.erase(&by_resident(), plan, &code, reason, Erase::Everything).await
    }

    pub async fn erase(
        &self,
        actor: &Actor,
        plan: &Code,
        code: &Code,
        reason: &str,
        what: Erase,
    ) -> Result<(), AppError> {
        let (now, today, at) = (self.clock().now(), self.clock().today(), self.wall_second());
        let (actor, plan, code, reason) =
            (actor.clone(), plan.clone(), code.clone(), reason.trim().to_owned());
        let by_link = actor == by_resident();
        self.database()
            .write_async(move |tx| {
                let held = tx.subject(&Subject::request(&plan, &code))?;
                let held = held.and_then(|held| Request::at(&held, View::ALL));
                let state = held.ok_or(AppError::NotFound)?.state;
                let refused = |problem| Err(AppError::from(Refusal { field: "erase".into(), problem }));
                use RequestState::{Closed, Merged, Refused, Withdrawn};
                let ended = |state| matches!(state, Closed | Merged | Refused | Withdrawn);
                if by_link && !ended(state) {
                    return refused(Problem::NotWhileRequest { state });
                }
                // Each of its matters has a copy of its own of who asked, and their words.
                let parts = tx.requests_of(&plan, &code)?.into_iter().filter(|(_, merged, _)| !merged);
                let parts: Vec<(Code, RequestState)> = parts.map(|(code, _, state)| (code, state)).collect();
                let open = parts.iter().filter(|(_, state)| !ended(*state)).map(|(code, _)| code.clone());
                let open: Vec<Code> = open.collect();
                if by_link && !open.is_empty() {
                    return refused(Problem::OpenTasks(open));
                }
                tx.overwrite()?;
                for code in std::iter::once(&code).chain(parts.iter().map(|(code, _)| code)) {
                    let redacted = match what {
                        Erase::Person => Vec::new(),
                        Erase::Everything => tx.redact_request(&plan, code)?,
                    };
                    let words = what == Erase::Everything;
                    let erased = RequestFact::Erased { at, reason: reason.clone(), words, redacted }.masked();
                    let subject = Subject::request(&plan, code);
                    let change = Change {
                        command: Command::Record { subject, facts: vec![erased.into()], expected: None },
                        effective: None,
                        source: Source::default(),
                        reason: String::new(),
                    };
                    make(tx, &actor, &change, now, today)?;
                    super::photo::erase(tx, &plan, code)?;
                    tx.forget_asker(&plan, code)?;
                    tx.erase_person(&plan, code, now.as_microsecond())?;
                    if words {
                        tx.forget_around(&plan, code)?;
                    }
                }
                Ok::<_, AppError>(())
            })
            .await?;
        // What was made of the words is made anew.
        self.forget_hot_matters();
        self.forget_drawn();
        Ok(())
    }

    /// Clears what was erased out of unused places of the database's files. Takes as long as the database is large,
    /// and nobody writes meanwhile.
    pub async fn compact(&self) -> Result<(), AppError> {
        let database = self.database().clone();
        tokio::task::spawn_blocking(move || database.compact())
            .await
            .map_err(|_| store::StoreError::Stopped)??;
        Ok(())
    }
}
