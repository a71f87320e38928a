//! A number of a series is one report's alone, whoever issues at the same moment and wherever.

use std::sync::Arc;

use app::read::Asked;
use app::table::PlanFile;
use app::{Actor, App, AppError, Change, FixedClock};
use domain::area::{AreaFact, AreaLevel};
use domain::code::Code;
use domain::command::Command;
use domain::item::kind::Series;
use domain::item::{ItemFact, State, Step};
use domain::journal::Hash;
use domain::named::Named;
use domain::refusal::Problem;
use domain::report::{Period, Rhythm};
use domain::source::Source;
use domain::subject::Subject;
use jiff::Span;
use jiff::civil::date;
use scratch::Scratch;
use store::Database;

const PLAN: &str = include_str!("../../../../demo/huitian-2018/plan.toml");
const WEEKS: i64 = 8;

/// Two servers on one database, each with a writer of its own.
fn servers(scratch: &Scratch) -> [App; 2] {
    let clock = Arc::new(FixedClock::morning(date(2019, 8, 14)).unwrap());
    let address = scratch.address().parse().unwrap();
    [(); 2].map(|()| App::new(Database::open(&address, 0).unwrap(), clock.clone()))
}

async fn make(app: &App, command: Command) -> Result<(), AppError> {
    let change = Change { command, effective: None, source: Source::default(), reason: String::new() };
    app.change(&Actor::operator(), change).await.map(drop)
}

/// The plan, and a draft of each of some weeks.
async fn drafts(app: &App) -> (Code, Vec<Code>) {
    let facts = vec![
        AreaFact::Name(Named::new("回天地区", "")).into(),
        AreaFact::Level { level: AreaLevel::Subdistrict }.into(),
    ];
    let area = Command::Register { subject: Subject::area(&Code::new("huitian").unwrap()), facts };
    make(app, area).await.unwrap();
    let file = PlanFile::parse(PLAN).unwrap();
    app.change(&Actor::operator(), file.registration()).await.unwrap();
    let mut reports = Vec::new();
    for week in 0..WEEKS {
        let from = date(2019, 6, 3).saturating_add(Span::new().weeks(week));
        let period = (Series::Weekly, Period::containing(Rhythm::Week, from));
        let source = Source::default();
        reports.push(app.draft_report(&Actor::operator(), &file.code, period, &source).await.unwrap());
    }
    (file.code, reports)
}

async fn issue(app: App, plan: Code, report: Code) {
    let (item, _) = app.item(&plan, &report, Asked::default()).await.unwrap();
    app.issue_report(&Actor::operator(), &plan, &report, item.version, &Source::default()).await.unwrap();
}

async fn all_at_once(servers: &[App], plan: &Code, reports: &[Code]) {
    let mut issuing = tokio::task::JoinSet::new();
    for (at, report) in reports.iter().enumerate() {
        issuing.spawn(issue(servers[at % servers.len()].clone(), plan.clone(), report.clone()));
    }
    issuing.join_all().await;
    let mut numbers = Vec::new();
    for report in reports {
        let (item, _) = servers[0].item(plan, report, Asked::default()).await.unwrap();
        numbers.push(i64::from(item.issued.unwrap().number));
        assert_eq!(item.number, numbers.last().unwrap().to_string());
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=WEEKS).collect::<Vec<_>>());
}

#[test]
fn two_servers_never_take_one_number() {
    let Some(scratch) = Scratch::postgres() else { return };
    let servers = servers(&scratch);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    runtime.block_on(async {
        let (plan, reports) = drafts(&servers[0]).await;
        all_at_once(&servers, &plan, &reports).await;
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_number_that_is_taken_is_refused_by_whatever_way_it_comes() {
    let scratch = Scratch::sqlite();
    let [app, _] = servers(&scratch);
    let (plan, reports) = drafts(&app).await;
    issue(app.clone(), plan.clone(), reports[0].clone()).await;
    let (draft, _) = app.item(&plan, &reports[1], Asked::default()).await.unwrap();
    let digest = Hash::of(&draft.content).to_string();
    let facts = |number| {
        vec![
            ItemFact::Issue { number, as_of: date(2019, 6, 16), known: 1, digest: digest.clone() }.into(),
            ItemFact::Move { step: Step::Issue, state: State::Issued, by: None }.into(),
        ]
    };
    let subject = Subject::item(&plan, &reports[1]);
    let command = |number| Command::Record { subject: subject.clone(), facts: facts(number), expected: None };
    let Err(AppError::Refused(refusals)) = make(&app, command(1)).await else { panic!("it was taken") };
    assert_eq!(refusals.len(), 1);
    assert_eq!(refusals[0].problem, Problem::NumberTaken { number: 1, by: reports[0].clone() });
    make(&app, command(2)).await.unwrap();
    // The next one is counted from all that were taken.
    issue(app.clone(), plan.clone(), reports[2].clone()).await;
    let (third, _) = app.item(&plan, &reports[2], Asked::default()).await.unwrap();
    assert_eq!(third.issued.unwrap().number, 3);
}
