//! How many responses a wanted error needs, and what error a number of responses gives.
//!
//! From `e = z √(deff · (1 − n/N) · S²/n)` solved for n (Cochran 1977, sections 4.4 and 4.5; Kish 1965,
//! section 8.2 for the design effect). For a share `S² = N/(N − 1) · p (1 − p)`.

use thiserror::Error;

use crate::distribution::normal_quantile;

/// What is to be measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Measure {
    /// A share expected near `share`; 0.5 is the most demanding.
    Share { share: f64 },
    /// A mean of answers with this standard deviation.
    Mean { deviation: f64 },
}

/// What the sample has to stand up to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Demands {
    /// Half width of the interval, in the unit of the measure.
    pub error: f64,
    pub confidence: f64,
    pub deff: f64,
    /// People in the population; `None` when it is very large.
    pub population: Option<f64>,
    /// Share of those contacted who answer.
    pub response_rate: f64,
}

impl Default for Demands {
    fn default() -> Self {
        Self { error: 0.05, confidence: 0.95, deff: 1.0, population: None, response_rate: 1.0 }
    }
}

/// The answer, step by step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SampleSize {
    /// Simple random sample from a very large population, not rounded.
    pub simple: f64,
    /// With design effect and finite population, not rounded.
    pub exact: f64,
    /// Responses needed.
    pub responses: u64,
    /// People to contact, so that this many answer.
    pub contacts: u64,
}

#[derive(Debug, Clone, PartialEq, Error)]
pub enum SampleSizeError {
    #[error("{what} is {value}: {expected}")]
    OutOfRange { what: &'static str, value: f64, expected: &'static str },
}

fn within(
    what: &'static str,
    value: f64,
    expected: &'static str,
    good: impl Fn(f64) -> bool,
) -> Result<(), SampleSizeError> {
    if value.is_finite() && good(value) {
        Ok(())
    } else {
        Err(SampleSizeError::OutOfRange { what, value, expected })
    }
}

fn check(measure: Measure, demands: &Demands) -> Result<(), SampleSizeError> {
    match measure {
        Measure::Share { share } => {
            within("the expected share", share, "give a share above 0 and below 1", |v| v > 0.0 && v < 1.0)?;
        }
        Measure::Mean { deviation } => {
            within("the standard deviation", deviation, "give a number above 0", |v| v > 0.0)?;
        }
    }
    let proper = |v| v > 0.0 && v < 1.0;
    within("the confidence", demands.confidence, "give a number above 0 and below 1, such as 0.95", proper)?;
    within("the design effect", demands.deff, "give a number above 0, 1 for a simple random sample", |v| {
        v > 0.0
    })?;
    let rate = |v| v > 0.0 && v <= 1.0;
    within("the response rate", demands.response_rate, "give a share above 0 and at most 1", rate)?;
    if let Some(population) = demands.population {
        within("the population", population, "give at least 2 people", |v| v >= 2.0)?;
    }
    Ok(())
}

/// Variance of one answer, for a population that may be finite.
fn variance(measure: Measure, population: Option<f64>) -> f64 {
    match measure {
        Measure::Share { share } => {
            share * (1.0 - share) * population.map_or(1.0, |population| population / (population - 1.0))
        }
        Measure::Mean { deviation } => deviation * deviation,
    }
}

fn z(confidence: f64) -> f64 {
    normal_quantile(f64::midpoint(1.0, confidence))
}

/// Responses and contacts for a wanted error.
///
/// # Errors
/// Numbers outside their range.
pub fn sample_size(measure: Measure, demands: &Demands) -> Result<SampleSize, SampleSizeError> {
    check(measure, demands)?;
    within("the error", demands.error, "give half the width of the interval, above 0", |v| v > 0.0)?;
    let z = z(demands.confidence);
    let per_error = z * z / (demands.error * demands.error);
    let simple = per_error * variance(measure, None);
    let endless = demands.deff * per_error * variance(measure, demands.population);
    let exact = demands.population.map_or(endless, |population| endless / (1.0 + endless / population));
    // A hair above a whole number is rounding, not one more person.
    let responses = (exact - 1e-9).ceil().max(1.0);
    let contacts = (responses / demands.response_rate - 1e-9).ceil();
    Ok(SampleSize { simple, exact, responses: responses as u64, contacts: contacts as u64 })
}

