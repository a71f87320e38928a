//! A change tells those whom it concerns, once, in its own transaction; whoever made it is not told.

use std::sync::Arc;

use app::import::{Mode, Profile, Resolver, Sheet, SheetRow, prepare};
use app::notify::{Covers, Moment, say};
use app::read::Asked;
use app::table::table;
use app::{Actor, App, AppError, Change, FixedClock};
use domain::code::Code;
use domain::command::Command;
use domain::fact::Fact;
use domain::item::kind::{InspectionWay, ItemKind, ObjectionTo};
use domain::item::{ItemFact, State, Step};
use domain::milestone::Aspect;
use domain::named::Named;
use domain::person::PersonFact;
use domain::plan::PlanFact;
use domain::policy::{Role, Scope};
use domain::project::ProjectFact;
use domain::source::Source;
use domain::subject::Subject;
use domain::unit::{UnitFact, UnitLevel};
use jiff::civil::{Date, date};
use scratch::Scratch;
use store::Database;
use words::Lang;

const TODAY: Date = date(2019, 3, 4);

struct Place {
    app: App,
    runtime: tokio::runtime::Runtime,
    _scratch: Scratch,
}

fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

fn step(step: Step, state: State) -> ItemFact {
    ItemFact::Move { step, state, by: None }
}

impl Place {
    fn open(scratch: Scratch) -> Self {
        let clock = Arc::new(FixedClock::morning(TODAY).unwrap());
        let database = Database::open(&scratch.address().parse().unwrap(), 0).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let place = Self { app: App::new(database, clock), runtime, _scratch: scratch };
        for unit in ["bureau", "helper", "town"] {
            let facts = vec![
                UnitFact::Name(Named::new(format!("{unit}局"), unit)).into(),
                UnitFact::Level { level: UnitLevel::District }.into(),
            ];
            place.register("operator", Subject::unit(&code(unit)), facts);
        }
        let unit = |unit: &str| Scope::Unit(code(unit));
        for (person, role, scope) in [
            ("worker", Role::Department, unit("bureau")),
            ("mate", Role::Department, unit("bureau")),
            ("helper", Role::Department, unit("helper")),
            ("caller", Role::Subdistrict, unit("town")),
            ("city", Role::MunicipalTaskForce, Scope::Everything),
            ("office", Role::SupervisionOffice, Scope::Everything),
        ] {
            let facts = vec![
                PersonFact::Name { name: person.into() }.into(),
                PersonFact::Role { role, scope, held: true }.into(),
            ];
            place.register("operator", Subject::person(&code(person)), facts);
        }
        let facts = vec![
            PlanFact::Name(Named::new("计划", "Plan")).into(),
            PlanFact::Period { from: date(2018, 1, 1), to: date(2020, 12, 31) }.into(),
        ];
        place.register("operator", Subject::plan(&code("p")), facts);
        place
    }

    fn give(&self, actor: &str, on: Option<Date>, command: Command) -> Result<(), AppError> {
        self.runtime.block_on(async {
            let actor = match actor {
                "operator" => Actor::operator(),
                name => self.app.actor(&code(name)).await.unwrap().unwrap(),
            };
            let change =
                Change { command, effective: on, source: Source::default(), reason: "因故".into() };
            self.app.change(&actor, change).await.map(drop)
        })
    }

    fn register(&self, actor: &str, subject: Subject, facts: Vec<Fact>) {
        self.give(actor, None, Command::Register { subject, facts }).unwrap();
    }

    fn item(&self, actor: &str, item: &str, facts: Vec<ItemFact>) {
        let facts = facts.into_iter().map(Fact::from).collect();
        self.register(actor, Subject::item(&code("p"), &code(item)), facts);
    }

    fn record(&self, actor: &str, item: &str, facts: Vec<ItemFact>) -> Result<(), AppError> {
        let facts = facts.into_iter().map(Fact::from).collect();
        let subject = Subject::item(&code("p"), &code(item));
        self.give(actor, None, Command::Record { subject, facts, expected: None })
    }

