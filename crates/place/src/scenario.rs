//! A scenario: a base network with dated facilities and dated changes, most of them from projects. The
//! picture of any day is the base with what is in use on it.

use jiff::civil::Date;
use thiserror::Error;

use crate::{
    access::{AccessLeg, KindAccess},
    network::Network,
    overlay::{LinkChange, Overlay, OverlayError},
};

/// When something is in use, and which project brings it. Completion is not in use: a project's effect
/// starts with the in-use date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct InUse {
    /// The first day; nothing means always.
    pub from: Option<Date>,
    /// The first day it no longer is.
    pub until: Option<Date>,
    pub project: Option<u32>,
}

impl InUse {
    #[must_use]
    pub fn on(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day < until)
    }
}

/// A facility; its number is its position in the scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facility {
    pub kind: usize,
    pub legs: Vec<AccessLeg>,
    /// Places, beds …; nothing where not known.
    pub capacity: Option<u64>,
    pub in_use: InUse,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatedLink {
    pub change: LinkChange,
    pub in_use: InUse,
}

/// Another capacity of a facility; of several in use the last in the list counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DatedCapacity {
    pub facility: u32,
    pub capacity: Option<u64>,
    pub in_use: InUse,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ScenarioError {
    #[error("facility {facility} is of kind {kind}, but there are only {kinds} kinds")]
    UnknownKind { facility: usize, kind: usize, kinds: usize },
    #[error("a change of capacity names facility {facility}, but there are only {facilities}")]
    UnknownFacility { facility: u32, facilities: usize },
    #[error("{what} {index} is in use from {from} until {until}: the end must come after the start")]
    Backwards { what: &'static str, index: usize, from: Date, until: Date },
    #[error("facility {facility} names a link of another network")]
    UnknownLink { facility: usize },
    #[error(transparent)]
    Overlay(#[from] OverlayError),
}

#[derive(Debug, Clone)]
pub struct Scenario<'n> {
    network: &'n Network,
    kinds: usize,
    facilities: Vec<Facility>,
    links: Vec<DatedLink>,
    capacities: Vec<DatedCapacity>,
}

/// What is in use at one moment.
#[derive(Debug, Clone)]
pub struct Picture<'n> {
    pub overlay: Overlay<'n>,
    /// Facilities by kind.
    pub kinds: Vec<KindAccess>,
    /// By facility number: whether it is in use.
    pub open: Vec<bool>,
    /// By facility number.
    pub capacities: Vec<Option<u64>>,
}

impl<'n> Scenario<'n> {
    /// # Errors
    /// When something is named that does not exist, or ends before it starts.
    pub fn new(
        network: &'n Network,
        kinds: usize,
        facilities: Vec<Facility>,
        links: Vec<DatedLink>,
        capacities: Vec<DatedCapacity>,
    ) -> Result<Self, ScenarioError> {
        for (index, facility) in facilities.iter().enumerate() {
            if facility.kind >= kinds {
                return Err(ScenarioError::UnknownKind { facility: index, kind: facility.kind, kinds });
            }
            if facility.legs.iter().any(|leg| leg.link.index() >= network.links().len()) {
                return Err(ScenarioError::UnknownLink { facility: index });
            }
        }
        for change in &capacities {
            if change.facility as usize >= facilities.len() {
                let facilities = facilities.len();
                return Err(ScenarioError::UnknownFacility { facility: change.facility, facilities });
            }
        }
        let dated = facilities
            .iter()
            .enumerate()
            .map(|(index, facility)| ("facility", index, facility.in_use))
            .chain(links.iter().enumerate().map(|(index, link)| ("link change", index, link.in_use)))
            .chain(capacities.iter().enumerate().map(|(index, c)| ("capacity change", index, c.in_use)));
        for (what, index, in_use) in dated {
            if let (Some(from), Some(until)) = (in_use.from, in_use.until)
                && until <= from
            {
                return Err(ScenarioError::Backwards { what, index, from, until });
            }
        }
        let changes: Vec<LinkChange> = links.iter().map(|link| link.change).collect();
        // Names of links and nodes are checked once, for all days.
        Overlay::new(network, &changes)?;
        Ok(Self { network, kinds, facilities, links, capacities })
    }

    #[must_use]
    pub fn network(&self) -> &'n Network {
        self.network
    }

    #[must_use]
    pub fn kinds(&self) -> usize {
        self.kinds
    }

    #[must_use]
    pub fn facilities(&self) -> &[Facility] {
        &self.facilities
    }

    /// The projects that bring anything, ascending.
    #[must_use]
    pub fn projects(&self) -> Vec<u32> {
        let mut projects: Vec<u32> = self.in_uses().filter_map(|in_use| in_use.project).collect();
        projects.sort_unstable();
        projects.dedup();
        projects
    }

    /// The days on which anything begins or ends, ascending: between them figures do not change.
    #[must_use]
    pub fn days(&self) -> Vec<Date> {
        let mut days: Vec<Date> =
            self.in_uses().flat_map(|in_use| [in_use.from, in_use.until]).flatten().collect();
        days.sort_unstable();
        days.dedup();
        days
    }

    fn in_uses(&self) -> impl Iterator<Item = InUse> + '_ {
        let facilities = self.facilities.iter().map(|facility| facility.in_use);
        let links = self.links.iter().map(|link| link.in_use);
        facilities.chain(links).chain(self.capacities.iter().map(|change| change.in_use))
    }

    /// What `counts` lets through, by its time of use and project.
    ///
    /// # Errors
    /// Never for a scenario that was checked by [`Self::new`]; the type says so for the caller's sake.
    pub fn picture(&self, counts: impl Fn(&InUse) -> bool) -> Result<Picture<'n>, ScenarioError> {
        let changes: Vec<LinkChange> =
            self.links.iter().filter(|link| counts(&link.in_use)).map(|link| link.change).collect();
        let overlay = Overlay::new(self.network, &changes)?;
        let open: Vec<bool> = self.facilities.iter().map(|facility| counts(&facility.in_use)).collect();
        let mut by_kind: Vec<Vec<(u32, &[AccessLeg])>> = vec![Vec::new(); self.kinds];
        for (number, facility) in self.facilities.iter().enumerate().filter(|(number, _)| open[*number]) {
            by_kind[facility.kind].push((number as u32, facility.legs.as_slice()));
        }
        let kinds = by_kind.into_iter().map(|facilities| KindAccess::new(&overlay, facilities)).collect();
        let mut capacities: Vec<_> = self.facilities.iter().map(|facility| facility.capacity).collect();
        for change in self.capacities.iter().filter(|change| counts(&change.in_use)) {
            capacities[change.facility as usize] = change.capacity;
        }
        Ok(Picture { overlay, kinds, open, capacities })
    }

    /// What is in use on a day.
    ///
    /// # Errors
    /// As [`Self::picture`].
    pub fn on(&self, day: Date) -> Result<Picture<'n>, ScenarioError> {
        self.picture(|in_use| in_use.on(day))
    }
}
