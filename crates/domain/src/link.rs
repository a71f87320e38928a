//! Links of the plan: a bridge, an underpass or a path by which people walk from one place to another from a day on.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::boundary::Extent;
use crate::code::Code;
use crate::facility::{FacilityStanding, Opened, Site};
use crate::journal::Seq;
use crate::named::Named;
use crate::portfolio::Portfolio;
use crate::project::Project;
use crate::source::Grade;

/// The farthest that the ends of a link may lie apart, in metres.
pub const LINK_MOST: u32 = 5_000;
/// The most links of a plan.
pub const LINKS_MOST: usize = 200;

/// What a link is built as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkForm {
    Bridge,
    Underpass,
    /// Over a road or a railway, on the level.
    Crossing,
    Path,
}

impl LinkForm {
    pub const ALL: [LinkForm; 4] = [Self::Bridge, Self::Underpass, Self::Crossing, Self::Path];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bridge => "bridge",
            Self::Underpass => "underpass",
            Self::Crossing => "crossing",
            Self::Path => "path",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.as_str() == text)
    }
}

/// That somebody stood at both ends and found them to be where they are said to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndsSeen {
    pub on: Date,
    pub by: String,
}

/// A link as it is said to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewLink {
    pub name: Named,
    pub form: LinkForm,
    pub ends: [Site; 2],
    /// How far one walks from end to end; nothing: the straight line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metres: Option<u32>,
    /// The first day on which people walk there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens: Option<Date>,
    /// The first day on which they no longer do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closes: Option<Date>,
    /// The project that builds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<Code>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<EndsSeen>,
}

impl NewLink {
    pub fn points(&self) -> [crate::request::Point; 2] {
        self.ends.map(|end| end.at)
    }

    /// How far the ends lie apart in a straight line, in metres.
    pub fn straight(&self) -> u64 {
        let [from, to] = self.points();
        Extent::of([from]).map_or(0, |from| from.metres_to(to))
    }

    /// Since when it is walked on: a stated day, else the project's use. Nobody takes a link that no day and no project
    /// opens to be there: it is what the network lacks.
    pub fn opened(&self, project: Option<&Project>) -> Opened {
        match (self.opens, &self.project) {
            (Some(day), _) => Opened::On(day),
            (None, Some(_)) => Opened::by_project(project),
            (None, None) => Opened::NotInUse,
        }
    }

    /// How it stands on a day, beside the project that builds it.
    pub fn standing(&self, on: Date, project: Option<&Project>) -> FacilityStanding {
        FacilityStanding::of(self.opened(project), self.closes, on)
    }
}

/// A link on record.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldLink {
    pub code: Code,
    pub link: NewLink,
    pub grade: Grade,
    /// The entry that last said so, and the day from which it holds.
    pub seq: Seq,
    pub on: Date,
}

impl Portfolio {
    /// The project that builds a link.
    pub fn builder_of(&self, link: &NewLink) -> Option<&Project> {
        link.project.as_ref().and_then(|code| self.project(code.as_str()))
    }

    /// How a link stands on the day that is looked at.
    pub fn link_standing(&self, link: &NewLink) -> FacilityStanding {
        link.standing(self.view.as_of, self.builder_of(link))
    }
}
