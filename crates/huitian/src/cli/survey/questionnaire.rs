//! `huitian survey questionnaire`: an XLSForm as an instrument with its fingerprint.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use serde_json::{Value, json};
use survey::instrument::{Draft, Question};

const HELP: &str = "\
Understood are text, integer, decimal, range, select_one, select_multiple (or_other), groups with
conditions and groups shown as a table (table-list). Labels: label, label::中文 (zh),
label::English (en). Loops are refused. What is left out is listed under notes.

EXAMPLES
  huitian survey questionnaire --xlsform form.xlsx
  huitian survey questionnaire --xlsform form.xlsx --out instrument.json";

/// Reads an XLSForm and writes the instrument as JSON, with the fingerprint of every question.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Questionnaire {
    #[arg(long, short, value_name = "FORM.xlsx")]
    xlsform: PathBuf,
    /// Where to write; standard output when left out.
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub fn run(args: &Questionnaire) -> anyhow::Result<()> {
    let form = exchange::xlsform::read(super::open(&args.xlsform)?)
        .with_context(|| args.xlsform.display().to_string())?;
    let prints: Vec<Value> = form
        .instrument
        .questions()
        .iter()
        .map(|question: &Question| json!({ "name": question.name, "fingerprint": question.fingerprint().to_string() }))
        .collect();
    let document = json!({
        "fingerprint": form.instrument.fingerprint().to_string(),
        "questions": prints,
        "notes": form.notes.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "instrument": serde_json::to_value(Draft::from(form.instrument))?,
    });
    super::write_out(args.out.as_deref(), |out| {
        serde_json::to_writer_pretty(&mut *out, &document)?;
        Ok(writeln!(out)?)
    })
}
