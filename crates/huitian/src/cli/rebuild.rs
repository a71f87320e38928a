//! `huitian rebuild`: projections made again from the journal.

use std::process::ExitCode;

use super::common::{DatabaseArg, progress};

/// Makes all projections again from the journal, and says whether they had gone astray
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  huitian rebuild\n  huitian rebuild --database sqlite://data/huitian.db\n\n\
    Exit status: 0 identical to what was there, 3 they differed and are now right."
)]
pub struct Args {
    #[command(flatten)]
    database: DatabaseArg,
}

pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let database = args.database.open_existing()?;
    let bar = progress("rebuild", Some(database.read(|c| c.head())?.0));
    let shown = bar.clone();
    let report = database.rebuild(move |done| shown.set_position(done))?;
    bar.finish_and_clear();
    println!("entries {}", report.entries);
    println!("before  {}", report.before);
    println!("after   {}", report.after);
    if report.before == report.after {
        println!("identical");
        Ok(ExitCode::SUCCESS)
    } else {
        println!("the projections had gone astray and are now as the journal has them");
        Ok(ExitCode::from(3))
    }
}
