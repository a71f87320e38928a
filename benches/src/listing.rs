//! Pages of a ledger of a hundred thousand items, and the lights of a new day.

use std::time::Instant;

use app::App;
use app::ledger::Paging;
use app::read::Asked;
use domain::item::kind::{ItemKind, Level, Series};
use domain::item::light::Light;
use domain::item::query::{After, LedgerQuery, Sort};
use domain::item::workflow::Standing;
use jiff::Span;
use jiff::civil::date;

use crate::items::{ITEMS, hundred_thousand};
use crate::ledger::{Ledger, code};
use crate::results::{Goal, Results, median, millis};

/// Rows of a page, as the site shows them.
const ROWS: usize = 50;
/// Each page is asked for so often; the median counts.
const TIMES: usize = 3;

/// Every condition there is: one that many rows meet, few, or none.
fn filters() -> Vec<(&'static str, LedgerQuery)> {
    let all = LedgerQuery::default;
    let days = |from, to| (Some(from), Some(to));
    let year = days(date(2021, 1, 1), date(2021, 12, 31));
    let areas = |count: usize| (0..count).map(|at| code(&format!("area-{at}"))).collect();
    vec![
        ("everything", all()),
        ("open", LedgerQuery { standings: vec![Standing::Open], ..all() }),
        ("done", LedgerQuery { standings: vec![Standing::Done], ..all() }),
        ("a frequent kind", LedgerQuery { kinds: vec![ItemKind::TrackedTask], ..all() }),
        ("a rare kind", LedgerQuery { kinds: vec![ItemKind::Finding], ..all() }),
        ("a kind that is not there", LedgerQuery { kinds: vec![ItemKind::Whistle], ..all() }),
        ("red", LedgerQuery { lights: vec![Light::Red], ..all() }),
        ("green or done", LedgerQuery { lights: vec![Light::Green, Light::Done], ..all() }),
        ("a unit", LedgerQuery { unit: Some(code("unit-3")), ..all() }),
        ("a unit that is not there", LedgerQuery { unit: Some(code("unit-99")), ..all() }),
        ("a leading unit", LedgerQuery { lead_unit: Some(code("unit-3")), ..all() }),
        ("a caller", LedgerQuery { caller: Some(code("office-3")), ..all() }),
        ("a person", LedgerQuery { person: Some(code("person-3")), ..all() }),
        ("a level", LedgerQuery { level: Some(Level::City), ..all() }),
        ("a series", LedgerQuery { series: Some(Series::Weekly), ..all() }),
        ("a sector", LedgerQuery { sector: Some(code("municipal")), ..all() }),
        ("an area", LedgerQuery { areas: areas(1), ..all() }),
        ("twenty areas", LedgerQuery { areas: areas(20), ..all() }),
        ("due in a year", LedgerQuery { due: year, ..all() }),
        ("due from a day on", LedgerQuery { due: (Some(date(2019, 3, 1)), None), ..all() }),
        ("received in a year", LedgerQuery { received: year, ..all() }),
        ("finished in a year", LedgerQuery { finished: year, ..all() }),
        ("a frequent word", LedgerQuery { words: "停车".into(), ..all() }),
        ("a rare word", LedgerQuery { words: "plot 77".into(), ..all() }),
        ("a word that is not there", LedgerQuery { words: "地铁".into(), ..all() }),
        (
            "open, a level, two words",
            LedgerQuery {
                standings: vec![Standing::Open],
                level: Some(Level::District),
                words: "道路 plot".into(),
                ..all()
            },
        ),
    ]
}

async fn page(
    app: &App,
    ledger: &Ledger,
    query: &LedgerQuery,
    paging: &Paging,
) -> anyhow::Result<app::ledger::LedgerPage> {
    Ok(app.ledger(&ledger.plan, query, paging, Asked::default()).await?)
}

