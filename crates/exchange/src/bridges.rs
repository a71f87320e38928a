//! Declared bridges between survey instruments as TOML: one table per question.
//!
//! ```toml
//! [q1]
//! intercept = 0.0
//! slope = 0.1
//! std_error = 0.2
//! reason = "both scales asked of the same 400 people in May 2024"
//! ```

use survey::change::Bridge;
use thiserror::Error;
use toml::{Table, Value};

#[derive(Debug, Clone, PartialEq, Error)]
pub enum BridgesError {
    #[error("the bridges are not TOML: {0}")]
    NotToml(String),
    #[error("{place}: {expected} is expected")]
    Unexpected { place: String, expected: &'static str },
}

/// Reads bridges by question.
///
/// # Errors
/// Text that is no TOML, numbers or reasons missing.
pub fn read(text: &str) -> Result<Vec<(String, Bridge)>, BridgesError> {
    let table: Table =
        text.parse().map_err(|error: toml::de::Error| BridgesError::NotToml(error.to_string()))?;
    let table = match table.get("bridges") {
        Some(Value::Table(inner)) => inner.clone(),
        _ => table,
    };
    table.iter().map(|(question, value)| Ok((question.clone(), bridge(question, value)?))).collect()
}

fn bridge(question: &str, value: &Value) -> Result<Bridge, BridgesError> {
    let unexpected =
        |key: &str, expected| BridgesError::Unexpected { place: format!("{question}{key}"), expected };
    let Value::Table(table) = value else {
        return Err(unexpected("", "a table with intercept, slope, std_error and reason"));
    };
    let number = |key: &str, otherwise: f64| match table.get(key) {
        None => Ok(otherwise),
        Some(Value::Integer(number)) => Ok(*number as f64),
        Some(Value::Float(number)) if number.is_finite() => Ok(*number),
        Some(_) => Err(unexpected(&format!(".{key}"), "a number")),
    };
    if let Some(key) =
        table.keys().find(|key| !["intercept", "slope", "std_error", "reason"].contains(&key.as_str()))
    {
        return Err(unexpected(&format!(".{key}"), "one of intercept, slope, std_error, reason"));
    }
    let Some(Value::String(reason)) = table.get("reason") else {
        return Err(unexpected(".reason", "a text that says what the bridge rests on"));
    };
    Ok(Bridge {
        intercept: number("intercept", 0.0)?,
        slope: number("slope", 1.0)?,
        std_error: number("std_error", 0.0)?,
        reason: reason.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_refuses() {
        let found = read("[q1]\nslope = 0.1\nreason = \"a study\"\n").expect("reads");
        assert_eq!(found[0].0, "q1");
        assert_eq!((found[0].1.intercept, found[0].1.slope), (0.0, 0.1));
        assert_eq!(read("[bridges.q1]\nslope = 0.1\nreason = \"a study\"\n"), Ok(found));
        for (text, part) in [
            ("[q1]\nslope = 0.1", "rests on"),
            ("[q1]\nslop = 0.1\nreason = \"x\"", "one of intercept"),
            ("q1 = 3", "a table"),
            ("[q1]\nslope = \"x\"\nreason = \"x\"", "a number"),
            ("[", "not TOML"),
        ] {
            let error = read(text).expect_err(text).to_string();
            assert!(error.contains(part), "{error}");
        }
    }
}
