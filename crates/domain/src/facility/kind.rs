//! Kinds of facilities: data of a plan.

use serde::{Deserialize, Serialize};

use super::ages::Ages;
use crate::code::Code;
use crate::named::Named;

/// A kind of facility: whom it serves, and in what its capacity is counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FacilityKind {
    pub kind: Code,
    pub order: u32,
    pub name: Named,
    /// Everybody where no ages are named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ages: Option<Ages>,
    /// What its capacity counts, such as places or beds; none where capacity says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity_unit: Option<Named>,
    /// What residents ask for where it is missing: requests of these categories stand beside its gaps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub request_categories: Vec<Code>,
    /// What it needs of land at least: smaller parcels are no sites for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least_square_metres: Option<u32>,
    /// No longer kept: facilities of it stay on the books, new ones are not taken.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub closed: bool,
}