/// The error (half width of the interval) that a number of responses gives; `demands.error` is not used.
///
/// # Errors
/// Numbers outside their range, more responses than people.
pub fn error_of(measure: Measure, responses: u64, demands: &Demands) -> Result<f64, SampleSizeError> {
    check(measure, demands)?;
    let n = responses as f64;
    let most = demands.population.unwrap_or(f64::INFINITY);
    within("the number of responses", n, "give at least 1 and at most the population", |v| {
        v >= 1.0 && v <= most
    })?;
    let left = demands.population.map_or(1.0, |population| 1.0 - n / population);
    Ok(z(demands.confidence) * (demands.deff * left * variance(measure, demands.population) / n).sqrt())
}

/// Responses per wave to find a change of a share from `before` to `after` with this power (two-sided test,
/// independent waves; Fleiss, Levin and Paik 2003, section 4.2, without continuity correction).
///
/// # Errors
/// Numbers outside their range, shares that do not differ.
pub fn size_for_change(
    before: f64,
    after: f64,
    confidence: f64,
    power: f64,
    deff: f64,
) -> Result<u64, SampleSizeError> {
    check(Measure::Share { share: before }, &Demands { confidence, deff, ..Demands::default() })?;
    check(Measure::Share { share: after }, &Demands::default())?;
    within("the power", power, "give a number above 0 and below 1, such as 0.8", |v| v > 0.0 && v < 1.0)?;
    within("the change", (before - after).abs(), "give two shares that differ", |v| v > 0.0)?;
    let mean = f64::midpoint(before, after);
    let root = z(confidence) * (2.0 * mean * (1.0 - mean)).sqrt()
        + normal_quantile(power) * (before * (1.0 - before) + after * (1.0 - after)).sqrt();
    Ok((deff * (root / (before - after)).powi(2) - 1e-9).ceil() as u64)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_well_known_figures() {
        let half = Measure::Share { share: 0.5 };
        let found = sample_size(half, &Demands::default()).expect("size");
        assert_eq!(found.responses, 385);
        let demands = Demands { population: Some(10_000.0), ..Demands::default() };
        assert_eq!(sample_size(half, &demands).expect("size").responses, 370);
        let demands = Demands { deff: 1.5, response_rate: 0.5, ..Demands::default() };
        let found = sample_size(half, &demands).expect("size");
        assert_eq!((found.responses, found.contacts), (577, 1154));
        assert_eq!(size_for_change(0.6, 0.5, 0.95, 0.8, 1.0).expect("size"), 388);
    }

    #[test]
    fn refuses_what_cannot_be() {
        let half = Measure::Share { share: 0.5 };
        for demands in [
            Demands { error: 0.0, ..Demands::default() },
            Demands { confidence: 1.0, ..Demands::default() },
            Demands { deff: f64::NAN, ..Demands::default() },
            Demands { population: Some(0.0), ..Demands::default() },
            Demands { response_rate: 0.0, ..Demands::default() },
        ] {
            assert!(sample_size(half, &demands).is_err(), "{demands:?}");
        }
        assert!(sample_size(Measure::Share { share: 1.0 }, &Demands::default()).is_err());
        assert!(size_for_change(0.5, 0.5, 0.95, 0.8, 1.0).is_err());
    }

    proptest! {
        /// The size found gives the error wanted, and one response less does not.
        #[test]
        fn size_and_error_are_inverse(
            share in 0.02_f64..0.98,
            error in 0.005_f64..0.2,
            deff in 0.5_f64..4.0,
            population in proptest::option::of(50.0_f64..1e6),
        ) {
            let demands = Demands { error, deff, population, ..Demands::default() };
            let measure = Measure::Share { share };
            let found = sample_size(measure, &demands).expect("size");
            if population.is_none_or(|population| found.responses as f64 <= population) {
                prop_assert!(error_of(measure, found.responses, &demands).expect("error") <= error * (1.0 + 1e-6));
            }
            if found.responses > 1 {
                prop_assert!(error_of(measure, found.responses - 1, &demands).expect("error") > error * (1.0 - 1e-6));
            }
        }
    }
}
