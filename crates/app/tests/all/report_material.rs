//! Reports and agendas hold all that was asked in their days, however much it is.

use std::sync::Arc;

use app::paper::{Format, Paper};
use app::read::Asked;
use app::{Actor, App, Change, FixedClock};
use domain::code::Code;
use domain::command::Command;
use domain::item::kind::{Attendance, ItemKind, ObjectionTo, Series};
use domain::item::{ItemFact, State, Step, Target};
use domain::named::Named;
use domain::plan::PlanFact;
use domain::report::{Content, Period, Rhythm};
use domain::rhythm::{ReturnContent, return_code};
use domain::source::Source;
use domain::subject::Subject;
use domain::unit::{UnitFact, UnitLevel};
use jiff::civil::{Date, date};
use scratch::Scratch;
use store::Database;
use words::Lang;

/// More than a page of anything holds.
const MANY: usize = 505;

fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

fn step(step: Step, state: State) -> ItemFact {
    ItemFact::Move { step, state, by: None }
}

fn july() -> Period {
    Period::containing(Rhythm::Month, date(2019, 7, 1))
}

struct Office(App);

impl Office {
    async fn open(scratch: &Scratch) -> Self {
        let clock = Arc::new(FixedClock::morning(date(2019, 8, 14)).unwrap());
        let address = scratch.address().parse().unwrap();
        let database = tokio::task::block_in_place(|| Database::open(&address, 0).unwrap());
        let office = Self(App::new(database, clock));
        let plan = vec![
            PlanFact::Name(Named::new("计划", "Plan")).into(),
            PlanFact::Period { from: date(2018, 1, 1), to: date(2019, 12, 31) }.into(),
        ];
        let unit = vec![
            UnitFact::Name(Named::new("单位", "Bureau")).into(),
            UnitFact::Level { level: UnitLevel::District }.into(),
        ];
        let begun = [(Subject::plan(&code("p")), plan), (Subject::unit(&code("bureau")), unit)];
        let begun = begun.map(|(subject, facts)| (Command::Register { subject, facts }, date(2018, 1, 1)));
        office.make(begun.to_vec()).await;
        office
    }

    async fn make(&self, commands: Vec<(Command, Date)>) {
        let change = |(command, on)| Change {
            command,
            effective: Some(on),
            source: Source::default(),
            reason: "因故".into(),
        };
        let changes = commands.into_iter().map(change).collect();
        self.0.change_all(&Actor::operator(), changes).await.unwrap();
    }

    async fn drafted(&self, series: Series, period: Period) -> Content {
        let of = (series, period);
        let report = self.0.draft_report(&Actor::operator(), &code("p"), of, &Source::default()).await;
        let (item, _) = self.0.item(&code("p"), &report.unwrap(), Asked::default()).await.unwrap();
        Content::parse(&item.content).unwrap()
    }
}

fn register(item: &Code, facts: Vec<ItemFact>) -> Command {
    let facts = facts.into_iter().map(Into::into).collect();
    Command::Register { subject: Subject::item(&code("p"), item), facts }
}

fn record(item: &Code, facts: Vec<ItemFact>) -> Command {
    let facts = facts.into_iter().map(Into::into).collect();
    Command::Record { subject: Subject::item(&code("p"), item), facts, expected: None }
}

fn task(item: &Code, due: Date) -> Command {
    register(
        item,
        vec![
            ItemFact::Kind { kind: ItemKind::TrackedTask },
            ItemFact::Name(Named::new(item.as_str(), "")),
            ItemFact::Received { on: date(2019, 7, 1) },
            ItemFact::LeadUnit { unit: code("bureau") },
            ItemFact::Due { on: due },
        ],
    )
}

