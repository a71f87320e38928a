//! The names behind codes: for choices in forms and for showing facts in words.

use std::collections::BTreeMap;
use std::sync::Arc;

use app::{App, AppError};
use domain::area::{Area, AreaFact, AreaLevel};
use domain::code::Code;
use domain::fact::Fact;
use domain::history::{History, View};
use domain::indicator::Direction;
use domain::milestone::{Aspect, DelayReason};
use domain::output::Stage;
use domain::planned_date::parse_day;
use domain::policy::Role;
use domain::portfolio::Portfolio;
use domain::project::{Membership, Project};
use domain::subject::{Subject, SubjectKind, directory};
use domain::timetabling::StepLinkKind;
use domain::unit::{Unit, UnitFact, UnitLevel};
use words::Lang;

use super::field::{Choice, Control, Field};
use super::topic::{Kind, Pick, Spec, TOPIC, Topic};
use super::values::{AT_ONCE, Values, described, topic_of};
use crate::words_of;

/// Everything a form may name.
pub struct Book {
    pub lang: Lang,
    /// `None` for the directory's own pages.
    pub portfolio: Option<Arc<Portfolio>>,
    /// The project in hand, whose parts and steps may be chosen.
    pub project: Option<Project>,
    pub units: BTreeMap<Code, Unit>,
    pub areas: BTreeMap<Code, Area>,
}

impl Book {
    /// For pages about a plan's records; `portfolio` is the plan as it is now.
    pub fn of_plan(lang: Lang, portfolio: Arc<Portfolio>) -> Self {
        let (units, areas) = (portfolio.units.clone(), portfolio.areas.clone());
        Self { lang, portfolio: Some(portfolio), project: None, units, areas }
    }

    /// For pages about units, areas and people.
    pub async fn of_directory(lang: Lang, app: &App) -> Result<(Self, Arc<History>), AppError> {
        let history = app.history(&directory()).await?;
        let view = View::as_of(app.clock().today());
        let units = history
            .of_kind(&directory(), SubjectKind::Unit)
            .filter(|h| h.exists(view))
            .map(|h| (h.subject.code.clone(), Unit::at(&h.subject.code, h.visible::<UnitFact>(view))))
            .collect();
        let areas = history
            .of_kind(&directory(), SubjectKind::Area)
            .filter(|h| h.exists(view))
            .map(|h| (h.subject.code.clone(), Area::at(&h.subject.code, h.visible::<AreaFact>(view))))
            .collect();
        Ok((Self { lang, portfolio: None, project: None, units, areas }, history))
    }

    fn english(&self) -> bool {
        self.lang.is_english()
    }

    /// A word of a closed set, such as a stage or a cause.
    fn word(&self, prefix: &str, value: &str) -> String {
        let key = format!("{prefix}-{}", value.replace('_', "-"));
        if words::has(self.lang, &key) { words::text(self.lang, &key).into_owned() } else { value.to_owned() }
    }

    pub fn unit_name(&self, code: &str) -> String {
        self.units.get(code).map_or(code, |unit| unit.name.get(self.english())).to_owned()
    }

    pub fn area_name(&self, code: &str) -> String {
        self.areas.get(code).map_or(code, |area| area.name.get(self.english())).to_owned()
    }

    pub fn project_name(&self, code: &str) -> String {
        let project = self.portfolio.as_ref().and_then(|p| p.project(code));
        project.map_or(code, |project| project.name.get(self.english())).to_owned()
    }

    /// What a subject is called.
    pub fn subject_name(&self, subject: &Subject) -> String {
        let code = subject.code.as_str();
        match subject.kind {
            SubjectKind::Project => self.project_name(code),
            SubjectKind::Unit => self.unit_name(code),
            SubjectKind::Area => self.area_name(code),
            _ => code.to_owned(),
        }
    }

    /// A scope of a role in words.
    pub fn scope_name(&self, scope: &str) -> String {
        let (kind, code) = scope.split_once(':').unwrap_or((scope, ""));
        let name = match kind {
            "unit" => self.unit_name(code),
            "area" => self.area_name(code),
            _ => code.to_owned(),
        };
        words::with(self.lang, &format!("scope-{kind}"), &[("name", &name)])
    }

