//! Runs the benches and writes `benches/RESULTS.md`: `cargo xtask bench [NAME]`.
//!
//! A name runs only the benches that contain it and writes nothing. Databases are made in the folder
//! named by `TMPDIR`; it must lie on the disk that is to be measured.

mod append;
#[allow(dead_code, reason = "its stopwatch prints; here results go into the table")]
#[path = "../../crates/timetable/benches/common/mod.rs"]
mod common;
mod gantt;
mod items;
mod ledger;
mod listing;
mod notify;
mod paper;
mod place;
#[path = "../../crates/timetable/benches/common/portfolio.rs"]
mod portfolio;
mod reading;
mod requests;
mod results;
mod server;
mod sheets;
mod surveys;
mod timetable;

use results::Results;

type Bench = (&'static str, fn(&mut Results) -> anyhow::Result<()>);

const BENCHES: [Bench; 14] = [
    ("statement", reading::statement),
    ("overview", reading::overview),
    ("append-sqlite", append::sqlite),
    ("append-postgres", append::postgres),
    ("import", sheets::import),
    ("notify", notify::notify),
    ("ledger", listing::pages),
    ("requests", requests::requests),
    ("surveys", surveys::sheets),
    ("documents", paper::report_files),
    ("timetable", timetable::engine),
    ("gantt", gantt::gantt),
    ("place", place::place),
    ("server", server::server),
];

fn main() -> anyhow::Result<()> {
    let wanted = std::env::args().nth(1).unwrap_or_default();
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
