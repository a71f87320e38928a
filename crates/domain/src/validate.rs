//! The rules a command's facts must keep.

mod facility;
mod waiting;
mod whatif;

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::area::{AreaFact, ancestors};
use crate::code::Code;
use crate::command::{Context, needs_schedule, scope_is_right};
use crate::fact::{Fact, OfKind};
use crate::history::{Lookup, SubjectHistory, View};
use crate::indicator::{Indicator, IndicatorFact};
use crate::item::ItemFact;
use crate::item::check::ItemCheck;
use crate::milestone::{Aspect, step};
use crate::named::{NAME_MAX, Named, TEXT_MAX};
use crate::person::PersonFact;
use crate::plan::{Plan, PlanFact};
use crate::policy::Scope;
use crate::project::{Project, ProjectFact};
use crate::refusal::{Problem, Reference, Refusal};
use crate::request::routing::{Route, RouteTo};
use crate::request::{ReplyTemplate, RequestCheck, RequestFact};
use crate::source::Source;
use crate::subject::{Subject, SubjectKind};
use crate::survey::{SurveyCheck, SurveyFault, is_survey};
use crate::timetabling::{HolidayFault, MOST_DAYS, Work};
use crate::unit::UnitFact;

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

    fn part(&mut self, part: &Option<Code>) {
        if let Some(part) = part {
            let known = self.project.as_ref().is_some_and(|p| p.parts.iter().any(|(held, _)| held == part));
            self.require(known, Reference::Part, part);
        }
    }

    fn step(&mut self, step: &Code) {
        let known = self.project.as_ref().is_some_and(|p| p.steps.iter().any(|line| line.step == *step));
        self.require(known, Reference::Step, step);
    }

    fn step_of(&mut self, project: &Code, step: &Code) {
        let other = self
            .lookup
            .subject(&Subject::project(&self.subject.scope, project))
            .and_then(|history| Project::at(&history, View::ALL));
        match other {
            Some(other) => {
                let known = other.steps.iter().any(|line| line.step == *step);
                self.require(known, Reference::Step, step);
            }
            None => self.require(false, Reference::Project, project),
        }
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

    fn project_fact(&mut self, fact: &ProjectFact) {
        match fact {
            ProjectFact::Name(name) => self.name(name),
            ProjectFact::Alias { alias } => self.text(alias, NAME_MAX, true),
            ProjectFact::Kind { kind } => {
                self.in_plan(Reference::Template, kind, |plan| plan.template(kind.as_str()).is_some());
            }
            ProjectFact::Sector { sector } => {
                self.in_plan(Reference::Sector, sector, |plan| plan.sector(sector.as_str()).is_some());
            }
            ProjectFact::Campaign { campaign } => self.in_plan(Reference::Campaign, campaign, |plan| {
                plan.campaigns.iter().any(|held| held.code == *campaign)
            }),
            ProjectFact::LeadUnit { unit } => self.unit(unit),
            ProjectFact::SupportingUnit { unit, .. } => self.unit(unit),
            ProjectFact::Place { areas, address } => {
                areas.iter().for_each(|area| self.area(area));
                self.text(address, NAME_MAX, false);
            }
            ProjectFact::Budget { fen } | ProjectFact::Funding { fen, .. } => {
                if fen.0 < 0 {
                    self.refuse(Problem::Negative);
                }
            }
            ProjectFact::Membership { other, .. } => {
                if let Some(other) = other {
                    self.project(other);
                }
            }
            ProjectFact::Part { name, .. } | ProjectFact::Step { name, .. } => self.name(name),
            ProjectFact::Milestone { aspect, part, step, date, .. } => {
                self.part(part);
                self.step(step);
                if let (Aspect::Actual, Some(date)) = (aspect, date) {
                    self.not_future(date.first());
                }
            }
            ProjectFact::GatePapers { step, applied, decided, number, .. } => {
                self.step(step);
                self.text(number, NAME_MAX, false);
                [applied, decided].into_iter().flatten().for_each(|date| self.not_future(*date));
                if let (Some(applied), Some(decided)) = (applied, decided)
                    && decided < applied
                {
                    self.refuse(Problem::PeriodOrder);
                }
            }
            ProjectFact::StepWork { step, work } => {
                self.step(step);
                if let Some(work) = work {
                    self.work(work);
                    work.after.iter().flatten().for_each(|before| self.step(before));
                }
            }
            ProjectFact::StepLink { link, .. } => {
                self.step(&link.step);
                match &link.project {
                    Some(project) => self.step_of(project, &link.before),
                    None => self.step(&link.before),
                }
                if link.lag.unsigned_abs() > MOST_DAYS {
                    self.refuse(Problem::EstimateOrder(MOST_DAYS));
                }
            }
            ProjectFact::Review { round, fact } => self.review(*round, fact),
            ProjectFact::Progress { part, percent } => {
                self.part(part);
                if *percent < Decimal::ZERO || *percent > Decimal::ONE_HUNDRED {
                    self.refuse(Problem::PercentRange);
                }
                self.not_future(self.context.effective);
            }
            ProjectFact::Output { kind, quantity, .. } => {
                self.in_plan(Reference::OutputKind, kind, |plan| plan.output_kind(kind.as_str()).is_some());
                self.not_negative(*quantity);
            }
            ProjectFact::Suspended { document, .. } => self.text(document, TEXT_MAX, false),
            ProjectFact::Document { title, url } => {
                self.text(title, NAME_MAX, true);
                if let Some(problem) = address_problem(url) {
                    self.refuse(problem);
                }
            }
            ProjectFact::Remark { text } => self.text(text, TEXT_MAX, true),
        }
    }

    fn plan_fact(&mut self, fact: &PlanFact) {
        match fact {
            PlanFact::Name(name)
            | PlanFact::Sector { name, .. }
            | PlanFact::Campaign { name, .. }
            | PlanFact::Revision { title: name, .. }
            | PlanFact::YearlyList { title: name, .. } => self.name(name),
            PlanFact::Period { from, to } => {
                if to < from {
                    self.refuse(Problem::PeriodOrder);
                }
            }
            PlanFact::Area { area } => self.area(area),
            PlanFact::Template { name, steps, .. } => {
                self.name(name);
                for (at, step) in steps.iter().enumerate() {
                    self.name(&step.name);
                    if steps[..at].iter().any(|other| other.step == step.step) {
                        self.refuse(Problem::Twice);
                    }
                }
            }
            PlanFact::ListEntry { project, year, issue, .. } => {
                self.project(project);
                let known = self
                    .plan
                    .as_ref()
                    .is_some_and(|p| p.lists.iter().any(|list| (list.year, list.issue) == (*year, *issue)));
                self.require(known, Reference::YearlyList, project);
            }
            PlanFact::OutputKind(kind) => {
                self.name(&kind.name);
                self.name(&kind.unit);
            }
            PlanFact::OutputGroup(group) => {
                self.name(&group.name);
                self.not_negative(group.quantity);
                let kind = &group.kind;
                self.in_plan(Reference::OutputKind, kind, |plan| plan.output_kind(kind.as_str()).is_some());
                if group.members.is_empty() {
                    self.refuse(Problem::Empty);
                }
                group.members.iter().for_each(|member| self.project(member));
            }
            PlanFact::Figure(figure) => {
                self.name(&figure.label);
                self.name(&figure.unit);
            }
            PlanFact::Limits(rules) => {
                self.name(&rules.name);
            }
            PlanFact::Lights(rules) => {
                self.name(&rules.name);
                if rules.rules.iter().any(|rule| rule.any.is_empty()) {
                    self.refuse(Problem::Empty);
                }
            }
            PlanFact::UsualWork { template, step, work } => {
                let known = self.plan.as_ref().and_then(|plan| plan.template(template.as_str()).cloned());
                self.require(known.is_some(), Reference::Template, template);
                if let (Some(held), Some(work)) = (known, work) {
                    self.work(work);
                    for step in work.after.iter().flatten().chain([step]) {
                        let known = held.steps.iter().any(|other| other.step == *step);
                        self.require(known, Reference::Step, step);
                    }
                }
            }
            PlanFact::WorkCalendar(calendar) => {
                self.name(&calendar.name);
                if !calendar.week.contains(&true) {
                    self.refuse(Problem::NoWorkingDay);
                }
            }
            PlanFact::Holidays { year, published, paper } => {
                self.not_future(*published);
                match paper {
                    Some(paper) => {
                        if paper.address.is_empty() {
                            self.refuse(Problem::Missing("source_url"));
                        } else if let Some(problem) = address_problem(&paper.address) {
                            self.refuse(problem);
                        }
                        if let Some(fault) = paper.fault(*year) {
                            self.refuse(Problem::BadHolidays(fault));
                        }
                    }
                    None => {
                        // Only a paper on record can be withdrawn; what is looked at has the withdrawal in it.
                        let place = (*published, *year);
                        let on_record = self.after.facts().iter().any(|held| match &held.fact {
                            Fact::Plan(PlanFact::Holidays { year, published, paper: Some(_) }) => {
                                (*published, *year) == place
                            }
                            _ => false,
                        });
                        if !on_record {
                            self.refuse(Problem::BadHolidays(HolidayFault::Nothing));
                        }
                    }
                }
            }
            PlanFact::WorkLimit { limit, held } => self.work_limit(limit, held.as_ref()),
            PlanFact::Scenario(scenario) => self.scenario(scenario),
            PlanFact::ForecastRules(rules) => {
                if !rules.is_sound() {
                    self.refuse(Problem::PercentRange);
                }
            }
            PlanFact::Forecast(forecast) => {
                self.not_future(forecast.on);
                if !forecast.rules.is_sound() || forecast.promises.iter().any(|kept| kept.permille > 1000) {
                    self.refuse(Problem::PercentRange);
                }
            }
            PlanFact::RequestCategory(category) => {
                self.name(&category.name);
                category.about.iter().chain(&category.warning).for_each(|text| self.name(text));
                category.words.iter().for_each(|word| self.text(word, NAME_MAX, true));
                for question in &category.questions {
                    self.name(&question.name);
                    question.about.iter().for_each(|text| self.name(text));
                    question.choices.iter().for_each(|choice| self.name(&choice.name));
                }
                if let Some(fault) = category.fault() {
                    self.refuse(Problem::BadRequestRules(fault));
                }
                self.preset(&category.preset);
            }
            PlanFact::RequestRules(rules) => {
                self.name(&rules.name);
                if let Some(fault) = rules.fault() {
                    self.refuse(Problem::BadRequestRules(fault));
                }
                self.unit(&rules.backstop);
                for (area, unit) in &rules.offices {
                    self.area(area);
                    self.unit(unit);
                }
                rules.routes.iter().for_each(|route| self.route(route));
                rules.replies.iter().for_each(|reply| self.reply(reply));
            }
            PlanFact::RequestSettings(settings) => {
                self.name(&settings.name);
                self.name(&settings.source);
                self.preset(&settings.usual);
                settings.urgent.iter().for_each(|preset| self.preset(preset));
                self.unit(&settings.backstop);
                if let Some(fault) = settings.fault() {
                    self.refuse(Problem::BadRequestRules(fault));
                }
            }
            PlanFact::RequestPreset(preset) => self.name(&preset.name),
            PlanFact::RequestRoute(route) => self.route(route),
            PlanFact::RequestOffice { area, unit } => {
                self.area(area);
                unit.iter().for_each(|unit| self.unit(unit));
            }
            PlanFact::RequestReply(reply) => {
                self.name(&reply.name);
                self.reply(reply);
            }
            PlanFact::RateFormula(formula) => {
                self.name(&formula.name);
                if !formula.is_sound() {
                    self.refuse(Problem::BadRequestRules("formula"));
                }
            }
            PlanFact::FrozenRates(frozen) => {
                // A period is published once it is over, as it was computed.
                self.not_future(frozen.to);
                if frozen.from > frozen.to {
                    self.refuse(Problem::PeriodOrder);
                }
                if !self.plan.as_ref().is_some_and(|plan| frozen.follows(plan.issues(frozen.from, frozen.to)))
                {
                    self.refuse(Problem::BadRequestRules("issue"));
                }
                if !frozen.is_whole() {
                    self.refuse(Problem::BadRequestRules("digest"));
                }
            }
            PlanFact::Rhythm(rhythm) => {
                self.name(&rhythm.rules.name);
                if rhythm.rules.fault().is_some() {
                    self.refuse(Problem::BadRhythm);
                }
                if rhythm.until.is_some_and(|until| until < rhythm.since) {
                    self.refuse(Problem::PeriodOrder);
                }
            }
            PlanFact::FacilityKind(kind) => {
                self.name(&kind.name);
                kind.capacity_unit.iter().for_each(|unit| self.name(unit));
            }
            PlanFact::FacilityStandard(standard) => self.standard(standard),
            PlanFact::Layer { held, .. } => {
                if let Some(layer) = held {
                    self.name(&layer.name);
                    self.text(&layer.licence, TEXT_MAX, false);
                }
            }
            PlanFact::OfficialCount(count) => self.official_count(count),
            PlanFact::CoverageRules(rules) => {
                if !rules.is_sound() {
                    self.refuse(Problem::BadCoverageRules);
                }
            }
            PlanFact::GapAnswer { gap, answer } => self.gap(gap, answer.as_ref()),
            // Checked on the whole, beside what was before.
            PlanFact::Questionnaire(_)
            | PlanFact::Wave(_)
            | PlanFact::WaveStep(_)
            | PlanFact::SurveyBridge(_) => {}
            PlanFact::PublishedFigure { figure, .. } => {
                self.in_plan(Reference::Figure, figure, |plan| plan.figures.iter().any(|f| f.id == *figure));
            }
        }
    }

    /// A set of limits that is named must be known; before any is, the rules are still being written.
    fn preset(&mut self, preset: &Code) {
        let known = |plan: &Plan| {
            let held = plan.request_presets();
            held.is_empty() || held.iter().any(|held| held.preset == *preset)
        };
        self.in_plan(Reference::RequestPreset, preset, known);
    }

    fn request_category(&mut self, category: &Code) {
        let known = |plan: &Plan| plan.request_category(category.as_str()).is_some();
        self.in_plan(Reference::RequestCategory, category, known);
    }

    fn route(&mut self, route: &Route) {
        route.areas.iter().for_each(|area| self.area(area));
        route.categories.iter().for_each(|category| self.request_category(category));
        if let RouteTo::Unit(unit) = &route.to {
            self.unit(unit);
        }
        route.supporting.iter().for_each(|unit| self.unit(unit));
    }

    fn reply(&mut self, reply: &ReplyTemplate) {
        self.text(&reply.text, TEXT_MAX, true);
        reply.categories.iter().for_each(|category| self.request_category(category));
        if let Some(name) = reply.unknown_place() {
            self.refuse(Problem::UnknownPlaceholder(name));
        }
        if !ReplyTemplate::STEPS.contains(&reply.step) {
            self.refuse(Problem::BadRequestRules("reply"));
        }
    }

    fn indicator_fact(&mut self, fact: &IndicatorFact) {
        match fact {
            IndicatorFact::Name(name) | IndicatorFact::Unit(name) => self.name(name),
            IndicatorFact::Direction { .. } | IndicatorFact::Target { .. } => {}
            IndicatorFact::Sector { sector } => {
                self.in_plan(Reference::Sector, sector, |plan| plan.sector(sector.as_str()).is_some());
            }
            IndicatorFact::Baseline { on, .. } | IndicatorFact::Observation { on, .. } => {
                self.not_future(*on);
            }
            IndicatorFact::Measured(measured) => {
                let held = self.plan.as_ref().and_then(|plan| plan.wave(measured.wave.as_str()).cloned());
                let frozen = held.as_ref().is_some_and(|held| held.state().is_frozen());
                self.require(frozen, Reference::Wave, &measured.wave);
                let asked = self.plan.as_ref().zip(held).and_then(|(plan, held)| {
                    let found = plan.questionnaire(&held.wave.instrument, held.wave.version)?;
                    found.asks.question(&measured.question).map(|question| question.fingerprint().to_string())
                });
                if frozen && asked.as_ref() != Some(&measured.asked) {
                    let question = measured.question.clone();
                    self.refuse(Problem::BadSurvey(SurveyFault::NoQuestion { question }));
                }
                let indicator = Indicator::at(&self.subject.code, self.after.visible(View::ALL));
                let known = indicator.observations.iter().any(|held| held.key == measured.key);
                self.require(known, Reference::Observation, &measured.key);
            }
            IndicatorFact::Accepted { on, key, because } => {
                self.text(because, TEXT_MAX, true);
                let indicator = Indicator::at(&self.subject.code, self.after.visible(View::ALL));
                let known = indicator.observations.iter().any(|o| o.key == *key && o.on == *on);
                self.require(known, Reference::Observation, key);
            }
        }
    }

    fn area_fact(&mut self, fact: &AreaFact) {
        match fact {
            AreaFact::Name(name) => self.name(name),
            AreaFact::Parent { parent: Some(parent) } => {
                self.area(parent);
                let mut path = vec![self.subject.code.clone()];
                path.extend(ancestors(parent, self.lookup, View::ALL));
                self.no_circle(path);
            }
            AreaFact::Parent { parent: None }
            | AreaFact::Level { .. }
            | AreaFact::Population { .. }
            | AreaFact::Boundary { .. }
            | AreaFact::Active { .. } => {}
        }
    }

    fn unit_fact(&mut self, fact: &UnitFact) {
        match fact {
            UnitFact::Name(name) => self.name(name),
            UnitFact::Parent { parent: Some(parent) } => {
                self.unit(parent);
                let mut path = vec![self.subject.code.clone()];
                let mut next = Some(parent.clone());
                while let Some(code) = next.take() {
                    let seen = path.contains(&code);
                    path.push(code.clone());
                    if !seen {
                        next = self
                            .lookup
                            .subject(&Subject::unit(&code))
                            .and_then(|h| crate::unit::Unit::at(&code, h.visible(View::ALL)).parent);
                    }
                }
                self.no_circle(path);
            }
            UnitFact::Area { area } => self.area(area),
            UnitFact::Parent { parent: None } | UnitFact::Level { .. } | UnitFact::Active { .. } => {}
        }
    }

    /// `path` goes from the subject upwards; meeting the subject again is a circle.
    fn no_circle(&mut self, path: Vec<Code>) {
        if let Some(at) = path[1..].iter().position(|code| *code == self.subject.code) {
            self.refuse(Problem::Circular(path[..=at + 1].to_vec()));
        }
    }

    fn person_fact(&mut self, fact: &PersonFact) {
        match fact {
            PersonFact::Name { name } => self.text(name, NAME_MAX, true),
            PersonFact::Email { email } => {
                let good = email.len() <= 254
                    && !email.chars().any(|c| c.is_whitespace() || c.is_control())
                    && email
                        .split_once('@')
                        .is_some_and(|(user, host)| !user.is_empty() && host.contains('.'));
                if !email.is_empty() && !good {
                    self.refuse(Problem::BadEmail);
                }
            }
            PersonFact::Unit { unit } => self.unit(unit),
            PersonFact::Role { scope, .. } => match scope {
                Scope::Everything => {}
                Scope::Plan(plan) => {
                    let known = self.known(&Subject::plan(plan));
                    self.require(known, Reference::Plan, plan);
                }
                Scope::Area(area) => self.area(area),
                Scope::Unit(unit) => self.unit(unit),
            },
            PersonFact::Active { .. } => {}
        }
    }

    /// Start before completion, within each aspect and part that the command touches.
    fn date_order(&mut self, facts: &[Fact]) {
        let Some(project) = self.project.take() else { return };
        let mut checked = Vec::new();
        for fact in facts {
            let Fact::Project(ProjectFact::Milestone { aspect, part, .. }) = fact else { continue };
            if checked.contains(&(*aspect, part.clone())) {
                continue;
            }
            checked.push((*aspect, part.clone()));
            let date_of = |wanted: &str| {
                let (_, track) =
                    project.tracks.iter().find(|((of, step), _)| of == part && step.as_str() == wanted)?;
                match aspect {
                    Aspect::Promised => track.promised(),
                    Aspect::Planned => track.planned,
                    Aspect::Forecast => track.forecast,
                    Aspect::Actual => track.actual,
                }
            };
            for (earlier_step, later_step) in step::ORDERED {
                if let (Some(earlier), Some(later)) = (date_of(earlier_step), date_of(later_step))
                    && earlier.first() > later.last()
                {
                    self.field = fact.slot();
                    self.refuse(Problem::DateOrder {
                        earlier_step: earlier_step.into(),
                        earlier: earlier.to_string(),
                        later_step: later_step.into(),
                        later: later.to_string(),
                    });
                }
            }
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
