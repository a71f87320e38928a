//! What a journal entry is about.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::code::Code;

/// The kinds of thing the journal keeps facts of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    Plan,
    Project,
    Indicator,
    Index,
    Item,
    Request,
    Facility,
    Area,
    Unit,
    Person,
}

impl SubjectKind {
    pub const ALL: [SubjectKind; 10] = [
        Self::Plan,
        Self::Project,
        Self::Indicator,
        Self::Index,
        Self::Item,
        Self::Request,
        Self::Facility,
        Self::Area,
        Self::Unit,
        Self::Person,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Project => "project",
            Self::Indicator => "indicator",
            Self::Index => "index",
            Self::Item => "item",
            Self::Request => "request",
            Self::Facility => "facility",
            Self::Area => "area",
            Self::Unit => "unit",
            Self::Person => "person",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// Whether a plan's history in memory holds it. Items and requests grow without bound: they are read one at
    /// a time, and listed from tables of their own.
    pub fn is_portfolio(self) -> bool {
        !matches!(self, Self::Item | Self::Request)
    }

    /// Areas, units and people outlive a plan and serve several: they belong to the directory.
    pub fn is_directory(self) -> bool {
        matches!(self, Self::Area | Self::Unit | Self::Person)
    }
}

/// One thing: the scope it lives in (a plan's code, or [`DIRECTORY`]), its kind and its code.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Subject {
    pub scope: Code,
    pub kind: SubjectKind,
    pub code: Code,
}

/// The scope of areas, units and people.
pub const DIRECTORY: &str = "directory";

pub fn directory() -> Code {
    Code::new(DIRECTORY).expect("a literal code")
}

impl Subject {
    pub fn plan(plan: &Code) -> Self {
        Self { scope: plan.clone(), kind: SubjectKind::Plan, code: plan.clone() }
    }

    pub fn project(plan: &Code, code: &Code) -> Self {
        Self { scope: plan.clone(), kind: SubjectKind::Project, code: code.clone() }
    }

    pub fn indicator(plan: &Code, code: &Code) -> Self {
        Self { scope: plan.clone(), kind: SubjectKind::Indicator, code: code.clone() }
    }

    pub fn index(plan: &Code, code: &Code) -> Self {
        Self { scope: plan.clone(), kind: SubjectKind::Index, code: code.clone() }
    }

    pub fn item(plan: &Code, code: &Code) -> Self {
        Self { scope: plan.clone(), kind: SubjectKind::Item, code: code.clone() }
    }

    pub fn request(plan: &Code, code: &Code) -> Self {
        Self { scope: plan.clone(), kind: SubjectKind::Request, code: code.clone() }
    }

    pub fn facility(plan: &Code, code: &Code) -> Self {
        Self { scope: plan.clone(), kind: SubjectKind::Facility, code: code.clone() }
    }

    pub fn area(code: &Code) -> Self {
        Self { scope: directory(), kind: SubjectKind::Area, code: code.clone() }
    }

    pub fn unit(code: &Code) -> Self {
        Self { scope: directory(), kind: SubjectKind::Unit, code: code.clone() }
    }

    pub fn person(code: &Code) -> Self {
        Self { scope: directory(), kind: SubjectKind::Person, code: code.clone() }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.scope, self.kind.as_str(), self.code)
    }
}
