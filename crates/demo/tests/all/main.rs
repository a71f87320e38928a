//! The demonstration through the house: papers, registers, timetables.
//!
//! One program for all of it: what it stands on is linked once.

#![allow(clippy::unwrap_used, reason = "a test fails where something is not as it should be")]

mod gantt;
mod gap_paper;
mod items_round_trip;
mod loaded;
mod papers;
mod registers;
mod timetable;
