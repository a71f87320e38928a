//! Composite indices, such as 七有五性: what each is made of, in dated versions, and what it comes to for an area and
//! a period.
//!
//! A version names indicators of the plan, each with the instrument whose observations count, and how a value becomes
//! a score. The arithmetic is [`survey::index`]'s; nothing of a value is stored. An indicator without an observation in
//! a period is missing there and told by its name: no earlier value stands in for it.

mod check;
mod fault;
mod reckon;
mod span;
pub mod text;
mod version;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::history::{Held, SubjectHistory, View};
use crate::journal::Seq;
use crate::named::Named;
use crate::source::Grade;

pub(crate) use check::check;
pub use fault::IndexFault;
pub use reckon::{Absence, IndexCell, IndexValues, PartValue, RankedArea, Used, WEIGHT_SPREAD, rounded};
pub use span::{IndexPeriod, Span};
pub use version::{
    Aggregation, Better, IndexDimension, IndexPart, IndexVersion, PARTS_MOST, Scaling, WEIGHT_MOST,
};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IndexFact {
    Name(Named),
    /// What it is made of from the day of the fact on.
    Version(IndexVersion),
}

impl IndexFact {
    pub fn slot(&self) -> String {
        match self {
            Self::Name(_) => "name".into(),
            Self::Version(version) => format!("version/{}", version.version),
        }
    }
}

/// A version with the day from which it holds.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldVersion {
    pub version: IndexVersion,
    pub from: Date,
    pub seq: Seq,
    pub grade: Grade,
}

/// An index as of a day, as known at a moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Index {
    pub code: Code,
    pub name: Named,
    /// In order of the day from which they hold; each is in force until the next begins.
    pub versions: Vec<HeldVersion>,
}

impl Index {
    /// `None` when it is not on the books at that point of view.
    pub fn at(history: &SubjectHistory, view: View) -> Option<Self> {
        if !history.exists(view) {
            return None;
        }
        let code = history.subject.code.clone();
        let mut out = Self { name: Named::new(code.as_str(), ""), code, versions: Vec::new() };
        for Held { fact, effective, seq, grade } in history.visible::<IndexFact>(view) {
            match fact {
                IndexFact::Name(name) => out.name = name.clone(),
                IndexFact::Version(version) => {
                    out.versions.retain(|held| held.version.version != version.version);
                    out.versions.push(HeldVersion { version: version.clone(), from: effective, seq, grade });
                }
            }
        }
        out.versions.sort_by_key(|held| (held.from, held.seq));
        Some(out)
    }

    /// The version in force at the point of view that the index was read from.
    pub fn in_force(&self) -> Option<&HeldVersion> {
        self.versions.last()
    }

    pub fn version(&self, code: &str) -> Option<&HeldVersion> {
        self.versions.iter().find(|held| held.version.version.as_str() == code)
    }

    /// The day on which a version was followed by another.
    pub fn until(&self, version: &HeldVersion) -> Option<Date> {
        let at = self.versions.iter().position(|held| held == version)?;
        self.versions.get(at + 1).map(|next| next.from)
    }
}
