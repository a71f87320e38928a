//! Drawing samples that a seed makes repeatable.

use std::collections::BTreeMap;

use thiserror::Error;

use crate::random::Random;

#[derive(Debug, Clone, PartialEq, Error)]
pub enum SelectionError {
    #[error("{wanted} of {available} cannot be drawn{place}: draw fewer, or extend the frame")]
    TooMany { wanted: usize, available: usize, place: String },
    #[error("the size of \"{unit}\" is {size}: sizes are finite and not below 0")]
    BadSize { unit: String, size: f64 },
    #[error("stratum \"{stratum}\" has no number of units to draw; known are {known}")]
    NoPlan { stratum: String, known: String },
    #[error("stratum \"{stratum}\" is planned but has no unit in the frame")]
    EmptyStratum { stratum: String },
}

/// `wanted` of `0 … available` without replacement, each set equally likely, in ascending order (Floyd;
/// Bentley 1987).
///
/// # Errors
/// More wanted than available.
pub fn simple_random(
    available: usize,
    wanted: usize,
    random: &mut Random,
) -> Result<Vec<usize>, SelectionError> {
    if wanted > available {
        return Err(SelectionError::TooMany { wanted, available, place: String::new() });
    }
    let mut drawn = std::collections::BTreeSet::new();
    for last in available - wanted..available {
        let candidate = random.below(last as u64 + 1) as usize;
        if !drawn.insert(candidate) {
            drawn.insert(last);
        }
    }
    Ok(drawn.into_iter().collect())
}

/// A unit drawn with probability proportional to size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drawn {
    /// Index into the sizes.
    pub index: usize,
    /// Probability of being in the sample.
    pub probability: f64,
}

/// Systematic selection with probability proportional to size (Madow 1949), in the order given: a frame
/// sorted by place spreads the sample over it. Units as large as the sampling interval are taken with
/// certainty and the interval is worked out again for the rest.
///
/// # Errors
/// Sizes that are negative or not finite, more wanted than units with a size.
pub fn systematic_pps(
    sizes: &[f64],
    wanted: usize,
    random: &mut Random,
) -> Result<Vec<Drawn>, SelectionError> {
    if let Some(index) = sizes.iter().position(|size| !size.is_finite() || *size < 0.0) {
        return Err(SelectionError::BadSize { unit: (index + 1).to_string(), size: sizes[index] });
    }
    let available = sizes.iter().filter(|size| **size > 0.0).count();
    if wanted > available {
        return Err(SelectionError::TooMany { wanted, available, place: " with a size above 0".to_owned() });
    }
    let mut certain = vec![false; sizes.len()];
    let mut left = wanted;
    let interval = loop {
        let sum: f64 =
            sizes.iter().zip(&certain).filter(|(_, certain)| !**certain).map(|(size, _)| size).sum();
        if left == 0 {
            break f64::INFINITY;
        }
        let interval = sum / left as f64;
        let mut found = false;
        for (size, certain) in sizes.iter().zip(&mut certain) {
            if !*certain && *size >= interval * (1.0 - 1e-12) && *size > 0.0 && left > 0 {
                *certain = true;
                found = true;
                left -= 1;
            }
        }
        if !found {
            break interval;
        }
    };
    let mut drawn = Vec::with_capacity(wanted);
    let mut next = if left > 0 { interval * (1.0 - random.unit()) } else { f64::INFINITY };
    let mut sum = 0.0;
    let mut taken = 0;
    let last = sizes.iter().zip(&certain).rposition(|(size, certain)| *size > 0.0 && !certain);
    for (index, (&size, &certain)) in sizes.iter().zip(&certain).enumerate() {
        if certain {
            drawn.push(Drawn { index, probability: 1.0 });
            continue;
        }
        sum += size;
        // Rounding may leave the last point a hair beyond the sum of the sizes.
        let rounding = Some(index) == last && taken + 1 == left;
        if size > 0.0 && taken < left && (next <= sum || rounding) {
            drawn.push(Drawn { index, probability: size / interval });
            taken += 1;
            next += interval;
        }
    }
    Ok(drawn)
}

/// An area, building or household list from which first-stage units are drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct FrameUnit {
    pub name: String,
    pub stratum: String,
    /// People in it: measure of size, and number from whom the second stage draws.
    pub people: u64,
}

/// How many units of a stratum, and how many people in each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StratumPlan {
    pub units: usize,
    pub people_per_unit: u64,
}

/// A first-stage unit in the sample.
#[derive(Debug, Clone, PartialEq)]
pub struct SelectedUnit {
    /// Index into the frame.
    pub index: usize,
    pub stratum: String,
    /// Probability of the unit.
    pub probability: f64,
    /// People to draw in it, and their weight: the inverse of the probability of both stages.
    pub people: u64,
    pub weight: f64,
}

