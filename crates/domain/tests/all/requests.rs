//! The life of a request: every move that is allowed and none besides, clocks that stand still, call-backs
//! and what they bring about, rates.

use std::collections::{BTreeMap, VecDeque};

use domain::area::{AreaFact, AreaLevel};
use domain::authorize::authorize;
use domain::code::Code;
use domain::command::Command;
use domain::fact::Fact;
use domain::history::{History, View};
use domain::item::Target;
use domain::named::Named;
use domain::plan::PlanFact;
use domain::policy::{Grant, Role, Scope};
use domain::project::ProjectFact;
use domain::refusal::{Problem, Refusal};
use domain::request::call_back::{called_back, given, preset_of, received, reopened, step};
use domain::request::clock::{Pause, TimeLimit};
use domain::request::merging::{follows, merged_into, not_solved};
use domain::request::rate::RateRow;
use domain::request::routing::{OnDays, Route, RouteTo, Routing, route};
use domain::request::rules::Preset;
use domain::request::workflow::{MOVES, To};
use domain::request::{
    CallBack, CallWay, Channel, ClockKind, Intake, PhotoShows, Place, Request, RequestCategory, RequestFact,
    RequestKind, RequestRules, RequestState, RequestStep, Solved, Urgency, Who,
};
use domain::subject::Subject;
use domain::unit::{UnitFact, UnitLevel};
use jiff::Span;
use jiff::civil::{Date, DateTime, Time, date};
use proptest::prelude::*;

use crate::decided::decided;

const TODAY: Date = date(2019, 8, 14);

fn code(text: &str) -> Code {
    Code::new(text).expect("a code")
}

fn at(hour: i8, minute: i8) -> DateTime {
    TODAY.at(hour, minute, 0, 0)
}

fn rules() -> RequestRules {
    let preset = |name: &str, days| Preset {
        resolution: TimeLimit::Days(days),
        ..Preset::usual(code(name), Named::new(name, ""))
    };
    let offices = BTreeMap::from([(code("town"), code("town-office"))]);
    let (name, source) = (Named::new("规则", "Rules"), Named::new("试验", "Test"));
    let mut rules = RequestRules::of_offices(name, source, preset("usual", 7), offices, code("district"));
    rules.settings.urgent = Some(code("urgent"));
    rules.presets.push(preset("urgent", 1));
    let water = RouteTo::Unit(code("water"));
    rules.routes = vec![
        Route {
            categories: vec![code("water")],
            days: OnDays::Off,
            ..Route::new(code("water-off"), 10, water)
        },
        Route {
            areas: vec![code("town")],
            supporting: vec![code("water")],
            ..Route::new(code("town"), 20, RouteTo::AreaOffice)
        },
    ];
    rules
}

struct Books {
    history: History,
}

impl Books {
    fn new() -> Self {
        let mut books = Self { history: History::default() };
        let area = |name: &str, parent: Option<&str>| {
            (
                Subject::area(&code(name)),
                vec![
                    AreaFact::Name(Named::new(name, "")).into(),
                    AreaFact::Level { level: AreaLevel::Subdistrict }.into(),
                    AreaFact::Parent { parent: parent.map(code) }.into(),
                ],
            )
        };
        let unit = |name: &str| {
            (
                Subject::unit(&code(name)),
                vec![
                    UnitFact::Name(Named::new(name, "")).into(),
                    UnitFact::Level { level: UnitLevel::District }.into(),
                ],
            )
        };
        let plan: Vec<Fact> = vec![
            PlanFact::Name(Named::new("计划", "Plan")).into(),
            PlanFact::Period { from: date(2018, 8, 1), to: date(2020, 12, 31) }.into(),
            PlanFact::Sector { sector: code("roads"), order: 1, name: Named::new("路", "") }.into(),
        ];
        let registered = [area("district", None), area("town", Some("district")), unit("town-office")]
            .into_iter()
            .chain([unit("district"), unit("water"), (Subject::plan(&code("p")), plan)]);
        for (subject, facts) in registered {
            books.must(Command::Register { subject, facts });
        }
        let category = RequestCategory {
            words: vec!["停水".into()],
            ..RequestCategory::new(code("water"), 1, Named::new("供水", "Water"), code("usual"))
        };
        books.must(Command::Record {
            subject: Subject::plan(&code("p")),
            facts: vec![PlanFact::RequestCategory(category).into(), PlanFact::RequestRules(rules()).into()],
            expected: None,
        });
        books.must(Command::Register {
            subject: Subject::project(&code("p"), &code("road")),
            facts: vec![
                ProjectFact::Name(Named::new("路", "")).into(),
                ProjectFact::Sector { sector: code("roads") }.into(),
            ],
        });
        books
    }

