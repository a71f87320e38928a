//! Learning, likeness, hot issues and places from outside.
//!
//! One program for all of it: what it stands on is linked once.

mod category;
mod clustering;
mod duplicates;
mod hot_issues;
mod places;
mod samples;
