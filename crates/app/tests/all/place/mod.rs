//! A small town with its offices, where requests are made; shared by the tests.

#![allow(clippy::unwrap_used, reason = "a test fails where something is not as it should be")]
#![allow(dead_code, reason = "each test uses its part")]

use std::sync::Arc;

use app::read::Asked;
use app::request::{NewRequest, ProtectionKey, RateQuestion, RatesBy, RequestAct, RequestPaging};
use app::{Actor, App, AppError, Change, FixedClock};
use domain::area::{AreaFact, AreaLevel};
use domain::code::Code;
use domain::command::Command;
use domain::fact::Fact;
use domain::named::Named;
use domain::person::PersonFact;
use domain::plan::PlanFact;
use domain::policy::{Role, Scope};
use domain::request::query::RequestQuery;
use domain::request::rate::{RateFormula, Unreached, Weights};
use domain::request::rules::Preset;
use domain::request::{
    CallWay, Channel, RequestCategory, RequestRules, RequestState, RequestStep, Satisfaction, Solved,
};
use domain::source::Source;
use domain::subject::Subject;
use domain::unit::{UnitFact, UnitLevel};
use jiff::civil::{Date, date};
use scratch::Scratch;
use store::Database;

pub const FIRST: Date = date(2019, 3, 4);

pub fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

pub struct Place {
    pub app: App,
    pub clock: Arc<FixedClock>,
    pub runtime: tokio::runtime::Runtime,
    _scratch: Scratch,
}

impl Place {
    pub fn open(scratch: Scratch) -> Self {
        let clock = Arc::new(FixedClock::morning(FIRST).unwrap());
        let database = Database::open(&scratch.address().parse().unwrap(), 0).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let app = App::new(database, clock.clone());
        app.protect(ProtectionKey::random());
        let place = Self { app, clock, runtime, _scratch: scratch };
        for (area, parent, level) in [
            ("district", None, AreaLevel::District),
            ("town", Some("district"), AreaLevel::Subdistrict),
            ("estate", Some("town"), AreaLevel::Community),
        ] {
            let facts = vec![
                AreaFact::Name(Named::new(format!("{area}小区"), area)).into(),
                AreaFact::Level { level }.into(),
                AreaFact::Parent { parent: parent.map(code) }.into(),
            ];
            place.register(Subject::area(&code(area)), facts);
        }
        for unit in ["town-office", "water", "district-office"] {
            let facts = vec![
                UnitFact::Name(Named::new(format!("{unit}单位"), unit)).into(),
                UnitFact::Level { level: UnitLevel::District }.into(),
            ];
            place.register(Subject::unit(&code(unit)), facts);
        }
        for (person, role, scope) in [
            ("town", Role::Department, Scope::Unit(code("town-office"))),
            ("water", Role::Department, Scope::Unit(code("water"))),
            ("desk", Role::RequestDesk, Scope::Everything),
            ("office", Role::SupervisionOffice, Scope::Everything),
        ] {
            place.person(person, role, scope);
        }
        place.plan("p");
        place
    }

    pub fn person(&self, person: &str, role: Role, scope: Scope) {
        let facts = vec![
            PersonFact::Name { name: person.into() }.into(),
            PersonFact::Role { role, scope, held: true }.into(),
        ];
        self.register(Subject::person(&code(person)), facts);
    }

    /// A plan that takes requests.
    pub fn plan(&self, plan: &str) {
        self.register(
            Subject::plan(&code(plan)),
            vec![
                PlanFact::Name(Named::new("计划", "Plan")).into(),
                PlanFact::Period { from: date(2018, 8, 1), to: date(2020, 12, 31) }.into(),
            ],
        );
        let facts: Vec<Fact> = vec![
            PlanFact::RequestCategory(category("water", &["停水", "漏水"])).into(),
            PlanFact::RequestCategory(category("lamps", &["路灯", "lamp"])).into(),
            PlanFact::RequestRules(rules()).into(),
            PlanFact::RateFormula(formula()).into(),
        ];
        self.change(Command::Record { subject: Subject::plan(&code(plan)), facts, expected: None });
    }

    pub fn change(&self, command: Command) {
        let change = Change { command, effective: None, source: Source::default(), reason: String::new() };
        self.runtime.block_on(self.app.change(&Actor::operator(), change)).unwrap();
    }

    pub fn register(&self, subject: Subject, facts: Vec<Fact>) {
        self.change(Command::Register { subject, facts });
    }

    pub fn file(&self, new: NewRequest) -> Code {
        self.runtime.block_on(self.app.file_request(&Actor::Public, &code("p"), new)).unwrap().code
    }

