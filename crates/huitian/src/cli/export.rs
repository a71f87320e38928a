//! `huitian export`: every table as a file, at any point of view.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use app::App;
use app::export::{self, ExportTable, Snapshot};
use app::read::Asked;
use domain::code::Code;
use domain::item::kind::ItemKind;
use domain::item::light::Light;
use domain::item::query::LedgerQuery;
use domain::item::workflow::Standing;
use domain::portfolio::Portfolio;
use exchange::oc4ids;
use jiff::civil::Date;
use sheets::{Format, Style, export_sink, to_cells};
use words::Lang;

use super::common::{DatabaseArg, LangArg, plan, progress, runtime};
use super::target::Target;

/// Writes a table of the plan, or all of them, as XLSX, CSV or JSON; or an OC4IDS package
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    huitian export projects --as-of 2019-08-14 --out projects.xlsx\n  \
    huitian export tracks --plan huitian-2018 --as-of 2019-08-14 --format csv --bom --out tracks.csv\n  \
    huitian export ledger --kind whistle --standing open --light red --out red.xlsx\n  \
    huitian export statement --as-of 2019-08-14 --known-at 2019-08-14 --format json\n  \
    huitian export all --as-of 2019-08-14 --format csv --out folder\n  \
    huitian export oc4ids --plan huitian-2018 --as-of 2019-08-14 --out oc4ids.json\n\n\
    Tables: areas, units, projects, aliases, lead_units, supporting_units, parts, milestones, tracks,\n\
    promises, progress, outputs, groups, documents, remarks, indicators, baselines, targets, observations,\n\
    accepted, revisions, lists, list_entries, items, item_records, ledger, statement, figures, entries (the\n\
    journal). items and item_records can be imported again; ledger has every row with its light, or those that\n\
    --kind, --standing, --light, --unit, --area, --due-from, --due-to and --words ask for.\n\
    milestones has one date a row and can be imported again; tracks has promise, forecast, actual and slip\n\
    side by side. Every table has the column grade: published, reported or illustrative.\n\n\
    In CSV and XLSX a text that begins with = + - @ (full-width ones too), a tab or a carriage return gets an\n\
    apostrophe in front, so that no spreadsheet runs it; `huitian import` takes it away again.\n\n\
    Exit status: 0 written, 4 the statement and its figures were not, because a sum does not close.")]
pub struct Args {
    /// The table, `all`, or `oc4ids`
    what: String,
    #[command(flatten)]
    database: DatabaseArg,
    #[command(flatten)]
    lang: LangArg,
    #[command(flatten)]
    ledger: LedgerArgs,
    /// The plan's code; the first plan when not given
    #[arg(long, value_name = "CODE")]
    plan: Option<Code>,
    /// The day to look at; today when not given
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
    /// Use only what was on record at the end of this day
    #[arg(long, value_name = "DATE")]
    known_at: Option<Date>,
    /// xlsx, csv or json; by the name of --out when not given, else csv
    #[arg(long)]
    format: Option<Format>,
    /// The file to write (with `all`, the folder); standard output when not given
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Begin a CSV file with a byte order mark, for spreadsheet programs
    #[arg(long)]
    bom: bool,
    /// Headings for people in the language of --lang, not names for programs (CSV, XLSX)
    #[arg(long)]
    labels: bool,
    /// With `oc4ids`: a file of settings (prefix, publisher, sectors …) besides the shipped ones
    #[arg(long, value_name = "TOML")]
    settings: Option<PathBuf>,
}

/// Which rows of the ledger; all that are given must hold
#[derive(Debug, clap::Args)]
struct LedgerArgs {
    /// With `ledger`: only items of this kind, `project` or `milestone`; may be given several times
    #[arg(long, value_name = "KIND")]
    kind: Vec<String>,
    /// With `ledger`: only open, done, suspended or withdrawn ones; may be given several times
    #[arg(long, value_name = "STANDING", value_parser = parsed(Standing::parse))]
    standing: Vec<Standing>,
    /// With `ledger`: only with this light; may be given several times
    #[arg(long, value_name = "LIGHT", value_parser = parsed(Light::parse))]
    light: Vec<Light>,
    /// With `ledger`: only what this unit leads or supports
    #[arg(long, value_name = "CODE")]
    unit: Option<Code>,
    /// With `ledger`: only in this area or one below it
    #[arg(long, value_name = "CODE")]
    area: Option<Code>,
    /// With `ledger`: only what is due on or after this day
    #[arg(long, value_name = "DATE")]
    due_from: Option<Date>,
    /// With `ledger`: only what is due on or before this day
    #[arg(long, value_name = "DATE")]
    due_to: Option<Date>,
    /// With `ledger`: only what came in on or after this day
    #[arg(long, value_name = "DATE")]
    received_from: Option<Date>,
    /// With `ledger`: only what came in on or before this day
    #[arg(long, value_name = "DATE")]
    received_to: Option<Date>,
    /// With `ledger`: only with these words in name, number, code or text
    #[arg(long, value_name = "WORDS")]
    words: Option<String>,
}

/// A word of a closed list.
fn parsed<T>(parse: fn(&str) -> Option<T>) -> impl Fn(&str) -> Result<T, String> + Clone {
    move |text| parse(text).ok_or_else(|| format!("there is no '{text}'"))
}

