//! Reproducible draws: a counter-based generator, the normal distribution and the triangular one.
//!
//! Every number depends only on seed, stream and draw, so any split over threads gives the same draws.
//! The functions work on one lane at a time in single precision; loops over lanes vectorise.

/// Mixes a 64-bit counter into 64 random bits (the finaliser of SplitMix64; Steele, Lea, Flood 2014).
pub(crate) fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

/// A stream of its own for each seed and number.
pub(super) fn stream(seed: u64, kind: u64, number: u64) -> u64 {
    mix(mix(mix(seed ^ 0x9E37_79B9_7F4A_7C15).wrapping_add(kind)).wrapping_add(number))
}

/// Fills `lanes` with uniform numbers in (0, 1) for the draws from `first` on; `first` is even.
pub(super) fn uniform(stream: u64, first: u64, lanes: &mut [f32]) {
    const UNIT: f32 = 1.0 / (1 << 23) as f32;
    for (pair, lanes) in lanes.chunks_mut(2).enumerate() {
        let bits = mix(stream.wrapping_add((first / 2 + pair as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)));
        // 23 bits and a half keep the number strictly inside (0, 1) in single precision.
        let halves = [(bits >> 41) as u32, (bits as u32) >> 9];
        for (lane, half) in lanes.iter_mut().zip(halves) {
            *lane = (half as f32 + 0.5) * UNIT;
        }
    }
}

/// Natural logarithm of a positive normal number, relative error below 1e-6.
fn ln(x: f32) -> f32 {
    // x = m · 2^e with m in [√½, √2); ln m by the series of artanh.
    let bits = x.to_bits().wrapping_sub(0x3F35_04F3);
    let exponent = ((bits as i32) >> 23) as f32;
    let m = f32::from_bits((bits & 0x007F_FFFF) + 0x3F35_04F3);
    let s = (m - 1.0) / (m + 1.0);
    let s2 = s * s;
    let series = s2 * (0.666_666_7 + s2 * (0.4 + s2 * (0.285_714_3 + s2 * 0.222_222_2)));
    exponent * std::f32::consts::LN_2 + (2.0 * s + s * series)
}

/// e^x for x in [−80, 0].
fn exp(x: f32) -> f32 {
    let y = x * std::f32::consts::LOG2_E;
    const ROUND: f32 = 12_582_912.0; // 1.5 · 2^23: adding it rounds to the nearest whole number
    let shifted = y + ROUND;
    let whole = shifted - ROUND;
    let f = (y - whole) * std::f32::consts::LN_2;
    let p = 1.0
        + f * (1.0
            + f * (0.5 + f * (0.166_666_67 + f * (0.041_666_67 + f * (0.008_333_34 + f * 0.001_388_9)))));
    let power = (shifted.to_bits().wrapping_add(127)) << 23;
    p * f32::from_bits(power)
}

/// Turns uniform numbers in (0, 1) into standard normal ones: the quantile of each.
///
/// M. Giles, "Approximating the erfinv function", GPU Computing Gems (2011), single precision. The outer
/// polynomial is needed by one number in three hundred, so it is left out where no lane needs it.
pub(super) fn normals<const N: usize>(lanes: &mut [f32; N]) {
    const CENTRE: [f32; 9] = [
        2.810_226_4e-8,
        3.432_739_4e-7,
        -3.523_387_7e-6,
        -4.391_506_5e-6,
        0.000_218_580_87,
        -0.001_253_725,
        -0.004_177_681_6,
        0.246_640_73,
        1.501_409_4,
    ];
    const TAIL: [f32; 9] = [
        -0.000_200_214_26,
        0.000_100_950_56,
        0.001_349_343_2,
        -0.003_673_428_4,
        0.005_739_507_7,
        -0.007_622_461_3,
        0.009_438_870_5,
        1.001_674,
        2.832_976_8,
    ];
    let (mut depth, mut side) = ([0.0; N], [0.0; N]);
    let mut deepest = 0.0f32;
    for ((lane, depth), side) in lanes.iter_mut().zip(&mut depth).zip(&mut side) {
        let u = *lane;
        *side = 2.0 * u - 1.0;
        *depth = -ln(4.0 * u * (1.0 - u));
        let a = *depth - 2.5;
        let mut p = CENTRE[0];
        for c in &CENTRE[1..] {
            p = c + p * a;
        }
        *lane = std::f32::consts::SQRT_2 * p * *side;
    }
    for &w in &depth {
        deepest = if w > deepest { w } else { deepest };
    }
    if deepest < 5.0 {
        return;
    }
    for ((lane, &w), side) in lanes.iter_mut().zip(&depth).zip(&side) {
        if w >= 5.0 {
            let b = w.sqrt() - 3.0;
            let mut p = TAIL[0];
            for c in &TAIL[1..] {
                p = c + p * b;
            }
            *lane = std::f32::consts::SQRT_2 * p * side;
        }
    }
}

