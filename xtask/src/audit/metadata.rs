//! The packages of the lock file, as cargo tells of them.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;
use semver::Version;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub struct Metadata {
    pub packages: Vec<Package>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Package {
    pub name: String,
    pub version: Version,
    /// Where it comes from; nothing for the members of this workspace.
    pub source: Option<String>,
    pub license: Option<String>,
    pub manifest_path: PathBuf,
    #[serde(default)]
    pub dependencies: Vec<Declared>,
}

/// A dependency as a manifest declares it.
#[derive(Debug, Clone, Deserialize)]
pub struct Declared {
    pub name: String,
    pub rename: Option<String>,
    /// `dev`, `build`, or nothing for a usual one.
    pub kind: Option<String>,
}

impl Metadata {
    /// Of every platform: what another platform needs stands in the lock file too. Without a network, and
    /// with packages of other platforms never loaded, cargo can only tell of this platform's.
    pub fn of(root: &Path) -> anyhow::Result<Self> {
        let all = metadata(root, &[]);
        let read = all.or_else(|_| {
            println!("  not all packages could be loaded: licences of this platform's only");
            metadata(root, &["--offline", "--filter-platform", &host()?])
        })?;
        serde_json::from_slice(&read).context("cargo metadata is not as expected")
    }

    /// Everything that is not ours.
    pub fn dependencies(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| package.source.is_some())
    }

    pub fn members(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| package.source.is_none())
    }
}

fn metadata(root: &Path, extra: &[&str]) -> anyhow::Result<Vec<u8>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--locked"])
        .args(extra)
        .current_dir(root)
        .output()?;
    anyhow::ensure!(
        output.status.success(),
        "cargo metadata: {}",
        String::from_utf8_lossy(&output.stderr).trim()
    );
    Ok(output.stdout)
}

fn host() -> anyhow::Result<String> {
    let output = Command::new("rustc").arg("-vV").output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).context("rustc does not name its host")
}
