//! Which of the plan's words are which codes of the standard: data, not code.

use std::collections::BTreeMap;

use serde::Deserialize;

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub prefix: String,
    pub uri: String,
    pub publisher: String,
    pub language: String,
    pub country: String,
    pub region: String,
    pub sectors: BTreeMap<String, Vec<String>>,
    pub types: BTreeMap<String, String>,
    pub statuses: BTreeMap<String, String>,
    pub milestones: BTreeMap<String, String>,
    pub roles: BTreeMap<String, String>,
}

#[derive(Debug, Clone, thiserror::Error)]
pub enum SettingsError {
    #[error("the OC4IDS settings are not right: {0}")]
    Toml(#[from] toml::de::Error),
}

const SHIPPED: &str = include_str!("../../data/oc4ids.toml");

impl Settings {
    /// The shipped settings, for the plan of the demonstration and others with its sectors.
    pub fn shipped() -> Result<Self, SettingsError> {
        Ok(toml::from_str(SHIPPED)?)
    }

    /// The shipped settings with what `text` says instead, table by table and key by key.
    pub fn with(text: &str) -> Result<Self, SettingsError> {
        let mut all: toml::Table = toml::from_str(SHIPPED)?;
        for (key, value) in toml::from_str::<toml::Table>(text)? {
            match (all.get_mut(&key), value) {
                (Some(toml::Value::Table(held)), toml::Value::Table(given)) => held.extend(given),
                (_, value) => {
                    all.insert(key, value);
                }
            }
        }
        Ok(toml::Value::Table(all).try_into()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_replaces_only_what_it_names() {
        let settings =
            Settings::with("prefix = \"oc4ids-xyz123\"\n[sectors]\nhousing = [\"socialHousing\"]").unwrap();
        assert_eq!(settings.prefix, "oc4ids-xyz123");
        assert_eq!(settings.sectors["housing"], ["socialHousing"]);
        assert_eq!(settings.sectors["health"], Settings::shipped().unwrap().sectors["health"]);
        assert!(Settings::with("colour = 1").is_err());
    }
}
