//! Codes from names: sheets made by people say 昌平区教委 where the ledger keeps a code.

use std::collections::{HashMap, HashSet};

use domain::area::{Area, AreaLevel};
use domain::boundary::{Boundary, Extent};
use domain::code::Code;
use domain::named::Named;
use domain::portfolio::Portfolio;
use domain::request::Point;

use super::names::plain;

/// What a code stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Meaning {
    Project,
    Unit,
    Area,
    Sector,
    Campaign,
    Template,
    Output,
    Indicator,
    Step,
    WorkCalendar,
    RequestCategory,
    RequestPreset,
    FacilityKind,
}

/// Names of what is on the books, each leading to its code unless several bear it.
#[derive(Debug, Clone, Default)]
pub struct Resolver {
    codes: HashMap<(Meaning, String), Option<Code>>,
    /// Where areas end, and where facilities are: what new ones are held against.
    pub(super) boundaries: HashMap<Code, Boundary>,
    pub(super) sites: HashMap<Code, Point>,
    /// Where facilities are by kind and name; none of a name that several bear.
    namesakes: HashMap<(Code, String), Option<Point>>,
    /// What is on the books at all, and which areas have a boundary of their own.
    pub(super) areas: HashSet<Code>,
    pub(super) kinds: HashSet<Code>,
    pub(super) drawn: Vec<(Code, Option<AreaLevel>)>,
}

/// The boundary of an area, else of the nearest one above it that has one.
fn around<'a>(portfolio: &'a Portfolio, area: &'a Area) -> Option<&'a Boundary> {
    let mut area = Some(area);
    // More levels than there are, where a circle was recorded.
    for _ in 0..8 {
        if let Some(boundary) = &area?.boundary {
            return Some(boundary);
        }
        area = area?.parent.as_ref().and_then(|parent| portfolio.areas.get(parent));
    }
    None
}

/// What somebody may call it, each once.
fn names(name: &Named) -> Vec<String> {
    let mut all = vec![plain(&name.zh), plain(&name.en)];
    all.dedup();
    all.retain(|name| !name.is_empty());
    all
}

impl Resolver {
    /// The names in a plan; nothing is resolved without one.
    pub fn of(portfolio: &Portfolio) -> Self {
        let mut out = Self::default();
        for project in &portfolio.projects {
            out.add(Meaning::Project, &project.name, &project.code);
            for alias in &project.aliases {
                out.put(Meaning::Project, alias, &project.code);
            }
            for step in &project.steps {
                out.add(Meaning::Step, &step.name, &step.step);
            }
        }
        portfolio.units.values().for_each(|unit| out.add(Meaning::Unit, &unit.name, &unit.code));
        portfolio.areas.values().for_each(|area| out.add(Meaning::Area, &area.name, &area.code));
        // What an area is called as well takes no other one's own name away.
        let own: HashSet<String> = portfolio.areas.values().flat_map(|area| names(&area.name)).collect();
        for area in portfolio.areas.values() {
            let aliases = area.aliases.iter().filter(|alias| !own.contains(&plain(alias)));
            aliases.for_each(|alias| out.put(Meaning::Area, alias, &area.code));
        }
        let plan = &portfolio.plan;
        plan.sectors.iter().for_each(|sector| out.add(Meaning::Sector, &sector.name, &sector.code));
        plan.campaigns.iter().for_each(|campaign| out.add(Meaning::Campaign, &campaign.name, &campaign.code));
        plan.calendars.iter().for_each(|it| out.add(Meaning::WorkCalendar, &it.name, &it.calendar));
        for held in &plan.request_categories {
            out.add(Meaning::RequestCategory, &held.name, &held.category);
        }
        for held in plan.request_presets() {
            out.add(Meaning::RequestPreset, &held.name, &held.preset);
        }
        plan.output_kinds.iter().for_each(|kind| out.add(Meaning::Output, &kind.name, &kind.kind));
        for template in &plan.templates {
            out.add(Meaning::Template, &template.name, &template.code);
            template.steps.iter().for_each(|step| out.add(Meaning::Step, &step.name, &step.step));
        }
        for held in &plan.facility_kinds {
            out.add(Meaning::FacilityKind, &held.name, &held.kind);
        }
        out.areas = portfolio.areas.keys().cloned().collect();
        out.kinds = plan.facility_kinds.iter().map(|held| held.kind.clone()).collect();
        let active = portfolio.areas.values().filter(|area| area.active && area.boundary.is_some());
        out.drawn = active.map(|area| (area.code.clone(), area.level)).collect();
        let bounded = portfolio.areas.values();
        out.boundaries =
            bounded.filter_map(|it| Some((it.code.clone(), around(portfolio, it)?.clone()))).collect();
        let sited = portfolio.facilities.iter();
        out.sites = sited.filter_map(|it| Some((it.code.clone(), it.site?.at))).collect();
        for held in &portfolio.facilities {
            if let (Some(kind), Some(name), Some(site)) = (&held.kind, &held.name, held.site) {
                for name in names(name) {
                    let only = out.namesakes.entry((kind.clone(), name));
                    only.and_modify(|at| *at = None).or_insert(Some(site.at));
                }
            }
        }
        for indicator in &portfolio.indicators {
            if let (Some(code), Some(name)) = (&indicator.code, &indicator.name) {
                out.add(Meaning::Indicator, name, code);
            }
        }
        out
    }

