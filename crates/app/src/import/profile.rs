//! A column-mapping profile: how one kind of file is to be read, kept as a TOML or JSON file.
//!
//! ```toml
//! table = "projects"
//! sheet = "项目清单"          # a workbook's sheet; else the first that is not empty
//! header_row = 3             # else the row that looks most like one
//! dates = ["%d.%m.%Y"]       # besides the usual ways of writing dates
//!
//! [columns]                  # heading in the file = field; "" leaves a column out
//! "建设单位" = "lead_unit"
//! "备注" = ""
//!
//! [constants]                # the same for every row; a filled cell of the file goes before
//! grade = "reported"
//! source_title = "2019年8月台账"
//!
//! [values.membership]        # text in the file = word of the table
//! "在库" = "member"
//! "出库" = "removed"
//! ```

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::table::{COMMON, Table, table};

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// The row of the headings, as people count it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header_row: Option<u32>,
    /// Ways of writing dates besides the usual ones, in `strptime` notation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dates: Vec<String>,
    /// Heading in the file → field. An empty field leaves the column out.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub columns: BTreeMap<String, String>,
    /// Field → value for every row; a filled cell of the file goes before.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub constants: BTreeMap<String, String>,
    /// Field → text in the file → value.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, BTreeMap<String, String>>,
}

#[derive(Debug, Clone, thiserror::Error)]
pub enum ProfileError {
    #[error("the profile is not right: {0}")]
    Toml(#[from] toml::de::Error),
    #[error("the profile is not right: {0}")]
    Json(String),
    #[error("the profile is for a table '{0}', which does not exist")]
    UnknownTable(String),
    #[error("the profile names a field '{field}' that table '{table}' does not have; it has: {known}")]
    UnknownField { field: String, table: &'static str, known: String },
    #[error("the profile is for table '{profile}', not for '{wanted}'")]
    OtherTable { profile: String, wanted: &'static str },
}

impl Profile {
    /// Reads TOML, or JSON where the text begins with a brace.
    pub fn parse(text: &str) -> Result<Self, ProfileError> {
        let text = text.trim_start_matches('\u{feff}');
        let profile: Self = if text.trim_start().starts_with('{') {
            serde_json::from_str(text).map_err(|error| ProfileError::Json(error.to_string()))?
        } else {
            toml::from_str(text)?
        };
        if let Some(name) = &profile.table {
            let table = table(name).ok_or_else(|| ProfileError::UnknownTable(name.clone()))?;
            profile.check(table)?;
        }
        Ok(profile)
    }

    /// The profile as a TOML file.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string_pretty(self)
    }

    /// Whether it fits the table.
    pub fn check(&self, table: &Table) -> Result<(), ProfileError> {
        if let Some(profile) = self.table.as_ref().filter(|name| *name != table.name) {
            return Err(ProfileError::OtherTable { profile: profile.clone(), wanted: table.name });
        }
        let known = || table.columns.iter().chain(COMMON).map(|column| column.name);
        let named = self.columns.values().filter(|field| !field.is_empty());
        for field in named.chain(self.constants.keys()).chain(self.values.keys()) {
            if !known().any(|name| name == field) {
                return Err(ProfileError::UnknownField {
                    field: field.clone(),
                    table: table.name,
                    known: known().collect::<Vec<_>>().join(", "),
                });
            }
        }
        Ok(())
    }
}