    /// What everybody was told since the last time, in Chinese and in order of their names.
    fn told(&self) -> Vec<(&'static str, String)> {
        let mut out = Vec::new();
        for person in ["caller", "city", "helper", "mate", "office", "worker"] {
            let inbox = self.runtime.block_on(self.app.inbox(&code(person), true, None, 50)).unwrap();
            for held in inbox.notices {
                out.push((person, say(Lang::Zh, &held.notice.said)));
                let event = held.notice.event;
                assert!(self.runtime.block_on(self.app.mark_read(&code(person), &event)).unwrap());
            }
        }
        out
    }

    /// Brings the rows of a table, the headings first; how many entries it came to.
    fn import(&self, actor: &str, name: &str, rows: &[&[&str]], mode: Mode) -> usize {
        self.runtime.block_on(async {
            let actor = self.app.actor(&code(actor)).await.unwrap().unwrap();
            let portfolio = self.app.portfolio(&code("p"), Asked::default()).await.unwrap();
            let rows = (1u32..).zip(rows).map(|(number, cells)| SheetRow {
                number,
                cells: cells.iter().map(|cell| (*cell).to_owned()).collect(),
            });
            let sheet = Sheet { name: name.into(), rows: rows.collect(), faults: Vec::new() };
            let (table, profile) = (table(name).unwrap(), Profile::default());
            let prepared =
                prepare(table, &code("p"), &sheet, &profile, &Resolver::of(&portfolio), TODAY).unwrap();
            let report = self.app.import(&actor, prepared, mode, None).await.unwrap();
            assert!(report.is_good(), "{:?}", report.problems);
            report.entries
        })
    }

    fn heads(&self) -> Vec<(&'static str, String)> {
        self.told()
            .into_iter()
            .map(|(who, said)| (who, said.split('：').next().unwrap().to_owned()))
            .collect()
    }
}

fn task(lead: &str) -> Vec<ItemFact> {
    vec![
        ItemFact::Kind { kind: ItemKind::TrackedTask },
        ItemFact::Name(Named::new("修路", "Mend the road")),
        ItemFact::LeadUnit { unit: code(lead) },
        ItemFact::Due { on: date(2019, 4, 1) },
    ]
}

fn said(pairs: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
    pairs.iter().map(|(who, text)| (*who, (*text).to_owned())).collect()
}

fn a_task_goes_its_way(scratch: Scratch) {
    let place = Place::open(scratch);
    place.item("office", "T-1", task("bureau"));
    assert_eq!(place.told(), [], "on the books, and nobody's yet");
    place.record("office", "T-1", vec![step(Step::Assign, State::Assigned)]).unwrap();
    let text = "交办bureau局，2019-04-01前办结：修路";
    assert_eq!(place.told(), said(&[("mate", text), ("worker", text)]));
    let objection =
        ItemFact::Objection { to: ObjectionTo::Duty, reason: "不归我".into(), unit: None, due: None };
    place.record("worker", "T-1", vec![step(Step::Object, State::Objected), objection]).unwrap();
    assert_eq!(place.heads(), said(&[("office", "bureau局对交办提出异议")]));
    place.record("office", "T-1", vec![step(Step::RejectObjection, State::Assigned)]).unwrap();
    let heads = place.heads();
    assert_eq!(heads, said(&[("mate", "异议不成立，请继续承办"), ("worker", "异议不成立，请继续承办")]));
    place.record("worker", "T-1", vec![step(Step::TakeUp, State::InHand)]).unwrap();
    assert_eq!(place.told(), []);
    let asked = ItemFact::ExtensionAsked { until: date(2019, 5, 6), reason: "雨季".into() };
    place.record("worker", "T-1", vec![asked]).unwrap();
    assert_eq!(place.heads(), said(&[("office", "bureau局申请延期至2019-05-06")]));
    let decided = ItemFact::ExtensionDecided { granted: true, note: String::new() };
    place.record("office", "T-1", vec![decided, ItemFact::Due { on: date(2019, 5, 6) }]).unwrap();
    assert_eq!(place.heads(), said(&[("mate", "同意延期"), ("worker", "同意延期")]));
    let person = ItemFact::Person { person: code("mate") };
    place.record("worker", "T-1", vec![person]).unwrap();
    assert_eq!(place.heads(), said(&[("mate", "由您负责")]), "the one in charge, and no one else");
    // A change that is refused tells nobody.
    assert!(place.record("worker", "T-1", vec![step(Step::Verify, State::Verified)]).is_err());
    assert_eq!(place.told(), []);
    // The calendar has it.
    let lines = place.runtime.block_on(async {
        let worker = place.app.actor(&code("worker")).await.unwrap().unwrap();
        place.app.calendar(&worker, &Covers::Own).await.unwrap()
    });
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!((&*lines[0].id, &lines[0].moment), ("p/T-1", &Moment::Due(date(2019, 5, 6))));
}