    fn add(&mut self, kind: Meaning, name: &Named, code: &Code) {
        self.put(kind, &name.zh, code);
        self.put(kind, &name.en, code);
    }

    fn put(&mut self, kind: Meaning, name: &str, code: &Code) {
        let name = plain(name);
        if name.is_empty() {
            return;
        }
        self.codes
            .entry((kind, name))
            .and_modify(|held| {
                if held.as_ref() != Some(code) {
                    *held = None;
                }
            })
            .or_insert_with(|| Some(code.clone()));
    }

    /// Where the only facility on the books of a kind and a name is.
    pub(super) fn namesake(&self, kind: &Code, name: &Named) -> Option<Point> {
        names(name).into_iter().find_map(|name| *self.namesakes.get(&(kind.clone(), name))?)
    }

    /// The boundaries that areas have of their own, each with the box around it.
    pub(super) fn drawn_boundaries(&self) -> Vec<(&Boundary, Extent)> {
        let of = |(code, _): &(Code, Option<AreaLevel>)| {
            let boundary = self.boundaries.get(code)?;
            Some((boundary, boundary.extent()?))
        };
        self.drawn.iter().filter_map(of).collect()
    }

    /// The code of the one thing of that name that a cell of the column can mean.
    pub(super) fn code(&self, table: &str, column: &str, name: &str) -> Option<&Code> {
        let kind = match (table, column) {
            (_, "project" | "other" | "before_project") | ("projects", "code") => Meaning::Project,
            (_, "lead_unit" | "unit" | "source_unit" | "caller" | "joint_leads" | "supporting_units")
            | ("units", "parent") => Meaning::Unit,
            (_, "area" | "areas") | ("areas", "parent") => Meaning::Area,
            (_, "sector") => Meaning::Sector,
            (_, "campaign") => Meaning::Campaign,
            ("projects", "kind") => Meaning::Template,
            ("facilities" | "facility_standards" | "official_counts", "kind") | ("parcels", "kinds") => {
                Meaning::FacilityKind
            }
            ("outputs", "kind") | ("item_records", "output_kind") => Meaning::Output,
            (_, "indicator") => Meaning::Indicator,
            (_, "step" | "before_step" | "after_steps") => Meaning::Step,
            (_, "work_calendar") => Meaning::WorkCalendar,
            ("requests", "category")
            | ("request_routes", "categories")
            | ("facility_kinds", "request_categories") => Meaning::RequestCategory,
            (_, "request_preset") => Meaning::RequestPreset,
            _ => return None,
        };
        self.codes.get(&(kind, plain(name)))?.as_ref()
    }
}
