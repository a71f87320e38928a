//! The rhythm at work on both databases: told, escalated and asked for once, whoever runs it and however often.

use std::collections::BTreeSet;
use std::sync::Arc;

use app::notify::say;
use app::read::Asked;
use app::rhythm::{Deed, SaveReturn};
use app::{Actor, App, AppError, Change, FixedClock};
use domain::code::Code;
use domain::command::Command;
use domain::fact::Fact;
use domain::item::kind::{ItemKind, Level, Series, SlipColour};
use domain::item::{Item, ItemFact, Relation, State, Step, Target};
use domain::named::Named;
use domain::person::PersonFact;
use domain::plan::PlanFact;
use domain::policy::{Role, Scope};
use domain::refusal::Problem;
use domain::report::{Period, Rhythm};
use domain::rhythm::{InForce, Recipient, RhythmRules, SlipRules, return_code};
use domain::source::Source;
use domain::subject::Subject;
use domain::unit::{UnitFact, UnitLevel};
use jiff::civil::{Date, DateTime, date};
use scratch::Scratch;
use store::{Database, EntryFilter};
use tokio::task::block_in_place;
use words::Lang;

/// A Monday.
const DUE: Date = date(2019, 3, 4);

fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

fn plan() -> Code {
    code("p")
}

/// One server of an installation, with a clock of its own.
struct Server {
    app: App,
    clock: Arc<FixedClock>,
}

impl Server {
    fn on(scratch: &Scratch) -> Self {
        let clock = Arc::new(FixedClock::morning(date(2019, 2, 20)).unwrap());
        let database = block_in_place(|| Database::open(&scratch.address().parse().unwrap(), 0).unwrap());
        Self { app: App::new(database, clock.clone()), clock }
    }

    async fn run(&self, at: DateTime, trial: bool) -> Vec<Deed> {
        self.clock.set(jiff::tz::TimeZone::get("Asia/Shanghai").unwrap().to_timestamp(at).unwrap());
        self.app.run_rhythm(&plan(), at, trial).await.unwrap().deeds
    }

    async fn give(&self, actor: &str, command: Command) -> Result<(), AppError> {
        let actor = match actor {
            "operator" => Actor::operator(),
            name => self.app.actor(&code(name)).await.unwrap().unwrap(),
        };
        let change = Change { command, effective: None, source: Source::default(), reason: "因故".into() };
        self.app.change(&actor, change).await.map(drop)
    }

    async fn register(&self, actor: &str, subject: Subject, facts: Vec<Fact>) {
        self.give(actor, Command::Register { subject, facts }).await.unwrap();
    }

    async fn record(&self, actor: &str, item: &str, facts: Vec<ItemFact>) -> Result<(), AppError> {
        let facts = facts.into_iter().map(Fact::from).collect();
        let subject = Subject::item(&plan(), &code(item));
        self.give(actor, Command::Record { subject, facts, expected: None }).await
    }

    async fn item(&self, item: &str) -> Item {
        let asked = Asked { as_of: Some(date(2030, 1, 1)), known_at: None };
        self.app.item(&plan(), &code(item), asked).await.unwrap().0
    }

    /// What a person was told of items, in the order of its keys.
    async fn told(&self, person: &str) -> Vec<String> {
        let inbox = self.app.inbox(&code(person), false, None, 100).await.unwrap();
        let mut out: Vec<String> = inbox.notices.into_iter().map(|held| held.notice.said.key).collect();
        // What people do is told too, in words of its own.
        out.retain(|key| key.starts_with("rhythm-"));
        out.retain(|key| !key.contains("return") && !key.contains("report"));
        out.sort();
        out
    }
}

fn step(step: Step, state: State) -> ItemFact {
    ItemFact::Move { step, state, by: None }
}

