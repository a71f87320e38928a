//! Estimates beside an independent package, and by simulation.
//!
//! One program for all of it: what it stands on is linked once.

mod coverage;
mod independent_package;
