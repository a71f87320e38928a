//! Standards that say how much there has to be for a thousand people: held against what each community has in reach.

use domain::facility::FacilityStandard;
use domain::portfolio::Portfolio;
use place::coverage::Basis;
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;

use super::{Asks, Coverage, GapState, KindCoverage};

/// One such standard in force.
#[derive(Debug, Clone, PartialEq)]
pub struct Supply {
    pub standard: FacilityStandard,
    /// Capacity in reach for a thousand of those the kind is for, to three places, by the number of the community: by
    /// the enhanced two-step method, which shares a facility among all who have it in reach. Nothing where people or
    /// capacities are not known, or nobody lives whom it is for.
    pub per_thousand: Vec<Option<Decimal>>,
}

/// A community that has less than the standard asks for, or of which nobody knows.
pub(super) struct Short {
    pub state: GapState,
    pub basis: Basis,
    pub people: u64,
    pub asks: Asks,
}

impl Supply {
    pub(super) fn new(standard: &FacilityStandard, kind: &KindCoverage, homes_of: &[Vec<usize>]) -> Self {
        let of = |homes: &Vec<usize>| {
            let access = kind.capacity.as_ref().map(|held| &held.access);
            // Where none serves there is nothing in reach.
            if kind.everybody || (access.is_none() && !kind.open.is_empty()) {
                return None;
            }
            let (mut places, mut people) = (0.0, 0.0);
            for home in homes {
                let own = f64::from(kind.people.get(*home).copied().flatten()?);
                places += own * access.and_then(|access| access.get(*home)).copied().unwrap_or(0.0);
                people += own;
            }
            (people > 0.0)
                .then(|| Decimal::from_f64(places * 1_000.0 / people))
                .flatten()
                .map(|it| it.round_dp(3))
        };
        Self { standard: standard.clone(), per_thousand: homes_of.iter().map(of).collect() }
    }

    /// What is wrong in a community. That there is too little is known only where all that serve are known with their
    /// capacities; that there is enough is known from those that are.
    pub(super) fn short(
        &self,
        coverage: &Coverage,
        kind: &KindCoverage,
        community: usize,
        portfolio: &Portfolio,
    ) -> Option<Short> {
        let has = self.per_thousand.get(community).copied().flatten();
        if has.is_some_and(|has| has >= self.standard.value) {
            return None;
        }
        let people: Option<u64> = match kind.everybody {
            true => None,
            false => coverage.homes_of(community).map(|home| kind.people[home].map(u64::from)).sum(),
        };
        if people == Some(0) {
            return None;
        }
        let threshold = portfolio.plan.coverage_rules().complete_permille;
        let complete = kind.counted.get(community).is_some_and(|held| held.completeness.reaches(threshold));
        let all_known = kind.capacity.as_ref().map_or(0, |held| held.known) == kind.open.len();
        let reached = coverage.homes_of(community).all(|home| coverage.ground.reached(home));
        let known = has.is_some() && complete && all_known && reached;
        Some(Short {
            state: if known { GapState::NotCovered } else { GapState::Unknown },
            basis: if people.is_some() { Basis::People } else { Basis::Residences },
            people: people.unwrap_or_else(|| coverage.homes_of(community).count() as u64),
            asks: Asks::PerThousand { asked: self.standard.value, has },
        })
    }
}
