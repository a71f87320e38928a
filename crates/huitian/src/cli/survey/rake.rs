//! `huitian survey rake`: weights that meet known population totals.

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;
use exchange::population_totals;
use exchange::responses::{self, ResponsesError};
use serde_json::{Value, json};
use survey::coded::Coded;
use survey::rake::{RakeReport, RakeSettings, rake};
use survey::tabulate::margins;

use super::progress::Progress;

const HELP: &str = "\
MARGINS (CSV), in either shape
  variable,category,total         one line per category of each column of the responses
  sex,F,51000
  sex,M,49000
  age,18-34,30000

  sex,age,total                   columns of the responses and a total; filled cells say what the
  F,,51000                        total is of, two filled cells are a combination
  M,,49000
  ,18-34,30000

  Totals may be people, shares that add up to 1, or percent that add up to 100. All margins must
  add up to the same population. One margin is post-stratification.

RESULT
  All columns of the responses, then base_weight and weight, the raked one (existing columns of
  these names are replaced). A summary goes to standard error, the report as JSON to --report.

EXAMPLES
  huitian survey rake --responses R.csv --margins M.csv --out W.csv
  huitian survey rake --responses R.csv --margins M.csv --weights w --bounds 0.3,3 --out W.csv";

/// Rakes weights to population totals (iterative proportional fitting), with a convergence report.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Rake {
    /// Responses: CSV with a heading, one line per response.
    #[arg(long, short, value_name = "R.csv")]
    responses: PathBuf,
    /// Population totals (see below).
    #[arg(long, short, value_name = "M.csv")]
    margins: PathBuf,
    /// Where to write; standard output when left out.
    #[arg(long, short, value_name = "W.csv")]
    out: Option<PathBuf>,
    /// Column of the weights before raking; found by its name (weight, base_weight, …) when left out, and 1
    /// when there is none.
    #[arg(long, short, visible_aliases = ["weight", "base-weight"], value_name = "COLUMN")]
    weights: Option<String>,
    /// Hold weights between these multiples of the mean weight, such as 0.3,3.
    #[arg(long, visible_alias = "trim", value_name = "LOW,HIGH", value_parser = parse_bounds)]
    bounds: Option<(f64, f64)>,
    /// Largest relative deviation from a total.
    #[arg(long, default_value_t = 1e-10, value_name = "SHARE")]
    tolerance: f64,
    /// Refuse when a weight grows by more than this factor: few responses would speak for many people.
    #[arg(long, default_value_t = 20.0, value_name = "FACTOR")]
    most_factor: f64,
    /// Give up after this many rounds.
    #[arg(long, default_value_t = 2000, value_name = "N")]
    rounds: usize,
    /// Write the convergence report as JSON.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

fn parse_bounds(text: &str) -> Result<(f64, f64), String> {
    let ends = text
        .split_once([',', ':'])
        .and_then(|(low, high)| Some((low.trim().parse().ok()?, high.trim().parse().ok()?)));
    ends.ok_or_else(|| {
        "give the smallest and the largest multiple of the mean weight, such as 0.3,3".to_owned()
    })
}

const WEIGHTS: [&str; 15] = [
    "base_weight",
    "design_weight",
    "weight",
    "weights",
    "sampling_weight",
    "sample_weight",
    "samp_weight",
    "pweight",
    "survey_weight",
    "final_weight",
    "wt",
    "wgt",
    "w",
    "base_weights",
    "权重",
];

/// The column that can only be the weights.
pub(super) fn weight_column(names: &[String]) -> Option<&str> {
    let plain = |name: &str| name.to_lowercase().replace([' ', '-'], "_");
    WEIGHTS.iter().find_map(|want| names.iter().find(|name| plain(name) == *want)).map(String::as_str)
}

/// Raked weights whose largest is beyond this multiple of the mean deserve a remark.
const LARGE: f64 = 10.0;

