//! The rules a request's facts must keep.

use jiff::civil::Date;

use super::fact::{CallBack, Followed, Intake, Place, Point, RequestFact};
use super::moderated::ModeratedPart;
use super::privacy::ModerationAct;
use super::question::{self, QuestionAnswer};
use super::state::Request;
use super::workflow::{self, RequestState, RequestStep, To, Who};
use super::{RESIDENT, ROUTING, personal};
use crate::code::Code;
use crate::command::Context;
use crate::history::{Lookup, SubjectHistory, View};
use crate::item::Target;
use crate::named::{NAME_MAX, TEXT_MAX};
use crate::plan::Plan;
use crate::refusal::{Problem, Reference, Refusal};
use crate::subject::Subject;
use crate::validate::text_problem;

/// Matters that one request may be divided into.
const CHILDREN_MOST: usize = 20;

pub(crate) struct RequestCheck<'a> {
    pub subject: &'a Subject,
    pub plan: &'a Plan,
    /// The request's facts as they would be.
    pub after: &'a SubjectHistory,
    /// As they are.
    pub before: Option<&'a SubjectHistory>,
    pub context: &'a Context,
    pub lookup: &'a dyn Lookup,
    pub refusals: &'a mut Vec<Refusal>,
}

impl RequestCheck<'_> {
    pub(super) fn refuse(&mut self, field: &str, problem: Problem) {
        self.refusals.push(Refusal { field: field.into(), problem });
    }

    pub(crate) fn facts(&mut self, facts: &[&RequestFact]) {
        let Some(request) = Request::at(self.after, View::ALL) else {
            self.refuse("intake", Problem::Missing("intake"));
            return;
        };
        let before = self.before.and_then(|held| Request::at(held, View::ALL));
        if before.is_none() && !facts.iter().any(|fact| matches!(fact, RequestFact::Place(_))) {
            self.refuse("place", Problem::Missing("place"));
        }
        for fact in facts {
            let slot = fact.slot();
            for text in fact.texts() {
                self.text(&slot, text);
            }
            self.fact(&slot, fact, &request, before.as_ref(), facts);
            // Nothing of theirs comes back, by whatever way in.
            if self.context.actor.as_str() == RESIDENT
                && before.as_ref().is_some_and(|before| before.erased)
                && fact.is_of_asker_alone()
            {
                self.refuse(&slot, Problem::Erased);
            }
        }
        self.chain(&request);
    }

    fn text(&mut self, slot: &str, text: &str) {
        if let Some(problem) = text_problem(text, TEXT_MAX) {
            self.refuse(slot, problem);
        }
        if !personal::find(text).is_empty() {
            self.refuse(slot, Problem::Personal);
        }
    }

    pub(super) fn said(&mut self, slot: &str, text: &str) {
        if text.trim().is_empty() {
            self.refuse(slot, Problem::Empty);
        }
    }

    pub(super) fn known(&mut self, slot: &str, what: Reference, subject: &Subject) {
        if !self.lookup.subject(subject).is_some_and(|history| history.exists(View::ALL)) {
            self.refuse(slot, Problem::UnknownReference { what, code: subject.code.clone() });
        }
    }

    fn not_future(&mut self, slot: &str, date: Date) {
        if date > self.context.today {
            self.refuse(slot, Problem::Future { date, today: self.context.today });
        }
    }

    fn fact(
        &mut self,
        slot: &str,
        fact: &RequestFact,
        request: &Request,
        before: Option<&Request>,
        all: &[&RequestFact],
    ) {
        match fact {
            RequestFact::Intake(intake) => self.intake(slot, intake),
            RequestFact::Place(place) => self.place(slot, place),
            RequestFact::Category { category, .. } => {
                // One that nobody may read is hidden before it gets there.
                if request.published == Some(true) && self.is_private(request) {
                    self.refuse("publication", Problem::Private);
                }
                if !self.plan.request_categories.iter().any(|held| held.category == *category) {
                    let problem = Problem::UnknownReference {
                        what: Reference::RequestCategory,
                        code: category.clone(),
                    };
                    self.refuse(slot, problem);
                }
            }
            RequestFact::Details { answers } => self.details(slot, answers, request),
            RequestFact::Urgency { .. } | RequestFact::Clock(_) => {}
            RequestFact::Move { step, at, unit, reason, ground, master, until, .. } => {
                self.not_future(slot, at.date());
                if step.needs_reason() && reason.trim().is_empty() {
                    self.refuse("reason", Problem::ReasonRequired);
                }
                match unit {
                    Some(unit) => self.known("unit", Reference::Unit, &Subject::unit(unit)),
                    None if step.gives() => self.refuse("unit", Problem::Missing("lead_unit")),
                    None => {}
                }
                if *step == RequestStep::Refuse && ground.is_none() {
                    self.refuse("ground", Problem::Missing("ground"));
                }
                if *step == RequestStep::Merge {
                    self.merge(master.as_ref());
                }
                if *step == RequestStep::PutOnBooks {
                    match until {
                        None => self.refuse("until", Problem::Missing("due")),
                        Some(day) if *day <= self.context.today => {
                            self.refuse("until", Problem::NotLater { than: self.context.today });
                        }
                        Some(_) => {}
                    }
                    if request.links.is_empty() {
                        self.refuse("link", Problem::Missing("link"));
                    }
                }
                if *step == RequestStep::Answer
                    && !all.iter().any(|fact| matches!(fact, RequestFact::Answer { .. }))
                {
                    self.refuse("answer", Problem::Missing("answer"));
                }
                if *step == RequestStep::Close {
                    self.open_children();
                    self.asked_before_the_end(before, all);
                }
            }
            RequestFact::SupportingUnit { unit, .. } => {
                self.known(slot, Reference::Unit, &Subject::unit(unit));
            }
            RequestFact::Contact { at, .. } => {
                self.not_future(slot, at.date());
                if request.lead_unit.is_none() {
                    self.not_now(slot, before);
                }
            }
            RequestFact::Answer { at, text } => {
                self.not_future(slot, at.date());
                self.said("answer", text);
            }
            RequestFact::Word { at, text } | RequestFact::Note { at, text } => {
                self.not_future(slot, at.date());
                self.said(slot, text);
            }
            RequestFact::CallBack(call) => self.call_back(slot, call, before),
            RequestFact::ExtensionAsked { .. }
            | RequestFact::ExtensionDecided { .. }
            | RequestFact::BooksAsked { .. }
            | RequestFact::BooksDecided { .. } => self.ask(slot, fact, before, all),
            RequestFact::Link { to, held } => {
                self.link(slot, to);
                // What it waits for stays with it while it waits.
                if !held && request.state == RequestState::OnTheBooks && request.links.is_empty() {
                    self.refuse("link", Problem::Missing("link"));
                }
            }
            RequestFact::Told { at, of, on, .. } => {
                self.not_future(slot, at.date());
                self.not_future(slot, *on);
                self.link(slot, of);
            }
            RequestFact::Followed(Followed { at, unit, .. }) => {
                self.not_future(slot, at.date());
                if before.is_none_or(|before| before.state != RequestState::Merged) {
                    self.not_now(slot, before);
                }
                if let Some(unit) = unit {
                    self.known("unit", Reference::Unit, &Subject::unit(unit));
                }
            }
            RequestFact::Parent { request: parent, held } => self.parent(slot, parent, *held),
            RequestFact::ExclusionAsked { .. }
            | RequestFact::ExclusionDecided { .. }
            | RequestFact::ExclusionWithdrawn { .. } => self.claim(slot, fact, before),
            RequestFact::Publication { shown, reason } => {
                if *shown && (!request.may_be_public || self.is_private(request)) {
                    self.refuse(slot, Problem::Private);
                }
                // What moderation hid is shown again by undoing that.
                if *shown && before.is_some_and(Request::is_hidden) {
                    self.refuse("moderation", Problem::NothingPending);
                }
                if !*shown {
                    self.said("reason", reason);
                }
            }
            RequestFact::Moderation { at, act, part: Some(part), title, .. } => {
                self.not_future(slot, at.date());
                let is_edit = *act == ModerationAct::Edit && title.is_empty();
                self.moderated_part(part, is_edit, before);
            }
            RequestFact::Moderation { at, act, title, text, .. } => {
                self.not_future(slot, at.date());
                self.moderation(*act, title, text, before);
            }
            RequestFact::Photo { shows, at, .. } => {
                self.not_future(slot, at.date());
                if let Some(problem) = request.photo_problem(*shows) {
                    self.refuse("photo", problem);
                }
            }
            RequestFact::PhotoReview { photo, shown, reason } => {
                match request.photo(photo) {
                    None => self.refuse("photo", Problem::Missing("photo")),
                    Some(held) if held.gone && *shown => {
                        self.refuse("photo", Problem::NotWhileRequest { state: request.state });
                    }
                    Some(_) => {}
                }
                if !*shown {
                    self.said("reason", reason);
                }
            }
            // Said together with how it ended, by whoever brings that.
            RequestFact::Unrecorded { parts } => {
                if parts.is_empty() {
                    self.refuse(slot, Problem::Empty);
                }
                if !all.iter().any(|fact| matches!(fact, RequestFact::Answer { .. })) {
                    self.refuse("answer", Problem::Missing("answer"));
                }
            }
            RequestFact::Erased { reason, .. } => self.said("reason", reason),
            // What people do to remind each other is said elsewhere: this is the calendar's own word.
            RequestFact::Chased { .. } => {
                if self.context.actor != crate::rhythm::actor() {
                    self.refuse(slot, Problem::ByCalendar);
                }
            }
        }
    }

    /// What everybody may read is hidden or edited; what was done is undone.
    fn moderation(&mut self, act: ModerationAct, title: &str, text: &str, before: Option<&Request>) {
        match act {
            ModerationAct::Edit => {
                self.said("title", title);
                self.said("text", text);
                if let Some(problem) = text_problem(title, NAME_MAX) {
                    self.refuse("title", problem);
                }
                if !before.is_some_and(|before| before.may_be_public && !before.wordless) {
                    self.refuse("moderation", Problem::Private);
                }
            }
            ModerationAct::Hide if before.is_none_or(|before| !before.is_public()) => {
                self.refuse("moderation", Problem::NothingPending);
            }
            ModerationAct::Undo if before.is_none_or(|before| before.moderation.is_empty()) => {
                self.refuse("moderation", Problem::NothingPending);
            }
            ModerationAct::Hide | ModerationAct::Undo => {}
        }
    }

    /// Words are put in the place of a part that everybody reads, or it is left out.
    fn moderated_part(&mut self, part: &ModeratedPart, is_edit: bool, before: Option<&Request>) {
        let Some(before) = before.filter(|before| before.may_be_public && !before.wordless) else {
            return self.refuse("moderation", Problem::Private);
        };
        if !is_edit {
            self.refuse("moderation", Problem::WrongKind);
        }
        if !before.public_parts(self.plan).iter().any(|(held, _)| held == part) {
            self.refuse("part", Problem::Missing("moderated_part"));
        }
    }

    /// Whether requests of its category are shown to nobody.
    fn is_private(&self, request: &Request) -> bool {
        request.category.as_ref().is_some_and(|category| {
            self.plan.request_categories.iter().any(|held| held.category == *category && held.private)
        })
    }

    fn intake(&mut self, slot: &str, intake: &Intake) {
        self.not_future(slot, intake.at.date());
        self.said("title", &intake.title);
        self.said("text", &intake.text);
        for short in [&intake.title, &intake.number] {
            if let Some(problem) = text_problem(short, NAME_MAX) {
                self.refuse("title", problem);
            }
        }
    }

    /// What was answered fits the category's questions. Masking may have changed a word: a masked answer of a
    /// kind that is free text stays.
    fn details(&mut self, slot: &str, answers: &[QuestionAnswer], request: &Request) {
        let category = request
            .category
            .as_ref()
            .and_then(|code| self.plan.request_categories.iter().find(|held| held.category == *code));
        let Some(category) = category else {
            self.refuse(slot, Problem::Missing("category"));
            return;
        };
        for (question, fault) in question::faults(category, answers, false) {
            let field = format!("{slot}/{question}");
            self.refuse(&field, Problem::Answer { question, fault });
        }
    }

    fn place(&mut self, slot: &str, place: &Place) {
        if place.areas.is_empty() && place.address.trim().is_empty() && place.point.is_none() {
            self.refuse(slot, Problem::Empty);
        }
        if let Some(problem) = text_problem(&place.address, NAME_MAX) {
            self.refuse("address", problem);
        }
        for area in &place.areas {
            self.known(slot, Reference::Area, &Subject::area(area));
        }
        if place.point.is_some_and(|point| !point.is_on_earth()) {
            self.refuse("point", Problem::BadPoint);
        }
    }

    pub(super) fn not_now(&mut self, slot: &str, before: Option<&Request>) {
        let state = before.map_or(RequestState::Received, |before| before.state);
        self.refuse(slot, Problem::NotWhileRequest { state });
    }

    fn call_back(&mut self, slot: &str, call: &CallBack, before: Option<&Request>) {
        self.not_future(slot, call.at.date());
        let answered = before.is_some_and(|before| match before.state {
            RequestState::Answered | RequestState::Closed => true,
            RequestState::Merged => before.answer().is_some(),
            _ => false,
        });
        if !answered {
            self.not_now(slot, before);
        }
        if call.reached && call.solved.is_none() && call.satisfaction.is_none() && call.contacted.is_none() {
            self.refuse("solved", Problem::Empty);
        }
        self.called_by_another_office(slot, before);
    }

    pub(super) fn link(&mut self, slot: &str, to: &Target) {
        let subject = to.subject(&self.subject.scope);
        match to {
            Target::Item(_) => self.known(slot, Reference::Item, &subject),
            Target::Project(_) => self.known(slot, Reference::Project, &subject),
            Target::Indicator(_) | Target::Request(_) => self.refuse(slot, Problem::WrongKind),
        }
    }

    fn other(&mut self, slot: &str, code: &Code) -> Option<Request> {
        let history = self.lookup.subject(&Subject::request(&self.subject.scope, code));
        let found = history.and_then(|history| Request::at(&history, View::ALL));
        if found.is_none() {
            let problem = Problem::UnknownReference { what: Reference::Request, code: code.clone() };
            self.refuse(slot, problem);
        }
        found
    }

    /// Those that hold on to this one, with the states they are in.
    fn followers(&self) -> Vec<(Code, bool, RequestState)> {
        self.lookup.requests_of(&self.subject.scope, &self.subject.code)
    }

    /// One goes with another that stands for itself: no chains, no circles.
    fn merge(&mut self, master: Option<&Code>) {
        let Some(master) = master else {
            self.refuse("master", Problem::Missing("master"));
            return;
        };
        if *master == self.subject.code {
            self.refuse("master", Problem::Circular(vec![master.clone(), master.clone()]));
            return;
        }
        let Some(held) = self.other("master", master) else { return };
        if held.state == RequestState::Merged {
            self.refuse("master", Problem::MergedItself(master.clone()));
        }
        // There is nothing that it could go along with.
        if matches!(held.state, RequestState::Refused | RequestState::Withdrawn) {
            self.refuse("master", Problem::NotWhileRequest { state: held.state });
        }
        if let Some((own, ..)) = self.followers().into_iter().find(|(_, merged, _)| *merged) {
            self.refuse("master", Problem::HasMerged(own));
        }
    }

    fn parent(&mut self, slot: &str, parent: &Code, held: bool) {
        if !held {
            return;
        }
        if *parent == self.subject.code {
            self.refuse(slot, Problem::Circular(vec![parent.clone(), parent.clone()]));
            return;
        }
        let Some(above) = self.other(slot, parent) else { return };
        if let Some(top) = above.parent {
            self.refuse(slot, Problem::Circular(vec![self.subject.code.clone(), parent.clone(), top]));
        }
        if self.followers().iter().any(|(_, merged, _)| !merged) {
            self.refuse(slot, Problem::HasMerged(self.subject.code.clone()));
        }
        let others = self.lookup.requests_of(&self.subject.scope, parent).into_iter();
        let children = others.filter(|(code, merged, _)| !merged && *code != self.subject.code).count();
        if children >= CHILDREN_MOST {
            self.refuse(slot, Problem::TooMany(CHILDREN_MOST));
        }
    }

    /// What was divided closes when all its matters have.
    fn open_children(&mut self) {
        let open: Vec<Code> = self
            .followers()
            .into_iter()
            .filter(|(_, merged, state)| !merged && state.is_open())
            .map(|(code, ..)| code)
            .collect();
        if !open.is_empty() {
            self.refuse("state", Problem::OpenTasks(open));
        }
    }

    /// Every move must be in the table, follow the one before, and be made by somebody who may.
    fn chain(&mut self, request: &Request) {
        let made =
            self.before.map_or(0, |before| Request::at(before, View::ALL).map_or(0, |it| it.moves.len()));
        let (mut at, mut before, mut forced) = (request.received, RequestState::Received, false);
        let mut lead: Option<&Code> = None;
        for (number, moved) in request.moves.iter().enumerate() {
            let problem = Problem::IllegalRequestMove { from: moved.from, step: moved.step };
            let Some(allowed) = workflow::find(moved.from, moved.step) else {
                return self.refuse("state", problem);
            };
            let leads = match allowed.to {
                To::State(state) => state,
                To::Back => before,
            };
            if leads != moved.to {
                return self.refuse("state", problem);
            }
            if moved.at < at {
                return self.refuse("state", Problem::PeriodOrder);
            }
            if moved.to.remembers() {
                before = moved.from;
            }
            if moved.step == RequestStep::AskReturn && forced {
                return self.refuse("state", Problem::Forced);
            }
            if moved.step == RequestStep::Redispatch && moved.unit.as_ref() == lead {
                return self.refuse("unit", Problem::SameUnit);
            }
            // What was handed to and fro before there was a rule stays as it is.
            if number >= made
                && let Some(problem) = self.returned(&request.moves[..number], moved, lead)
            {
                let field = if moved.step.gives() { "unit" } else { "state" };
                return self.refuse(field, problem);
            }
            if moved.step.gives() {
                forced = moved.step == RequestStep::Force;
                lead = moved.unit.as_ref();
            }
            // Whoever asked has a window for it; the office may take it up later still.
            if number >= made
                && matches!(
                    (moved.from, moved.step),
                    (RequestState::Closed | RequestState::Refused, RequestStep::AskReopen)
                        | (RequestState::Withdrawn, RequestStep::Reopen)
                )
                && self.context.actor.as_str() == RESIDENT
                && let Some(rules) = &self.plan.request_rules
            {
                let limit = at.date().saturating_add(jiff::Span::new().days(i64::from(rules.reopen_days)));
                if moved.at.date() > limit {
                    return self.refuse("state", Problem::TooLate { limit });
                }
            }
            at = moved.at;
            // What rules and residents may do is less than what people with a part in it may.
            let actor = self.context.actor.as_str();
            let who = [(RESIDENT, Who::Resident), (ROUTING, Who::Timer)];
            if let Some((_, who)) = who.into_iter().find(|(name, _)| *name == actor)
                && number >= made
                && !allowed.who.contains(&who)
                // What comes in is given out by the rules in the same breath.
                && !(self.before.is_none() && allowed.who.contains(&Who::Timer))
            {
                return self.refuse("state", problem);
            }
        }
    }
}

impl Point {
    pub fn is_on_earth(self) -> bool {
        (-180_000_000..=180_000_000).contains(&self.longitude)
            && (-90_000_000..=90_000_000).contains(&self.latitude)
    }
}
