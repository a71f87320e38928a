//! Requests that nobody sees to are chased by the plan's rhythm, once; whoever works on one is seen by others, and
//! what they save meanwhile is a conflict. On both databases.

use std::sync::Arc;

use app::request::{NewRequest, ProtectionKey, RequestAct};
use app::rhythm::Deed;
use app::{Actor, App, AppError, Change, FixedClock};
use domain::area::{AreaFact, AreaLevel};
use domain::code::Code;
use domain::command::Command;
use domain::fact::Fact;
use domain::item::{ItemKind, Target};
use domain::named::Named;
use domain::person::PersonFact;
use domain::plan::PlanFact;
use domain::policy::{Role, Scope};
use domain::refusal::Problem;
use domain::request::query::RequestQuery;
use domain::request::rules::Preset;
use domain::request::{CallWay, Channel, RequestCategory, RequestRules, RequestStep};
use domain::rhythm::{InForce, Recipient, RhythmRules, Watch};
use domain::source::Source;
use domain::subject::Subject;
use domain::unit::{UnitFact, UnitLevel};
use jiff::civil::{Date, date};
use scratch::Scratch;
use store::Database;

const FIRST: Date = date(2019, 3, 4);

fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

struct Place {
    app: App,
    clock: Arc<FixedClock>,
    runtime: tokio::runtime::Runtime,
    _scratch: Scratch,
}

fn person(name: &str) -> Actor {
    Actor::Person { person: code(name), name: name.into(), grants: Vec::new() }
}

impl Place {
    fn open(scratch: Scratch) -> Self {
        let clock = Arc::new(FixedClock::morning(FIRST).unwrap());
        let database = Database::open(&scratch.address().parse().unwrap(), 0).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let app = App::new(database, clock.clone());
        app.protect(ProtectionKey::random());
        let place = Self { app, clock, runtime, _scratch: scratch };
        place.register(
            Subject::area(&code("town")),
            vec![
                AreaFact::Name(Named::new("镇", "Town")).into(),
                AreaFact::Level { level: AreaLevel::Subdistrict }.into(),
            ],
        );
        for unit in ["town-office", "district-office"] {
            let facts = vec![
                UnitFact::Name(Named::new(format!("{unit}单位"), unit)).into(),
                UnitFact::Level { level: UnitLevel::District }.into(),
            ];
            place.register(Subject::unit(&code(unit)), facts);
        }
        for (name, role, scope) in [
            ("town", Role::Department, Scope::Unit(code("town-office"))),
            ("other", Role::Department, Scope::Unit(code("town-office"))),
            ("desk", Role::RequestDesk, Scope::Everything),
        ] {
            let facts = vec![
                PersonFact::Name { name: name.into() }.into(),
                PersonFact::Role { role, scope, held: true }.into(),
            ];
            place.register(Subject::person(&code(name)), facts);
        }
        let plan = vec![
            PlanFact::Name(Named::new("计划", "Plan")).into(),
            PlanFact::Period { from: date(2018, 8, 1), to: date(2020, 12, 31) }.into(),
        ];
        place.register(Subject::plan(&code("p")), plan);
        let usual = Preset::usual(code("usual"), Named::new("一般", "Usual"));
        let lamps = RequestCategory::new(code("lamps"), 1, Named::new("路灯", "Lamps"), code("usual"));
        let rules = RequestRules::of_offices(
            Named::new("规则", "Rules"),
            Named::new("试验", "Test"),
            usual,
            [(code("town"), code("town-office"))].into(),
            code("district-office"),
        );
        let rhythm = InForce { since: FIRST, until: None, rules: RhythmRules::usual().clone() };
        place.change(Command::Record {
            subject: Subject::plan(&code("p")),
            facts: vec![
                PlanFact::RequestCategory(lamps).into(),
                PlanFact::RequestRules(rules).into(),
                PlanFact::Rhythm(rhythm).into(),
            ],
            expected: None,
        });
        place
    }

