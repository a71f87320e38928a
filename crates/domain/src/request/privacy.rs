//! How long what tells who asked is kept, what moderation does to a published request, and what is left of its words
//! when they are erased.

use serde::{Deserialize, Serialize};

use super::fact::RequestFact;
use super::workflow::RequestStep as T;
use crate::item::kind::texts;

texts! {
    /// What is kept apart from the journal, each for a time of its own.
    KeptKind {
        /// Name, telephone, e-mail, address and the words as they were written; and what tells that two requests
        /// are of one person.
        Contact => "contact",
        /// The link by which whoever asked follows and judges.
        Link => "link",
        /// By what followers are told apart.
        Follower => "follower",
        /// Who looked at who asked, and why.
        Reveal => "reveal",
        /// What readers reported of a request.
        Flag => "flag",
        /// What can be seen on its photos.
        Photo => "photo",
    }
}

/// How long one kind is kept: contacts, links and photos from when the request ended, all else from when it was
/// written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retention {
    pub kind: KeptKind,
    pub days: u32,
}

/// What a plan says of privacy. A kind that is not named is kept until somebody erases it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrivacyRules {
    #[serde(default)]
    pub keep: Vec<Retention>,
}

impl PrivacyRules {
    pub fn days(&self, kind: KeptKind) -> Option<u32> {
        self.keep.iter().find(|held| held.kind == kind).map(|held| held.days)
    }

    /// What is inconsistent in it.
    pub fn fault(&self) -> Option<&'static str> {
        let mut kinds: Vec<KeptKind> = self.keep.iter().map(|held| held.kind).collect();
        kinds.sort_unstable();
        kinds.windows(2).any(|pair| pair[0] == pair[1]).then_some("privacy")
    }
}

texts! {
    /// What moderation does to what everybody reads.
    ModerationAct {
        /// Nobody reads it any more.
        Hide => "hide",
        /// Everybody reads other words instead.
        Edit => "edit",
        /// It is read again, as it was.
        Undo => "undo",
    }
}

texts! {
    /// Why; also what a reader says is wrong with a request.
    ModerationGround {
        Personal => "personal",
        Insult => "insult",
        Unfounded => "unfounded",
        Unlawful => "unlawful",
        Advertising => "advertising",
        OffTopic => "off_topic",
        Mistake => "mistake",
    }
}

/// What stands where words stood that were erased.
pub const GONE: &str = "［已删除 erased］";

impl RequestFact {
    /// The same fact without what whoever asked said and without where exactly it was. What units did and answered
    /// stays: the handling is on record. Erasing what was erased changes nothing.
    pub fn erased(mut self) -> Self {
        let gone = |text: &mut String| {
            if !text.is_empty() {
                GONE.clone_into(text);
            }
        };
        match &mut self {
            Self::Intake(intake) => {
                gone(&mut intake.title);
                gone(&mut intake.text);
            }
            Self::Place(place) => {
                gone(&mut place.address);
                place.point = None;
            }
            Self::Details { answers } => answers.clear(),
            Self::Word { text, .. } | Self::Note { text, .. } | Self::Contact { text, .. } => gone(text),
            Self::CallBack(call) => gone(&mut call.text),
            // Steps that residents make: their reasons are their own words, those of a call-back among them.
            Self::Move {
                step: T::Withdraw | T::AskReopen | T::Reopen | T::Close | T::Resume,
                reason,
                ..
            } => {
                gone(reason);
            }
            Self::Erased { reason, .. } => gone(reason),
            Self::Moderation { title, text, .. } => {
                gone(title);
                gone(text);
            }
            _ => {}
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::call_back::step;
    use crate::request::{Place, Point, RequestState};
    use jiff::civil::date;

    #[test]
    fn what_is_erased_is_gone_and_the_handling_stays() {
        let at = date(2019, 3, 4).at(9, 0, 0, 0);
        let place = RequestFact::Place(Place {
            areas: Vec::new(),
            address: "东门".into(),
            point: Some(Point { longitude: 1, latitude: 1 }),
        });
        let word = RequestFact::Word { at, text: "我是王小明".into() };
        let answer = RequestFact::Answer { at, text: "已修好".into() };
        let mut again = step(T::Reopen, RequestState::Reopened, at);
        if let RequestFact::Move { reason, .. } = &mut again {
            "楼下又在烧烤".clone_into(reason);
        }
        for fact in [place, word, again] {
            let erased = fact.clone().erased();
            assert_ne!(erased, fact);
            assert_eq!(erased.clone().erased(), erased);
            assert!(erased.texts().iter().all(|text| text.is_empty() || *text == GONE));
        }
        assert_eq!(answer.clone().erased(), answer);
    }

    #[test]
    fn a_kind_is_kept_for_one_time() {
        let one = |days| Retention { kind: KeptKind::Link, days };
        assert_eq!(PrivacyRules { keep: vec![one(1), one(2)] }.fault(), Some("privacy"));
        let rules = PrivacyRules { keep: vec![one(30)] };
        assert_eq!(
            (rules.fault(), rules.days(KeptKind::Link), rules.days(KeptKind::Flag)),
            (None, Some(30), None)
        );
    }
}