    fn give(&mut self, actor: &str, command: Command) -> Result<(), Vec<Refusal>> {
        decided(&mut self.history, TODAY, actor, &command)
    }

    fn must(&mut self, command: Command) {
        if let Err(refusals) = self.give("someone", command) {
            panic!("{refusals:?}");
        }
    }

    fn record(&mut self, actor: &str, request: &str, facts: Vec<RequestFact>) -> Result<(), Vec<Refusal>> {
        self.give(actor, recording(request, facts))
    }

    fn request(&self, name: &str) -> Request {
        let history = self.history.get(&Subject::request(&code("p"), &code(name))).expect("on the books");
        Request::at(history, View::ALL).expect("a request")
    }

    fn file(&mut self, name: &str) {
        self.must(filing(name, "天通苑北街道停水三天"));
    }

    /// A new request brought into a state by the shortest way through the table.
    fn bring(&mut self, name: &str, state: RequestState) {
        self.file(name);
        for (from, step) in way(state) {
            let facts = moving(&self.request(name), step);
            assert_eq!(self.request(name).state, from);
            if let Err(refusals) = self.record("someone", name, facts) {
                panic!("{name} by {step:?}: {refusals:?}");
            }
        }
        assert_eq!(self.request(name).state, state, "{name}");
    }
}

fn recording(request: &str, facts: Vec<RequestFact>) -> Command {
    Command::Record {
        subject: Subject::request(&code("p"), &code(request)),
        facts: facts.into_iter().map(Fact::from).collect(),
        expected: None,
    }
}

fn filing(name: &str, text: &str) -> Command {
    let intake = Intake {
        kind: RequestKind::Complaint,
        channel: Channel::Site,
        at: at(8, 0),
        title: "停水".into(),
        text: text.into(),
        number: String::new(),
        program: String::new(),
        public: true,
    };
    let place = Place { areas: vec![code("town")], address: "1 号院".into(), point: None };
    Command::Register {
        subject: Subject::request(&code("p"), &code(name)),
        facts: vec![
            RequestFact::Intake(intake).into(),
            RequestFact::Place(place).into(),
            received(&rules().presets[0], at(8, 0)).into(),
        ],
    }
}

/// The moves to a state from the first one.
fn way(to: RequestState) -> Vec<(RequestState, RequestStep)> {
    let mut found: BTreeMap<RequestState, Vec<(RequestState, RequestStep)>> =
        BTreeMap::from([(RequestState::Received, vec![])]);
    let mut queue = VecDeque::from([RequestState::Received]);
    while let Some(from) = queue.pop_front() {
        for held in MOVES.iter().filter(|held| held.from == from) {
            let To::State(next) = held.to else { continue };
            if !found.contains_key(&next) {
                let mut way = found[&from].clone();
                way.push((from, held.step));
                found.insert(next, way);
                queue.push_back(next);
            }
        }
    }
    found.remove(&to).expect("every state is reached")
}

/// A step with all that it needs besides.
fn moving(request: &Request, wanted: RequestStep) -> Vec<RequestFact> {
    let other = if request.lead_unit == Some(code("town-office")) { "water" } else { "town-office" };
    let to = Routing { unit: code(other), supporting: vec![], by_backstop: false };
    let state = request.leads_to(wanted).unwrap_or(RequestState::Assigned);
    let preset = &rules().presets[0];
    if wanted.gives() {
        return given(Some(request), wanted, &to, preset, at(9, 0), "理由".into());
    }
    let mut facts = vec![RequestFact::Move {
        step: wanted,
        state,
        at: at(9, 0),
        unit: None,
        reason: "理由".into(),
        ground: Some(domain::request::RefusalGround::InCourt),
        master: Some(code("master")),
        until: Some(date(2019, 12, 31)),
    }];
    match wanted {
        RequestStep::PutOnBooks => {
            facts.push(RequestFact::Link { to: Target::Project(code("road")), held: true });
        }
        RequestStep::Answer => {
            let text = format!("已修复（第{}次）", request.answers.len() + 1);
            facts.push(RequestFact::Answer { at: at(9, 0), text });
        }
        _ => {}
    }
    facts
}

