//! Every check and test, in the order that fails soonest.

use std::process::Command;
use std::time::Instant;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only the tests, without format, audit and lints
    #[arg(long)]
    tests_only: bool,
}

pub fn run(args: Args) -> anyhow::Result<()> {
    crate::setup::run()?;
    if !args.tests_only {
        cargo(&["fmt", "--all", "--check"])?;
        audit()?;
        cargo(&["clippy", "--workspace", "--all-targets", "--quiet", "--", "--deny", "warnings"])?;
    }
    // Tests of the command line and the browser drive the built binary.
    cargo(&["build", "--quiet", "--package", "huitian"])?;
    cargo(&["test", "--workspace", "--no-fail-fast"])
}

fn audit() -> anyhow::Result<()> {
    let begun = Instant::now();
    println!("$ cargo xtask audit");
    crate::audit::run()?;
    println!("  {:.1} s", begun.elapsed().as_secs_f64());
    Ok(())
}

fn cargo(args: &[&str]) -> anyhow::Result<()> {
    let begun = Instant::now();
    println!("$ cargo {}", args.join(" "));
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    // Nothing may be skipped for want of a server or a browser: set-up has just seen to them.
    let status = Command::new(cargo).args(args).env("HUITIAN_REQUIRE_ALL", "1").status()?;
    anyhow::ensure!(status.success(), "cargo {} failed", args.join(" "));
    println!("  {:.0} s", begun.elapsed().as_secs_f64());
    Ok(())
}
