//! A request as of a day, as known at a moment.

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime};

use super::appeal::{Exclusion, RateParts};
use super::asks::Ask;
use super::clock::Clock;
use super::fact::{CallBack, Followed, Place, Point, RequestFact};
use super::kind::{CallWay, Channel, ClockKind, RefusalGround, RequestKind, Urgency};
use super::moderated::Moderation;
use super::photo::{RequestPhoto, photos};
use super::privacy::{ModerationAct, ModerationGround};
use super::question::QuestionAnswer;
use super::workflow::{self, RequestState, RequestStep, To};
use crate::code::Code;
use crate::history::{SubjectHistory, View};
use crate::item::Target;
use crate::journal::Seq;
use crate::rhythm::Chase;
use crate::source::Grade;

/// A move that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    pub step: RequestStep,
    pub from: RequestState,
    pub to: RequestState,
    pub at: DateTime,
    pub unit: Option<Code>,
    pub reason: String,
    pub ground: Option<RefusalGround>,
    pub until: Option<Date>,
    pub seq: Seq,
}

/// What whoever asked was told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub at: DateTime,
    pub of: Target,
    /// The step of the project; nothing where the item itself is done.
    pub step: Option<Code>,
    pub on: Date,
}

/// Something that was said, with when.
pub type Said = (DateTime, String);

#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    pub code: Code,
    pub version: Seq,
    pub registered: Seq,
    pub grade: Grade,
    pub kind: RequestKind,
    pub channel: Channel,
    pub urgency: Urgency,
    pub title: String,
    pub text: String,
    pub number: String,
    /// The program that brought it.
    pub program: String,
    pub received: DateTime,
    /// Whether whoever asked lets it be shown.
    pub may_be_public: bool,
    /// Whether it is shown, once somebody has looked.
    pub published: Option<bool>,
    pub publication_reason: String,
    pub category: Option<Code>,
    /// Whether nobody has looked at the category yet.
    pub suggested: bool,
    /// What was answered to the category's questions.
    pub details: Vec<QuestionAnswer>,
    pub areas: Vec<Code>,
    pub address: String,
    pub point: Option<Point>,
    pub state: RequestState,
    /// Since when it is in the state.
    pub since: DateTime,
    /// Where a pause or merging found it.
    pub before: RequestState,
    pub moves: Vec<Moved>,
    pub lead_unit: Option<Code>,
    /// What was done with the one that it goes with, each by its entry.
    pub followed: Vec<(Seq, Followed)>,
    pub supporting_units: Vec<Code>,
    /// The unit that has it may not hand it back.
    pub forced: bool,
    pub clocks: BTreeMap<ClockKind, Clock>,
    /// The limit of its first answer, as it was said last before it was taken up again: the one its rates go by.
    pub first_resolution: Option<Clock>,
    /// The day to which that one was extended.
    pub first_extended: Option<Date>,
    /// The day to which the limit of its answer that runs now was extended.
    pub extended: Option<Date>,
    /// The entry by which it was first taken up again after its first limit had begun to run.
    pub taken_up: Option<Seq>,
    pub contact: Option<(DateTime, CallWay)>,
    pub contacts: Vec<(DateTime, CallWay, String)>,
    pub answers: Vec<Said>,
    /// The entry that gave each of them.
    pub answer_entries: Vec<Seq>,
    pub words: Vec<Said>,
    pub notes: Vec<Said>,
    pub photos: Vec<RequestPhoto>,
    pub call_backs: Vec<CallBack>,
    /// What the unit asked for, in the order in which it did: more time, and to wait for something on the books.
    pub extensions: Vec<Ask>,
    pub bookings: Vec<(Target, Ask)>,
    pub links: Vec<Target>,
    /// Since which entry each is linked.
    pub linked: BTreeMap<Target, Seq>,
    pub told: Vec<Told>,
    pub parent: Option<Code>,
    pub master: Option<Code>,
    pub reopened: u32,
    /// What units asked for about its rates, in the order in which they did.
    pub exclusions: Vec<Exclusion>,
    /// The rates for which the register that brought it and how it ended does not say how it went.
    pub unrecorded: RateParts,
    pub erased: bool,
    /// Its words are gone, too.
    pub wordless: bool,
    /// What moderation did and has not undone, the last one last.
    pub moderation: Vec<Moderation>,
    /// Everything that moderation did, with why.
    pub moderated: Vec<(DateTime, ModerationAct, ModerationGround)>,
    /// Reminders and escalations that were made.
    pub chases: Vec<Chase>,
}

