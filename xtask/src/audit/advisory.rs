//! Advisories of the RustSec database against the packages of the lock file.
//!
//! An advisory is a TOML block at the head of a Markdown text. A release is concerned when it is neither
//! in a patched nor in an unaffected range.
//! <https://github.com/RustSec/advisory-db#advisory-format>

use anyhow::Context;
use jiff::civil::Date;
use semver::{BuildMetadata, Comparator, Op, Prerelease, Version, VersionReq};
use serde::Deserialize;

use super::Finding;
use super::metadata::Metadata;
use super::policy::Policy;

#[derive(Debug, Deserialize)]
struct Head {
    advisory: About,
    versions: Versions,
}

#[derive(Debug, Deserialize)]
struct About {
    id: String,
    package: String,
    /// What kind of notice it is, when it is no vulnerability.
    informational: Option<String>,
    withdrawn: Option<toml::Value>,
}

#[derive(Debug, Deserialize)]
struct Versions {
    #[serde(default)]
    patched: Vec<VersionReq>,
    #[serde(default)]
    unaffected: Vec<VersionReq>,
}

#[derive(Debug)]
pub struct Advisory {
    head: Head,
    title: String,
}

impl Advisory {
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        let rest = text.trim_start().strip_prefix("```toml").context("no TOML block at the head")?;
        let (head, body) = rest.split_once("\n```").context("the TOML block has no end")?;
        let title = body.lines().find_map(|line| line.strip_prefix("# ")).unwrap_or_default();
        Ok(Self { head: toml::from_str(head)?, title: title.trim().to_owned() })
    }

    fn concerns(&self, name: &str, version: &Version) -> bool {
        let safe = self.head.versions.patched.iter().chain(&self.head.versions.unaffected);
        self.head.advisory.package == name
            && self.head.advisory.withdrawn.is_none()
            && !safe.into_iter().any(|range| range.comparators.iter().all(|c| within(c, version)))
    }
}

/// Whether a version lies within one bound. All versions are in one order here: cargo's own rule, by
/// which a pre-release fits only where it is named, would call a patched pre-release vulnerable.
fn within(bound: &Comparator, version: &Version) -> bool {
    let full = |major, minor: Option<u64>, patch: Option<u64>, pre: &Prerelease| Version {
        major,
        minor: minor.unwrap_or(0),
        patch: patch.unwrap_or(0),
        pre: pre.clone(),
        build: BuildMetadata::EMPTY,
    };
    let low = full(bound.major, bound.minor, bound.patch, &bound.pre);
    // The first version that leaves the major, the minor, or what is given of it.
    let next = |major, minor, patch| {
        let before_all = Prerelease::new("0").unwrap_or(Prerelease::EMPTY);
        full(major, Some(minor), Some(patch), &before_all)
    };
    let minor = bound.minor.unwrap_or(0);
    let behind_given = match (bound.minor, bound.patch) {
        (None, _) => next(bound.major + 1, 0, 0),
        (Some(minor), None) => next(bound.major, minor + 1, 0),
        (Some(minor), Some(patch)) => next(bound.major, minor, patch + 1),
    };
    let mut version = version.clone();
    version.build = BuildMetadata::EMPTY;
    match bound.op {
        Op::Greater if bound.patch.is_some() => version > low,
        Op::Greater => version >= behind_given,
        Op::GreaterEq => version >= low,
        Op::Less => version < low,
        Op::LessEq if bound.patch.is_some() => version <= low,
        Op::LessEq => version < behind_given,
        Op::Exact if bound.patch.is_some() => version == low,
        Op::Exact | Op::Wildcard => version >= low && version < behind_given,
        Op::Tilde if bound.minor.is_none() => version >= low && version < behind_given,
        Op::Tilde => version >= low && version < next(bound.major, minor + 1, 0),
        Op::Caret => {
            let behind = match (bound.major, bound.minor, bound.patch) {
                (0, Some(0), Some(patch)) => next(0, 0, patch + 1),
                (0, Some(minor), _) => next(0, minor + 1, 0),
                (major, ..) => next(major + 1, 0, 0),
            };
            version >= low && version < behind
        }
        // A way of writing that is not known yet makes nothing safe.
        _ => false,
    }
}