    /// What a chosen value is called.
    pub fn name(&self, pick: Pick, value: &str) -> String {
        if value.is_empty() {
            return String::new();
        }
        if (pick, value) == (Pick::Step, AT_ONCE) {
            return words::text(self.lang, "usual-at-once").into_owned();
        }
        let english = self.english();
        let plan = self.portfolio.as_ref().map(|p| &p.plan);
        let found = match pick {
            Pick::Template => plan.and_then(|p| p.template(value)).map(|t| t.name.get(english)),
            Pick::Sector => plan.and_then(|p| p.sector(value)).map(|s| s.name.get(english)),
            Pick::Campaign => plan
                .and_then(|p| p.campaigns.iter().find(|c| c.code.as_str() == value))
                .map(|c| c.name.get(english)),
            Pick::OutputKind => plan.and_then(|p| p.output_kind(value)).map(|k| k.name.get(english)),
            Pick::FacilityKind => plan.and_then(|p| p.facility_kind(value)).map(|k| k.name.get(english)),
            Pick::Step => self
                .project
                .as_ref()
                .and_then(|p| p.steps.iter().find(|line| line.step.as_str() == value))
                .map(|line| line.name.get(english)),
            Pick::WorkCalendar => plan
                .and_then(|p| p.calendars.iter().find(|c| c.calendar.as_str() == value))
                .map(|c| c.name.get(english)),
            Pick::RequestCategory => {
                plan.and_then(|p| p.request_category(value)).map(|c| c.name.get(english))
            }
            Pick::RequestPreset => plan
                .and_then(|p| p.request_presets().iter().find(|held| held.preset.as_str() == value))
                .map(|held| held.name.get(english)),
            Pick::Part => self
                .project
                .as_ref()
                .and_then(|p| p.parts.iter().find(|(part, _)| part.as_str() == value))
                .map(|(_, name)| name.get(english)),
            Pick::Revision => plan
                .and_then(|p| p.revisions.iter().find(|r| r.number.to_string() == value))
                .map(|r| r.title.get(english)),
            _ => None,
        };
        match (found, pick) {
            (Some(name), _) => name.to_owned(),
            (None, Pick::Unit) => self.unit_name(value),
            (None, Pick::Area) => self.area_name(value),
            (None, Pick::Project) => self.project_name(value),
            (None, Pick::Step) => self.word("step", value),
            (None, Pick::Aspect) => self.word("aspect", value),
            (None, Pick::Cause) => self.word("cause", value),
            (None, Pick::Stage) => self.word("stage", value),
            (None, Pick::Basis) => self.word("basis", value),
            (None, Pick::Membership) => self.word("membership", value),
            (None, Pick::Direction) => self.word("direction", value),
            (None, Pick::AreaLevel | Pick::UnitLevel) => self.word("level", value),
            (None, Pick::StepLinkKind) => self.word("step-link-kind", value),
            (None, Pick::LimitUnit) => self.word("limit-unit", value),
            (None, Pick::Entry) => self.word("entry", value),
            (None, Pick::Aim) => self.word("aim", value),
            (None, Pick::Role) => self.word("role", value),
            (None, Pick::Listed(list)) => self.word(list.prefix(), value),
            (None, _) => value.to_owned(),
        }
    }

