//! Facts of facilities, and the kinds and standards of them that a plan has.

use domain::facility::{
    Checked as DomainChecked, FacilityFact as Domain, FacilityKind as DomainKind,
    FacilityStandard as DomainStandard, SeenOnSite as DomainSeen, Site, SiteBoundary as DomainBoundary,
    Stated as DomainStated, StatedBoundary as DomainStatedBoundary,
};
use domain::request::Point;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::value::{AgesText, Amount, BoundaryText, CodeText, Day, Degrees, Name, code, codes, present};
use crate::word::{CircleWord, DatumWord, MetricWord};

/// Coordinates as a source gave them.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Stated {
    pub datum: DatumWord,
    pub longitude: Degrees,
    pub latitude: Degrees,
}

/// A boundary as a source drew it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StatedBoundary {
    pub datum: DatumWord,
    pub wkt: BoundaryText,
}

/// Where a facility ends, in WGS 84; with what its source drew where that was another datum.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SiteBoundary {
    pub wkt: BoundaryText,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stated: Option<StatedBoundary>,
}

/// Where people go into a facility, in WGS 84; with what the source said where that was another datum.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Entrance {
    pub longitude: Degrees,
    pub latitude: Degrees,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stated: Option<Stated>,
}

/// One thing that can be recorded of a facility.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum FacilityFact {
    Name(Name),
    Kind {
        kind: CodeText,
    },
    /// Where it is, in WGS 84; with what the source said where that was another datum.
    Site {
        longitude: Degrees,
        latitude: Degrees,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stated: Option<Stated>,
    },
    /// Where it ends, of one that is more than a point; `null` withdraws the word.
    Boundary {
        #[serde(deserialize_with = "present")]
        #[schema(required = true)]
        boundary: Option<SiteBoundary>,
    },
    /// Where people go in; an empty list withdraws the word. Where some are known, it is reached at these only.
    Entrances {
        #[schema(max_items = 100)]
        at: Vec<Entrance>,
    },
    /// The area it is said to lie in; `null` leaves it to the boundaries.
    Area {
        #[serde(deserialize_with = "present")]
        #[schema(required = true)]
        area: Option<CodeText>,
    },
    /// How many it takes, in the unit of its kind; `null` withdraws the word.
    Capacity {
        #[serde(deserialize_with = "present")]
        #[schema(required = true)]
        amount: Option<u32>,
    },
    /// The first day on which it serves; `null`: not known, or from its project's use.
    Opens {
        #[serde(deserialize_with = "present")]
        #[schema(required = true)]
        on: Option<Day>,
    },
    /// The first day on which it no longer serves; `null` withdraws the word.
    Closes {
        #[serde(deserialize_with = "present")]
        #[schema(required = true)]
        on: Option<Day>,
    },
    /// The project that builds it; `null` withdraws the word.
    Project {
        #[serde(deserialize_with = "present")]
        #[schema(required = true)]
        project: Option<CodeText>,
    },
    /// What whoever passes its data on has to say.
    Licence {
        #[schema(max_length = 4000)]
        notice: String,
    },
    /// That somebody found it on site where, and what, it is said to be; `null` withdraws the word.
    OnSite {
        #[serde(deserialize_with = "present")]
        #[schema(required = true)]
        seen: Option<SeenOnSite>,
    },
}

/// What was found on site. It lapses when the place or kind is said otherwise later.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeenOnSite {
    pub on: Day,
    #[schema(min_length = 1, max_length = 200)]
    pub by: String,
    /// Its capacity was counted too.
    #[serde(default)]
    pub capacity: bool,
}

impl From<SeenOnSite> for DomainSeen {
    fn from(SeenOnSite { on, by, capacity }: SeenOnSite) -> Self {
        Self { on: on.0, by, capacity }
    }
}

impl From<&DomainSeen> for SeenOnSite {
    fn from(held: &DomainSeen) -> Self {
        Self { on: held.on.into(), by: held.by.clone(), capacity: held.capacity }
    }
}

/// A kind of facility.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FacilityKind {
    pub kind: CodeText,
    pub order: u32,
    pub name: Name,
    /// Whom it serves; everybody when absent.
    #[serde(default)]
    pub ages: Option<AgesText>,
    /// What its capacity counts.
    #[serde(default)]
    pub capacity_unit: Option<Name>,
    /// Categories of requests that stand beside its gaps.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub request_categories: Vec<CodeText>,
    /// What it needs of land at least: smaller parcels are no sites for it.
    #[serde(default)]
    #[schema(minimum = 1)]
    pub least_square_metres: Option<u32>,
    #[serde(default)]
    pub closed: bool,
}

/// That somebody compared a standard with its text.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Checked {
    pub on: Day,
    #[schema(min_length = 1, max_length = 200)]
    pub by: String,
}

/// A standard that facilities of a kind are held against.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FacilityStandard {
    pub standard: CodeText,
    pub kind: CodeText,
    /// The document with its version.
    pub name: Name,
    pub circle: CircleWord,
    pub metric: MetricWord,
    pub value: Amount,
    #[serde(default)]
    pub valid_from: Option<Day>,
    /// The first day on which it no longer holds.
    #[serde(default)]
    pub valid_to: Option<Day>,
    /// Where the text can be read; empty where it has no address.
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub url: String,
    #[serde(default)]
    pub checked: Option<Checked>,
}

fn point(longitude: Degrees, latitude: Degrees) -> Point {
    Point { longitude: longitude.0, latitude: latitude.0 }
}

pub(super) fn site(longitude: Degrees, latitude: Degrees, stated: Option<Stated>) -> Site {
    let stated =
        stated.map(|held| DomainStated { datum: held.datum.0, at: point(held.longitude, held.latitude) });
    Site { at: point(longitude, latitude), stated }
}

