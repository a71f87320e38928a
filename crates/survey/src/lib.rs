//! Surveys as pure computation.

pub mod answers;
pub mod calibration;
pub mod coded;
pub mod design;
pub mod distribution;
pub mod estimate;
pub mod rake;
pub mod random;
mod variance;
pub mod spec;
pub mod tabulate;
pub mod weights;
