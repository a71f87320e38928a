//! Facts in words, for histories and the audit.

use domain::area::AreaFact;
use domain::code::Code;
use domain::fact::Fact;
use domain::indicator::IndicatorFact;
use domain::item::ItemFact;
use domain::named::Named;
use domain::person::PersonFact;
use domain::plan::PlanFact;
use domain::portfolio::Portfolio;
use domain::project::{Project, ProjectFact};
use domain::unit::UnitFact;
use words::Lang;

use crate::words_of::{self, day, number, planned, word};

/// What a fact says; `None` for steps of a template, which are said once for all.
pub(crate) fn say(
    fact: &Fact,
    portfolio: &Portfolio,
    project: Option<&Project>,
    lang: Lang,
) -> Option<String> {
    let said = Say { portfolio, project, lang };
    match fact {
        Fact::Project(fact) => said.project(fact),
        Fact::Plan(fact) => Some(said.plan(fact)),
        Fact::Indicator(fact) => Some(said.indicator(fact)),
        Fact::Area(fact) => Some(said.area(fact)),
        Fact::Unit(fact) => Some(said.unit(fact)),
        Fact::Person(fact) => Some(said.person(fact)),
        Fact::Item(fact) => Some(said.item(fact)),
    }
}

struct Say<'a> {
    portfolio: &'a Portfolio,
    project: Option<&'a Project>,
    lang: Lang,
}

