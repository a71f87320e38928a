//! Delivery against real mail servers and webhooks on this machine: good ones, and those that hang,
//! refuse and fail.

#![allow(clippy::unwrap_used, reason = "a test fails where something is not as it should be")]

mod mail;
mod office;
mod secure;
mod servers;
mod sinks;
mod webhooks;
