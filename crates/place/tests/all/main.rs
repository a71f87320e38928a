//! The place engine beside oracles, rebuilds and proven optima.
//!
//! One program for all of it: what it stands on is linked once.

#![allow(clippy::unwrap_used, reason = "a test fails where something is not as it should be")]

mod entrances;
mod in_reach;
mod oracles;
mod overlay;
mod siting;
mod sums;