fn objection() -> Vec<ItemFact> {
    let reason = "不属本单位职责".to_owned();
    vec![
        ItemFact::Objection { to: ObjectionTo::Duty, reason, unit: None, due: None },
        step(Step::Object, State::Objected),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_months_report_holds_everything_that_units_asked() {
    asked_in_july(&Scratch::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_months_report_holds_everything_that_units_asked_on_postgres() {
    if let Some(scratch) = Scratch::postgres() {
        asked_in_july(&scratch).await;
    }
}

async fn asked_in_july(scratch: &Scratch) {
    let office = Office::open(scratch).await;
    let mut commands = Vec::new();
    for n in 0..MANY {
        let item = code(&format!("T-{n:04}"));
        commands.push((task(&item, date(2019, 9, 2)), date(2019, 7, 1)));
        commands.push((record(&item, vec![step(Step::Assign, State::Assigned)]), date(2019, 7, 2)));
        commands.push((record(&item, objection()), date(2019, 7, 3)));
    }
    for n in 0..MANY {
        // More time, asked in the middle of what is under way.
        let item = code(&format!("X-{n:04}"));
        commands.push((task(&item, date(2019, 9, 2)), date(2019, 7, 1)));
        commands.push((record(&item, vec![step(Step::Assign, State::Assigned)]), date(2019, 7, 2)));
        commands.push((record(&item, vec![step(Step::TakeUp, State::InHand)]), date(2019, 7, 2)));
        let (until, reason) = (date(2019, 9, 30), "雨".to_owned());
        let asked = if n % 5 == 0 { date(2019, 8, 1) } else { date(2019, 7, 31) };
        commands.push((record(&item, vec![ItemFact::ExtensionAsked { until, reason }]), asked));
    }
    let returned = (0..MANY).map(|n| return_code(Series::Weekly, july(), &code(&format!("u{n:04}"))));
    for (n, held) in returned.enumerate() {
        let facts = vec![
            ItemFact::Kind { kind: ItemKind::Return },
            ItemFact::Name(Named::new("填报", "Return")),
            ItemFact::Series { series: Series::Weekly },
            ItemFact::Period { from: july().from, to: july().to },
            ItemFact::Received { on: date(2019, 7, 1) },
            ItemFact::Due { on: date(2019, 7, 8) },
            ItemFact::LeadUnit { unit: code("bureau") },
        ];
        commands.push((register(&held, facts), date(2019, 7, 1)));
        let content = ReturnContent {
            from: july().from,
            to: july().to,
            lines: Vec::new(),
            next: "继续推进".into(),
            asks: vec![format!("请协调第{n}件")],
        };
        let facts =
            vec![ItemFact::Content { content: content.to_text() }, step(Step::Submit, State::Submitted)];
        commands.push((record(&held, facts), date(2019, 7, 9)));
    }
    for some in commands.chunks(500) {
        office.make(some.to_vec()).await;
    }
    let pack = office.drafted(Series::Monthly, july()).await.pack.unwrap();
    // Every fifth of those who asked for more time did so a day after the month.
    assert_eq!(pack.asks.len(), MANY + MANY * 4 / 5);
    assert!(pack.asks.iter().all(|ask| july().from <= ask.on && ask.on <= july().to));
    assert_eq!(pack.returned.len(), MANY);
    let quarter = office.drafted(Series::Quarterly, Period::containing(Rhythm::Quarter, july().from)).await;
    assert_eq!(quarter.pack.unwrap().returned.len(), MANY);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agenda_begins_with_what_has_waited_longest_and_its_pack_counts_all() {
    let scratch = Scratch::sqlite();
    let office = Office::open(&scratch).await;
    let mut commands = Vec::new();
    for n in 0..MANY {
        let item = code(&format!("T-{n:04}"));
        let due = if n == 0 { date(2019, 7, 2) } else { date(2019, 8, 5) };
        commands.push((task(&item, due), date(2019, 7, 1)));
        commands.push((record(&item, vec![step(Step::Assign, State::Assigned)]), date(2019, 7, 1)));
    }
    let meeting = code("MTG-1");
    let facts = vec![
        ItemFact::Kind { kind: ItemKind::Meeting },
        ItemFact::Name(Named::new("会议", "Meeting")),
        ItemFact::Series { series: Series::Dispatch },
        ItemFact::Received { on: date(2019, 8, 1) },
        ItemFact::Appointment { at: date(2019, 8, 20).at(9, 0, 0, 0), place: String::new() },
        ItemFact::Attendance { unit: code("bureau"), attendance: Attendance::Present, name: String::new() },
    ];
    commands.push((register(&meeting, facts), date(2019, 8, 1)));
    for some in commands.chunks(500) {
        office.make(some.to_vec()).await;
    }
    let (held, _) = office.0.item(&code("p"), &meeting, Asked::default()).await.unwrap();
    let proposed = office.0.agenda_proposals(&code("p"), &held, Asked::default()).await.unwrap();
    assert_eq!(proposed[0].about, Some(Target::Item(code("T-0000"))), "{:?}", proposed[0]);
    // The pack counts what it has no room for, and says how much that is; the workbook has it all.
    let pack = Paper::Pack(meeting);
    let paper = async |format| {
        let written = office.0.paper(&code("p"), &pack, format, Lang::Zh, Asked::default()).await;
        format!("{:?}", written.unwrap())
    };
    let printed = paper(Format::Docx).await;
    for said in [format!("红灯 {MANY} 项"), format!("另有 {} 项未列出", MANY - 200)] {
        assert!(printed.contains(&said), "{said}");
    }
    assert!(printed.contains("T-0000"));
    let workbook = paper(Format::Xlsx).await;
    assert!((0..MANY).all(|n| workbook.contains(&format!("T-{n:04}"))));
}
