//! Requests that are passed on to other servers, what is said of them here later, and what those servers say of them: kept
//! as a note, or as the answer.

use std::collections::BTreeMap;

use domain::code::Code;
use domain::history::{SubjectHistory, View};
use domain::journal::Seq;
use domain::request::workflow::find;
use domain::request::{Request, RequestFact, RequestState, RequestStep, Who};
use domain::source::Source;
use domain::subject::Subject;
use jiff::civil::DateTime;
use store::{PassedOn, RequestUpdate};
use words::Lang;

use super::act::RequestAct;
use super::by_rules;
use super::file::recorded;
use super::mail_intake::{TEXT_MOST, cut};
use super::open_data::with_offset;
use crate::App;
use crate::account::hash;
use crate::actor::Actor;
use crate::error::AppError;
use crate::read::Asked;

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

/// What of a request the server to which it was passed on is to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeerNewsKind {
    Reopened,
    Withdrawn,
    /// More was said.
    Word,
}

impl PeerNewsKind {
    /// In the words of mySociety's extension.
    pub fn status(self) -> &'static str {
        match self {
            Self::Reopened => "REOPEN",
            Self::Withdrawn => "CANCELLED",
            Self::Word => "OPEN",
        }
    }

    fn of(step: RequestStep) -> Option<Self> {
        match step {
            RequestStep::Reopen => Some(Self::Reopened),
            RequestStep::Withdraw => Some(Self::Withdrawn),
            _ => None,
        }
    }

    /// What everybody may read of it.
    fn said(self) -> String {
        let key = match self {
            Self::Reopened => "open311-told-reopened",
            Self::Withdrawn => "open311-told-withdrawn",
            Self::Word => return String::new(),
        };
        words::text(Lang::Zh, key).into_owned()
    }
}

/// Something that was said of a request after it was passed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerNews {
    /// The entry that says it.
    pub entry: Seq,
    pub kind: PeerNewsKind,
    pub datetime: String,
    pub text: String,
}

/// What was said behind an entry, in the order in which it was. What whoever asked said is told where `words` says so.
fn news(
    history: &SubjectHistory,
    behind: u64,
    words: bool,
    offset: &dyn Fn(DateTime) -> String,
) -> Vec<PeerNews> {
    let later = || history.visible::<RequestFact>(View::ALL).filter(|held| held.seq.0 > behind);
    // What whoever asked said of it is theirs; why an office moved it stays here.
    let called = |entry: Seq| {
        later().filter(|held| held.seq == entry).find_map(|held| match held.fact {
            RequestFact::CallBack(call) => Some(call.text.as_str()),
            _ => None,
        })
    };
    let mut found: BTreeMap<Seq, PeerNews> = BTreeMap::new();
    for held in later() {
        let (kind, at, said) = match held.fact {
            RequestFact::Move { step, at, .. } => match PeerNewsKind::of(*step) {
                Some(kind) => (kind, *at, called(held.seq).unwrap_or_default()),
                None => continue,
            },
            RequestFact::Word { at, text } if words => (PeerNewsKind::Word, *at, text.as_str()),
            _ => continue,
        };
        let one = found.entry(held.seq).or_insert_with(|| PeerNews {
            entry: held.seq,
            kind,
            datetime: offset(at),
            text: String::new(),
        });
        if kind != PeerNewsKind::Word {
            one.kind = kind;
        }
        if words && !said.trim().is_empty() {
            one.text = [one.text.as_str(), said].join("\n").trim().to_owned();
        }
    }
    found
        .into_values()
        .map(|one| if one.text.is_empty() { PeerNews { text: one.kind.said(), ..one } } else { one })
        .collect()
}

impl App {
    /// What was said of some requests since they were passed on, or since it was last told, with the version of each.
    /// Those that nobody may read any more are left out: nothing is told of them while it is so.
    pub async fn news_for_peer(
        &self,
        plan: &Code,
        passed: Vec<PassedOn>,
        words: bool,
    ) -> Result<Vec<(PassedOn, i64, Vec<PeerNews>)>, AppError> {
        let portfolio = self.portfolio(plan, Asked::default()).await?;
        let zone = self.clock().zone().clone();
        let codes: Vec<Code> = passed.iter().map(|held| held.request.clone()).collect();
        let plan = plan.clone();
        let histories = self.database().read_async(move |c| c.whole_requests(&plan, &codes)).await?;
        let told = |held: PassedOn| {
            let history = histories.iter().find(|history| history.subject.code == held.request)?;
            let request = Request::at(history, View::ALL)?;
            if !portfolio.plan.shows(&request) {
                return None;
            }
            let behind = u64::try_from(held.told).unwrap_or(0);
            let news = match behind {
                0 => Vec::new(),
                behind => news(history, behind, words, &|at| with_offset(&zone, at)),
            };
            Some((held, i64::try_from(history.version.0).unwrap_or(i64::MAX), news))
        };
        Ok(passed.into_iter().filter_map(told).collect())
    }

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
                // The rules answer nobody: whoever runs the installation has said that these words do. Where the unit has
                // not accepted it yet, it is the other side that did: both are recorded.
                let answer = || RequestAct::Answer { text: text.clone() };
                let accept = RequestAct::Step { step: RequestStep::Accept, reason: String::new() };
                let (actor, who, acts) = match word.answers.then_some(request.state) {
                    Some(state) if find(state, RequestStep::Answer).is_some() => {
                        (Actor::operator(), Who::Lead, vec![answer()])
                    }
                    Some(RequestState::Assigned) => (Actor::operator(), Who::Lead, vec![accept, answer()]),
                    _ => (by_rules(), Who::Desk, vec![RequestAct::Note { text: note.clone() }]),
                };
                let filing = occasion.filing(&actor, &kept.plan);
                for act in acts {
                    filing.doing(who, &source).one(tx, &kept.request, act)?;
                }
            }
            tx.keep_update(&kept)?;
            Ok::<_, AppError>(true)
        });
        taken.await
    }
}
