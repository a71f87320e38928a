//! Playing the demonstration plan's past, day by day.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, anyhow, bail};
use app::import::{Mode, Profile, Resolver, Sheet, SheetRow, prepare};
use app::read::Asked;
use app::table::{PlanFile, Row, table};
use app::{Actor, App, AppError, Change, Clock, FixedClock};
use domain::code::Code;
use domain::planned_date::parse_day;
use domain::subject::directory;
use jiff::civil::{Date, date};
use store::Database;
use words::Lang;

use crate::data::{AREAS, BOUNDARIES, KINDS_REQUESTS, LAND_KNOWN, PARCELS, PLANS, RESIDENCES, UNITS};
use crate::registers::book::illustrative;
use crate::registers::{self, Book};
use crate::reports::{self, ToIssue};
use crate::{evaluations, foresight, ground, indices, people, published, requests, rhythm, surveys};

/// Units and areas without a day of their own were known before the plan was published.
const BEFORE: Date = date(2018, 8, 1);

/// A change with the day it became known, where it was written down, and who made it.
pub(crate) struct Dated {
    pub day: Date,
    pub place: String,
    pub actor: Actor,
    pub change: Change,
}

/// What becomes known on one day: changes, then the reports that are issued on it.
#[derive(Default)]
struct Day {
    changes: Vec<Dated>,
    reports: Vec<(Code, ToIssue)>,
    /// Plans whose rhythm is kept on it.
    rhythm: Vec<Code>,
    /// Plans whose residents ask on it.
    requests: Vec<Code>,
    /// Plans whose residents are asked.
    surveys: Vec<Code>,
    /// Plans whose forecast is put on record.
    forecast: Vec<Code>,
    /// Plans whose year is reported on.
    evaluations: Vec<Code>,
    /// Plans that get the ground of their maps.
    ground: Vec<Code>,
    /// Plans whose residences and parcels become known.
    land: Vec<Code>,
    /// Plans that a hotline's register is brought into.
    orders: Vec<Code>,
}

/// Loads the plans and the demonstration's people; `progress` is told how many changes of how many are
/// made. Returns the number of entries.
pub async fn load(
    database: &Database,
    clock: Arc<dyn Clock>,
    progress: impl Fn(usize, usize),
) -> anyhow::Result<u64> {
    load_plans(database, progress).await?;
    people::set_passwords(&App::new(database.clone(), clock)).await?;
    Ok(database.read_async(|c| c.head()).await?.0)
}

/// Loads the plans; the journal's times are those at which the facts became known.
pub async fn load_plans(database: &Database, progress: impl Fn(usize, usize)) -> anyhow::Result<()> {
    let (days, signers) = past()?;
    let count: usize = days.values().map(|day| day.changes.len() + day.reports.len()).sum();
    let clock = Arc::new(FixedClock::morning(BEFORE)?);
    let app = App::playing(database.clone(), clock.clone());
    let mut units = rhythm::Units::new(signers);
    let mut residents = requests::Requests::default();
    let mut done = 0;
    for (date, day) in days {
        clock.set_morning(date)?;
        done += day.changes.len() + day.reports.len();
        let (places, changes): (Vec<_>, Vec<_>) =
            day.changes.into_iter().map(|dated| (dated.place, (dated.actor, dated.change))).unzip();
        app.change_each(changes)
            .await
            .map_err(|(at, error)| anyhow!("{} (known {date}): {}", places[at], why(error)))?;
        for plan in &day.ground {
            ground::put(&app, plan).await.with_context(|| format!("the base map of {plan}"))?;
        }
        for plan in &day.land {
            for (name, text) in [("residences", RESIDENCES), ("parcels", PARCELS)] {
                let sheet = sheet(text)?;
                bring(&app, plan, name, sheet).await.with_context(|| format!("the {name} of {date}"))?;
            }
        }
        for plan in &day.orders {
            let sheet = Sheet { rows: requests::orders::sheet(), ..Sheet::default() };
            bring(&app, plan, "requests", sheet).await.with_context(|| format!("the orders of {date}"))?;
        }
        // What units do on a day comes before what the calendar then asks for.
        for plan in &day.requests {
            residents.keep(&app, plan, date).await.with_context(|| format!("the requests of {date}"))?;
        }
        for plan in &day.rhythm {
            units.keep(&app, plan, date).await.with_context(|| format!("the rhythm of {date}"))?;
        }
        for plan in &day.surveys {
            surveys::keep(&app, plan, date).await.with_context(|| format!("the surveys of {date}"))?;
        }
        for plan in &day.evaluations {
            evaluations::issue(&app, plan).await.with_context(|| format!("the evaluation of {date}"))?;
        }
        for plan in &day.forecast {
            let ground = (illustrative(), String::new());
            app.keep_forecast(&Actor::operator(), plan, ground)
                .await
                .with_context(|| format!("the forecast of {date}"))?;
        }
        for (plan, report) in &day.reports {
            reports::issue(&app, plan, report).await?;
        }
        progress(done, count);
    }
    Ok(())
}

