//! Documents as others read them.
//!
//! One program for all of it: what it stands on is linked once.

#![allow(clippy::unwrap_used, reason = "a test fails where something is not as it should be")]

mod breaking;
mod chart;
mod parts;
mod rendered;
mod samples;
mod structure;
mod workbook;
