//! Whether what we build on may be built on: advisories, yanked releases, licences, and dependencies
//! that nothing uses.

mod advisory;
mod database;
mod licence;
mod metadata;
mod policy;
mod unused;
mod yanked;

use std::path::Path;

use database::Database;
use metadata::Metadata;
use policy::Policy;

/// Something found. An error fails the audit, a warning is only said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    Error(String),
    Warning(String),
}

pub fn run() -> anyhow::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
    let policy = Policy::read(&root.join("xtask/audit.toml"))?;
    let metadata = Metadata::of(root)?;
    let mut findings = licence::check(&metadata, &policy);
    findings.extend(unused::check(&metadata, root, &policy)?);
    findings.extend(yanked::check(&metadata));
    let against = match Database::find(root) {
        Ok(database) => {
            let today = jiff::ZonedDateTime::now().date();
            findings.extend(advisory::judge(&metadata, &database.advisories(&metadata)?, &policy, today));
            database.origin
        }
        // Where everything is required a missing database is no reason to pass.
        Err(missing) if std::env::var_os("HUITIAN_REQUIRE_ALL").is_some() => anyhow::bail!(missing),
        Err(missing) => {
            findings.push(Finding::Warning(missing));
            "no advisories".to_owned()
        }
    };
    let mut errors = 0;
    for finding in &findings {
        match finding {
            Finding::Error(text) => {
                errors += 1;
                println!("  error: {text}");
            }
            Finding::Warning(text) => println!("  warning: {text}"),
        }
    }
    anyhow::ensure!(
        errors == 0,
        "the audit found {errors} errors; what may pass is said in xtask/audit.toml"
    );
    println!("  {} packages against {against}", metadata.dependencies().count());
    Ok(())
}
