#![allow(clippy::unwrap_used, reason = "a test fails where something is not as it should be")]

use std::sync::Arc;

use domain::plan::PlanFact;
use domain::report::Rhythm;
use jiff::civil::date;
use jiff::{Span, ToSpan};
use scratch::Scratch;
use store::Database;

use super::*;
use crate::FixedClock;

/// A Monday.
const FIRST: Date = date(2019, 1, 7);

fn plan() -> Code {
    Code::new("p").unwrap()
}

fn week(n: i64) -> Period {
    Period::containing(Rhythm::Week, FIRST.saturating_add(Span::new().weeks(n)))
}

async fn make(app: &App, command: Command, effective: Option<Date>) -> Receipt {
    let change = Change { command, effective, source: Source::default(), reason: String::new() };
    app.change(&Actor::operator(), change).await.unwrap()
}

async fn office(scratch: &Scratch) -> App {
    let clock = Arc::new(FixedClock::morning(date(2019, 8, 14)).unwrap());
    let app = App::new(Database::open(&scratch.address().parse().unwrap(), 0).unwrap(), clock);
    let facts = vec![
        PlanFact::Name(Named::new("计划", "Plan")).into(),
        PlanFact::Period { from: date(2018, 1, 1), to: date(2019, 12, 31) }.into(),
    ];
    make(&app, Command::Register { subject: Subject::plan(&plan()), facts }, Some(date(2018, 1, 1))).await;
    app
}

/// A task that came in on a day, recorded now.
async fn task(app: &App, code: &str, on: Date) -> Seq {
    let facts = [
        ItemFact::Kind { kind: ItemKind::TrackedTask },
        ItemFact::Name(Named::new("任务", "Task")),
        ItemFact::Received { on },
    ];
    let subject = Subject::item(&plan(), &Code::new(code).unwrap());
    let facts = facts.into_iter().map(Fact::from).collect();
    make(app, Command::Register { subject, facts }, Some(on)).await.entries[0].seq
}

async fn draft(app: &App, n: i64) -> Code {
    let of = (Series::Weekly, week(n));
    app.draft_report(&Actor::operator(), &plan(), of, &Source::default()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_while_a_report_is_issued_stands_beside_it() {
    let scratch = Scratch::sqlite();
    let app = office(&scratch).await;
    let before = task(&app, "T-1", week(20).from).await;
    let report = draft(&app, 20).await;
    let frozen = app.fit_report(&plan(), &report).await.unwrap();
    // Somebody records something of that week after its rows were read and before the number is taken.
    let between = task(&app, "T-2", week(20).to).await;
    let (draft, _) = app.item(&plan(), &report, Asked::default()).await.unwrap();
    let source = Source::default();
    app.number_and_issue(&Actor::operator(), (&plan(), &report), frozen, draft.version, &source)
        .await
        .unwrap();
    let after = task(&app, "T-3", week(20).to).await;
    let (issued, _) = app.item(&plan(), &report, Asked::default()).await.unwrap();
    let beside = app.recorded_later(&plan(), &issued).await.unwrap();
    let beside: Vec<Seq> = beside.into_iter().map(|entry| entry.seq).collect();
    assert!(beside.contains(&between) && beside.contains(&after) && !beside.contains(&before), "{beside:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_follows_the_last_period_before_its_own_in_whatever_order_reports_went_out() {
    let scratch = Scratch::sqlite();
    let app = office(&scratch).await;
    // More than are looked through at once, the newest period first.
    let weeks = i64::try_from(LOOKED).unwrap() + 5;
    for n in (0..weeks).rev().chain([weeks + 1]) {
        let report = draft(&app, n).await;
        let (item, _) = app.item(&plan(), &report, Asked::default()).await.unwrap();
        app.issue_report(&Actor::operator(), &plan(), &report, item.version, &Source::default())
            .await
            .unwrap();
    }
    for n in [0, 1, 3, weeks, weeks + 1] {
        let last = app.last_issued(&plan(), Series::Weekly, week(n)).await.unwrap();
        let before = (n > 0).then(|| week(n.min(weeks) - 1).to);
        assert_eq!(last.map(|content| content.to), before, "week {n}");
    }
    let long_after = week(weeks + 1).to.saturating_add(60.days());
    let last = app.last_issued(&plan(), Series::Weekly, Period::containing(Rhythm::Week, long_after)).await;
    assert_eq!(last.unwrap().unwrap().to, week(weeks + 1).to);
    assert_eq!(app.last_issued(&plan(), Series::Monthly, week(weeks)).await.unwrap(), None);
}
