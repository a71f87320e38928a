//! `text places`.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use exchange::messages_csv::MessageReader;
use exchange::places_csv::read_places;
use text::places::{Gazetteer, Place};

use super::files::{Progress, Table, input};

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  huitian text places --in messages.csv --gazetteer places.csv --out mentions.csv

Gazetteer: CSV with columns name, and id (or code), aliases (separated by ;), parent when known. The titles
of offices fall away by themselves: 某某社区居委会 is also found as 某某社区.
Output: CSV with columns msg_id,place_id,place,mention,part,at,candidates; a row per mention and place it can
mean, at counts characters from 0 in the part (title or body), candidates is 1 unless several places of that
name remain.")]
pub struct PlacesArgs {
    /// Messages: CSV with columns msg_id, body, and title when known; - is standard input
    #[arg(long = "in", value_name = "FILE")]
    input: PathBuf,
    /// Known places
    #[arg(long, value_name = "FILE")]
    gazetteer: PathBuf,
    /// Where to write the table; - is standard output
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub fn run(args: PlacesArgs) -> anyhow::Result<()> {
    let places =
        read_places(input(&args.gazetteer)?).with_context(|| args.gazetteer.display().to_string())?;
    let places = places
        .into_iter()
        .map(|row| Place { id: row.id, name: row.name, aliases: row.aliases, parent: row.parent })
        .collect();
    let gazetteer = Gazetteer::new(places).with_context(|| args.gazetteer.display().to_string())?;
    let mut finder = gazetteer.finder();
    let place = || args.input.display().to_string();
    let reader = MessageReader::new(input(&args.input)?, &["body"]).with_context(place)?;
    let columns = ["msg_id", "place_id", "place", "mention", "part", "at", "candidates"];
    let mut table = Table::create(&args.out, &columns)?;
    let mut progress = Progress::new("messages searched");
    for (number, row) in reader.enumerate() {
        let row = row.with_context(place)?;
        let id = if row.id.is_empty() { (number + 1).to_string() } else { row.id };
        for (part, text) in [("title", &row.title), ("body", &row.body)] {
            for mention in finder.find(text) {
                let at = text[..mention.start].chars().count().to_string();
                let candidates = mention.places.len().to_string();
                for candidate in &mention.places {
                    let place = &gazetteer.places()[*candidate as usize];
                    let words = &text[mention.start..mention.end];
                    table.row([&id, &place.id, &place.name, words, part, &at, &candidates])?;
                }
            }
        }
        progress.at(number);
    }
    table.finish()
}