/// The standard normal distribution function, absolute error below 2e-7.
///
/// Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26.
pub(super) fn normal_share(z: f32) -> f32 {
    let x = z.abs().min(8.0) * std::f32::consts::FRAC_1_SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * x);
    let poly =
        t * (0.254_829_6 + t * (-0.284_496_74 + t * (1.421_413_7 + t * (-1.453_152 + t * 1.061_405_4))));
    let half = 0.5 * poly * exp(-x * x);
    if z < 0.0 { half } else { 1.0 - half }
}

/// A triangular distribution of whole minutes, ready for drawing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Triangle {
    low: f32,
    high: f32,
    /// Share of the distribution below the likely value.
    split: f32,
    rise: f32,
    fall: f32,
}

impl Triangle {
    /// `low ≤ likely ≤ high`.
    pub fn new(low: f32, likely: f32, high: f32) -> Triangle {
        let width = high - low;
        Triangle {
            low,
            high,
            split: if width > 0.0 { (likely - low) / width } else { 1.0 },
            rise: width * (likely - low),
            fall: width * (high - likely),
        }
    }

    /// The quantile of `u`, rounded to whole minutes.
    pub fn quantile(&self, u: f32) -> f32 {
        let below = u < self.split;
        let root = (if below { u * self.rise } else { (1.0 - u) * self.fall }).sqrt();
        let x = if below { self.low + root } else { self.high - root };
        const ROUND: f32 = 12_582_912.0;
        (x + ROUND) - ROUND
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normal(u: f32) -> f32 {
        let mut lane = [u];
        normals(&mut lane);
        lane[0]
    }

    #[test]
    fn normal_quantile_and_share_match_published_values() {
        // Table of the normal distribution: share, quantile.
        for (u, z) in [
            (0.5, 0.0),
            (0.841_344_8, 1.0),
            (0.975, 1.959_964),
            (0.99, 2.326_348),
            (0.999, 3.090_232),
            (1e-5, -4.264_891),
        ] {
            assert!((normal(u) - z).abs() < 2e-4, "{u}: {}", normal(u));
            assert!((normal_share(z) - u).abs() < 1e-6, "{z}: {}", normal_share(z));
        }
    }

    #[test]
    fn quantile_and_share_are_inverse() {
        for i in 1..10_000 {
            let u = i as f32 / 10_000.0;
            assert!((normal_share(normal(u)) - u).abs() < 3e-6, "{u}");
        }
    }

    #[test]
    fn uniform_numbers_fill_the_interval_evenly_and_do_not_depend_on_the_split() {
        let mut all = vec![0.0f32; 1 << 16];
        uniform(stream(7, 1, 3), 0, &mut all);
        assert!(all.iter().all(|u| *u > 0.0 && *u < 1.0));
        let mean = all.iter().map(|u| f64::from(*u)).sum::<f64>() / all.len() as f64;
        let square = all.iter().map(|u| f64::from(*u).powi(2)).sum::<f64>() / all.len() as f64;
        assert!((mean - 0.5).abs() < 0.005 && (square - 1.0 / 3.0).abs() < 0.005);
        let mut part = vec![0.0f32; 64];
        uniform(stream(7, 1, 3), 128, &mut part);
        assert_eq!(part, all[128..192]);
    }

    #[test]
    fn triangle_quantiles_are_those_of_the_closed_form() {
        let t = Triangle::new(80.0, 100.0, 160.0);
        assert_eq!(t.quantile(0.25), 100.0);
        assert_eq!(t.quantile(1.0 - 1e-7), 160.0);
        assert_eq!(t.quantile(1e-7), 80.0);
        assert_eq!(Triangle::new(5.0, 5.0, 5.0).quantile(0.3), 5.0);
        let mean = (0..10_000).map(|i| t.quantile((i as f32 + 0.5) / 10_000.0)).sum::<f32>() / 10_000.0;
        assert!((mean - 340.0 / 3.0).abs() < 0.1);
    }
}
