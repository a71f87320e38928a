//! Change between waves: only where the same was asked, and with its significance.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::distribution::{t_quantile, two_sided};
use crate::instrument::Fingerprint;

/// A figure with what is needed to compare it.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// Wave or publication, for people.
    pub wave: String,
    /// What was asked. Published values whose instrument is not known have none and compare with nothing,
    /// unless a bridge is declared.
    pub instrument: Option<Fingerprint>,
    pub estimate: f64,
    /// `None` for published values without a sample: their change has no significance.
    pub std_error: Option<f64>,
    /// Degrees of freedom of the standard error.
    pub df: f64,
}

/// A declared way from one instrument to another: `new = intercept + slope · old`. It is printed wherever the
/// comparison is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bridge {
    pub intercept: f64,
    pub slope: f64,
    /// Uncertainty of the bridge itself, in the unit of the new figure.
    pub std_error: f64,
    /// Why it holds: the study or reasoning behind it.
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Error)]
pub enum ChangeError {
    #[error(
        "\"{before}\" and \"{after}\" did not ask the same (wording, answers, scale or condition differ), so their \
         figures cannot be compared; declare a bridge with its reason if there is one"
    )]
    OtherInstrument { before: String, after: String },
    #[error("the instrument of \"{wave}\" is not known, so its figure cannot be compared; declare a bridge")]
    UnknownInstrument { wave: String },
    #[error("the bridge gives no reason: say what it rests on")]
    BridgeWithoutReason,
    #[error("{what} is {value}; {expected}")]
    OutOfRange { what: &'static str, value: f64, expected: &'static str },
}

/// The difference between two waves.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// After less before, on the scale of the later instrument.
    pub difference: f64,
    /// `None` when one of the figures has no error.
    pub tested: Option<Tested>,
    /// The bridge used; print its reason beside the figure.
    pub bridge: Option<Bridge>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tested {
    pub std_error: f64,
    pub df: f64,
    pub ci_low: f64,
    pub ci_high: f64,
    /// Two-sided; two equal figures without any spread have 1.
    pub p_value: f64,
    pub significant: bool,
}

/// How the two samples relate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    pub confidence: f64,
    /// Correlation of the two estimates: 0 for independent samples, above 0 for a panel or the same sampling
    /// units.
    pub correlation: f64,
}

impl Default for Comparison {
    fn default() -> Self {
        Self { confidence: 0.95, correlation: 0.0 }
    }
}

/// The change from `before` to `after`. Degrees of freedom after Satterthwaite (1946).
///
/// # Errors
/// Different or unknown instruments without a bridge, numbers outside their range.
pub fn change(
    before: &Figure,
    after: &Figure,
    bridge: Option<&Bridge>,
    comparison: Comparison,
) -> Result<Change, ChangeError> {
    check(before, after, bridge, comparison)?;
    let (intercept, slope, bridge_error) =
        bridge.map_or((0.0, 1.0, 0.0), |bridge| (bridge.intercept, bridge.slope, bridge.std_error));
    let difference = after.estimate - (intercept + slope * before.estimate);
    let tested = before.std_error.zip(after.std_error).map(|(first, second)| {
        let first = first * slope.abs();
        let own = first * first + second * second;
        let variance = own - 2.0 * comparison.correlation * first * second + bridge_error * bridge_error;
        let std_error = variance.max(0.0).sqrt();
        let part = |error: f64, df: f64| if df.is_finite() && df > 0.0 { error.powi(4) / df } else { 0.0 };
        let parts = part(first, before.df) + part(second, after.df);
        let df = if parts > 0.0 { own * own / parts } else { f64::INFINITY };
        let reach = t_quantile(f64::midpoint(1.0, comparison.confidence), df) * std_error;
        let p_value = match (std_error > 0.0, difference == 0.0) {
            (true, _) => two_sided(difference / std_error, df),
            (false, same) => f64::from(u8::from(same)),
        };
        Tested {
            std_error,
            df,
            ci_low: difference - reach,
            ci_high: difference + reach,
            p_value,
            significant: p_value < 1.0 - comparison.confidence,
        }
    });
    Ok(Change { difference, tested, bridge: bridge.cloned() })
}

