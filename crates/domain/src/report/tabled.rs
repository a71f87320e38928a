//! Tables of residents' requests in a report: what is counted is kept as data, and frozen when it is issued.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::item::kind::texts;
use crate::named::Named;

texts! {
    /// What a table tells of the requests of some days.
    Tabled {
        Channels => "channels",
        Themes => "themes",
        Communities => "communities",
        /// The three rates of each unit.
        Units => "units",
        /// The matters that most people raised.
        Hot => "hot",
    }
}

impl Tabled {
    /// The keys under which messages name its columns, after the first.
    pub fn heads(self) -> &'static [&'static str] {
        match self {
            Self::Channels | Self::Themes | Self::Communities => &["requests", "people", "before"],
            Self::Units => &["due", "response", "resolution", "satisfaction", "score"],
            Self::Hot => &["people", "requests", "first", "last"],
        }
    }
}

/// A table as a draft asks for it, and as it was frozen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RequestTable {
    pub title: Named,
    pub shows: Tabled,
    pub from: Date,
    pub to: Date,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<Vec<TabledRow>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TabledRow {
    pub name: Named,
    /// What its requests are found by; empty for what is not known, and for the sum.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub code: String,
    pub cells: Vec<String>,
}
