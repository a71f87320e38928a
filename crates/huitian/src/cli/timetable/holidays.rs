//! `huitian timetable holidays`: a year of the national calendar from a file into a plan, tried before it is recorded.

use std::path::PathBuf;

use anyhow::{Context, bail};
use app::read::Asked;
use app::timetable::Limits;
use app::{Actor, AppError, Change};
use clap::Args;
use domain::code::Code;
use domain::command::Command;
use domain::fact::Fact;
use domain::plan::PlanFact;
use domain::planned_date::parse_day;
use domain::portfolio::Portfolio;
use domain::scenario::{Moved, moves};
use domain::source::{Grade, Source};
use domain::subject::Subject;
use domain::timetabling::HolidayPaper;
use domain::timetabling::holidays::{Difference, came_out};
use exchange::holiday_year;
use jiff::civil::Date;
use words::Lang;
use words::shown::{comma, day};

use crate::cli::common::{DatabaseArg, LangArg, plan, runtime};

/// Most moved projects that are told one by one.
const SHOWN: usize = 200;

/// Take a year's holidays and make-up days into a plan, and say what they move
#[derive(Debug, Args)]
#[command(after_help = "\
The file is JSON as it is common for China's holidays (year, papers, days with name, date and isOffDay), or a sheet
(XLSX, CSV) with the columns date, to, kind (off or work, 休 or 班), name, and if wanted paper, published, year.
The day of publication is taken from the file, or from the address of the paper.

Examples:
  huitian timetable holidays 2027.json --plan huitian-2018 --dry-run
  huitian timetable holidays 2027.csv --published 2026-11-06 --paper https://www.gov.cn/… --as wang

Exit status: 0 recorded, or on record already, or tried; 1 refused, nothing was recorded.")]
pub struct HolidaysArgs {
    /// The year: JSON, XLSX or CSV
    file: PathBuf,
    #[command(flatten)]
    database: DatabaseArg,
    #[command(flatten)]
    lang: LangArg,
    /// The plan's code; the first plan when not given
    #[arg(long, value_name = "CODE")]
    plan: Option<Code>,
    /// The day the paper came out
    #[arg(long, value_name = "DATE", value_parser = read_day)]
    published: Option<Date>,
    /// Where the paper can be read, if the file does not say so
    #[arg(long, value_name = "ADDRESS")]
    paper: Option<String>,
    /// Only say what it would move
    #[arg(long)]
    dry_run: bool,
    /// In whose name and with whose rights; the operator of this machine when not given
    #[arg(long = "as", value_name = "PERSON")]
    person: Option<Code>,
}

fn read_day(text: &str) -> Result<Date, String> {
    parse_day(text).ok_or_else(|| "write a day such as 2026-11-06".to_owned())
}

