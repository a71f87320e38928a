//! The Open311 server beside the standard's schemas and clients that are not ours.
//!
//! One program for all of it: what it stands on is linked once.

#![allow(clippy::unwrap_used, reason = "a test fails where something is not as it should be")]

mod clients;
mod protocol;
mod public_doors;
mod seed;
