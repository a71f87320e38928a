//! Where a command writes.

use std::fs::File;
use std::io::{BufWriter, IsTerminal, Write};
use std::path::PathBuf;

use anyhow::Context;
use sheets::Format;

/// A file that appears under its name only when it is whole, or standard output.
pub enum Target {
    Stdout,
    File { path: PathBuf, part: PathBuf },
}

impl Target {
    pub fn new(path: Option<PathBuf>) -> Self {
        match path {
            None => Self::Stdout,
            Some(path) => {
                let mut part = path.clone().into_os_string();
                part.push(".part");
                Self::File { path, part: part.into() }
            }
        }
    }

    /// A file for whatever bytes.
    pub fn create(&self) -> anyhow::Result<Box<dyn Write + Send>> {
        Ok(match self {
            Self::Stdout => Box::new(BufWriter::new(std::io::stdout())),
            Self::File { part, .. } => {
                let file = File::create(part).with_context(|| format!("cannot write {}", part.display()))?;
                Box::new(BufWriter::new(file))
            }
        })
    }

    pub fn open(&self, format: Format) -> anyhow::Result<Box<dyn Write + Send>> {
        let to_terminal = matches!(self, Self::Stdout) && std::io::stdout().is_terminal();
        anyhow::ensure!(
            format != Format::Xlsx || !to_terminal,
            "a workbook is no text for a terminal: give a file by --out"
        );
        self.create()
    }

    /// Gives the file its name, or removes what was written of it.
    pub fn close<T>(self, outcome: anyhow::Result<T>) -> anyhow::Result<T> {
        let Self::File { path, part } = self else { return outcome };
        let outcome = outcome.and_then(|done| {
            std::fs::rename(&part, &path).with_context(|| format!("cannot write {}", path.display()))?;
            Ok(done)
        });
        if outcome.is_err() {
            drop(std::fs::remove_file(&part));
        }
        outcome
    }
}
