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
    /// No longer kept: facilities of it stay on the books, new ones are not taken.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub closed: bool,
}
