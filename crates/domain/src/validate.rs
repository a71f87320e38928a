//! The rules a command's facts must keep.

mod directory;
mod facility;
mod indicator;
mod link;
mod plan;
mod project;
mod waiting;
mod whatif;

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::code::Code;
use crate::command::{Context, needs_schedule, scope_is_right};
use crate::fact::{Fact, OfKind};
use crate::history::{Lookup, SubjectHistory, View};
use crate::index::{self, IndexFact};
use crate::item::ItemFact;
use crate::item::check::ItemCheck;
use crate::named::{NAME_MAX, Named, TEXT_MAX};
use crate::plan::Plan;
use crate::project::Project;
use crate::refusal::{Problem, Reference, Refusal};
use crate::request::{RequestCheck, RequestFact};
use crate::source::Source;
use crate::subject::{Subject, SubjectKind};
use crate::survey::{SurveyCheck, is_survey};
use crate::timetabling::{MOST_DAYS, Work};

/// What the checks look at, with the list that refusals are added to.
struct Check<'a> {
    subject: &'a Subject,
    plan: Option<Arc<Plan>>,
    /// Put together only where its parts, steps or dates are spoken of.
    project: Option<Project>,
    after: &'a SubjectHistory,
    context: &'a Context,
    lookup: &'a dyn Lookup,
    field: String,
    refusals: &'a mut Vec<Refusal>,
}

pub(crate) fn text(text: &str, field: &str, refusals: &mut Vec<Refusal>) {
    if let Some(problem) = text_problem(text, TEXT_MAX) {
        refusals.push(Refusal { field: field.into(), problem });
    }
}

pub(crate) fn source(source: &Source, lookup: &dyn Lookup, refusals: &mut Vec<Refusal>) {
    text(&source.title, "source", refusals);
    if !source.url.is_empty()
        && let Some(problem) = address_problem(&source.url)
    {
        refusals.push(Refusal { field: "source".into(), problem });
    }
    if let Some(unit) = &source.unit
        && lookup.subject(&Subject::unit(unit)).is_none()
    {
        refusals.push(Refusal {
            field: "source".into(),
            problem: Problem::UnknownReference { what: Reference::Unit, code: unit.clone() },
        });
    }
}

/// Two facts of one slot and day leave open which of them is meant. Asked of all that is given, before
/// what already holds is left out.
pub(crate) fn given_once(facts: &[Fact], context: &Context, refusals: &mut Vec<Refusal>) {
    let mut seen = BTreeSet::new();
    for fact in facts {
        let slot = fact.slot();
        let day = crate::command::effective_of(fact, context);
        if let Some((slot, _)) = seen.replace((slot, day)) {
            refusals.push(Refusal { field: slot, problem: Problem::Twice });
        }
    }
}

pub(crate) fn registration(subject: &Subject, facts: &[Fact], refusals: &mut Vec<Refusal>) {
    let mut need = |present: bool, what: &'static str| {
        if !present {
            refusals.push(Refusal { field: what.into(), problem: Problem::Missing(what) });
        }
    };
    let has = |wanted: &str| facts.iter().any(|fact| fact.slot() == wanted);
    if subject.kind == SubjectKind::Request {
        need(has("intake"), "intake");
        return;
    }
    if subject.kind == SubjectKind::Facility {
        // Many have no name, such as a playground; without a kind or a place it is nothing.
        need(has("kind"), "facility_kind");
        need(has("site"), "site");
        return;
    }
    need(has("name"), "name");
    match subject.kind {
        SubjectKind::Plan => need(has("period"), "period"),
        // The lead unit is asked for where people enter a project; public lists do not name it, so a
        // project taken from one may stand without for a while.
        SubjectKind::Project => need(has("sector"), "sector"),
        SubjectKind::Indicator => need(has("unit"), "unit"),
        SubjectKind::Index => {
            let made = facts.iter().any(|fact| matches!(fact, Fact::Index(IndexFact::Version(_))));
            need(made, "index_version");
        }
        SubjectKind::Area | SubjectKind::Unit => need(has("level"), "level"),
        SubjectKind::Item => need(has("kind"), "kind"),
        SubjectKind::Person | SubjectKind::Request | SubjectKind::Facility => {}
    }
}

/// A subject as a command would leave it, and as it found it.
pub(crate) struct Outcome<'a> {
    pub subject: &'a Subject,
    pub after: &'a SubjectHistory,
    pub before: Option<&'a SubjectHistory>,
}

