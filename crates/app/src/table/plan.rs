//! The plan itself: yearly list entries as a table, everything else from one TOML file.

use std::collections::BTreeMap;

use domain::code::Code;
use domain::command::Command;
use domain::fact::Fact;
use domain::figure::{FigureDefinition, Query};
use domain::milestone::{Gate, Limit, StepTemplate};
use domain::named::Named;
use domain::output::{OutputGroup, OutputKind, Stage};
use domain::plan::{Aim, ListEntryKind, PlanFact};
use domain::source::{Grade, Source};
use domain::subject::Subject;
use domain::survey::CitedWave;
use domain::timetabling::{Closed, DayOfYear, Estimate, Work, WorkCalendar};
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Deserialize;

use super::{ColumnKind as K, Reading, Table, column};
use crate::change::Change;

const ENTRIES: &[&str] = &["carried_over", "new"];
const AIMS: &[&str] = &["complete", "continue", "prepare"];

pub(super) const LIST_ENTRIES: Table = Table {
    name: "list_entries",
    columns: &[
        column("year", true, K::Whole),
        column("issue", true, K::Whole),
        column("project", true, K::Code),
        column("entry", true, K::OneOf(ENTRIES)),
        column("aim", false, K::OneOf(AIMS)),
    ],
    reading: Reading::Record(|cells, plan| {
        let (year, issue) = (cells.whole("year"), cells.whole("issue"));
        let project = cells.code("project");
        let entry = cells.word("entry", ENTRIES, ListEntryKind::parse);
        let aim = cells.word("aim", AIMS, Aim::parse);
        let fact = PlanFact::ListEntry { year: year?, issue: issue?, project: project?, entry: entry?, aim };
        Some((Subject::plan(plan), vec![fact.into()]))
    }),
};

#[derive(Debug, thiserror::Error)]
pub enum PlanFileError {
    #[error("the plan file is not right: {0}")]
    Toml(#[from] toml::de::Error),
}

/// A plan as a file: what it consists of before any project.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanFile {
    pub code: Code,
    pub recorded_on: Date,
    area: Option<Code>,
    name: Named,
    period: Period,
    #[serde(default)]
    sectors: Vec<Coded>,
    #[serde(default)]
    campaigns: Vec<Coded>,
    #[serde(default)]
    templates: Vec<TemplateEntry>,
    #[serde(default)]
    calendars: Vec<CalendarEntry>,
    #[serde(default)]
    work: Vec<WorkEntry>,
    #[serde(default)]
    revisions: Vec<RevisionEntry>,
    #[serde(default)]
    lists: Vec<ListFileEntry>,
    #[serde(default)]
    output_kinds: Vec<OutputKindEntry>,
    #[serde(default)]
    output_groups: Vec<GroupEntry>,
    #[serde(default)]
    figures: Vec<FigureEntry>,
    #[serde(default)]
    published: Vec<PublishedEntry>,
    #[serde(default)]
    cited_waves: Vec<CitedEntry>,
}

#[derive(Debug, Clone, Deserialize)]
struct Period {
    from: Date,
    to: Date,
}

#[derive(Debug, Clone, Deserialize)]
struct Coded {
    code: Code,
    zh: String,
    #[serde(default)]
    en: String,
}

#[derive(Debug, Clone, Deserialize)]
struct TemplateEntry {
    code: Code,
    zh: String,
    #[serde(default)]
    en: String,
    #[serde(default)]
    steps: Vec<StepEntry>,
}

#[derive(Debug, Clone, Deserialize)]
struct StepEntry {
    step: Code,
    zh: String,
    #[serde(default)]
    en: String,
    gate: Option<GateEntry>,
}

/// A working calendar. Closed times are days of every year: `["11-15", "03-15"]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct CalendarEntry {
    code: Code,
    zh: String,
    #[serde(default)]
    en: String,
    holidays: bool,
    week: [bool; 7],
    #[serde(default)]
    closed: Vec<(DayOfYear, DayOfYear)>,
    #[serde(flatten)]
    origin: Origin,
}

/// How many working days the steps of a template usually take: at best, usually, at worst.
#[derive(Debug, Clone, Deserialize)]
struct WorkEntry {
    template: Code,
    #[serde(default)]
    calendar: Option<Code>,
    days: BTreeMap<Code, (u16, u16, u16)>,
    #[serde(default)]
    after: BTreeMap<Code, Vec<Code>>,
    #[serde(flatten)]
    origin: Origin,
}

#[derive(Debug, Clone, Deserialize)]
struct GateEntry {
    authority_zh: String,
    #[serde(default)]
    authority_en: String,
    document_zh: String,
    #[serde(default)]
    document_en: String,
    limit_days: Option<u16>,
    limit_working_days: Option<u16>,
}