fn asked(number: u32, until: Date, reason: &str, (asked_on, asked): (Date, Seq)) -> Ask {
    Ask { number, until, reason: reason.to_owned(), asked, asked_on, granted: None, note: String::new() }
}

impl Request {
    /// `None` when it is not on the books at the point of view.
    pub fn at(history: &SubjectHistory, view: View) -> Option<Self> {
        let intake = history.visible::<RequestFact>(view).filter_map(|held| match held.fact {
            RequestFact::Intake(intake) => Some(intake),
            _ => None,
        });
        let intake = intake.last()?;
        let mut out = Self {
            code: history.subject.code.clone(),
            version: history.version,
            registered: history.registered,
            grade: history.grade(),
            kind: intake.kind,
            channel: intake.channel,
            urgency: Urgency::Ordinary,
            title: intake.title.clone(),
            text: intake.text.clone(),
            number: intake.number.clone(),
            program: intake.program.clone(),
            received: intake.at,
            may_be_public: intake.public,
            published: None,
            publication_reason: String::new(),
            category: None,
            suggested: false,
            details: Vec::new(),
            areas: Vec::new(),
            address: String::new(),
            point: None,
            state: RequestState::Received,
            since: intake.at,
            before: RequestState::Received,
            moves: Vec::new(),
            lead_unit: None,
            followed: Vec::new(),
            supporting_units: Vec::new(),
            forced: false,
            clocks: BTreeMap::new(),
            first_resolution: None,
            first_extended: None,
            extended: None,
            taken_up: None,
            contact: None,
            contacts: Vec::new(),
            answers: Vec::new(),
            answer_entries: Vec::new(),
            words: Vec::new(),
            notes: Vec::new(),
            photos: Vec::new(),
            call_backs: Vec::new(),
            extensions: Vec::new(),
            bookings: Vec::new(),
            links: Vec::new(),
            linked: BTreeMap::new(),
            told: Vec::new(),
            parent: None,
            master: None,
            reopened: 0,
            exclusions: Vec::new(),
            unrecorded: RateParts::NONE,
            erased: false,
            wordless: false,
            moderation: Vec::new(),
            moderated: Vec::new(),
            chases: Vec::new(),
        };
        for held in history.visible::<RequestFact>(view) {
            out.take(held.fact, held.effective, held.seq);
        }
        if out.moves.iter().any(|moved| moved.step == RequestStep::Merge) {
            out.lead_unit = out.lead_with_others();
        }
        out.follow_limits(history, view);
        out.exclusions.sort_by_key(|it| it.asked);
        out.extensions.sort_by_key(|it| it.number);
        out.bookings.sort_by_key(|(_, it)| it.number);
        out.photos = photos(history.visible::<RequestFact>(view).map(|held| (held.seq, held.fact)));
        Some(out)
    }

