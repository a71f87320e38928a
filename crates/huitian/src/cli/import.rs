//! `huitian import`: rows of a file into the ledger, all or none.

mod long;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use app::import::{ImportReport, Mode, Prepared, Profile, Resolver, Sheet, prepare};
use app::read::Asked;
use app::request::{Datum, ProtectionKey};
use app::table::{TABLES, Table, table};
use app::{Actor, App, AppError};
use domain::code::Code;
use domain::subject::directory;
use exchange::sheet::{Limits, ReadError};
use sheets::{Format, Incoming, Style};
use words::Lang;

use super::common::{DatabaseArg, LangArg, plan, progress, runtime};
use super::serve::key_file;
use super::target::Target;

/// Imports the rows of a workbook or CSV file, all or none; or writes a template to fill in
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    huitian import projects.xlsx --table projects --plan huitian-2018 --dry-run\n  \
    huitian import ledger.csv --profile ledger.toml --report mistakes.csv --lang en\n  \
    huitian import ledger.xlsx --table milestones --annotated mistakes.xlsx --as wang\n  \
    huitian import register.xlsx --table items --plan huitian-2018 --dry-run\n  \
    huitian import --template projects --out projects.xlsx\n  \
    huitian import clinics.geojson --table facilities --datum gcj02 --dry-run\n  \
    huitian import hotline-2019.csv --table requests --skip-wrong --report left-out.csv --datum gcj02\n\n\
    Reads .xlsx, GeoJSON (facilities, residences, parcels), and text separated by comma, semicolon or tab in UTF-8, UTF-16 or GB18030. Headings are known\n\
    by their Chinese and English names; a profile (TOML or JSON) names others, constants, and what words of\n\
    the file mean. Running a file again changes nothing. Rows that say the same thing of the same day twice are\n\
    refused.\n\n\
    A profile:\n  \
    table = \"projects\"\n  header_row = 3\n  dates = [\"%d.%m.%Y\"]\n  \
    [columns]\n  \"建设单位\" = \"lead_unit\"\n  [constants]\n  grade = \"reported\"\n  \
    [values.membership]\n  \"在库\" = \"member\"\n\n\
    Work orders of residents (requests) may be millions: a text file of them, or a workbook of more than 200,000 rows or\n\
    32 MB, is looked through first, then taken in in pieces, each for good; run again after it was stopped, it goes on\n\
    where it was. Leave room on the disk: while it runs, the log beside an SQLite database may hold 1 GB. Who asked is\n\
    sealed with the key of the site (--protected-key, as for serve).\n\n\
    Coordinates of Chinese maps (--datum, a constant of the profile, or a column) become WGS 84. Longitude and latitude\n\
    that were swapped are put right, and said; a place far from all areas of the plan is a mistake.\n\n\
    Exit status: 0 imported (or would be), 4 some rows are wrong: nothing was imported, or of orders in pieces what is\n\
    said to be.")]
pub struct Args {
    /// The file to import
    #[arg(required_unless_present = "template", conflicts_with = "template")]
    file: Option<PathBuf>,
    #[command(flatten)]
    database: DatabaseArg,
    #[command(flatten)]
    lang: LangArg,
    /// The table: projects, milestones, outputs … (a profile may name it)
    #[arg(long, value_parser = parse_table, value_name = "TABLE")]
    table: Option<&'static Table>,
    /// The plan's code; the first plan when not given
    #[arg(long, value_name = "CODE")]
    plan: Option<Code>,
    /// How the file's columns and words are to be read
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,
    /// What longitudes and latitudes refer to where the file does not say it: wgs84, gcj02 or bd09
    #[arg(long, value_parser = parse_datum, value_name = "DATUM")]
    datum: Option<Datum>,
    /// The sheet of a workbook; the first one that is not empty when not given
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// Only find out what it would come to
    #[arg(long)]
    dry_run: bool,
    /// Import the rows that are right and name the others (requests only)
    #[arg(long)]
    skip_wrong: bool,
    /// In whose name and with whose rights; the operator of this machine when not given
    #[arg(long = "as", value_name = "PERSON")]
    person: Option<Code>,
    /// Write every mistake to this file (.csv, .xlsx or .json; JSON has the changes too)
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Write the rows again with what is wrong behind each (.xlsx or .csv)
    #[arg(long, value_name = "FILE")]
    annotated: Option<PathBuf>,
    /// Rows of a long file that are taken in together: fewer hold others up for less time, more go faster
    #[arg(long, value_name = "ROWS", default_value_t = 7_000,
        value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(100..=50_000))]
    piece: usize,
    /// File with the key that seals who asked, for requests [default: beside the database]
    #[arg(long, env = "HUITIAN_PROTECTED_KEY", value_name = "FILE")]
    protected_key: Option<PathBuf>,
    /// text or json
    #[arg(long, default_value = "text", value_parser = ["text", "json"])]
    format: String,
    /// Write a workbook to be filled in for this table
    #[arg(long, value_parser = parse_table, value_name = "TABLE", requires = "out")]
    template: Option<&'static Table>,
    /// Where to write the template
    #[arg(long, value_name = "FILE", requires = "template")]
    out: Option<PathBuf>,
}

