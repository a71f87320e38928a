//! What a frozen wave came to, as it was estimated once.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::wave::{WaveAccess, WaveMode};
use crate::item::kind::texts;
use crate::journal::Hash;

texts! {
    ResultKind {
        /// The share of one answer, between 0 and 1.
        Share => "share",
        /// The mean of the numbers.
        Mean => "mean",
        /// The share of people who ticked it, among others.
        Multiple => "multiple",
    }
}

/// An estimate with its error, to six decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    pub estimate: Decimal,
    pub std_error: Decimal,
    pub low: Decimal,
    pub high: Decimal,
    /// Design effect, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deff: Option<Decimal>,
    /// Degrees of freedom; none where the interval is that of the normal distribution.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub df: Option<Decimal>,
}

/// One estimate of the results.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultRow {
    pub question: String,
    /// The row of a table of questions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<String>,
    pub kind: ResultKind,
    /// The question by whose answers it is broken down, and the answer; none for the whole sample.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<(String, String)>,
    /// The answer whose share it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// People behind it; 0 where nothing is shown.
    pub n: u64,
    /// None where too few are behind it, or where these could be worked out from it and the whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<Shown>,
}

/// How people were reached, as it stood when the wave was frozen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fieldwork {
    pub access: WaveAccess,
    /// How people were asked, each with the sheets that count.
    pub modes: Vec<(WaveMode, u64)>,
    /// Links that were made, and that were used.
    pub links: (u64, u64),
    /// Contacts that ended without a sheet, by how they ended.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<(String, u64)>,
    /// The ways of asking that the rates are of: of the others nobody knows how many were asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rated: Vec<WaveMode>,
    /// Response rates of AAPOR, between 0 and 1, to six decimals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_1: Option<Decimal>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_3: Option<Decimal>,
    /// Call-backs by which contacts were checked, by how they ended.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub call_backs: Vec<(String, u64)>,
    /// None where nobody was reached again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreement: Option<CallBackAgreement>,
}

/// Those who confirmed what was put down of them over those who were reached again, between 0 and 1, with the ends of
/// the 95 % interval, to six decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallBackAgreement {
    pub rate: Decimal,
    pub low: Decimal,
    pub high: Decimal,
}

/// All estimates of a wave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaveResults {
    pub sheets: u64,
    /// Whether the sheets were weighted to known totals, and what unequal weights cost: variance over that without.
    pub weighted: bool,
    pub weights_deff: Decimal,
    /// Weights that were cut.
    pub trimmed: u64,
    /// Strata of the sample that no sheet came from: nothing here is said of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unreached: Vec<String>,
    /// How people were reached; none where it was frozen before that was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fieldwork: Option<Box<Fieldwork>>,
    /// Questions that nobody answered, and free texts, have no rows.
    pub rows: Vec<ResultRow>,
}

impl WaveResults {
    pub fn digest(&self) -> String {
        let text = serde_json::to_vec(self).unwrap_or_default();
        Hash::of(text).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What was frozen before call-backs were counted is read, and keeps its digest.
    #[test]
    fn older_fieldwork_is_told_in_the_same_words() {
        let old = r#"{"access":"anyone","modes":[["street",9]],"links":[0,0],"contacts":[["refused",3]],"rated":["street"],"response_1":"0.75","response_3":"0.75"}"#;
        let read: Fieldwork = serde_json::from_str(old).unwrap();
        assert_eq!((read.call_backs.len(), read.agreement), (0, None));
        assert_eq!(serde_json::to_string(&read).unwrap(), old);
    }
}