    fn change(&self, command: Command) {
        let change = Change { command, effective: None, source: Source::default(), reason: String::new() };
        self.runtime.block_on(self.app.change(&Actor::operator(), change)).unwrap();
    }

    fn register(&self, subject: Subject, facts: Vec<Fact>) {
        self.change(Command::Register { subject, facts });
    }

    fn file(&self) -> Code {
        let new = NewRequest {
            area: Some(code("town")),
            address: "东门".into(),
            category: Some(code("lamps")),
            ..NewRequest::new(Channel::Site, "路灯不亮")
        };
        self.runtime.block_on(self.app.file_request(&Actor::Public, &code("p"), new)).unwrap().code
    }

    fn run(&self, trial: bool) -> Vec<Deed> {
        let at = self.app.wall_second();
        let run = self.runtime.block_on(self.app.run_rhythm(&code("p"), at, trial)).unwrap();
        let of_requests = |deed: &Deed| matches!(deed, Deed::RequestChased { .. });
        run.deeds.into_iter().filter(of_requests).collect()
    }

    fn act(&self, name: &str, request: &Code, act: RequestAct) -> Result<(), AppError> {
        let (plan, actor) = (code("p"), person(name));
        let done = self.app.act_on_request(&actor, &plan, request, act, Source::default());
        self.runtime.block_on(done).map(|_| ())
    }

    fn request(&self, code_of: &Code) -> domain::request::Request {
        self.runtime.block_on(self.app.request(&code("p"), code_of, Default::default())).unwrap().0
    }
}

fn requests_are_chased_once_with_slips_where_the_rules_say(scratch: Scratch) {
    let place = Place::open(scratch);
    let request = place.file();
    assert_eq!(place.run(false), []);

    // Nobody has spoken to the resident for a day: the unit's leader is told.
    place.clock.set_morning(date(2019, 3, 5)).unwrap();
    let trial = place.run(true);
    let told = place.run(false);
    let to = |deeds: &[Deed]| -> Vec<Recipient> {
        deeds
            .iter()
            .map(|deed| match deed {
                Deed::RequestChased { to, .. } => *to,
                _ => unreachable!("only these were kept"),
            })
            .collect()
    };
    assert_eq!(to(&trial), to(&told), "a trial says what a run does");
    assert!(!told.is_empty());
    // Asked again, late or with a clock put back, nothing is done twice.
    assert_eq!(place.run(false), []);
    place.clock.set_morning(FIRST).unwrap();
    assert_eq!(place.run(false), []);

    // A working day later the district is told, and a slip goes to the unit.
    place.clock.set_morning(date(2019, 3, 7)).unwrap();
    let told = place.run(false);
    assert!(to(&told).contains(&Recipient::District), "{told:?}");
    let slip = told.iter().find_map(|deed| match deed {
        Deed::RequestChased { slip: Some(slip), .. } => Some(code(slip)),
        _ => None,
    });
    let slip = slip.unwrap();
    let (item, _) = place.runtime.block_on(place.app.item(&code("p"), &slip, Default::default())).unwrap();
    assert_eq!((item.kind, item.lead_unit), (ItemKind::Slip, Some(code("town-office"))));
    let trace = place
        .runtime
        .block_on(place.app.trace(&code("p"), &Target::Request(request.clone()), Default::default()))
        .unwrap();
    assert!(trace.outcomes.iter().any(|line| line.thing == Target::Item(slip.clone())), "{trace:?}");

    // What waits for the resident is not chased; once answered, nothing is, nor is anybody asked for the slip.
    let accept = RequestAct::Step { step: RequestStep::Accept, reason: String::new() };
    place.act("town", &request, accept).unwrap();
    place.act("town", &request, RequestAct::AskResident { question: "哪一盏？".into() }).unwrap();
    place.clock.set_morning(date(2019, 3, 11)).unwrap();
    assert_eq!(place.run(false), []);
    place.act("town", &request, RequestAct::Answer { text: "已修好".into() }).unwrap();
    place.clock.set_morning(date(2019, 6, 3)).unwrap();
    assert_eq!(place.run(false), []);

    let chases = place.request(&request).chases;
    let report = place.app.database().rebuild(|_| {}).unwrap();
    assert_eq!(report.before, report.after);
    assert_eq!(place.request(&request).chases, chases);
}

