//! Layers: what a plan knows of the ground in the thousands, such as where people live and where they walk.
//!
//! Points by the ten thousand are no facts one by one: a layer's content lies beside the journal, known by its
//! digest, and takes effect by a fact that names it.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::journal::{Hash, Seq};
use crate::named::Named;
use crate::source::Grade;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LayerKind {
    /// Where people live, with how many they are.
    Residences,
    /// Where they walk.
    Network,
    /// Land on which something may be built.
    Parcels,
    /// Railways, waters and parks, as they are drawn below everything else.
    BaseMap,
}

impl LayerKind {
    pub const ALL: [LayerKind; 4] = [Self::Residences, Self::Network, Self::Parcels, Self::BaseMap];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Residences => "residences",
            Self::Network => "network",
            Self::Parcels => "parcels",
            Self::BaseMap => "base_map",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// The SHA-256 digest of a layer's content, written as hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LayerDigest(pub Hash);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("write the digest as 64 hexadecimal digits")]
pub struct NotADigest;

impl TryFrom<String> for LayerDigest {
    type Error = NotADigest;

    fn try_from(text: String) -> Result<Self, NotADigest> {
        Hash::parse(&text).map(Self).ok_or(NotADigest)
    }
}

impl From<LayerDigest> for String {
    fn from(digest: LayerDigest) -> Self {
        digest.to_string()
    }
}

impl fmt::Display for LayerDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A layer as a fact tells of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PlaceLayer {
    pub digest: LayerDigest,
    pub name: Named,
    /// Residences, nodes of the network, parcels, or things of the base map.
    pub count: u64,
    /// Links of a network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub links: Option<u64>,
    /// The people of residences, where they are known of all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people: Option<u64>,
    /// What whoever passes its data on has to say.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub licence: String,
}

/// A layer in force, with since when, and the entry that said so.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldLayer {
    pub layer: PlaceLayer,
    pub from: Date,
    pub seq: Seq,
    pub grade: Grade,
}
