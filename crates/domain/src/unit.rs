//! Units: the organisations that are responsible for something.

use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::history::Held;
use crate::named::Named;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnitLevel {
    City,
    District,
    Subdistrict,
    Community,
    /// Companies, institutions and other bodies outside the government.
    Other,
}

impl UnitLevel {
    pub const ALL: [UnitLevel; 5] =
        [Self::City, Self::District, Self::Subdistrict, Self::Community, Self::Other];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::City => "city",
            Self::District => "district",
            Self::Subdistrict => "subdistrict",
            Self::Community => "community",
            Self::Other => "other",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == text)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnitFact {
    Name(Named),
    Level { level: UnitLevel },
    Parent { parent: Option<Code> },
    Area { area: Code },
    Active { active: bool },
}

impl UnitFact {
    pub fn slot(&self) -> String {
        match self {
            Self::Name(_) => "name",
            Self::Level { .. } => "level",
            Self::Parent { .. } => "parent",
            Self::Area { .. } => "area",
            Self::Active { .. } => "active",
        }
        .into()
    }
}

/// A unit as of a day.
#[derive(Debug, Clone, PartialEq)]
pub struct Unit {
    pub code: Code,
    pub name: Named,
    pub level: Option<UnitLevel>,
    pub parent: Option<Code>,
    pub area: Option<Code>,
    pub active: bool,
}

impl Unit {
    pub fn at<'a>(code: &Code, held: impl Iterator<Item = Held<'a, UnitFact>>) -> Self {
        let mut out = Self {
            code: code.clone(),
            name: Named::new(code.as_str(), ""),
            level: None,
            parent: None,
            area: None,
            active: true,
        };
        for Held { fact, .. } in held {
            match fact {
                UnitFact::Name(name) => out.name = name.clone(),
                UnitFact::Level { level } => out.level = Some(*level),
                UnitFact::Parent { parent } => out.parent = parent.clone(),
                UnitFact::Area { area } => out.area = Some(area.clone()),
                UnitFact::Active { active } => out.active = *active,
            }
        }
        out
    }
}
