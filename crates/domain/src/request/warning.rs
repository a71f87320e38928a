//! Early warning: whether more people asked in a week than usual weeks explain.
//!
//! The weeks before it are taken as counts of people. What stands out among them is drawn in first: a week above
//! the median by more than three times the usual distance from it counts as that much only, so that an outbreak of
//! last month does not hide the one of this month. With the mean of what is left, and its variance where that is
//! larger, the limit is the count below which a week stays with a probability of 99 % (negative binomial; Poisson
//! where the weeks vary no more than chance does). Too few weeks have no limit, and a handful of people is no warning.

/// Weeks that are looked back on, and how many must be there.
pub const LOOKED_BACK: usize = 26;
pub const LEAST_WEEKS: usize = 8;
/// People below whom nothing is a warning.
pub const LEAST_PEOPLE: u32 = 4;

const SURE: f64 = 0.99;
/// Distances from the median beyond which a week is drawn in.
const FAR: f64 = 3.0;
/// Beyond this mean the sums are those of the normal curve.
const MANY: f64 = 200.0;

/// What usual weeks are like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Usual {
    pub mean: f64,
    /// The most people that a usual week has.
    pub limit: u32,
    /// Weeks that it was learnt from.
    pub weeks: usize,
}

impl Usual {
    /// Whether a week has more people than usual weeks explain.
    pub fn is_exceeded_by(&self, people: u32) -> bool {
        people > self.limit && people >= LEAST_PEOPLE
    }
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => 0.0,
        n if n % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}

/// What usual weeks are like, by those before the one that is judged; nothing where there are too few.
pub fn usual(before: &[u32]) -> Option<Usual> {
    let weeks = before.len().min(LOOKED_BACK);
    if weeks < LEAST_WEEKS {
        return None;
    }
    let before = &before[before.len() - weeks..];
    let mut values: Vec<f64> = before.iter().map(|people| f64::from(*people)).collect();
    let middle = median(&mut values);
    let mut distances: Vec<f64> = values.iter().map(|value| (value - middle).abs()).collect();
    // Of counts, chance alone makes the square root of the usual one.
    let usual = (1.4826 * median(&mut distances)).max(middle.sqrt()).max(1.0);
    let highest = middle + FAR * usual;
    for value in &mut values {
        *value = value.min(highest);
    }
    let number = weeks as f64;
    // The mean of nothing but zeros is not zero: half a person more might have come.
    let mean = (values.iter().sum::<f64>() + 0.5) / (number + 0.5);
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (number - 1.0);
    Some(Usual { mean, limit: limit(mean, variance.max(mean)), weeks })
}

/// The smallest count below or at which a week stays as surely as wanted.
fn limit(mean: f64, variance: f64) -> u32 {
    if mean > MANY {
        return (mean + 2.326_348 * variance.sqrt()).ceil() as u32;
    }
    // Counts that vary more than chance does are those of a mean that varies itself.
    let spread = (variance > mean * 1.01).then(|| mean * mean / (variance - mean));
    let mut share = spread.map_or_else(|| (-mean).exp(), |r| (r / (r + mean)).powf(r));
    let (mut sum, mut count) = (share, 0u32);
    let most = (mean + 12.0 * variance.sqrt() + 10.0) as u32;
    while sum < SURE && count < most {
        let k = f64::from(count);
        share *= match spread {
            Some(r) => (k + r) / (k + 1.0) * mean / (r + mean),
            None => mean / (k + 1.0),
        };
        sum += share;
        count += 1;
    }
    count
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_limits_are_those_of_tables() {
        // 99 % points of the Poisson distribution.
        for (mean, wanted) in [(1.0, 4), (4.0, 9), (10.0, 18), (25.0, 37)] {
            assert_eq!(limit(mean, mean), wanted, "{mean}");
        }
        // Of the negative binomial with mean 10 and variance 30 (r = 5, p = 1/3).
        assert_eq!(limit(10.0, 30.0), 26);
        // Beyond, the curve goes on where the sums end.
        assert!(limit(199.9, 199.9).abs_diff(limit(200.1, 200.1)) <= 2);
    }

    #[test]
    fn too_few_weeks_have_no_limit_and_a_handful_is_no_warning() {
        assert_eq!(usual(&[5; 7]), None);
        let quiet = usual(&[0; 26]).expect("enough weeks");
        assert!(!quiet.is_exceeded_by(3) && quiet.is_exceeded_by(4), "{quiet:?}");
    }

    #[test]
    fn an_outbreak_of_before_does_not_hide_the_next() {
        let mut weeks = [6, 4, 5, 7, 5, 6, 4, 5, 6, 5, 4, 6, 5, 7, 4, 5, 6, 5];
        let calm = usual(&weeks).expect("enough weeks");
        weeks[10] = 60;
        let after = usual(&weeks).expect("enough weeks");
        assert!(after.limit <= calm.limit + 4, "{calm:?} {after:?}");
        assert!(after.is_exceeded_by(20));
    }

    proptest! {
        #[test]
        fn usual_weeks_stay_below_and_limits_hold(weeks in proptest::collection::vec(0u32..400, 8..60)) {
            let usual = usual(&weeks).expect("enough weeks");
            prop_assert!(f64::from(usual.limit) >= usual.mean.floor());
            prop_assert!(usual.weeks <= LOOKED_BACK);
            // Half of the weeks at least are usual.
            let over = weeks[weeks.len() - usual.weeks..].iter().filter(|people| usual.is_exceeded_by(**people));
            prop_assert!(over.count() * 2 <= usual.weeks);
        }

        #[test]
        fn one_week_moves_the_limit_by_little(
            weeks in proptest::collection::vec(0u32..40, 12..26), at in 0usize..12, more in 100u32..100_000,
        ) {
            let calm = usual(&weeks).expect("enough weeks");
            let mut changed = weeks.clone();
            changed[at] = more;
            let after = usual(&changed).expect("enough weeks");
            prop_assert!(f64::from(after.limit) <= f64::from(calm.limit) * 1.6 + 8.0, "{calm:?} {after:?}");
        }
    }
}
