//! A link of the plan, as a fact has it.

use domain::facility::Site;
use domain::link::{EndsSeen as DomainSeen, NewLink as Domain};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::facility::{Entrance, site};
use crate::value::{CodeText, Day, Name, code};
use crate::word::LinkFormWord;

/// That somebody found the ends on site where they are said to be.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndsSeen {
    pub on: Day,
    #[schema(min_length = 1, max_length = 200)]
    pub by: String,
}

/// A bridge, an underpass or a path by which people walk from one place to another.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLink {
    pub name: Name,
    pub form: LinkFormWord,
    pub from: Entrance,
    pub to: Entrance,
    /// How far one walks from end to end; the straight line when absent.
    #[serde(default)]
    pub metres: Option<u32>,
    /// The first day on which people walk there; from its project's use when absent, and without a project never.
    #[serde(default)]
    pub opens: Option<Day>,
    /// The first day on which they no longer do.
    #[serde(default)]
    pub closes: Option<Day>,
    /// The project that builds it.
    #[serde(default)]
    pub project: Option<CodeText>,
    #[serde(default)]
    pub seen: Option<EndsSeen>,
}

impl From<NewLink> for Domain {
    fn from(held: NewLink) -> Self {
        let end = |end: Entrance| -> Site { site(end.longitude, end.latitude, end.stated) };
        Self {
            name: held.name.into(),
            form: held.form.0,
            ends: [end(held.from), end(held.to)],
            metres: held.metres,
            opens: held.opens.map(|day| day.0),
            closes: held.closes.map(|day| day.0),
            project: held.project.map(|project| project.0),
            seen: held.seen.map(|seen| DomainSeen { on: seen.on.0, by: seen.by }),
        }
    }
}

impl From<&Domain> for NewLink {
    fn from(held: &Domain) -> Self {
        let [from, to] = &held.ends;
        Self {
            name: (&held.name).into(),
            form: held.form.into(),
            from: from.into(),
            to: to.into(),
            metres: held.metres,
            opens: held.opens.map(Into::into),
            closes: held.closes.map(Into::into),
            project: code(&held.project),
            seen: held.seen.as_ref().map(|seen| EndsSeen { on: seen.on.into(), by: seen.by.clone() }),
        }
    }
}