    /// What may be chosen. Something no longer active stays only where it is the present value.
    pub fn choices(&self, pick: Pick, present: &str) -> Vec<Choice> {
        let english = self.english();
        let listed = |values: &mut dyn Iterator<Item = &str>| -> Vec<Choice> {
            values.map(|value| Choice::new(value, self.name(pick, value))).collect()
        };
        let plan = self.portfolio.as_ref().map(|p| &p.plan);
        match pick {
            Pick::Template => {
                listed(&mut plan.iter().flat_map(|p| p.templates.iter().map(|t| t.code.as_str())))
            }
            Pick::Sector => listed(&mut plan.iter().flat_map(|p| p.sectors.iter().map(|s| s.code.as_str()))),
            Pick::Campaign => {
                listed(&mut plan.iter().flat_map(|p| p.campaigns.iter().map(|c| c.code.as_str())))
            }
            Pick::OutputKind => {
                listed(&mut plan.iter().flat_map(|p| p.output_kinds.iter().map(|k| k.kind.as_str())))
            }
            Pick::Revision => plan
                .iter()
                .flat_map(|p| &p.revisions)
                .map(|r| {
                    Choice::new(r.number.to_string(), format!("{} · {}", r.number, r.title.get(english)))
                })
                .collect(),
            Pick::Step => {
                listed(&mut self.project.iter().flat_map(|p| p.steps.iter().map(|s| s.step.as_str())))
            }
            Pick::Part => {
                listed(&mut self.project.iter().flat_map(|p| p.parts.iter().map(|(part, _)| part.as_str())))
            }
            Pick::Unit => {
                let mut units: Vec<&Unit> =
                    self.units.values().filter(|u| u.active || u.code.as_str() == present).collect();
                units.sort_by_key(|unit| unit.level);
                units.iter().map(|u| Choice::new(u.code.as_str(), u.name.get(english))).collect()
            }
            Pick::Area => {
                let mut areas: Vec<&Area> = self
                    .areas
                    .values()
                    .filter(|a| a.active || present.split(';').any(|code| code == a.code.as_str()))
                    .collect();
                areas.sort_by_key(|area| area.level);
                areas.iter().map(|a| Choice::new(a.code.as_str(), a.name.get(english))).collect()
            }
            Pick::Project => self
                .portfolio
                .iter()
                .flat_map(|p| &p.projects)
                .map(|p| Choice::new(p.code.as_str(), format!("{} {}", p.code, p.name.get(english))))
                .collect(),
            Pick::Aspect => listed(&mut Aspect::ALL.iter().map(|a| a.as_str())),
            Pick::Cause => listed(&mut DelayReason::ALL.iter().map(|c| c.as_str())),
            Pick::Stage => listed(&mut Stage::ALL.iter().map(|s| s.as_str())),
            Pick::Basis => listed(&mut ["net", "gross"].into_iter()),
            Pick::Membership => listed(&mut Membership::ALL.iter().map(|m| m.as_str())),
            Pick::Direction => {
                listed(&mut [Direction::Up, Direction::Down, Direction::Neither].iter().map(|d| d.as_str()))
            }
            Pick::AreaLevel => listed(&mut AreaLevel::ALL.iter().map(|l| l.as_str())),
            Pick::UnitLevel => listed(&mut UnitLevel::ALL.iter().map(|l| l.as_str())),
            Pick::LimitUnit => listed(&mut ["working_days", "days"].into_iter()),
            Pick::WorkCalendar => {
                listed(&mut plan.iter().flat_map(|p| p.calendars.iter().map(|c| c.calendar.as_str())))
            }
            Pick::RequestCategory => listed(
                &mut plan.iter().flat_map(|p| p.request_categories.iter().map(|c| c.category.as_str())),
            ),
            // One that is closed stays only where it is the present value.
            Pick::FacilityKind => listed(
                &mut plan
                    .iter()
                    .flat_map(|p| &p.facility_kinds)
                    .filter(|kind| !kind.closed || kind.kind.as_str() == present)
                    .map(|kind| kind.kind.as_str()),
            ),
            Pick::RequestPreset => {
                listed(&mut plan.iter().flat_map(|p| p.request_presets().iter().map(|c| c.preset.as_str())))
            }
            Pick::StepLinkKind => listed(&mut StepLinkKind::ALL.iter().map(|kind| kind.as_str())),
            Pick::Entry => listed(&mut ["carried_over", "new"].into_iter()),
            Pick::Aim => listed(&mut ["complete", "continue", "prepare"].into_iter()),
            Pick::Role => listed(&mut Role::ALL.iter().map(|r| r.as_str())),
            Pick::Listed(list) => listed(&mut list.words().into_iter()),
        }
    }

