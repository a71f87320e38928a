//! Names in both languages.

use serde::{Deserialize, Serialize};

/// A name as shown: Chinese always, English where someone gave it.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Named {
    pub zh: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub en: String,
}

impl Named {
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    /// The name in the wanted language; Chinese stands in for a missing English one.
    pub fn get(&self, english: bool) -> &str {
        if english && !self.en.is_empty() { &self.en } else { &self.zh }
    }
}

/// The longest text field the journal takes, in characters.
pub const TEXT_MAX: usize = 4_000;
/// The longest name, in characters.
pub const NAME_MAX: usize = 200;
