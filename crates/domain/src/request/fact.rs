//! What can be recorded of a request. Every text in here is masked: see [`personal`](super::personal).

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

use super::appeal::{AppealTerms, RateParts};
use super::clock::Clock;
use super::kind::{
    CallWay, Channel, ExclusionGround, PhotoShows, RefusalGround, RequestKind, Satisfaction, Solved, Urgency,
};
use super::moderated::ModeratedPart;
use super::privacy::{ModerationAct, ModerationGround};
use super::question::QuestionAnswer;
use super::workflow::{RequestState, RequestStep};
use crate::code::Code;
use crate::item::Target;
use crate::journal::Seq;
use crate::rhythm::{Recipient, Wait, Watch};

/// How it came in and what it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intake {
    pub kind: RequestKind,
    pub channel: Channel,
    pub at: DateTime,
    /// A line that says what it is about.
    pub title: String,
    pub text: String,
    /// The number it has where it came from.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub number: String,
    /// The program that brought it: whose key it had, and the key's name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub program: String,
    /// Whether whoever asked lets it be shown to everybody.
    #[serde(default)]
    pub public: bool,
}

/// A point by longitude and latitude (WGS 84), in millionths of a degree: a tenth of a metre.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Point {
    pub longitude: i32,
    pub latitude: i32,
}

/// Where it is: the areas, finest first, and what the address says without whose home it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub areas: Vec<Code>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub address: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub point: Option<Point>,
}

/// What whoever asked said when called back on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallBack {
    pub at: DateTime,
    pub way: CallWay,
    /// Whether anybody was reached; the rest stands only then.
    pub reached: bool,
    /// Whether the unit had spoken to them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contacted: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub solved: Option<Solved>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub satisfaction: Option<Satisfaction>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
}

/// A move of the request that one goes with, as far as it concerns whoever asked this one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Followed {
    pub step: RequestStep,
    pub state: RequestState,
    pub at: DateTime,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Code>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ground: Option<RefusalGround>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

/// One typed fact of a request. Facts with the same [`slot`](RequestFact::slot) follow each other in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestFact {
    Intake(Intake),
    Place(Place),
    Category {
        category: Code,
        /// Whether the program chose it, and nobody has looked yet.
        #[serde(default)]
        suggested: bool,
    },
    Urgency {
        urgency: Urgency,
    },
    /// Answers to what the category asks.
    Details {
        answers: Vec<QuestionAnswer>,
    },
    /// A move along the life cycle.
    Move {
        step: RequestStep,
        state: RequestState,
        at: DateTime,
        /// The unit that gets it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unit: Option<Code>,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ground: Option<RefusalGround>,
        /// The request that it goes with, when merged.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        master: Option<Code>,
        /// The day that counts while it is on the books.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Date>,
    },
    Clock(Clock),
    SupportingUnit {
        unit: Code,
        active: bool,
    },
    /// The first word with the resident.
    Contact {
        at: DateTime,
        way: CallWay,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        text: String,
    },
    Answer {
        at: DateTime,
        text: String,
    },
    /// What the resident added.
    Word {
        at: DateTime,
        text: String,
    },
    /// For those who work on it only.
    Note {
        at: DateTime,
        text: String,
    },
    CallBack(CallBack),
    ExtensionAsked {
        /// Which of the request's it is: those that were granted before stay what they are.
        #[serde(default = "first", skip_serializing_if = "is_first")]
        number: u32,
        until: Date,
        reason: String,
    },
    ExtensionDecided {
        #[serde(default = "first", skip_serializing_if = "is_first")]
        number: u32,
        granted: bool,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
    },
    /// Asked for by the unit that has it: that it goes on the books, with what will settle it and by when.
    BooksAsked {
        #[serde(default = "first", skip_serializing_if = "is_first")]
        number: u32,
        link: Target,
        until: Date,
        reason: String,
    },
    BooksDecided {
        #[serde(default = "first", skip_serializing_if = "is_first")]
        number: u32,
        granted: bool,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
    },
    /// The project or item that it led to, or that will settle it.
    Link {
        to: Target,
        held: bool,
    },
    /// Whoever asked was told of what the project or item reached that it led to: a step of the project, or that
    /// the item is done.
    Told {
        at: DateTime,
        of: Target,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        step: Option<Code>,
        on: Date,
    },
    Followed(Followed),
    /// The request of which this is one of several matters.
    Parent {
        request: Code,
        held: bool,
    },
    /// Asked for by a unit: that it does not count in its rates, or in some of them.
    ExclusionAsked {
        /// Which of the request's it is: said in the same words, it is another one all the same.
        #[serde(default = "first", skip_serializing_if = "is_first")]
        number: u32,
        ground: ExclusionGround,
        reason: String,
        unit: Code,
        #[serde(default = "RateParts::all", skip_serializing_if = "RateParts::is_all")]
        parts: RateParts,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        evidence: String,
        /// What makes it an appeal against what counts.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        appeal: Option<AppealTerms>,
    },
    ExclusionDecided {
        #[serde(default = "first", skip_serializing_if = "is_first")]
        number: u32,
        granted: bool,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
        /// What was granted, where it is less than what was asked for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        parts: Option<RateParts>,
    },
    /// The unit that asked takes it back.
    ExclusionWithdrawn {
        #[serde(default = "first", skip_serializing_if = "is_first")]
        number: u32,
        reason: String,
    },
    /// The rates for which the register that says how it ended does not say how it went: it has no columns for that. It
    /// counts in them once somebody says so.
    Unrecorded {
        parts: RateParts,
    },
    /// Whether everybody may read it, and why not.
    Publication {
        shown: bool,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
    },
    /// What moderation did to what everybody reads; other words where it edited them.
    Moderation {
        at: DateTime,
        act: ModerationAct,
        ground: ModerationGround,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        title: String,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        text: String,
        /// What was edited, where it is not the request's own words; without a text it is left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        part: Option<ModeratedPart>,
    },
    /// A photo was added. What can be seen on it is kept apart and known by its digest.
    Photo {
        photo: Code,
        shows: PhotoShows,
        at: DateTime,
    },
    /// Whether everybody may see a photo, and why not.
    PhotoReview {
        photo: Code,
        shown: bool,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
    },
    /// A reminder or escalation that the rhythm made, for the limit it counts from.
    Chased {
        watch: Watch,
        limit: DateTime,
        after: Wait,
        to: Recipient,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        slip: Option<Code>,
    },
    /// What was known of the person is gone.
    Erased {
        at: DateTime,
        reason: String,
        /// Also what they said, in every entry.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        words: bool,
        /// The entries whose words went, with what each is from then on.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        redacted: Vec<Redaction>,
    },
}

