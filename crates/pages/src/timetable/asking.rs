//! Which projects of the timetable an address asks for, and what its pages share.

use std::sync::Arc;

use app::timetable::PlanTimetable;
use domain::code::Code;
use domain::project::Project;
use domain::timetabling::{Row, StepRow};
use jiff::civil::Date;
use serde::Deserialize;

use crate::editor::page::known_code;
use crate::error::PageError;
use crate::ledger::staff_only;
use crate::page::Page;
use crate::visit::Visit;
use crate::words_of::{encode, word};

/// The wanted part of the timetable; what is not known does not narrow it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asking {
    pub q: String,
    pub sector: String,
    pub unit: String,
    /// `late`, `promised`, `done` or everything that is open.
    pub only: String,
    /// One project, by its code.
    pub project: String,
    /// The year of the battle map.
    pub year: String,
    /// Of the bars: `steps` shows each step.
    pub level: String,
    /// Of the bars: what they are compared with.
    pub base: String,
    /// Of the bars: how wide a day is drawn.
    pub zoom: String,
    pub page: String,
}

pub(super) struct Choice {
    pub value: String,
    pub label: String,
    pub chosen: bool,
}

/// A choice that belongs to one view.
pub(super) struct Select {
    pub name: &'static str,
    pub label: &'static str,
    pub choices: Vec<Choice>,
}

/// A row with its project.
pub(super) struct Found<'a> {
    /// Its place among the timetable's rows.
    pub at: usize,
    pub row: &'a Row,
    pub project: &'a Project,
}

impl Found<'_> {
    pub fn headline(&self) -> Option<&StepRow> {
        self.row.headline()
    }

    pub fn is_late(&self) -> bool {
        self.headline().is_some_and(|step| step.float.is_some_and(|float| float < 0))
    }
}

/// The filter as the form shows it, and the ways to the other pictures of the same rows.
pub(super) struct Filter {
    pub q: String,
    pub sectors: Vec<Choice>,
    pub units: Vec<Choice>,
    pub only: Vec<Choice>,
    pub more: Vec<Select>,
    pub tabs: Vec<(String, &'static str, bool)>,
    pub is_set: bool,
}

/// The timetable as the reader looks at it; for those who work on the plan.
pub(super) async fn open(visit: &Visit, plan: &str) -> Result<Arc<PlanTimetable>, PageError> {
    let plan = known_code(plan)?;
    staff_only(visit)?;
    // Tells a plan that came later from one that never was.
    visit.portfolio(&plan).await?;
    let view = visit.app.view(visit.asked).await?;
    Ok(visit.app.timetable(&plan, view).await?)
}

impl Asking {
    /// The rows asked for: what is open, unless done ones are asked for.
    pub fn find<'a>(&self, held: &'a PlanTimetable) -> Vec<Found<'a>> {
        let wanted = self.q.trim().to_lowercase();
        let unit = Code::new(&self.unit).ok();
        let sector = Code::new(&self.sector).ok();
        held.rows
            .iter()
            .enumerate()
            .map(|(at, row)| Found { at, row, project: &held.portfolio.projects[row.project] })
            .filter(|found| {
                let project = found.project;
                if !self.project.is_empty() {
                    return project.code.as_str() == self.project;
                }
                let names = [project.code.as_str(), &project.name.zh, &project.name.en];
                let aliases = project.aliases.iter().map(String::as_str);
                let named = wanted.is_empty()
                    || names.into_iter().chain(aliases).any(|name| name.to_lowercase().contains(&wanted));
                let of_unit = unit.as_ref().is_none_or(|unit| {
                    project.lead_unit.as_ref() == Some(unit)
                        || project.supporting_units.iter().any(|(held, _)| held == unit)
                });
                let of_sector = sector.as_ref().is_none_or(|sector| project.sector.as_ref() == Some(sector));
                let state = match self.only.as_str() {
                    "late" => found.is_late(),
                    "promised" => found.headline().is_some_and(|step| step.promised.is_some()),
                    "done" => found.headline().is_none(),
                    _ => found.headline().is_some(),
                };
                named && of_unit && of_sector && state
            })
            .collect()
    }

    fn query(&self) -> String {
        joined(&[("q", &self.q), ("sector", &self.sector), ("unit", &self.unit), ("only", &self.only)])
    }

    /// A view of the timetable with the same conditions.
    pub fn address(&self, page: &Page, path: &str) -> String {
        with(page.link(path), &self.query())
    }

    /// The address of a picture with everything that was chosen for it.
    pub fn whole_address(&self, page: &Page, path: &str) -> String {
        let own = [
            ("project", &self.project),
            ("year", &self.year),
            ("level", &self.level),
            ("base", &self.base),
            ("zoom", &self.zoom),
            ("page", &self.page),
        ];
        with(self.address(page, path), &joined(&own))
    }

    pub fn filter(&self, visit: &Visit, page: &Page, held: &PlanTimetable) -> Filter {
        let english = visit.lang.is_english();
        let portfolio = &held.portfolio;
        let choice = |value: &Code, label: &str, chosen: &str| Choice {
            value: value.to_string(),
            label: label.to_owned(),
            chosen: value.as_str() == chosen,
        };
        let tabs = [
            ("/timetable", "timetable-tab-table"),
            ("/timetable/bars", "timetable-tab-bars"),
            ("/timetable/board", "timetable-tab-board"),
            ("/timetable/roadmap", "timetable-tab-roadmap"),
        ]
        .map(|(path, key)| {
            (self.address(page, path), key, page.link(path).split('?').next() == Some(page.path.as_str()))
        });
        Filter {
            q: self.q.clone(),
            sectors: portfolio
                .plan
                .sectors
                .iter()
                .map(|s| choice(&s.code, s.name.get(english), &self.sector))
                .collect(),
            units: portfolio
                .units
                .values()
                .filter(|unit| portfolio.members().any(|p| p.lead_unit.as_ref() == Some(&unit.code)))
                .map(|u| choice(&u.code, u.name.get(english), &self.unit))
                .collect(),
            only: ["late", "promised", "done"]
                .map(|value| Choice {
                    value: value.to_owned(),
                    label: word(visit.lang, "timetable-only", value),
                    chosen: self.only == value,
                })
                .into(),
            more: Vec::new(),
            tabs: tabs.into(),
            is_set: !self.query().is_empty(),
        }
    }
}

fn joined(values: &[(&str, &String)]) -> String {
    let given = values.iter().filter(|(_, value)| !value.is_empty());
    given.map(|(name, value)| format!("{name}={}", encode(value))).collect::<Vec<_>>().join("&")
}

fn with(address: String, query: &str) -> String {
    match (query.is_empty(), address.contains('?')) {
        (true, _) => address,
        (false, true) => format!("{address}&{query}"),
        (false, false) => format!("{address}?{query}"),
    }
}

/// The address of a project's timetable.
pub(super) fn address(page: &Page, project: &Project) -> String {
    page.link(&format!("/projects/{}/timetable", project.code))
}

pub(super) fn step_name(project: &Project, step: &Code, english: bool) -> String {
    let line = project.steps.iter().find(|line| line.step == *step);
    line.map_or_else(|| step.to_string(), |line| line.name.get(english).to_owned())
}

/// A day that is there, in words.
pub(super) fn day(page: &Page, date: Option<Date>) -> String {
    date.map_or_else(String::new, |date| page.day(&date))
}
