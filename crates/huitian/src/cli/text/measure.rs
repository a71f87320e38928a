//! `text evaluate`.

use std::path::PathBuf;

use anyhow::bail;
use clap::{Args, ValueEnum};
use text::evaluation::{Answer, Evaluation};
use text::learning::LearningParameters;

use super::category::{labelled, measure, model, scores};
use super::files::text_of;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  huitian text evaluate --in labelled.csv
  huitian text evaluate --in labelled.csv --only-learn segmented.csv --folds 10 --format json
  huitian text evaluate --in unseen.csv --model requests.model

Without --model: learns from all but one part of the messages and asks about the rest, in rotation;
messages that say the same, in whole or shortened, always stand in the same part. With --model: asks that
model about all messages; they must not be those it was learnt from.")]
pub struct EvaluateArgs {
    /// Labelled messages (repeat for several files)
    #[arg(long = "in", required = true, value_name = "FILE")]
    inputs: Vec<PathBuf>,
    /// Labelled messages that help to learn but are not asked about
    #[arg(long, value_name = "FILE", conflicts_with = "model")]
    only_learn: Vec<PathBuf>,
    /// Measure this model instead
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Parts of the rotation
    #[arg(long, default_value_t = 5)]
    folds: usize,
    /// Seed of the split
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Drop n-grams that occur in fewer messages
    #[arg(long, default_value_t = LearningParameters::default().fewest_messages)]
    fewest_messages: u32,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Csv,
    Json,
}

pub fn evaluate(args: EvaluateArgs) -> anyhow::Result<()> {
    let rows = labelled(&args.inputs)?;
    let measured = match &args.model {
        Some(path) => {
            let model = model(Some(path))?;
            let mut classifier = model.classifier();
            let mut answers = Vec::with_capacity(rows.len());
            for row in &rows {
                let Some(wanted) = model.labels().iter().position(|label| *label == row.label) else {
                    bail!(
                        "line {}: the model does not know category '{}' (it knows {}): map the label first",
                        row.line,
                        row.label,
                        model.labels().join(", ")
                    );
                };
                answers.push(Answer::from_scores(wanted as u16, classifier.scores(text_of(row)).0));
            }
            Evaluation::new(model.labels().to_vec(), answers)
        }
        None => {
            let parameters = LearningParameters {
                folds: args.folds,
                seed: args.seed,
                fewest_messages: args.fewest_messages,
                ..LearningParameters::default()
            };
            measure(&rows, &labelled(&args.only_learn)?, parameters)?.1
        }
    };
    match args.format {
        Format::Text | Format::Csv => print_table(&measured, args.format)?,
        Format::Json => println!("{}", serde_json::to_string_pretty(&json(&measured))?),
    }
    Ok(())
}

fn print_table(measured: &Evaluation, format: Format) -> anyhow::Result<()> {
    let mut lines: Vec<Vec<String>> = vec![vec!["measure".to_owned(), "value".to_owned()]];
    lines.push(vec!["messages".to_owned(), measured.answers.len().to_string()]);
    lines.extend(scores(measured).into_iter().map(|(name, value)| vec![name, value]));
    for category in measured.categories() {
        lines.push(vec![
            format!("f1 {}", category.label),
            format!(
                "{:.4} (precision {:.4}, recall {:.4}, {} messages)",
                category.f1, category.precision, category.recall, category.messages
            ),
        ]);
    }
    if matches!(format, Format::Csv) {
        let mut csv = csv::Writer::from_writer(std::io::stdout().lock());
        for line in lines {
            csv.write_record(line)?;
        }
        csv.flush()?;
    } else {
        for line in lines.into_iter().skip(1) {
            println!("{}", line.join(": "));
        }
    }
    Ok(())
}

fn json(measured: &Evaluation) -> serde_json::Value {
    let curve: Vec<serde_json::Value> = [0.5, 0.6, 0.7, 0.8, 0.9, 1.0]
        .iter()
        .map(|part| serde_json::json!({"surest": part, "accuracy": measured.accuracy_on_surest(*part)}))
        .collect();
    let categories: Vec<serde_json::Value> = measured
        .categories()
        .into_iter()
        .map(|c| {
            serde_json::json!({
                "label": c.label, "messages": c.messages,
                "precision": c.precision, "recall": c.recall, "f1": c.f1
            })
        })
        .collect();
    serde_json::json!({
        "messages": measured.answers.len(),
        "macro_f1": measured.macro_f1(),
        "accuracy": measured.accuracy(),
        "accuracy_top_two": measured.top_two(),
        "accuracy_on_surest": curve,
        "categories": categories,
        "confusion": {"labels": measured.labels, "rows_wanted_columns_answered": measured.confusion()},
    })
}
