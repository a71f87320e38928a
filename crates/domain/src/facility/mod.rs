//! Facilities: places where residents are served, of kinds that the plan names, under standards with dates and sources.

mod ages;
mod coverage;
mod entrances;
mod fact;
mod kind;
mod standard;
mod state;

pub use ages::Ages;
pub use coverage::{CoverageRules, Gap, GapAnswer, HeldAnswer, HeldCount, OfficialCount};
pub use entrances::{ENTRANCES_MOST, NotEntrances, ReachedBy, entrances_text, parse_entrances};
pub use fact::{Datum, FacilityFact, SeenOnSite, Site, SiteBoundary, Stated, StatedBoundary};
pub use kind::FacilityKind;
pub use standard::{Checked, Circle, FacilityStandard, Metric};
pub use state::{Facility, FacilityStanding, OnSite, Opened};
