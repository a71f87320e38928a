//! What programs of others do with the requests that they brought: each speaks for those who asked through it,
//! and for nobody else.

use domain::code::Code;
use domain::history::View;
use domain::request::{CallWay, Request, RequestState, RequestStep, Solved, Who};
use domain::source::Source;
use domain::subject::Subject;
use store::{RequestUpdate, TOKEN_FOUND_BY};

use super::act::RequestAct;
use super::by_resident;
use crate::App;
use crate::account::{Program, hash};
use crate::error::AppError;
use crate::read::Asked;

/// What a program tells the number of what it brought by: made one way from the link's secret, so that whoever
/// reads it cannot act. It begins as the secret's digest does, by which it is found.
pub fn request_token(secret: &str) -> String {
    let token = hash(&format!("open311-token\u{1f}{secret}"));
    format!("{}{token}", &hash(secret)[..TOKEN_FOUND_BY])
}

/// What whoever asked wants of an answer, or of the whole request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProgramWish {
    Reopen,
    Solved,
    Withdraw,
    /// To say something.
    Nothing,
}

/// What a program adds to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgramUpdate {
    /// The program's own number for it.
    pub number: String,
    pub wish: ProgramWish,
    pub text: String,
}

impl ProgramUpdate {
    /// What it comes to as the request stands; where a wish comes too early or too late, its words are added.
    fn act(&self, request: &Request) -> RequestAct {
        let text = self.text.clone();
        let call_back = |solved, text| RequestAct::CallBack {
            way: CallWay::Link,
            reached: true,
            contacted: None,
            solved: Some(solved),
            satisfaction: None,
            text,
        };
        let step = match self.wish {
            ProgramWish::Reopen if request.state == RequestState::Answered => {
                return call_back(Solved::No, text);
            }
            ProgramWish::Solved if request.state == RequestState::Answered => {
                return call_back(Solved::Yes, text);
            }
            ProgramWish::Reopen => RequestStep::AskReopen,
            ProgramWish::Withdraw => RequestStep::Withdraw,
            ProgramWish::Solved | ProgramWish::Nothing => return RequestAct::Word { text },
        };
        match request.leads_to(step) {
            Some(_) => RequestAct::Step { step, reason: text },
            None => RequestAct::Word { text },
        }
    }
}

impl App {
    /// The request whose number a token tells.
    pub async fn request_of_token(&self, plan: &Code, token: &str) -> Result<Code, AppError> {
        let begins = token.get(..TOKEN_FOUND_BY).ok_or(AppError::NotFound)?.to_owned();
        let digest = hash(token);
        let found = self.database().read_async(move |c| c.request_by_token(&begins, &digest)).await?;
        found.filter(|(of, _)| of == plan).map(|(_, code)| code).ok_or(AppError::NotFound)
    }

    /// A request that a program brought.
    pub async fn request_of_program(
        &self,
        plan: &Code,
        code: &Code,
        program: &Program,
    ) -> Result<Request, AppError> {
        let (request, _) = self.request(plan, code, Asked::default()).await?;
        if request.program == program.id { Ok(request) } else { Err(AppError::NotFound) }
    }

    /// Does what a program heard from whoever asked. A number that it used for this request before is the same
    /// update, and nothing is done; whether it was a new one.
    pub async fn update_by_program(
        &self,
        plan: &Code,
        code: &Code,
        program: &Program,
        update: ProgramUpdate,
    ) -> Result<bool, AppError> {
        let occasion = self.occasion();
        let source = Source { title: format!("Open311 · {}", program.name), ..Source::default() };
        let kept = RequestUpdate {
            plan: plan.clone(),
            request: code.clone(),
            program: program.id.clone(),
            number: update.number.clone(),
            created_at: occasion.now.as_microsecond(),
        };
        self.database()
            .write_async(move |tx| {
                let held = tx.subject(&Subject::request(&kept.plan, &kept.request))?;
                let request = held.and_then(|held| Request::at(&held, View::ALL));
                let request =
                    request.filter(|request| request.program == kept.program).ok_or(AppError::NotFound)?;
                if tx.knows_update(&kept)? {
                    return Ok(false);
                }
                let actor = by_resident();
                let doing = occasion.filing(&actor, &kept.plan).doing(Who::Resident, &source);
                doing.one(tx, &kept.request, update.act(&request))?;
                tx.keep_update(&kept)?;
                Ok::<_, AppError>(true)
            })
            .await
    }
}
