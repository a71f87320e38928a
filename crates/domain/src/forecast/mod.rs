//! Forecasts of a plan: the rules they are drawn by, those that were kept, and how they came true.

mod calibration;
mod kept;
mod record;

pub use calibration::{Bin, Calibration, Said, Verdict, calibration, verdict};
pub use kept::{ForecastRules, KeptForecast, KeptPromise, fingerprint, keep};
pub use record::{FEWEST, Recorded, durations};
