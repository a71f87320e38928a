//! Importing sheets: mapping, rules, journal and projections on SQLite with full sync.

use std::time::Instant;

use app::import::{Mode, Profile, Resolver, Sheet, SheetRow, prepare};
use app::table::table;
use app::{Actor, App, Clock};
use jiff::Span;
use jiff::civil::date;
use store::Database;

use crate::ledger::{Ledger, clock};
use crate::results::{Goal, Results};

const PROJECTS: usize = 1_000;
const DAYS: i64 = 100;

fn sheet(header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Sheet {
    let heading = SheetRow { number: 1, cells: header.iter().map(|cell| (*cell).to_owned()).collect() };
    let rows = rows.zip(2..).map(|(cells, number)| SheetRow { number, cells });
    Sheet { name: "bench".into(), rows: std::iter::once(heading).chain(rows).collect(), faults: Vec::new() }
}

pub fn import(results: &mut Results) -> anyhow::Result<()> {
    let ledger = Ledger::plan_only()?;
    let clock = clock()?;
    let app = App::new(Database::open_existing(&ledger.address)?, clock.clone());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let run = |name: &str, sheet: Sheet| -> anyhow::Result<f64> {
        let table = table(name).ok_or_else(|| anyhow::anyhow!("no table {name}"))?;
        let begun = Instant::now();
        let prepared =
            prepare(table, &ledger.plan, &sheet, &Profile::default(), &Resolver::default(), clock.today())?;
        let report = runtime.block_on(app.import(&Actor::operator(), prepared, Mode::Apply, None))?;
        anyhow::ensure!(report.problems.is_empty(), "{:?}", report.problems);
        Ok((sheet.rows.len() - 1) as f64 / begun.elapsed().as_secs_f64())
    };
    let code = |at: usize| format!("P-{at:05}");
    let projects = (0..PROJECTS).map(|at| {
        vec![code(at), format!("第{at}号项目"), "building".into(), "education".into(), "member".into()]
    });
    run("projects", sheet(&["code", "name_zh", "kind", "sector", "membership"], projects))?;
    let progress = (0..PROJECTS).flat_map(|at| {
        (0..DAYS).map(move |n| {
            let day = date(2020, 1, 1).saturating_add(Span::new().days(n * 7));
            vec![code(at), (at % 100).to_string(), day.to_string()]
        })
    });
    let rate = run("progress", sheet(&["project", "percent", "effective"], progress))?;
    let beside = "each row through mapping, policy, rules, journal, projections";
    results.add("batched import of 100,000 rows", Goal::AtLeast(50_000.0), rate, "rows/s", beside);
    Ok(())
}
