//! How a sample is divided among strata.

use thiserror::Error;

#[derive(Debug, Clone, PartialEq)]
pub struct Stratum {
    pub name: String,
    /// People (or units) in it.
    pub population: u64,
    /// Standard deviation of the answers, for [`Rule::Neyman`]; √(p (1 − p)) for a share.
    pub deviation: f64,
    /// Cost of one response relative to the others, for [`Rule::Neyman`]; 1 when all cost the same.
    pub cost: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// By population: weights are equal.
    Proportional,
    /// The same for each: groups are equally precise.
    Equal,
    /// By population × deviation / √cost: the whole is as precise as it can be (Neyman 1934; Cochran 1977,
    /// section 5.5).
    Neyman,
}

#[derive(Debug, Clone, PartialEq, Error)]
pub enum AllocationError {
    #[error("no stratum is given")]
    NoStrata,
    #[error("stratum \"{stratum}\": {what} is {value}; {expected}")]
    BadStratum { stratum: String, what: &'static str, value: f64, expected: &'static str },
    #[error("{total} responses cannot be divided: the strata have only {population} people")]
    TooMany { total: u64, population: u64 },
    #[error("{total} responses are fewer than the {minimum} that the strata need at least")]
    TooFew { total: u64, minimum: u64 },
}

/// Divides `total` responses; each stratum gets at least `minimum` (or all of its people), none more than it
/// has, and the parts add up to the total. What a full stratum cannot take goes to the others by the rule.
///
/// # Errors
/// No strata, numbers outside their range, totals that cannot be met.
pub fn allocate(
    total: u64,
    strata: &[Stratum],
    rule: Rule,
    minimum: u64,
) -> Result<Vec<u64>, AllocationError> {
    if strata.is_empty() {
        return Err(AllocationError::NoStrata);
    }
    let mut shares = Vec::with_capacity(strata.len());
    for stratum in strata {
        let bad = |what, value, expected| {
            Err(AllocationError::BadStratum { stratum: stratum.name.clone(), what, value, expected })
        };
        if rule == Rule::Neyman && !(stratum.deviation.is_finite() && stratum.deviation >= 0.0) {
            return bad("the deviation", stratum.deviation, "give a number of 0 or more");
        }
        if rule == Rule::Neyman && !(stratum.cost.is_finite() && stratum.cost > 0.0) {
            return bad("the cost", stratum.cost, "give a number above 0");
        }
        let population = stratum.population as f64;
        shares.push(match rule {
            Rule::Proportional => population,
            Rule::Equal => f64::from(u8::from(stratum.population > 0)),
            Rule::Neyman => population * stratum.deviation / stratum.cost.sqrt(),
        });
    }
    let population = strata.iter().fold(0_u64, |sum, stratum| sum.saturating_add(stratum.population));
    if total > population {
        return Err(AllocationError::TooMany { total, population });
    }
    let floors: Vec<u64> = strata.iter().map(|stratum| minimum.min(stratum.population)).collect();
    let least = floors.iter().fold(0_u64, |sum, floor| sum.saturating_add(*floor));
    if total < least {
        return Err(AllocationError::TooFew { total, minimum: least });
    }
    // Where the rule gives nothing to divide by, divide by population.
    if shares.iter().sum::<f64>() <= 0.0 {
        shares = strata.iter().map(|stratum| stratum.population as f64).collect();
    }
    Ok(whole(total, &exact(total, strata, &floors, &shares), strata, &floors))
}

/// Real numbers between floor and population, proportional to the shares where neither binds: the one
/// factor at which they add up, found by bisection.
fn exact(total: u64, strata: &[Stratum], floors: &[u64], shares: &[f64]) -> Vec<f64> {
    let at = |factor: f64| -> Vec<f64> {
        let parts = strata.iter().zip(floors).zip(shares);
        parts.map(|((s, floor), share)| (factor * share).clamp(*floor as f64, s.population as f64)).collect()
    };
    let total = total as f64;
    let (mut low, mut high) = (0.0, 1.0);
    while at(high).iter().sum::<f64>() < total && high < 1e300 {
        high *= 2.0;
    }
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if at(middle).iter().sum::<f64>() < total { low = middle } else { high = middle }
    }
    at(high)
}

/// Whole numbers by largest remainders, within floor and population.
fn whole(total: u64, exact: &[f64], strata: &[Stratum], floors: &[u64]) -> Vec<u64> {
    let mut parts: Vec<u64> = exact
        .iter()
        .zip(strata.iter().zip(floors))
        .map(|(part, (stratum, floor))| ((part + 1e-9).floor() as u64).clamp(*floor, stratum.population))
        .collect();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    let rest = |index: &usize| exact[*index] - exact[*index].floor();
    order.sort_by(|a, b| rest(b).total_cmp(&rest(a)).then(a.cmp(b)));
    let mut sum: u64 = parts.iter().sum();
    while sum != total {
        let before = sum;
        for &index in &order {
            if sum < total && parts[index] < strata[index].population {
                parts[index] += 1;
                sum += 1;
            } else if sum > total && parts[index] > floors[index] {
                parts[index] -= 1;
                sum -= 1;
            }
        }
        if sum == before {
            break;
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn strata(values: &[(u64, f64)]) -> Vec<Stratum> {
        let stratum = |&(population, deviation): &(u64, f64)| Stratum {
            name: population.to_string(),
            population,
            deviation,
            cost: 1.0,
        };
        values.iter().map(stratum).collect()
    }

    #[test]
    fn by_hand() {
        let s = strata(&[(1000, 1.0), (3000, 2.0), (6000, 0.5)]);
        assert_eq!(allocate(100, &s, Rule::Proportional, 0), Ok(vec![10, 30, 60]));
        assert_eq!(allocate(100, &s, Rule::Neyman, 0), Ok(vec![10, 60, 30]));
        assert_eq!(allocate(100, &s, Rule::Equal, 0), Ok(vec![34, 33, 33]));
        assert_eq!(allocate(100, &s, Rule::Proportional, 20), Ok(vec![20, 27, 53]));
        let small = strata(&[(5, 9.0), (1000, 1.0)]);
        assert_eq!(allocate(100, &small, Rule::Equal, 0), Ok(vec![5, 95]));
        assert!(matches!(allocate(2000, &small, Rule::Equal, 0), Err(AllocationError::TooMany { .. })));
        assert!(matches!(allocate(10, &small, Rule::Equal, 20), Err(AllocationError::TooFew { .. })));
        assert!(allocate(10, &[], Rule::Equal, 20).is_err());
    }

    proptest! {
        #[test]
        fn adds_up_within_limits(
            values in proptest::collection::vec((0_u64..5000, 0.0_f64..3.0), 1..12),
            part in 0.0_f64..=1.0,
            minimum in 0_u64..40,
        ) {
            let strata = strata(&values);
            let all: u64 = values.iter().map(|value| value.0).sum();
            let total = (part * all as f64) as u64;
            for rule in [Rule::Proportional, Rule::Equal, Rule::Neyman] {
                match allocate(total, &strata, rule, minimum) {
                    Ok(parts) => {
                        prop_assert_eq!(parts.iter().sum::<u64>(), total);
                        for (part, stratum) in parts.iter().zip(&strata) {
                            prop_assert!(*part <= stratum.population);
                            prop_assert!(*part >= minimum.min(stratum.population));
                        }
                    }
                    Err(error) => prop_assert!(matches!(error, AllocationError::TooFew { .. }), "{error}"),
                }
            }
        }
    }
}
