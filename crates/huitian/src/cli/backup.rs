//! `huitian backup` and `huitian restore`.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;

use super::common::{DatabaseArg, progress};

/// Writes a backup while the server runs; it fits either database
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  huitian backup --out huitian-2019-08-14.backup\n  \
    huitian backup --database postgres://huitian@localhost/huitian --out city.backup\n\n\
    The file holds the journal, accounts and API tokens; keep it as safe as the database.")]
pub struct BackupArgs {
    #[command(flatten)]
    database: DatabaseArg,
    /// The file to write; it must not exist yet
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub fn backup(args: BackupArgs) -> anyhow::Result<ExitCode> {
    let database = args.database.open_existing()?;
    anyhow::ensure!(!args.out.exists(), "{} exists already; choose another name", args.out.display());
    // Written under another name and renamed when whole: a cut-off backup is never taken for one.
    let mut part = args.out.clone().into_os_string();
    part.push(".part");
    let part = PathBuf::from(part);
    let file = File::create(&part).with_context(|| format!("cannot write {}", part.display()))?;
    let bar = progress("backup", Some(database.read(|c| c.head())?.0));
    let mut out = BufWriter::new(&file);
    let outcome = database.backup(&mut out, |done| bar.set_position(done));
    let outcome = outcome.map_err(anyhow::Error::from).and_then(|entries| {
        out.flush()?;
        file.sync_all()?;
        std::fs::rename(&part, &args.out)?;
        Ok(entries)
    });
    bar.finish_and_clear();
    match outcome {
        Ok(entries) => {
            println!("{} entries in {}", entries, args.out.display());
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            drop(std::fs::remove_file(&part));
            Err(error.context("no backup was made"))
        }
    }
}

/// Restores a backup into an empty database, all or nothing
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  huitian restore --from huitian.backup --database sqlite://new.db\n  \
    huitian restore --from huitian.backup --database postgres://huitian@localhost/huitian")]
pub struct RestoreArgs {
    #[command(flatten)]
    database: DatabaseArg,
    /// The backup to read
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
}

pub fn restore(args: RestoreArgs) -> anyhow::Result<ExitCode> {
    let file = File::open(&args.from).with_context(|| format!("cannot read {}", args.from.display()))?;
    let database = args.database.open()?;
    let bar = progress("restore", None);
    let shown = bar.clone();
    let entries = database.restore(file, move |done| shown.set_position(done))?;
    bar.finish_and_clear();
    println!("{entries} entries restored and checked");
    Ok(ExitCode::SUCCESS)
}
