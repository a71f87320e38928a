//! The map of the plan's places, for staff and residents: what there is, where, on the day looked at.

mod frame;
mod overlay;
mod page;

pub(crate) use frame::base_strokes;
pub(super) use frame::{Chosen, Frame, things};
pub(super) use overlay::{Drawn, Told};
pub(super) use page::{areas, base, projects, show, with_map};
