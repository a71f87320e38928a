//! The life of a request.

mod call_backs;
mod clocks;
mod handling;
mod limits;
mod merging;
mod moves;
mod news;
mod photos;
mod routes;

use domain::area::{AreaFact, AreaLevel};
use domain::code::Code;
use domain::command::Command;
use domain::fact::Fact;
use domain::history::{History, View};
use domain::item::Target;
use domain::named::Named;
use domain::plan::PlanFact;
use domain::project::ProjectFact;
use domain::refusal::Refusal;
use domain::request::call_back::{given, received};
use domain::request::clock::TimeLimit;
use domain::request::routing::{OnDays, Route, RouteTo, Routing};
use domain::request::rules::Preset;
use domain::request::workflow::{MOVES, To};
use domain::request::{
    CallBack, CallWay, Channel, Intake, Place, Request, RequestCategory, RequestFact, RequestKind,
    RequestRules, RequestState, RequestStep, Solved,
};
use domain::subject::Subject;
use domain::unit::{UnitFact, UnitLevel};
use jiff::civil::{Date, DateTime, date};
use std::collections::{BTreeMap, VecDeque};

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
        // Whoever asked is called back on before others close it.
        RequestStep::Close => {
            facts.insert(0, RequestFact::CallBack(CallBack { at: at(9, 0), ..call(Solved::Yes) }))
        }
        RequestStep::Answer => {
            let text = format!("已修复（第{}次）", request.answers.len() + 1);
            facts.push(RequestFact::Answer { at: at(9, 0), text });
        }
        _ => {}
    }
    facts
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
