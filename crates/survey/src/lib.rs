//! Surveys, indices and evaluation as pure computation: no files, no clock, no randomness but by a seed.
//!
//! | step | modules |
//! |---|---|
//! | asking | [`instrument`], [`condition`], [`sheet`] |
//! | drawing a sample | [`sample_size`], [`allocation`], [`selection`], [`quota`], [`contact`], [`call_back`] |
//! | weighting | [`weights`], [`rake`], [`calibration`] |
//! | estimating | [`design`], [`estimate`]; for whole files of responses [`spec`], [`answers`], [`tabulate`] |
//! | comparing | [`change`], [`part`] |
//! | joining indicators | [`index`] |
//! | evaluating | [`effect`] |
//!
//! Columns of answers are [`coded::Coded`]: one code per response and the labels once.
//!
//! ```
//! use survey::coded::Coded;
//! use survey::design::{Design, LonelyUnit};
//! use survey::estimate::{Answers, Outcome, Settings, estimate};
//!
//! let felt = Coded::from_texts([Some("yes"), Some("no"), Some("yes"), Some("yes")]);
//! let area = Coded::from_texts([Some("north"), Some("north"), Some("south"), Some("south")]);
//! let design = Design::new(vec![2.0, 1.0, 1.5, 1.5], Some(&area), vec![], LonelyUnit::Refuse)?;
//! let whole = Coded::whole(4, "all");
//! let cells = estimate(&design, Answers::Categories(&felt), &whole, &Settings::default())?;
//! let Outcome::Shown(yes) = cells[0].outcome else { panic!("four answers are enough") };
//! assert!((yes.estimate - 5.0 / 6.0).abs() < 1e-12);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod allocation;
pub mod answers;
pub mod calibration;
pub mod call_back;
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
pub mod part;
pub mod quota;
pub mod rake;
pub mod random;
pub mod sample_size;
pub mod selection;
pub mod sheet;
pub mod spec;
pub mod tabulate;
mod variance;
pub mod weights;