impl Say<'_> {
    /// `Label: value`, with the label from the words.
    fn pair(&self, label: &str, value: impl AsRef<str>) -> String {
        words::with(
            self.lang,
            "fact-pair",
            &[("label", &words::text(self.lang, label)), ("value", value.as_ref())],
        )
    }

    fn named(&self, name: &Named) -> String {
        name.get(self.lang.is_english()).to_owned()
    }

    fn unit_name(&self, code: &Code) -> String {
        self.portfolio.units.get(code).map_or(code.to_string(), |unit| self.named(&unit.name))
    }

    fn area_name(&self, code: &Code) -> String {
        self.portfolio.areas.get(code).map_or(code.to_string(), |area| self.named(&area.name))
    }

    fn step_name(&self, step: &Code) -> String {
        self.project
            .and_then(|project| project.steps.iter().find(|line| line.step == *step))
            .map_or_else(|| word(self.lang, "step", step.as_str()), |line| self.named(&line.name))
    }

    fn part_name(&self, part: &Option<Code>) -> String {
        part.as_ref().map_or(String::new(), |code| {
            let name = self
                .project
                .and_then(|project| project.parts.iter().find(|(held, _)| held == code))
                .map_or(code.to_string(), |(_, name)| self.named(name));
            format!(" · {name}")
        })
    }

    fn project(&self, fact: &ProjectFact) -> Option<String> {
        let lang = self.lang;
        Some(match fact {
            ProjectFact::Name(name) => self.pair("fact-name", self.named(name)),
            ProjectFact::Alias { alias } => self.pair("fact-alias", alias),
            ProjectFact::Kind { kind } => {
                let template = self.portfolio.plan.template(kind.as_str());
                self.pair("fact-kind", template.map_or(kind.to_string(), |t| self.named(&t.name)))
            }
            ProjectFact::Sector { sector } => {
                let held = self.portfolio.plan.sector(sector.as_str());
                self.pair("head-sector", held.map_or(sector.to_string(), |s| self.named(&s.name)))
            }
            ProjectFact::Campaign { campaign } => {
                let held = self.portfolio.plan.campaigns.iter().find(|c| c.code == *campaign);
                self.pair("fact-campaign", held.map_or(campaign.to_string(), |c| self.named(&c.name)))
            }
            ProjectFact::LeadUnit { unit } => self.pair("head-lead-unit", self.unit_name(unit)),
            ProjectFact::SupportingUnit { unit, role, active } => {
                let role = word(lang, "unit-role", role.as_str());
                let label = if *active { "fact-supporting" } else { "fact-supporting-ended" };
                self.pair(label, format!("{} · {role}", self.unit_name(unit)))
            }
            ProjectFact::Place { areas, address } => {
                let mut names: Vec<String> = areas.iter().map(|code| self.area_name(code)).collect();
                if !address.is_empty() {
                    names.push(address.clone());
                }
                self.pair("head-area", names.join(" · "))
            }
            ProjectFact::Budget { fen } => self.pair("fact-budget", words_of::yuan(*fen)),
            ProjectFact::Funding { origin, fen } => self.pair(
                "fact-funding",
                format!("{} {}", word(lang, "funding", origin.as_str()), words_of::yuan(*fen)),
            ),
            ProjectFact::Membership { state, revision, other } => {
                let mut value = word(lang, "membership", state.as_str());
                if let Some(number) = revision {
                    let number = number.to_string();
                    value = format!("{value} · {}", words::with(lang, "revision-n", &[("number", &number)]));
                }
                if let Some(other) = other {
                    value = format!("{value} · {other}");
                }
                self.pair("fact-membership", value)
            }
            ProjectFact::Part { name, .. } => self.pair("fact-part", self.named(name)),
            ProjectFact::Step { .. } => return None,
            ProjectFact::Milestone { aspect, part, step, date, cause } => {
                let label = format!("{}{}", self.step_name(step), self.part_name(part));
                let aspect = word(lang, "aspect", aspect.as_str());
                let date = date.map_or_else(
                    || words::text(lang, "fact-withdrawn").into_owned(),
                    |date| planned(lang, date),
                );
                let cause = cause
                    .map_or(String::new(), |cause| format!(" · {}", word(lang, "cause", cause.as_str())));
                words::with(
                    lang,
                    "fact-pair",
                    &[("label", &format!("{label} · {aspect}")), ("value", &format!("{date}{cause}"))],
                )
            }
            ProjectFact::GatePapers { step, applied, decided, number, granted } => {
                let mut parts = vec![number.clone()];
                parts.extend(applied.map(|on| self.pair("fact-applied", day(lang, on))));
                parts.extend(decided.map(|on| self.pair("fact-decided", day(lang, on))));
                parts.extend(granted.map(|granted| {
                    words::text(lang, if granted { "fact-granted" } else { "fact-refused" }).into_owned()
                }));
                parts.retain(|part| !part.is_empty());
                words::with(
                    lang,
                    "fact-pair",
                    &[("label", &self.step_name(step)), ("value", &parts.join(", "))],
                )
            }
            ProjectFact::Progress { part, percent } => {
                let value = format!("{} %", number(*percent));
                words::with(
                    lang,
                    "fact-pair",
                    &[
                        ("label", &format!("{}{}", words::text(lang, "fact-progress"), self.part_name(part))),
                        ("value", &value),
                    ],
                )
            }
            ProjectFact::Output { kind, stage, basis, quantity } => {
                let held = self.portfolio.plan.output_kind(kind.as_str());
                let name = held.map_or(kind.to_string(), |kind| self.named(&kind.name));
                let unit = held.map_or(String::new(), |kind| self.named(&kind.unit));
                let (stage, basis) =
                    (word(lang, "stage", stage.as_str()), word(lang, "basis", basis.as_str()));
                words::with(
                    lang,
                    "fact-pair",
                    &[
                        ("label", &format!("{name} · {stage} · {basis}")),
                        ("value", &format!("{} {unit}", number(*quantity))),
                    ],
                )
            }
            ProjectFact::Suspended { suspended, document } => {
                let label = if *suspended { "fact-suspended" } else { "fact-resumed" };
                self.pair(label, document)
            }
            ProjectFact::Document { title, .. } => self.pair("fact-document", title),
            ProjectFact::Remark { text } => self.pair("fact-remark", text),
        })
    }

    fn item(&self, fact: &ItemFact) -> String {
        let slot = fact.slot();
        self.pair("topic-item", slot.split('/').next().unwrap_or_default())
    }

    fn plan(&self, fact: &PlanFact) -> String {
        let lang = self.lang;
        match fact {
            PlanFact::Name(name) => self.pair("fact-name", self.named(name)),
            PlanFact::Period { from, to } => {
                self.pair("fact-period", format!("{} – {}", day(lang, *from), day(lang, *to)))
            }
            PlanFact::Area { area } => self.pair("head-area", self.area_name(area)),
            PlanFact::Sector { name, .. } => self.pair("head-sector", self.named(name)),
            PlanFact::Campaign { name, .. } => self.pair("fact-campaign", self.named(name)),
            PlanFact::Template { name, .. } => self.pair("fact-template", self.named(name)),
            PlanFact::Revision { title, declared, .. } => {
                let declared = declared.map_or(String::new(), |n| format!(" · {n}"));
                self.pair("fact-revision", format!("{}{declared}", self.named(title)))
            }
            PlanFact::YearlyList { title, .. } => self.pair("fact-list", self.named(title)),
            PlanFact::ListEntry { year, project, entry, .. } => self.pair(
                "fact-list-entry",
                format!("{year} · {project} · {}", word(lang, "entry", entry.as_str())),
            ),
            PlanFact::OutputKind(kind) => self.pair("fact-output-kind", self.named(&kind.name)),
            PlanFact::OutputGroup(group) => {
                self.pair("fact-output-group", format!("{} {}", self.named(&group.name), group.quantity))
            }
            PlanFact::Figure(figure) => self.pair("fact-figure", self.named(&figure.label)),
            PlanFact::Limits(rules) => self.pair("fact-limits", self.named(&rules.name)),
            PlanFact::Lights(rules) => self.pair("fact-lights", self.named(&rules.name)),
            PlanFact::PublishedFigure { figure, on, value } => {
                self.pair("statement-published", format!("{figure} {} · {}", number(*value), day(lang, *on)))
            }
        }
    }

    fn indicator(&self, fact: &IndicatorFact) -> String {
        let lang = self.lang;
        match fact {
            IndicatorFact::Name(name) => self.pair("fact-name", self.named(name)),
            IndicatorFact::Unit(name) => self.pair("head-unit", self.named(name)),
            IndicatorFact::Direction { direction } => {
                self.pair("fact-direction", word(lang, "direction", direction.as_str()))
            }
            IndicatorFact::Sector { sector } => {
                let held = self.portfolio.plan.sector(sector.as_str());
                self.pair("head-sector", held.map_or(sector.to_string(), |s| self.named(&s.name)))
            }
            IndicatorFact::Baseline { value, on, .. } => {
                self.pair("fact-baseline", format!("{} · {}", number(*value), day(lang, *on)))
            }
            IndicatorFact::Target { value, on, .. } => {
                self.pair("fact-target", format!("{} · {}", number(*value), day(lang, *on)))
            }
            IndicatorFact::Observation { key, value, on, .. } => {
                self.pair("fact-observation", format!("{} · {} · {key}", number(*value), day(lang, *on)))
            }
            IndicatorFact::Accepted { on, key, because } => {
                self.pair("fact-accepted", format!("{key} · {} · {because}", day(lang, *on)))
            }
        }
    }

    fn area(&self, fact: &AreaFact) -> String {
        match fact {
            AreaFact::Name(name) => self.pair("fact-name", self.named(name)),
            AreaFact::Level { level } => self.pair("fact-level", word(self.lang, "level", level.as_str())),
            AreaFact::Parent { parent } => {
                self.pair("fact-parent", parent.as_ref().map_or("—".into(), |code| self.area_name(code)))
            }
            AreaFact::Population { people } => {
                self.pair("fact-population", number(rust_decimal::Decimal::from(*people)))
            }
            AreaFact::Active { active } => self.active(*active),
        }
    }

    fn unit(&self, fact: &UnitFact) -> String {
        match fact {
            UnitFact::Name(name) => self.pair("fact-name", self.named(name)),
            UnitFact::Level { level } => self.pair("fact-level", word(self.lang, "level", level.as_str())),
            UnitFact::Parent { parent } => {
                self.pair("fact-parent", parent.as_ref().map_or("—".into(), |code| self.unit_name(code)))
            }
            UnitFact::Area { area } => self.pair("head-area", self.area_name(area)),
            UnitFact::Active { active } => self.active(*active),
        }
    }

    fn active(&self, active: bool) -> String {
        words::text(self.lang, if active { "fact-active" } else { "fact-inactive" }).into_owned()
    }

    fn person(&self, fact: &PersonFact) -> String {
        match fact {
            PersonFact::Name { name } => self.pair("fact-name", name),
            // An address is for those who manage people, not for every reader of the audit.
            PersonFact::Email { .. } => words::text(self.lang, "fact-email").into_owned(),
            PersonFact::Unit { unit } => self.pair("head-lead-unit", self.unit_name(unit)),
            PersonFact::Role { role, scope, held } => {
                let label = if *held { "fact-role" } else { "fact-role-ended" };
                self.pair(label, format!("{} · {scope}", word(self.lang, "role", role.as_str())))
            }
            PersonFact::Active { active } => self.active(*active),
        }
    }
}