#[test]
fn every_move_of_the_table_is_made_and_none_besides() {
    for state in RequestState::ALL {
        for step in RequestStep::ALL {
            for (actor, who) in
                [("someone", None), ("resident", Some(Who::Resident)), ("routing", Some(Who::Timer))]
            {
                let mut books = Books::new();
                books.file("master");
                books.bring("r", *state);
                let allowed = domain::request::workflow::find(*state, *step)
                    .is_some_and(|held| who.is_none_or(|who| held.who.contains(&who)));
                let facts = moving(&books.request("r"), *step);
                let outcome = books.record(actor, "r", facts);
                assert_eq!(outcome.is_ok(), allowed, "{state:?} {step:?} by {actor}: {outcome:?}");
            }
        }
    }
}

#[test]
fn who_may_make_a_move_is_what_the_table_says() {
    let roles = [
        (Role::RequestDesk, "everything", vec![Who::Desk]),
        (Role::Department, "unit:water", vec![]),
        (Role::Department, "unit:town-office", vec![Who::Lead]),
        (Role::Subdistrict, "area:town", vec![Who::Desk, Who::Lead]),
        (Role::SupervisionOffice, "everything", vec![Who::Above]),
        (Role::Auditor, "everything", vec![]),
        (Role::Administrator, "everything", vec![]),
    ];
    for held in MOVES {
        let mut books = Books::new();
        books.file("master");
        books.bring("r", held.from);
        let request = books.request("r");
        let command = recording("r", moving(&request, held.step));
        for (role, scope, is) in &roles {
            // What the one has led the other has not.
            if request.lead_unit == Some(code("water")) && scope.starts_with("unit:") {
                continue;
            }
            let grants = [Grant { role: *role, scope: Scope::parse(scope).expect("a scope") }];
            let has_lead = request.lead_unit.is_some() || !scope.starts_with("unit:");
            let allowed = has_lead && held.who.iter().any(|who| is.contains(who));
            let outcome = authorize(&grants, &command, &books.history);
            assert_eq!(outcome.is_ok(), allowed, "{:?} {:?} {role:?}: {outcome:?}", held.from, held.step);
        }
    }
}

#[test]
fn nothing_personal_comes_onto_the_books() {
    let mut books = Books::new();
    let outcome = books.give("someone", filing("r", "请回电13812345678"));
    assert!(outcome.unwrap_err().iter().any(|it| it.problem == Problem::Personal));
    books.bring("r", RequestState::InProgress);
    let note = RequestFact::Note { at: at(10, 0), text: "住3号楼2单元501室".into() };
    assert!(books.record("someone", "r", vec![note.clone()]).is_err());
    books.record("someone", "r", vec![note.masked()]).expect("masked");
}

#[test]
fn what_was_forced_is_not_handed_back() {
    let mut books = Books::new();
    books.bring("r", RequestState::ReturnAsked);
    let forced = moving(&books.request("r"), RequestStep::Force);
    books.record("someone", "r", forced).expect("forced");
    let back = moving(&books.request("r"), RequestStep::AskReturn);
    let refusals = books.record("someone", "r", back).unwrap_err();
    assert!(refusals.iter().any(|it| it.problem == Problem::Forced), "{refusals:?}");
}

#[test]
fn a_change_of_unit_does_not_set_the_residents_clock_back() {
    let mut books = Books::new();
    books.bring("r", RequestState::ReturnAsked);
    let before = books.request("r");
    let due = before.due(ClockKind::Resolution);
    assert_eq!(due, Some(date(2019, 8, 21).at(23, 59, 59, 0)));
    let again = moving(&before, RequestStep::Redispatch);
    assert!(!again.iter().any(|fact| matches!(fact, RequestFact::Clock(_))));
    books.record("someone", "r", again).expect("given to another");
    assert_eq!(books.request("r").due(ClockKind::Resolution), due);
    assert_eq!(books.request("r").lead_unit, Some(code("water")));
}

