//! Facts as bodies carry them, one file per kind of subject.
//!
//! A fact is an object with one member, its name: `{"lead_unit": {"unit": "changping-education"}}`.

mod coverage;
mod directory;
mod facility;
mod index;
mod indicator;
mod item;
mod link;
mod plan;
mod project;

use domain::fact::Fact;
use domain::person::PersonFact as DomainPersonFact;
use domain::project::ProjectFact as DomainProjectFact;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use coverage::GapAnswer;
pub use directory::{AreaFact, PersonFact, UnitFact};
pub use facility::{Entrance, FacilityFact, SeenOnSite, SiteBoundary};
pub use index::{IndexFact, IndexVersion};
pub use indicator::{IndicatorFact, Instrument};
pub use item::{InForceRhythm, ItemFact, LightRules, LimitRules, RequestFact};
pub use link::NewLink;
pub use plan::{PlanFact, StepTemplate};
pub use project::{Gate, ProjectFact};

/// A fact of any kind of subject.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum AnyFact {
    Plan(PlanFact),
    Project(ProjectFact),
    Indicator(IndicatorFact),
    Index(IndexFact),
    Item(ItemFact),
    Request(RequestFact),
    Facility(FacilityFact),
    Area(AreaFact),
    Unit(UnitFact),
    Person(PersonFact),
}

impl From<AnyFact> for Fact {
    fn from(fact: AnyFact) -> Self {
        match fact {
            AnyFact::Plan(fact) => Fact::Plan(fact.into()),
            AnyFact::Project(fact) => Fact::Project(fact.into()),
            AnyFact::Indicator(fact) => Fact::Indicator(fact.into()),
            AnyFact::Index(fact) => Fact::Index(fact.into()),
            AnyFact::Item(fact) => Fact::Item(fact.0),
            AnyFact::Request(fact) => Fact::Request(fact.0),
            AnyFact::Facility(fact) => Fact::Facility(fact.into()),
            AnyFact::Area(fact) => Fact::Area(fact.into()),
            AnyFact::Unit(fact) => Fact::Unit(fact.into()),
            AnyFact::Person(fact) => Fact::Person(fact.into()),
        }
    }
}

impl From<&Fact> for AnyFact {
    fn from(fact: &Fact) -> Self {
        match fact {
            Fact::Plan(fact) => Self::Plan(fact.into()),
            Fact::Project(fact) => Self::Project(fact.into()),
            Fact::Indicator(fact) => Self::Indicator(fact.into()),
            Fact::Index(fact) => Self::Index(fact.into()),
            Fact::Item(fact) => Self::Item(ItemFact(fact.clone())),
            Fact::Request(fact) => Self::Request(RequestFact(fact.clone())),
            Fact::Facility(fact) => Self::Facility(fact.into()),
            Fact::Area(fact) => Self::Area(fact.into()),
            Fact::Unit(fact) => Self::Unit(fact.into()),
            Fact::Person(fact) => Self::Person(fact.into()),
        }
    }
}

/// Who may read a fact in the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Readers {
    Everyone,
    /// Remarks are for working pages.
    Staff,
    /// Addresses of people stand nowhere but on the people's own records.
    Nobody,
}

pub(crate) fn readers(fact: &Fact) -> Readers {
    match fact {
        Fact::Project(DomainProjectFact::Remark { .. }) => Readers::Staff,
        // Items are working papers, and so are requests: what of them is published has resources of its own.
        Fact::Item(_) | Fact::Request(_) => Readers::Staff,
        Fact::Person(DomainPersonFact::Email { .. }) => Readers::Nobody,
        _ => Readers::Everyone,
    }
}
