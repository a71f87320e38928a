//! Set-up, tests, benches and asset checks of the project: `cargo xtask --help`.

mod audit;
mod bench;
mod evaluate;
mod setup;
mod test;

use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", about = "Set-up, tests and benches of the project")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Installs what the tests need, where it may, else says in one line what is missing
    Setup,
    /// Sets up, then runs every check and test: format, lints, dependencies, unit, property, both databases,
    /// command line, API, real browser
    Test(test::Args),
    /// Checks the dependencies: advisories, yanked releases, licences, unused ones
    Audit,
    /// Runs the benches and writes benches/RESULTS.md
    Bench(bench::Args),
    /// Measures what is understood of messages, where there are some, and writes benches/EVALUATION.md
    Evaluate(evaluate::Args),
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().task {
        Task::Setup => setup::run(),
        Task::Test(args) => test::run(args),
        Task::Audit => audit::run(),
        Task::Bench(args) => bench::run(args),
        Task::Evaluate(args) => evaluate::run(args),
    }
}