    /// A field of a fact, with its present value.
    pub fn field(&self, spec: &Spec, prefix: &str, value: &str) -> Field {
        let control = match spec.kind {
            Kind::Text | Kind::Code | Kind::Word(_) | Kind::Date => Control::Text,
            Kind::Long => Control::Area,
            Kind::Number | Kind::Percent | Kind::Whole | Kind::Yuan => Control::Number,
            Kind::Day => Control::Day,
            Kind::Moment => Control::Moment,
            Kind::Url => Control::Url,
            Kind::Email => Control::Email,
            Kind::YesNo => {
                let mut choices = vec![
                    Choice::new("yes", words::text(self.lang, "yes")),
                    Choice::new("no", words::text(self.lang, "no")),
                ];
                if !spec.required {
                    choices.insert(0, Choice::new("", words::text(self.lang, "choice-none")));
                }
                Control::Select(choices)
            }
            Kind::Pick(pick) => {
                let mut choices = self.choices(pick, value);
                if !spec.required || value.is_empty() {
                    let key = if spec.required { "choice-please" } else { "choice-none" };
                    choices.insert(0, Choice::new("", words::text(self.lang, key)));
                }
                // A value that is no longer on offer stays what it is.
                if !choices.iter().any(|choice| choice.value == value) {
                    choices.push(Choice::new(value, self.name(pick, value)));
                }
                Control::Select(choices)
            }
            Kind::Many(pick) => {
                let mut choices = self.choices(pick, value);
                if pick == Pick::Step {
                    choices.insert(0, Choice::new(AT_ONCE, self.name(pick, AT_ONCE)));
                }
                Control::Checks(choices)
            }
        };
        let mut field =
            Field::new(self.lang, format!("{prefix}{}", spec.name), &label_key(spec.name), control)
                .value(value);
        field.required = spec.required;
        field
    }

    /// A value as it is read.
    pub fn shown(&self, kind: Kind, value: &str) -> String {
        let number = |value: &str| value.parse().ok().map(words_of::number);
        let shown = match kind {
            _ if value.is_empty() => Some("—".to_owned()),
            Kind::YesNo => {
                Some(words::text(self.lang, if value == "yes" { "yes" } else { "no" }).into_owned())
            }
            Kind::Pick(pick) => Some(self.name(pick, value)),
            Kind::Many(pick) => {
                let names: Vec<String> = value.split(';').map(|code| self.name(pick, code)).collect();
                Some(names.join(words_of::comma(self.lang)))
            }
            Kind::Word(list) => Some(self.word(list, value)),
            Kind::Day => parse_day(value).map(|day| words_of::day(self.lang, day)),
            Kind::Moment => value.parse().ok().map(|at| words_of::moment(self.lang, at)),
            Kind::Date => value.parse().ok().map(|date| words_of::planned(self.lang, date)),
            Kind::Number | Kind::Yuan => number(value),
            Kind::Percent => number(value).map(|number| format!("{number} %")),
            _ => None,
        };
        shown.unwrap_or_else(|| value.to_owned())
    }

    /// What kind of fact it is, in words.
    pub fn topic_name(&self, fact: &Fact) -> String {
        words::text(self.lang, &topic_key(topic_of(fact).key)).into_owned()
    }

