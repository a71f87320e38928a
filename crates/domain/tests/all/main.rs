//! The rules from outside.
//!
//! One program for all of it: what it stands on is linked once.

#![allow(clippy::unwrap_used, reason = "a test fails where something is not as it should be")]

mod appeals;
mod commands;
mod comparisons;
mod decided;
mod evaluation;
mod facilities;
mod foresight;
mod ground;
mod indices;
mod items;
mod links;
mod preferences;
mod properties;
mod request_chase;
mod requests;
mod surveys;
mod telling;
mod timetabling;
mod within_limits;
