//! `huitian request retain` and `deletions`: what tells who asked goes when its time is over, and what went is told.

use app::App;
use app::request::{DeletionRecord, Retained};
use domain::code::Code;
use domain::request::{KeptKind, Retention};
use words::Lang;

use super::super::common::plan;

#[derive(Debug, clap::Args)]
pub struct RetainArgs {
    /// Only say what would go
    #[arg(long)]
    dry_run: bool,
    /// contact, link, follower, reveal or flag with its days, instead of the plan's rules
    #[arg(long, value_name = "KIND=DAYS", value_parser = keep)]
    keep: Vec<Retention>,
    #[arg(long, default_value = "text")]
    format: Format,
}

#[derive(Debug, clap::Args)]
pub struct DeletionsArgs {
    #[arg(long, default_value = "text")]
    format: Format,
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

/// The plans that are meant: the one that is named, or all.
async fn plans(app: &App, named: Option<&Code>) -> anyhow::Result<Vec<Code>> {
    Ok(match named {
        Some(_) => vec![plan(app, named).await?],
        None => app.plans().await?,
    })
}

pub async fn retain(app: &App, named: Option<&Code>, lang: Lang, args: RetainArgs) -> anyhow::Result<()> {
    let RetainArgs { dry_run, keep, format } = args;
    let plans = plans(app, named).await?;
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
    Ok(())
}

pub async fn deletions(app: &App, named: Option<&Code>, args: DeletionsArgs) -> anyhow::Result<()> {
    let format = args.format;
    let plans = plans(app, named).await?;
    let mut all: Vec<(Code, DeletionRecord)> = Vec::new();
    for plan in plans {
        all.extend(app.deletions(&plan).await?.into_iter().map(|held| (plan.clone(), held)));
    }
    if format == Format::Json {
        let values: Vec<serde_json::Value> =
            all.iter().map(|(plan, held)| serde_json::json!({ "plan": plan, "deletion": held })).collect();
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
