//! The command line, one file per subcommand.

mod survey;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Huitian runs a public action plan.
#[derive(Debug, Parser)]
#[command(name = "huitian", version, about, max_term_width = 110)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Survey estimates with their error, and weights that meet known population totals.
    #[command(subcommand)]
    Survey(survey::Survey),
}

pub fn run() -> ExitCode {
    let result: anyhow::Result<()> = match Cli::parse().command {
        Command::Survey(command) => survey::run(command),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("huitian: {error:#}");
            ExitCode::FAILURE
        }
    }
}