fn what_waits_for_the_desk_is_told_to_those_who_may_take_requests(scratch: Scratch) {
    let place = Place::open(scratch);
    let new = NewRequest {
        area: Some(code("town")),
        address: "东门".into(),
        ..NewRequest::new(Channel::Site, "不知道归谁管")
    };
    let filed = place.runtime.block_on(place.app.file_request(&Actor::Public, &code("p"), new)).unwrap().code;
    let deeds = |trial| -> Vec<(Code, Watch, Recipient, usize)> {
        let said = place.run(trial).into_iter();
        said.map(|deed| match deed {
            Deed::RequestChased { request, watch, to, told, .. } => (request, watch, to, told),
            _ => unreachable!("only these were kept"),
        })
        .collect()
    };
    assert_eq!(deeds(false), []);
    place.clock.set_morning(date(2019, 3, 5)).unwrap();
    let zone = place.app.clock().zone().clone();
    let at = |day: Date, hour| place.clock.set(zone.to_timestamp(day.at(hour, 0, 0, 0)).unwrap());
    at(date(2019, 3, 5), 12);
    // Only the desk may take requests: it alone is told. That nobody has it is nobody else's fault.
    assert_eq!(deeds(true), [(filed.clone(), Watch::Desk, Recipient::Unit, 0)]);
    assert_eq!(deeds(false), [(filed.clone(), Watch::Desk, Recipient::Unit, 1)]);
    assert_eq!(deeds(false), []);
    let give =
        RequestAct::Give { step: RequestStep::Assign, unit: code("town-office"), reason: String::new() };
    place.act("desk", &filed, give).unwrap();
    // Handed back, it is for the desk again, and once more each time.
    let back = RequestAct::Step { step: RequestStep::AskReturn, reason: "不归我们".into() };
    place.act("town", &filed, back).unwrap();
    assert_eq!(deeds(false), []);
    at(date(2019, 3, 6), 13);
    let first = deeds(true);
    assert_eq!(first, [(filed.clone(), Watch::Desk, Recipient::Unit, 0)], "once, though it runs late, too");
    assert_eq!(deeds(false).len(), 1);
    let report = place.app.database().rebuild(|_| {}).unwrap();
    assert_eq!(report.before, report.after);
}

