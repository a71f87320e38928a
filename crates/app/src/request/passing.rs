//! Requests that are passed on to other servers, and what those say of them: kept as a note, or as the answer.

use domain::code::Code;
use domain::history::View;
use domain::request::{Request, RequestStep, Who};
use domain::source::Source;
use domain::subject::Subject;
use store::{PassedOn, RequestUpdate};

use super::act::RequestAct;
use super::by_rules;
use super::file::recorded;
use super::mail_intake::{TEXT_MOST, cut};
use crate::App;
use crate::account::hash;
use crate::actor::Actor;
use crate::error::AppError;

/// What another server says of a request that was passed on to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerWord {
    pub request: Code,
    /// What tells it from all else that the server says: it is taken once.
    pub id: String,
    pub text: String,
    /// Whether it is the answer, where the request waits for one.
    pub answers: bool,
}

impl App {
    /// What was passed on to a server of some requests.
    pub async fn passed_on(
        &self,
        plan: &Code,
        server: &Code,
        requests: Vec<Code>,
    ) -> Result<Vec<PassedOn>, AppError> {
        let (plan, server) = (plan.clone(), server.clone());
        Ok(self.database().read_async(move |c| c.passed_on(&plan, &server, &requests)).await?)
    }

    /// Those behind one that a server has not closed, or closed after a moment.
    pub async fn passed_on_open(
        &self,
        (plan, server): (&Code, &Code),
        closed_after: i64,
        after: String,
        limit: usize,
    ) -> Result<Vec<PassedOn>, AppError> {
        let (plan, server) = (plan.clone(), server.clone());
        let read =
            move |c: &mut store::Connection| c.passed_on_open((&plan, &server), closed_after, &after, limit);
        Ok(self.database().read_async(read).await?)
    }

    pub async fn passed_on_by_number(
        &self,
        plan: &Code,
        server: &Code,
        number: String,
    ) -> Result<Option<PassedOn>, AppError> {
        let (plan, server) = (plan.clone(), server.clone());
        Ok(self.database().read_async(move |c| c.passed_on_by_number(&plan, &server, &number)).await?)
    }

    pub async fn keep_passed_on(&self, held: PassedOn) -> Result<(), AppError> {
        Ok(self.database().write_async(move |tx| tx.keep_passed_on(&held)).await?)
    }

    /// Takes what a server says of a request, once; whether it was new. It is not kept where `keep` is not said.
    pub async fn take_peer_word(
        &self,
        plan: &Code,
        server: &Code,
        name: &str,
        word: PeerWord,
        keep: bool,
    ) -> Result<bool, AppError> {
        let occasion = self.occasion();
        let source = Source { title: format!("Open311 · {name}"), ..Source::default() };
        let kept = RequestUpdate {
            plan: plan.clone(),
            request: word.request.clone(),
            program: format!("peer/{server}"),
            number: hash(&word.id),
            created_at: occasion.now.as_microsecond(),
        };
        let text = cut(&recorded(&word.text), TEXT_MOST);
        let note = cut(&recorded(&format!("{name} · {}", word.text)), TEXT_MOST);
        let taken = self.database().write_async(move |tx| {
            if tx.knows_update(&kept)? {
                return Ok(false);
            }
            if !keep {
                return Ok(true);
            }
            let held = tx.subject(&Subject::request(&kept.plan, &kept.request))?;
            let request = held.and_then(|held| Request::at(&held, View::ALL)).ok_or(AppError::NotFound)?;
            // Of what was erased nothing more is said.
            if !request.erased {
                let answers = word.answers && request.leads_to(RequestStep::Answer).is_some();
                // The rules answer nobody: whoever runs the installation has said that these words do.
                let (actor, who, act) = match answers {
                    true => (Actor::operator(), Who::Lead, RequestAct::Answer { text: text.clone() }),
                    false => (by_rules(), Who::Desk, RequestAct::Note { text: note.clone() }),
                };
                occasion.filing(&actor, &kept.plan).doing(who, &source).one(tx, &kept.request, act)?;
            }
            tx.keep_update(&kept)?;
            Ok::<_, AppError>(true)
        });
        taken.await
    }
}
