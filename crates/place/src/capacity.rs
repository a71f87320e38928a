//! Is there enough of it: how full facilities are, and how much of their supply each residence has.

use thiserror::Error;

/// A step of the decay by distance: up to `within` (inclusive) supply counts with `weight`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    pub within: u32,
    pub weight: f64,
}

/// Weights by distance: nearer counts more; beyond the last step nothing counts.
#[derive(Debug, Clone, PartialEq)]
pub struct Decay(Vec<Step>);

#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum CapacityError {
    #[error(
        "step {step} of the decay is out of order: distances must rise, weights lie above 0 and not rise"
    )]
    Steps { step: usize },
    #[error("the supply of facility {facility} is {supply}: give a number of places, 0 or more")]
    Supply { facility: usize, supply: f64 },
    #[error("a residence names facility {facility}, but there are only {facilities}")]
    UnknownFacility { facility: usize, facilities: usize },
}

impl Decay {
    /// # Errors
    /// When distances do not rise or weights rise, are not above 0, or not finite.
    pub fn new(steps: Vec<Step>) -> Result<Self, CapacityError> {
        for (step, own) in steps.iter().enumerate() {
            let before = step.checked_sub(1).and_then(|before| steps.get(before));
            let fits = before.is_none_or(|before| before.within < own.within && before.weight >= own.weight);
            if !(fits && own.weight > 0.0 && own.weight.is_finite()) {
                return Err(CapacityError::Steps { step });
            }
        }
        Ok(Self(steps))
    }

    /// Every distance up to `within` counts the same: the plain two-step method.
    #[must_use]
    pub fn flat(within: u32) -> Self {
        Self(vec![Step { within, weight: 1.0 }])
    }

    #[must_use]
    pub fn weight(&self, distance: u32) -> f64 {
        self.0.iter().find(|step| distance <= step.within).map_or(0.0, |step| step.weight)
    }
}

/// The people of a residence and the facilities in its reach with their distances.
#[derive(Debug, Clone, PartialEq)]
pub struct Demand {
    pub people: u64,
    pub reach: Vec<(usize, u32)>,
}

/// Supply per head in reach of every residence: the enhanced two-step floating catchment area (Luo and
/// Qi 2009). Step 1 divides the supply of each facility by the weighted people in its reach, step 2
/// adds up the weighted ratios in reach of each residence. A facility with nobody in reach supplies
/// nobody.
///
/// # Errors
/// When a supply is negative or not finite, or a residence names an unknown facility.
pub fn e2sfca(supply: &[f64], demand: &[Demand], decay: &Decay) -> Result<Vec<f64>, CapacityError> {
    if let Some((facility, &supply)) =
        supply.iter().enumerate().find(|(_, supply)| !(supply.is_finite() && **supply >= 0.0))
    {
        return Err(CapacityError::Supply { facility, supply });
    }
    let facilities = supply.len();
    let mut asked = vec![0.0; facilities];
    for home in demand {
        for &(facility, distance) in &home.reach {
            let asked =
                asked.get_mut(facility).ok_or(CapacityError::UnknownFacility { facility, facilities })?;
            *asked += home.people as f64 * decay.weight(distance);
        }
    }
    let ratio = |facility: usize| {
        if asked[facility] > 0.0 { supply[facility] / asked[facility] } else { 0.0 }
    };
    Ok(demand
        .iter()
        .map(|home| {
            home.reach.iter().map(|&(facility, distance)| ratio(facility) * decay.weight(distance)).sum()
        })
        .collect())
}

/// How full a facility is when everybody goes to the nearest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    pub people: u64,
    /// Nothing where the capacity is not known.
    pub capacity: Option<u64>,
}

impl Load {
    /// More people than places: a gap although it is near. Nothing where the capacity is not known.
    #[must_use]
    pub fn full(&self) -> Option<bool> {
        self.capacity.map(|capacity| self.people > capacity)
    }

    /// People for each place. Nothing where the capacity is not known or 0.
    #[must_use]
    pub fn ratio(&self) -> Option<f64> {
        self.capacity.filter(|&capacity| capacity > 0).map(|capacity| self.people as f64 / capacity as f64)
    }
}

/// Loads by facility number. `assigned` holds people and the facility nearest to them; facilities
/// without a known number are passed over.
#[must_use]
pub fn loads(
    capacities: &[Option<u64>],
    assigned: impl IntoIterator<Item = (u64, Option<u32>)>,
) -> Vec<Load> {
    let mut loads: Vec<Load> = capacities.iter().map(|&capacity| Load { people: 0, capacity }).collect();
    for (people, facility) in assigned {
        if let Some(load) = facility.and_then(|facility| loads.get_mut(facility as usize)) {
            load.people = load.people.saturating_add(people);
        }
    }
    loads
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_received_is_what_is_supplied(
            supply in prop::collection::vec(0u32..500, 1..6),
            homes in prop::collection::vec(
                (1u64..900, prop::collection::btree_map(0usize..6, 0u32..2000, 0..6)), 1..12),
        ) {
            let decay = Decay::new(vec![
                Step { within: 500, weight: 1.0 },
                Step { within: 1000, weight: 0.68 },
                Step { within: 1500, weight: 0.22 },
            ]).unwrap();
            let supply: Vec<f64> = supply.into_iter().map(f64::from).collect();
            let demand: Vec<Demand> = homes
                .into_iter()
                .map(|(people, reach)| Demand {
                    people,
                    reach: reach.into_iter().filter(|(facility, _)| *facility < supply.len()).collect(),
                })
                .collect();
            let access = e2sfca(&supply, &demand, &decay).unwrap();
            let received: f64 = demand.iter().zip(&access).map(|(home, a)| home.people as f64 * a).sum();
            let given: f64 = (0..supply.len())
                .filter(|facility| {
                    demand.iter().flat_map(|home| &home.reach).any(|&(f, d)| f == *facility && d <= 1500)
                })
                .map(|facility| supply[facility])
                .sum();
            prop_assert!((received - given).abs() <= 1e-9 * given.max(1.0));
        }
    }

    #[test]
    fn refuses_nonsense() {
        let decay = Decay::flat(100);
        assert_eq!(e2sfca(&[-1.0], &[], &decay), Err(CapacityError::Supply { facility: 0, supply: -1.0 }));
        let demand = Demand { people: 1, reach: vec![(3, 1)] };
        assert_eq!(
            e2sfca(&[1.0], &[demand], &decay),
            Err(CapacityError::UnknownFacility { facility: 3, facilities: 1 })
        );
        let rising = vec![Step { within: 1, weight: 0.5 }, Step { within: 2, weight: 0.6 }];
        assert_eq!(Decay::new(rising), Err(CapacityError::Steps { step: 1 }));
    }

    #[test]
    fn nobody_in_reach_is_no_infinite_supply() {
        let demand = Demand { people: 0, reach: vec![(0, 5)] };
        assert_eq!(e2sfca(&[10.0], &[demand], &Decay::flat(100)), Ok(vec![0.0]));
    }

    #[test]
    fn load_and_full() {
        let loads = loads(&[Some(10), None, Some(0)], [(8, Some(0)), (3, Some(0)), (5, Some(1)), (1, None)]);
        assert_eq!(loads[0], Load { people: 11, capacity: Some(10) });
        assert_eq!(loads.iter().map(Load::full).collect::<Vec<_>>(), [Some(true), None, Some(false)]);
        assert_eq!(loads[0].ratio(), Some(1.1));
        assert_eq!(loads[2].ratio(), None);
    }
}
