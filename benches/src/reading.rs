//! Statement and overview over a thousand projects with a hundred entries each.

use std::time::Instant;

use app::App;
use app::read::Asked;
use domain::history::View;
use domain::portfolio::Portfolio;
use domain::statement::Statement;
use domain::subject::directory;
use jiff::Span;
use jiff::civil::date;
use store::{Database, StoreError};

use crate::ledger::{ENTRIES, Ledger, PROJECTS, clock};
use crate::results::{Goal, Results, median, millis};

pub fn statement(results: &mut Results) -> anyhow::Result<()> {
    let ledger = Ledger::thousand()?;
    let as_of = date(2019, 8, 14);
    let scopes = [directory(), ledger.plan.clone()];
    // Cold as the command line is: nothing open, nothing remembered.
    let mut cold = Vec::new();
    let mut parts = Vec::new();
    for _ in 0..9 {
        let begun = Instant::now();
        let database = Database::open_existing(&ledger.address)?;
        let history = database.read::<_, StoreError>(|c| c.history(&scopes, true))?;
        let loaded = begun.elapsed();
        let portfolio = Portfolio::at(&history, &ledger.plan, View::as_of(as_of));
        let statement = Statement::of(&portfolio.ok_or_else(|| anyhow::anyhow!("no plan"))?, &[]);
        cold.push(millis(begun.elapsed()));
        parts.push(millis(loaded));
        anyhow::ensure!(!statement.figures.is_empty(), "no figures");
    }
    let size = format!("{PROJECTS} projects × {ENTRIES} entries");
    let loading = format!("{:.1} ms of it loading", median(parts));
    results.add(format!("statement of a day, cold, {size}"), Goal::AtMost(50.0), median(cold), "ms", loading);

    let app = App::new(Database::open_existing(&ledger.address)?, clock()?);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let asked = Asked { as_of: Some(as_of), known_at: None };
        let begun = Instant::now();
        app.statement(&ledger.plan, asked).await?;
        let first = begun.elapsed();
        let mut repeated = Vec::new();
        for _ in 0..50 {
            let begun = Instant::now();
            app.statement(&ledger.plan, asked).await?;
            repeated.push(millis(begun.elapsed()));
        }
        results.add("the same, repeated at the server", Goal::AtMost(5.0), median(repeated), "ms", "");
        results.add("a server's very first, everything loaded", Goal::None, millis(first), "ms", "");
        Ok(())
    })
}

pub fn overview(results: &mut Results) -> anyhow::Result<()> {
    let ledger = Ledger::thousand()?;
    let app = App::new(Database::open_existing(&ledger.address)?, clock()?);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        app.history(&ledger.plan).await?;
        let mut days = Vec::new();
        for week in 0..200 {
            // A week's change needs the day and the week before it.
            let day = date(2018, 9, 1).saturating_add(Span::new().weeks(week * 2));
            let begun = Instant::now();
            app.statement(&ledger.plan, Asked { as_of: Some(day), known_at: None }).await?;
            days.push(millis(begun.elapsed()));
        }
        let worst = days.iter().copied().fold(0.0, f64::max);
        let beside = format!("worst {worst:.1} ms");
        results.add(
            "plan and figures of any day, 200 days in turn",
            Goal::AtMost(30.0),
            median(days),
            "ms",
            beside,
        );
        Ok(())
    })
}
