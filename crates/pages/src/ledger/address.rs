//! What of the ledger an address asks for: the address is the whole state.

pub use domain::item::asking::Asking;

use crate::words_of::encode;

/// The query text with some values changed, beginning at the first page.
pub fn with(asking: &Asking, changed: &[(&str, &str)]) -> String {
    let kept = asking.pairs();
    let kept = kept.iter().filter(|(name, _)| !changed.iter().any(|(other, _)| other == name));
    kept.chain(changed)
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={}", encode(value)))
        .collect::<Vec<_>>()
        .join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_condition_keeps_the_others_and_goes_back_to_the_first_page() {
        let asking = Asking {
            q: "a&b 路".into(),
            kind: "directive".into(),
            after: "D-1".into(),
            key: "2019".into(),
            ..Asking::default()
        };
        assert_eq!(with(&asking, &[("kind", "")]), "q=a%26b%20%E8%B7%AF");
        assert_eq!(
            with(&asking, &[("sort", "due"), ("kind", "task")]),
            "q=a%26b%20%E8%B7%AF&sort=due&kind=task"
        );
    }
}
