//! Areas: city, district, subdistrict or town, community.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::boundary::Boundary;
use crate::code::Code;
use crate::history::{Held, Lookup, View};
use crate::named::Named;
use crate::request::Point;
use crate::subject::Subject;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AreaLevel {
    City,
    District,
    Subdistrict,
    Community,
}

impl AreaLevel {
    pub const ALL: [AreaLevel; 4] = [Self::City, Self::District, Self::Subdistrict, Self::Community];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::City => "city",
            Self::District => "district",
            Self::Subdistrict => "subdistrict",
            Self::Community => "community",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == text)
    }
}

/// The most people of an area: more than there are.
pub const PEOPLE_MOST: u64 = 10_000_000_000;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AreaFact {
    Name(Named),
    Level {
        level: AreaLevel,
    },
    Parent {
        parent: Option<Code>,
    },
    Population {
        people: u64,
    },
    Active {
        active: bool,
    },
    /// Where it ends, as it is drawn on maps.
    Boundary {
        boundary: Boundary,
    },
}

impl AreaFact {
    pub fn slot(&self) -> String {
        match self {
            Self::Name(_) => "name",
            Self::Level { .. } => "level",
            Self::Parent { .. } => "parent",
            Self::Population { .. } => "population",
            Self::Active { .. } => "active",
            Self::Boundary { .. } => "boundary",
        }
        .into()
    }
}

/// An area as of a day.
#[derive(Debug, Clone, PartialEq)]
pub struct Area {
    pub code: Code,
    pub name: Named,
    pub level: Option<AreaLevel>,
    pub parent: Option<Code>,
    pub population: Option<u64>,
    pub active: bool,
    pub boundary: Option<Boundary>,
}

impl Area {
    pub fn at<'a>(code: &Code, held: impl Iterator<Item = Held<'a, AreaFact>>) -> Self {
        let mut out = Self {
            code: code.clone(),
            name: Named::new(code.as_str(), ""),
            level: None,
            parent: None,
            population: None,
            active: true,
            boundary: None,
        };
        for Held { fact, .. } in held {
            match fact {
                AreaFact::Name(name) => out.name = name.clone(),
                AreaFact::Level { level } => out.level = Some(*level),
                AreaFact::Parent { parent } => out.parent = parent.clone(),
                AreaFact::Population { people } => out.population = Some(*people),
                AreaFact::Active { active } => out.active = *active,
                AreaFact::Boundary { boundary } => out.boundary = Some(boundary.clone()),
            }
        }
        out
    }
}

/// The finest area that is drawn around a point, as everything on record has it.
pub fn around(at: Point, lookup: &dyn Lookup) -> Option<Code> {
    let held = lookup.drawn_areas().into_iter().filter_map(|code| {
        let area = Area::at(&code, lookup.subject(&Subject::area(&code))?.visible(View::ALL));
        let inside = area.active && area.boundary.is_some_and(|held| held.holds(at));
        inside.then_some((area.level, code))
    });
    // Of the same level the first one: their codes are in order.
    held.reduce(|best, own| if own.0 > best.0 { own } else { best }).map(|(_, code)| code)
}

/// The area and all above it, nearest first. Stops at a loop rather than going round.
pub fn ancestors(code: &Code, lookup: &dyn Lookup, view: View) -> Vec<Code> {
    upwards(code, |code| {
        let history = lookup.subject(&Subject::area(code))?;
        Area::at(code, history.visible(view)).parent
    })
}

/// What is met going up from `first`, each once: a circle ends where it closes.
pub(crate) fn upwards(first: &Code, parent_of: impl Fn(&Code) -> Option<Code>) -> Vec<Code> {
    let mut seen = BTreeSet::new();
    let mut out = Vec::new();
    let mut next = Some(first.clone());
    while let Some(code) = next {
        if !seen.insert(code.clone()) {
            break;
        }
        next = parent_of(&code);
        out.push(code);
    }
    out
}