fn parse_table(name: &str) -> Result<&'static Table, String> {
    table(name).ok_or_else(|| {
        format!("one of {}", TABLES.iter().map(|table| table.name).collect::<Vec<_>>().join(", "))
    })
}

fn parse_datum(text: &str) -> Result<Datum, String> {
    Datum::parse(text).ok_or_else(|| "wgs84, gcj02 or bd09".into())
}

/// Some rows are wrong.
const WRONG: u8 = 4;
/// Mistakes shown on the terminal.
const SHOWN: usize = 30;

pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let lang = args.lang.lang();
    if let (Some(table), Some(out)) = (args.template, &args.out) {
        let bytes = sheets::template(lang, table)?;
        std::fs::write(out, bytes).with_context(|| format!("cannot write {}", out.display()))?;
        return Ok(ExitCode::SUCCESS);
    }
    let file = args.file.as_deref().context("name the file to import")?;
    let mut profile = match &args.profile {
        None => Profile::default(),
        Some(path) => {
            let text =
                std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
            Profile::parse(&text).with_context(|| path.display().to_string())?
        }
    };
    let table = match (args.table, &profile.table) {
        (Some(table), _) => table,
        (None, Some(name)) => parse_table(name).map_err(anyhow::Error::msg)?,
        (None, None) => anyhow::bail!("say which table it is by --table, or in a profile"),
    };
    if let Some(datum) = args.datum {
        let has_places = table.columns.iter().any(|column| column.name == "datum");
        anyhow::ensure!(
            has_places,
            "--datum is for --table requests, facilities, residences, parcels and areas"
        );
        profile.constants.insert("datum".into(), datum.as_str().into());
    }
    anyhow::ensure!(table.is_of_orders() || !args.skip_wrong, "--skip-wrong is for --table requests");
    let name = args.sheet.as_deref().or(profile.sheet.as_deref());
    let long = |name| long::run(&args, file, name, table, &profile, lang);
    if table.is_of_orders() && !is_workbook(file)? {
        return long(None);
    }
    let mut incoming = match read(file, name, table)? {
        Ok(incoming) => incoming,
        // What is too long to be held is taken in by pieces.
        Err(error) if table.is_of_orders() && error.is_too_long() => return long(name),
        Err(error) => anyhow::bail!("{}: {}", file.display(), sheets::explain(lang, &error)),
    };
    let app = args.database.app()?;
    if table.is_of_orders() {
        protect(&app, args.protected_key.as_deref())?;
    }
    let runtime = runtime()?;
    runtime.block_on(async {
        // Areas and units belong to no plan; their sheets may come before there is one.
        let plan = match table.name {
            "areas" | "units" if args.plan.is_none() => {
                app.plans().await?.into_iter().next().unwrap_or_else(directory)
            }
            _ => plan(&app, args.plan.as_ref()).await?,
        };
        let actor = actor(&app, args.person.as_ref()).await?;
        let resolver = match app.portfolio(&plan, Asked::default()).await {
            Ok(portfolio) => Resolver::of(&portfolio),
            Err(AppError::NotFound) => Resolver::default(),
            Err(error) => return Err(error.into()),
        };
        // A timetable that this plan gave out says nothing by what was left as it was.
        let mut held = 0;
        if let Some(origin) = incoming.plan
            && let Some(own) = app.timetable_made_for(&plan, origin.as_of()).await?
        {
            let (plan, dates) = own.timetable.for_export();
            held = origin.leave_out(&mut incoming.sheet, table, &plan, &dates);
        }
        let sheet = incoming.sheet;
        let prepared = prepare(table, &plan, &sheet, &profile, &resolver, app.clock().today())
            .map_err(|error| anyhow::anyhow!("{}: {}", file.display(), error.message(lang, table)))?
            .with_held(held);
        let total = prepared.total as u64;
        let bar = progress("import", Some(total));
        let shown = bar.clone();
        let mode = match (args.dry_run, args.skip_wrong) {
            (true, _) => Mode::DryRun,
            (false, true) => Mode::ApplyGood,
            (false, false) => Mode::Apply,
        };
        let report =
            import(&app, &actor, prepared, mode, Arc::new(move |done| shown.set_position(done))).await;
        bar.finish_and_clear();
        let report = report.map_err(|error| say(error, lang))?;
        if let Some(path) = &args.annotated {
            annotate(&sheet, &report, &profile, path, lang)?;
        }
        tell(&args, &report, lang)
    })
}

