//! Whether there is enough of it: how full facilities are, and how much of their supply each home has.

use domain::facility::FacilityKind;
use domain::portfolio::Portfolio;
use place::capacity::{Decay, Demand, Load, Step, e2sfca, loads};
use place::nearest::Nearest;

use super::Ground;

/// Supply counts in full up to 500 m, then less (Luo and Qi 2009), in millimetres.
const STEPS: [(u32, f64); 3] = [(500_000, 1.0), (1_000_000, 0.68), (1_500_000, 0.22)];

/// How full a facility is when everybody whom it is for goes to the nearest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FacilityLoad {
    /// Its number in the portfolio.
    pub facility: usize,
    pub load: Load,
}

/// The capacity of a kind. Only where people are known of every home.
#[derive(Debug, Clone, PartialEq)]
pub struct KindCapacity {
    /// Open facilities of known capacity, and their capacity together.
    pub known: usize,
    pub places: u64,
    /// Everybody whom the kind is for.
    pub people: u64,
    pub loads: Vec<FacilityLoad>,
    /// Places for each person in reach, by home, by the enhanced two-step method.
    pub access: Vec<f64>,
}

impl KindCapacity {
    /// Places for a thousand of those whom the kind is for.
    pub fn per_thousand(&self) -> Option<f64> {
        (self.people > 0).then(|| self.places as f64 * 1_000.0 / self.people as f64)
    }

    /// Whether a facility takes fewer than come; nothing where its capacity is not known.
    pub fn full(&self, facility: usize) -> Option<bool> {
        self.loads.iter().find(|held| held.facility == facility).and_then(|held| held.load.full())
    }
}

/// `None` where nobody knows how many places there are, or how many people.
pub(super) fn capacity(
    portfolio: &Portfolio,
    ground: &Ground,
    kind: &FacilityKind,
    open: &[usize],
    (near, people): (&[Option<Nearest>], &[Option<u32>]),
) -> Option<KindCapacity> {
    kind.capacity_unit.as_ref()?;
    let capacity = |at: usize| portfolio.facilities.get(at).and_then(|held| held.capacity).map(u64::from);
    let known: Vec<usize> = open.iter().copied().filter(|at| capacity(*at).is_some()).collect();
    if known.is_empty() {
        return None;
    }
    let people: Vec<u64> = people.iter().map(|people| people.map(u64::from)).collect::<Option<_>>()?;
    let capacities: Vec<Option<u64>> = open.iter().map(|at| capacity(*at)).collect();
    // Those that are open stand in the order of the portfolio.
    let place = |facility: u32| open.binary_search(&(facility as usize)).ok();
    let assigned = people
        .iter()
        .zip(near)
        .map(|(people, near)| (*people, near.and_then(|near| Some(place(near.facility)? as u32))));
    let loads = loads(&capacities, assigned);
    let mut demand: Vec<Demand> =
        people.iter().map(|people| Demand { people: *people, reach: Vec::new() }).collect();
    let farthest = STEPS[STEPS.len() - 1].0;
    for (number, at) in known.iter().enumerate() {
        for (home, near) in ground.nearest(&[*at], farthest).into_iter().enumerate() {
            demand[home].reach.extend(near.map(|near| (number, near.distance)));
        }
    }
    let supply: Vec<f64> = known.iter().map(|at| capacity(*at).unwrap_or(0) as f64).collect();
    let steps = STEPS.map(|(within, weight)| Step { within, weight });
    // Neither can fail: steps and supplies are made here.
    let access = Decay::new(steps.to_vec()).and_then(|decay| e2sfca(&supply, &demand, &decay)).ok()?;
    Some(KindCapacity {
        known: known.len(),
        places: known.iter().filter_map(|at| capacity(*at)).sum(),
        people: people.iter().sum(),
        loads: open
            .iter()
            .copied()
            .zip(loads)
            .map(|(facility, load)| FacilityLoad { facility, load })
            .collect(),
        access,
    })
}