pub fn run(args: &HolidaysArgs) -> anyhow::Result<()> {
    let lang = args.lang.lang();
    let shown = args.file.display();
    let length = std::fs::metadata(&args.file).with_context(|| format!("cannot read {shown}"))?.len();
    if length > 1 << 20 {
        bail!("{shown}: {}", words::text(lang, "holidays-too-large"));
    }
    let bytes = std::fs::read(&args.file).with_context(|| format!("cannot read {shown}"))?;
    let read = holiday_year::read(&bytes).map_err(|error| {
        let values = error.args();
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        anyhow::anyhow!("{shown}: {}", words::with(lang, error.key(), &values))
    })?;
    let app = args.database.app()?;
    runtime()?.block_on(async {
        let plan = plan(&app, args.plan.as_ref()).await?;
        let actor = match &args.person {
            None => Actor::operator(),
            Some(code) => {
                app.actor(code).await?.with_context(|| format!("there is no active person '{code}'"))?
            }
        };
        let view = app.view(Asked::default()).await?;
        let base = app.timetable_dates(&plan, view).await?;
        let address = args.paper.clone().unwrap_or(read.paper.address);
        let told = came_out(&base.portfolio.plan, read.year, &address, app.clock().today());
        let published = args.published.or(read.published).or(told);
        let published =
            published.context("the file does not say when the paper came out: give --published")?;
        let paper = HolidayPaper::new(address.clone(), read.paper.days);
        let fact: Fact = PlanFact::Holidays { year: read.year, published, paper: Some(paper) }.into();
        let subject = Subject::plan(&plan);
        let change = Change {
            command: Command::Record { subject: subject.clone(), facts: vec![fact.clone()], expected: None },
            effective: Some(published),
            source: Source { grade: Grade::Published, url: address.clone(), ..Source::default() },
            reason: String::new(),
        };
        // Whether it may be recorded is asked before what it moves is told.
        let tried = app.try_all(&actor, vec![change.clone()]).await?;
        let new = match tried.into_iter().next() {
            Some(Ok(receipt)) => !receipt.entries.is_empty(),
            Some(Err(error)) => return Err(refused(lang, error)),
            None => false,
        };
        let (year, on) = (read.year.to_string(), day(lang, published));
        let values = [("year", year.as_str()), ("on", &on), ("address", &address)];
        println!("{}", words::with(lang, "holidays-cli-read", &values));
        if !new {
            println!("{}", words::text(lang, "holidays-cli-known"));
            return Ok(());
        }
        match app.try_facts(&base.portfolio, &subject, std::slice::from_ref(&fact)).await? {
            Err(error) => bail!("{error}"),
            Ok(after) => {
                let as_of = Some(view.as_of);
                let (was, is) =
                    (base.portfolio.plan.working_days(as_of), after.portfolio.plan.working_days(as_of));
                tell_days(lang, &Difference::of(read.year, &was, &is));
                let found = moves(&base.side(Limits::Ignored)?, &after.side(Limits::Ignored)?);
                tell_moves(lang, &base.portfolio, &found);
            }
        }
        if args.dry_run {
            println!("{}", words::text(lang, "holidays-cli-tried"));
            return Ok(());
        }
        let receipt = app.change(&actor, change).await.map_err(|error| refused(lang, error))?;
        let seq = receipt.entries.last().map_or_else(String::new, |entry| entry.seq.to_string());
        println!("{}", words::with(lang, "holidays-cli-done", &[("seq", &seq)]));
        Ok(())
    })
}

fn refused(lang: Lang, error: AppError) -> anyhow::Error {
    match error {
        AppError::Refused(refusals) => {
            let all: Vec<String> = refusals.iter().map(|refusal| words::refusal(lang, refusal)).collect();
            anyhow::anyhow!("{}", all.join("; "))
        }
        error => error.into(),
    }
}

fn tell_days(lang: Lang, found: &Difference) {
    let (year, was, is) = (found.year.to_string(), found.before.to_string(), found.after.to_string());
    let key = if was == is { "holidays-would-count-same" } else { "holidays-would-count" };
    println!("{}", words::with(lang, key, &[("year", &year), ("before", &was), ("after", &is)]));
    for (key, days) in [("holidays-would-off", &found.off), ("holidays-would-work", &found.worked)] {
        if !days.is_empty() {
            let named: Vec<String> = days.iter().map(|on| day(lang, *on)).collect();
            println!("{}", words::with(lang, key, &[("days", &named.join(comma(lang)))]));
        }
    }
}

fn tell_moves(lang: Lang, portfolio: &Portfolio, found: &[Moved]) {
    if found.is_empty() {
        println!("{}", words::text(lang, "holidays-cli-no-moves"));
        return;
    }
    println!("{}", words::with(lang, "holidays-cli-moves", &[("count", &found.len().to_string())]));
    let date = |on: Option<Date>| on.map_or_else(|| "-".to_owned(), |on| day(lang, on));
    let spare = |float: Option<i64>| float.map_or_else(|| "-".to_owned(), |float| float.to_string());
    for moved in found.iter().take(SHOWN) {
        let project = portfolio.project(moved.project.as_str());
        let name = project.map_or("", |project| project.name.get(lang.is_english()));
        let step = project
            .and_then(|project| project.steps.iter().find(|line| line.step == moved.step))
            .map_or(moved.step.as_str(), |line| line.name.get(lang.is_english()));
        let values = [
            ("project", format!("{} {name}", moved.project)),
            ("step", step.to_owned()),
            ("before", date(moved.before)),
            ("after", date(moved.after)),
            ("days", format!("{:+}", moved.days)),
            ("was", spare(moved.float.0)),
            ("is", spare(moved.float.1)),
        ];
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        println!("  {}", words::with(lang, "holidays-cli-move", &values));
    }
    if found.len() > SHOWN {
        let more = (found.len() - SHOWN).to_string();
        println!("  {}", words::with(lang, "import-more", &[("count", &more)]));
    }
}