fn check(
    before: &Figure,
    after: &Figure,
    bridge: Option<&Bridge>,
    comparison: Comparison,
) -> Result<(), ChangeError> {
    match bridge {
        Some(bridge) if bridge.reason.trim().is_empty() => return Err(ChangeError::BridgeWithoutReason),
        Some(bridge) => {
            finite("the intercept of the bridge", bridge.intercept)?;
            finite("the slope of the bridge", bridge.slope)?;
            not_negative("the standard error of the bridge", bridge.std_error)?;
        }
        None => {
            for figure in [before, after] {
                if figure.instrument.is_none() {
                    return Err(ChangeError::UnknownInstrument { wave: figure.wave.clone() });
                }
            }
            if before.instrument != after.instrument {
                let (before, after) = (before.wave.clone(), after.wave.clone());
                return Err(ChangeError::OtherInstrument { before, after });
            }
        }
    }
    for figure in [before, after] {
        finite("an estimate", figure.estimate)?;
        not_negative("a standard error", figure.std_error.unwrap_or(0.0))?;
    }
    let (confidence, correlation) = (comparison.confidence, comparison.correlation);
    if !(confidence > 0.0 && confidence < 1.0) {
        let expected = "give a number above 0 and below 1, such as 0.95";
        return Err(ChangeError::OutOfRange { what: "the confidence", value: confidence, expected });
    }
    if !(-1.0..=1.0).contains(&correlation) {
        let expected = "give a number from -1 to 1";
        return Err(ChangeError::OutOfRange { what: "the correlation", value: correlation, expected });
    }
    Ok(())
}

fn finite(what: &'static str, value: f64) -> Result<(), ChangeError> {
    if value.is_finite() {
        return Ok(());
    }
    Err(ChangeError::OutOfRange { what, value, expected: "give a finite number" })
}

fn not_negative(what: &'static str, value: f64) -> Result<(), ChangeError> {
    if value.is_finite() && value >= 0.0 {
        return Ok(());
    }
    Err(ChangeError::OutOfRange { what, value, expected: "give a finite number of 0 or more" })
}

/// p-values that allow for having looked at many areas at once (Holm 1979), in the order given.
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut adjusted = vec![0.0; p_values.len()];
    let mut largest: f64 = 0.0;
    for (rank, &index) in order.iter().enumerate() {
        largest = largest.max((p_values.len() - rank) as f64 * p_values[index]).min(1.0);
        adjusted[index] = largest;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(wave: &str, estimate: f64, std_error: f64) -> Figure {
        let instrument = Some("ab".repeat(32).parse().expect("fingerprint"));
        Figure { wave: wave.into(), instrument, estimate, std_error: Some(std_error), df: 30.0 }
    }

    #[test]
    fn tests_the_difference() {
        let found = change(&figure("1", 0.5, 0.03), &figure("2", 0.6, 0.04), None, Comparison::default());
        let tested = found.expect("comparable").tested.expect("tested");
        assert!((tested.std_error - 0.05).abs() < 1e-12);
        // (9 + 16)² / (81/30 + 256/30) = 625 · 30 / 337.
        assert!((tested.df - 55.637_982_195_845_7).abs() < 1e-9);
        assert!((tested.p_value - 0.050_38).abs() < 1e-4, "{tested:?}");
        assert!(!tested.significant);
        let panel = Comparison { correlation: 0.5, ..Comparison::default() };
        let found =
            change(&figure("1", 0.5, 0.03), &figure("2", 0.6, 0.04), None, panel).expect("comparable");
        assert!(found.tested.expect("tested").significant);
        let equal = change(&figure("1", 1.0, 0.0), &figure("2", 1.0, 0.0), None, panel).expect("comparable");
        assert_eq!(equal.tested.expect("tested").p_value, 1.0);
    }

    #[test]
    fn refuses_to_compare_what_differs() {
        let before = figure("2018", 48.53, 1.0);
        let mut after = figure("2024", 8.34, 0.1);
        after.instrument = Some("cd".repeat(32).parse().expect("fingerprint"));
        assert!(matches!(
            change(&before, &after, None, Comparison::default()),
            Err(ChangeError::OtherInstrument { .. })
        ));
        let mut published = before.clone();
        published.instrument = None;
        published.std_error = None;
        assert!(matches!(
            change(&published, &after, None, Comparison::default()),
            Err(ChangeError::UnknownInstrument { .. })
        ));
        let mut bridge = Bridge { intercept: 0.0, slope: 0.1, std_error: 0.2, reason: String::new() };
        assert_eq!(
            change(&published, &after, Some(&bridge), Comparison::default()),
            Err(ChangeError::BridgeWithoutReason)
        );
        bridge.reason = "both asked of the same 400 people in 2024".into();
        let found = change(&published, &after, Some(&bridge), Comparison::default()).expect("bridged");
        assert!((found.difference - (8.34 - 4.853)).abs() < 1e-12);
        assert_eq!(found.tested, None);
        assert_eq!(found.bridge.as_ref(), Some(&bridge));
        let found = change(&before, &after, Some(&bridge), Comparison::default()).expect("bridged");
        let expected = (0.01_f64 + 0.01 + 0.04).sqrt();
        assert!((found.tested.expect("tested").std_error - expected).abs() < 1e-12);
    }

    #[test]
    fn many_areas_are_judged_together() {
        let adjusted = holm(&[0.01, 0.04, 0.03, 0.005]);
        let expected = [0.03, 0.06, 0.06, 0.02];
        assert!(adjusted.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12), "{adjusted:?}");
        assert!(holm(&[]).is_empty());
    }
}
