//! The rules an item's facts must keep.

use std::collections::BTreeSet;

use jiff::civil::{Date, DateTime};

use super::fact::ItemFact;
use super::goal::{GoalFault, GoalStanding};
use super::kind::{ItemKind, Level, ObjectionTo};
use super::relation::{End, Relation, Target};
use super::state::Item;
use super::workflow::{self, Standing, State, Step};
use crate::code::Code;
use crate::command::{Context, OPERATOR};
use crate::history::{Lookup, SubjectHistory, View};
use crate::named::{NAME_MAX, TEXT_MAX};
use crate::person::Person;
use crate::plan::Plan;
use crate::refusal::{Problem, Reference, Refusal};
use crate::rhythm::ReturnContent;
use crate::subject::{Subject, SubjectKind};
use crate::validate::{address_problem, name_problem, text_problem};
use crate::workday;

/// A report's content may be long: it holds every row that it prints.
const CONTENT_MAX: usize = 4_000_000;
/// Weeks that are measured at once.
const MEASURED_MOST: usize = 60;

pub(crate) struct ItemCheck<'a> {
    pub subject: &'a Subject,
    pub plan: &'a Plan,
    /// The item's facts as they would be.
    pub after: &'a SubjectHistory,
    /// As they are.
    pub before: Option<&'a SubjectHistory>,
    pub context: &'a Context,
    pub lookup: &'a dyn Lookup,
    pub refusals: &'a mut Vec<Refusal>,
}

