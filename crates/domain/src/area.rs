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

/// The most other names of one area.
pub const ALIASES_MOST: usize = 20;

/// What stands between names that are written in one text.
fn between_names(c: char) -> bool {
    matches!(c, '\n' | '\r' | ';' | '；' | '、')
}

/// Names as people write them into one field or cell: one a line, or separated by 、 or semicolons.
pub fn parse_aliases(text: &str) -> Vec<String> {
    text.split(between_names).map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// Names as [`parse_aliases`] reads them.
pub fn aliases_text(names: &[String]) -> String {
    names.join("; ")
}

/// Whether it is one name, which stays what it is when it is written beside others.
pub(crate) fn is_one_name(name: &str) -> bool {
    name.trim() == name && !name.contains(between_names)
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
    /// What people call it besides; all of them, none where it has one name only.
    Aliases {
        names: Vec<String>,
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
            Self::Aliases { .. } => "aliases",
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
    pub aliases: Vec<String>,
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
            aliases: Vec::new(),
        };
        for Held { fact, .. } in held {
            match fact {
                AreaFact::Name(name) => out.name = name.clone(),
                AreaFact::Level { level } => out.level = Some(*level),
                AreaFact::Parent { parent } => out.parent = parent.clone(),
                AreaFact::Population { people } => out.population = Some(*people),
                AreaFact::Active { active } => out.active = *active,
                AreaFact::Boundary { boundary } => out.boundary = Some(boundary.clone()),
                AreaFact::Aliases { names } => out.aliases.clone_from(names),
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_read_one_a_line_or_separated() {
        let read = |text: &str| parse_aliases(text);
        assert_eq!(read(" 霍营 \r\n霍营地区；老霍营、, HY; "), ["霍营", "霍营地区", "老霍营", ", HY"]);
        assert!(read(" ；\n、").is_empty());
        assert!(["霍营", "Old Town", "a, b"].into_iter().all(is_one_name));
        assert!(!["霍营；老霍营", " 霍营", "a\nb", "a\u{3000}"].into_iter().any(is_one_name));
    }

    proptest! {
        #[test]
        fn what_is_read_is_written_and_read_again(text in "[a-z霍营 ;；、\n\r,]{0,40}") {
            let names = parse_aliases(&text);
            prop_assert!(names.iter().all(|name| is_one_name(name)));
            prop_assert_eq!(parse_aliases(&aliases_text(&names)), names);
        }
    }
}
