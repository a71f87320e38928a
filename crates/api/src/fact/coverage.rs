//! Facts of a plan by which coverage is worked out: layers, official counts, settings, what becomes of gaps.

use domain::facility::{
    CoverageRules as DomainRules, Gap as DomainGap, GapAnswer as DomainAnswer, OfficialCount as DomainCount,
};
use domain::layer::PlaceLayer as DomainLayer;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::value::{CodeText, DigestText, Name, code, present};

/// A layer: content kept by the server, which a fact names by its digest. Files are imported to bring a new one.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceLayer {
    pub digest: DigestText,
    pub name: Name,
    /// Residences, nodes of the network, or parcels.
    pub count: u64,
    /// Links of a network.
    #[serde(default)]
    pub links: Option<u64>,
    /// The people of residences, where they are known of all.
    #[serde(default)]
    pub people: Option<u64>,
    /// What whoever passes its data on has to say.
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub licence: String,
}

/// How many facilities of a kind there are officially.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfficialCount {
    pub kind: CodeText,
    /// The area that was counted; the whole plan when absent.
    #[serde(default)]
    pub area: Option<CodeText>,
    /// `null` withdraws the word.
    #[serde(deserialize_with = "present")]
    #[schema(required = true)]
    pub count: Option<u32>,
}

/// How coverage is worked out.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CoverageRules {
    /// From which share of the official count, in thousandths, the data of a kind count as complete.
    #[schema(minimum = 1, maximum = 1000)]
    pub complete_permille: u16,
    /// How far from the walking network a home or a facility may lie, in metres.
    #[schema(minimum = 1, maximum = 2000)]
    pub access_metres: u32,
    /// How fast people walk, in metres an hour.
    #[schema(minimum = 500, maximum = 10000)]
    pub walking_metres: u32,
}

/// A gap by its community, kind of facility and standard.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Gap {
    pub community: CodeText,
    pub kind: CodeText,
    pub standard: CodeText,
}

/// What becomes of a gap.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum GapAnswer {
    /// This project is to close it.
    Project { project: CodeText },
    /// This item of the ledger sees to it.
    Item { item: CodeText },
    /// It is not closed, and why.
    Refused {
        #[schema(min_length = 1, max_length = 4000)]
        why: String,
    },
}

impl From<PlaceLayer> for DomainLayer {
    fn from(held: PlaceLayer) -> Self {
        Self {
            digest: held.digest.0,
            name: held.name.into(),
            count: held.count,
            links: held.links,
            people: held.people,
            licence: held.licence,
        }
    }
}

impl From<&DomainLayer> for PlaceLayer {
    fn from(held: &DomainLayer) -> Self {
        Self {
            digest: DigestText(held.digest),
            name: (&held.name).into(),
            count: held.count,
            links: held.links,
            people: held.people,
            licence: held.licence.clone(),
        }
    }
}

impl From<OfficialCount> for DomainCount {
    fn from(held: OfficialCount) -> Self {
        Self { kind: held.kind.0, area: held.area.map(|area| area.0), count: held.count }
    }
}

impl From<&DomainCount> for OfficialCount {
    fn from(held: &DomainCount) -> Self {
        Self { kind: (&held.kind).into(), area: code(&held.area), count: held.count }
    }
}

impl From<CoverageRules> for DomainRules {
    fn from(held: CoverageRules) -> Self {
        Self {
            complete_permille: held.complete_permille,
            access_metres: held.access_metres,
            walking_metres: held.walking_metres,
        }
    }
}

impl From<&DomainRules> for CoverageRules {
    fn from(held: &DomainRules) -> Self {
        Self {
            complete_permille: held.complete_permille,
            access_metres: held.access_metres,
            walking_metres: held.walking_metres,
        }
    }
}

impl From<Gap> for DomainGap {
    fn from(held: Gap) -> Self {
        Self { community: held.community.0, kind: held.kind.0, standard: held.standard.0 }
    }
}

impl From<&DomainGap> for Gap {
    fn from(held: &DomainGap) -> Self {
        Self {
            community: (&held.community).into(),
            kind: (&held.kind).into(),
            standard: (&held.standard).into(),
        }
    }
}

impl From<GapAnswer> for DomainAnswer {
    fn from(held: GapAnswer) -> Self {
        match held {
            GapAnswer::Project { project } => Self::Project { project: project.0 },
            GapAnswer::Item { item } => Self::Item { item: item.0 },
            GapAnswer::Refused { why } => Self::Refused { why },
        }
    }
}

impl From<&DomainAnswer> for GapAnswer {
    fn from(held: &DomainAnswer) -> Self {
        match held {
            DomainAnswer::Project { project } => Self::Project { project: project.into() },
            DomainAnswer::Item { item } => Self::Item { item: item.into() },
            DomainAnswer::Refused { why } => Self::Refused { why: why.clone() },
        }
    }
}