impl ItemCheck<'_> {
    fn refuse(&mut self, field: &str, problem: Problem) {
        self.refusals.push(Refusal { field: field.into(), problem });
    }

    pub(crate) fn facts(&mut self, facts: &[&ItemFact]) {
        let Some(item) = Item::at(self.after, View::ALL) else {
            self.refuse("kind", Problem::Missing("kind"));
            return;
        };
        let before = self.before.and_then(|held| Item::at(held, View::ALL));
        if let Some(before) = &before {
            if before.kind != item.kind {
                self.refuse("kind", Problem::KindFixed);
            }
            // What was issued stays as it was; only links to it may still be made.
            let frozen = before.kind == ItemKind::Report && before.state.standing() != Standing::Open;
            if frozen && facts.iter().any(|fact| !matches!(fact, ItemFact::Link { .. })) {
                self.refuse("", Problem::Frozen);
                return;
            }
            let returned = before.kind == ItemKind::Return && before.state == State::Submitted;
            if returned && facts.iter().any(|fact| matches!(fact, ItemFact::Content { .. })) {
                self.refuse("state", Problem::IllegalMove { from: before.state, step: Step::Submit });
                return;
            }
        }
        for fact in facts {
            self.fact(fact, &item, before.as_ref());
        }
        self.chain(&item);
        if let Some(before) = &before {
            self.grounds(&item, before);
        }
        let touches = |wanted: &str| facts.iter().any(|fact| fact.slot() == wanted);
        if touches("due") || touches("received") {
            self.due(&item);
        }
        if before.is_none() {
            self.registration(&item);
        }
    }

    fn registration(&mut self, item: &Item) {
        if item.kind.needs_lead() && item.lead_unit.is_none() {
            self.refuse("lead_unit", Problem::Missing("lead_unit"));
        }
        match item.kind {
            ItemKind::Whistle if item.caller.is_none() => {
                self.refuse("issuer", Problem::Missing("issuer"));
            }
            ItemKind::Report if item.series.is_none() => {
                self.refuse("series", Problem::Missing("series"));
            }
            _ => {}
        }
    }

    fn fact(&mut self, fact: &ItemFact, item: &Item, before: Option<&Item>) {
        let slot = fact.slot();
        match fact {
            ItemFact::Kind { .. }
            | ItemFact::Level { .. }
            | ItemFact::Urgency { .. }
            | ItemFact::Series { .. }
            | ItemFact::WhistleKind { .. }
            | ItemFact::InspectionWay { .. }
            | ItemFact::SlipColour { .. } => {}
            ItemFact::CalledAt { at } => self.not_future(&slot, at.date()),
            ItemFact::AnswerBy { at } => {
                if item.called_at.is_some_and(|called| *at <= called) {
                    self.refuse(&slot, Problem::PeriodOrder);
                }
            }
            ItemFact::Begin { state } => {
                if !item.kind.first_states().contains(state) {
                    self.refuse(&slot, Problem::WrongKind);
                }
            }
            ItemFact::Name(name) => {
                if let Some(problem) = name_problem(name) {
                    self.refuse(&slot, problem);
                }
            }
            ItemFact::Text { text } | ItemFact::Minutes { text } => self.text(&slot, text, false),
            ItemFact::Matter { text, .. } => self.text(&slot, text, true),
            ItemFact::Progress { text, percent } => {
                self.text(&slot, text, true);
                if percent.is_some_and(|p| p < 0.into() || p > 100.into()) {
                    self.refuse(&slot, Problem::PercentRange);
                }
                self.not_future(&slot, self.context.effective);
            }
            ItemFact::Number { number } => self.short(&slot, number, false),
            ItemFact::Received { on } => self.not_future(&slot, *on),
            ItemFact::Issuer { name, unit } => {
                self.short(&slot, name, false);
                if let Some(unit) = unit {
                    self.unit(&slot, unit);
                }
            }
            ItemFact::LeadUnit { unit } => {
                self.unit(&slot, unit);
                if item.supporting_units.iter().any(|(held, _)| held == unit) {
                    self.refuse(&slot, Problem::Twice);
                }
            }
            ItemFact::SupportingUnit { unit, active, .. } => {
                self.unit(&slot, unit);
                if *active && item.lead_unit.as_ref() == Some(unit) {
                    self.refuse(&slot, Problem::Twice);
                }
            }
            ItemFact::Person { person } => {
                let known = self.known(&Subject::person(person));
                self.require(&slot, known, Reference::Unit, person);
            }
            ItemFact::Place { areas, address } => {
                for area in areas {
                    let known = self.known(&Subject::area(area));
                    self.require(&slot, known, Reference::Area, area);
                }
                self.short(&slot, address, false);
            }
            ItemFact::Sector { sector } => {
                let known = self.plan.sector(sector.as_str()).is_some();
                self.require(&slot, known, Reference::Sector, sector);
            }
            // A limit nobody can keep on the day it ends is no limit.
            ItemFact::Due { on } => self.working_day(&slot, *on),
            ItemFact::Period { from, to } => {
                if to < from {
                    self.refuse(&slot, Problem::PeriodOrder);
                }
            }
            ItemFact::Appointment { place, .. } => self.short(&slot, place, false),
            ItemFact::Link { relation, to, held } => {
                if *held {
                    self.link(&slot, item, *relation, to);
                }
            }
            ItemFact::Split { task, matters } => {
                if item.kind != ItemKind::Directive {
                    self.refuse(&slot, Problem::WrongKind);
                }
                for number in matters {
                    if !item.matters.iter().any(|(held, _)| held == number) {
                        let code = Code::new(&number.to_string()).unwrap_or_else(|_| task.clone());
                        self.require(&slot, false, Reference::Matter, &code);
                    }
                }
            }
            ItemFact::Move { step, by, .. } => {
                let by = by.as_ref().unwrap_or(&self.context.actor);
                self.moved(&slot, *step, by, item, before);
            }
            ItemFact::Objection { to, reason, unit, due } => {
                self.text(&slot, reason, true);
                match (to, unit, due) {
                    (ObjectionTo::Duty, Some(unit), _) => self.unit(&slot, unit),
                    (ObjectionTo::Date, _, Some(due)) => self.working_day(&slot, *due),
                    _ => {}
                }
            }
            ItemFact::ExtensionAsked { until, reason } => {
                self.text(&slot, reason, true);
                self.extension_asked(&slot, *until, before.unwrap_or(item));
            }
            ItemFact::ExtensionDecided { note, .. } => {
                self.text(&slot, note, false);
                if before.is_none_or(|before| before.pending_extension().is_none()) {
                    self.refuse(&slot, Problem::NothingPending);
                }
            }
            ItemFact::Forecast { .. } => {}
            ItemFact::Evidence { title, url, .. } => {
                self.short(&slot, title, true);
                if !url.is_empty()
                    && let Some(problem) = address_problem(url)
                {
                    self.refuse(&slot, problem);
                }
            }
            ItemFact::EvidenceChecked { key, note, by, .. } => {
                self.text(&slot, note, false);
                let by = by.as_ref().unwrap_or(&self.context.actor);
                match item.evidence.iter().find(|line| line.key == *key) {
                    None => self.require(&slot, false, Reference::Evidence, key),
                    Some(line) if line.by.as_ref() == Some(by) => self.refuse(&slot, Problem::OwnEvidence),
                    Some(_) => self.not_an_owner(&slot, by, item),
                }
            }
            ItemFact::Acknowledged { unit, at } => {
                if item.kind != ItemKind::Dispatch {
                    self.refuse(&slot, Problem::WrongKind);
                }
                self.word_of(&slot, unit, *at, item);
            }
            ItemFact::Answer { unit, at, text } => {
                self.text(&slot, text, false);
                self.word_of(&slot, unit, *at, item);
            }
            ItemFact::Arrival { unit, at, people } => {
                if *people == 0 {
                    self.refuse(&slot, Problem::Empty);
                }
                self.word_of(&slot, unit, *at, item);
            }
            ItemFact::Mark { unit, mark, veto, note } => {
                self.called(&slot, unit, item);
                self.text(&slot, note, false);
                if !(1..=5).contains(mark) {
                    self.refuse(&slot, Problem::MarkRange);
                }
                // A veto outweighs every mark: it says why, and stands with the lowest.
                if *veto && *mark != 1 {
                    self.refuse(&slot, Problem::VetoMark);
                }
                if *veto && note.trim().is_empty() {
                    self.refuse(&slot, Problem::VetoReason);
                }
            }
            ItemFact::Outcome { text, .. } => self.text(&slot, text, true),
            ItemFact::Quantity { kind, quantity } => {
                let known = self.plan.output_kind(kind.as_str()).is_some();
                self.require(&slot, known, Reference::OutputKind, kind);
                if quantity.is_sign_negative() && !quantity.is_zero() {
                    self.refuse(&slot, Problem::Negative);
                }
            }
            ItemFact::Goal(goal) => {
                self.kinds(&slot, item, &[ItemKind::TrackedTask, ItemKind::Decision]);
                if let Some(fault) = goal.fault() {
                    self.refuse(&format!("{slot}/{}", fault.as_str()), Problem::BadGoal(fault));
                }
                for code in goal.categories() {
                    let known = self.plan.request_category(code.as_str()).is_some();
                    self.require(&slot, known, Reference::RequestCategory, code);
                }
                for area in &goal.areas {
                    let known = self.known(&Subject::area(area));
                    self.require(&slot, known, Reference::Area, area);
                }
                for word in &goal.words {
                    self.short(&slot, word, true);
                }
            }
            ItemFact::Theme(theme) => {
                self.kinds(&slot, item, &[ItemKind::Decision]);
                if let Some(fault) = theme.fault() {
                    self.refuse(&format!("{slot}/{}", fault.as_str()), Problem::BadTheme(fault));
                }
                for code in &theme.categories {
                    let known = self.plan.request_category(code.as_str()).is_some();
                    self.require(&slot, known, Reference::RequestCategory, code);
                }
                for named in [&theme.about, &theme.measures, &theme.done] {
                    self.text(&slot, &named.zh, false);
                    self.text(&slot, &named.en, false);
                }
            }
            ItemFact::ThemeMeasured(_) if self.context.actor != crate::rhythm::actor() => {
                self.refuse(&slot, Problem::ByCalendar);
            }
            ItemFact::ThemeMeasured(figures) => {
                if item.theme.is_none() {
                    self.refuse(&slot, Problem::Missing("theme"));
                }
                self.not_future(&slot, figures.to);
            }
            // What was measured is nobody's word.
            ItemFact::Measured(_) if self.context.actor != crate::rhythm::actor() => {
                self.refuse(&slot, Problem::ByCalendar);
            }
            ItemFact::Measured(measured) => {
                if item.goal.is_none() || measured.people.len() > MEASURED_MOST {
                    self.refuse(&slot, Problem::BadGoal(GoalFault::Measured));
                }
                if measured.to > self.context.today {
                    let today = self.context.today;
                    self.refuse(&slot, Problem::Future { date: measured.to, today });
                }
            }
            ItemFact::Beneficiaries { whom, .. } => {
                self.kinds(&slot, item, &[ItemKind::GoodDeed, ItemKind::ReportIn]);
                self.short(&slot, whom, false);
            }
            ItemFact::People { .. } | ItemFact::ReportInForm { .. } => {
                self.kinds(&slot, item, &[ItemKind::ReportIn]);
            }
            ItemFact::Party { .. } => self.kinds(&slot, item, &[ItemKind::Need, ItemKind::Resource]),
            ItemFact::Explanation { text, until, .. } => {
                self.text(&slot, text, true);
                if *until < self.context.effective {
                    self.refuse(&slot, Problem::PeriodOrder);
                }
            }
            ItemFact::Attendance { unit, name, .. } => {
                self.unit(&slot, unit);
                self.short(&slot, name, false);
            }
            ItemFact::Agenda { title, about, text, .. } => {
                self.point(&slot, title, about.as_ref(), text);
            }
            ItemFact::AgendaAsked { unit, title, about, text, .. } => {
                self.kinds(&slot, item, &[ItemKind::Meeting]);
                self.unit(&slot, unit);
                self.point(&slot, title, about.as_ref(), text);
                if item.state != State::Planned {
                    self.refuse(&slot, Problem::NotInState { state: item.state });
                }
            }
            ItemFact::Content { content } => {
                if content.len() > CONTENT_MAX {
                    self.refuse(&slot, Problem::TooLong { max: CONTENT_MAX, found: content.len() });
                }
            }
            ItemFact::Issue { number, as_of, .. } => {
                self.not_future(&slot, *as_of);
                self.number_is_free(&slot, *number, item);
            }
            // What people do to remind each other is said elsewhere: this is the calendar's own word.
            ItemFact::Chased { .. } => {
                if self.context.actor != crate::rhythm::actor() {
                    self.refuse(&slot, Problem::ByCalendar);
                }
            }
        }
    }

    /// Every move on record, in order, must follow from the one before: also when one is recorded late
    /// or taken back.
    fn chain(&mut self, item: &Item) {
        let mut state = self
            .after
            .visible::<ItemFact>(View::ALL)
            .find_map(|held| match held.fact {
                ItemFact::Begin { state } => Some(*state),
                _ => None,
            })
            .unwrap_or(item.kind.first_states()[0]);
        for moved in &item.moves {
            match workflow::find(item.kind, state, moved.step) {
                Some(allowed) if allowed.to == moved.to => state = moved.to,
                _ => {
                    self.refuse("state", Problem::IllegalMove { from: state, step: moved.step });
                    return;
                }
            }
        }
    }

    /// What a move on record stood on must not be taken from under it by a correction.
    fn grounds(&mut self, item: &Item, before: &Item) {
        for moved in &item.moves {
            let lost = ground(moved.step, item).filter(|_| ground(moved.step, before).is_none());
            if let Some((field, problem)) = lost {
                self.refuse(field, problem);
                return;
            }
        }
    }

    fn moved(&mut self, slot: &str, step: Step, by: &Code, item: &Item, before: Option<&Item>) {
        self.not_future(slot, self.context.effective);
        let needs_reason = matches!(
            step,
            Step::SendBack | Step::Suspend | Step::Withdraw | Step::Skip | Step::Excuse | Step::Raise
        );
        if needs_reason && self.context.reason.trim().is_empty() {
            self.refuse("reason", Problem::ReasonRequired);
        }
        if let Some((field, problem)) = ground(step, item) {
            self.refuse(field, problem);
        }
        match step {
            Step::Assign => {
                let uncovered = item.uncovered();
                if !uncovered.is_empty() {
                    self.refuse(slot, Problem::NotCovered(uncovered));
                }
            }
            Step::Object => self.objection(slot, item),
            Step::ReportDone if item.kind == ItemKind::Directive => self.tasks_done(slot, item),
            Step::Verify | Step::Clear if item.kind.is_task() || item.kind == ItemKind::Directive => {
                self.not_an_owner(slot, by, item);
                // Whoever brings a ledger from elsewhere brings what was closed there: nothing of it was measured here.
                if step == Step::Clear && self.context.actor.as_str() != OPERATOR {
                    self.goal_met(slot, item);
                    self.theme_measured(slot, item);
                }
                let own = |of: &Option<Code>| of.as_ref() == Some(by);
                let reported = item.moves.iter().rev().find(|it| it.step == Step::ReportDone);
                if reported.is_some_and(|it| own(&it.by)) || item.evidence.iter().any(|line| own(&line.by)) {
                    self.refuse(slot, Problem::OwnEvidence);
                }
            }
            Step::Raise if before.is_some_and(|before| before.level == Some(Level::City)) => {
                self.refuse(slot, Problem::HighestLevel);
            }
            Step::Close if item.kind == ItemKind::Dispatch => {
                if item.outcome.is_none() {
                    self.refuse("outcome", Problem::Missing("outcome"));
                }
                // Who never answered does not hold up the end; it is said why it ends without them.
                let silent = item
                    .all_units()
                    .any(|unit| item.units.get(unit).is_none_or(|line| line.answered.is_none()));
                if silent && self.context.reason.trim().is_empty() {
                    self.refuse("reason", Problem::SilentUnits);
                }
            }
            Step::Submit => self.returned(item),
            Step::AskReview => self.review(slot, item, before),
            _ => {}
        }
    }

    /// An objection is raised within its limit from the assignment.
    fn objection(&mut self, slot: &str, item: &Item) {
        if item.objection.as_ref().is_none_or(|it| it.on < item.assigned().unwrap_or(Date::MIN)) {
            self.refuse("objection", Problem::Missing("objection"));
        }
        if let Some(assigned) = item.assigned() {
            let limit = self.plan.limits().objection.end(assigned);
            if self.context.effective > limit {
                self.refuse(slot, Problem::TooLate { limit });
            }
        }
    }

    /// A return says why what is late is late, and what comes next.
    fn returned(&mut self, item: &Item) {
        let Some(content) = ReturnContent::parse(&item.content) else {
            self.refuse("content", Problem::Missing("content"));
            return;
        };
        let unexplained = content.unexplained();
        if !unexplained.is_empty() {
            self.refuse("content", Problem::Unexplained(unexplained));
        }
        if content.next.trim().is_empty() {
            self.refuse("next", Problem::Missing("next"));
        }
        let (max, found) = (ReturnContent::ASKS_MOST, content.asks.len());
        if found > max {
            self.refuse("content", Problem::TooLong { max, found });
        }
        let texts = content.lines.iter().map(|line| &line.said).chain([&content.next]).chain(&content.asks);
        for text in texts {
            self.text("content", text, false);
        }
    }

    fn review(&mut self, slot: &str, item: &Item, before: Option<&Item>) {
        let concluded = before.unwrap_or(item).moves.iter().rev().find(|it| it.to == State::Concluded);
        if let Some(concluded) = concluded {
            let limit = self.plan.limits().review.end(concluded.on);
            if self.context.effective > limit {
                self.refuse(slot, Problem::TooLate { limit });
            }
        }
    }

    /// An extension is asked for inside the limit, with a later working day.
    fn extension_asked(&mut self, slot: &str, until: Date, item: &Item) {
        let Some(due) = item.due else {
            self.refuse(slot, Problem::Missing("due"));
            return;
        };
        if self.context.effective > due {
            self.refuse(slot, Problem::TooLate { limit: due });
        }
        if until <= due {
            self.refuse(slot, Problem::NotLater { than: due });
        }
        if item.pending_extension().is_some() {
            self.refuse(slot, Problem::Twice);
        }
        self.working_day(slot, until);
    }

    fn due(&mut self, item: &Item) {
        if let Some(due) = item.due
            && due < item.received
        {
            self.refuse("due", Problem::NotLater { than: item.received });
        }
    }

    /// Whoever is of a unit that has a part in the item does not judge it.
    fn not_an_owner(&mut self, slot: &str, by: &Code, item: &Item) {
        let unit = self
            .lookup
            .subject(&Subject::person(by))
            .and_then(|held| Person::at(by, held.visible(View::ALL)).unit);
        if unit.is_some_and(|unit| item.all_units().any(|held| *held == unit)) {
            self.refuse(slot, Problem::OwnerVerifies);
        }
    }

    /// A directive is reported done when all its tasks are.
    fn tasks_done(&mut self, slot: &str, item: &Item) {
        let open: Vec<Code> = item
            .splits
            .iter()
            .map(|(task, _)| task)
            .filter(|task| {
                self.item(task)
                    .is_none_or(|task| !matches!(task.standing(), Standing::Done | Standing::Withdrawn))
            })
            .cloned()
            .collect();
        if !open.is_empty() {
            self.refuse(slot, Problem::OpenTasks(open));
        }
    }

    fn item(&self, code: &Code) -> Option<Item> {
        let history = self.lookup.subject(&Subject::item(&self.subject.scope, code))?;
        Item::at(&history, View::ALL)
    }

    fn link(&mut self, slot: &str, item: &Item, relation: Relation, to: &Target) {
        let end = match to {
            Target::Item(code) if *code == self.subject.code => {
                self.refuse(slot, Problem::Circular(vec![code.clone(), code.clone()]));
                return;
            }
            Target::Item(code) => self.item(code).map(|item| End::Item(item.kind)),
            Target::Project(_) => self.known(&to.subject(&self.subject.scope)).then_some(End::Project),
            Target::Indicator(_) => self.known(&to.subject(&self.subject.scope)).then_some(End::Indicator),
            Target::Request(_) => self.known(&to.subject(&self.subject.scope)).then_some(End::Request),
        };
        let Some(end) = end else {
            self.require(slot, false, reference(to), to.code());
            return;
        };
        if !relation.allows(item.kind, end) {
            self.refuse(slot, Problem::RelationNotAllowed { relation });
        }
        if relation.is_origin()
            && let Target::Item(code) = to
        {
            self.no_circle(slot, code);
        }
    }

    /// Going back along origins must not come round to this item.
    fn no_circle(&mut self, slot: &str, from: &Code) {
        let mut seen: BTreeSet<Code> = BTreeSet::new();
        let mut waiting = vec![vec![self.subject.code.clone(), from.clone()]];
        while let Some(path) = waiting.pop() {
            let Some(code) = path.last() else { continue };
            if *code == self.subject.code {
                self.refuse(slot, Problem::Circular(path));
                return;
            }
            if !seen.insert(code.clone()) {
                continue;
            }
            let Some(item) = self.item(code) else { continue };
            for (relation, to) in &item.links {
                if let (true, Target::Item(next)) = (relation.is_origin(), to) {
                    let mut path = path.clone();
                    path.push(next.clone());
                    waiting.push(path);
                }
            }
        }
    }

    /// A number of a series is one report's alone.
    fn number_is_free(&mut self, slot: &str, number: u32, item: &Item) {
        let Some(series) = item.series else { return };
        let numbered = self.lookup.numbered(&self.subject.scope, series);
        let taken = numbered.into_iter().find(|(by, held)| *held == number && *by != self.subject.code);
        if let Some((by, _)) = taken {
            self.refuse(slot, Problem::NumberTaken { number, by });
        }
    }

    /// A called unit's word holds from when it was given.
    fn word_of(&mut self, slot: &str, unit: &Code, at: DateTime, item: &Item) {
        self.called(slot, unit, item);
        self.not_future(slot, at.date());
        if item.called_at.is_some_and(|called| at < called) {
            self.refuse(slot, Problem::PeriodOrder);
        }
    }

    /// What many people raised is cleared when few enough raise it: by what was measured, not by anybody's word.
    fn goal_met(&mut self, slot: &str, item: &Item) {
        let Some(goal) = &item.goal else { return };
        let problem = match goal.standing(item.measured.as_ref(), item.received, self.context.today) {
            GoalStanding::Met { .. } => return,
            GoalStanding::NotMeasured => Problem::GoalNotMeasured,
            GoalStanding::TooEarly { from } => Problem::GoalTooEarly { from },
            GoalStanding::Above { rate } => Problem::GoalNotMet { rate, target: goal.target },
        };
        self.refuse(slot, problem);
    }

    /// The theme of a month is closed with what was measured of the whole month.
    fn theme_measured(&mut self, slot: &str, item: &Item) {
        let Some(theme) = &item.theme else { return };
        if item.theme_figures.as_ref().is_none_or(|figures| figures.to < theme.last_day()) {
            self.refuse(slot, Problem::ThemeNotMeasured);
        }
    }

    fn kinds(&mut self, slot: &str, item: &Item, kinds: &[ItemKind]) {
        if !kinds.contains(&item.kind) {
            self.refuse(slot, Problem::WrongKind);
        }
    }

    fn point(&mut self, slot: &str, title: &str, about: Option<&Target>, text: &str) {
        self.short(slot, title, false);
        self.text(slot, text, false);
        if let Some(about) = about {
            let known = self.known(&about.subject(&self.subject.scope));
            self.require(slot, known, reference(about), about.code());
        }
    }

    fn called(&mut self, slot: &str, unit: &Code, item: &Item) {
        if !item.all_units().any(|held| held == unit) {
            self.require(slot, false, Reference::Unit, unit);
        }
    }

    fn working_day(&mut self, slot: &str, on: Date) {
        if !workday::is_working(on) {
            self.refuse(slot, Problem::DayOff { date: on, next: workday::at_or_after(on) });
        }
    }

    fn not_future(&mut self, slot: &str, date: Date) {
        if date > self.context.today {
            self.refuse(slot, Problem::Future { date, today: self.context.today });
        }
    }

    fn short(&mut self, slot: &str, text: &str, required: bool) {
        self.sized(slot, text, NAME_MAX, required);
    }

    fn text(&mut self, slot: &str, text: &str, required: bool) {
        self.sized(slot, text, TEXT_MAX, required);
    }

    fn sized(&mut self, slot: &str, text: &str, max: usize, required: bool) {
        if required && text.trim().is_empty() {
            self.refuse(slot, Problem::Empty);
        }
        if let Some(problem) = text_problem(text, max) {
            self.refuse(slot, problem);
        }
    }

    fn known(&self, subject: &Subject) -> bool {
        self.lookup.subject(subject).is_some_and(|history| history.exists(View::ALL))
    }

    fn unit(&mut self, slot: &str, code: &Code) {
        let known = self.known(&Subject::unit(code));
        self.require(slot, known, Reference::Unit, code);
    }

    fn require(&mut self, slot: &str, known: bool, what: Reference, code: &Code) {
        if !known {
            self.refuse(slot, Problem::UnknownReference { what, code: code.clone() });
        }
    }
}

