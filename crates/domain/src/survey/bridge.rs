//! A declared way from one question to another that was worded or scaled otherwise.

use serde::{Deserialize, Serialize};
use survey::change::Bridge;

use crate::code::Code;

/// Figures of a question of an earlier version may be set beside those of a later one. It is printed wherever they
/// are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SurveyBridge {
    pub bridge: Code,
    /// Fingerprints of the two questions.
    pub from: String,
    pub to: String,
    /// `new = intercept + slope · old`, with its own error and the study that it rests on.
    #[serde(flatten)]
    pub line: Bridge,
}

impl SurveyBridge {
    pub fn is_sound(&self) -> bool {
        let numbers = [self.line.intercept, self.line.slope, self.line.std_error];
        numbers.iter().all(|number| number.is_finite())
            && self.line.slope != 0.0
            && self.line.std_error >= 0.0
            && self.from != self.to
            && [&self.from, &self.to]
                .iter()
                .all(|print| print.parse::<survey::instrument::Fingerprint>().is_ok())
    }
}