fn what_a_unit_asks_for_is_chased_until_somebody_has_decided(scratch: Scratch) {
    let place = Place::open(scratch);
    let facts = vec![
        PersonFact::Name { name: "office".into() }.into(),
        PersonFact::Role { role: Role::SupervisionOffice, scope: Scope::Everything, held: true }.into(),
    ];
    place.register(Subject::person(&code("office")), facts);
    let request = place.file();
    let accept = RequestAct::Step { step: RequestStep::Accept, reason: String::new() };
    place.act("town", &request, accept).unwrap();
    place.act("town", &request, RequestAct::Contact { way: CallWay::Phone, text: String::new() }).unwrap();
    let ask = |until| RequestAct::AskExtension { until, reason: "等备件".into() };
    place.act("town", &request, ask(date(2019, 3, 29))).unwrap();
    let asks = || {
        let query = RequestQuery { asks: true, ..RequestQuery::default() };
        place.runtime.block_on(place.app.request_count(&code("p"), &query)).unwrap().number
    };
    assert_eq!((asks(), place.run(true)), (1, vec![]));
    let zone = place.app.clock().zone().clone();
    let evening = zone.to_timestamp(date(2019, 3, 5).at(21, 0, 0, 0)).unwrap();
    place.clock.set(evening);
    let told = |deeds: Vec<Deed>| -> Vec<(Watch, Recipient, usize)> {
        let of = |deed| match deed {
            Deed::RequestChased { watch, to, told, .. } => (watch, to, told),
            _ => unreachable!("only these were kept"),
        };
        deeds.into_iter().map(of).filter(|(watch, ..)| *watch == Watch::Asked).collect()
    };
    assert_eq!(told(place.run(true)), [(Watch::Asked, Recipient::SupervisionOffice, 0)]);
    assert_eq!(told(place.run(false)), [(Watch::Asked, Recipient::SupervisionOffice, 1)]);
    assert_eq!(told(place.run(false)), []);
    let decide = |granted| RequestAct::DecideExtension { granted, note: String::new() };
    assert!(place.act("town", &request, decide(true)).is_err(), "not by the unit itself");
    place.act("office", &request, decide(true)).unwrap();
    assert_eq!(asks(), 0);
    assert_eq!(place.request(&request).limit().map(|(_, due)| due.date()), Some(date(2019, 3, 29)));
    place.clock.set_morning(date(2019, 3, 12)).unwrap();
    assert_eq!(told(place.run(false)), []);
    let report = place.app.database().rebuild(|_| {}).unwrap();
    assert_eq!(report.before, report.after);

    // What is asked for ends with the answer.
    place.act("town", &request, ask(date(2019, 4, 30))).unwrap();
    assert_eq!(asks(), 1);
    place.act("town", &request, RequestAct::Answer { text: "已修好".into() }).unwrap();
    assert_eq!(asks(), 0);
    let report = place.app.database().rebuild(|_| {}).unwrap();
    assert_eq!(report.before, report.after);
}

fn whoever_works_on_one_is_seen_and_stops_nobody(scratch: Scratch) {
    let place = Place::open(scratch);
    let request = place.file();
    let hold = |name: &str| {
        place.runtime.block_on(place.app.hold_request(&person(name), &code("p"), &request)).unwrap()
    };
    assert_eq!(hold("town"), []);
    let seen: Vec<Code> = hold("other").into_iter().map(|held| held.person).collect();
    assert_eq!(seen, [code("town")]);
    let version = place.request(&request).version;

    // Somebody else is quicker: the other one is told, and nothing of theirs is recorded.
    let plan = code("p");
    let act = |name: &'static str, seen, act| {
        let at = (&request, seen);
        let actor = person(name);
        let done = place.app.act_on_request_seen(&actor, &plan, at, act, Source::default());
        place.runtime.block_on(done)
    };
    let accept = || RequestAct::Step { step: RequestStep::Accept, reason: String::new() };
    act("other", Some(version), accept()).unwrap();
    let note = RequestAct::Note { text: "已去现场".into() };
    let refused = act("town", Some(version), note.clone()).unwrap_err();
    let AppError::Refused(refusals) = refused else { panic!("{refused:?}") };
    assert!(matches!(refusals[0].problem, Problem::ChangedMeanwhile { .. }), "{refusals:?}");
    assert!(place.request(&request).notes.is_empty());
    act("town", Some(place.request(&request).version), note).unwrap();

    // It runs out by itself, and ends when somebody is done.
    place.runtime.block_on(place.app.release_request(&person("other"), &code("p"), &request)).unwrap();
    assert_eq!(hold("town"), []);
    let zone = place.app.clock().zone().clone();
    place.clock.set(zone.to_timestamp(FIRST.at(23, 0, 0, 0)).unwrap());
    assert_eq!(hold("other"), []);
}

on_both!(
    what_a_unit_asks_for_is_chased_until_somebody_has_decided,
    what_waits_for_the_desk_is_told_to_those_who_may_take_requests,
    requests_are_chased_once_with_slips_where_the_rules_say,
    whoever_works_on_one_is_seen_and_stops_nobody
);
