//! Runs the benches and writes `benches/RESULTS.md`: `cargo xtask bench [NAME]`.
//!
//! A name runs only the benches that contain it and writes nothing. Databases are made in the folder
//! named by `TMPDIR`; it must lie on the disk that is to be measured.

mod alone;
mod append;
#[allow(dead_code, reason = "its stopwatch prints; here results go into the table")]
#[path = "../../crates/timetable/benches/common/mod.rs"]
mod common;
mod gantt;
mod items;
mod ledger;
mod listing;
mod map;
mod notify;
mod paper;
mod peers;
mod place;
#[path = "../../crates/timetable/benches/common/portfolio.rs"]
mod portfolio;
mod porto;
mod reading;
mod requests;
mod results;
mod server;
mod sheets;
mod siting;
mod surveys;
mod texts;
mod timetable;
mod wave;

use alone::Told;
use results::Results;

type Bench = (&'static str, fn(&mut Results) -> anyhow::Result<()>);

/// What a bench does in a process of its own.
type Alone = (&'static str, fn(&mut Told) -> anyhow::Result<()>);

const ALONE: [Alone; 4] = [
    ("category", texts::category),
    ("wave", wave::million),
    ("streets", porto::streets),
    ("walking", porto::walking),
];

const BENCHES: [Bench; 18] = [
    ("statement", reading::statement),
    ("overview", reading::overview),
    ("append-sqlite", append::sqlite),
    ("append-postgres", append::postgres),
    ("import", sheets::import),
    ("notify", notify::notify),
    ("ledger", listing::pages),
    ("requests", requests::requests),
    ("texts", texts::texts),
    ("surveys", surveys::sheets),
    ("wave", wave::wave),
    ("documents", paper::report_files),
    ("timetable", timetable::engine),
    ("gantt", gantt::gantt),
    ("porto", porto::porto),
    ("place", place::place),
    ("map", map::map),
    ("server", server::server),
];

fn main() -> anyhow::Result<()> {
    let wanted = std::env::args().nth(1).unwrap_or_default();
    if wanted == alone::FLAG {
        let name = std::env::args().nth(2).unwrap_or_default();
        let work = ALONE.iter().find(|(known, _)| *known == name);
        return alone::tell(work.ok_or_else(|| anyhow::anyhow!("nothing is called '{name}'"))?.1);
    }
    let mut results = Results::default();
    let mut failed = Vec::new();
    for (name, bench) in BENCHES.iter().filter(|(name, _)| name.contains(&wanted)) {
        eprintln!("{name} …");
        // What was measured before and comes after it is kept.
        if let Err(error) = bench(&mut results) {
            eprintln!("  {error:#}");
            failed.push(*name);
        }
    }
    print!("{results}");
    if wanted.is_empty() {
        results.write()?;
    }
    anyhow::ensure!(failed.is_empty(), "without a result: {}", failed.join(", "));
    Ok(())
}