/// A plan that keeps the usual rhythm, a bureau with a worker and a leader, those above them, and one task.
async fn begun(server: &Server) {
    for unit in ["bureau", "town-office"] {
        let facts = vec![
            UnitFact::Name(Named::new("单位", unit)).into(),
            UnitFact::Level { level: UnitLevel::District }.into(),
        ];
        server.register("operator", Subject::unit(&code(unit)), facts).await;
    }
    let bureau = Scope::Unit(code("bureau"));
    for (person, role, scope) in [
        ("worker", Role::Department, bureau.clone()),
        ("head", Role::Leader, bureau),
        ("caller", Role::Subdistrict, Scope::Unit(code("town-office"))),
        ("district", Role::DistrictTaskForce, Scope::Everything),
        ("city", Role::MunicipalTaskForce, Scope::Everything),
        ("office", Role::SupervisionOffice, Scope::Everything),
    ] {
        let facts = vec![
            PersonFact::Name { name: person.into() }.into(),
            PersonFact::Role { role, scope, held: true }.into(),
        ];
        server.register("operator", Subject::person(&code(person)), facts).await;
    }
    let rules = RhythmRules::presets().swap_remove(0);
    let facts = vec![
        PlanFact::Name(Named::new("计划", "Plan")).into(),
        PlanFact::Period { from: date(2018, 1, 1), to: date(2019, 12, 31) }.into(),
        PlanFact::Rhythm(InForce { since: date(2019, 2, 1), until: None, rules }).into(),
    ];
    server.register("operator", Subject::plan(&plan()), facts).await;
    task(server, "T-1", DUE).await;
}

async fn task(server: &Server, item: &str, due: Date) {
    let facts: Vec<ItemFact> = vec![
        ItemFact::Kind { kind: ItemKind::TrackedTask },
        ItemFact::Name(Named::new("任务", "Task")),
        ItemFact::LeadUnit { unit: code("bureau") },
        ItemFact::Due { on: due },
    ];
    let subject = Subject::item(&plan(), &code(item));
    server.register("office", subject, facts.into_iter().map(Fact::from).collect()).await;
    server.record("office", item, vec![step(Step::Assign, State::Assigned)]).await.unwrap();
}

/// Only what was chased for an item.
fn chased(deeds: &[Deed], of: &str) -> Vec<(Recipient, Option<String>)> {
    let own = deeds.iter().filter_map(|deed| match deed {
        Deed::Chased { item, to, slip, .. } if item.as_str() == of => Some((*to, slip.clone())),
        _ => None,
    });
    own.collect()
}

macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")] async fn $name() {
                super::$name(&scratch::Scratch::sqlite()).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")] async fn $name() {
                if let Some(scratch) = scratch::Scratch::postgres() { super::$name(&scratch).await; }
            })*
        }
    };
}

on_both!(
    a_task_climbs_the_ladder,
    a_server_that_was_off_catches_up_in_order,
    two_servers_do_it_once,
    a_slip_is_not_chased_once_its_item_is_done_with,
    slips_and_reports_go_by_the_plans_own_rules,
    an_unanswered_whistle_is_raised,
    a_week_opens_is_returned_and_closes,
    quarters_and_years_are_reported_on_too,
    nothing_happens_where_no_rhythm_is_kept,
);

fn at(day: i8, hour: i8) -> DateTime {
    date(2019, 3, day).at(hour, 0, 0, 0)
}

