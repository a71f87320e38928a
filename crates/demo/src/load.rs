//! Playing the demonstration plan's past, day by day.

use std::sync::Arc;

use anyhow::{Context, anyhow};
use app::table::{PlanFile, table};
use app::{Actor, App, Change, Clock, FixedClock};
use domain::code::Code;
use domain::planned_date::parse_day;
use domain::subject::directory;
use jiff::civil::{Date, date};
use store::Database;
use words::Lang;

use crate::data::{AREAS, PLANS, UNITS};
use crate::people;
/// Units and areas without a day of their own were known before the plan was published.
const BEFORE: Date = date(2018, 8, 1);

/// A change with the day it became known and where it was written down.
struct Dated {
    day: Date,
    place: String,
    change: Change,
}

/// Loads the plans and the demonstration's people; `progress` is told how many changes of how many are
/// made. Returns the number of entries.
pub async fn load(
    database: &Database,
    clock: Arc<dyn Clock>,
    progress: impl Fn(usize, usize),
) -> anyhow::Result<u64> {
    load_plans(database, progress).await?;
    people::register(&App::new(database.clone(), clock)).await?;
    Ok(database.read_async(|c| c.head()).await?.0)
}

/// Loads the plans; the journal's times are those at which the facts became known.
pub async fn load_plans(database: &Database, progress: impl Fn(usize, usize)) -> anyhow::Result<()> {
    let mut changes = read_table("areas", AREAS, &directory(), BEFORE)?;
    changes.extend(read_table("units", UNITS, &directory(), BEFORE)?);
    for data in PLANS {
        let plan = PlanFile::parse(data.plan).with_context(|| format!("demo/{}/plan.toml", data.code))?;
        let place = || format!("demo/{}/plan.toml", data.code);
        let here = |(day, change)| Dated { day, place: place(), change };
        changes.push(here((plan.recorded_on, plan.registration())));
        changes.extend(plan.editions().into_iter().map(here));
        for (name, text) in data.tables {
            changes.extend(read_table(name, text, &plan.code, plan.recorded_on)?);
        }
        changes.extend(plan.results().into_iter().map(here));
    }
    // A stable sort: within a day the order of the files stays, which is that of dependence.
    changes.sort_by_key(|dated| dated.day);

    let clock = Arc::new(FixedClock::morning(BEFORE)?);
    let app = App::new(database.clone(), clock.clone());
    let mut done = 0;
    for day in changes.chunk_by(|a, b| a.day == b.day) {
        clock.set_morning(day[0].day)?;
        let batch: Vec<Change> = day.iter().map(|dated| dated.change.clone()).collect();
        app.change_all(&Actor::operator(), batch).await.map_err(|(at, error)| {
            let why = match error {
                app::AppError::Refused(refusals) => refusals
                    .iter()
                    .map(|r| format!("{}: {}", r.field, words::refusal(Lang::En, r)))
                    .collect::<Vec<_>>()
                    .join("; "),
                error => error.to_string(),
            };
            anyhow!("{} (known {}): {why}", day[at].place, day[at].day)
        })?;
        done += day.len();
        progress(done, changes.len());
    }
    Ok(())
}

fn read_table(name: &str, text: &str, plan: &Code, known: Date) -> anyhow::Result<Vec<Dated>> {
    let table = table(name).with_context(|| format!("no table '{name}'"))?;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers()?.clone();
    let mut out = Vec::new();
    for (at, record) in reader.records().enumerate() {
        let record = record?;
        let place = format!("demo {name}.csv row {}", at + 2);
        let cell = |column: &str| {
            header.iter().position(|held| held == column).and_then(|at| record.get(at)).unwrap_or("")
        };
        let day = match cell("recorded_on") {
            "" => known,
            text => parse_day(text).with_context(|| format!("{place}: recorded_on '{text}'"))?,
        };
        let mut change = table.change(plan, cell).map_err(|errors| anyhow!("{place}: {errors:?}"))?;
        change.effective.get_or_insert(day);
        out.push(Dated { day, place, change });
    }
    Ok(out)
}
