//! The rules of a plan's facts.

use super::Check;
use crate::code::Code;
use crate::fact::Fact;
use crate::history::RecordedFact;
use crate::journal::Seq;
use crate::named::{NAME_MAX, TEXT_MAX};
use crate::plan::{Plan, PlanFact};
use crate::refusal::{Problem, Reference};
use crate::request::ReplyTemplate;
use crate::request::routing::{Route, RouteTo};
use crate::timetabling::HolidayFault;

impl Check<'_> {
    pub(super) fn plan_fact(&mut self, fact: &PlanFact) {
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
                        } else {
                            self.address(&paper.address);
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
                kind.request_categories.iter().for_each(|category| self.request_category(category));
                if kind.least_square_metres == Some(0) {
                    self.refuse(Problem::NotAboveZero);
                }
            }
            PlanFact::FacilityStandard(standard) => self.standard(standard),
            PlanFact::Layer { held: Some(layer), .. } => {
                self.name(&layer.name);
                self.text(&layer.licence, TEXT_MAX, false);
            }
            PlanFact::Layer { held: None, .. } => self.layer_withdrawn(),
            PlanFact::OfficialCount(count) => self.official_count(count),
            PlanFact::CoverageRules(rules) => {
                if !rules.is_sound() {
                    self.refuse(Problem::BadCoverageRules);
                }
            }
            PlanFact::GapAnswer { gap, answer } => self.gap(gap, answer.as_ref()),
            PlanFact::Link { link, held: Some(held) } => self.link(link, held),
            // Only what is on the books can be withdrawn.
            PlanFact::Link { link, held: None } => self.link_withdrawn(link),
            PlanFact::CitedWave(cited) => self.not_future(cited.told),
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

    /// Only a layer that is in force can be withdrawn, and not before it began: that would leave it in force, and take
    /// another one from earlier days.
    fn layer_withdrawn(&mut self) {
        let day = self.context.effective;
        let mut told = self.after.in_slot(&self.field).iter().filter(|held| {
            let others = held.superseded.is_none() && held.seq != Seq::LATEST;
            others && held.effective <= day.max(self.context.today)
        });
        match told.next_back() {
            Some(RecordedFact {
                fact: Fact::Plan(PlanFact::Layer { held: Some(_), .. }), effective, ..
            }) => {
                let from = *effective;
                if day < from {
                    self.refuse(Problem::LayerBegins { from });
                }
            }
            _ => self.refuse(Problem::NoLayer),
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
}
