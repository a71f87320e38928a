//! Batched import: rows of a sheet into journal and projections on SQLite with full sync, by stage.
//!
//! `cargo bench -p app --bench import` prints one line a table: rows, seconds, rows a second.

use std::sync::Arc;
use std::time::Instant;

use app::import::{Mode, Profile, Resolver, Sheet, SheetRow, prepare};
use app::table::{PlanFile, table};
use app::{Actor, App, FixedClock};
use domain::code::Code;
use jiff::civil::date;
use store::Database;

const PLAN: &str = include_str!("../../../demo/huitian-2018/plan.toml");
const PROJECTS: usize = 1_000;
const DAYS: usize = 100;

fn sheet(header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Sheet {
    let heading = SheetRow { number: 1, cells: header.iter().map(|cell| (*cell).to_owned()).collect() };
    let rows = rows.zip(2..).map(|(cells, number)| SheetRow { number, cells });
    Sheet { name: "bench".into(), rows: std::iter::once(heading).chain(rows).collect(), faults: Vec::new() }
}

fn project(at: usize) -> String {
    format!("P-{at:05}")
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let address = format!("sqlite://{}", folder.path().join("bench.db").display()).parse()?;
    let clock = Arc::new(FixedClock::morning(date(2026, 11, 25))?);
    let app = App::new(Database::open(&address, 0)?, clock);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let plan = PlanFile::parse(PLAN)?;
        let areas = sheet(
            &["code", "name_zh", "level"],
            [vec!["huitian".to_owned(), "回天地区".into(), "subdistrict".into()]].into_iter(),
        );
        run(&app, "areas", &plan.code, areas).await?;
        app.change(&Actor::operator(), plan.registration()).await?;

        let rows = (0..PROJECTS).map(|at| {
            vec![project(at), format!("第{at}号项目"), "building".into(), "education".into(), "member".into()]
        });
        let projects = sheet(&["code", "name_zh", "kind", "sector", "membership"], rows);
        run(&app, "projects", &plan.code, projects.clone()).await?;
        run(&app, "projects", &plan.code, projects).await?;

        let rows = (0..PROJECTS).flat_map(|at| {
            (0..DAYS).map(move |day| {
                let day = date(2020, 1, 1).checked_add(jiff::Span::new().days(day as i64 * 7));
                let day = day.map(|day| day.to_string()).unwrap_or_default();
                vec![project(at), (at % 100).to_string(), day]
            })
        });
        let progress = sheet(&["项目编码", "完成百分比", "生效日"], rows);
        run(&app, "progress", &plan.code, progress).await?;

        let steps = ["start", "completion", "in_use"];
        let rows = (0..PROJECTS).flat_map(|at| {
            let of_step = move |step: usize| {
                (0..8).map(move |word| {
                    vec![
                        project(at),
                        steps[step].to_owned(),
                        "forecast".into(),
                        format!("{}-{:02}", 2021 + step, word + 1),
                        format!("2020-{:02}-01", word + 1),
                    ]
                })
            };
            (0..steps.len()).flat_map(of_step)
        });
        let milestones = sheet(&["project", "step", "aspect", "date", "effective"], rows);
        run(&app, "milestones", &plan.code, milestones).await?;
        Ok(())
    })
}

async fn run(app: &App, name: &str, plan: &Code, sheet: Sheet) -> Result<(), Box<dyn std::error::Error>> {
    let table = table(name).ok_or("no such table")?;
    let begun = Instant::now();
    let prepared =
        prepare(table, plan, &sheet, &Profile::default(), &Resolver::default(), app.clock().today())?;
    let ready = begun.elapsed();
    let report = app.import(&Actor::operator(), prepared, Mode::Apply, None).await?;
    let whole = begun.elapsed();
    if let Some(problem) = report.problems.first() {
        return Err(format!("{name}: {problem:?}").into());
    }
    let rows = sheet.rows.len() - 1;
    println!(
        "{name:<12} {rows:>7} rows {:>8.3} s {:>9.0} rows/s (prepared in {:.3} s, {} entries)",
        whole.as_secs_f64(),
        rows as f64 / whole.as_secs_f64(),
        ready.as_secs_f64(),
        report.entries,
    );
    Ok(())
}
