//! The use cases from outside, against real stores.
//!
//! One program for all of it: what it stands on is linked once.

#![allow(clippy::unwrap_used, reason = "a test fails where something is not as it should be")]

#[macro_use]
mod place;

mod alerts;
mod appeals;
mod askers;
mod books_of_requests;
mod called;
mod choice;
#[path = "../../../domain/tests/all/commands/mod.rs"]
mod commands;
mod coverage;
mod decided_ahead;
mod dividing;
mod entrances;
mod evaluation;
mod forums;
mod gap_evidence;
mod import_export;
mod kept_words;
mod layers;
mod learning;
mod links;
mod merging;
mod orders;
mod place_tools;
mod privacy;
mod properties;
mod rates_behind;
mod report_material;
mod report_numbers;
mod request_news;
mod request_rhythm;
mod requests;
mod rhythm;
mod sms;
mod surveys;
mod telling;
mod themes;
mod town;
mod warned;
