//! Where services fall short, what the plan closes, and where the next ones go.
//!
//! Pure computation: no files, no clock, no chance. Lengths are whole millimetres, people whole
//! numbers, so every result is the same on any machine and any number of threads.

pub mod access;
pub mod border;
pub mod capacity;
pub mod components;
pub mod coverage;
pub mod datum;
pub mod distance;
pub mod effect;
mod graph;
mod heap;
mod hilbert;
pub mod in_reach;
pub mod isochrone;
pub mod missing;
pub mod nearest;
pub mod network;
pub mod overlay;
mod parallel;
pub mod point;
pub mod polygon;
pub mod profile;
pub mod repair;
pub mod siting;
pub mod snap;
pub mod streets;
pub mod sums;