/// Where the middle page of the whole ledger begins, and the last one.
async fn places(
    app: &App,
    ledger: &Ledger,
    sort: Sort,
    descending: bool,
) -> anyhow::Result<[Option<After>; 3]> {
    let everything = LedgerQuery::default();
    let mut paging = Paging { sort, descending, after: None, limit: app::ledger::PAGE_MOST };
    for _ in 0..ITEMS / paging.limit / 2 {
        paging.after = page(app, ledger, &everything, &paging).await?.next;
    }
    let middle = paging.after.take();
    let end = Paging { descending: !descending, limit: ROWS, ..paging };
    let last = page(app, ledger, &everything, &end).await?.rows.last().map(|(row, _)| sort.after(row));
    anyhow::ensure!(middle.is_some() && last.is_some(), "the ledger has no pages");
    Ok([None, middle, last])
}

/// The slowest of many, and what it was.
#[derive(Default)]
struct Worst(f64, String);

impl Worst {
    fn take(&mut self, time: f64, what: impl FnOnce() -> String) {
        if time > self.0 {
            *self = Self(time, what());
        }
    }
}

pub fn pages(results: &mut Results) -> anyhow::Result<()> {
    let (ledger, app) = hundred_thousand()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(measure(results, &app, &ledger))
}

async fn measure(results: &mut Results, app: &App, ledger: &Ledger) -> anyhow::Result<()> {
    let (mut worst, mut counting) = (Worst::default(), Worst::default());
    let mut by_place: [Vec<f64>; 3] = Default::default();
    for sort in Sort::ALL {
        for descending in [false, true] {
            let places = places(app, ledger, *sort, descending).await?;
            for (name, query) in filters() {
                for (after, times) in places.iter().zip(&mut by_place) {
                    let paging = Paging { sort: *sort, descending, after: after.clone(), limit: ROWS };
                    let mut runs = Vec::new();
                    for _ in 0..TIMES {
                        let begun = Instant::now();
                        page(app, ledger, &query, &paging).await?;
                        runs.push(millis(begun.elapsed()));
                    }
                    let time = median(runs);
                    times.push(time);
                    worst.take(time, || format!("{name} by {}", sort.as_str()));
                }
            }
        }
    }
    let pages: usize = by_place.iter().map(Vec::len).sum();
    let [first, middle, last] = by_place.map(median);
    results.add(
        format!("ledger page, {ITEMS} items, the worst of {pages}: any filter, order and place"),
        Goal::AtMost(30.0),
        worst.0,
        "ms",
        format!("{}; medians: first page {first:.1}, middle {middle:.1}, last {last:.1} ms", worst.1),
    );
    let mut usual = Vec::new();
    for (name, query) in filters() {
        let mut runs = Vec::new();
        for _ in 0..TIMES {
            let begun = Instant::now();
            app.ledger_lights(&ledger.plan, &query, Asked::default()).await?;
            runs.push(millis(begun.elapsed()));
        }
        let time = median(runs);
        usual.push(time);
        counting.take(time, || name.to_owned());
    }
    results.add(
        "… its rows counted by light, the worst of all filters",
        Goal::AtMost(30.0),
        counting.0,
        "ms",
        format!("{}; median {:.1} ms", counting.1, median(usual)),
    );
    // Each day has a judge of its own, and nothing is kept from one to the next.
    let mut days = Vec::new();
    for day in 0..10 {
        let as_of = date(2026, 11, 26).saturating_add(Span::new().days(day));
        app.portfolio(&ledger.plan, Asked { as_of: Some(as_of), known_at: None }).await?;
        let begun = Instant::now();
        let asked = Asked { as_of: Some(as_of), known_at: None };
        let counts = app.ledger_lights(&ledger.plan, &LedgerQuery::default(), asked).await?;
        days.push(millis(begun.elapsed()));
        anyhow::ensure!(counts.values().sum::<u64>() as usize == ITEMS, "lights of {counts:?}");
    }
    results.add(
        format!("all lights of {ITEMS} items for a new day"),
        Goal::AtMost(1_000.0),
        median(days),
        "ms",
        "",
    );
    Ok(())
}
