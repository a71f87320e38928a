//! Residents' requests (诉求): received, given to a unit, answered, called back on and rated.
//!
//! A request is a subject of its own. Nothing personal stands in its facts: texts are masked before
//! they are recorded ([`personal`]), and the rules refuse one that is not.

pub mod alert;
pub mod appeal;
mod asks;
pub mod call_back;
mod chase;
mod check;
mod check_claim;
mod check_handling;
pub mod clock;
mod fact;
mod for_asker;
pub mod frozen;
mod hint_words;
pub mod hints;
pub mod kind;
pub mod learning;
mod limits;
pub mod merging;
mod moderated;
pub mod personal;
pub mod photo;
pub mod pieces;
pub mod privacy;
pub mod public;
pub mod query;
pub mod question;
pub mod question_text;
pub mod rate;
pub mod reached;
pub mod reply;
pub mod routing;
pub mod row;
pub mod rules;
mod state;
pub mod telling;
pub mod warning;
pub mod workflow;

pub use appeal::{AppealRules, AppealTerms, ClaimState, ClaimStep, Exclusion, RatePart, RateParts};
pub use asks::Ask;
pub use chase::{Watched, Watching, watched};
pub(crate) use check::RequestCheck;
pub use fact::{CallBack, Followed, Intake, Place, Point, Redaction, RequestFact};
pub use kind::{
    CallWay, Channel, ClockKind, ExclusionGround, PhotoShows, RefusalGround, RequestKind, Satisfaction,
    Solved, Urgency,
};
pub use moderated::{LEFT_OUT, ModeratedPart, Moderation};
pub use photo::RequestPhoto;
pub use privacy::{KeptKind, ModerationAct, ModerationGround, PrivacyRules, Retention};
pub use public::{PublicPlace, Publicly, ShownPlace};
pub use reply::ReplyTemplate;
pub use row::RequestRow;
pub(crate) use rules::RulesInPieces;
pub use rules::{RequestCategory, RequestRules, RequestSettings};
pub use state::{Moved, Request, Told};
pub use workflow::{RequestState, RequestStep, Who};

use crate::code::Code;

/// The name under which residents' own words and moves stand in the journal: who it was is known only to
/// the protected store.
pub const RESIDENT: &str = "resident";
/// The name under which rules act: routing when a request comes in, limits when they run out.
pub const ROUTING: &str = "routing";

pub fn resident() -> Code {
    Code::new(RESIDENT).expect("a literal code")
}

pub fn routing_actor() -> Code {
    Code::new(ROUTING).expect("a literal code")
}