async fn a_task_climbs_the_ladder(scratch: &Scratch) {
    let server = Server::on(scratch);
    begun(&server).await;
    // Three working days before the Monday: the Wednesday before, and not before half past eight.
    let wednesday = |hour| date(2019, 2, 27).at(hour, 0, 0, 0);
    assert_eq!(chased(&server.run(wednesday(8), false).await, "T-1"), []);
    let trial = server.run(wednesday(9), true).await;
    assert_eq!(chased(&trial, "T-1"), [(Recipient::Unit, Some("blue".into()))]);
    assert!(server.item("T-1").await.chases.is_empty(), "a trial does nothing");
    let first = server.run(wednesday(9), false).await;
    assert_eq!(chased(&first, "T-1"), [(Recipient::Unit, Some("SLP-2019-0001".into()))]);
    assert_eq!(chased(&server.run(wednesday(10), false).await, "T-1"), []);
    assert_eq!(server.told("worker").await, ["rhythm-told-limit-ahead", "rhythm-told-slip"]);
    server.record("worker", "SLP-2019-0001", vec![step(Step::Sign, State::Signed)]).await.unwrap();

    for (day, to) in
        [(4, Recipient::Unit), (5, Recipient::UnitLeader), (7, Recipient::District), (11, Recipient::City)]
    {
        let deeds = server.run(at(day, 9), false).await;
        assert_eq!(chased(&deeds, "T-1").iter().map(|(to, _)| *to).collect::<Vec<_>>(), [to], "{day}");
    }
    // The orange slip of the 5th is to be signed for on the 6th, and nobody does.
    assert_eq!(server.told("head").await, ["rhythm-told-limit-late", "rhythm-told-slip-late"]);
    assert_eq!(server.told("district").await, ["rhythm-told-limit-late"]);
    assert_eq!(server.told("office").await, ["rhythm-told-slip-late"]);
    let worker = server.app.inbox(&code("worker"), false, None, 100).await.unwrap();
    let late = worker.notices.iter().find(|held| held.notice.said.key == "rhythm-told-slip-late").unwrap();
    assert!(
        say(Lang::En, &late.notice.said).starts_with("Orange warning no. 2"),
        "in the reader's own language"
    );
    // Reported on time or not: what waits to be checked is no longer in the unit's hands.
    server.record("worker", "T-1", vec![step(Step::TakeUp, State::InHand)]).await.unwrap();
    let red = server.run(at(12, 9), false).await;
    assert_eq!(chased(&red, "T-1"), [(Recipient::SupervisionOffice, Some("SLP-2019-0003".into()))]);
    assert_eq!(server.told("office").await, ["rhythm-told-limit-late", "rhythm-told-slip-late"]);

    let slip = server.item("SLP-2019-0002").await;
    assert_eq!((slip.colour, slip.state), (Some(SlipColour::Orange), State::Sent));
    assert_eq!(slip.number, "督单〔2019〕2号");
    assert_eq!(slip.links, [(Relation::Supervises, Target::Item(code("T-1")))]);
    assert!(slip.text.contains("2019-03-04") && slip.text.contains("2019-03-12"), "{}", slip.text);
    server.record("worker", "SLP-2019-0002", vec![step(Step::Sign, State::Signed)]).await.unwrap();
    assert_eq!(server.item("SLP-2019-0002").await.moves[0].by, Some(code("worker")));
    assert_eq!(chased(&server.run(at(13, 9), false).await, "SLP-2019-0002"), [], "signed for");

    // All of it stands in the journal, in the rhythm's own name and with its rules.
    let filter = EntryFilter { actor: Some(code("rhythm")), ..EntryFilter::default() };
    let entries = server.app.entries(filter, None, 100).await.unwrap().items;
    assert!(entries.len() >= 9 && entries.iter().all(|it| it.draft.source.title.contains("usual 1")));
    let verified = block_in_place(|| server.app.database().read(|c| c.verify(|_| {})).unwrap());
    assert!(verified.is_sound(), "{verified:?}");
}

async fn a_slip_is_not_chased_once_its_item_is_done_with(scratch: &Scratch) {
    let server = Server::on(scratch);
    begun(&server).await;
    let on = |month, day| date(2019, month, day).at(9, 0, 0, 0);
    server.run(on(2, 27), false).await;
    let slip = "SLP-2019-0001";
    assert_eq!(chased(&server.run(on(2, 28), false).await, slip), [(Recipient::Unit, None)]);
    // As long as the task is in hand, the slip's ladder goes on.
    assert_eq!(chased(&server.run(on(3, 1), true).await, slip), [(Recipient::UnitLeader, None)]);
    let ladder = || async {
        let portfolio = server.app.portfolio(&plan(), Asked::default()).await.unwrap();
        server.app.ladder(&portfolio, &server.item(slip).await).await.unwrap().len()
    };
    assert_ne!(ladder().await, 0);
    server.record("office", "T-1", vec![step(Step::Withdraw, State::Withdrawn)]).await.unwrap();
    assert_eq!(chased(&server.run(on(3, 1), true).await, slip), []);
    for day in 1..29 {
        assert_eq!(chased(&server.run(on(3, day), false).await, slip), []);
    }
    assert_eq!(server.item(slip).await.state, State::Sent, "it may still be signed for");
    assert_eq!(ladder().await, 0);
}

