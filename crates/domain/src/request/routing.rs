//! Who has to take a request: by area, category and time, with somebody behind who takes what is left.

use jiff::civil::{DateTime, Time};
use serde::{Deserialize, Serialize};

use super::rules::RequestRules;
use crate::code::Code;
use crate::workday;

/// On which days a route holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnDays {
    #[default]
    Any,
    Working,
    Off,
}

/// Whom a route leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RouteTo {
    Unit(Code),
    /// The office of the nearest area that has one.
    AreaOffice,
}

/// One rule. What is left empty fits everything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// What it is known by, so that it can be changed without the others.
    #[serde(default = "unnamed")]
    pub route: Code,
    /// When it is tried: the lowest first.
    #[serde(default)]
    pub order: u32,
    #[serde(default)]
    pub areas: Vec<Code>,
    #[serde(default)]
    pub categories: Vec<Code>,
    #[serde(default)]
    pub days: OnDays,
    /// From one time of day to another; over midnight when the second is earlier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<(Time, Time)>,
    pub to: RouteTo,
    #[serde(default)]
    pub supporting: Vec<Code>,
    /// No longer tried.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub closed: bool,
}

/// Routes had no names of their own before they could be changed one at a time.
const UNNAMED: &str = "route";

fn unnamed() -> Code {
    Code::new(UNNAMED).expect("a literal code")
}

impl OnDays {
    pub const ALL: [OnDays; 3] = [Self::Any, Self::Working, Self::Off];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Working => "working",
            Self::Off => "off",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|days| days.as_str() == text)
    }
}

impl Route {
    /// One that fits everything.
    pub fn new(route: Code, order: u32, to: RouteTo) -> Self {
        Self {
            route,
            order,
            areas: Vec::new(),
            categories: Vec::new(),
            days: OnDays::Any,
            hours: None,
            to,
            supporting: Vec::new(),
            closed: false,
        }
    }

    pub(super) fn is_named(&self) -> bool {
        self.route.as_str() != UNNAMED
    }

    /// Names one that has no name by its place in the list.
    pub(super) fn place(&mut self, place: u32) {
        if !self.is_named() {
            self.route = Code::new(&format!("{UNNAMED}-{place}")).unwrap_or_else(|_| unnamed());
            self.order = place * 10;
        }
    }

    fn fits(&self, areas: &[Code], category: Option<&Code>, at: DateTime) -> bool {
        let in_area = self.areas.is_empty() || self.areas.iter().any(|area| areas.contains(area));
        let of_category =
            self.categories.is_empty() || category.is_some_and(|category| self.categories.contains(category));
        let on_day = match self.days {
            OnDays::Any => true,
            OnDays::Working => workday::is_working(at.date()),
            OnDays::Off => !workday::is_working(at.date()),
        };
        let in_hours = self.hours.is_none_or(|(from, to)| {
            let now = at.time();
            if from <= to { (from..to).contains(&now) } else { now >= from || now < to }
        });
        !self.closed && in_area && of_category && on_day && in_hours
    }
}

/// What the rules say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Routing {
    pub unit: Code,
    pub supporting: Vec<Code>,
    /// No rule fitted: it went to whoever stands behind.
    pub by_backstop: bool,
}

/// Whom a request goes to. `areas` are its areas with all above them, nearest first.
pub fn route(rules: &RequestRules, areas: &[Code], category: Option<&Code>, at: DateTime) -> Routing {
    for route in rules.routes.iter().filter(|route| route.fits(areas, category, at)) {
        let unit = match &route.to {
            RouteTo::Unit(unit) => Some(unit.clone()),
            RouteTo::AreaOffice => areas.iter().find_map(|area| rules.offices.get(area)).cloned(),
        };
        if let Some(unit) = unit {
            let supporting = route.supporting.iter().filter(|held| **held != unit).cloned().collect();
            return Routing { unit, supporting, by_backstop: false };
        }
    }
    Routing { unit: rules.backstop.clone(), supporting: Vec::new(), by_backstop: true }
}