/// Writes and prints what an import came to.
fn tell(args: &Args, report: &ImportReport, lang: Lang) -> anyhow::Result<ExitCode> {
    if let Some(path) = &args.report {
        write_report(report, path, lang)?;
    }
    if args.format == "json" {
        println!("{:#}", json(report, lang));
    } else {
        print(report, lang);
    }
    Ok(if report.is_good() { ExitCode::SUCCESS } else { ExitCode::from(WRONG) })
}

async fn actor(app: &App, person: Option<&Code>) -> anyhow::Result<Actor> {
    match person {
        None => Ok(Actor::operator()),
        Some(code) => app.actor(code).await?.with_context(|| format!("there is no active person '{code}'")),
    }
}

fn protect(app: &App, key: Option<&Path>) -> anyhow::Result<()> {
    let key = key.map_or_else(|| key_file(app.database().address()), Path::to_owned);
    app.protect(ProtectionKey::from_file(&key)?);
    Ok(app.check_key(&key)?)
}

/// Workbooks are packed files; all else is text.
fn is_workbook(file: &Path) -> anyhow::Result<bool> {
    use std::io::Read;
    let mut begin = Vec::new();
    let opened = std::fs::File::open(file).with_context(|| format!("cannot read {}", file.display()))?;
    opened.take(4).read_to_end(&mut begin)?;
    Ok(begin.starts_with(b"PK") || begin.starts_with(b"\xd0\xcf\x11\xe0"))
}

async fn import(
    app: &App,
    actor: &Actor,
    prepared: Prepared,
    mode: Mode,
    done: app::import::Progress,
) -> Result<ImportReport, AppError> {
    app.import(actor, prepared, mode, Some(done)).await
}

fn say(error: AppError, lang: Lang) -> anyhow::Error {
    match error {
        AppError::Refused(refusals) => {
            let all: Vec<String> = refusals.iter().map(|refusal| words::refusal(lang, refusal)).collect();
            anyhow::anyhow!("{}", all.join("; "))
        }
        error => error.into(),
    }
}

fn read(file: &Path, name: Option<&str>, table: &Table) -> anyhow::Result<Result<Incoming, ReadError>> {
    let limits = Limits::default();
    let length = std::fs::metadata(file).with_context(|| format!("cannot read {}", file.display()))?.len();
    // Before it is read into memory.
    if length > limits.bytes {
        return Ok(Err(ReadError::TooLarge { found: length, max: limits.bytes }));
    }
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(sheets::read(&bytes, name, table, &limits))
}

fn print(report: &ImportReport, lang: Lang) {
    let t = |key: &str| words::text(lang, key).into_owned();
    println!("{}", t("import-headings"));
    for heading in &report.headings {
        match heading.field {
            Some(field) => println!("  {} → {field}", heading.heading),
            None => println!("  {} {}", heading.heading, t("import-left-out")),
        }
    }
    let counts = &report.counts;
    let numbers = [counts.new, counts.changed, counts.unchanged, counts.refused].map(|n| n.to_string());
    let args = [
        ("new", numbers[0].as_str()),
        ("changed", &numbers[1]),
        ("unchanged", &numbers[2]),
        ("refused", &numbers[3]),
    ];
    println!("{}", words::with(lang, "import-counts", &args));
    put_right(report, lang);
    if report.is_good() {
        if report.mode == Mode::DryRun {
            preview(report, lang);
        }
        let entries = report.entries.to_string();
        let key = match report.mode {
            _ if report.entries == 0 => "import-nothing-new",
            Mode::DryRun => "import-tried",
            Mode::Apply | Mode::ApplyGood => "import-applied",
        };
        println!("{}", words::with(lang, key, &[("entries", &entries)]));
        return;
    }
    if let Some(row) = report.stopped {
        println!("{}", long::stopped(report, row, lang));
        println!("{}", t("import-stopped-mend"));
    } else if report.applied {
        let entries = report.entries.to_string();
        println!("{}", words::with(lang, "import-applied", &[("entries", &entries)]));
        println!("{}", t("import-rows-left-out"));
    } else {
        println!("{}", t("import-refused"));
    }
    for problem in report.problems.iter().take(SHOWN) {
        let column = if problem.column.is_empty() { String::new() } else { format!(", {}", problem.column) };
        let value = match problem.value.replace(['\n', '\r'], " ") {
            value if value.is_empty() => value,
            value => format!("“{value}” — "),
        };
        println!("  {} {}{column}: {value}{}", t("import-row"), problem.row, problem.message(lang));
    }
    let more = report.problems.len().saturating_sub(SHOWN);
    if more > 0 {
        println!("  {}", words::with(lang, "import-more", &[("count", &more.to_string())]));
    }
}