fn call(solved: Solved) -> CallBack {
    CallBack {
        at: at(11, 0),
        way: CallWay::Link,
        reached: true,
        contacted: Some(true),
        solved: Some(solved),
        satisfaction: None,
        text: String::new(),
    }
}

#[test]
fn not_solved_takes_it_up_again_with_a_clock_of_its_own() {
    let mut books = Books::new();
    books.bring("r", RequestState::Accepted);
    let answered = moving(&books.request("r"), RequestStep::Answer);
    let contact = RequestFact::Contact { at: at(8, 30), way: CallWay::Phone, text: String::new() };
    books.record("someone", "r", vec![contact]).expect("contacted");
    books.record("someone", "r", answered.clone()).expect("answered");
    let (rules, preset) = (rules(), rules().presets[0].clone());
    let before = RateRow::of(&books.request("r")).expect("a row");
    assert!(before.in_time && !before.reached);
    let facts = called_back(
        (&books.request("r"), false),
        call(Solved::No),
        Who::Resident,
        &rules,
        &preset,
        "仍停水".into(),
    );
    books.record("resident", "r", facts).expect("not solved");
    let request = books.request("r");
    assert_eq!((request.state, request.reopened), (RequestState::Reopened, 1));
    assert_eq!(request.due(ClockKind::Resolution), Some(date(2019, 8, 17).at(23, 59, 59, 0)));
    assert_eq!(RateRow::of(&request).expect("a row").solved, Some(Solved::No));
    // The period it counts in stays what it was.
    assert_eq!(RateRow::of(&request).expect("a row").due, before.due);

    let answered: Vec<RequestFact> = answered
        .into_iter()
        .map(|fact| match fact {
            RequestFact::Answer { .. } => RequestFact::Answer { at: at(12, 0), text: "换了水泵".into() },
            RequestFact::Move { step: made, .. } => step(made, RequestState::Answered, at(12, 0)),
            fact => fact,
        })
        .collect();
    books.record("someone", "r", answered).expect("answered again");
    // A second time somebody decides.
    let later = CallBack { at: at(13, 0), ..call(Solved::No) };
    let facts =
        called_back((&books.request("r"), false), later, Who::Resident, &rules, &preset, "又停了".into());
    assert!(facts.iter().any(|fact| matches!(
        fact,
        RequestFact::Move { step: RequestStep::AskReopen, state: RequestState::ReopenAsked, .. }
    )));
    let solved = CallBack { at: at(13, 0), ..call(Solved::Yes) };
    // What was divided stays answered while one of its matters is open.
    let divided = (&books.request("r"), true);
    let kept = called_back(divided, solved.clone(), Who::Resident, &rules, &preset, String::new());
    assert_eq!(kept, [RequestFact::CallBack(solved.clone())]);
    let alone = (&books.request("r"), false);
    let facts = called_back(alone, solved, Who::Resident, &rules, &preset, String::new());
    books.record("resident", "r", facts).expect("solved");
    assert_eq!(books.request("r").state, RequestState::Closed);
    assert_eq!(RateRow::of(&books.request("r")).expect("a row").solved, Some(Solved::Yes));
    assert!(reopened(&books.request("r"), &preset, at(14, 0), "x".into()).len() == 2);
}

#[test]
fn merging_makes_no_chains() {
    let mut books = Books::new();
    books.file("master");
    books.file("other");
    books.bring("r", RequestState::Merged);
    let mut onto_merged = moving(&books.request("other"), RequestStep::Merge);
    if let RequestFact::Move { master, .. } = &mut onto_merged[0] {
        *master = Some(code("r"));
    }
    let refusals = books.record("someone", "other", onto_merged).unwrap_err();
    assert!(refusals.iter().any(|it| it.problem == Problem::MergedItself(code("r"))), "{refusals:?}");
    let apart = moving(&books.request("r"), RequestStep::Unmerge);
    books.record("someone", "r", apart).expect("on its own again");
    assert_eq!(books.request("r").state, RequestState::Received);
    assert_eq!(books.request("r").master, None);
}

