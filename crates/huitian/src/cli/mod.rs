//! The command line, one file per subcommand.

mod text;

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
    /// Understand residents' messages: category, near-duplicates, hot issues, places
    #[command(subcommand)]
    Text(text::TextCommand),
}

pub fn run() -> ExitCode {
    let result: anyhow::Result<()> = match Cli::parse().command {
        Command::Text(command) => text::run(command),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("huitian: {error:#}");
            ExitCode::FAILURE
        }
    }
}