/// What was put right, by the first rows.
fn put_right(report: &ImportReport, lang: Lang) {
    if report.notices.is_empty() {
        return;
    }
    let count = report.notices.len().to_string();
    println!("{}", words::with(lang, "import-put-right-count", &[("count", &count)]));
    for notice in report.notices.iter().take(SHOWN) {
        println!("  {} {}: {}", words::text(lang, "import-row"), notice.row, notice.message(lang));
    }
}

/// The first changes, beside what holds now.
fn preview(report: &ImportReport, lang: Lang) {
    let row = words::text(lang, "import-row");
    let changes = || report.rows.iter().flat_map(|held| held.recorded.iter().map(move |fact| (held, fact)));
    for (held, fact) in changes().take(SHOWN) {
        let subject = held.subject.as_ref().map_or("", |subject| subject.code.as_str());
        let before = fact.before_text().unwrap_or_else(|| "-".into());
        println!(
            "  {row} {}: {subject} {} ({}): {before} → {}",
            held.row,
            fact.slot,
            fact.effective,
            fact.after_text()
        );
    }
    if changes().nth(SHOWN).is_some() {
        println!("  {}", words::text(lang, "import-preview-cut"));
    }
}

fn json(report: &ImportReport, lang: Lang) -> serde_json::Value {
    let problems: Vec<serde_json::Value> = report
        .problems
        .iter()
        .map(|problem| {
            serde_json::json!({
                "row": problem.row, "column": problem.column, "field": problem.field, "value": problem.value,
                "problem": problem.key(), "message": problem.message(lang),
            })
        })
        .collect();
    let notices: Vec<serde_json::Value> = report
        .notices
        .iter()
        .map(|notice| {
            serde_json::json!({
                "row": notice.row, "column": notice.column, "field": notice.field, "notice": notice.key(),
                "message": notice.message(lang),
            })
        })
        .collect();
    let rows: Vec<serde_json::Value> = report
        .rows
        .iter()
        .map(|row| {
            let recorded: Vec<serde_json::Value> = row
                .recorded
                .iter()
                .map(|fact| {
                    serde_json::json!({
                        "slot": fact.slot, "effective": fact.effective, "before": fact.before_text(), "after": fact.after_text(),
                    })
                })
                .collect();
            serde_json::json!({
                "row": row.row, "subject": row.subject.as_ref().map(ToString::to_string),
                "outcome": row.outcome.as_str(), "recorded": recorded,
            })
        })
        .collect();
    let headings: Vec<serde_json::Value> = report
        .headings
        .iter()
        .map(|heading| serde_json::json!({ "heading": heading.heading, "field": heading.field }))
        .collect();
    let counts = &report.counts;
    serde_json::json!({
        "table": report.table, "dry_run": report.mode == Mode::DryRun, "applied": report.applied,
        "entries": report.entries, "headings": headings,
        "counts": {
            "new": counts.new, "changed": counts.changed, "unchanged": counts.unchanged,
            "refused": counts.refused,
        },
        "problems": problems, "notices": notices, "rows": rows, "stopped_at_row": report.stopped,
    })
}

fn write_report(report: &ImportReport, path: &Path, lang: Lang) -> anyhow::Result<()> {
    let format = Format::of(path).context("name the report .csv, .xlsx or .json")?;
    let target = Target::new(Some(path.to_owned()));
    let mut out = target.open(format)?;
    let written = if format == Format::Json {
        writeln!(out, "{:#}", json(report, lang)).and_then(|()| out.flush()).map_err(Into::into)
    } else {
        sheets::write_mistakes(out, report, Style::for_people(format), lang).map_err(Into::into)
    };
    target.close(written)
}

fn annotate(
    sheet: &Sheet,
    report: &ImportReport,
    profile: &Profile,
    path: &Path,
    lang: Lang,
) -> anyhow::Result<()> {
    let format = Format::of(path)
        .filter(|format| *format != Format::Json)
        .context("name the annotated file .xlsx or .csv")?;
    let target = Target::new(Some(path.to_owned()));
    let out = target.open(format)?;
    let written = sheets::write_annotated(out, sheet, report, profile, Style::for_people(format), lang);
    target.close(written.map_err(Into::into))
}
