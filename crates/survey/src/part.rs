//! A part of a sample held against the whole of it: one area against all of them.

use crate::distribution::two_sided;

/// An estimate with its error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimated {
    pub estimate: f64,
    pub std_error: f64,
    /// Degrees of freedom of the standard error; infinite where it is that of the normal distribution.
    pub df: f64,
}

/// How likely chance alone sets a part so far apart from the whole, two-sided.
///
/// A part is in the whole, so the two are not independent: with `share`, the weighted share of the whole that the part
/// makes up, the whole is `share · part + (1 − share) · rest`, and what varies independently is part and rest. That
/// gives the variance of the difference as `whole² + (1 − 2 · share) · part²`, and never less than what the part alone
/// gives to it. Degrees of freedom are the fewer of both.
///
/// `None` where nothing is left of the whole without the part, or a number is none.
pub fn apart(part: Estimated, whole: Estimated, share: f64) -> Option<f64> {
    let numbers = [part.estimate, part.std_error, whole.estimate, whole.std_error, share];
    let sound = numbers.iter().all(|number| number.is_finite())
        && part.std_error >= 0.0
        && whole.std_error >= 0.0
        && (0.0..1.0).contains(&share)
        && part.df > 0.0
        && whole.df > 0.0;
    if !sound {
        return None;
    }
    let (own, all) = (part.std_error.powi(2), whole.std_error.powi(2));
    let variance = (all + (1.0 - 2.0 * share) * own).max((1.0 - share).powi(2) * own);
    let difference = part.estimate - whole.estimate;
    Some(match (variance > 0.0, difference == 0.0) {
        (true, _) => two_sided(difference / variance.sqrt(), part.df.min(whole.df)),
        (false, same) => f64::from(u8::from(same)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    fn of(estimate: f64, std_error: f64) -> Estimated {
        Estimated { estimate, std_error, df: f64::INFINITY }
    }

    #[test]
    fn a_part_is_tested_with_what_it_shares_with_the_whole() {
        // Part 0.6 ± 0.04 and rest 0.5 ± 0.03, half of the people each: the whole is 0.55 ± 0.025.
        let p = apart(of(0.6, 0.04), of(0.55, 0.025), 0.5).expect("sound");
        // The difference 0.05 has the error 0.5 · √(0.04² + 0.03²) = 0.025: two of them.
        assert!((p - 0.045_500_263_9).abs() < 1e-9, "{p}");
        // Where the errors given do not fit together, what the part alone varies by is not fallen short of.
        let p = apart(of(0.6, 0.04), of(0.55, 0.001), 0.9).expect("sound");
        assert!((p - two_sided(0.05 / 0.004, f64::INFINITY)).abs() < 1e-12);
    }

    #[test]
    fn what_cannot_be_tested_is_not() {
        assert_eq!(apart(of(0.6, 0.04), of(0.55, 0.025), 1.0), None);
        assert_eq!(apart(of(f64::NAN, 0.04), of(0.55, 0.025), 0.5), None);
        assert_eq!(apart(Estimated { df: 0.0, ..of(0.6, 0.04) }, of(0.55, 0.025), 0.5), None);
        assert_eq!(apart(of(0.6, 0.0), of(0.6, 0.0), 0.5), Some(1.0));
        assert_eq!(apart(of(0.6, 0.0), of(0.5, 0.0), 0.5), Some(0.0));
    }

    /// Where all areas are alike, one in twenty is found apart at 5 %.
    #[test]
    fn chance_alone_is_found_as_often_as_it_is_said_to_be() {
        let mut random = Random::new(5);
        let (mut found, rounds) = (0, 4_000);
        for _ in 0..rounds {
            // A fifth of a thousand people live in the area; three in ten of all say yes.
            let mut yes = |people: u32| (0..people).filter(|_| random.below(10) < 3).count() as f64;
            let (own, rest) = (yes(200) / 200.0, yes(800) / 800.0);
            let all = 0.2 * own + 0.8 * rest;
            let error = |share: f64, people: f64| (share * (1.0 - share) / people).sqrt();
            let p = apart(of(own, error(own, 200.0)), of(all, error(all, 1_000.0)), 0.2);
            found += u32::from(p.expect("sound") < 0.05);
        }
        let share = f64::from(found) / f64::from(rounds);
        assert!((0.04..=0.06).contains(&share), "{share}");
    }
}
