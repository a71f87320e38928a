//! `huitian timetable`: compute and forecast plans from files; years of the national calendar.

mod compute;
mod forecast;
mod holidays;
mod source;

use clap::{Args, Subcommand};

/// Work out a plan's dates and the odds of keeping its promises
#[derive(Debug, Args)]
pub struct TimetableArgs {
    #[command(subcommand)]
    command: TimetableCommand,
}

#[derive(Debug, Subcommand)]
enum TimetableCommand {
    Compute(compute::ComputeArgs),
    Forecast(forecast::ForecastArgs),
    Holidays(holidays::HolidaysArgs),
}

pub fn run(args: TimetableArgs) -> anyhow::Result<()> {
    match args.command {
        TimetableCommand::Compute(args) => compute::run(&args),
        TimetableCommand::Forecast(args) => forecast::run(&args),
        TimetableCommand::Holidays(args) => holidays::run(&args),
    }
}
