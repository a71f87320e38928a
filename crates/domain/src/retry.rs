//! When something that failed is tried again.

use jiff::SignedDuration;

/// How many times something is tried before it is given up: for about a day.
pub const TRIES_MOST: i64 = 15;
const FIRST_SECONDS: i64 = 30;
/// No wait is longer, whoever asks for it.
pub const WAIT_MOST: SignedDuration = SignedDuration::from_hours(4);

/// The wait after so many tries; `None` once it is to be given up. Each wait is twice the one before,
/// up to a longest; chance shifts it by up to a fifth either way, so that what failed together does
/// not come back together. The other side may ask for more time.
pub fn wait_after(tries: i64, chance: u16, asked: Option<SignedDuration>) -> Option<SignedDuration> {
    if tries >= TRIES_MOST {
        return None;
    }
    let doublings = tries.clamp(1, TRIES_MOST) - 1;
    let seconds = (FIRST_SECONDS << doublings).min(WAIT_MOST.as_secs());
    let fifth = seconds * 1_000 / 5;
    let shift = fifth * 2 * i64::from(chance) / i64::from(u16::MAX) - fifth;
    let own = SignedDuration::from_millis(seconds * 1_000 + shift);
    Some(own.max(asked.unwrap_or_default().min(WAIT_MOST)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn it_is_tried_for_about_a_day() {
        for chance in [0, u16::MAX / 2, u16::MAX] {
            let waits: SignedDuration = (1..)
                .map_while(|tries| wait_after(tries, chance, None))
                .fold(SignedDuration::ZERO, |a, b| a + b);
            let hours = waits.as_hours();
            assert!((18..=30).contains(&hours), "{hours}");
        }
        let even: i64 =
            (1..).map_while(|tries| wait_after(tries, u16::MAX / 2, None)).map(|w| w.as_secs()).sum();
        assert!((86_000..=90_000).contains(&even), "{even}");
    }

    proptest! {
        #[test]
        fn waits_are_bounded_and_grow(tries in -5i64..40, chance: u16, asked in 0i64..1_000_000) {
            let asked = SignedDuration::from_secs(asked);
            match wait_after(tries, chance, Some(asked)) {
                None => prop_assert!(tries >= TRIES_MOST),
                Some(wait) => {
                    prop_assert!(tries < TRIES_MOST);
                    prop_assert!(wait >= SignedDuration::from_secs(24) && wait >= asked.min(WAIT_MOST));
                    prop_assert!(wait <= WAIT_MOST + WAIT_MOST / 5);
                    if let Some(next) = wait_after(tries + 1, chance, None) {
                        prop_assert!(next >= wait_after(tries, chance, None).unwrap());
                    }
                }
            }
        }
    }
}