/// A request that goes with one in a state, both brought there by the table.
fn with_one_in(state: RequestState) -> Books {
    let mut books = Books::new();
    books.bring("master", state);
    books.file("r");
    let merged = merged_into(&books.request("r"), &books.request("master"), &rules().presets[0], at(9, 0));
    books.record("someone", "r", merged).expect("merged");
    books
}

#[test]
fn every_move_of_a_master_reaches_those_who_go_with_it() {
    let preset = &rules().presets[0];
    let left = [RequestState::Merged, RequestState::Refused, RequestState::Withdrawn];
    for held in MOVES.iter().filter(|held| !left.contains(&held.from) && held.step != RequestStep::Merge) {
        let mut books = with_one_in(held.from);
        let facts = moving(&books.request("master"), held.step);
        books.record("someone", "master", facts.clone()).expect("moved");
        let said = follows(&books.request("r"), &facts, preset);
        books.record("routing", "r", said).unwrap_or_else(|refused| panic!("{held:?}: {refused:?}"));
        let (master, merged) = (books.request("master"), books.request("r"));
        if held.step == RequestStep::Withdraw {
            let apart = (merged.state, merged.lead_unit, merged.master);
            assert_eq!(apart, (RequestState::Received, None, None), "{held:?}");
            continue;
        }
        let told = merged.goes_on_as().unwrap_or_else(|| panic!("{held:?} told nobody"));
        assert_eq!((merged.state, told.step, told.state), (RequestState::Merged, held.step, master.state));
        // It is with whoever has the matter, and whatever has been given to somebody has limits.
        assert_eq!(merged.lead_unit, master.lead_unit, "{held:?}");
        assert_eq!(merged.first_resolution.is_some(), master.first_resolution.is_some(), "{held:?}");
        // What is answered is answered for all.
        let answered = held.step == RequestStep::Answer;
        assert_eq!(merged.answer().is_some() && merged.may_be_judged(), answered || stands(held.from));
    }
}

/// Whether what was answered stands, so that whoever joins is answered at once.
fn stands(state: RequestState) -> bool {
    matches!(state, RequestState::Answered | RequestState::ReopenAsked | RequestState::Closed)
}

#[test]
fn nothing_goes_with_what_was_not_taken_up() {
    for state in [RequestState::Refused, RequestState::Withdrawn] {
        let mut books = Books::new();
        books.bring("master", state);
        books.file("r");
        let merged = moving(&books.request("r"), RequestStep::Merge);
        let refusals = books.record("someone", "r", merged).unwrap_err();
        assert!(refusals.iter().any(|it| it.problem == Problem::NotWhileRequest { state }), "{refusals:?}");
    }
}

#[test]
fn not_solved_moves_a_master_once_for_an_answer_in_every_state() {
    let (rules, preset) = (rules(), rules().presets[0].clone());
    for state in RequestState::ALL {
        for (solved, by) in
            [(Solved::No, Who::Resident), (Solved::No, Who::Desk), (Solved::Partly, Who::Resident)]
        {
            let mut books = Books::new();
            books.file("master");
            books.bring("r", *state);
            let said = |books: &Books| {
                let reason = "仍停水".to_owned();
                not_solved(&books.request("r"), &call(solved), by, &rules, &preset, reason)
            };
            let moves = said(&books);
            let may = matches!(state, RequestState::Answered | RequestState::Closed);
            assert_eq!(moves.is_empty(), !may || solved != Solved::No, "{state:?} {solved:?} {by:?}");
            if moves.is_empty() {
                continue;
            }
            books.record("resident", "r", moves).expect("moved");
            assert_eq!(said(&books), [], "{state:?}: only once for an answer");
        }
    }
}

#[test]
fn what_was_done_with_the_other_one_is_read_as_it_was_written() {
    let text = r#"{"followed":{"step":"ask_resident","state":"waiting_for_resident","at":"2019-08-14T09:00:00","reason":"哪一盏灯？"}}"#;
    let fact: RequestFact = serde_json::from_str(text).expect("a fact");
    assert!(matches!(&fact, RequestFact::Followed(held) if held.reason == "哪一盏灯？"));
    assert_eq!(serde_json::to_string(&fact).expect("a text"), text);
}