/// What must be on record for a move, besides the state it starts from: what is missing, and where.
fn ground(step: Step, item: &Item) -> Option<(&'static str, Problem)> {
    let mut lines = item.units.values();
    let missing = match step {
        Step::Assign if item.lead_unit.is_none() => {
            return Some(("lead_unit", Problem::Missing("lead_unit")));
        }
        Step::ReportDone if item.kind.is_task() && item.evidence.is_empty() => Problem::NoEvidence,
        Step::Verify | Step::Clear if item.kind.is_task() && !item.has_accepted_evidence() => {
            Problem::NoEvidence
        }
        Step::Answer if lines.all(|line| line.answered.is_none()) => Problem::Missing("answer"),
        Step::Arrive if lines.all(|line| line.arrived.is_none()) => Problem::Missing("arrival"),
        Step::Solve if item.outcome.as_ref().is_none_or(|(solved, _)| !solved) => Problem::Missing("outcome"),
        // Every unit that was called is judged.
        Step::Mark
            if item.all_units().any(|unit| item.units.get(unit).is_none_or(|line| line.mark.is_none())) =>
        {
            Problem::Missing("mark")
        }
        Step::Minute if item.minutes.trim().is_empty() => Problem::Missing("minutes"),
        Step::Issue if item.issued.is_none() || item.content.is_empty() => Problem::Missing("issue"),
        Step::Conclude if item.text.trim().is_empty() && item.outcome.is_none() => {
            Problem::Missing("outcome")
        }
        _ => return None,
    };
    Some(("state", missing))
}

fn reference(to: &Target) -> Reference {
    match to.kind() {
        SubjectKind::Project => Reference::Project,
        SubjectKind::Indicator => Reference::Indicator,
        _ => Reference::Item,
    }
}