/// Where a record comes from and when it could first be known.
#[derive(Debug, Clone, Default, Deserialize)]
struct Origin {
    effective: Option<Date>,
    recorded_on: Option<Date>,
    #[serde(default)]
    grade: Grade,
    #[serde(default)]
    source_title: String,
    #[serde(default)]
    source_url: String,
    #[serde(default)]
    reason: String,
}

#[derive(Debug, Clone, Deserialize)]
struct RevisionEntry {
    number: u32,
    zh: String,
    #[serde(default)]
    en: String,
    declared: Option<u32>,
    #[serde(flatten)]
    origin: Origin,
}

#[derive(Debug, Clone, Deserialize)]
struct ListFileEntry {
    year: i16,
    issue: u32,
    zh: String,
    #[serde(default)]
    en: String,
    carried_over: Option<u32>,
    new: Option<u32>,
    #[serde(flatten)]
    origin: Origin,
}

#[derive(Debug, Clone, Deserialize)]
struct OutputKindEntry {
    code: Code,
    zh: String,
    #[serde(default)]
    en: String,
    unit_zh: String,
    #[serde(default)]
    unit_en: String,
}

#[derive(Debug, Clone, Deserialize)]
struct GroupEntry {
    code: Code,
    zh: String,
    #[serde(default)]
    en: String,
    kind: Code,
    stage: Stage,
    quantity: Decimal,
    members: Vec<Code>,
    #[serde(flatten)]
    origin: Origin,
}

#[derive(Debug, Clone, Deserialize)]
struct FigureEntry {
    id: Code,
    group: Code,
    zh: String,
    #[serde(default)]
    en: String,
    unit_zh: String,
    #[serde(default)]
    unit_en: String,
    rule_zh: String,
    #[serde(default)]
    rule_en: String,
    #[serde(default)]
    services: Vec<Code>,
    query: Query,
}

#[derive(Debug, Clone, Deserialize)]
struct PublishedEntry {
    figure: Code,
    on: Date,
    value: Decimal,
    #[serde(flatten)]
    origin: Origin,
}

/// A wave of a survey that is known by what was published of it.
#[derive(Debug, Clone, Deserialize)]
struct CitedEntry {
    code: Code,
    zh: String,
    #[serde(default)]
    en: String,
    from: Option<Date>,
    to: Option<Date>,
    told: Date,
    #[serde(default)]
    untold_zh: String,
    #[serde(default)]
    untold_en: String,
    #[serde(flatten)]
    origin: Origin,
}

impl PlanFile {
    pub fn parse(text: &str) -> Result<Self, PlanFileError> {
        Ok(toml::from_str(text)?)
    }

    /// The change that puts the plan on the books.
    pub fn registration(&self) -> Change {
        let mut facts = vec![
            PlanFact::Name(self.name.clone()),
            PlanFact::Period { from: self.period.from, to: self.period.to },
        ];
        facts.extend(self.area.clone().map(|area| PlanFact::Area { area }));
        facts.extend(self.sectors.iter().zip(1u32..).map(|(entry, order)| PlanFact::Sector {
            sector: entry.code.clone(),
            order,
            name: Named::new(&entry.zh, &entry.en),
        }));
        facts.extend(self.campaigns.iter().zip(1u32..).map(|(entry, order)| PlanFact::Campaign {
            campaign: entry.code.clone(),
            order,
            name: Named::new(&entry.zh, &entry.en),
        }));
        facts.extend(self.templates.iter().map(template));
        facts.extend(self.output_kinds.iter().map(|entry| {
            PlanFact::OutputKind(OutputKind {
                kind: entry.code.clone(),
                name: Named::new(&entry.zh, &entry.en),
                unit: Named::new(&entry.unit_zh, &entry.unit_en),
            })
        }));
        facts.extend(self.figures.iter().zip(1u32..).map(|(entry, order)| {
            PlanFact::Figure(FigureDefinition {
                id: entry.id.clone(),
                order,
                group: entry.group.clone(),
                label: Named::new(&entry.zh, &entry.en),
                unit: Named::new(&entry.unit_zh, &entry.unit_en),
                query: entry.query.clone(),
                rule: Named::new(&entry.rule_zh, &entry.rule_en),
                services: entry.services.clone(),
            })
        }));
        let origin = Origin { grade: Grade::Published, ..Origin::default() };
        let command =
            Command::Put { subject: self.subject(), facts: facts.into_iter().map(Fact::from).collect() };
        change(command, &origin, Some(self.recorded_on))
    }

