//! What of a request whoever asked is told: that it was given to somebody, what they are asked, what was answered,
//! how it ended. How units hand it to and fro is their affair.

use jiff::civil::Date;

use super::fact::{Followed, RequestFact};
use super::kind::RefusalGround;
use super::state::Request;
use super::workflow::{RequestState, RequestStep};
use crate::code::Code;

/// Something that whoever asked is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AskerMatter {
    Given {
        unit: Code,
    },
    Asked {
        question: String,
    },
    Answered {
        text: String,
    },
    Refused {
        ground: RefusalGround,
        reason: String,
    },
    OnTheBooks {
        until: Date,
    },
    TakenUpAgain,
    Merged,
    /// It stands for itself again.
    Apart,
    Extended {
        until: Date,
    },
    Closed,
}

impl AskerMatter {
    /// Whether those who follow are told as well: what whoever asked is asked is between them and the office.
    pub fn is_for_all(&self) -> bool {
        !matches!(self, Self::Asked { .. })
    }

    /// A word for it, as events and words are named by.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Given { .. } => "given",
            Self::Asked { .. } => "asked",
            Self::Answered { .. } => "answered",
            Self::Refused { .. } => "refused",
            Self::OnTheBooks { .. } => "on-the-books",
            Self::TakenUpAgain => "taken-up-again",
            Self::Merged => "merged",
            Self::Apart => "apart",
            Self::Extended { .. } => "extended",
            Self::Closed => "closed",
        }
    }
}

/// What some facts, recorded together, come to for whoever asked: one thing, the weightiest. `before` is the request
/// as it was; nothing where it has just come in.
pub fn matter(before: Option<&Request>, facts: &[RequestFact]) -> Option<AskerMatter> {
    let answer = facts.iter().find_map(|fact| match fact {
        RequestFact::Answer { text, .. } => Some(AskerMatter::Answered { text: text.clone() }),
        _ => None,
    });
    answer.or_else(|| facts.iter().find_map(|fact| of(before, fact)))
}

fn of(before: Option<&Request>, fact: &RequestFact) -> Option<AskerMatter> {
    match fact {
        RequestFact::Move { step: RequestStep::Merge, .. } => Some(AskerMatter::Merged),
        RequestFact::Move { step: RequestStep::Unmerge, .. } => Some(AskerMatter::Apart),
        // What is done with the one that it goes with is done for whoever asked this one.
        RequestFact::Move { step, state, unit, reason, ground, until, .. }
        | RequestFact::Followed(Followed { step, state, unit, reason, ground, until, .. }) => {
            match (step, state) {
                // They are told which unit has it once: later changes are seen on the page.
                (RequestStep::Assign, _) => {
                    before.filter(|before| before.lead_unit.is_none())?;
                    unit.clone().map(|unit| AskerMatter::Given { unit })
                }
                (RequestStep::AskResident, _) => Some(AskerMatter::Asked { question: reason.clone() }),
                (RequestStep::Refuse, _) => {
                    ground.map(|ground| AskerMatter::Refused { ground, reason: reason.clone() })
                }
                (RequestStep::PutOnBooks, _) => until.map(|until| AskerMatter::OnTheBooks { until }),
                (RequestStep::Reopen, _) => Some(AskerMatter::TakenUpAgain),
                (RequestStep::Close | RequestStep::RejectReopen, RequestState::Closed) => {
                    Some(AskerMatter::Closed)
                }
                _ => None,
            }
        }
        RequestFact::ExtensionDecided { number, granted: true, .. } => {
            let asked = before?.extension().filter(|asked| asked.number == *number)?;
            Some(AskerMatter::Extended { until: asked.until })
        }
        _ => None,
    }
}
