//! What can be recorded of a facility.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::boundary::Boundary;
use crate::code::Code;
use crate::named::Named;
use crate::request::Point;

/// What the coordinates of a source refer to. Map services in mainland China deliver shifted ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Datum {
    #[serde(rename = "wgs84")]
    Wgs84,
    #[serde(rename = "gcj02")]
    Gcj02,
    #[serde(rename = "bd09")]
    Bd09,
}

impl Datum {
    pub const ALL: [Datum; 3] = [Self::Wgs84, Self::Gcj02, Self::Bd09];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Wgs84 => "wgs84",
            Self::Gcj02 => "gcj02",
            Self::Bd09 => "bd09",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|datum| datum.as_str() == text)
    }
}

/// Coordinates as a source gave them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Stated {
    pub datum: Datum,
    pub at: Point,
}

/// Where it is, in WGS 84; with what the source said where that was another datum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Site {
    pub at: Point,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stated: Option<Stated>,
}

impl Site {
    pub fn wgs84(at: Point) -> Self {
        Self { at, stated: None }
    }

    /// The coordinates of the source, with their datum.
    pub fn source(self) -> Stated {
        self.stated.unwrap_or(Stated { datum: Datum::Wgs84, at: self.at })
    }
}

/// An outline as a source drew it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatedBoundary {
    pub datum: Datum,
    pub boundary: Boundary,
}

/// What a facility takes up on the ground, in WGS 84; with what the source drew where that was another datum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteBoundary {
    pub boundary: Boundary,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stated: Option<StatedBoundary>,
}

impl SiteBoundary {
    pub fn wgs84(boundary: Boundary) -> Self {
        Self { boundary, stated: None }
    }

    /// What the source drew, with its datum.
    pub fn source(&self) -> (Datum, &Boundary) {
        match &self.stated {
            Some(stated) => (stated.datum, &stated.boundary),
            None => (Datum::Wgs84, &self.boundary),
        }
    }
}

/// That somebody stood before a facility and found it where, and what, it is said to be.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SeenOnSite {
    pub on: Date,
    pub by: String,
    /// Its capacity was counted too, and is what is said.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub capacity: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FacilityFact {
    /// Many have none, such as a playground.
    Name(Named),
    Kind {
        kind: Code,
    },
    Site(Site),
    /// Where it ends, of one that is more than a point, such as a park; `None` withdraws the word.
    Boundary {
        boundary: Option<SiteBoundary>,
    },
    /// Where people go in; none withdraws the word.
    Entrances {
        at: Vec<Site>,
    },
    /// The area it is said to lie in, where boundaries do not tell; `None` withdraws the word.
    Area {
        area: Option<Code>,
    },
    /// How many it takes, in the unit of its kind; `None` withdraws the word.
    Capacity {
        amount: Option<u32>,
    },
    /// The first day on which it serves; `None`: not known.
    Opens {
        on: Option<Date>,
    },
    /// The first day on which it no longer serves; `None` withdraws the word.
    Closes {
        on: Option<Date>,
    },
    /// The project that builds it; `None` withdraws the word.
    Project {
        project: Option<Code>,
    },
    /// What whoever passes its data on has to say; empty withdraws the word.
    Licence {
        notice: String,
    },
    /// What was found on site; `None` withdraws the word.
    OnSite {
        seen: Option<SeenOnSite>,
    },
}

impl FacilityFact {
    pub fn slot(&self) -> String {
        match self {
            Self::Name(_) => "name",
            Self::Kind { .. } => "kind",
            Self::Site(_) => "site",
            Self::Boundary { .. } => "boundary",
            Self::Entrances { .. } => "entrances",
            Self::Area { .. } => "area",
            Self::Capacity { .. } => "capacity",
            Self::Opens { .. } => "opens",
            Self::Closes { .. } => "closes",
            Self::Project { .. } => "project",
            Self::Licence { .. } => "licence",
            Self::OnSite { .. } => "on_site",
        }
        .into()
    }
}