    fn take(&mut self, fact: &RequestFact, effective: Date, seq: Seq) {
        match fact {
            RequestFact::Intake(_) => {}
            RequestFact::Place(Place { areas, address, point }) => {
                self.areas.clone_from(areas);
                self.address.clone_from(address);
                self.point = *point;
            }
            RequestFact::Category { category, suggested } => {
                self.category = Some(category.clone());
                self.suggested = *suggested;
            }
            RequestFact::Urgency { urgency } => self.urgency = *urgency,
            RequestFact::Details { answers } => self.details.clone_from(answers),
            RequestFact::Move { step, state, at, unit, reason, ground, master, until } => {
                self.moved(Moved {
                    step: *step,
                    from: self.state,
                    to: *state,
                    at: *at,
                    unit: unit.clone(),
                    reason: reason.clone(),
                    ground: *ground,
                    until: *until,
                    seq,
                });
                self.master = if *state == RequestState::Merged { master.clone() } else { None };
            }
            RequestFact::Clock(clock) => drop(self.clocks.insert(clock.clock, clock.clone())),
            RequestFact::SupportingUnit { unit, active } => {
                self.supporting_units.retain(|held| held != unit);
                if *active {
                    self.supporting_units.push(unit.clone());
                }
            }
            RequestFact::Contact { at, way, text } => {
                if self.contact.is_none_or(|(first, _)| *at < first) {
                    self.contact = Some((*at, *way));
                }
                self.contacts.push((*at, *way, text.clone()));
            }
            RequestFact::Answer { at, text } => {
                self.answers.push((*at, text.clone()));
                self.answer_entries.push(seq);
            }
            RequestFact::Word { at, text } => self.words.push((*at, text.clone())),
            RequestFact::Note { at, text } => self.notes.push((*at, text.clone())),
            RequestFact::CallBack(call) => self.call_backs.push(call.clone()),
            RequestFact::ExtensionAsked { number, until, reason } => {
                // Of those that were asked for in one place, as all once were, the latest counts.
                self.extensions.retain(|held| held.number != *number);
                self.extensions.push(asked(*number, *until, reason, (effective, seq)));
            }
            RequestFact::ExtensionDecided { number, granted, note } => {
                // Decisions on what was asked before come after it in this order: they are not about it.
                let of = |it: &&mut Ask| it.number == *number && it.asked <= seq;
                if let Some(extension) = self.extensions.iter_mut().find(of) {
                    extension.decide(*granted, note);
                }
            }
            RequestFact::BooksAsked { number, link, until, reason } => {
                self.bookings.retain(|(_, held)| held.number != *number);
                self.bookings.push((link.clone(), asked(*number, *until, reason, (effective, seq))));
            }
            RequestFact::BooksDecided { number, granted, note } => {
                let of = |it: &&mut Ask| it.number == *number && it.asked <= seq;
                if let Some(ask) = self.bookings.iter_mut().map(|(_, ask)| ask).find(of) {
                    ask.decide(*granted, note);
                }
            }
            RequestFact::Link { to, held } => {
                self.links.retain(|link| link != to);
                if *held {
                    self.links.push(to.clone());
                    self.linked.entry(to.clone()).or_insert(seq);
                } else {
                    self.linked.remove(to);
                }
            }
            RequestFact::Told { at, of, step, on } => {
                self.told.push(Told { at: *at, of: of.clone(), step: step.clone(), on: *on });
            }
            RequestFact::Followed(followed) => self.followed.push((seq, followed.clone())),
            RequestFact::Parent { request, held } => self.parent = held.then(|| request.clone()),
            RequestFact::ExclusionAsked { number, ground, reason, unit, parts, evidence, appeal } => {
                // Of those that were asked for in one place, as all once were, the latest counts.
                self.exclusions.retain(|held| held.number != *number);
                self.exclusions.push(Exclusion {
                    number: *number,
                    ground: *ground,
                    reason: reason.clone(),
                    evidence: evidence.clone(),
                    unit: unit.clone(),
                    parts: *parts,
                    appeal: *appeal,
                    asked: seq,
                    asked_on: effective,
                    granted: None,
                    granted_parts: RateParts::NONE,
                    note: String::new(),
                    decided_on: None,
                    withdrawn: None,
                });
            }
            RequestFact::ExclusionDecided { number, granted, note, parts } => {
                // Everything that was asked for comes before all decisions in this order.
                if let Some(exclusion) = self.asked(*number, seq) {
                    exclusion.granted = Some(*granted);
                    exclusion.granted_parts =
                        if *granted { parts.unwrap_or(exclusion.parts) } else { RateParts::NONE };
                    exclusion.note.clone_from(note);
                    exclusion.decided_on = Some(effective);
                }
            }
            RequestFact::ExclusionWithdrawn { number, reason } => {
                if let Some(exclusion) = self.asked(*number, seq) {
                    exclusion.withdrawn = Some(reason.clone());
                }
            }
            RequestFact::Unrecorded { parts } => self.unrecorded = *parts,
            RequestFact::Publication { shown, reason } => {
                self.published = Some(*shown);
                self.publication_reason.clone_from(reason);
            }
            RequestFact::Moderation { at, act, ground, title, text, part } => {
                self.moderated.push((*at, *act, *ground));
                let text = text.clone();
                match (act, part.clone()) {
                    (ModerationAct::Hide, _) => self.moderation.push(Moderation::Hidden),
                    (ModerationAct::Edit, Some(part)) => {
                        self.moderation.push(Moderation::Replaced { part, text });
                    }
                    (ModerationAct::Edit, None) => {
                        self.moderation.push(Moderation::Edited { title: title.clone(), text });
                    }
                    (ModerationAct::Undo, _) => drop(self.moderation.pop()),
                }
            }
            // Taken together, in another order.
            RequestFact::Photo { .. } | RequestFact::PhotoReview { .. } => {}
            RequestFact::Erased { words, .. } => {
                self.erased = true;
                self.wordless |= *words;
            }
            RequestFact::Chased { watch, limit, after, to, slip } => self.chases.push(Chase {
                on: effective,
                watch: *watch,
                limit: *limit,
                after: *after,
                to: *to,
                slip: slip.clone(),
                seq,
            }),
        }
    }