    pub fn act(&self, person: &str, request: &Code, act: RequestAct) -> Result<RequestState, AppError> {
        let person = Actor::Person { person: code(person), name: person.into(), grants: Vec::new() };
        let plan = code("p");
        let done = self.app.act_on_request(&person, &plan, request, act, Source::default());
        self.runtime.block_on(done).map(|acted| acted.state)
    }

    pub fn by_link(&self, secret: &str, act: RequestAct) -> Result<RequestState, AppError> {
        self.runtime.block_on(self.app.act_by_link(&code("p"), secret, act)).map(|acted| acted.state)
    }

    pub fn found(&self, query: &RequestQuery) -> Vec<String> {
        let paging = RequestPaging { limit: 50, ..RequestPaging::default() };
        let page = self.runtime.block_on(self.app.requests(&code("p"), query, &paging)).unwrap();
        // Counted and looked through in other ways, it is the same.
        let counted = self.runtime.block_on(self.app.requests_found(&code("p"), query, &paging)).unwrap();
        let total = self.runtime.block_on(self.app.request_count(&code("p"), query)).unwrap();
        assert_eq!((counted.total.number, counted.total.more), (page.rows.len() as u64, false), "{query:?}");
        assert_eq!((total, &counted.page), (counted.total, &page), "{query:?}");
        page.rows.iter().map(|row| row.code.to_string()).collect()
    }

    pub fn rates(&self, asked: Asked) -> Vec<(String, String, String)> {
        let question = RateQuestion { from: date(2019, 3, 1), to: date(2019, 3, 31), by: RatesBy::Unit };
        let found = self.runtime.block_on(self.app.request_rates(&code("p"), question, asked)).unwrap();
        let said = |share: domain::request::rate::Share| {
            share.percent().map_or_else(|| "none".to_owned(), |value| value.to_string())
        };
        let lines = found.unwrap().lines;
        lines
            .iter()
            .map(|line| (line.group.clone(), said(line.rates.response), said(line.rates.resolution)))
            .collect()
    }

    pub fn day(&self, day: Date, hour: i8) {
        let zone = jiff::tz::TimeZone::get("Asia/Shanghai").unwrap();
        self.clock.set(zone.to_timestamp(day.at(hour, 0, 0, 0)).unwrap());
    }
}

pub fn category(name: &str, words: &[&str]) -> RequestCategory {
    RequestCategory {
        words: words.iter().map(|word| (*word).to_owned()).collect(),
        ..RequestCategory::new(code(name), 1, Named::new(name, name), code("usual"))
    }
}

pub fn rules() -> RequestRules {
    RequestRules::of_offices(
        Named::new("规则", "Rules"),
        Named::new("试验", "Test"),
        Preset::usual(code("usual"), Named::new("一般", "Usual")),
        [(code("town"), code("town-office"))].into(),
        code("district-office"),
    )
}

pub fn formula() -> RateFormula {
    RateFormula {
        version: code("v1"),
        name: Named::new("算法", "Formula"),
        source: Named::new("试验", "Test"),
        from: date(2019, 1, 1),
        weights: Weights { response: 30, resolution: 35, satisfaction: 35 },
        satisfied: vec![Satisfaction::VerySatisfied, Satisfaction::Satisfied],
        unreached: Unreached::LeaveOut,
        partly: 50,
        least: 1,
    }
}

pub fn new(text: &str, secret: &str) -> NewRequest {
    NewRequest {
        area: Some(code("estate")),
        address: "东门".into(),
        category: Some(code("lamps")),
        public: true,
        secret: secret.into(),
        ..NewRequest::new(Channel::Site, text)
    }
}

pub fn judged(solved: Solved, satisfaction: Satisfaction, text: &str) -> RequestAct {
    RequestAct::CallBack {
        way: CallWay::Link,
        reached: true,
        contacted: Some(true),
        solved: Some(solved),
        satisfaction: Some(satisfaction),
        text: text.into(),
    }
}

/// As the desk puts down what somebody said by telephone.
pub fn called(solved: Solved) -> RequestAct {
    RequestAct::CallBack {
        way: CallWay::Phone,
        reached: true,
        contacted: Some(true),
        solved: Some(solved),
        satisfaction: None,
        text: "已回访".into(),
    }
}

pub fn step(step: RequestStep) -> RequestAct {
    RequestAct::Step { step, reason: "理由".into() }
}

impl Place {
    pub fn clock_now(&self) -> jiff::Timestamp {
        use app::Clock;
        self.clock.now()
    }
}

macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite { $(#[test] fn $name() { super::$name(scratch::Scratch::sqlite()); })* }
        mod postgres { $(#[test] fn $name() {
            if let Some(scratch) = scratch::Scratch::postgres() { super::$name(scratch); }
        })* }
    };
}
