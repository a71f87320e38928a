//! Benches, each with the ratio to a peer or a physical limit measured in the same run.

use std::process::Command;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only benches whose name contains this
    #[arg(value_name = "NAME")]
    name: Option<String>,
}

/// The bench that has peers from the Python package index.
const WITH_PEERS: &str = "porto";

pub fn run(args: Args) -> anyhow::Result<()> {
    crate::setup::run()?;
    if args.name.as_deref().is_none_or(|name| WITH_PEERS.contains(name)) {
        crate::setup::peers()?;
    }
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let build = Command::new(&cargo).args(["build", "--release", "--package", "huitian"]).status()?;
    anyhow::ensure!(build.success(), "the release build failed");
    let mut command = Command::new(&cargo);
    command.args(["run", "--release", "--quiet", "--package", "benches", "--"]);
    command.args(args.name);
    let status = command.status()?;
    anyhow::ensure!(status.success(), "a bench failed");
    Ok(())
}