    /// A fact in words: label and value of each field that has one.
    pub fn lines(&self, fact: &Fact) -> Vec<(String, String)> {
        let (topic, values) = described(fact);
        values
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| {
                let shown = self.value(topic, &values, name, value);
                (words::text(self.lang, &label_key(name)).into_owned(), shown)
            })
            .collect()
    }

    fn value(&self, topic: &Topic, values: &Values, name: &str, value: &str) -> String {
        match (name, topic.kind_of(name)) {
            ("step_code" | "after_codes", _) if topic.key == "usual_work" => {
                let of = values.iter().find(|(held, _)| *held == "kind").map_or("", |(_, kind)| kind);
                let names: Vec<String> = value.split(';').map(|step| self.usual_step(of, step)).collect();
                names.join(words_of::comma(self.lang))
            }
            ("scope", _) => self.scope_name(value),
            ("stage", None) => self.name(Pick::Stage, value),
            ("item_kind", _) => self.word("item-kind", value),
            ("unit", None) => self.name(Pick::Unit, value),
            ("item_chased_to", None) => self.word("recipient", value),
            ("item_chased_limit", None) => self.shown(Kind::Moment, value),
            ("request_step", None) => self.word("request-step", value),
            ("request_state", None) => self.word("request-state", value),
            ("request_event", None) => self.word("request-fact", value),
            ("request_unit", None) => self.unit_name(value),
            ("request_category", None) => self.name(Pick::RequestCategory, value),
            ("request_solved", None) => self.word("solved", value),
            ("request_satisfaction", None) => self.word("satisfaction", value),
            ("wave_move", None) => crate::words_of::word(self.lang, "wave-event", value),
            ("review_said", None) => crate::words_of::word(self.lang, "review-said", value),
            (_, Some(kind)) => self.shown(kind, value),
            (_, None) => value.to_owned(),
        }
    }

    /// What a step is called by the projects of a kind.
    fn usual_step(&self, template: &str, step: &str) -> String {
        let plan = self.portfolio.as_ref().map(|portfolio| &portfolio.plan);
        let mut steps = plan.and_then(|plan| plan.template(template)).into_iter().flat_map(|it| &it.steps);
        match steps.find(|line| line.step.as_str() == step) {
            Some(line) => line.name.get(self.english()).to_owned(),
            None => self.name(Pick::Step, step),
        }
    }

    /// A fact in one line: `Completion · Promised: October 2019`.
    pub fn line(&self, fact: &Fact) -> String {
        match self.line_parts(fact) {
            (head, rest) if rest.is_empty() => head,
            (head, rest) => words::with(self.lang, "fact-pair", &[("label", &head), ("value", &rest)]),
        }
    }

    /// What stands in a fact's line before the colon and what behind it.
    pub fn line_parts(&self, fact: &Fact) -> (String, String) {
        let (topic, values) = described(fact);
        let part = |name: &&str| self.part(topic, &values, name);
        let head: Vec<String> = topic.line.head.iter().filter_map(part).collect();
        let rest: Vec<String> = if topic.line.rest.is_empty() {
            let names = values.iter().filter(|(name, _)| !name.ends_with("_en"));
            names.filter_map(|(name, _)| part(&name.strip_suffix("_zh").unwrap_or(name))).collect()
        } else {
            topic.line.rest.iter().filter_map(part).collect()
        };
        (head.join(" · "), rest.join(" · "))
    }

    /// One value of a line. How it is said may be told by a message `said-TOPIC-FIELD`, or, for a value
    /// of its own, `said-TOPIC-FIELD-yes`, `-no` and `-none`.
    fn part(&self, topic: &Topic, values: &Values, name: &str) -> Option<String> {
        if name == TOPIC {
            return Some(words::text(self.lang, &topic_key(topic.key)).into_owned());
        }
        let held =
            |name: &str| values.iter().find(|(held, _)| *held == name).map(|(_, value)| value.as_str());
        if let Some(zh) = held(&format!("{name}_zh")) {
            let en = held(&format!("{name}_en")).filter(|en| !en.is_empty() && self.english());
            return Some(en.unwrap_or(zh).to_owned());
        }
        let value = held(name)?;
        let key = format!("said-{}-{}", topic.key, name).replace('_', "-");
        let own = match (value, topic.kind_of(name)) {
            ("", _) => "none",
            (value, Some(Kind::YesNo)) => value,
            _ => "",
        };
        if !own.is_empty() {
            let key = format!("{key}-{own}");
            return words::has(self.lang, &key).then(|| words::text(self.lang, &key).into_owned());
        }
        let mut shown = self.value(topic, values, name, value);
        // A quantity has the unit of what it counts.
        if let Some(kind) = held("output_kind").filter(|_| name == "quantity")
            && let Some(kind) = self.portfolio.as_ref().and_then(|p| p.plan.output_kind(kind))
        {
            shown = format!("{shown} {}", kind.unit.get(self.english()));
        }
        if words::has(self.lang, &key) {
            shown = words::with(self.lang, &key, &[("value", &shown)]);
        }
        Some(shown)
    }
}

pub fn label_key(field: &str) -> String {
    format!("field-{}", field.replace('_', "-"))
}

pub fn topic_key(topic: &str) -> String {
    format!("topic-{}", topic.replace('_', "-"))
}