/// What the advisories say of the packages, less what the policy ignores until a day.
pub fn judge(metadata: &Metadata, advisories: &[Advisory], policy: &Policy, today: Date) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut met = Vec::new();
    for package in metadata.dependencies() {
        for advisory in advisories.iter().filter(|a| a.concerns(&package.name, &package.version)) {
            let About { id, informational, .. } = &advisory.head.advisory;
            let (name, version, title) = (&package.name, &package.version, &advisory.title);
            let text = format!("{name} {version}: {id}, {title}");
            let ignored = policy.ignored.iter().find(|entry| entry.advisory == *id);
            met.extend(ignored.map(|entry| &entry.advisory));
            match (ignored, informational) {
                (Some(entry), _) if entry.until >= today => {}
                (Some(entry), _) => findings.push(Finding::Error(format!(
                    "{text}; ignored until {} only: look at it anew",
                    entry.until
                ))),
                (None, Some(kind)) => findings.push(Finding::Warning(format!("{text} ({kind})"))),
                (None, None) => findings.push(Finding::Error(text)),
            }
        }
    }
    for entry in policy.ignored.iter().filter(|entry| !met.contains(&&entry.advisory)) {
        let id = &entry.advisory;
        findings.push(Finding::Warning(format!("{id} is ignored and concerns nothing any more: drop it")));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn advisory(id: &str, more: &str, versions: &str) -> Advisory {
        let text = format!(
            "```toml\n[advisory]\nid = \"{id}\"\npackage = \"made-up\"\ndate = \"2020-01-02\"\n{more}\n\
             [versions]\n{versions}\n```\n\n# A made-up fault\n\nWith a story.\n"
        );
        Advisory::parse(&text).unwrap_or_else(|error| panic!("{error:#}"))
    }

    fn lock(versions: &[&str]) -> Metadata {
        let package = |version: &&str| {
            serde_json::json!({
                "name": "made-up", "version": version, "source": "registry", "license": "MIT",
                "manifest_path": "Cargo.toml",
            })
        };
        let packages: Vec<_> = versions.iter().map(package).collect();
        serde_json::from_value(serde_json::json!({ "packages": packages })).unwrap_or_else(|e| panic!("{e}"))
    }

    fn concerned(versions: &str, version: &str) -> bool {
        let version = Version::parse(version).unwrap_or_else(|error| panic!("{error}"));
        advisory("RUSTSEC-2020-0001", "", versions).concerns("made-up", &version)
    }

    #[test]
    fn ranges() {
        let two_lines = "patched = [\">= 1.4.2, < 1.5.0\", \">= 1.5.3\"]\nunaffected = [\"< 1.2.0\"]";
        for (version, expected) in [
            ("1.1.9", false),
            ("1.2.0-rc.1", false),
            ("1.2.0", true),
            ("1.4.1", true),
            ("1.4.2", false),
            ("1.4.9", false),
            ("1.5.0", true),
            ("1.5.3-rc.1", true),
            ("1.5.3", false),
            ("1.5.3+build", false),
            ("2.0.0-alpha.1", false),
        ] {
            assert_eq!(concerned(two_lines, version), expected, "{version}");
        }
        for (range, inside, outside) in [
            ("^1.2.3", ["1.2.3", "1.9.0"], ["1.2.2", "2.0.0-rc.1"]),
            ("^0.2.3", ["0.2.3", "0.2.9"], ["0.2.2", "0.3.0"]),
            ("^0.0.3", ["0.0.3", "0.0.3+b"], ["0.0.2", "0.0.4"]),
            ("~1.2", ["1.2.0", "1.2.9"], ["1.1.9", "1.3.0"]),
            ("~1", ["1.0.0", "1.9.9"], ["0.9.9", "2.0.0"]),
            ("=1.2.3", ["1.2.3", "1.2.3+b"], ["1.2.2", "1.2.4"]),
            ("1.2.*", ["1.2.0", "1.2.9"], ["1.1.9", "1.3.0"]),
            ("> 1.2", ["1.3.0", "2.0.0"], ["1.2.0", "1.2.9"]),
            ("<= 1.2", ["1.2.9", "0.1.0"], ["1.3.0", "2.0.0"]),
            ("> 1.2.3", ["1.2.4", "2.0.0"], ["1.2.3", "1.2.3-rc.1"]),
            ("<= 1.2.3", ["1.2.3", "0.1.0"], ["1.2.4", "1.3.0-rc.1"]),
        ] {
            let patched = format!("patched = [\"{range}\"]");
            assert!(inside.iter().all(|version| !concerned(&patched, version)), "{range}");
            assert!(outside.iter().all(|version| concerned(&patched, version)), "{range}");
        }
        assert!(concerned("patched = []", "99.0.0"));
    }

    #[test]
    fn other_packages_and_withdrawn_advisories_do_not_count() {
        let any = advisory("RUSTSEC-2020-0001", "", "patched = []");
        assert!(!any.concerns("made-up-too", &Version::new(1, 0, 0)));
        let withdrawn = advisory("RUSTSEC-2020-0001", "withdrawn = \"2020-02-03\"", "patched = []");
        assert!(!withdrawn.concerns("made-up", &Version::new(1, 0, 0)));
    }

    #[test]
    fn vulnerabilities_fail_and_notices_warn() {
        let advisories = [
            advisory("RUSTSEC-2020-0001", "", "patched = [\">= 1.1.0\"]"),
            advisory("RUSTSEC-2020-0002", "informational = \"unmaintained\"", "patched = []"),
        ];
        let found = judge(&lock(&["1.0.0", "1.1.0"]), &advisories, &Policy::default(), date(2020, 6, 1));
        let notice = |version| {
            let text = format!("made-up {version}: RUSTSEC-2020-0002, A made-up fault (unmaintained)");
            Finding::Warning(text)
        };
        let fault = Finding::Error("made-up 1.0.0: RUSTSEC-2020-0001, A made-up fault".to_owned());
        assert_eq!(found, [fault, notice("1.0.0"), notice("1.1.0")]);
    }

    #[test]
    fn an_ignored_one_counts_again_after_its_day() {
        let policy = Policy::parse(
            "licences = []\n[[ignored]]\nadvisory = \"RUSTSEC-2020-0001\"\nreason = \"never called\"\n\
             until = \"2020-06-01\"\n",
        )
        .unwrap_or_else(|error| panic!("{error:#}"));
        let advisories = [advisory("RUSTSEC-2020-0001", "", "patched = [\">= 1.1.0\"]")];
        let judged = |version, today| judge(&lock(&[version]), &advisories, &policy, today);
        assert_eq!(judged("1.0.0", date(2020, 6, 1)), []);
        assert!(matches!(&judged("1.0.0", date(2020, 6, 2))[..], [Finding::Error(text)]
            if text.contains("until 2020-06-01 only")));
        assert!(matches!(&judged("1.1.0", date(2020, 6, 1))[..], [Finding::Warning(text)]
            if text.contains("drop it")));
    }

    #[test]
    fn what_is_no_advisory_is_refused() {
        assert!(Advisory::parse("# Only a story\n").is_err());
        assert!(Advisory::parse("```toml\n[advisory]\nid = \"x\"\n").is_err());
        let strange =
            "```toml\n[advisory]\nid = \"x\"\npackage = \"y\"\n[versions]\npatched = [\"new\"]\n```\n";
        assert!(Advisory::parse(strange).is_err());
    }
}