#[test]
fn whoever_asked_reads_their_own_words_and_not_what_was_put_down_of_them() {
    for way in CallWay::ALL {
        let said = CallBack { way: *way, text: "又停水了".into(), ..call(Solved::No) };
        let read = RequestFact::CallBack(said).for_asker();
        let own = matches!(way, CallWay::Link | CallWay::Sms);
        assert!(
            matches!(&read, Some(RequestFact::CallBack(call)) if (call.text == "又停水了") == own),
            "{way:?}: {read:?}"
        );
    }
}

#[test]
fn routes_go_by_area_category_and_time() {
    let rules = rules();
    let areas = [code("estate"), code("town"), code("district")];
    let wednesday = date(2019, 8, 14).at(9, 0, 0, 0);
    let sunday = date(2019, 8, 18).at(9, 0, 0, 0);
    let water = code("water");
    let on = |category: Option<&Code>, areas: &[Code], at| route(&rules, areas, category, at);
    assert_eq!(on(Some(&water), &areas, sunday).unit, water);
    let usual = on(Some(&water), &areas, wednesday);
    assert_eq!((usual.unit, usual.supporting), (code("town-office"), vec![water.clone()]));
    let left = on(None, &[code("elsewhere")], wednesday);
    assert!(left.by_backstop && left.unit == code("district"));
    let limits = preset_of(&rules, &[], None, Urgency::Immediate).expect("limits");
    assert_eq!(limits.preset, code("urgent"));
}

#[test]
fn routes_hold_from_their_first_moment_to_before_their_last() {
    let hours = |route: &str, order, from: (i8, i8), to: (i8, i8)| Route {
        hours: Some((Time::constant(from.0, from.1, 0, 0), Time::constant(to.0, to.1, 0, 0))),
        ..Route::new(code(route), order, RouteTo::Unit(code(route)))
    };
    let mut rules = rules();
    // Over midnight, over noon, and never: from a moment to the same one.
    rules.routes = vec![
        hours("night", 10, (22, 0), (6, 30)),
        hours("day", 20, (8, 0), (17, 0)),
        hours("never", 30, (20, 0), (20, 0)),
    ];
    let at = |hour, minute, second| TODAY.at(hour, minute, second, 0);
    for (moment, unit) in [
        (at(0, 0, 0), "night"),
        (at(6, 29, 59), "night"),
        (at(6, 30, 0), "district"),
        (at(7, 59, 59), "district"),
        (at(8, 0, 0), "day"),
        (at(16, 59, 59), "day"),
        (at(17, 0, 0), "district"),
        (at(20, 0, 0), "district"),
        (at(21, 59, 59), "district"),
        (at(22, 0, 0), "night"),
        (at(23, 59, 59), "night"),
    ] {
        let found = route(&rules, &[code("town")], None, moment);
        assert_eq!(found.unit, code(unit), "{moment}");
        assert_eq!(found.by_backstop, unit == "district", "{moment}");
    }
    // A night that begins on a working day goes on into a day off by the day that the moment lies on.
    rules.routes = vec![Route { days: OnDays::Working, ..hours("night", 10, (22, 0), (6, 0)) }];
    let on = |moment| route(&rules, &[code("town")], None, moment).unit;
    assert_eq!(on(date(2019, 8, 16).at(23, 0, 0, 0)), code("night"), "a Friday");
    assert_eq!(on(date(2019, 8, 17).at(1, 0, 0, 0)), code("district"), "a Saturday");
    assert_eq!(on(date(2019, 8, 19).at(1, 0, 0, 0)), code("night"), "a Monday");
}

fn moment() -> impl Strategy<Value = DateTime> {
    (0i64..400 * 24 * 60).prop_map(|minutes| {
        date(2019, 1, 1).at(0, 0, 0, 0).checked_add(Span::new().minutes(minutes)).expect("in range")
    })
}

