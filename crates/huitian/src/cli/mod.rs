//! The command line, one file per subcommand.

mod account;
mod backup;
mod channels;
mod common;
mod demo;
mod doctor;
mod export;
mod import;
mod learn;
mod notify;
mod open311;
mod paper;
mod place;
mod rebuild;
mod request;
mod rhythm;
mod serve;
mod statement;
mod survey;
mod target;
mod text;
mod timetable;
mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Huitian 回天 runs a public action plan: one ledger, one timetable, and figures that can be proved.
#[derive(Debug, Parser)]
#[command(name = "huitian", version, about, max_term_width = 110)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::Args),
    Serve(serve::Args),
    Statement(statement::Args),
    Verify(verify::Args),
    Rebuild(rebuild::Args),
    Backup(backup::BackupArgs),
    Restore(backup::RestoreArgs),
    Doctor(doctor::Args),
    Account(account::Args),
    Notify(notify::Args),
    Request(request::Args),
    Channels(channels::Args),
    Open311(open311::Args),
    Rhythm(rhythm::Args),
    Timetable(timetable::TimetableArgs),
    Place(place::PlaceArgs),
    /// Survey estimates with their error, and weights that meet known population totals
    #[command(subcommand)]
    Survey(survey::Survey),
    /// Understand residents' messages: category, near-duplicates, hot issues, places
    #[command(subcommand)]
    Text(text::TextCommand),
    Learn(learn::Args),
    Import(import::Args),
    Export(export::Args),
    Paper(paper::Args),
}

pub fn run() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Demo(args) => demo::run(args),
        Command::Serve(args) => serve::run(args),
        Command::Statement(args) => statement::run(args),
        Command::Verify(args) => verify::run(args),
        Command::Rebuild(args) => rebuild::run(args),
        Command::Backup(args) => backup::backup(args),
        Command::Restore(args) => backup::restore(args),
        Command::Doctor(args) => doctor::run(args),
        Command::Account(args) => account::run(args),
        Command::Notify(args) => notify::run(args),
        Command::Request(args) => request::run(args),
        Command::Open311(args) => self::open311::run(args),
        Command::Channels(args) => self::channels::run(args),
        Command::Rhythm(args) => rhythm::run(args),
        Command::Timetable(args) => timetable::run(args).map(|()| ExitCode::SUCCESS),
        Command::Place(args) => place::run(args).map(|()| ExitCode::SUCCESS),
        Command::Text(command) => text::run(command).map(|()| ExitCode::SUCCESS),
        Command::Survey(command) => survey::run(command).map(|()| ExitCode::SUCCESS),
        Command::Learn(args) => learn::run(args),
        Command::Import(args) => import::run(args),
        Command::Export(args) => export::run(args),
        Command::Paper(args) => paper::run(args),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("huitian: {error:#}");
            ExitCode::FAILURE
        }
    }
}