/// An entry whose words were erased: a digest of its new text, chained to the entry before it as its own hash was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redaction {
    pub entry: Seq,
    pub digest: String,
}

fn first() -> u32 {
    1
}

fn is_first(number: &u32) -> bool {
    *number == 1
}

fn numbered(slot: &str, number: u32) -> String {
    if number == 1 { slot.into() } else { format!("{slot}/{number}") }
}

impl RequestFact {
    /// The line in time that this fact belongs to.
    pub fn slot(&self) -> String {
        match self {
            Self::Intake(_) => "intake".into(),
            Self::Place(_) => "place".into(),
            Self::Category { .. } => "category".into(),
            Self::Urgency { .. } => "urgency".into(),
            Self::Details { .. } => "details".into(),
            Self::Move { .. } => "state".into(),
            Self::Clock(clock) => format!("clock/{}", clock.clock.as_str()),
            Self::SupportingUnit { unit, .. } => format!("supporting_unit/{unit}"),
            Self::Contact { .. } => "contact".into(),
            Self::Answer { .. } => "answer".into(),
            Self::Word { .. } => "word".into(),
            Self::Note { .. } => "note".into(),
            Self::CallBack(_) => "call_back".into(),
            Self::ExtensionAsked { number, .. } => numbered("extension_asked", *number),
            Self::ExtensionDecided { number, .. } => numbered("extension_decided", *number),
            Self::BooksAsked { number, .. } => numbered("books_asked", *number),
            Self::BooksDecided { number, .. } => numbered("books_decided", *number),
            Self::Link { to, .. } => format!("link/{}/{}", to.kind().as_str(), to.code()),
            Self::Told { of, step, .. } => {
                let step = step.as_ref().map_or("done", Code::as_str);
                format!("told/{}/{}/{step}", of.kind().as_str(), of.code())
            }
            Self::Followed(_) => "followed".into(),
            Self::Parent { .. } => "parent".into(),
            Self::ExclusionAsked { number, .. } => numbered("exclusion_asked", *number),
            Self::ExclusionDecided { number, .. } => numbered("exclusion_decided", *number),
            Self::ExclusionWithdrawn { number, .. } => numbered("exclusion_withdrawn", *number),
            Self::Unrecorded { .. } => "unrecorded".into(),
            Self::Publication { .. } => "publication".into(),
            Self::Moderation { .. } => "moderation".into(),
            Self::Photo { photo, .. } => format!("photo/{photo}"),
            Self::PhotoReview { photo, .. } => format!("photo_review/{photo}"),
            Self::Chased { watch, limit, after, to, .. } => {
                let limit = limit.strftime("%Y-%m-%dT%H:%M");
                format!("chased/{}/{limit}/{after}/{}", watch.as_str(), to.as_str())
            }
            Self::Erased { .. } => "erased".into(),
        }
    }

