//! `huitian request`: what tells who asked goes when its time is over; what was erased is cleared out of the files.

use std::process::ExitCode;

use app::App;
use app::request::{DeletionRecord, Retained};
use domain::code::Code;
use domain::request::{KeptKind, Retention};
use words::Lang;

use super::common::{DatabaseArg, LangArg, plan, runtime};

/// Lets go of what tells who asked when its time is over, and clears out what was erased
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    huitian request retain --dry-run\n  \
    huitian request retain --dry-run --keep contact=365 --keep link=90 --format csv\n  \
    huitian request retain\n  \
    huitian request deletions --format json\n  \
    huitian request compact\n\n\
    How long each kind is kept stands in the plan's rules of requests (privacy); --keep says it otherwise, once.\n\
    `huitian serve` lets go of what is due by itself every ten minutes; a run that was stopped goes on where it was.\n\
    Backups hold what was kept when they were made: keep them no longer than the times say. After an erasure on\n\
    request, `compact` clears unused places of the database's files.")]
pub struct Args {
    #[command(flatten)]
    database: DatabaseArg,
    /// Code of the plan; all plans when not given
    #[arg(long, global = true, value_name = "PLAN")]
    plan: Option<Code>,
    #[command(flatten)]
    lang: LangArg,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Let go of what is over its time, or say what would go, by kind and age
    Retain {
        /// Only say what would go
        #[arg(long)]
        dry_run: bool,
        /// contact, link, follower, reveal or flag with its days, instead of the plan's rules
        #[arg(long, value_name = "KIND=DAYS", value_parser = keep)]
        keep: Vec<Retention>,
        #[arg(long, default_value = "text")]
        format: Format,
    },
    /// List what went: when, of what kind and how much
    Deletions {
        #[arg(long, default_value = "text")]
        format: Format,
    },
    /// Clear what was erased out of unused places of the database's files; nobody writes meanwhile
    Compact,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Text,
    Json,
    Csv,
}

fn keep(text: &str) -> Result<Retention, String> {
    let known = || KeptKind::ALL.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(", ");
    let (kind, days) = text.split_once('=').ok_or_else(|| "write KIND=DAYS".to_owned())?;
    let kind = KeptKind::parse(kind).ok_or_else(|| format!("the kinds are {}", known()))?;
    let days = days.parse().map_err(|_| "days are a whole number".to_owned())?;
    Ok(Retention { kind, days })
}

pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let app = args.database.app()?;
    let lang = args.lang.lang();
    runtime()?.block_on(act(&app, args.plan.as_ref(), lang, args.action))?;
    Ok(ExitCode::SUCCESS)
}

async fn act(app: &App, named: Option<&Code>, lang: Lang, action: Action) -> anyhow::Result<()> {
    let plans = match named {
        Some(_) => vec![plan(app, named).await?],
        None => app.plans().await?,
    };
    match action {
        Action::Retain { dry_run, keep, format } => {
            let mut runs: Vec<Retained> = Vec::new();
            for plan in plans {
                let given = (!keep.is_empty()).then(|| keep.clone());
                let mut run = app.retain(&plan, given.clone(), dry_run).await?;
                while run.more {
                    let next = app.retain(&plan, given.clone(), false).await?;
                    for (line, more) in run.lines.iter_mut().zip(&next.lines) {
                        line.gone += more.gone;
                    }
                    run.more = next.more;
                }
                runs.push(run);
            }
            match format {
                Format::Json => println!("{}", serde_json::to_string_pretty(&runs)?),
                Format::Csv => {
                    println!("plan,kind,days,over,gone,oldest,newest");
                    lines(&runs, ',', |kind| kind.as_str().to_owned());
                }
                Format::Text => {
                    lines(&runs, '\t', |kind| {
                        words::text(lang, &format!("kept-kind-{}", kind.as_str())).into_owned()
                    });
                    if runs.iter().all(|run| run.lines.is_empty()) {
                        println!("{}", words::text(lang, "retain-no-rules"));
                    }
                }
            }
        }
        Action::Deletions { format } => {
            let mut all: Vec<(Code, DeletionRecord)> = Vec::new();
            for plan in plans {
                all.extend(app.deletions(&plan).await?.into_iter().map(|held| (plan.clone(), held)));
            }
            if format == Format::Json {
                let values: Vec<serde_json::Value> = all
                    .iter()
                    .map(|(plan, held)| serde_json::json!({ "plan": plan, "deletion": held }))
                    .collect();
                println!("{}", serde_json::to_string_pretty(&values)?);
                return Ok(());
            }
            let apart = if format == Format::Csv { "," } else { "\t" };
            if format == Format::Csv {
                println!("plan,at,kind,days,count,oldest,newest");
            }
            for (plan, held) in &all {
                let day = |day: Option<jiff::civil::Date>| day.map(|day| day.to_string()).unwrap_or_default();
                let cells = [
                    plan.to_string(),
                    held.at.to_string(),
                    held.kind.as_str().to_owned(),
                    held.days.to_string(),
                    held.count.to_string(),
                    day(held.oldest),
                    day(held.newest),
                ];
                println!("{}", cells.join(apart));
            }
        }
        Action::Compact => app.compact().await?,
    }
    Ok(())
}

fn lines(runs: &[Retained], apart: char, name: impl Fn(KeptKind) -> String) {
    let day = |day: Option<jiff::civil::Date>| day.map(|day| day.to_string()).unwrap_or_default();
    for run in runs {
        for line in &run.lines {
            let cells = [
                run.plan.to_string(),
                name(line.kind),
                line.days.to_string(),
                line.over.to_string(),
                line.gone.to_string(),
                day(line.oldest),
                day(line.newest),
            ];
            println!("{}", cells.join(&apart.to_string()));
        }
    }
}
