//! Surveys as pure computation.

pub mod allocation;
pub mod answers;
pub mod calibration;
pub mod change;
pub mod coded;
pub mod condition;
pub mod contact;
pub mod design;
pub mod distribution;
pub mod effect;
pub mod estimate;
pub mod index;
pub mod instrument;
pub mod quota;
pub mod rake;
pub mod random;
mod variance;
pub mod sample_size;
pub mod selection;
pub mod sheet;
pub mod spec;
pub mod tabulate;
pub mod weights;