    /// Whether it is said among those who work on the request: whoever asked is not told.
    pub fn is_internal(&self) -> bool {
        matches!(
            self,
            Self::Note { .. }
                | Self::BooksAsked { .. }
                | Self::BooksDecided { .. }
                | Self::ExclusionAsked { .. }
                | Self::ExclusionDecided { .. }
                | Self::ExclusionWithdrawn { .. }
                | Self::Unrecorded { .. }
                | Self::Chased { .. }
        )
    }

    /// Whether residents say it of their own request alone. What others say of a matter they share takes it up again.
    pub(super) fn is_of_asker_alone(&self) -> bool {
        match self {
            Self::Word { .. } | Self::CallBack(_) | Self::Photo { .. } => true,
            Self::Move { step, .. } => matches!(step, RequestStep::Withdraw | RequestStep::Close),
            _ => false,
        }
    }

    /// Every text in it that somebody wrote.
    pub fn texts(&self) -> Vec<&str> {
        match self {
            Self::Intake(intake) => vec![&intake.title, &intake.text],
            Self::Place(place) => vec![&place.address],
            Self::Details { answers } => {
                answers.iter().flat_map(|answer| &answer.values).map(String::as_str).collect()
            }
            Self::Move { reason, .. }
            | Self::Followed(Followed { reason, .. })
            | Self::ExtensionAsked { reason, .. }
            | Self::BooksAsked { reason, .. }
            | Self::ExclusionWithdrawn { reason, .. }
            | Self::Publication { reason, .. }
            | Self::PhotoReview { reason, .. }
            | Self::Erased { reason, .. } => vec![reason],
            Self::ExclusionAsked { reason, evidence, .. } => vec![reason, evidence],
            Self::Moderation { title, text, .. } => vec![title, text],
            Self::Contact { text, .. }
            | Self::Answer { text, .. }
            | Self::Word { text, .. }
            | Self::Note { text, .. } => vec![text],
            Self::CallBack(call) => vec![&call.text],
            Self::ExtensionDecided { note, .. }
            | Self::BooksDecided { note, .. }
            | Self::ExclusionDecided { note, .. } => vec![note],
            _ => Vec::new(),
        }
    }

    /// The same fact with everything personal in its texts masked.
    pub fn masked(mut self) -> Self {
        use super::personal::mask;
        match &mut self {
            Self::Intake(intake) => {
                intake.title = mask(&intake.title);
                intake.text = mask(&intake.text);
            }
            Self::Place(place) => place.address = mask(&place.address),
            Self::Details { answers } => {
                for value in answers.iter_mut().flat_map(|answer| &mut answer.values) {
                    *value = mask(value);
                }
            }
            Self::Move { reason, .. }
            | Self::Followed(Followed { reason, .. })
            | Self::ExtensionAsked { reason, .. }
            | Self::BooksAsked { reason, .. }
            | Self::ExclusionWithdrawn { reason, .. }
            | Self::Publication { reason, .. }
            | Self::PhotoReview { reason, .. }
            | Self::Erased { reason, .. } => *reason = mask(reason),
            Self::ExclusionAsked { reason, evidence, .. } => {
                *reason = mask(reason);
                *evidence = mask(evidence);
            }
            Self::Contact { text, .. }
            | Self::Answer { text, .. }
            | Self::Word { text, .. }
            | Self::Note { text, .. } => *text = mask(text),
            Self::CallBack(call) => call.text = mask(&call.text),
            Self::Moderation { title, text, .. } => {
                *title = mask(title);
                *text = mask(text);
            }
            Self::ExtensionDecided { note, .. }
            | Self::BooksDecided { note, .. }
            | Self::ExclusionDecided { note, .. } => *note = mask(note),
            _ => {}
        }
        self
    }
}