async fn slips_and_reports_go_by_the_plans_own_rules(scratch: &Scratch) {
    let server = Server::on(scratch);
    begun(&server).await;
    let mut rules = RhythmRules::presets().swap_remove(0);
    rules.slips = SlipRules { sign: 3, number: "回天督〔{year}〕{number}号".into() };
    rules.returns[0].report_due = Some(4);
    let rhythm = PlanFact::Rhythm(InForce { since: date(2019, 2, 1), until: None, rules });
    let (subject, facts) = (Subject::plan(&plan()), vec![rhythm.into()]);
    server.give("operator", Command::Record { subject, facts, expected: None }).await.unwrap();
    server.run(date(2019, 2, 27).at(9, 0, 0, 0), false).await;
    let slip = server.item("SLP-2019-0001").await;
    // Three working days after the Wednesday it went out.
    assert_eq!((slip.number.as_str(), slip.due), ("回天督〔2019〕1号", Some(date(2019, 3, 4))));
    let week = Period::containing(Rhythm::Week, date(2019, 2, 18));
    let (operator, source) = (Actor::operator(), Source::default());
    let report = server.app.draft_report(&operator, &plan(), (Series::Weekly, week), &source).await.unwrap();
    assert_eq!(server.item(report.as_str()).await.due, Some(date(2019, 2, 28)));
}

async fn a_server_that_was_off_catches_up_in_order(scratch: &Scratch) {
    let server = Server::on(scratch);
    begun(&server).await;
    let deeds = server.run(at(12, 9), false).await;
    let to: Vec<Recipient> = chased(&deeds, "T-1").into_iter().map(|(to, _)| to).collect();
    // No reminder after the limit; everything else, lowest rung first.
    use Recipient as R;
    assert_eq!(to, [R::Unit, R::UnitLeader, R::District, R::City, R::SupervisionOffice]);
    // The clock is put back, and forward again: nothing twice.
    assert_eq!(chased(&server.run(at(6, 9), false).await, "T-1"), []);
    assert_eq!(chased(&server.run(at(13, 9), false).await, "T-1"), []);
    // An extension is another limit: its own ladder begins.
    server.record("office", "T-1", vec![ItemFact::Due { on: date(2019, 3, 18) }]).await.unwrap();
    assert_eq!(chased(&server.run(at(13, 10), false).await, "T-1").len(), 1);
}

