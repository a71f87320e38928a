//! `text duplicates`.

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;
use exchange::messages_csv::MessageReader;
use text::duplicates::DuplicateIndex;

use super::files::{Progress, Table, input};

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  huitian text duplicates --in messages.csv --out pairs.csv
  huitian text duplicates --in messages.csv --out - --from 0.7

Output: CSV with columns msg_id_a,msg_id_b,similarity; a stands before b in the input. Similarity is the
share of 4-character pieces the two bodies have in common, of all pieces of both. In a flood of copies each
copy is paired with some of the first and of the last ones only.")]
pub struct DuplicatesArgs {
    /// Messages: CSV with columns msg_id and body; - is standard input
    #[arg(long = "in", value_name = "FILE")]
    input: PathBuf,
    /// Where to write the table; - is standard output
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Least similarity of a pair (0.3 to 1)
    #[arg(long = "from", value_name = "S", default_value_t = 0.5)]
    least: f32,
}

pub fn run(args: DuplicatesArgs) -> anyhow::Result<()> {
    if !(0.3..=1.0).contains(&args.least) {
        bail!("--from is {}, it must be from 0.3 to 1", args.least);
    }
    let place = || args.input.display().to_string();
    let reader = MessageReader::new(input(&args.input)?, &["body"]).with_context(place)?;
    let mut table = Table::create(&args.out, &["msg_id_a", "msg_id_b", "similarity"])?;
    let mut progress = Progress::new("messages compared");
    let mut index = DuplicateIndex::new(args.least);
    let mut ids: Vec<String> = Vec::new();
    for row in reader {
        let row = row.with_context(place)?;
        ids.push(if row.id.is_empty() { (ids.len() + 1).to_string() } else { row.id });
        for pair in index.add(&row.body) {
            let similarity = format!("{:.4}", pair.similarity);
            table.row([&ids[pair.earlier as usize], &ids[pair.later as usize], &similarity])?;
        }
        progress.at(ids.len());
    }
    table.finish()
}
