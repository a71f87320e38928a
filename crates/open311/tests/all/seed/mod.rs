//! A place that takes requests: three categories, two hundred and fifty published requests of the last month.

use std::sync::Arc;

use app::request::{NewRequest, ProtectionKey, RequestAct, RequestDeed};
use app::{Actor, App, Change, Clock, TokenScope};
use domain::area::{AreaFact, AreaLevel};
use domain::code::Code;
use domain::command::Command;
use domain::fact::Fact;
use domain::named::Named;
use domain::person::PersonFact;
use domain::plan::PlanFact;
use domain::policy::{Role, Scope};
use domain::request::question::{AnswerChoice, AnswerKind, Question};
use domain::request::rules::Preset;
use domain::request::{Channel, Point, RequestCategory, RequestRules};
use domain::source::Source;
use domain::subject::Subject;
use domain::unit::{UnitFact, UnitLevel};
use jiff::ToSpan;
use jiff::civil::DateTime;
use scratch::Scratch;
use store::Database;

pub fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

pub struct Seed {
    pub app: App,
    pub key: String,
    _scratch: Scratch,
}

impl Seed {
    pub async fn new(clock: Arc<dyn Clock>) -> Self {
        let scratch = Scratch::sqlite();
        let database = Database::open(&scratch.address().parse().unwrap(), 0).unwrap();
        let app = App::new(database, clock);
        app.protect(ProtectionKey::random());
        let mut seed = Self { app, key: String::new(), _scratch: scratch };
        seed.directory().await;
        let token = seed.app.new_api_token(&code("desk"), "街拍", &[TokenScope::Requests], 30).await.unwrap();
        seed.key = token.secret;
        seed
    }

    pub async fn change(&self, command: Command) {
        let change = Change { command, effective: None, source: Source::default(), reason: String::new() };
        self.app.change(&Actor::operator(), change).await.unwrap();
    }

    async fn register(&self, subject: Subject, facts: Vec<Fact>) {
        self.change(Command::Register { subject, facts }).await;
    }

    async fn directory(&self) {
        for (area, level) in [("town", AreaLevel::Subdistrict), ("estate", AreaLevel::Community)] {
            let facts = vec![
                AreaFact::Name(Named::new(format!("{area}小区"), area)).into(),
                AreaFact::Level { level }.into(),
            ];
            self.register(Subject::area(&code(area)), facts).await;
        }
        let facts = vec![
            UnitFact::Name(Named::new("街道办事处", "Office")).into(),
            UnitFact::Level { level: UnitLevel::Subdistrict }.into(),
        ];
        self.register(Subject::unit(&code("office")), facts).await;
        let facts = vec![
            PersonFact::Name { name: "desk".into() }.into(),
            PersonFact::Role { role: Role::RequestDesk, scope: Scope::Everything, held: true }.into(),
        ];
        self.register(Subject::person(&code("desk")), facts).await;
        self.plan("p", "huitian.example").await;
    }

    /// A plan that takes requests.
    pub async fn plan(&self, plan: &str, jurisdiction: &str) {
        let today = self.app.clock().today();
        let period = PlanFact::Period { from: today, to: today.saturating_add(2.years()) };
        let name = PlanFact::Name(Named::new("计划", "Plan"));
        self.register(Subject::plan(&code(plan)), vec![name.into(), period.into()]).await;
        let mut facts: Vec<Fact> =
            categories().into_iter().map(|held| PlanFact::RequestCategory(held).into()).collect();
        facts.push(PlanFact::RequestRules(rules(jurisdiction)).into());
        self.change(Command::Record { subject: Subject::plan(&code(plan)), facts, expected: None }).await;
    }

    /// 1001 to 1250, one every three hours back from now, every third closed; and 1, two hundred days old.
    pub async fn requests(&self) {
        let now = self.app.wall().with().subsec_nanosecond(0).build().unwrap();
        let desk = Actor::Person { person: code("desk"), name: "desk".into(), grants: Vec::new() };
        let one = |number: i64, at: DateTime| NewRequest {
            number: number.to_string(),
            at: Some(at),
            category: Some(code("PARKING")),
            address: format!("东门 & <{number}> 号 🚲"),
            point: Some(Point { longitude: 116_360_000 + number as i32, latitude: 40_070_000 }),
            public: true,
            ..NewRequest::new(Channel::Hotline, format!("消防通道停满车 & 堵了 <{number}>"))
        };
        let mut new: Vec<NewRequest> =
            (0..250).map(|at| one(1001 + at, now.saturating_sub((3 * at + 1).hours()))).collect();
        new.push(one(1, now.saturating_sub(200.days())));
        // One that nobody may read.
        new.push(NewRequest { public: false, ..one(9999, now) });
        self.app.file_requests(&desk, &code("p"), new).await.unwrap();
        let mut deeds = Vec::new();
        for number in (1001..=1250).chain([1]) {
            let deed = |act| RequestDeed { actor: desk.clone(), request: code(&number.to_string()), act };
            deeds.push(deed(RequestAct::Publish { shown: true, reason: String::new() }));
            if number % 3 == 0 {
                deeds.push(deed(RequestAct::Answer { text: "已划线".into() }));
            }
        }
        self.app.act_on_requests(&code("p"), deeds, Source::default()).await.unwrap();
    }
}

fn category(name: &str, order: u32) -> RequestCategory {
    RequestCategory {
        words: vec!["停车".into(), "parking".into()],
        ..RequestCategory::new(code(name), order, Named::new(format!("{name}类"), name), code("usual"))
    }
}

fn categories() -> Vec<RequestCategory> {
    let choice = |name: &str| AnswerChoice { choice: code(name), name: Named::new(name, name) };
    let question = |name: &str, kind, required, choices: &[&str]| Question {
        question: code(name),
        kind,
        name: Named::new(format!("{name}？"), name),
        about: None,
        required,
        private: false,
        choices: choices.iter().map(|name| choice(name)).collect(),
    };
    let questions = vec![
        question("KIND", AnswerKind::One, true, &["miss", "spill"]),
        question("DAYS", AnswerKind::Number, false, &[]),
        question("SPOTS", AnswerKind::Several, false, &["a", "b"]),
        question("TIP", AnswerKind::Remark, false, &[]),
    ];
    vec![
        category("PARKING", 1),
        RequestCategory { questions, ..category("GARBAGE", 2) },
        RequestCategory { batch: true, ..category("NOISE", 3) },
        RequestCategory { private: true, ..category("CONDUCT", 4) },
        RequestCategory { closed: true, ..category("GONE", 5) },
    ]
}

fn rules(jurisdiction: &str) -> RequestRules {
    let mut rules = RequestRules::of_offices(
        Named::new("规则", "Rules"),
        Named::new("试验", "Test"),
        Preset::usual(code("usual"), Named::new("一般", "Usual")),
        Default::default(),
        code("office"),
    );
    jurisdiction.clone_into(&mut rules.settings.jurisdiction);
    "open311@huitian.example".clone_into(&mut rules.settings.contact);
    rules
}