#[test]
fn a_task_goes_its_way_on_sqlite() {
    a_task_goes_its_way(Scratch::sqlite());
}

#[test]
fn a_task_goes_its_way_on_postgres() {
    if let Some(scratch) = Scratch::postgres() {
        a_task_goes_its_way(scratch);
    }
}

#[test]
fn a_dispatch_is_urgent_and_a_meeting_invites() {
    let place = Place::open(Scratch::sqlite());
    let both = |facts: Vec<ItemFact>| -> Vec<ItemFact> {
        let part = domain::item::kind::Part::Supporting;
        let helper = ItemFact::SupportingUnit { unit: code("helper"), part, active: true };
        facts.into_iter().chain([helper]).collect()
    };
    let name = ItemFact::Name(Named::new("积水", "Flood"));
    let answer = ItemFact::AnswerBy { at: date(2019, 3, 4).at(18, 0, 0, 0) };
    let lead = ItemFact::LeadUnit { unit: code("bureau") };
    let dispatch = ItemFact::Kind { kind: ItemKind::Dispatch };
    place.item("office", "D-1", both(vec![dispatch, name.clone(), answer, lead.clone()]));
    let inbox = place.runtime.block_on(place.app.inbox(&code("helper"), true, None, 5)).unwrap();
    assert!(inbox.notices.len() == 1 && inbox.notices[0].notice.urgent);
    assert_eq!(place.told().len(), 3);
    let appointment = ItemFact::Appointment { at: date(2019, 3, 8).at(9, 30, 0, 0), place: "二楼".into() };
    let meeting = ItemFact::Kind { kind: ItemKind::Meeting };
    place.item("office", "M-1", both(vec![meeting, name, appointment, lead]));
    let text = "请参会，2019-03-08 09:30，二楼";
    assert_eq!(place.heads(), said(&[("helper", text), ("mate", text), ("worker", text)]));
    let moved = ItemFact::Appointment { at: date(2019, 3, 9).at(9, 30, 0, 0), place: "二楼".into() };
    place.record("office", "M-1", vec![moved]).unwrap();
    assert_eq!(place.heads()[0].1, "会议改期，2019-03-09 09:30，二楼");
    let lines = place.runtime.block_on(async {
        let helper = place.app.actor(&code("helper")).await.unwrap().unwrap();
        place.app.calendar(&helper, &Covers::Own).await.unwrap()
    });
    let at = date(2019, 3, 9).at(9, 30, 0, 0);
    assert!(
        lines.iter().any(
            |line| matches!(&line.moment, Moment::Meeting { at: held, cancelled: false, .. } if *held == at)
        ),
        "{lines:?}"
    );
}

#[test]
fn nobody_is_warned_of_an_inspection_without_a_word() {
    let place = Place::open(Scratch::sqlite());
    for (item, way, told) in [("I-1", InspectionWay::Unannounced, 0), ("I-2", InspectionWay::Announced, 2)] {
        let facts = vec![
            ItemFact::Kind { kind: ItemKind::Inspection },
            ItemFact::Name(Named::new("督查", "Inspection")),
            ItemFact::InspectionWay { way },
            ItemFact::LeadUnit { unit: code("bureau") },
        ];
        place.item("office", item, facts);
        place.record("office", item, vec![step(Step::Order, State::Ordered)]).unwrap();
        assert_eq!(place.told().len(), told, "{item}");
    }
}

