//! `huitian survey`: estimates and weights from files of responses.

mod compare;
mod estimate;
mod progress;
mod questionnaire;
mod rake;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::Context;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum Survey {
    Estimate(estimate::Estimate),
    Rake(rake::Rake),
    Compare(compare::Compare),
    Questionnaire(questionnaire::Questionnaire),
}

pub fn run(command: Survey) -> anyhow::Result<()> {
    match command {
        Survey::Estimate(args) => estimate::run(&args),
        Survey::Rake(args) => rake::run(&args),
        Survey::Compare(args) => compare::run(&args),
        Survey::Questionnaire(args) => questionnaire::run(&args),
    }
}

fn open(path: &Path) -> anyhow::Result<File> {
    File::open(path).with_context(|| format!("{} cannot be read", path.display()))
}

/// What to say about a column that the responses do not have.
fn no_column(role: &str, name: &str, names: &[String]) -> String {
    let plain = |text: &str| text.to_lowercase().replace([' ', '_', '-'], "");
    let near = names.iter().find(|known| plain(known) == plain(name));
    let hint = near.map(|known| format!(": did you mean \"{known}\"?")).unwrap_or_default();
    format!(
        "{role} names the column \"{name}\", which the responses do not have{hint}; they have {}",
        names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
    )
}

/// Writes to a file, or to standard output. A file appears only when it is complete.
fn write_out(
    path: Option<&Path>,
    write: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let Some(path) = path else {
        let mut out = BufWriter::new(std::io::stdout().lock());
        return match write(&mut out).and_then(|()| Ok(out.flush()?)) {
            // A reader such as `head` has seen enough.
            Err(error) if is_closed_pipe(&error) => Ok(()),
            result => result,
        };
    };
    let context = || format!("{} cannot be written", path.display());
    let name = path.file_name().with_context(|| format!("{} names no file", path.display()))?;
    let mut part_name = name.to_owned();
    part_name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(part_name);
    let result = File::create(&part).map_err(anyhow::Error::from).and_then(|file| {
        let mut out = BufWriter::new(file);
        write(&mut out)?;
        out.flush()?;
        Ok(std::fs::rename(&part, path)?)
    });
    if result.is_err() {
        // The error below matters more than what is left of the unfinished file.
        let _ = std::fs::remove_file(&part);
    }
    result.with_context(context)
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let kind = if let Some(error) = cause.downcast_ref::<std::io::Error>() {
            Some(error.kind())
        } else if let Some(error) = cause.downcast_ref::<serde_json::Error>() {
            error.io_error_kind()
        } else if let Some(csv::ErrorKind::Io(error)) =
            cause.downcast_ref::<csv::Error>().map(csv::Error::kind)
        {
            Some(error.kind())
        } else {
            None
        };
        kind == Some(std::io::ErrorKind::BrokenPipe)
    })
}
