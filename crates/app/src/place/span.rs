//! Links on the ground: where each meets the walking network, and which people walk over on the day.
//!
//! A link adds a way and takes none: homes and facilities keep the ways by which they meet the network without it. In
//! straight lines a link changes nothing.

use domain::facility::FacilityStanding;
use domain::portfolio::Portfolio;
use domain::request::Point;
use place::access::AccessLeg;
use place::network::{Direction, Network};
use place::overlay::{Attach, NewLink, Overlay};

use super::engine_point;
use super::layer::Walk;

pub use domain::link::LINK_MOST;

/// Why a link does not join two places of the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkFault {
    /// An end (the first or the second) lies so far from the network, at least, in metres.
    OffNetwork { end: usize, metres: u32 },
    /// It is longer than is tried.
    TooLong,
    /// Both ends are one place.
    NoLength,
}

/// A link between two places of the network.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub link: NewLink,
    /// Where it leaves the network and where it comes back.
    pub legs: [AccessLeg; 2],
}

impl Span {
    /// The link between two places, with the ways from its ends to the network, up to so many metres each. As long as
    /// it is said to be, else as the straight line.
    pub fn between(
        walk: &Walk,
        ends: [Point; 2],
        stated: Option<u32>,
        access_metres: u32,
    ) -> Result<Self, LinkFault> {
        let meet = |end: usize| {
            let off = LinkFault::OffNetwork { end, metres: access_metres };
            let at = engine_point(ends[end]).ok_or(off)?;
            let legs = walk.legs(at, access_metres.saturating_mul(1_000));
            Ok::<_, LinkFault>((at, legs.first().copied().ok_or(off)?))
        };
        let ((from, first), (to, second)) = (meet(0)?, meet(1)?);
        let straight = from.millimetres_to(to);
        if straight > u64::from(LINK_MOST) * 1_000 {
            return Err(LinkFault::TooLong);
        }
        if straight == 0 || (first.link, first.offset) == (second.link, second.offset) {
            return Err(LinkFault::NoLength);
        }
        // Nobody walks less than the straight line.
        let own = stated.map_or(0, |metres| metres.saturating_mul(1_000)).max(straight as u32);
        let length = own.saturating_add(first.leg).saturating_add(second.leg);
        let attach = |leg: &AccessLeg| Attach::Along { link: leg.link, offset: leg.offset };
        let link = NewLink { from: attach(&first), to: attach(&second), length, direction: Direction::Both };
        // What the network takes alone it takes beside any others.
        Overlay::new(&walk.network, &[link]).map_err(|_| LinkFault::NoLength)?;
        Ok(Self { link, legs: [first, second] })
    }
}

/// The links of a plan, by their numbers in it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Spans {
    met: Vec<Option<Span>>,
    open: Vec<usize>,
}

impl Spans {
    pub fn of(portfolio: &Portfolio, walk: Option<&Walk>) -> Self {
        let Some(walk) = walk else { return Self::default() };
        let metres = portfolio.plan.coverage_rules().access_metres;
        let links = portfolio.plan.links.iter().map(|held| &held.link);
        let span =
            |link: &domain::link::NewLink| Span::between(walk, link.points(), link.metres, metres).ok();
        let met: Vec<Option<Span>> = links.clone().map(span).collect();
        let open = links.enumerate().filter(|(at, link)| {
            let serves = portfolio.link_standing(link) == FacilityStanding::Open;
            serves && met.get(*at).is_some_and(Option::is_some)
        });
        let open = open.map(|(at, _)| at).collect();
        Self { met, open }
    }

    /// Those that people walk over on the day.
    pub fn open(&self) -> &[usize] {
        &self.open
    }

    /// Whether a link joins two places of the network.
    pub fn meets(&self, link: usize) -> bool {
        self.met.get(link).is_some_and(Option::is_some)
    }

    /// Some of the links as the engine has them.
    pub fn added(&self, links: &[usize]) -> Vec<NewLink> {
        let spans = links.iter().filter_map(|at| self.met.get(*at)?.as_ref());
        spans.map(|span| span.link).collect()
    }

    /// The network with some of the links.
    pub fn over<'n>(&self, network: &'n Network, links: &[usize]) -> Overlay<'n> {
        if links.is_empty() {
            return Overlay::of(network);
        }
        let added = self.added(links);
        // Each was tried on this network when it was placed.
        Overlay::new(network, &added).unwrap_or_else(|_| Overlay::of(network))
    }
}
