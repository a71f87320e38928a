//! A plan of a thousand projects with a hundred entries each, as a long programme leaves it.

use std::sync::Arc;

use app::table::PlanFile;
use app::{Actor, App, FixedClock};
use domain::code::Code;
use domain::fact::Fact;
use domain::journal::{Draft, Event};
use domain::milestone::Aspect;
use domain::named::Named;
use domain::output::{Basis, Stage};
use domain::planned_date::PlannedDate;
use domain::project::{Membership, ProjectFact};
use domain::source::{Grade, Source};
use domain::subject::Subject;
use jiff::civil::{Date, date};
use jiff::{Span, Timestamp};
use rust_decimal::Decimal;
use store::{Address, Database, StoreError};
use tempfile::TempDir;

const PLAN: &str = include_str!("../../demo/huitian-2018/plan.toml");
pub const PROJECTS: usize = 1_000;
pub const ENTRIES: usize = 100;

/// A database in a folder of its own.
pub struct Ledger {
    pub address: Address,
    pub plan: Code,
    _folder: TempDir,
}

/// The clock of the benches stands still: nothing measured depends on the day.
pub fn clock() -> anyhow::Result<Arc<FixedClock>> {
    Ok(Arc::new(FixedClock::morning(date(2026, 11, 25))?))
}

impl Ledger {
    /// Only the plan itself on the books.
    pub fn plan_only() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let address: Address = format!("sqlite://{}", folder.path().join("bench.db").display()).parse()?;
        let plan = PlanFile::parse(PLAN)?;
        let app = App::new(Database::open(&address, 0)?, clock()?);
        begin(&app, &plan)?;
        Ok(Self { address, plan: plan.code, _folder: folder })
    }

    pub fn thousand() -> anyhow::Result<Self> {
        let ledger = Self::plan_only()?;
        let database = Database::open_existing(&ledger.address)?;
        for first in (0..PROJECTS).step_by(100) {
            let drafts: Vec<Draft> = (first..first + 100).flat_map(|at| project(&ledger.plan, at)).collect();
            database.write::<_, StoreError>(move |tx| {
                for draft in &drafts {
                    tx.append(draft.clone(), Timestamp::UNIX_EPOCH)?;
                }
                Ok(())
            })?;
        }
        Ok(ledger)
    }
}

/// Registers the demonstration's plan and the area it names.
pub fn begin(app: &App, plan: &PlanFile) -> anyhow::Result<()> {
    use domain::area::{AreaFact, AreaLevel};
    use domain::command::Command;
    let area = Command::Register {
        subject: Subject::area(&code("huitian")),
        facts: vec![
            AreaFact::Name(Named::new("回天地区", "")).into(),
            AreaFact::Level { level: AreaLevel::Subdistrict }.into(),
        ],
    };
    let area =
        app::Change { command: area, effective: None, source: Source::default(), reason: String::new() };
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(async {
        app.change(&Actor::operator(), area).await?;
        app.change(&Actor::operator(), plan.registration()).await?;
        Ok(())
    })
}

pub fn code(text: &str) -> Code {
    Code::new(text).expect("a literal code")
}

fn day(months: usize) -> Date {
    date(2018, 8, 1).saturating_add(Span::new().months(months as i64))
}

/// One registration, then what is reported over eight years: 9 promises, 12 forecasts, 3 dates that
/// came true, 3 outputs, 60 reports of progress and 12 remarks.
fn project(plan: &Code, at: usize) -> Vec<Draft> {
    let subject = Subject::project(plan, &code(&format!("P-{at:04}")));
    let sectors = ["education", "health", "transport", "municipal"];
    let registration: Vec<Fact> = vec![
        ProjectFact::Name(Named::new(format!("第{at}号项目"), format!("Project {at}"))).into(),
        ProjectFact::Kind { kind: code("building") }.into(),
        ProjectFact::Sector { sector: code(sectors[at % sectors.len()]) }.into(),
        ProjectFact::Membership { state: Membership::Member, revision: None, other: None }.into(),
    ];
    let draft = |effective, event| Draft {
        effective,
        actor: code("bureau"),
        subject: subject.clone(),
        event,
        source: Source { grade: Grade::Reported, title: "月报".into(), ..Source::default() },
        reason: String::new(),
    };
    let mut facts: Vec<(Date, Fact)> = Vec::new();
    let steps = ["start", "completion", "in_use"];
    let milestone = |aspect, step: &str, date| -> Fact {
        let date = Some(PlannedDate::day(date));
        ProjectFact::Milestone { aspect, part: None, step: code(step), date, cause: None }.into()
    };
    for (n, step) in steps.iter().enumerate() {
        let due = |moved: usize| day(6 + at % 30 + n * 20 + moved);
        facts.extend((0..3).map(|moved| (day(moved * 4), milestone(Aspect::Promised, step, due(moved)))));
        facts.extend((0..4).map(|moved| (day(moved * 5), milestone(Aspect::Forecast, step, due(moved + 1)))));
        facts.push((due(4), milestone(Aspect::Actual, step, due(4))));
    }
    facts.extend(Stage::ALL.iter().zip(1usize..).map(|(stage, n)| {
        let quantity = Decimal::from(n as u64 * 90);
        let kind = code("kindergarten_places");
        (day(n * 10), ProjectFact::Output { kind, stage: *stage, basis: Basis::Net, quantity }.into())
    }));
    facts
        .extend((0..60).map(|n| {
            (day(n), ProjectFact::Progress { part: None, percent: Decimal::from(n as u64) }.into())
        }));
    let rest = ENTRIES - 1 - facts.len();
    facts.extend((0..rest).map(|n| (day(n * 6), ProjectFact::Remark { text: "按计划推进。".into() }.into())));
    let mut drafts = vec![draft(day(0), Event::Registered { facts: registration })];
    facts.sort_by_key(|(effective, _)| *effective);
    drafts.extend(
        facts.into_iter().map(|(effective, fact)| draft(effective, Event::Recorded { facts: vec![fact] })),
    );
    drafts
}