/// Two stages: units with probability proportional to people, then the same number of people in each, so
/// that everyone in a stratum has the same chance. A unit with fewer people than planned is taken whole.
///
/// # Errors
/// Strata without a plan or units, more units wanted than there are.
pub fn two_stages(
    frame: &[FrameUnit],
    plan: &BTreeMap<String, StratumPlan>,
    seed: u64,
) -> Result<Vec<SelectedUnit>, SelectionError> {
    let mut strata: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, unit) in frame.iter().enumerate() {
        strata.entry(&unit.stratum).or_default().push(index);
    }
    if let Some(stratum) = plan.keys().find(|stratum| !strata.contains_key(stratum.as_str())) {
        return Err(SelectionError::EmptyStratum { stratum: stratum.clone() });
    }
    let mut random = Random::new(seed);
    let mut selected = Vec::new();
    for (stratum, units) in strata {
        let Some(planned) = plan.get(stratum) else {
            let known = plan.keys().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
            return Err(SelectionError::NoPlan { stratum: stratum.to_owned(), known });
        };
        let sizes: Vec<f64> = units.iter().map(|&index| frame[index].people as f64).collect();
        let drawn = systematic_pps(&sizes, planned.units, &mut random).map_err(|error| match error {
            SelectionError::TooMany { wanted, available, .. } => {
                SelectionError::TooMany { wanted, available, place: format!(" in stratum \"{stratum}\"") }
            }
            other => other,
        })?;
        for drawn in drawn {
            let index = units[drawn.index];
            let people = planned.people_per_unit.min(frame[index].people);
            let second = people as f64 / frame[index].people as f64;
            selected.push(SelectedUnit {
                index,
                stratum: stratum.to_owned(),
                probability: drawn.probability,
                people,
                weight: if people == 0 { 0.0 } else { 1.0 / (drawn.probability * second) },
            });
        }
    }
    Ok(selected)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_set_is_equally_likely() {
        let mut random = Random::new(3);
        let mut counts = BTreeMap::new();
        for _ in 0..60_000 {
            *counts.entry(simple_random(5, 2, &mut random).expect("drawn")).or_insert(0) += 1;
        }
        assert_eq!(counts.len(), 10);
        assert!(counts.values().all(|count| (5_600..6_400).contains(count)), "{counts:?}");
        assert!(simple_random(2, 3, &mut random).is_err());
    }

    #[test]
    fn inclusion_follows_size() {
        let sizes = [10.0, 20.0, 30.0, 0.0, 40.0, 300.0];
        let mut hits = [0.0; 6];
        let mut random = Random::new(11);
        let rounds = 40_000;
        for _ in 0..rounds {
            for drawn in systematic_pps(&sizes, 3, &mut random).expect("drawn") {
                hits[drawn.index] += 1.0 / f64::from(rounds);
            }
        }
        // The largest is certain; the others share two places by size: 100 / 2 = 50 is the interval.
        for (hit, expected) in hits.iter().zip([0.2, 0.4, 0.6, 0.0, 0.8, 1.0]) {
            assert!((hit - expected).abs() < 0.015, "{hits:?}");
        }
    }

    #[test]
    fn two_stages_give_equal_weights() {
        let frame: Vec<FrameUnit> = [("a", 100), ("a", 200), ("a", 300), ("b", 50), ("b", 150)]
            .iter()
            .map(|(stratum, people)| FrameUnit {
                name: String::new(),
                stratum: (*stratum).into(),
                people: *people,
            })
            .collect();
        let planned = |units| StratumPlan { units, people_per_unit: 10 };
        let plan = BTreeMap::from([("a".to_owned(), planned(2)), ("b".to_owned(), planned(1))]);
        let selected = two_stages(&frame, &plan, 5).expect("selected");
        assert_eq!(selected, two_stages(&frame, &plan, 5).expect("selected"), "the seed repeats it");
        for unit in &selected {
            let expected = if unit.stratum == "a" { 30.0 } else { 20.0 };
            assert!((unit.weight - expected).abs() < 1e-9, "{unit:?}");
        }
        let short = BTreeMap::from([("a".to_owned(), planned(2))]);
        assert!(matches!(two_stages(&frame, &short, 5), Err(SelectionError::NoPlan { .. })));
        let many = BTreeMap::from([("a".to_owned(), planned(9)), ("b".to_owned(), planned(1))]);
        assert!(matches!(two_stages(&frame, &many, 5), Err(SelectionError::TooMany { .. })));
    }

    proptest! {
        #[test]
        fn the_wanted_number_is_drawn_once_each(
            sizes in proptest::collection::vec(0.0_f64..100.0, 1..40),
            part in 0.0_f64..=1.0,
            seed: u64,
        ) {
            let available = sizes.iter().filter(|size| **size > 0.0).count();
            let wanted = (part * available as f64) as usize;
            let drawn = systematic_pps(&sizes, wanted, &mut Random::new(seed)).expect("drawn");
            prop_assert_eq!(drawn.len(), wanted);
            prop_assert!(drawn.windows(2).all(|pair| pair[0].index < pair[1].index));
            prop_assert!(drawn.iter().all(|unit| unit.probability > 0.0 && unit.probability <= 1.0 + 1e-9));
        }
    }
}
