//! A ledger of a hundred thousand tasks over eight years, each ended ninety days after it came in.

use app::App;
use domain::fact::Fact;
use domain::item::kind::{ItemKind, Level, Part};
use domain::item::{ItemFact, State, Step};
use domain::journal::{Draft, Event};
use domain::named::Named;
use domain::source::{Grade, Source};
use domain::subject::Subject;
use jiff::civil::{Date, date};
use jiff::{Span, Timestamp};
use store::{Database, StoreError};

use crate::ledger::{Ledger, clock, code};

pub const ITEMS: usize = 100_000;
/// How long a task stays open.
const OPEN: i64 = 90;
const BATCH: usize = 1_000;
/// Units that lead or support.
const UNITS: usize = 40;

/// The Monday of the week that is reported on: the last whole one.
pub const WEEK: Date = date(2026, 11, 16);

/// The day a task came in: evenly over the eight years up to the week's end.
fn came(at: usize) -> Date {
    const DAYS: usize = 8 * 365;
    let back = DAYS - at * DAYS / ITEMS;
    date(2026, 11, 23).saturating_sub(Span::new().days(back as i64))
}

/// Kinds of what people are asked to do, the most frequent first: a few of each hundred are not tasks.
fn kind(at: usize) -> ItemKind {
    match at % 100 {
        0..=79 => ItemKind::TrackedTask,
        80..=94 => ItemKind::Directive,
        95..=98 => ItemKind::Decision,
        _ => ItemKind::Finding,
    }
}

fn task(ledger: &Ledger, at: usize) -> Vec<Draft> {
    let subject = Subject::item(&ledger.plan, &code(&format!("TSK-{at:06}")));
    let received = came(at);
    let on = |days: i64| received.saturating_add(Span::new().days(days));
    let draft = |effective, event| Draft {
        effective,
        actor: code("bureau"),
        subject: subject.clone(),
        event,
        source: Source { grade: Grade::Reported, title: "月报".into(), ..Source::default() },
        reason: String::new(),
    };
    let moved = |step, state| -> Fact { ItemFact::Move { step, state, by: None }.into() };
    let unit = |at: usize| code(&format!("unit-{}", at % UNITS));
    let facts: Vec<Fact> = vec![
        ItemFact::Kind { kind: kind(at) }.into(),
        ItemFact::Name(Named::new(
            format!("示例：第{at}号地块周边道路与停车秩序整治"),
            format!("Example: roads and parking around plot {at}"),
        ))
        .into(),
        ItemFact::Number { number: format!("示督〔{}〕{at}号", received.year()) }.into(),
        ItemFact::LeadUnit { unit: unit(at) }.into(),
        ItemFact::SupportingUnit { unit: unit(at / 7 + 1), part: Part::Supporting, active: true }.into(),
        ItemFact::Issuer { name: String::new(), unit: Some(code(&format!("office-{}", at % 9))) }.into(),
        ItemFact::Level { level: Level::ALL[at / 3 % 2] }.into(),
        ItemFact::Person { person: code(&format!("person-{}", at % 400)) }.into(),
        ItemFact::Sector { sector: code(["transport", "municipal", "education"][at / 5 % 3]) }.into(),
        ItemFact::Place { areas: vec![code(&format!("area-{}", at % 60))], address: String::new() }.into(),
        // Some are overdue while they are open.
        ItemFact::Due { on: on(if at.is_multiple_of(10) { 60 } else { 100 }) }.into(),
    ];
    let mut out = vec![draft(received, Event::Registered { facts })];
    // Of a life only what changes how it stands: an entry makes one move.
    let last = WEEK.saturating_add(Span::new().days(6));
    if on(3) <= last {
        let said = ItemFact::Progress {
            text: "已到现场核实并明确分工，按计划推进。".into(), percent: None
        };
        let facts = vec![moved(Step::TakeUp, State::InHand), said.into()];
        out.push(draft(on(3), Event::Recorded { facts }));
    }
    // One in fifty was given up.
    let end = if at % 50 == 7 { (Step::Withdraw, State::Withdrawn) } else { (Step::Clear, State::Cleared) };
    if on(OPEN) <= last {
        out.push(draft(on(OPEN), Event::Recorded { facts: vec![moved(end.0, end.1)] }));
    }
    out
}

/// The ledger in a database of its own, and the application over it.
pub fn hundred_thousand() -> anyhow::Result<(Ledger, App)> {
    let ledger = Ledger::plan_only()?;
    let database = Database::open_existing(&ledger.address)?;
    for first in (0..ITEMS).step_by(BATCH) {
        let drafts: Vec<Draft> = (first..first + BATCH).flat_map(|at| task(&ledger, at)).collect();
        database.write::<_, StoreError>(move |tx| {
            for draft in &drafts {
                tx.append(draft.clone(), Timestamp::UNIX_EPOCH)?;
            }
            Ok(())
        })?;
    }
    // As a server finds it: nothing is kept of how it came about.
    drop(database);
    let app = App::new(Database::open_existing(&ledger.address)?, clock()?);
    Ok((ledger, app))
}
