//! Releases that were taken back since they came into the lock file.
//!
//! Cargo keeps what the registry's index said when it last asked, a file a crate under
//! `registry/index/*/.cache`: JSON records between NUL bytes. Where there is none nothing is known, and
//! a new layout is passed over.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::Finding;
use super::metadata::Metadata;

#[derive(Deserialize)]
struct Release {
    vers: String,
    yanked: bool,
}

pub fn check(metadata: &Metadata) -> Vec<Finding> {
    let folders = indices();
    let said = |name: &str| folders.iter().find_map(|folder| std::fs::read(folder.join(place(name))).ok());
    metadata
        .dependencies()
        .filter(|package| {
            said(&package.name).is_some_and(|record| is_yanked(&record, &package.version.to_string()))
        })
        .map(|package| {
            let (name, version) = (&package.name, &package.version);
            Finding::Warning(format!("{name} {version} was yanked: cargo update -p {name}"))
        })
        .collect()
}

fn indices() -> Vec<PathBuf> {
    let home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    let folders = home.and_then(|home| std::fs::read_dir(home.join("registry/index")).ok());
    folders.into_iter().flatten().flatten().map(|folder| folder.path().join(".cache")).collect()
}

/// Where the index keeps a crate: `a/…` would be too many files in one folder.
fn place(name: &str) -> PathBuf {
    let name = name.to_lowercase();
    let part = |from: usize, to: usize| name.get(from..to).unwrap_or("_");
    match name.len() {
        1 | 2 => Path::new(&name.len().to_string()).join(&name),
        3 => Path::new("3").join(part(0, 1)).join(&name),
        _ => Path::new(part(0, 2)).join(part(2, 4)).join(&name),
    }
}

fn is_yanked(record: &[u8], version: &str) -> bool {
    record
        .split(|byte| *byte == 0)
        .filter_map(|piece| serde_json::from_slice::<Release>(piece).ok())
        .any(|release| release.yanked && release.vers == version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_yanked_release_is_found_in_the_record() {
        let record =
            b"\x03\x02\0\0\0etag: \"x\"\x001.0.0\0{\"name\":\"a\",\"vers\":\"1.0.0\",\"yanked\":true}\0\
            1.0.1\0{\"name\":\"a\",\"vers\":\"1.0.1\",\"yanked\":false}\0";
        assert!(is_yanked(record, "1.0.0"));
        assert!(!is_yanked(record, "1.0.1"));
        assert!(!is_yanked(record, "2.0.0"));
    }

    #[test]
    fn places_of_the_index() {
        for (name, expected) in [("a", "1/a"), ("cc", "2/cc"), ("csv", "3/c/csv"), ("Serde", "se/rd/serde")] {
            assert_eq!(place(name), Path::new(expected));
        }
    }
}
