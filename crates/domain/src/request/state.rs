//! A request as of a day, as known at a moment.

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime};

use super::appeal::{Exclusion, RateParts};
use super::asks::Ask;
use super::clock::{Clock, Pause, end_of};
use super::fact::{CallBack, Followed, Place, Point, RequestFact};
use super::kind::{CallWay, Channel, ClockKind, RefusalGround, RequestKind, Urgency};
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
    /// The first limit of its answer: the one its rates go by.
    pub first_resolution: Option<Clock>,
    pub contact: Option<(DateTime, CallWay)>,
    pub contacts: Vec<(DateTime, CallWay, String)>,
    pub answers: Vec<Said>,
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
    pub erased: bool,
    /// Its words are gone, too.
    pub wordless: bool,
    /// What moderation did and has not undone, the last one last; with the words that everybody reads instead.
    pub moderation: Vec<(ModerationAct, Option<(String, String)>)>,
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
            contact: None,
            contacts: Vec::new(),
            answers: Vec::new(),
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
            RequestFact::Clock(clock) => {
                if clock.clock == ClockKind::Resolution && self.first_resolution.is_none() {
                    self.first_resolution = Some(clock.clone());
                }
                self.clocks.insert(clock.clock, clock.clone());
            }
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
            RequestFact::Answer { at, text } => self.answers.push((*at, text.clone())),
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
            RequestFact::Publication { shown, reason } => {
                self.published = Some(*shown);
                self.publication_reason.clone_from(reason);
            }
            RequestFact::Moderation { at, act, ground, title, text } => {
                self.moderated.push((*at, *act, *ground));
                match act {
                    ModerationAct::Hide => self.moderation.push((*act, None)),
                    ModerationAct::Edit => self.moderation.push((*act, Some((title.clone(), text.clone())))),
                    ModerationAct::Undo => drop(self.moderation.pop()),
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
        self.moderation.iter().any(|(act, _)| *act == ModerationAct::Hide)
    }

    /// The words that everybody reads instead of its own.
    pub fn edited(&self) -> Option<&(String, String)> {
        self.moderation.iter().rev().find_map(|(_, words)| words.as_ref())
    }

    /// Its title as everybody reads it.
    pub fn shown_title(&self) -> &str {
        self.edited().map_or(&self.title, |(title, _)| title)
    }

    pub fn shown_text(&self) -> &str {
        self.edited().map_or(&self.text, |(_, text)| text)
    }

    /// When the limits stood still.
    pub fn pauses(&self) -> Vec<Pause> {
        let mut out: Vec<Pause> = Vec::new();
        for moved in &self.moves {
            match (moved.from.pauses(), moved.to.pauses()) {
                (false, true) => out.push(Pause { from: moved.at, to: None }),
                (true, false) => {
                    if let Some(open) = out.last_mut() {
                        open.to = Some(moved.at);
                    }
                }
                _ => {}
            }
        }
        out
    }

    /// When a limit runs out. An extension that was granted, or the day it is on the books for, stands in
    /// its place.
    pub fn due(&self, kind: ClockKind) -> Option<DateTime> {
        let clock = self.clocks.get(&kind)?;
        let due = clock.due(&self.pauses());
        if kind != ClockKind::Resolution {
            return Some(due);
        }
        Some(self.due_otherwise().map_or(due, |other| other.max(due)))
    }

    fn due_otherwise(&self) -> Option<DateTime> {
        let granted = self.extended_to().map(end_of);
        let booked = (self.state == RequestState::OnTheBooks)
            .then(|| self.moves.last().and_then(|moved| moved.until).map(end_of))
            .flatten();
        granted.max(booked)
    }

    /// The limit that counts now: to be given out, to be spoken to, to be answered.
    pub fn limit(&self) -> Option<(ClockKind, DateTime)> {
        if !self.state.is_open() {
            return None;
        }
        let waits_for_contact = self.contact.is_none() && self.answers.is_empty();
        let kind = match self.state {
            RequestState::Received => ClockKind::Assignment,
            _ if waits_for_contact && self.reopened == 0 => {
                let response = self.due(ClockKind::Response);
                let resolution = self.due(ClockKind::Resolution);
                if response.is_some() && (resolution.is_none() || response < resolution) {
                    ClockKind::Response
                } else {
                    ClockKind::Resolution
                }
            }
            _ => ClockKind::Resolution,
        };
        self.due(kind).map(|due| (kind, due))
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