impl From<DomainStated> for Stated {
    fn from(held: DomainStated) -> Self {
        let (longitude, latitude) = (Degrees(held.at.longitude), Degrees(held.at.latitude));
        Self { datum: held.datum.into(), longitude, latitude }
    }
}

impl From<SiteBoundary> for DomainBoundary {
    fn from(held: SiteBoundary) -> Self {
        let stated =
            held.stated.map(|held| DomainStatedBoundary { datum: held.datum.0, boundary: held.wkt.0 });
        Self { boundary: held.wkt.0, stated }
    }
}

impl From<&DomainBoundary> for SiteBoundary {
    fn from(held: &DomainBoundary) -> Self {
        let stated = held.stated.as_ref().map(|held| StatedBoundary {
            datum: held.datum.into(),
            wkt: BoundaryText(held.boundary.clone()),
        });
        Self { wkt: BoundaryText(held.boundary.clone()), stated }
    }
}

impl From<&Site> for Entrance {
    fn from(held: &Site) -> Self {
        let (longitude, latitude) = (Degrees(held.at.longitude), Degrees(held.at.latitude));
        Self { longitude, latitude, stated: held.stated.map(Into::into) }
    }
}

impl From<FacilityFact> for Domain {
    fn from(fact: FacilityFact) -> Self {
        use FacilityFact as F;
        match fact {
            F::Name(name) => Self::Name(name.into()),
            F::Kind { kind } => Self::Kind { kind: kind.0 },
            F::Site { longitude, latitude, stated } => Self::Site(site(longitude, latitude, stated)),
            F::Boundary { boundary } => Self::Boundary { boundary: boundary.map(Into::into) },
            F::Entrances { at } => Self::Entrances {
                at: at.into_iter().map(|held| site(held.longitude, held.latitude, held.stated)).collect(),
            },
            F::Area { area } => Self::Area { area: area.map(|area| area.0) },
            F::Capacity { amount } => Self::Capacity { amount },
            F::Opens { on } => Self::Opens { on: on.map(|on| on.0) },
            F::Closes { on } => Self::Closes { on: on.map(|on| on.0) },
            F::Project { project } => Self::Project { project: project.map(|project| project.0) },
            F::Licence { notice } => Self::Licence { notice },
            F::OnSite { seen } => Self::OnSite { seen: seen.map(Into::into) },
        }
    }
}

impl From<&Domain> for FacilityFact {
    fn from(fact: &Domain) -> Self {
        match fact {
            Domain::Name(name) => Self::Name(name.into()),
            Domain::Kind { kind } => Self::Kind { kind: kind.into() },
            Domain::Site(site) => Self::Site {
                longitude: Degrees(site.at.longitude),
                latitude: Degrees(site.at.latitude),
                stated: site.stated.map(Into::into),
            },
            Domain::Boundary { boundary } => Self::Boundary { boundary: boundary.as_ref().map(Into::into) },
            Domain::Entrances { at } => Self::Entrances { at: at.iter().map(Into::into).collect() },
            Domain::Area { area } => Self::Area { area: code(area) },
            Domain::Capacity { amount } => Self::Capacity { amount: *amount },
            Domain::Opens { on } => Self::Opens { on: on.map(Into::into) },
            Domain::Closes { on } => Self::Closes { on: on.map(Into::into) },
            Domain::Project { project } => Self::Project { project: code(project) },
            Domain::Licence { notice } => Self::Licence { notice: notice.clone() },
            Domain::OnSite { seen } => Self::OnSite { seen: seen.as_ref().map(Into::into) },
        }
    }
}

impl From<FacilityKind> for DomainKind {
    fn from(held: FacilityKind) -> Self {
        Self {
            kind: held.kind.0,
            order: held.order,
            name: held.name.into(),
            ages: held.ages.map(|ages| ages.0),
            capacity_unit: held.capacity_unit.map(Into::into),
            request_categories: held.request_categories.into_iter().map(|code| code.0).collect(),
            least_square_metres: held.least_square_metres,
            closed: held.closed,
        }
    }
}

impl From<&DomainKind> for FacilityKind {
    fn from(held: &DomainKind) -> Self {
        Self {
            kind: (&held.kind).into(),
            order: held.order,
            name: (&held.name).into(),
            ages: held.ages.map(AgesText),
            capacity_unit: held.capacity_unit.as_ref().map(Into::into),
            request_categories: codes(&held.request_categories),
            least_square_metres: held.least_square_metres,
            closed: held.closed,
        }
    }
}

impl From<FacilityStandard> for DomainStandard {
    fn from(held: FacilityStandard) -> Self {
        Self {
            standard: held.standard.0,
            kind: held.kind.0,
            name: held.name.into(),
            circle: held.circle.0,
            metric: held.metric.0,
            value: held.value.0,
            valid_from: held.valid_from.map(|day| day.0),
            valid_to: held.valid_to.map(|day| day.0),
            url: held.url,
            checked: held.checked.map(|checked| DomainChecked { on: checked.on.0, by: checked.by }),
        }
    }
}

impl From<&DomainStandard> for FacilityStandard {
    fn from(held: &DomainStandard) -> Self {
        Self {
            standard: (&held.standard).into(),
            kind: (&held.kind).into(),
            name: (&held.name).into(),
            circle: held.circle.into(),
            metric: held.metric.into(),
            value: Amount(held.value),
            valid_from: held.valid_from.map(Into::into),
            valid_to: held.valid_to.map(Into::into),
            url: held.url.clone(),
            checked: held
                .checked
                .as_ref()
                .map(|checked| Checked { on: checked.on.into(), by: checked.by.clone() }),
        }
    }
}
