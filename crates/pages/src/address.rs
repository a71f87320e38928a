//! Values in the query of an address.

use std::fmt::Write as _;

/// A value as it stands in a query: everything but letters, digits and `-._~` is escaped.
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// A path with a query of the pairs that have a value.
pub fn with_query(path: &str, pairs: &[(&str, &str)]) -> String {
    let query: Vec<String> = pairs
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_escaped() {
        assert_eq!(encode("a/b 路&c=1"), "a%2Fb%20%E8%B7%AF%26c%3D1");
        assert_eq!(with_query("/x", &[("a", ""), ("b", "1 2")]), "/x?b=1%202");
        assert_eq!(with_query("/x", &[("a", "")]), "/x");
    }
}
