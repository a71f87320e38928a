//! `huitian survey compare`: change between two waves, with its significance.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use survey::change::{Bridge, Change, Comparison, Figure, change, holm};

const HELP: &str = "\
Both files are results of `survey estimate --format json`. Figures are compared where question,
group and answer are the same and the fingerprint of wording and answers (asked) is equal; others
are refused, with the reason. A bridge declares how an old instrument maps to a new one; it is
printed with the result:

  [q1]
  intercept = 0.0                 new = intercept + slope · old
  slope     = 0.1
  std_error = 0.2                 uncertainty of the bridge
  reason    = \"both scales asked of the same 400 people in May 2024\"

p_holm allows for the number of figures compared. Interval and test take the samples as independent
unless --correlation is given (a panel, or the same sampling units).

EXAMPLES
  huitian survey compare --before 2024.json --after 2025.json
  huitian survey compare --before 2018.json --after 2024.json --bridges B.toml --format json";

/// Change between two waves with its significance; refuses to compare what was not asked alike.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Compare {
    #[arg(long, short, value_name = "W1.json")]
    before: PathBuf,
    #[arg(long, short, value_name = "W2.json")]
    after: PathBuf,
    /// Declared bridges between instruments, by question.
    #[arg(long, value_name = "B.toml")]
    bridges: Option<PathBuf>,
    #[arg(long, default_value_t = 0.95, value_name = "LEVEL")]
    confidence: f64,
    /// Correlation of the two estimates.
    #[arg(long, default_value_t = 0.0, value_name = "R", allow_negative_numbers = true)]
    correlation: f64,
    #[arg(long, short, value_enum, default_value_t = Format::Csv)]
    format: Format,
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Json,
    Csv,
}

pub fn run(args: &Compare) -> anyhow::Result<()> {
    let (before, after) = (estimates(&args.before)?, estimates(&args.after)?);
    let bridges = match &args.bridges {
        None => Vec::new(),
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("{} cannot be read", path.display()))?;
            exchange::bridges::read(&text).with_context(|| path.display().to_string())?
        }
    };
    let comparison = Comparison { confidence: args.confidence, correlation: args.correlation };
    let mut rows = Vec::new();
    for later in &after {
        let Some(earlier) = before.iter().find(|earlier| KEYS.iter().all(|key| earlier[*key] == later[*key]))
        else {
            continue;
        };
        let (Some(first), Some(second)) = (figure(&args.before, earlier), figure(&args.after, later)) else {
            continue;
        };
        let bridge = bridges.iter().find(|(question, _)| later["question"] == question.as_str());
        let result = change(&first, &second, bridge.map(|(_, bridge)| bridge), comparison);
        rows.push((later, first.estimate, second.estimate, result));
    }
    if rows.is_empty() {
        bail!("the two files have no figure in common: question, group_by, group and level must be equal");
    }
    if let Some((.., Err(error))) = rows.iter().find(|(.., result)| result.is_err())
        && rows.iter().all(|(.., result)| result.is_err())
    {
        bail!("nothing can be compared: {error}");
    }
    let p_values: Vec<f64> =
        rows.iter().filter_map(|(.., result)| Some(result.as_ref().ok()?.tested?.p_value)).collect();
    let mut adjusted = holm(&p_values).into_iter();
    let rows: Vec<Value> = rows
        .into_iter()
        .map(|(later, first, second, result)| {
            let mut row = json!({});
            for key in KEYS {
                row[key] = later[key].clone();
            }
            row["label"] = later["label"].clone();
            row["before"] = json!(first);
            row["after"] = json!(second);
            match result {
                Ok(change) => put(&mut row, &change, &mut adjusted),
                Err(error) => row["refused"] = json!(error.to_string()),
            }
            row
        })
        .collect();
    super::write_out(args.out.as_deref(), |out| match args.format {
        Format::Json => {
            serde_json::to_writer_pretty(
                &mut *out,
                &json!({ "changes": rows, "confidence": args.confidence }),
            )?;
            Ok(writeln!(out)?)
        }
        Format::Csv => write_csv(out, &rows),
    })
}

const KEYS: [&str; 4] = ["question", "group_by", "group", "level"];

fn put(row: &mut Value, change: &Change, adjusted: &mut impl Iterator<Item = f64>) {
    row["difference"] = json!(change.difference);
    if let Some(tested) = change.tested {
        row["std_error"] = json!(tested.std_error);
        row["ci_low"] = json!(tested.ci_low);
        row["ci_high"] = json!(tested.ci_high);
        row["p_value"] = json!(tested.p_value);
        row["p_holm"] = json!(adjusted.next());
        row["significant"] = json!(tested.significant);
    }
    if let Some(Bridge { intercept, slope, reason, .. }) = &change.bridge {
        row["bridge"] = json!(format!("new = {intercept} + {slope} · old: {reason}"));
    }
}

fn estimates(path: &Path) -> anyhow::Result<Vec<Value>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let document: Value =
        serde_json::from_str(&text).with_context(|| format!("{} is no JSON", path.display()))?;
    match document.get("estimates") {
        Some(Value::Array(list)) => Ok(list.clone()),
        _ => bail!("{} has no estimates: write it with survey estimate --format json", path.display()),
    }
}

/// The figure of an entry; suppressed ones have none.
fn figure(path: &Path, entry: &Value) -> Option<Figure> {
    Some(Figure {
        wave: path.display().to_string(),
        instrument: entry["asked"].as_str().and_then(|text| text.parse().ok()),
        estimate: entry["estimate"].as_f64()?,
        std_error: entry["std_error"].as_f64(),
        df: entry["df"].as_f64().unwrap_or(f64::INFINITY),
    })
}

fn write_csv(out: &mut dyn std::io::Write, rows: &[Value]) -> anyhow::Result<()> {
    let fields = [
        "question",
        "group_by",
        "group",
        "level",
        "label",
        "before",
        "after",
        "difference",
        "std_error",
        "ci_low",
        "ci_high",
        "p_value",
        "p_holm",
        "significant",
        "bridge",
        "refused",
    ];
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(fields)?;
    for row in rows {
        writer.write_record(fields.map(|field| match &row[field] {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        }))?;
    }
    Ok(writer.flush()?)
}
