//! Dependencies that a manifest declares and no source of the package names.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::Finding;
use super::metadata::{Declared, Metadata};
use super::policy::Policy;

pub fn check(metadata: &Metadata, root: &Path, policy: &Policy) -> anyhow::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    let mut declared = BTreeSet::new();
    for member in metadata.members() {
        let folder = member.manifest_path.parent().unwrap_or(root);
        let (mut usual, mut tests) = (String::new(), String::new());
        for path in sources(folder)? {
            let within = path.strip_prefix(folder).unwrap_or(&path);
            let into = if within.starts_with("src") || within == Path::new("build.rs") {
                &mut usual
            } else {
                &mut tests
            };
            into.push_str(&std::fs::read_to_string(&path)?);
            into.push('\n');
        }
        for dependency in &member.dependencies {
            declared.insert(dependency.name.clone());
            let excepted = policy
                .unnamed
                .iter()
                .any(|entry| entry.package == member.name && entry.dependency == dependency.name);
            // Tests stand beside the code as well.
            let dev = dependency.kind.as_deref() == Some("dev");
            let named = names(&usual, dependency) || dev && names(&tests, dependency);
            if !named && !excepted {
                findings.push(Finding::Error(format!(
                    "{} declares the {}dependency {} and no source names it",
                    member.name,
                    if dev { "dev-" } else { "" },
                    dependency.name
                )));
            }
        }
    }
    let manifest: toml::Table = toml::from_str(&std::fs::read_to_string(root.join("Cargo.toml"))?)?;
    let shared = manifest.get("workspace").and_then(|table| table.get("dependencies"));
    for name in shared.and_then(toml::Value::as_table).into_iter().flat_map(toml::Table::keys) {
        if !declared.contains(name) {
            findings.push(Finding::Error(format!("the workspace lists {name} and no member uses it")));
        }
    }
    Ok(findings)
}

fn sources(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> =
        ["src", "tests", "benches", "examples"].iter().map(|name| folder.join(name)).collect();
    let build = folder.join("build.rs");
    found.extend(build.is_file().then_some(build));
    while let Some(next) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&next) else { continue };
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    Ok(found)
}

/// Whether the crate's name stands in the text as a word of its own, outside comments.
fn names(text: &str, dependency: &Declared) -> bool {
    let name = dependency.rename.as_ref().unwrap_or(&dependency.name).replace('-', "_");
    let part = |c: char| c.is_alphanumeric() || c == '_';
    text.lines().filter(|line| !line.trim_start().starts_with("//")).any(|line| {
        line.match_indices(&name)
            .any(|(at, _)| !line[..at].ends_with(part) && !line[at + name.len()..].starts_with(part))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_word_of_its_own() {
        let declared = |name: &str, rename: Option<&str>| Declared {
            name: name.to_owned(),
            rename: rename.map(str::to_owned),
            kind: None,
        };
        assert!(names("use quick_xml::Reader;", &declared("quick-xml", None)));
        assert!(names("#[tokio::test]", &declared("tokio", None)));
        assert!(!names("use tokio_postgres::Client;", &declared("tokio", None)));
        assert!(!names("/// See csv::Reader", &declared("csv", None)));
        assert!(names("other::go()", &declared("csv", Some("other"))));
        assert!(!names("csv::go()", &declared("csv", Some("other"))));
    }

    #[test]
    fn an_unused_dependency_is_named() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let root = folder.path();
        std::fs::create_dir_all(root.join("src"))?;
        std::fs::create_dir_all(root.join("tests"))?;
        std::fs::write(root.join("Cargo.toml"), "[workspace.dependencies]\nserde = \"1\"\nlost = \"1\"\n")?;
        std::fs::write(root.join("src/lib.rs"), "use serde::Serialize;\n")?;
        std::fs::write(root.join("tests/a.rs"), "use toml::Table;\n")?;
        let json = serde_json::json!({ "packages": [{
            "name": "member", "version": "0.1.0", "source": null, "license": null,
            "manifest_path": root.join("Cargo.toml"),
            "dependencies": [
                { "name": "serde", "rename": null, "kind": null },
                { "name": "toml", "rename": null, "kind": null },
                { "name": "toml", "rename": null, "kind": "dev" },
                { "name": "felt", "rename": null, "kind": null },
            ],
        }]});
        let metadata: Metadata = serde_json::from_value(json)?;
        let policy = Policy::parse(
            "licences = []\n[[unnamed]]\npackage = \"member\"\ndependency = \"felt\"\nreason = \"a feature\"\n",
        )?;
        let error = |text: &str| Finding::Error(text.to_owned());
        assert_eq!(
            check(&metadata, root, &policy)?,
            [
                error("member declares the dependency toml and no source names it"),
                error("the workspace lists lost and no member uses it"),
            ]
        );
        Ok(())
    }
}
