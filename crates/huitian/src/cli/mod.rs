//! The command line, one file per subcommand.

mod timetable;

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
    Timetable(timetable::TimetableArgs),
}

pub fn run() -> ExitCode {
    let result: anyhow::Result<()> = match Cli::parse().command {
        Command::Timetable(args) => timetable::run(args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("huitian: {error:#}");
            ExitCode::FAILURE
        }
    }
}