#[test]
fn a_public_date_that_moves_is_told_to_the_lead_unit_and_the_past_to_nobody() {
    let place = Place::open(Scratch::sqlite());
    let subject = Subject::project(&code("p"), &code("X-1"));
    let promised = |day: &str| {
        let (aspect, step, date) = (Aspect::Promised, code("completion"), Some(day.parse().unwrap()));
        ProjectFact::Milestone { aspect, part: None, step, date, cause: None }
    };
    let sector = PlanFact::Sector { sector: code("roads"), name: Named::new("交通", ""), order: 1 };
    let plan = Subject::plan(&code("p"));
    let record = |actor: &str, on, subject: &Subject, fact: Fact| {
        let command = Command::Record { subject: subject.clone(), facts: vec![fact], expected: None };
        place.give(actor, on, command).unwrap();
    };
    record("operator", None, &plan, sector.into());
    let completion =
        ProjectFact::Step { step: code("completion"), order: 10, name: Named::new("竣工", ""), gate: None };
    let facts: Vec<ProjectFact> = vec![
        ProjectFact::Name(Named::new("学校", "School")),
        ProjectFact::Sector { sector: code("roads") },
        ProjectFact::LeadUnit { unit: code("bureau") },
        completion,
        promised("2019-06"),
    ];
    place.register("city", subject.clone(), facts.into_iter().map(Fact::from).collect());
    assert_eq!(place.told(), [], "a first promise moves nothing");
    record("city", None, &subject, promised("2019-09").into());
    let text = "公开日期由2019-06改为2019-09：学校";
    assert_eq!(place.told(), said(&[("mate", text), ("worker", text)]));
    // What the books are told of half a year ago is no news.
    record("city", Some(date(2018, 9, 1)), &subject, promised("2019-03").into());
    assert_eq!(place.told(), []);
}

#[test]
fn an_import_tells_each_person_once_of_all_their_items() {
    let place = Place::open(Scratch::sqlite());
    let head = ["code", "item_kind", "name_zh", "received", "due", "lead_unit", "supporting_units", "person"];
    let row = |row: [&'static str; 8]| row;
    let rows = [
        head,
        row(["T-1", "tracked_task", "甲", "2019-02-11", "2019-04-01", "bureau", "", ""]),
        row(["T-2", "tracked_task", "乙", "2019-02-11", "2019-04-01", "bureau", "helper", ""]),
        row(["T-3", "tracked_task", "丙", "2019-02-11", "2019-04-01", "bureau", "", "office"]),
        row(["D-1", "dispatch", "丁", "2019-03-04", "", "helper", "", ""]),
        // What was done with long ago, and an inspection that comes without a word.
        row(["G-1", "good_deed", "戊", "2019-02-11", "", "bureau", "", ""]),
        row(["I-1", "inspection", "己", "2019-03-04", "", "bureau", "", ""]),
    ];
    let mut rows: Vec<Vec<&str>> = rows.iter().map(|row| row.to_vec()).collect();
    for (at, row) in rows.iter_mut().enumerate() {
        row.push(["inspection_way", "", "", "", "", "", "unannounced"][at]);
    }
    let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
    assert_eq!(place.import("city", "items", &rows, Mode::DryRun), 6);
    assert_eq!(place.told(), [], "a trial tells nobody");
    assert_eq!(place.import("city", "items", &rows, Mode::Apply), 6);
    let inbox = place.runtime.block_on(place.app.inbox(&code("worker"), true, None, 5)).unwrap();
    let list = "/p/p/ledger?unit=bureau&kind=tracked_task&sort=received&order=down";
    assert_eq!(inbox.notices.iter().map(|held| held.notice.link.as_str()).collect::<Vec<_>>(), [list]);
    assert_eq!(say(Lang::En, &inbox.notices[0].notice.said), "Imported for bureau: new items on the books 3");
    let bureau = "导入台账：bureau局新增3件事项";
    assert_eq!(
        place.told(),
        said(&[
            ("helper", "导入台账：helper局新增2件事项"),
            ("mate", bureau),
            ("office", "导入台账：由您负责的事项新增1件"),
            ("worker", bureau)
        ])
    );
    assert_eq!(place.import("city", "items", &rows, Mode::Apply), 0);
    assert_eq!(place.told(), [], "what is brought once more is no news");

    let moves: [&[&str]; 3] = [
        &["item", "item_record", "item_step", "item_state"],
        &["T-1", "move", "assign", "assigned"],
        &["T-2", "move", "assign", "assigned"],
    ];
    place.import("city", "item_records", &moves, Mode::Apply);
    assert_eq!(
        place.told(),
        said(&[
            ("helper", "导入记录：helper局有1件事项更新"),
            ("mate", "导入记录：bureau局有2件事项更新"),
            ("worker", "导入记录：bureau局有2件事项更新")
        ])
    );
}
