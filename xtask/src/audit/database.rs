//! Where the advisories come from: a snapshot among the shared data, else the public repository.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::Context;

use super::advisory::Advisory;
use super::metadata::Metadata;

const REPOSITORY: &str = "https://github.com/RustSec/advisory-db.git";
/// How old a copy may grow before it is asked for anew.
const FRESH: Duration = Duration::from_secs(24 * 60 * 60);

#[derive(Debug)]
pub struct Database {
    root: PathBuf,
    pub origin: String,
}

impl Database {
    /// The database, or one line that says why there is none.
    pub fn find(workspace: &Path) -> Result<Self, String> {
        let copies = workspace.join("target/advisory-db");
        let found = match snapshot(workspace) {
            Some(archive) => unpacked(&archive, &copies),
            None => cloned(&copies.join("git")),
        };
        found.map_err(|error| {
            format!(
                "advisories are not looked at, there is no database: {error:#}; it comes with git from \
                 {REPOSITORY}, or as advisory-db-*.tar.gz in $HUITIAN_SHARED/data/security"
            )
        })
    }

    /// The advisories on the packages of the lock file.
    pub fn advisories(&self, metadata: &Metadata) -> anyhow::Result<Vec<Advisory>> {
        let names: std::collections::BTreeSet<&str> =
            metadata.dependencies().map(|package| package.name.as_str()).collect();
        let mut advisories = Vec::new();
        for name in names {
            // Most crates have none.
            let Ok(entries) = std::fs::read_dir(self.root.join("crates").join(name)) else { continue };
            for entry in entries {
                let path = entry?.path();
                if path.extension() == Some(OsStr::new("md")) {
                    let text = std::fs::read_to_string(&path)?;
                    let advisory = Advisory::parse(&text).with_context(|| path.display().to_string())?;
                    advisories.push(advisory);
                }
            }
        }
        Ok(advisories)
    }
}

/// The newest snapshot among the shared data.
fn snapshot(workspace: &Path) -> Option<PathBuf> {
    let shared = std::env::var_os("HUITIAN_SHARED")
        .map_or_else(|| workspace.join("../shared"), PathBuf::from)
        .join("data/security");
    let archives = std::fs::read_dir(shared).ok()?.flatten().map(|entry| entry.path()).filter(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("advisory-db-") && name.ends_with(".tar.gz")
    });
    archives.max()
}

fn unpacked(archive: &Path, copies: &Path) -> anyhow::Result<Database> {
    let name = archive.file_name().unwrap_or_default().to_string_lossy();
    let name = name.trim_end_matches(".tar.gz");
    let root = copies.join(name);
    if !root.join("crates").is_dir() {
        // Beside its place first: a copy that was broken off must not be taken for whole.
        let beside = copies.join(format!("{name}.{}", std::process::id()));
        std::fs::create_dir_all(&beside)?;
        quiet(Command::new("tar").arg("-xzf").arg(archive).arg("-C").arg(&beside))?;
        if std::fs::rename(&beside, &root).is_err() {
            std::fs::remove_dir_all(&beside)?;
        }
    }
    whole(root, name.to_owned())
}

fn cloned(root: &Path) -> anyhow::Result<Database> {
    let git = || {
        let mut git = Command::new("git");
        // A network that swallows everything must not hold up the tests.
        git.args(["-c", "http.lowSpeedLimit=1000", "-c", "http.lowSpeedTime=10"]);
        git.env("GIT_TERMINAL_PROMPT", "0");
        git
    };
    let mut origin = REPOSITORY.to_owned();
    let stamp = root.join(".git/FETCH_HEAD");
    if !root.join("crates").is_dir() {
        std::fs::create_dir_all(root.parent().unwrap_or(root))?;
        quiet(git().args(["clone", "--quiet", "--depth", "1", REPOSITORY]).arg(root))?;
        std::fs::write(&stamp, "")?;
    } else if !stamp.metadata().and_then(|m| m.modified()).is_ok_and(|t| t.elapsed().is_ok_and(|a| a < FRESH))
    {
        let refreshed = quiet(git().arg("-C").arg(root).args(["fetch", "--quiet", "--depth", "1", "origin"]))
            .and_then(|()| {
                quiet(git().arg("-C").arg(root).args(["reset", "--quiet", "--hard", "FETCH_HEAD"]))
            });
        if refreshed.is_err() {
            origin.push_str(", a copy older than a day");
        }
    }
    whole(root.to_owned(), origin)
}

fn whole(root: PathBuf, origin: String) -> anyhow::Result<Database> {
    anyhow::ensure!(root.join("crates").is_dir(), "{} has no folder `crates`", root.display());
    Ok(Database { root, origin })
}

/// Runs a program and says why it failed in one line.
fn quiet(command: &mut Command) -> anyhow::Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().with_context(|| name.clone())?;
    let said = String::from_utf8_lossy(&output.stderr);
    anyhow::ensure!(output.status.success(), "{name}: {}", said.lines().last().unwrap_or("failed"));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::policy::Policy;
    use crate::audit::{Finding, advisory};

    fn workspace() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
    }

    /// The audit itself may fetch; a test only looks at a snapshot.
    #[test]
    fn the_real_lock_file_passes_and_an_old_release_does_not() -> anyhow::Result<()> {
        let Some(archive) = snapshot(&workspace()) else {
            eprintln!("skipped: no snapshot of the advisories");
            return Ok(());
        };
        let folder = tempfile::tempdir()?;
        let database = unpacked(&archive, folder.path())?;
        let mut metadata = Metadata::of(&workspace())?;
        let policy = Policy::read(&workspace().join("xtask/audit.toml"))?;
        let today = jiff::ZonedDateTime::now().date();
        let errors = |metadata: &Metadata| -> anyhow::Result<Vec<Finding>> {
            let found = advisory::judge(metadata, &database.advisories(metadata)?, &policy, today);
            Ok(found.into_iter().filter(|finding| matches!(finding, Finding::Error(_))).collect())
        };
        assert_eq!(errors(&metadata)?, []);
        // RUSTSEC-2020-0071: a segmentation fault in releases of `time` before 0.2.23.
        let mut old = metadata.dependencies().next().context("no dependency")?.clone();
        (old.name, old.version) = ("time".to_owned(), semver::Version::new(0, 1, 43));
        metadata.packages = vec![old];
        assert!(
            matches!(&errors(&metadata)?[..], [Finding::Error(text)] if text.contains("RUSTSEC-2020-0071"))
        );
        Ok(())
    }

    #[test]
    fn a_folder_without_crates_is_no_database() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        assert!(whole(folder.path().to_owned(), String::new()).is_err());
        Ok(())
    }
}