    /// What an entry decides or takes back.
    fn asked(&mut self, number: u32, seq: Seq) -> Option<&mut Exclusion> {
        self.exclusions.iter_mut().rfind(|it| it.number == number && it.asked <= seq)
    }

    fn moved(&mut self, moved: Moved) {
        if moved.to.remembers() {
            self.before = self.state;
        }
        if moved.step.gives() {
            self.lead_unit.clone_from(&moved.unit);
            self.forced = moved.step == RequestStep::Force;
        }
        self.reopened += u32::from(moved.step == RequestStep::Reopen);
        self.state = moved.to;
        self.since = moved.at;
        self.moves.push(moved);
    }

    /// Where a step leads from here, if it is allowed.
    pub fn leads_to(&self, step: RequestStep) -> Option<RequestState> {
        workflow::find(self.state, step).map(|allowed| match allowed.to {
            To::State(state) => state,
            To::Back => self.before,
        })
    }

    /// Whether everybody may read it.
    pub fn is_public(&self) -> bool {
        self.may_be_public && self.published == Some(true) && !self.wordless && !self.is_hidden()
    }

    /// Whether moderation hides it, whatever else is said of publishing it.
    pub fn is_hidden(&self) -> bool {
        self.moderation.contains(&Moderation::Hidden)
    }

    /// The words that everybody reads instead of its own.
    pub fn edited(&self) -> Option<(&str, &str)> {
        self.moderation.iter().rev().find_map(|held| match held {
            Moderation::Edited { title, text } => Some((title.as_str(), text.as_str())),
            _ => None,
        })
    }

    /// Its title as everybody reads it.
    pub fn shown_title(&self) -> &str {
        self.edited().map_or(&self.title, |(title, _)| title)
    }

    pub fn shown_text(&self) -> &str {
        self.edited().map_or(&self.text, |(_, text)| text)
    }

    /// The last answer.
    pub fn answer(&self) -> Option<&Said> {
        self.answers.last()
    }

    /// What the resident said in the last call-back that reached them.
    pub fn verdict(&self) -> Option<&CallBack> {
        self.call_backs.iter().rfind(|call| call.reached)
    }
}