async fn two_servers_do_it_once(scratch: &Scratch) {
    let (one, other) = (Server::on(scratch), Server::on(scratch));
    begun(&one).await;
    for n in 2..40 {
        task(&one, &format!("T-{n}"), DUE).await;
    }
    let (first, second) = tokio::join!(one.run(at(12, 9), false), other.run(at(12, 9), false));
    let all: Vec<_> = first
        .iter()
        .chain(&second)
        .filter_map(|deed| match deed {
            Deed::Chased { item, to, .. } if item.as_str().starts_with("T-") => Some((item.clone(), *to)),
            _ => None,
        })
        .collect();
    assert_eq!(all.len(), 39 * 5);
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "nothing twice");
    let opened = first.iter().chain(&second).filter(|deed| matches!(deed, Deed::Opened { .. })).count();
    let periods: BTreeSet<String> = first
        .iter()
        .chain(&second)
        .filter_map(|deed| match deed {
            Deed::Opened { period, .. } => Some(period.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(opened, periods.len(), "each period is opened by one of them");
    let next =
        block_in_place(|| one.app.database().read(|c| c.next_item_code(&plan(), "SLP-2019-")).unwrap());
    assert_eq!(next, (code("SLP-2019-0079"), 79), "numbered without gaps");
}

async fn an_unanswered_whistle_is_raised(scratch: &Scratch) {
    let server = Server::on(scratch);
    begun(&server).await;
    server.clock.set_morning(date(2019, 3, 9)).unwrap();
    let facts: Vec<ItemFact> = vec![
        ItemFact::Kind { kind: ItemKind::Whistle },
        ItemFact::Name(Named::new("哨", "Whistle")),
        ItemFact::Issuer { name: String::new(), unit: Some(code("town-office")) },
        ItemFact::LeadUnit { unit: code("bureau") },
        ItemFact::Level { level: Level::District },
        ItemFact::AnswerBy { at: at(9, 11) },
    ];
    let subject = Subject::item(&plan(), &code("W-1"));
    server.register("caller", subject, facts.into_iter().map(Fact::from).collect()).await;
    assert_eq!(chased(&server.run(at(9, 10), false).await, "W-1"), []);
    // A Saturday: whoever calls in need does not wait for Monday.
    assert_eq!(chased(&server.run(at(9, 11), false).await, "W-1").len(), 1);
    assert_eq!(chased(&server.run(at(9, 14), false).await, "W-1").len(), 2);
    let whistle = server.item("W-1").await;
    assert_eq!((whistle.state, whistle.level), (State::Raised, Some(Level::City)));
    assert_eq!(whistle.moves[0].by, Some(code("rhythm")));
    assert_eq!(server.told("caller").await, ["rhythm-told-whistle-raised"]);
    assert!(server.told("district").await.contains(&"rhythm-told-whistle-raised".to_owned()));
    assert_eq!(
        chased(&server.run(at(12, 14), false).await, "W-1"),
        [],
        "raised, it is nobody's silence any more"
    );
}

async fn a_week_opens_is_returned_and_closes(scratch: &Scratch) {
    let server = Server::on(scratch);
    begun(&server).await;
    let week = Period::containing(Rhythm::Week, date(2019, 3, 6));
    let own = return_code(Series::Weekly, week, &code("bureau"));
    let opens = at(8, 9);
    let trial = server.run(opens, true).await;
    assert!(trial.iter().any(|it| matches!(it, Deed::Opened { period, .. } if period == "2019-W10")));
    server.run(opens, false).await;
    let inbox = server.app.inbox(&code("worker"), false, None, 100).await.unwrap();
    assert!(inbox.notices.iter().any(|it| it.notice.said.key == "rhythm-told-return-open"));
    let asked = Asked::default();
    let returns = server.app.returns_of(&plan(), Series::Weekly, week, asked).await.unwrap();
    assert!(returns.rows.len() == 1 && returns.rows[0].code == own);

    let held = server.app.held_return(&plan(), &own, asked).await.unwrap();
    assert_eq!(held.item.due, Some(date(2019, 3, 11)));
    assert_eq!(held.content.lines.len(), 1, "the ledger's line of the late task");
    let worker = server.app.actor(&code("worker")).await.unwrap().unwrap();
    let save = async |written: SaveReturn, submit: bool| {
        let version = server.app.held_return(&plan(), &own, asked).await.unwrap().item.version;
        let which = (&plan(), &own);
        server.app.save_return(&worker, which, version, written, submit, &Source::default()).await
    };
    let mut written =
        SaveReturn {
            next: "继续推进".into(), asks: vec!["请明确主体".into()], ..SaveReturn::default()
        };
    save(written.clone(), false).await.unwrap();
    let Err(AppError::Refused(refusals)) = save(written.clone(), true).await else {
        panic!("must be refused")
    };
    assert_eq!(refusals[0].problem, Problem::Unexplained(vec!["T-1".into()]));
    written.said = vec![("T-1".into(), "场地未腾退".into())];
    save(written, true).await.unwrap();
    let returns = server.app.returns_of(&plan(), Series::Weekly, week, asked).await.unwrap();
    assert_eq!((returns.count(State::Submitted), returns.count(State::Open)), (1, 0));
    let asks = server.app.asked_by_units(&plan(), Series::Weekly, week).await.unwrap();
    assert_eq!(asks.len(), 1);
    assert_eq!((asks[0].unit.as_str(), asks[0].text.as_str()), ("bureau", "请明确主体"));

    // Sent back, it stays open past the closing; the next week's, which never comes, is missing.
    server.record("office", own.as_str(), vec![step(Step::SendBack, State::Open)]).await.unwrap();
    server.run(at(15, 9), false).await;
    let deeds = server.run(at(22, 9), false).await;
    let next = return_code(Series::Weekly, week.next(), &code("bureau"));
    assert!(deeds.contains(&Deed::Missed { returns: vec![next.clone()] }), "{deeds:?}");
    assert_eq!(server.item(own.as_str()).await.state, State::Open);
    assert_eq!(server.item(next.as_str()).await.state, State::Missed);
    // Better late than never.
    let content = server.item(own.as_str()).await.content;
    let late = vec![ItemFact::Content { content }, step(Step::Submit, State::Submitted)];
    server.record("worker", next.as_str(), late).await.unwrap();
    // The report of the week is drafted, once.
    assert_eq!(server.item("REP-weekly-2019-W10").await.state, State::Draft);
    let filter = EntryFilter {
        subject: Some(Subject::item(&plan(), &code("REP-weekly-2019-W10"))),
        ..EntryFilter::default()
    };
    let entries = server.app.entries(filter, None, 10).await.unwrap().items;
    assert_eq!(entries.iter().filter(|it| it.draft.event.name() == "registered").count(), 1);
}

async fn quarters_and_years_are_reported_on_too(scratch: &Scratch) {
    let server = Server::on(scratch);
    begun(&server).await;
    let drafted = |deeds: &[Deed]| -> Vec<String> {
        let codes = deeds.iter().filter_map(|deed| match deed {
            Deed::Drafted { report } => Some(report.to_string()),
            _ => None,
        });
        codes.filter(|code| !code.contains("weekly") && !code.contains("monthly")).collect()
    };
    let quarter = server.run(date(2019, 4, 1).at(9, 0, 0, 0), false).await;
    assert_eq!(drafted(&quarter), ["REP-quarterly-2019-Q1"]);
    let closed = server.run(date(2020, 1, 2).at(9, 0, 0, 0), false).await;
    assert!(drafted(&closed).contains(&"REP-annual-2019".into()), "{closed:?}");
    assert_eq!(drafted(&server.run(date(2020, 1, 3).at(9, 0, 0, 0), false).await), [] as [&str; 0]);

    // Written to, numbered, frozen: like any other.
    let (annual, source) = (code("REP-annual-2019"), Source::default());
    let city = server.app.actor(&code("city")).await.unwrap().unwrap();
    let draft = server.app.report(&plan(), &annual).await.unwrap();
    assert_eq!((draft.item.state, draft.item.due), (State::Draft, Some(date(2020, 1, 15))));
    assert!(
        draft.content.pack.is_some() && draft.content.rows.contains_key("T-1"),
        "{:?}",
        draft.content.rows
    );
    let written = [("summary".to_owned(), "全年一件任务逾期。".to_owned())];
    let version = draft.item.version;
    let receipt =
        server.app.redraft_report(&city, &plan(), &annual, version, &written, &source).await.unwrap();
    server.app.issue_report(&city, &plan(), &annual, receipt.version, &source).await.unwrap();
    let issued = server.app.report(&plan(), &annual).await.unwrap();
    assert!(issued.intact && issued.item.state == State::Issued);
    assert_eq!(issued.item.issued.unwrap().number, 1);
}

async fn nothing_happens_where_no_rhythm_is_kept(scratch: &Scratch) {
    let server = Server::on(scratch);
    begun(&server).await;
    let rules = RhythmRules::presets().swap_remove(0);
    let ended = PlanFact::Rhythm(InForce { since: date(2019, 2, 1), until: Some(date(2019, 3, 1)), rules });
    let subject = Subject::plan(&plan());
    server
        .give("operator", Command::Record { subject, facts: vec![ended.into()], expected: None })
        .await
        .unwrap();
    let head = block_in_place(|| server.app.database().read(|c| c.head()).unwrap());
    let run = server.app.run_rhythm(&plan(), at(12, 9), false).await.unwrap();
    assert!(!run.in_force && run.deeds.is_empty());
    server.clock.set_morning(date(2019, 3, 12)).unwrap();
    server.app.put_down_runs().await.unwrap();
    assert_eq!(server.app.claim("rhythm", "holder", 9).await.unwrap(), []);
    assert_eq!(block_in_place(|| server.app.database().read(|c| c.head()).unwrap()), head);
}
