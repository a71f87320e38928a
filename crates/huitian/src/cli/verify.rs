//! `huitian verify`: is the journal what was written?

use std::process::ExitCode;

use store::VerifyFault;

use super::common::{DatabaseArg, progress};

/// Checks the journal: finds any altered, missing or reordered entry
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    huitian verify\n  \
    huitian verify --database postgres://huitian@localhost/huitian\n  \
    huitian verify --format json\n\n\
    Note the printed hash elsewhere: it proves every entry up to the last one.\n\
    Exit status: 0 sound, 1 not.")]
pub struct Args {
    #[command(flatten)]
    database: DatabaseArg,
    /// text or json
    #[arg(long, default_value = "text", value_parser = ["text", "json"])]
    format: String,
}

pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let database = args.database.open_existing()?;
    let total = database.read(|c| c.head())?.0;
    let bar = progress("verify", Some(total));
    let report = database.read(|c| c.verify(|read| bar.set_position(read)))?;
    bar.finish_and_clear();
    let faults: Vec<String> = report.faults.iter().map(say).collect();
    if args.format == "json" {
        let json = serde_json::json!({
            "entries": report.entries, "hash": report.hash, "sound": report.is_sound(), "faults": faults,
        });
        println!("{json:#}");
    } else {
        println!("entries {}", report.entries);
        println!("hash    {}", report.hash);
        for fault in &faults {
            println!("FAULT   {fault}");
        }
        println!("{}", if report.is_sound() { "sound" } else { "NOT SOUND: restore a backup" });
    }
    Ok(if report.is_sound() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn say(fault: &VerifyFault) -> String {
    match fault {
        VerifyFault::Missing { from, to } if from == to => format!("entry {from} is missing"),
        VerifyFault::Missing { from, to } => format!("entries {from} to {to} are missing"),
        VerifyFault::Altered { entry } => format!("entry {entry}, or the link to it, was altered"),
        VerifyFault::Stray { count } => format!("{count} entries are numbered below 1"),
        VerifyFault::OutOfTime { entry } => {
            format!("entry {entry} was recorded before the entry in front of it")
        }
        VerifyFault::Unreadable { entry } => format!("entry {entry} cannot be read"),
        VerifyFault::Head { expected, found } => {
            format!("the journal ends at entry {found}, its head says {expected}")
        }
        VerifyFault::HeadHash { entry } => format!("the head's hash is not that of entry {entry}"),
    }
}
