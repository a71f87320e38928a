//! Requests between this site and others, as the other side sees it.

#![allow(clippy::unwrap_used, reason = "a test fails where something is not as it should be")]

mod peer;
mod pull;
#[path = "../../../open311/tests/all/seed/mod.rs"]
#[allow(dead_code, reason = "the tests of Open311 use the rest")]
mod seed;
mod sms;
mod webhook;
