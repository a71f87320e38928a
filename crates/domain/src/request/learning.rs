//! Learning from what people decided about requests: who is asked, who is learnt from, when a learnt model may
//! take the place of the one in use.
//!
//! A request is held out for good, by its number: no model of the plan ever learns from it. So every model, the
//! one in use and the new one alike, is asked about requests that it has never seen.

use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::item::kind::texts;

texts! {
    /// What a model says of a request.
    ModelAsks {
        /// What it is about.
        Category => "category",
        /// Who will have to handle it.
        Unit => "unit",
    }
}

/// One request in so many is held out.
const HELD_OUT: u64 = 5;

/// Whether a request is only ever asked about.
pub fn is_held_out(request: &Code) -> bool {
    // FNV-1a, and its high bits: those of short codes that differ in their last sign only are spread, too.
    let hash = request.as_str().bytes().fold(0xCBF2_9CE4_8422_2325u64, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
    });
    ((hash >> 32) ^ hash) % HELD_OUT == 0
}

/// Different requests below which a category or unit is left out: nothing general is learnt from fewer.
pub const LEAST_EACH: usize = 8;
/// Different requests that must be there to learn from, and to be asked about.
pub const LEAST_LEARNT: usize = 100;
pub const LEAST_HELD_OUT: usize = 20;
/// The probability from which an answer is given without a person's word.
pub const SURE: f32 = 0.8;

/// How good answers were, in hundredths of a percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measured {
    /// Requests that were asked about.
    pub asked: u32,
    pub macro_f1: u32,
    pub accuracy: u32,
    /// How many answers were given as sure, and how many of those were right.
    pub sure: u32,
    pub sure_right: u32,
}

impl Measured {
    /// Whether what it says of the same requests is worse: by the mean over categories first, since a rare one
    /// counts as much as a frequent one.
    pub fn is_worse_than(&self, other: &Self) -> bool {
        (self.macro_f1, self.accuracy) < (other.macro_f1, other.accuracy)
    }
}

/// One category or unit of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelFigures {
    pub label: Code,
    pub learnt: u32,
    pub asked: u32,
    pub f1: u32,
}

/// What a model was learnt from and what it is worth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelFigures {
    /// Requests it was learnt from, and how many of them say different things.
    pub learnt: u32,
    pub distinct: u32,
    pub labels: Vec<LabelFigures>,
    /// Categories or units with too few requests, with how many they have: the model cannot say them, which counts
    /// against it where they are asked about.
    pub left_out: Vec<(Code, u32)>,
    pub measured: Measured,
    /// What the rules of the plan say of the same requests: words of categories, routes to units.
    pub rules: Measured,
    /// The model in use when it was learnt (0: the rules), and what that says of the same requests.
    pub against: u32,
    pub in_use: Measured,
}

/// Why a model is not taken into use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotTaken {
    /// It does worse than what is in use.
    Worse { own: u32, in_use: u32 },
    /// It was measured against another one than is in use now.
    MeasuredAgainstAnother { measured: u32, in_use: u32 },
}

/// Whether a model may take the place of the one in use. Going back to one that was in use before, or to the
/// rules, needs no measuring.
pub fn may_be_used(figures: &ModelFigures, in_use: u32, was_in_use: bool) -> Result<(), NotTaken> {
    if was_in_use {
        return Ok(());
    }
    if figures.against != in_use {
        return Err(NotTaken::MeasuredAgainstAnother { measured: figures.against, in_use });
    }
    if figures.measured.is_worse_than(&figures.in_use) {
        let (own, in_use) = (figures.measured.macro_f1, figures.in_use.macro_f1);
        return Err(NotTaken::Worse { own, in_use });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn measured(macro_f1: u32, accuracy: u32) -> Measured {
        Measured { asked: 50, macro_f1, accuracy, sure: 5_000, sure_right: 9_000 }
    }

    fn figures(against: u32, own: Measured, in_use: Measured) -> ModelFigures {
        ModelFigures {
            learnt: 200,
            distinct: 190,
            labels: Vec::new(),
            left_out: Vec::new(),
            measured: own,
            rules: in_use,
            against,
            in_use,
        }
    }

    #[test]
    fn about_one_in_five_is_held_out_and_always_the_same() {
        let codes: Vec<Code> =
            (0..5_000).map(|number| Code::new(&format!("190304-{number}")).expect("a code")).collect();
        let held = codes.iter().filter(|code| is_held_out(code)).count();
        assert!((850..=1_150).contains(&held), "{held}");
        assert!(codes.iter().all(|code| is_held_out(code) == is_held_out(&code.clone())));
    }

    #[test]
    fn going_back_is_always_possible() {
        let worse = figures(7, measured(10, 10), measured(9_000, 9_000));
        assert_eq!(may_be_used(&worse, 3, true), Ok(()));
        assert!(may_be_used(&worse, 3, false).is_err());
    }

    proptest! {
        #[test]
        fn nothing_worse_and_nothing_measured_against_another_is_taken(
            own in (0u32..=10_000, 0u32..=10_000), other in (0u32..=10_000, 0u32..=10_000),
            against in 0u32..4, in_use in 0u32..4,
        ) {
            let held = figures(against, measured(own.0, own.1), measured(other.0, other.1));
            let taken = may_be_used(&held, in_use, false).is_ok();
            prop_assert_eq!(taken, against == in_use && own >= other);
        }
    }
}
