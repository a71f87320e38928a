//! Facts of areas, units and people.

use domain::area::AreaFact as DomainArea;
use domain::person::PersonFact as DomainPerson;
use domain::unit::UnitFact as DomainUnit;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::value::{BoundaryText, CodeText, Name, ScopeText, code, present};
use crate::word::{AreaLevelWord, RoleWord, UnitLevelWord};

/// One thing that can be recorded of an area.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum AreaFact {
    Name(Name),
    Level {
        level: AreaLevelWord,
    },
    /// The area it lies in; `null` for the topmost.
    Parent {
        #[serde(deserialize_with = "present")]
        #[schema(required = true)]
        parent: Option<CodeText>,
    },
    Population {
        people: u32,
    },
    Active {
        active: bool,
    },
    /// Where it ends: `POLYGON` or `MULTIPOLYGON` in WKT, longitude and latitude in degrees (WGS 84).
    Boundary {
        boundary: BoundaryText,
    },
    /// What people call it besides, all of them: texts that name one are known to be of it.
    Aliases {
        #[schema(max_items = 20)]
        names: Vec<String>,
    },
}

/// One thing that can be recorded of a unit.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum UnitFact {
    Name(Name),
    Level {
        level: UnitLevelWord,
    },
    /// The unit above it; `null` for none.
    Parent {
        #[serde(deserialize_with = "present")]
        #[schema(required = true)]
        parent: Option<CodeText>,
    },
    Area {
        area: CodeText,
    },
    Active {
        active: bool,
    },
}

/// One thing that can be recorded of a person.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum PersonFact {
    Name {
        #[schema(max_length = 200)]
        name: String,
    },
    Email {
        #[schema(max_length = 254)]
        email: String,
    },
    Unit {
        unit: CodeText,
    },
    /// A role given, or taken away with `held: false`.
    Role {
        role: RoleWord,
        scope: ScopeText,
        held: bool,
    },
    /// Whether the person may sign in.
    Active {
        active: bool,
    },
}

impl From<AreaFact> for DomainArea {
    fn from(fact: AreaFact) -> Self {
        match fact {
            AreaFact::Name(name) => Self::Name(name.into()),
            AreaFact::Level { level } => Self::Level { level: level.0 },
            AreaFact::Parent { parent } => Self::Parent { parent: parent.map(|code| code.0) },
            AreaFact::Population { people } => Self::Population { people: people.into() },
            AreaFact::Active { active } => Self::Active { active },
            AreaFact::Boundary { boundary } => Self::Boundary { boundary: boundary.0 },
            AreaFact::Aliases { names } => Self::Aliases { names },
        }
    }
}

impl From<&DomainArea> for AreaFact {
    fn from(fact: &DomainArea) -> Self {
        match fact {
            DomainArea::Name(name) => Self::Name(name.into()),
            DomainArea::Level { level } => Self::Level { level: (*level).into() },
            DomainArea::Parent { parent } => Self::Parent { parent: code(parent) },
            DomainArea::Population { people } => {
                Self::Population { people: u32::try_from(*people).unwrap_or(u32::MAX) }
            }
            DomainArea::Active { active } => Self::Active { active: *active },
            DomainArea::Boundary { boundary } => Self::Boundary { boundary: BoundaryText(boundary.clone()) },
            DomainArea::Aliases { names } => Self::Aliases { names: names.clone() },
        }
    }
}

impl From<UnitFact> for DomainUnit {
    fn from(fact: UnitFact) -> Self {
        match fact {
            UnitFact::Name(name) => Self::Name(name.into()),
            UnitFact::Level { level } => Self::Level { level: level.0 },
            UnitFact::Parent { parent } => Self::Parent { parent: parent.map(|code| code.0) },
            UnitFact::Area { area } => Self::Area { area: area.0 },
            UnitFact::Active { active } => Self::Active { active },
        }
    }
}

impl From<&DomainUnit> for UnitFact {
    fn from(fact: &DomainUnit) -> Self {
        match fact {
            DomainUnit::Name(name) => Self::Name(name.into()),
            DomainUnit::Level { level } => Self::Level { level: (*level).into() },
            DomainUnit::Parent { parent } => Self::Parent { parent: code(parent) },
            DomainUnit::Area { area } => Self::Area { area: area.into() },
            DomainUnit::Active { active } => Self::Active { active: *active },
        }
    }
}

impl From<PersonFact> for DomainPerson {
    fn from(fact: PersonFact) -> Self {
        match fact {
            PersonFact::Name { name } => Self::Name { name },
            PersonFact::Email { email } => Self::Email { email },
            PersonFact::Unit { unit } => Self::Unit { unit: unit.0 },
            PersonFact::Role { role, scope, held } => Self::Role { role: role.0, scope: scope.0, held },
            PersonFact::Active { active } => Self::Active { active },
        }
    }
}

impl From<&DomainPerson> for PersonFact {
    fn from(fact: &DomainPerson) -> Self {
        match fact {
            DomainPerson::Name { name } => Self::Name { name: name.clone() },
            DomainPerson::Email { email } => Self::Email { email: email.clone() },
            DomainPerson::Unit { unit } => Self::Unit { unit: unit.into() },
            DomainPerson::Role { role, scope, held } => {
                Self::Role { role: (*role).into(), scope: ScopeText(scope.clone()), held: *held }
            }
            DomainPerson::Active { active } => Self::Active { active: *active },
        }
    }
}
