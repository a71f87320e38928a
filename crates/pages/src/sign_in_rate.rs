//! How many wrong passwords one address may try.
//!
//! The lock on the account is in the database and counts for all servers; this is the second line,
//! against one address trying one password on many accounts, and it keeps such a flood from occupying
//! the few places where passwords are hashed.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::ConnectInfo;
use axum::http::Extensions;
use jiff::Timestamp;

/// Wrong passwords an address may send at once, and the seconds after which it has one more.
const BURST: i64 = 20;
const REFILL_SECONDS: i64 = 15;
const DAY_SECONDS: i64 = 86_400;
/// Addresses remembered; beyond that, those with nothing to answer for are forgotten.
const MOST: usize = 20_000;

/// The address a request comes from, where a server in front knows better than the connection does.
#[derive(Debug, Clone, Copy)]
pub struct ClientAddress(pub IpAddr);

/// Who is asking, as far as it can be told.
pub(crate) fn client(extensions: &Extensions) -> Option<IpAddr> {
    let told = extensions.get::<ClientAddress>().map(|address| address.0);
    told.or_else(|| extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip()))
}

/// Whom an address stands for: of IPv6 a line is given a whole network (/64), and has more addresses than could be counted.
pub fn line_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
        address => address,
    }
}

/// A bucket of attempts for each address.
#[derive(Clone)]
pub(crate) struct SignInRate {
    buckets: Arc<Mutex<HashMap<IpAddr, Bucket>>>,
    /// What may be sent at once, and the seconds after which there is one more.
    burst: i64,
    refill: i64,
}

impl Default for SignInRate {
    fn default() -> Self {
        Self { buckets: Arc::default(), burst: BURST, refill: REFILL_SECONDS }
    }
}

#[derive(Clone, Copy)]
struct Bucket {
    left: i64,
    since: i64,
}

impl SignInRate {
    /// So many in a day, whenever in it.
    pub(crate) fn a_day(most: i64) -> Self {
        Self { buckets: Arc::default(), burst: most, refill: DAY_SECONDS / most }
    }

    fn at(&self, bucket: Bucket, now: i64) -> Bucket {
        let earned = (now - bucket.since).max(0) / self.refill;
        let left = (bucket.left + earned).min(self.burst);
        Bucket { left, since: if left == self.burst { now } else { bucket.since + earned * self.refill } }
    }

    /// Takes one attempt, or says in how many seconds there will be one.
    pub(crate) fn take(&self, address: Option<IpAddr>, now: Timestamp) -> Result<(), i64> {
        let Some(address) = address.map(line_of) else { return Ok(()) };
        let now = now.as_second();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MOST {
            buckets.retain(|_, bucket| self.at(*bucket, now).left < self.burst);
        }
        let full = Bucket { left: self.burst, since: now };
        let mut bucket = self.at(buckets.get(&address).copied().unwrap_or(full), now);
        let outcome = if bucket.left > 0 {
            bucket.left -= 1;
            Ok(())
        } else {
            Err(bucket.since + self.refill - now)
        };
        buckets.insert(address, bucket);
        outcome
    }

    /// A right password costs nothing: many people may sign in from behind one address.
    pub(crate) fn give_back(&self, address: Option<IpAddr>) {
        let Some(address) = address.map(line_of) else { return };
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = buckets.get_mut(&address) {
            bucket.left = (bucket.left + 1).min(self.burst);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guessing_is_slowed_and_others_are_not() {
        let rate = SignInRate::default();
        let (guesser, other) = (Some(IpAddr::from([1, 1, 1, 1])), Some(IpAddr::from([2, 2, 2, 2])));
        let at = |second: i64| Timestamp::from_second(1_000_000 + second).expect("a moment");
        let granted = (0..100).filter(|_| rate.take(guesser, at(0)).is_ok()).count();
        assert_eq!(granted, BURST as usize);
        assert_eq!(rate.take(guesser, at(0)), Err(REFILL_SECONDS));
        assert_eq!(rate.take(guesser, at(REFILL_SECONDS - 1)), Err(1));
        assert_eq!(rate.take(guesser, at(REFILL_SECONDS)), Ok(()));
        assert_eq!(rate.take(guesser, at(REFILL_SECONDS)), Err(REFILL_SECONDS));
        assert_eq!(rate.take(other, at(0)), Ok(()));
    }

    #[test]
    fn right_passwords_cost_nothing_and_a_bucket_never_overflows() {
        let rate = SignInRate::default();
        let office = Some(IpAddr::from([3, 3, 3, 3]));
        let at = |second: i64| Timestamp::from_second(1_000_000 + second).expect("a moment");
        for _ in 0..200 {
            assert_eq!(rate.take(office, at(0)), Ok(()));
            rate.give_back(office);
        }
        let granted = (0..100).filter(|_| rate.take(office, at(86_400)).is_ok()).count();
        assert_eq!(granted, BURST as usize);
    }

    #[test]
    fn a_line_has_one_bucket_whatever_address_of_it_asks() {
        let rate = SignInRate::a_day(3);
        let at = |second: i64| Timestamp::from_second(1_000_000 + second).expect("a moment");
        let of = |text: &str| Some(text.parse::<IpAddr>().expect("an address"));
        for last in 1..=3 {
            assert_eq!(rate.take(of(&format!("2001:db8:1:2::{last}")), at(0)), Ok(()));
        }
        assert_eq!(rate.take(of("2001:db8:1:2:aaaa::1"), at(0)), Err(DAY_SECONDS / 3));
        assert_eq!(rate.take(of("2001:db8:1:3::1"), at(0)), Ok(()));
        // One that is written as IPv6 is the same.
        for _ in 0..3 {
            assert_eq!(rate.take(of("::ffff:192.0.2.1"), at(0)), Ok(()));
        }
        assert!(rate.take(of("192.0.2.1"), at(0)).is_err() && rate.take(of("192.0.2.2"), at(0)).is_ok());
        assert_eq!(rate.take(of("192.0.2.1"), at(DAY_SECONDS / 3)), Ok(()));
    }
}