    /// Working calendars and how long steps usually take: they come with the plan, each with its own source.
    pub fn work(&self) -> Vec<(Date, Change)> {
        let calendars = self.calendars.iter().map(|entry| {
            let closed = entry.closed.iter().map(|(from, to)| Closed { from: *from, to: *to });
            let fact = PlanFact::WorkCalendar(WorkCalendar {
                calendar: entry.code.clone(),
                name: Named::new(&entry.zh, &entry.en),
                holidays: entry.holidays,
                week: entry.week,
                closed: closed.collect(),
            });
            self.dated(vec![fact], &entry.origin)
        });
        let work = self.work.iter().map(|entry| {
            let facts = entry.days.iter().map(|(step, (low, likely, high))| PlanFact::UsualWork {
                template: entry.template.clone(),
                step: step.clone(),
                work: Some(Work {
                    days: Estimate { low: *low, likely: *likely, high: *high },
                    calendar: entry.calendar.clone(),
                    after: entry.after.get(step).cloned(),
                    not_before: None,
                }),
            });
            self.dated(facts.collect(), &entry.origin)
        });
        calendars.chain(work).collect()
    }

    fn subject(&self) -> Subject {
        Subject::plan(&self.code)
    }

    /// Revisions, yearly lists and cited waves, each with the day it became known: they come before projects and
    /// indicators.
    pub fn editions(&self) -> Vec<(Date, Change)> {
        let revisions = self.revisions.iter().map(|entry| {
            let title = Named::new(&entry.zh, &entry.en);
            let fact = PlanFact::Revision { number: entry.number, title, declared: entry.declared };
            self.dated(vec![fact], &entry.origin)
        });
        let lists = self.lists.iter().map(|entry| {
            let fact = PlanFact::YearlyList {
                year: entry.year,
                issue: entry.issue,
                title: Named::new(&entry.zh, &entry.en),
                declared_carried_over: entry.carried_over,
                declared_new: entry.new,
            };
            self.dated(vec![fact], &entry.origin)
        });
        let cited = self.cited_waves.iter().map(|entry| {
            let fact = PlanFact::CitedWave(CitedWave {
                wave: entry.code.clone(),
                name: Named::new(&entry.zh, &entry.en),
                from: entry.from,
                to: entry.to,
                told: entry.told,
                untold: Named::new(&entry.untold_zh, &entry.untold_en),
            });
            self.dated(vec![fact], &entry.origin)
        });
        revisions.chain(lists).chain(cited).collect()
    }

    /// Joint outputs and published values, each with the day it became known: they come after projects.
    pub fn results(&self) -> Vec<(Date, Change)> {
        let groups = self.output_groups.iter().map(|entry| {
            let fact = PlanFact::OutputGroup(OutputGroup {
                group: entry.code.clone(),
                name: Named::new(&entry.zh, &entry.en),
                kind: entry.kind.clone(),
                stage: entry.stage,
                quantity: entry.quantity,
                members: entry.members.clone(),
            });
            self.dated(vec![fact], &entry.origin)
        });
        let published = self.published.iter().map(|entry| {
            let fact =
                PlanFact::PublishedFigure { figure: entry.figure.clone(), on: entry.on, value: entry.value };
            let mut origin = entry.origin.clone();
            origin.grade = Grade::Published;
            self.dated(vec![fact], &origin)
        });
        groups.chain(published).collect()
    }

    fn dated(&self, facts: Vec<PlanFact>, origin: &Origin) -> (Date, Change) {
        let day = origin.recorded_on.unwrap_or(self.recorded_on);
        let facts = facts.into_iter().map(Fact::from).collect();
        let command = Command::Record { subject: self.subject(), facts, expected: None };
        (day, change(command, origin, Some(day)))
    }
}

fn template(entry: &TemplateEntry) -> PlanFact {
    let steps = entry.steps.iter().map(|step| StepTemplate {
        step: step.step.clone(),
        name: Named::new(&step.zh, &step.en),
        gate: step.gate.as_ref().map(|gate| Gate {
            authority: Named::new(&gate.authority_zh, &gate.authority_en),
            document: Named::new(&gate.document_zh, &gate.document_en),
            limit: gate.limit_days.map(Limit::Days).or(gate.limit_working_days.map(Limit::WorkingDays)),
        }),
    });
    PlanFact::Template {
        template: entry.code.clone(),
        name: Named::new(&entry.zh, &entry.en),
        steps: steps.collect(),
    }
}

fn change(command: Command, origin: &Origin, otherwise: Option<Date>) -> Change {
    Change {
        command,
        effective: origin.effective.or(otherwise),
        source: Source {
            grade: origin.grade,
            title: origin.source_title.clone(),
            url: origin.source_url.clone(),
            unit: None,
        },
        reason: origin.reason.clone(),
    }
}