/// Checks what is given on the outcome, and what is `withdrawn` where its absence could break a rule.
pub(crate) fn facts(
    Outcome { subject, after, before }: Outcome<'_>,
    facts: &[Fact],
    withdrawn: &[Fact],
    context: &Context,
    lookup: &dyn Lookup,
    refusals: &mut Vec<Refusal>,
) {
    if !scope_is_right(subject) {
        refusals.push(Refusal::whole(Problem::WrongKind));
        return;
    }
    let mut check = Check {
        subject,
        plan: match subject.kind {
            SubjectKind::Plan => Plan::at(after, View::ALL).map(Arc::new),
            kind if kind.is_directory() => None,
            _ => lookup.plan(&subject.scope),
        },
        project: needs_schedule(facts.iter().chain(withdrawn))
            .then(|| Project::at(after, View::ALL))
            .flatten(),
        after,
        context,
        lookup,
        field: String::new(),
        refusals,
    };
    if !subject.kind.is_directory() && check.plan.is_none() {
        check.refuse(Problem::UnknownReference { what: Reference::Plan, code: subject.scope.clone() });
        return;
    }
    for fact in facts {
        check.field = fact.slot();
        if fact.kind() != subject.kind {
            check.refuse(Problem::WrongKind);
            continue;
        }
        match fact {
            Fact::Plan(fact) => check.plan_fact(fact),
            Fact::Project(fact) => check.project_fact(fact),
            Fact::Indicator(fact) => check.indicator_fact(fact),
            Fact::Index(fact) => index::check(fact, check.subject, check.lookup, check.refusals),
            // An item or a request is checked as a whole, below.
            Fact::Item(_) | Fact::Request(_) => {}
            Fact::Facility(fact) => check.facility_fact(fact),
            Fact::Area(fact) => check.area_fact(fact),
            Fact::Unit(fact) => check.unit_fact(fact),
            Fact::Person(fact) => check.person_fact(fact),
        }
    }
    check.facility(facts, withdrawn);
    check.waiting(facts, withdrawn);
    check.date_order(facts);
    if let Some(plan) = check.plan.as_ref().filter(|_| facts.iter().chain(withdrawn).any(is_survey)).cloned()
    {
        let before = before.and_then(|before| Plan::at(before, View::ALL));
        SurveyCheck { before: before.as_ref(), after: &plan, refusals: check.refusals }.facts(facts);
    }
    if let (SubjectKind::Request, Some(plan)) = (subject.kind, check.plan.as_ref()) {
        let plan = plan.clone();
        let own: Vec<&RequestFact> = facts.iter().filter_map(RequestFact::of).collect();
        RequestCheck { subject, plan: &plan, after, before, context, lookup, refusals }.facts(&own);
        return;
    }
    if subject.kind == SubjectKind::Item
        && let Some(plan) = check.plan.take()
    {
        let own: Vec<&ItemFact> = facts.iter().filter_map(ItemFact::of).collect();
        ItemCheck { subject, plan: &plan, after, before, context, lookup, refusals }.facts(&own);
    }
}

impl Check<'_> {
    fn refuse(&mut self, problem: Problem) {
        self.refusals.push(Refusal { field: self.field.clone(), problem });
    }

    fn require(&mut self, known: bool, what: Reference, code: &Code) {
        if !known {
            self.refuse(Problem::UnknownReference { what, code: code.clone() });
        }
    }

    fn known(&self, subject: &Subject) -> bool {
        self.lookup.subject(subject).is_some_and(|history| history.exists(View::ALL))
    }

    fn unit(&mut self, code: &Code) {
        let known = self.known(&Subject::unit(code));
        self.require(known, Reference::Unit, code);
    }

    fn area(&mut self, code: &Code) {
        let known = self.known(&Subject::area(code));
        self.require(known, Reference::Area, code);
    }

    fn project(&mut self, code: &Code) {
        let known = self.known(&Subject::project(&self.subject.scope, code));
        self.require(known, Reference::Project, code);
    }

    fn name(&mut self, name: &Named) {
        if let Some(problem) = name_problem(name) {
            self.refuse(problem);
        }
    }

    fn text(&mut self, text: &str, max: usize, required: bool) {
        if required && text.trim().is_empty() {
            self.refuse(Problem::Empty);
        }
        if let Some(problem) = text_problem(text, max) {
            self.refuse(problem);
        }
    }

    fn address(&mut self, url: &str) {
        if let Some(problem) = address_problem(url) {
            self.refuse(problem);
        }
    }

    fn not_future(&mut self, date: Date) {
        if date > self.context.today {
            self.refuse(Problem::Future { date, today: self.context.today });
        }
    }

    fn not_negative(&mut self, value: Decimal) {
        if value.is_sign_negative() && !value.is_zero() {
            self.refuse(Problem::Negative);
        }
    }

    fn in_plan(&mut self, what: Reference, code: &Code, known: impl Fn(&Plan) -> bool) {
        let known = self.plan.as_deref().is_some_and(known);
        self.require(known, what, code);
    }

    fn work(&mut self, work: &Work) {
        if !work.days.is_ordered() {
            self.refuse(Problem::EstimateOrder(MOST_DAYS));
        }
        if let Some(calendar) = &work.calendar {
            self.in_plan(Reference::WorkCalendar, calendar, |plan| {
                plan.calendars.iter().any(|held| held.calendar == *calendar)
            });
        }
    }
}

pub(crate) fn text_problem(text: &str, max: usize) -> Option<Problem> {
    let found = text.chars().count();
    if found > max {
        return Some(Problem::TooLong { max, found });
    }
    text.chars().any(|c| c.is_control() && c != '\n').then_some(Problem::ControlCharacter)
}

pub(crate) fn name_problem(name: &Named) -> Option<Problem> {
    if name.zh.trim().is_empty() {
        return Some(Problem::Empty);
    }
    [&name.zh, &name.en].into_iter().find_map(|text| text_problem(text, NAME_MAX))
}

pub(crate) fn address_problem(url: &str) -> Option<Problem> {
    let good = (url.starts_with("http://") || url.starts_with("https://"))
        && url.len() <= 2000
        && !url.chars().any(|c| c.is_whitespace() || c.is_control());
    (!good).then_some(Problem::BadAddress)
}
