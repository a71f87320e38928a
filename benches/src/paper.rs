//! Writing official documents: the weekly report of a long ledger, from the database to the file.

use std::time::Instant;

use app::Actor;
use app::paper::{Data, Format, Paper};
use app::read::Asked;
use domain::item::kind::Series;
use domain::report::{Period, Rhythm};
use domain::source::Source;
use words::Lang;

use crate::items::{ITEMS, WEEK, hundred_thousand};
use crate::results::{Goal, Results, median, millis};

const RUNS: usize = 5;

/// The most memory the process has held since it was last asked, in megabytes.
pub fn peak() -> anyhow::Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()).unwrap_or_default();
    Ok(kilobytes.parse::<f64>()? / 1_024.0)
}

/// Runs something a few times: the median in milliseconds, and the most memory the process held.
fn measure(mut run: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<(f64, f64)> {
    // Starts the peak afresh.
    std::fs::write("/proc/self/clear_refs", "5")?;
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let begun = Instant::now();
        run()?;
        times.push(millis(begun.elapsed()));
    }
    Ok((median(times), peak()?))
}

pub fn report_files(results: &mut Results) -> anyhow::Result<()> {
    let (ledger, app) = hundred_thousand()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let period = Period::containing(Rhythm::Week, WEEK);
    let (operator, source) = (Actor::operator(), Source::default());
    let drafting = app.draft_report(&operator, &ledger.plan, (Series::Weekly, period), &source);
    let code = runtime.block_on(drafting)?;
    let paper = Paper::Report(code.clone());
    // A draft is composed from the ledger each time it is looked at: both times stand for the whole way.
    let content = runtime.block_on(app.report(&ledger.plan, &code))?.content;
    let beside = format!(
        "{} items, {} open, {} new, {} done in the week",
        ITEMS,
        content.ids("open_after").count(),
        content.ids("new").count(),
        content.ids("done").count()
    );
    for (format, name) in [(Format::Docx, "DOCX"), (Format::Pdf, "PDF"), (Format::Xlsx, "XLSX")] {
        let (time, memory) = measure(|| {
            let file = app.paper_file(&ledger.plan, &paper, format, Lang::Zh, Asked::default());
            anyhow::ensure!(!runtime.block_on(file)?.is_empty());
            Ok(())
        })?;
        let goal = if format == Format::Docx { Goal::AtMost(1_000.0) } else { Goal::None };
        results.add(format!("weekly report from the ledger to {name}"), goal, time, "ms", beside.clone());
        let goal = if format == Format::Docx { Goal::AtMost(200.0) } else { Goal::None };
        results.add("… memory of the process", goal, memory, "MB", "");
    }
    let composing = app.paper(&ledger.plan, &paper, Format::Docx, Lang::Zh, Asked::default());
    let data: Data = runtime.block_on(composing)?;
    let (time, _) = measure(|| {
        data.write(Format::Docx)?;
        Ok(())
    })?;
    results.add("… of which writing the DOCX", Goal::None, time, "ms", "");
    Ok(())
}
