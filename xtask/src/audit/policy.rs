//! What the audit lets pass, from `audit.toml`.

use std::path::Path;

use anyhow::Context;
use jiff::civil::Date;
use serde::Deserialize;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    pub licences: Vec<String>,
    #[serde(default)]
    pub ignored: Vec<Ignored>,
    #[serde(default)]
    pub unnamed: Vec<Unnamed>,
}

/// An advisory that does not concern us.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ignored {
    pub advisory: String,
    pub reason: String,
    /// The last day on which that counts.
    pub until: Date,
}

/// A dependency that is needed although no source names it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unnamed {
    pub package: String,
    pub dependency: String,
    pub reason: String,
}

impl Policy {
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
        Self::parse(&text).with_context(|| path.display().to_string())
    }

    pub fn parse(text: &str) -> anyhow::Result<Self> {
        let policy: Self = toml::from_str(text)?;
        let reasons = policy.ignored.iter().map(|entry| (&entry.advisory, &entry.reason));
        for (what, reason) in reasons.chain(policy.unnamed.iter().map(|e| (&e.dependency, &e.reason))) {
            anyhow::ensure!(!reason.trim().is_empty(), "{what}: an exception needs a reason");
        }
        Ok(policy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exceptions_need_a_reason_and_an_end() {
        let entry =
            |rest: &str| format!("licences = []\n[[ignored]]\nadvisory = \"RUSTSEC-2020-0001\"\n{rest}");
        assert!(Policy::parse(&entry("reason = \"never called\"\nuntil = \"2030-01-31\"\n")).is_ok());
        assert!(Policy::parse(&entry("reason = \" \"\nuntil = \"2030-01-31\"\n")).is_err());
        assert!(Policy::parse(&entry("reason = \"never called\"\n")).is_err());
        assert!(Policy::parse(&entry("until = \"2030-01-31\"\n")).is_err());
    }
}
