//! `huitian rhythm`: reminders, escalation and returns, as the calendar asks for them.

use std::process::ExitCode;

use anyhow::Context;
use app::read::Asked;
use app::rhythm::{Deed, Run};
use app::{Actor, App, Change};
use domain::code::Code;
use domain::command::Command;
use domain::plan::PlanFact;
use domain::rhythm::{InForce, RhythmRules};
use domain::source::Source;
use domain::subject::Subject;
use jiff::civil::{Date, DateTime};
use words::Lang;

use super::common::{DatabaseArg, LangArg, plan, runtime};

/// Reminds, escalates, issues slips, opens and closes periods, as a plan's rules say
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    huitian rhythm rules\n  \
    huitian rhythm start --set usual --since 2019-09-02\n  \
    huitian rhythm run --dry-run\n  \
    huitian rhythm run --on 2019-09-05 --dry-run --format json\n\n\
    `huitian serve` keeps the rhythm by itself every five minutes. A run does what is due and not yet done:\n\
    running it again, or on two machines at once, does nothing twice.")]
pub struct Args {
    #[command(flatten)]
    database: DatabaseArg,
    /// Code of the plan; all plans, for a run, or the first one
    #[arg(long, global = true, value_name = "PLAN")]
    plan: Option<Code>,
    #[command(flatten)]
    lang: LangArg,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Do what is due, or say what would be done
    Run {
        /// As if it were the end of this day; a day that has not come needs --dry-run
        #[arg(long, value_name = "DATE")]
        on: Option<Date>,
        /// Only say what would be done
        #[arg(long)]
        dry_run: bool,
        #[arg(long, default_value = "text")]
        format: Format,
    },
    /// Print the rules a plan goes by, as JSON
    Rules,
    /// Put a set of rules into force
    Start {
        /// usual, sanming-2017, suqian-2025 or next-day
        #[arg(long, default_value = "usual", value_name = "SET")]
        set: String,
        /// What fell due before is not made up for; today when not given
        #[arg(long, value_name = "DATE")]
        since: Option<Date>,
        /// The last day on which anything is done
        #[arg(long, value_name = "DATE")]
        until: Option<Date>,
    },
    /// End the rhythm with a day; today when not given
    Stop {
        #[arg(long, value_name = "DATE")]
        until: Option<Date>,
    },
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    Text,
    Json,
}

pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let app = args.database.app()?;
    runtime()?.block_on(act(&app, args.plan.as_ref(), args.lang.lang(), args.action))?;
    Ok(ExitCode::SUCCESS)
}

async fn act(app: &App, named: Option<&Code>, lang: Lang, action: Action) -> anyhow::Result<()> {
    match action {
        Action::Run { on, dry_run, format } => {
            let today = app.clock().today();
            if let Some(on) = on.filter(|on| *on > today && !dry_run) {
                anyhow::bail!("{on} has not come yet: add --dry-run to see what would be done then");
            }
            let at = match on {
                Some(on) if on != today => on.at(23, 59, 0, 0),
                _ => app.wall(),
            };
            let plans = match named {
                Some(_) => vec![plan(app, named).await?],
                None => app.plans().await?,
            };
            let mut runs = Vec::new();
            for plan in plans {
                runs.push(app.run_rhythm(&plan, at, dry_run).await?);
            }
            match format {
                Format::Json => println!("{}", serde_json::to_string_pretty(&runs)?),
                Format::Text => runs.iter().for_each(|run| print(run, lang)),
            }
        }
        Action::Rules => {
            let plan = plan(app, named).await?;
            let portfolio = app.portfolio(&plan, Asked::default()).await?;
            let rules = portfolio.plan.rhythm.as_ref().context("the plan keeps no rhythm")?;
            println!("{}", serde_json::to_string_pretty(rules)?);
        }
        Action::Start { set, since, until } => {
            let known: Vec<String> =
                RhythmRules::presets().into_iter().map(|set| set.code.to_string()).collect();
            let rules = RhythmRules::preset(&set)
                .with_context(|| format!("there is no set '{set}'; there are: {}", known.join(", ")))?;
            let since = since.unwrap_or_else(|| app.clock().today());
            put(app, &plan(app, named).await?, InForce { since, until, rules }).await?;
        }
        Action::Stop { until } => {
            let plan = plan(app, named).await?;
            let portfolio = app.portfolio(&plan, Asked::default()).await?;
            let rules = portfolio.plan.rhythm.clone().context("the plan keeps no rhythm")?;
            let until = Some(until.unwrap_or_else(|| app.clock().today()));
            put(app, &plan, InForce { until, ..rules }).await?;
        }
    }
    Ok(())
}

async fn put(app: &App, plan: &Code, rules: InForce) -> anyhow::Result<()> {
    let facts = vec![PlanFact::Rhythm(rules).into()];
    let command = Command::Record { subject: Subject::plan(plan), facts, expected: None };
    let source = Source { title: "huitian rhythm".into(), ..Source::default() };
    app.change(&Actor::operator(), Change { command, effective: None, source, reason: String::new() })
        .await?;
    Ok(())
}

fn print(run: &Run, lang: Lang) {
    let text = |key: &str| words::text(lang, key);
    if !run.in_force {
        println!("{}\t{}", run.plan, text("rhythm-not"));
    }
    let moment = |at: &DateTime| at.strftime("%Y-%m-%d %H:%M").to_string();
    for deed in &run.deeds {
        let line = match deed {
            Deed::Chased { item, limit, to, slip, raised, .. } => {
                let to = text(&format!("recipient-{}", to.as_str().replace('_', "-")));
                let slip = slip.as_deref().unwrap_or(if *raised { "raised" } else { "" });
                format!("{item}\t{}\t{to}\t{slip}", moment(limit))
            }
            Deed::RequestChased { request, limit, to, slip, .. } => {
                let to = text(&format!("recipient-{}", to.as_str().replace('_', "-")));
                format!("{request}\t{}\t{to}\t{}", moment(limit), slip.as_deref().unwrap_or_default())
            }
            Deed::Opened { period, series, units } => format!("{series}\t{period}\t{}", units.len()),
            Deed::Drafted { report } => report.to_string(),
            Deed::Forecast { on } => format!("{}\t{on}", text("forecast-kept-one")),
            Deed::Missed { returns } => {
                let returns: Vec<&str> = returns.iter().map(Code::as_str).collect();
                format!("{}\t{}", text("item-state-missed"), returns.join(" "))
            }
        };
        println!("{}\t{}\t{line}", run.plan, moment(&run.at));
    }
}
