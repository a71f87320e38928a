//! `huitian survey estimate`: weighted shares and means per question and group.

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use exchange::responses::{Responses, ResponsesError};
use exchange::survey_design;
use serde_json::{Map, Value, json};
use survey::coded::Coded;
use survey::estimate::{DeffBase, Freedom, Outcome, ShareInterval};
use survey::spec::{QuestionSpec, Spec};
use survey::tabulate::{JOINT, Row, Table, tabulate};

use super::progress::Progress;

const HELP: &str = "\
DESIGN FILE (TOML)
  weights = \"weight\"              column; without it every response counts the same
  strata  = \"stratum\"             column, or a list of columns
  psu     = \"community\"           primary sampling unit (cluster); leave out when people were drawn
                                  directly. Two stages: psu = [\"community\", \"building\"]
  fpc     = \"communities\"         finite population: a column (numbers above 1 count the units of
                                  the stratum, up to 1 they are sampled fractions), one number, or
                                  [fpc] with a number per stratum. Two stages: fpc = [\"a\", \"b\"]
  groups  = [\"area\", \"area*sex\"]  results for each, beside the whole sample
  missing = [\"99\", \"refused\"]     codes that are no answer; empty cells, NA and null always are
  confidence = 0.95
  min_base   = 5                  groups with fewer answers are suppressed
  lonely_psu = \"refuse\"           stratum with one unit: refuse, certainty (adds nothing), centre
  interval   = \"logit\"            of shares: logit, linear (estimate ± t · std_error)
  deff       = \"as_designed\"      simple random sample to compare with: as_designed (finite when fpc
                                  is given), with_replacement, without_replacement
  df         = \"group\"            degrees of freedom: group, design, normal

  [[questions]]
  column = \"felt\"
  kind   = \"share\"                share, mean, or multiple (several answers in one cell)
  labels = { 1 = \"yes\", 2 = \"no\", 3 = \"unsure\" }

  [[questions]]
  column   = \"satisfied\"
  kind     = \"share\"
  share_of = [\"4\", \"5\"]           one result: the share of these answers together

  [[questions]]
  column = \"score\"
  kind   = \"mean\"
  range  = [1, 5]                 answers outside are refused

  [population_totals.sex]         the weights are raked to these first, and the error knows it
  F = 51000
  M = 49000

  [population_totals]             without a column: totals of the strata
  north = 12000
  south = 8000

  Short forms: questions = [\"felt\", \"score\"], or [questions] felt = \"share\" score = \"mean\".
  Synonyms such as weight, stratum, cluster, group_by, domains, proportion, values are understood.

RESULT
  One entry per question, group and answer: question, kind, group_by, group, level, label,
  estimate, std_error, ci_low, ci_high, deff, n, deff_kish, df, weight_sum, suppressed, asked (a
  fingerprint of wording and answers). Shares lie between 0 and 1. For the whole sample group_by is
  empty (null) and group is \"all\". Standard errors are by Taylor linearisation.

EXAMPLES
  huitian survey estimate --responses R.csv --design D.toml --format json
  huitian survey estimate --responses R.csv --design D.toml --format csv --out estimates.csv
  huitian survey estimate --responses R.csv --design D.toml        a table to read";

/// Weighted shares and means per question and group, with standard error, interval and design effect.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Estimate {
    /// Responses: CSV with a heading, one line per response.
    #[arg(long, short, value_name = "R.csv")]
    responses: PathBuf,
    /// Design of the sample and the questions (see below).
    #[arg(long, short, value_name = "D.toml")]
    design: PathBuf,
    #[arg(long, short, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Where to write; standard output when left out.
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Json,
    Csv,
    Table,
}

pub fn run(args: &Estimate) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(&args.design)
        .with_context(|| format!("the design {} cannot be read", args.design.display()))?;
    let design = survey_design::read(&text).with_context(|| args.design.display().to_string())?;
    let (mut spec, mut notes) = (design.spec, design.notes);
    let table = {
        let _progress = Progress::start("estimating".to_owned());
        let responses = read(args, &mut spec, &mut notes)?;
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        tabulate(&spec, &responses.columns, threads)?
    };
    notes.extend(table.notes.iter().cloned());
    notes.extend(low_bases(&table));
    if !matches!(args.format, Format::Json) {
        notes.iter().for_each(|note| eprintln!("note: {note}"));
    }
    super::write_out(args.out.as_deref(), |out| match args.format {
        Format::Json => {
            serde_json::to_writer_pretty(&mut *out, &document(&spec, &table, &notes))?;
            Ok(writeln!(out)?)
        }
        Format::Csv => write_csv(out, &table),
        Format::Table => write_table(out, &table),
    })
}

/// Fewer answers than this carry an estimate badly, whatever its interval says.
const LOW_BASE: usize = 30;

fn low_bases(table: &Table) -> Option<String> {
    let (mut suppressed, mut low) = (0, 0);
    for row in &table.rows {
        match row.outcome {
            Outcome::Suppressed { .. } => suppressed += 1,
            Outcome::Shown(found) if found.n < LOW_BASE => low += 1,
            Outcome::Shown(_) => {}
        }
    }
    (suppressed + low > 0).then(|| {
        format!(
            "{suppressed} estimates are suppressed for too few answers, {low} rest on fewer than {LOW_BASE} \
             answers and are uncertain"
        )
    })
}

/// Reads the columns the design names, after filling in what it leaves open.
fn read(args: &Estimate, spec: &mut Spec, notes: &mut Vec<String>) -> anyhow::Result<Responses> {
    let path = &args.responses;
    let in_file = |error: ResponsesError| anyhow::Error::new(error).context(path.display().to_string());
    let names = exchange::responses::heading(super::open(path)?).map_err(in_file)?;
    if spec.weights.is_none()
        && let Some(column) = super::rake::weight_column(&names)
        && !spec.columns().contains(&column)
    {
        notes.push(format!("the design names no weights; the column \"{column}\" is taken"));
        spec.weights = Some(column.to_owned());
    }
    if let Some(missing) = spec.columns().into_iter().find(|name| !names.iter().any(|known| known == name)) {
        bail!("{}", super::no_column("the design", missing, &names));
    }
    if !spec.questions.is_empty() {
        let wanted = spec.columns();
        return exchange::responses::read(super::open(path)?, Some(&wanted)).map_err(in_file);
    }
    let responses = exchange::responses::read(super::open(path)?, None).map_err(in_file)?;
    let used: Vec<String> = spec.columns().into_iter().map(str::to_owned).collect();
    let is_question = |name: &&String| {
        let distinct = responses.columns.get(*name).map_or(0, |column: &Coded| column.labels().len());
        !used.contains(name) && distinct > 0 && distinct < responses.rows.max(2)
    };
    let questions: Vec<String> = names.iter().filter(is_question).cloned().collect();
    notes.push(format!("the design names no questions; taken are {}", questions.join(", ")));
    spec.questions =
        questions.into_iter().map(|column| QuestionSpec { column, ..QuestionSpec::default() }).collect();
    Ok(responses)
}

fn document(spec: &Spec, table: &Table, notes: &[String]) -> Value {
    let settings = &spec.settings;
    let mut document = json!({
        "estimates": table.rows.iter().map(|row| entry(spec, row)).collect::<Vec<_>>(),
        "notes": notes,
        "sample": {
            "responses": table.responses,
            "strata": table.strata,
            "sampling_units": table.units,
            "degrees_of_freedom": finite(table.degrees_of_freedom),
            "weights": spec.weights,
        },
        "method": {
            "variance": "Taylor linearisation",
            "confidence": settings.confidence,
            "share_interval": match settings.share_interval {
                ShareInterval::Logit => "logit",
                ShareInterval::Linear => "linear",
            },
            "deff": match settings.deff_base {
                DeffBase::AsDesigned => "as_designed",
                DeffBase::WithReplacement => "with_replacement",
                DeffBase::WithoutReplacement => "without_replacement",
            },
            "degrees_of_freedom": match settings.freedom {
                Freedom::Group => "group",
                Freedom::Design => "design",
                Freedom::Normal => "normal",
            },
            "min_base": settings.min_base,
        },
    });
    if let Some(raked) = &table.raked {
        document["raked"] = super::rake::report(raked);
    }
    document
}

const FIELDS: [&str; 18] = [
    "question",
    "text",
    "kind",
    "group_by",
    "group",
    "level",
    "label",
    "estimate",
    "std_error",
    "ci_low",
    "ci_high",
    "deff",
    "n",
    "deff_kish",
    "df",
    "weight_sum",
    "suppressed",
    "asked",
];

fn entry(spec: &Spec, row: &Row) -> Value {
    let text = spec
        .questions
        .iter()
        .find(|question| question.fingerprint() == row.asked)
        .and_then(|it| it.text.clone());
    let mut entry = Map::new();
    let mut put = |name: &str, value: Value| {
        entry.insert(name.to_owned(), value);
    };
    put("question", json!(row.question));
    put("text", json!(text));
    put("kind", json!(row.kind.name()));
    put("group_by", if row.group_by.is_empty() { Value::Null } else { json!(row.group_by.join(JOINT)) });
    put("group", json!(row.group));
    put("level", json!(row.level));
    put("label", json!(row.label));
    match row.outcome {
        Outcome::Shown(found) => {
            put("estimate", finite(found.estimate));
            put("std_error", finite(found.std_error));
            put("ci_low", finite(found.ci_low));
            put("ci_high", finite(found.ci_high));
            put("deff", found.deff.map_or(Value::Null, finite));
            put("n", json!(found.n));
            put("deff_kish", finite(found.deff_kish));
            put("df", finite(found.df));
            put("weight_sum", finite(found.weight_sum));
            put("suppressed", json!(false));
        }
        Outcome::Suppressed { n } => {
            for name in ["estimate", "std_error", "ci_low", "ci_high", "deff"] {
                put(name, Value::Null);
            }
            put("n", json!(n));
            put("deff_kish", Value::Null);
            put("df", Value::Null);
            put("weight_sum", Value::Null);
            put("suppressed", json!(true));
        }
    }
    entry.insert("asked".to_owned(), json!(row.asked.to_string()));
    Value::Object(entry)
}

/// A number, or null where it is not finite.
fn finite(value: f64) -> Value {
    serde_json::Number::from_f64(value).map_or(Value::Null, Value::Number)
}

fn write_csv(out: &mut dyn std::io::Write, table: &Table) -> anyhow::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    let fields: Vec<&str> = FIELDS.iter().copied().filter(|field| *field != "text").collect();
    writer.write_record(&fields)?;
    let spec = Spec::default();
    for row in &table.rows {
        let entry = entry(&spec, row);
        let cell = |field: &&str| match &entry[*field] {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        writer.write_record(fields.iter().map(cell))?;
    }
    Ok(writer.flush()?)
}

fn write_table(out: &mut dyn std::io::Write, table: &Table) -> anyhow::Result<()> {
    let mut lines = vec![
        ["question", "group", "answer", "estimate", "std. error", "interval", "deff", "n"].map(str::to_owned),
    ];
    for row in &table.rows {
        let group = match row.group_by.as_slice() {
            [] => row.group.clone(),
            names => format!("{}: {}", names.join(JOINT), row.group),
        };
        let answer = row.label.clone().unwrap_or_else(|| "mean".to_owned());
        let [estimate, error, interval, deff, n] = match row.outcome {
            Outcome::Shown(found) => {
                let share = row.label.is_some();
                let show = |value: f64| {
                    if share { format!("{:.2} %", value * 100.0) } else { format!("{value:.4}") }
                };
                [
                    show(found.estimate),
                    show(found.std_error),
                    format!("{} – {}", show(found.ci_low), show(found.ci_high)),
                    found.deff.map_or("–".to_owned(), |deff| format!("{deff:.3}")),
                    found.n.to_string(),
                ]
            }
            Outcome::Suppressed { n } => {
                ["suppressed", "", "too few answers", "", &n.to_string()].map(str::to_owned)
            }
        };
        lines.push([row.question.clone(), group, answer, estimate, error, interval, deff, n]);
    }
    let widths: Vec<usize> =
        (0..8).map(|index| lines.iter().map(|line| width(&line[index])).max().unwrap_or(0)).collect();
    for line in lines {
        let mut text = String::new();
        for (index, cell) in line.iter().enumerate() {
            let fill = " ".repeat(widths[index] - width(cell));
            if index < 3 {
                text.push_str(cell);
                text.push_str(&fill);
            } else {
                text.push_str(&fill);
                text.push_str(cell);
            }
            text.push_str("  ");
        }
        writeln!(out, "{}", text.trim_end())?;
    }
    Ok(())
}

/// Columns on a terminal: Chinese characters take two.
fn width(text: &str) -> usize {
    text.chars().map(|c| if matches!(c as u32, 0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f | 0xff00..=0xff60) { 2 } else { 1 }).sum()
}
