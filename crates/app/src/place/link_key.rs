//! What everything that is said of links hangs on: where it is the same, nothing is worked out anew.

use domain::boundary::Boundary;
use domain::code::Code;
use domain::facility::{Ages, Facility, FacilityStanding};
use domain::layer::LayerDigest;
use domain::portfolio::Portfolio;
use domain::request::Point;

use super::coverage::Rule;

/// What all of this hangs on: where it is the same, nothing is worked out anew.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Key {
    network: LayerDigest,
    residences: LayerDigest,
    /// Of the ground that names what a link crosses.
    base_map: Option<LayerDigest>,
    pub(super) access_metres: u32,
    pub(super) limits: Vec<Limit>,
    open: Vec<Open>,
    /// The links of the plan, and whether people walk over each.
    pub(super) links: Vec<(Code, [Point; 2], Option<u32>, bool)>,
}

/// A kind with the furthest that a standard in force lets people walk, in millimetres, and whom it is for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Limit {
    pub kind: Code,
    pub limit: u32,
    pub ages: Option<Ages>,
}

/// A facility that serves, with the number of its kind and all that tells where it is reached.
#[derive(Debug, Clone, PartialEq)]
struct Open {
    kind: usize,
    at: Point,
    boundary: Option<Boundary>,
    entrances: Vec<Point>,
}

impl Open {
    fn new(kind: usize, facility: &Facility) -> Option<Self> {
        Some(Self {
            kind,
            at: facility.site?.at,
            boundary: facility.boundary.as_ref().map(|held| held.boundary.clone()),
            entrances: facility.entrances.iter().map(|entrance| entrance.at).collect(),
        })
    }
}

/// The facilities that serve and of which it is known where they are, by their numbers in the portfolio, with the
/// numbers of their kinds.
pub(super) fn serving<'a>(
    portfolio: &'a Portfolio,
    limits: &'a [Limit],
) -> impl Iterator<Item = (usize, usize, &'a Facility)> {
    portfolio.facilities.iter().enumerate().filter_map(|(number, held)| {
        let kind = limits.iter().position(|own| Some(&own.kind) == held.kind.as_ref())?;
        let serves = held.site.is_some() && portfolio.standing_of(held) == FacilityStanding::Open;
        serves.then_some((number, kind, held))
    })
}

fn limits(portfolio: &Portfolio) -> Vec<Limit> {
    let (rules, day) = (portfolio.plan.coverage_rules(), portfolio.view.as_of);
    let kinds = portfolio.plan.facility_kinds.iter().filter_map(|held| {
        let standards = portfolio.plan.standards_of(held.kind.as_str(), day);
        let limits = standards.filter_map(|standard| Rule::of(standard, rules.walking_metres));
        let limit = limits.map(|rule| rule.limit).max()?;
        Some(Limit { kind: held.kind.clone(), limit, ages: held.ages })
    });
    kinds.collect()
}

impl Key {
    /// `None` where there is no network, nobody lives anywhere, or nothing is asked of any kind.
    pub(crate) fn of(portfolio: &Portfolio) -> Option<Self> {
        use domain::layer::LayerKind;
        let digest = |kind| Some(portfolio.plan.layers.get(&kind)?.layer.digest);
        let limits = limits(portfolio);
        let open = serving(portfolio, &limits).filter_map(|(_, kind, held)| Open::new(kind, held)).collect();
        let links = portfolio.plan.links.iter().map(|held| {
            let open = portfolio.link_standing(&held.link) == FacilityStanding::Open;
            (held.code.clone(), held.link.points(), held.link.metres, open)
        });
        let links = links.collect();
        (!limits.is_empty()).then_some(Self {
            network: digest(LayerKind::Network)?,
            residences: digest(LayerKind::Residences)?,
            base_map: digest(LayerKind::BaseMap),
            access_metres: portfolio.plan.coverage_rules().access_metres,
            limits,
            open,
            links,
        })
    }
}
