//! Licence expressions (SPDX) against the list of those allowed.

use super::Finding;
use super::metadata::Metadata;
use super::policy::Policy;

pub fn check(metadata: &Metadata, policy: &Policy) -> Vec<Finding> {
    let refused = |package: &super::metadata::Package| {
        let id = format!("{} {}", package.name, package.version);
        match package.license.as_deref() {
            None => Some(format!("{id} states no licence")),
            Some(text) => match allowed(text, &policy.licences) {
                Some(true) => None,
                Some(false) => Some(format!("{id} is under {text}, which is not allowed")),
                None => Some(format!("{id}: cannot read its licence {text}")),
            },
        }
    };
    metadata.dependencies().filter_map(refused).map(Finding::Error).collect()
}

/// Whether an expression can be met with licences of the list; nothing when it is no expression.
fn allowed(expression: &str, list: &[String]) -> Option<bool> {
    // Old manifests write `MIT/Apache-2.0` for a choice.
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut words = spaced.split_whitespace().peekable();
    let met = either(&mut words, list)?;
    words.next().is_none().then_some(met)
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

fn either(words: &mut Words<'_>, list: &[String]) -> Option<bool> {
    let mut met = both(words, list)?;
    while words.next_if_eq(&"OR").is_some() {
        met |= both(words, list)?;
    }
    Some(met)
}

fn both(words: &mut Words<'_>, list: &[String]) -> Option<bool> {
    let mut met = one(words, list)?;
    while words.next_if_eq(&"AND").is_some() {
        met &= one(words, list)?;
    }
    Some(met)
}

fn one(words: &mut Words<'_>, list: &[String]) -> Option<bool> {
    let word = words.next()?;
    if word == "(" {
        let met = either(words, list)?;
        return words.next_if_eq(&")").map(|_| met);
    }
    if matches!(word, ")" | "AND" | "OR" | "WITH") {
        return None;
    }
    let mut name = word.to_owned();
    if words.next_if_eq(&"WITH").is_some() {
        name = format!("{name} WITH {}", words.next()?);
    }
    Some(list.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::metadata::Package;

    #[test]
    fn expressions() {
        let list = ["MIT", "Apache-2.0", "Unicode-3.0"].map(str::to_owned);
        for (expression, expected) in [
            ("MIT", Some(true)),
            ("MIT/Apache-2.0", Some(true)),
            ("GPL-3.0-only", Some(false)),
            ("GPL-2.0-only OR MIT", Some(true)),
            ("GPL-2.0-only AND MIT", Some(false)),
            ("(MIT OR GPL-2.0-only) AND Unicode-3.0", Some(true)),
            ("MIT OR GPL-2.0-only AND BSL-1.0", Some(true)),
            ("(MIT OR Apache-2.0) AND OpenSSL", Some(false)),
            ("Apache-2.0 WITH LLVM-exception", Some(false)),
            ("Apache-2.0 WITH LLVM-exception OR MIT", Some(true)),
            ("MIT OR", None),
            ("(MIT", None),
            ("MIT Apache-2.0", None),
            ("", None),
        ] {
            assert_eq!(allowed(expression, &list), expected, "{expression}");
        }
    }

    #[test]
    fn a_refused_package_is_named() {
        let package = |name: &str, source: Option<&str>, license: Option<&str>| Package {
            name: name.to_owned(),
            version: semver::Version::new(1, 2, 3),
            source: source.map(str::to_owned),
            license: license.map(str::to_owned),
            manifest_path: "Cargo.toml".into(),
            dependencies: Vec::new(),
        };
        let metadata = Metadata {
            packages: vec![
                package("ours", None, None),
                package("good", Some("registry"), Some("MIT")),
                package("viral", Some("registry"), Some("AGPL-3.0-only")),
                package("silent", Some("registry"), None),
            ],
        };
        let policy = Policy { licences: vec!["MIT".to_owned()], ..Policy::default() };
        assert_eq!(
            check(&metadata, &policy),
            [
                Finding::Error("viral 1.2.3 is under AGPL-3.0-only, which is not allowed".to_owned()),
                Finding::Error("silent 1.2.3 states no licence".to_owned()),
            ]
        );
    }
}
