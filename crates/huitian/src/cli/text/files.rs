//! Reading messages, writing tables, telling progress.

use std::fs::File;
use std::io::{BufReader, BufWriter, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, bail};
use exchange::messages_csv::{MessageReader, MessageRow};
use text::category::MessageText;

/// Opens a file to read; `-` is standard input.
pub fn input(path: &Path) -> anyhow::Result<Box<dyn Read>> {
    if path == Path::new("-") {
        return Ok(Box::new(std::io::stdin().lock()));
    }
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    Ok(Box::new(BufReader::with_capacity(1 << 16, file)))
}

/// All messages of a file.
pub fn messages(path: &Path, needed: &[&'static str]) -> anyhow::Result<Vec<MessageRow>> {
    let place = || path.display().to_string();
    let reader = MessageReader::new(input(path)?, needed).with_context(place)?;
    let mut progress = Progress::new("messages read");
    let mut rows = Vec::new();
    for row in reader {
        rows.push(row.with_context(place)?);
        progress.at(rows.len());
    }
    Ok(rows)
}

pub fn text_of(row: &MessageRow) -> MessageText<'_> {
    MessageText { title: &row.title, body: &row.body }
}

/// A CSV table that appears whole or not at all: it is written beside its place and moved there at the
/// end. `-` is standard output.
pub struct Table {
    csv: csv::Writer<Box<dyn Write>>,
    moves: Option<(PathBuf, PathBuf)>,
}

impl Table {
    pub fn create(path: &Path, columns: &[&str]) -> anyhow::Result<Self> {
        let (out, moves): (Box<dyn Write>, _) = if path == Path::new("-") {
            (Box::new(std::io::stdout().lock()), None)
        } else {
            let beside = beside(path)?;
            let file =
                File::create(&beside).with_context(|| format!("cannot write to {}", beside.display()))?;
            (Box::new(BufWriter::new(file)), Some((beside, path.to_owned())))
        };
        let mut csv = csv::Writer::from_writer(out);
        csv.write_record(columns)?;
        Ok(Self { csv, moves })
    }

    pub fn row<I: IntoIterator<Item = T>, T: AsRef<[u8]>>(&mut self, fields: I) -> anyhow::Result<()> {
        Ok(self.csv.write_record(fields)?)
    }

    pub fn finish(mut self) -> anyhow::Result<()> {
        self.csv.flush().context("cannot write the table")?;
        drop(self.csv);
        if let Some((from, to)) = self.moves {
            std::fs::rename(&from, &to).with_context(|| format!("cannot write {}", to.display()))?;
        }
        Ok(())
    }
}

/// Writes a file whole or not at all.
pub fn replace(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let beside = beside(path)?;
    std::fs::write(&beside, bytes).with_context(|| format!("cannot write to {}", beside.display()))?;
    std::fs::rename(&beside, path).with_context(|| format!("cannot write {}", path.display()))
}

fn beside(path: &Path) -> anyhow::Result<PathBuf> {
    let Some(name) = path.file_name() else { bail!("{} is not the name of a file", path.display()) };
    let mut hidden = std::ffi::OsString::from(".");
    hidden.push(name);
    hidden.push(".part");
    Ok(path.with_file_name(hidden))
}

/// Tells on a terminal how far work has come, at most five times a second and only after the first second.
pub struct Progress {
    what: &'static str,
    begun: Instant,
    told: f32,
    shown: bool,
}

impl Progress {
    pub fn new(what: &'static str) -> Self {
        Self { what, begun: now(), told: 0.8, shown: std::io::stderr().is_terminal() }
    }

    pub fn at(&mut self, count: usize) {
        if !self.shown || !count.is_multiple_of(512) {
            return;
        }
        let seconds = now().duration_since(self.begun).as_secs_f32();
        if seconds > self.told + 0.2 {
            self.told = seconds;
            eprint!("\r{count} {}", self.what);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.told > 0.8 {
            eprintln!();
        }
    }
}

/// The one look at the clock of these commands: only to tell progress and speed.
#[allow(clippy::disallowed_methods)]
pub fn now() -> Instant {
    Instant::now()
}
