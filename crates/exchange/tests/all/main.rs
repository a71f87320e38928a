//! Formats in and out, beside readers and writers that are not ours.
//!
//! One program for all of it: what it stands on is linked once.

#![allow(clippy::unwrap_used, reason = "a test fails where something is not as it should be")]

mod hostile_files;
mod icalendar;
mod long_files;
mod mpxj;
mod mspdi;
mod osm_pbf;
mod plan_sheet;
mod portfolio_forecast;
mod recorded_dates;
mod round_trip;
mod xer;