fn limit() -> impl Strategy<Value = TimeLimit> {
    prop_oneof![
        (1u16..100).prop_map(TimeLimit::Hours),
        (1u16..30).prop_map(TimeLimit::Days),
        (1u16..30).prop_map(TimeLimit::WorkingDays),
    ]
}

proptest! {
    #[test]
    fn a_pause_never_takes_time_away(
        limit in limit(), from in moment(), start in 0i64..20_000, length in 0i64..20_000,
    ) {
        let start = from.checked_add(Span::new().minutes(start)).unwrap();
        let end = start.checked_add(Span::new().minutes(length)).unwrap();
        let plain = limit.due(from, &[]);
        let paused = limit.due(from, &[Pause { from: start, to: Some(end) }]);
        prop_assert!(paused >= plain);
        // One that lasts no time, has not ended, or began too late changes nothing.
        prop_assert_eq!(limit.due(from, &[Pause { from: start, to: Some(start) }]), plain);
        prop_assert_eq!(limit.due(from, &[Pause { from: start, to: None }]), plain);
        if start > plain {
            prop_assert_eq!(paused, plain);
        }
    }

    #[test]
    fn hours_stand_still_to_the_second(
        hours in 1u16..200, from in moment(), start in 0i64..10_000, length in 1i64..10_000,
    ) {
        let start = from.checked_add(Span::new().minutes(start)).unwrap();
        let end = start.checked_add(Span::new().minutes(length)).unwrap();
        let limit = TimeLimit::Hours(hours);
        let plain = limit.due(from, &[]);
        prop_assume!(start <= plain);
        let paused = limit.due(from, &[Pause { from: start, to: Some(end) }]);
        prop_assert_eq!(plain.duration_until(paused).as_mins(), length);
    }

    #[test]
    fn a_pause_in_two_parts_is_one_pause(
        limit in limit(), from in moment(), start in 0i64..3_000, first in 1i64..9_000, second in 1i64..9_000,
    ) {
        let plus = |at: DateTime, minutes| at.checked_add(Span::new().minutes(minutes)).unwrap();
        let start = plus(from, start);
        let (middle, end) = (plus(start, first), plus(plus(start, first), second));
        let whole = limit.due(from, &[Pause { from: start, to: Some(end) }]);
        let parts = [Pause { from: start, to: Some(middle) }, Pause { from: middle, to: Some(end) }];
        prop_assert_eq!(limit.due(from, &parts), whole);
    }

    #[test]
    fn limits_are_written_and_read(limit in limit()) {
        prop_assert_eq!(TimeLimit::parse(&limit.to_text()), Some(limit));
    }
}

/// What is done with photos: added, looked at, the request shown or hidden, whoever asked erased.
#[derive(Debug, Clone, Copy)]
enum PhotoDeed {
    Add(u8, PhotoShows),
    Review(u8, bool),
    Publish(bool),
    Erase,
}

