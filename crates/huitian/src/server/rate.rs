//! How many requests one address may make: a token bucket each.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Requests that may come at once, and how many more each second.
const BURST: f64 = 300.0;
const PER_SECOND: f64 = 50.0;
/// Addresses remembered; beyond that, those with a full bucket are forgotten.
const MOST: usize = 50_000;

#[derive(Clone)]
pub(super) struct Limiter {
    buckets: Arc<Mutex<HashMap<IpAddr, (f64, Instant)>>>,
    trusted_proxies: usize,
}

impl Limiter {
    pub(super) fn new(trusted_proxies: usize) -> Self {
        Self { buckets: Arc::default(), trusted_proxies }
    }

    fn take(&self, address: IpAddr, now: Instant) -> bool {
        let address = pages::line_of(address);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let level = |(left, at): (f64, Instant)| {
            (left + now.saturating_duration_since(at).as_secs_f64() * PER_SECOND).min(BURST)
        };
        if buckets.len() >= MOST {
            buckets.retain(|_, bucket| level(*bucket) < BURST);
        }
        let left = buckets.get(&address).map_or(BURST, |bucket| level(*bucket));
        let granted = left >= 1.0;
        buckets.insert(address, (if granted { left - 1.0 } else { left }, now));
        granted
    }

    /// The client's address: what the outermost trusted proxy saw, or the connection's own.
    fn client(&self, request: &Request) -> IpAddr {
        let direct = request
            .extensions()
            .get::<ConnectInfo<SocketAddr>>()
            .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |info| info.0.ip());
        if self.trusted_proxies == 0 {
            return direct;
        }
        let seen: Vec<&str> = request
            .headers()
            .get_all("x-forwarded-for")
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(str::trim)
            .collect();
        seen.len()
            .checked_sub(self.trusted_proxies)
            .and_then(|at| seen.get(at))
            .and_then(|text| text.parse().ok())
            .unwrap_or(direct)
    }
}

pub(super) async fn limit(State(limiter): State<Limiter>, mut request: Request, next: Next) -> Response {
    let client = limiter.client(&request);
    // Signing in counts wrong passwords by the same address.
    request.extensions_mut().insert(pages::ClientAddress(client));
    if limiter.take(client, Instant::now()) {
        return next.run(request).await;
    }
    // Said in the reader's language further out.
    let mut response = StatusCode::TOO_MANY_REQUESTS.into_response();
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_flood_is_slowed_and_others_are_not() {
        let limiter = Limiter::new(0);
        let (flood, other) = (IpAddr::from([1, 1, 1, 1]), IpAddr::from([2, 2, 2, 2]));
        let now = Instant::now();
        let granted = (0..1000).filter(|_| limiter.take(flood, now)).count();
        assert_eq!(granted, BURST as usize);
        assert!(limiter.take(other, now));
        assert!(limiter.take(flood, now + Duration::from_secs(1)));
    }

    #[test]
    fn a_network_of_one_line_is_one() {
        let limiter = Limiter::new(0);
        let now = Instant::now();
        let of = |last: u16| IpAddr::from([0x2001, 0xdb8, 1, 2, 0, 0, 0, last]);
        let granted = (0..1000).filter(|last| limiter.take(of(*last), now)).count();
        assert_eq!(granted, BURST as usize);
        assert!(limiter.take(IpAddr::from([0x2001, 0xdb8, 1, 3, 0, 0, 0, 1]), now));
    }

    #[test]
    fn a_forged_header_does_not_change_the_address() {
        let request = |forwarded: &str| {
            axum::http::Request::builder()
                .header("x-forwarded-for", forwarded)
                .body(axum::body::Body::empty())
                .expect("a request")
        };
        let real = IpAddr::from([9, 9, 9, 9]);
        assert_eq!(Limiter::new(1).client(&request("6.6.6.6, 9.9.9.9")), real);
        assert_ne!(Limiter::new(0).client(&request("9.9.9.9")), real);
    }
}