impl LedgerArgs {
    fn query(&self, portfolio: &Portfolio) -> anyhow::Result<LedgerQuery> {
        let mut query = LedgerQuery {
            projects: self.kind.is_empty() || self.kind.iter().any(|kind| kind == "project"),
            milestones: self.kind.is_empty() || self.kind.iter().any(|kind| kind == "milestone"),
            standings: self.standing.clone(),
            lights: self.light.clone(),
            unit: self.unit.clone(),
            areas: self.area.as_ref().map_or_else(Vec::new, |area| portfolio.areas_below(area)),
            due: (self.due_from, self.due_to),
            received: (self.received_from, self.received_to),
            words: self.words.clone().unwrap_or_default(),
            ..LedgerQuery::default()
        };
        for kind in self.kind.iter().filter(|kind| !["project", "milestone"].contains(&kind.as_str())) {
            query.kinds.push(ItemKind::parse(kind).with_context(|| format!("there is no kind '{kind}'"))?);
        }
        Ok(query)
    }
}

/// A sum of the statement does not close: its tables were not written.
const REFUSED: u8 = 4;

pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let app = args.database.app()?;
    let runtime = runtime()?;
    let plan = runtime.block_on(plan(&app, args.plan.as_ref()))?;
    let known_at = args.known_at.map(|day| app.clock().end_of(day));
    let asked = Asked { as_of: args.as_of, known_at };
    if args.what == "oc4ids" {
        return runtime.block_on(oc4ids(&app, &plan, asked, args));
    }
    let format = args.format.or_else(|| args.out.as_deref().and_then(Format::of)).unwrap_or(Format::Csv);
    let lang = args.lang.lang();
    let style = Style { format, labels: args.labels, mark: args.bom };
    let tables: Vec<&ExportTable> = if args.what == "all" {
        export::TABLES.iter().collect()
    } else {
        vec![export::table(&args.what).with_context(|| {
            let names: Vec<&str> = export::TABLES.iter().map(|table| table.name).collect();
            format!("there is no table '{}'; there are: all, oc4ids, {}", args.what, names.join(", "))
        })?]
    };
    runtime.block_on(async {
        // The journal's rows bring their sources along.
        let origins = tables.iter().any(|table| !table.is_journal());
        let snapshot = app.snapshot(&plan, asked, lang.is_english(), origins).await?;
        let all = args.what == "all";
        if all {
            let folder = args.out.as_deref().context("give a folder by --out")?;
            std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        }
        let closes = snapshot.statement.closes();
        let query = Some(args.ledger.query(&snapshot.portfolio)?);
        let mut outcome = ExitCode::SUCCESS;
        for table in tables {
            if table.is_of_statement() && !closes {
                // The statement command names the rows at fault.
                let why = words::text(lang, "statement-refused");
                eprintln!("{}: {}", table.name, why.trim_end_matches([':', '\u{ff1a}']));
                outcome = ExitCode::from(REFUSED);
                continue;
            }
            let path = match &args.out {
                Some(folder) if all => {
                    Some(Path::new(folder).join(format!("{}.{}", table.name, format.extension())))
                }
                path => path.clone(),
            };
            write(&app, query.as_ref(), asked, &snapshot, table, path, style, lang).await?;
        }
        Ok(outcome)
    })
}

#[allow(clippy::too_many_arguments, reason = "all of them say what is written where")]
async fn write(
    app: &App,
    query: Option<&LedgerQuery>,
    asked: Asked,
    snapshot: &Snapshot,
    table: &ExportTable,
    path: Option<PathBuf>,
    style: Style,
    lang: Lang,
) -> anyhow::Result<()> {
    let named = path.clone();
    let target = Target::new(path);
    let mut sink = export_sink(target.open(style.format)?, table, style, lang)?;
    let bar = progress("export", None);
    let mut rows = 0u64;
    let outcome = app
        .export_rows(table, snapshot, query, asked, |row| {
            rows += 1;
            bar.set_position(rows);
            sink.row(&to_cells(row)).map_err(anyhow::Error::from)
        })
        .await;
    bar.finish_and_clear();
    let outcome = outcome.and_then(|()| Ok(sink.finish()?));
    target.close(outcome)?;
    if let Some(path) = named {
        eprintln!("{rows} rows in {}", path.display());
    }
    Ok(())
}

async fn oc4ids(app: &App, plan: &Code, asked: Asked, args: Args) -> anyhow::Result<ExitCode> {
    anyhow::ensure!(
        args.format.is_none_or(|format| format == Format::Json),
        "an OC4IDS package is JSON: leave --format out"
    );
    let settings = match &args.settings {
        None => oc4ids::Settings::shipped()?,
        Some(path) => {
            let text =
                std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
            oc4ids::Settings::with(&text).with_context(|| path.display().to_string())?
        }
    };
    let portfolio = app.portfolio(plan, asked).await?;
    let history = app.history(plan).await?;
    let clock = app.clock();
    let package = oc4ids::package(&portfolio, &history, &settings, clock.now(), clock.zone());
    let projects = package.projects.len();
    let named = args.out.clone();
    let target = Target::new(args.out);
    let mut out = target.open(Format::Json)?;
    let written = serde_json::to_writer_pretty(&mut out, &package)
        .map_err(anyhow::Error::from)
        .and_then(|()| Ok(writeln!(out)?))
        .and_then(|()| Ok(out.flush()?));
    drop(out);
    target.close(written)?;
    if let Some(path) = named {
        eprintln!("{projects} projects in {}", path.display());
    }
    Ok(ExitCode::SUCCESS)
}