fn photo_deed() -> impl Strategy<Value = PhotoDeed> {
    let shows = prop::sample::select(PhotoShows::ALL);
    prop_oneof![
        3 => (0u8..4, shows).prop_map(|(photo, shows)| PhotoDeed::Add(photo, shows)),
        3 => (0u8..4, any::<bool>()).prop_map(|(photo, shown)| PhotoDeed::Review(photo, shown)),
        2 => any::<bool>().prop_map(PhotoDeed::Publish),
        1 => Just(PhotoDeed::Erase),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Everybody sees a photo only while the request is shown, somebody has let it be seen, and it was not erased;
    /// whoever asked always sees their own.
    #[test]
    fn nobody_sees_a_photo_before_somebody_has_looked(deeds in prop::collection::vec(photo_deed(), 1..25)) {
        let mut books = Books::new();
        books.bring("r", RequestState::InProgress);
        let (mut shown, mut seen) = (false, BTreeMap::<u8, (PhotoShows, Option<bool>, bool)>::new());
        let name = |photo: u8| code(&format!("photo-{photo}"));
        for (number, deed) in deeds.into_iter().enumerate() {
            // Said again word for word, nothing is recorded.
            let reason = format!("理由{number}");
            let fact = match deed {
                PhotoDeed::Add(photo, shows) => {
                    RequestFact::Photo { photo: name(photo), shows, at: at(10, number as i8) }
                }
                PhotoDeed::Review(photo, shown) => RequestFact::PhotoReview { photo: name(photo), shown, reason },
                PhotoDeed::Publish(shown) => RequestFact::Publication { shown, reason },
                PhotoDeed::Erase => {
                    RequestFact::Erased { at: at(10, 0), reason, words: false, redacted: Vec::new() }
                }
            };
            let taken = books.record("someone", "r", vec![fact]).is_ok();
            match deed {
                PhotoDeed::Add(photo, shows) => {
                    prop_assert!(taken);
                    // Sent again after it was erased, it is there again, and nobody has looked yet.
                    let held = seen.entry(photo).or_insert((shows, None, false));
                    *held = if held.2 { (shows, None, false) } else { (shows, held.1, false) };
                }
                PhotoDeed::Review(photo, wanted) => match seen.get_mut(&photo) {
                    Some((_, review, gone)) if !*gone || !wanted => {
                        prop_assert!(taken);
                        *review = Some(wanted);
                    }
                    _ => prop_assert!(!taken),
                },
                PhotoDeed::Publish(wanted) => shown = if taken { wanted } else { shown },
                PhotoDeed::Erase => {
                    for (shows, _, gone) in seen.values_mut() {
                        *gone |= *shows == PhotoShows::Matter;
                    }
                }
            }
            let request = books.request("r");
            prop_assert_eq!(request.photos.len(), seen.len());
            for (photo, (shows, review, gone)) in &seen {
                let public = request.public_photos().any(|held| held.photo == name(*photo));
                prop_assert_eq!(public, shown && *review == Some(true) && !*gone);
                let own = request.photos_of_asker().any(|held| held.photo == name(*photo));
                prop_assert_eq!(own, !*gone && (*shows == PhotoShows::Matter || *review != Some(false)));
            }
        }
    }
}

#[test]
fn a_request_takes_so_many_photos_and_evidence_only_of_who_has_it() {
    let mut books = Books::new();
    books.file("r");
    let photo =
        |number: usize, shows| RequestFact::Photo { photo: code(&format!("n{number}")), shows, at: at(9, 0) };
    assert!(books.record("someone", "r", vec![photo(0, PhotoShows::After)]).is_err(), "nobody has it yet");
    let most = domain::request::photo::PHOTOS_MOST;
    let all = (0..most).map(|number| photo(number, PhotoShows::Matter)).collect();
    books.record("someone", "r", all).unwrap();
    assert!(books.record("someone", "r", vec![photo(most, PhotoShows::Matter)]).is_err());
    // A reason is looked through like every other text.
    let reason = "张三丰的电话13812345678".to_owned();
    let hide = RequestFact::PhotoReview { photo: code("n1"), shown: false, reason };
    assert!(books.record("someone", "r", vec![hide.clone()]).is_err());
    assert!(books.record("someone", "r", vec![hide.masked()]).is_ok());
}

#[test]
fn whoever_asked_is_told_what_concerns_them() {
    use domain::request::telling::matter;
    let mut books = Books::new();
    let told = |books: &Books, step| {
        let request = books.request("r");
        matter(Some(&request), &moving(&request, step)).map(|matter| matter.as_str())
    };
    books.file("r");
    assert_eq!(told(&books, RequestStep::Assign), Some("given"));
    assert_eq!(told(&books, RequestStep::AskResident), Some("asked"));
    assert_eq!(told(&books, RequestStep::Refuse), Some("refused"));
    assert_eq!(told(&books, RequestStep::Answer), Some("answered"));
    for step in [RequestStep::Assign, RequestStep::Accept] {
        let facts = moving(&books.request("r"), step);
        books.record("someone", "r", facts).unwrap();
    }
    // Between units, and when work begins, nobody else is troubled.
    for step in [RequestStep::Redispatch, RequestStep::AskReturn, RequestStep::Start, RequestStep::Resume] {
        assert_eq!(told(&books, step), None, "{step:?}");
    }
    let note = RequestFact::Note { at: at(9, 0), text: "内部".into() };
    assert_eq!(matter(Some(&books.request("r")), &[note]), None);
}
