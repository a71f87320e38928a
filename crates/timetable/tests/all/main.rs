//! The timetable engine beside schedules with known answers.
//!
//! One program for all of it: what it stands on is linked once.

#![allow(clippy::unwrap_used, reason = "a test fails where something is not as it should be")]

mod properties;
mod resources;
mod vectors;