/// All that is to be played, by the day on which it became known; and the units for which somebody signs.
fn past() -> anyhow::Result<(BTreeMap<Date, Day>, Vec<Code>)> {
    let mut changes = read_table("areas", AREAS, &directory(), BEFORE)?;
    changes.extend(read_table("areas", BOUNDARIES, &directory(), BEFORE)?);
    changes.extend(read_table("units", UNITS, &directory(), BEFORE)?);
    let (mut made_up, mut reports, mut kept, mut signers) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for data in PLANS.iter().filter(|data| data.registers) {
        let plan = Code::new(data.code)?;
        let mut book = Book::new(plan.clone());
        registers::play(&mut book);
        reports.extend(reports::draft(&mut book).into_iter().map(|report| (plan.clone(), report)));
        made_up.extend(book.into_acts());
        signers.extend(leads(data)?);
        kept.push(plan);
    }
    // Whoever only handles requests signs for no return.
    let (_, sign) = people::registrations(BEFORE, &made_up, &signers, unit_name)?;
    let answering: Vec<Code> = signers.iter().cloned().chain(requests::units()).collect();
    let (people, _) = people::registrations(BEFORE, &made_up, &answering, unit_name)?;
    changes.extend(people);
    signers.extend(sign);
    for data in PLANS {
        let plan = PlanFile::parse(data.plan).with_context(|| format!("demo/{}/plan.toml", data.code))?;
        let place = || format!("demo/{}/plan.toml", data.code);
        let here = |(day, change)| Dated { day, place: place(), actor: Actor::operator(), change };
        changes.push(here((plan.recorded_on, plan.registration())));
        changes.extend(plan.work().into_iter().map(here));
        changes.extend(plan.editions().into_iter().map(here));
        for (name, text) in data.tables.iter().chain(data.places) {
            changes.extend(read_table(name, text, &plan.code, plan.recorded_on)?);
        }
        changes.extend(published::read(data.items, &plan.code)?);
        changes.extend(plan.results().into_iter().map(here));
        if kept.contains(&plan.code) {
            changes.push(rhythm::rules(&plan.code));
            changes.push(requests::set_up(&plan.code));
            changes.push(requests::orders::choice(&plan.code));
            changes.extend(read_table("facility_kinds", KINDS_REQUESTS, &plan.code, plan.recorded_on)?);
            changes.extend(foresight::play(&plan.code));
            changes.extend(indices::play(&plan.code)?);
        }
    }
    changes.extend(made_up);
    // Within a day the order of the files stays, which is that of dependence.
    let mut days: BTreeMap<Date, Day> = BTreeMap::new();
    for dated in changes {
        days.entry(dated.day).or_default().changes.push(dated);
    }
    for (plan, report) in reports {
        days.entry(report.day).or_default().reports.push((plan, report));
    }
    for data in PLANS.iter().filter(|data| !data.places.is_empty()) {
        days.entry(ground::DAY).or_default().ground.push(Code::new(data.code)?);
    }
    for plan in kept {
        days.entry(LAND_KNOWN).or_default().land.push(plan.clone());
        days.entry(requests::orders::BROUGHT).or_default().orders.push(plan.clone());
        for day in foresight::KEPT {
            days.entry(day).or_default().forecast.push(plan.clone());
        }
        for day in rhythm::days() {
            days.entry(day).or_default().rhythm.push(plan.clone());
        }
        days.entry(evaluations::DAY).or_default().evaluations.push(plan.clone());
        for day in surveys::days() {
            days.entry(day).or_default().surveys.push(plan.clone());
        }
        for day in requests::days() {
            days.entry(day).or_default().requests.push(plan.clone());
        }
    }
    Ok((days, signers))
}

/// A file as a sheet, as anybody would bring it.
fn sheet(text: &str) -> anyhow::Result<Sheet> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    let rows = reader
        .records()
        .zip(1..)
        .map(|(record, number)| Ok(SheetRow { number, cells: record?.iter().map(str::to_owned).collect() }));
    Ok(Sheet { rows: rows.collect::<anyhow::Result<_>>()?, ..Sheet::default() })
}

/// Brings a sheet in as anybody would.
async fn bring(app: &App, plan: &Code, name: &str, sheet: Sheet) -> anyhow::Result<()> {
    let portfolio = app.portfolio(plan, Asked::default()).await?;
    let table = table(name).with_context(|| format!("no table '{name}'"))?;
    let (resolver, today) = (Resolver::of(&portfolio), app.clock().today());
    let prepared = prepare(table, plan, &sheet, &Profile::default(), &resolver, today)?;
    let report = app.import(&Actor::operator(), prepared, Mode::Apply, None).await?;
    match report.problems.first() {
        Some(problem) => bail!("demo {name} row {}: {}", problem.row, problem.message(Lang::En)),
        None => Ok(()),
    }
}

/// The units that lead a plan's projects.
fn leads(data: &crate::data::PlanData) -> anyhow::Result<Vec<Code>> {
    let table = data.tables.iter().find(|(name, _)| *name == "lead_units").map_or("", |(_, text)| *text);
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let mut units = reader
        .records()
        .map(|row| Ok(Code::new(row?.get(1).unwrap_or_default())?))
        .collect::<anyhow::Result<Vec<Code>>>()?;
    units.sort_unstable();
    units.dedup();
    Ok(units)
}

fn unit_name(code: &str) -> String {
    let mut reader = csv::Reader::from_reader(UNITS.as_bytes());
    let mut rows = reader.records().flatten();
    rows.find(|row| row.get(0) == Some(code))
        .and_then(|row| row.get(1).map(str::to_owned))
        .unwrap_or_default()
}

fn why(error: AppError) -> String {
    match error {
        AppError::Refused(refusals) => refusals
            .iter()
            .map(|r| format!("{}: {}", r.field, words::refusal(Lang::En, r)))
            .collect::<Vec<_>>()
            .join("; "),
        error => error.to_string(),
    }
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
        let row = table.row(plan, day, cell).map_err(|errors| anyhow!("{place}: {errors:?}"))?;
        let Row::Change(mut change) = row else { bail!("{place}: only orders come in by this table") };
        change.effective.get_or_insert(day);
        out.push(Dated { day, place, actor: Actor::operator(), change });
    }
    Ok(out)
}
