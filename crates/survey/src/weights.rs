//! Properties of weights.

/// Loss of precision by unequal weights, `n Σw² / (Σw)²` = 1 + cv² over weights above 0 (Kish 1965,
/// section 11.7); NaN when there are none.
pub fn kish_deff(weights: &[f64]) -> f64 {
    let (mut n, mut sum, mut squares) = (0.0, 0.0, 0.0);
    for &weight in weights.iter().filter(|weight| **weight > 0.0) {
        n += 1.0;
        sum += weight;
        squares += weight * weight;
    }
    n * squares / (sum * sum)
}

/// The number of equally weighted responses that would be as precise, `(Σw)² / Σw²`.
pub fn effective_size(weights: &[f64]) -> f64 {
    let n = weights.iter().filter(|weight| **weight > 0.0).count() as f64;
    n / kish_deff(weights)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_weights_lose_nothing() {
        assert_eq!(kish_deff(&[2.0; 5]), 1.0);
        assert_eq!(effective_size(&[2.0, 2.0, 0.0]), 2.0);
        assert!((kish_deff(&[1.0, 3.0]) - 1.25).abs() < 1e-12);
    }
}