pub fn run(args: &Rake) -> anyhow::Result<()> {
    let progress = Progress::start("raking".to_owned());
    let in_responses =
        |error: ResponsesError| anyhow::Error::new(error).context(args.responses.display().to_string());
    let names = responses::heading(super::open(&args.responses)?).map_err(in_responses)?;
    let totals = population_totals::read(super::open(&args.margins)?, &names)
        .with_context(|| args.margins.display().to_string())?;
    if let Some(missing) = totals.iter().flat_map(|totals| &totals.columns).find(|name| !names.contains(name))
    {
        bail!("{}: {}", args.margins.display(), super::no_column("a margin", missing, &names));
    }
    let weight = match &args.weights {
        Some(name) if !names.contains(name) => {
            bail!("{}", super::no_column("--weights", name, &names))
        }
        Some(name) => Some(name.as_str()),
        None => weight_column(&names),
    };
    let mut wanted: Vec<&str> =
        totals.iter().flat_map(|totals| &totals.columns).map(String::as_str).collect();
    wanted.extend(weight);
    let responses = responses::read(super::open(&args.responses)?, Some(&wanted)).map_err(in_responses)?;
    let base = match weight.and_then(|name| responses.columns.get(name)) {
        Some(column) => numbers(column, weight.unwrap_or_default())?,
        None => vec![1.0; responses.rows],
    };
    let margins = margins(&totals, &responses.columns, base.iter().sum())
        .with_context(|| args.margins.display().to_string())?;
    let settings = RakeSettings {
        tolerance: args.tolerance,
        most_rounds: args.rounds,
        bounds: args.bounds,
        most_factor: args.most_factor,
    };
    let raked = rake(&base, &margins, &settings)?;
    super::write_out(args.out.as_deref(), |out| write(args, out, &names, &base, &raked.weights))?;
    if let Some(path) = &args.report {
        super::write_out(Some(path), |out| {
            serde_json::to_writer_pretty(&mut *out, &report(&raked.report))?;
            Ok(writeln!(out)?)
        })?;
    }
    drop(progress);
    summary(&raked.report, weight);
    Ok(())
}

fn numbers(column: &Coded, name: &str) -> anyhow::Result<Vec<f64>> {
    let values: Vec<Option<f64>> = column.labels().iter().map(|label| label.parse().ok()).collect();
    let rows = column.codes().iter().enumerate().map(|(row, &code)| {
        values.get(code as usize).copied().flatten().with_context(|| {
            let found = column.label(row).map_or("is empty".to_owned(), |text| format!("is \"{text}\""));
            format!("the weight \"{name}\" of response {} {found}: a number is due", row + 1)
        })
    });
    rows.collect()
}

fn write(
    args: &Rake,
    out: &mut dyn std::io::Write,
    names: &[String],
    base: &[f64],
    weights: &[f64],
) -> anyhow::Result<()> {
    let kept: Vec<usize> = (0..names.len())
        .filter(|index| names[*index] != "weight" && names[*index] != "base_weight")
        .collect();
    let mut writer = csv::Writer::from_writer(out);
    let head = kept.iter().map(|index| names[*index].as_str()).chain(["base_weight", "weight"]);
    writer.write_record(head)?;
    let mut lines = base.iter().zip(weights);
    responses::each(super::open(&args.responses)?, |record| {
        let Some((base, weight)) = lines.next() else { return Ok(()) };
        for index in &kept {
            writer.write_field(record.get(*index).unwrap_or_default())?;
        }
        writer.write_field(base.to_string())?;
        writer.write_field(weight.to_string())?;
        writer.write_record(None::<&[u8]>)
    })?;
    Ok(writer.flush()?)
}

/// The report as JSON.
pub(super) fn report(report: &RakeReport) -> Value {
    json!({
        "rounds": report.rounds,
        "largest_deviation": report.deviation,
        "factor_low": report.factor_range.0,
        "factor_high": report.factor_range.1,
        "largest_weight_over_mean": report.largest_ratio,
        "deff_kish_before": report.deff_before,
        "deff_kish_after": report.deff_after,
        "trimmed": report.trimmed,
        "margins": report.margins.iter().map(|margin| json!({
            "margin": margin.margin,
            "categories": margin.categories.iter().map(|category| json!({
                "category": category.category,
                "responses": category.responses,
                "before": category.before,
                "wanted": category.wanted,
                "after": category.after,
            })).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
    })
}

fn summary(report: &RakeReport, weight: Option<&str>) {
    let from = weight.map_or("equal weights".to_owned(), |name| format!("the weights \"{name}\""));
    eprintln!(
        "raked {from} to {} margins in {} rounds, largest deviation {:.1e}; weights moved by factors {:.3} to \
         {:.3}; loss by unequal weights (Kish) {:.3} before, {:.3} after",
        report.margins.len(),
        report.rounds,
        report.deviation,
        report.factor_range.0,
        report.factor_range.1,
        report.deff_before,
        report.deff_after,
    );
    if report.trimmed > 0 {
        eprintln!("{} weights are held at a bound", report.trimmed);
    }
    if report.largest_ratio > LARGE {
        eprintln!(
            "note: the largest weight is {:.1} times the mean: a few responses decide; consider --bounds, or \
             join small categories",
            report.largest_ratio
        );
    }
}
