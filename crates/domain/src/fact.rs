//! Facts of every kind of subject.

use serde::{Deserialize, Serialize};

use crate::area::AreaFact;
use crate::facility::FacilityFact;
use crate::index::IndexFact;
use crate::indicator::IndicatorFact;
use crate::item::ItemFact;
use crate::person::PersonFact;
use crate::plan::PlanFact;
use crate::project::ProjectFact;
use crate::request::RequestFact;
use crate::subject::SubjectKind;
use crate::unit::UnitFact;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
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

impl Fact {
    pub fn kind(&self) -> SubjectKind {
        match self {
            Self::Plan(_) => SubjectKind::Plan,
            Self::Project(_) => SubjectKind::Project,
            Self::Indicator(_) => SubjectKind::Indicator,
            Self::Index(_) => SubjectKind::Index,
            Self::Item(_) => SubjectKind::Item,
            Self::Request(_) => SubjectKind::Request,
            Self::Facility(_) => SubjectKind::Facility,
            Self::Area(_) => SubjectKind::Area,
            Self::Unit(_) => SubjectKind::Unit,
            Self::Person(_) => SubjectKind::Person,
        }
    }

    /// Facts of one subject with the same slot follow each other in time; the latest holds.
    pub fn slot(&self) -> String {
        match self {
            Self::Plan(fact) => fact.slot(),
            Self::Project(fact) => fact.slot(),
            Self::Indicator(fact) => fact.slot(),
            Self::Index(fact) => fact.slot(),
            Self::Item(fact) => fact.slot(),
            Self::Request(fact) => fact.slot(),
            Self::Facility(fact) => fact.slot(),
            Self::Area(fact) => fact.slot(),
            Self::Unit(fact) => fact.slot(),
            Self::Person(fact) => fact.slot(),
        }
    }
}

macro_rules! of_kind {
    ($($fact:ident => $variant:ident),*) => {$(
        impl From<$fact> for Fact {
            fn from(fact: $fact) -> Fact { Fact::$variant(fact) }
        }
        impl OfKind for $fact {
            fn of(fact: &Fact) -> Option<&Self> {
                match fact { Fact::$variant(fact) => Some(fact), _ => None }
            }
        }
    )*};
}

/// The facts of one kind of subject.
pub trait OfKind {
    fn of(fact: &Fact) -> Option<&Self>;
}

of_kind!(PlanFact => Plan, ProjectFact => Project, IndicatorFact => Indicator, IndexFact => Index, ItemFact => Item, RequestFact => Request,
         FacilityFact => Facility, AreaFact => Area, UnitFact => Unit, PersonFact => Person);
