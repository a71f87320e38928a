//! What is learnt of requests from what people decided: measured beside what is in use, taken into use by a
//! person, gone back from; on both databases, in both languages.

use std::sync::Arc;

use app::request::{Learnt, ModelTaken, NewRequest, RequestAct, RequestDeed, SuggestedBy};
use app::{Actor, App, AppError, Change, FixedClock};
use domain::code::Code;
use domain::command::Command;
use domain::fact::Fact;
use domain::named::Named;
use domain::person::PersonFact;
use domain::plan::PlanFact;
use domain::policy::{Role, Scope};
use domain::request::learning::{ModelAsks, NotTaken};
use domain::request::rules::Preset;
use domain::request::{Channel, RequestCategory, RequestRules, RequestStep, Urgency};
use domain::source::Source;
use domain::subject::Subject;
use domain::unit::{UnitFact, UnitLevel};
use jiff::civil::date;
use scratch::Scratch;
use store::Database;

fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

struct Place {
    app: App,
    plan: Code,
    operator: Actor,
    wang: Actor,
    runtime: tokio::runtime::Runtime,
    _scratch: Scratch,
}

fn category(name: &str, words: &[&str]) -> RequestCategory {
    RequestCategory {
        words: words.iter().map(|word| (*word).to_owned()).collect(),
        ..RequestCategory::new(code(name), 1, Named::new(name, name), code("usual"))
    }
}

fn rules() -> RequestRules {
    RequestRules::of_offices(
        Named::new("规则", "Rules"),
        Named::new("试验", "Test"),
        Preset::usual(code("usual"), Named::new("一般", "Usual")),
        [].into(),
        code("office"),
    )
}

impl Place {
    fn open(scratch: Scratch) -> Self {
        let clock = Arc::new(FixedClock::morning(date(2019, 3, 4)).unwrap());
        let database = Database::open(&scratch.address().parse().unwrap(), 0).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let place = Self {
            app: App::new(database, clock),
            plan: code("p"),
            operator: Actor::operator(),
            wang: Actor::Operator(code("wang")),
            runtime,
            _scratch: scratch,
        };
        for unit in ["office", "light", "roads"] {
            let facts = vec![
                UnitFact::Name(Named::new(format!("{unit}单位"), unit)).into(),
                UnitFact::Level { level: UnitLevel::District }.into(),
            ];
            place.register(Subject::unit(&code(unit)), facts);
        }
        place.register(
            Subject::person(&code("desk")),
            vec![
                PersonFact::Name { name: "desk".into() }.into(),
                PersonFact::Role { role: Role::RequestDesk, scope: Scope::Everything, held: true }.into(),
            ],
        );
        place.register(
            Subject::plan(&code("p")),
            vec![
                PlanFact::Name(Named::new("计划", "Plan")).into(),
                PlanFact::Period { from: date(2018, 8, 1), to: date(2020, 12, 31) }.into(),
                // The words know of a part of what people write only.
                PlanFact::RequestCategory(category("lamps", &["路灯"])).into(),
                PlanFact::RequestCategory(category("parking", &["停车"])).into(),
                PlanFact::RequestCategory(category("rare", &[])).into(),
                PlanFact::RequestRules(rules()).into(),
            ],
        );
        place
    }

    fn register(&self, subject: Subject, facts: Vec<Fact>) {
        let command = Command::Register { subject, facts };
        let change = Change { command, effective: None, source: Source::default(), reason: String::new() };
        self.runtime.block_on(self.app.change(&Actor::operator(), change)).unwrap();
    }

    /// Takes requests in, has each handled by a unit, and answers it.
    fn answered(&self, texts: Vec<(String, &str, bool)>, unit_of: fn(&str) -> &'static str) -> Vec<Code> {
        let new = texts
            .iter()
            .map(|(text, category, suggested)| NewRequest {
                address: "某处".into(),
                category: Some(code(category)),
                suggested: *suggested,
                ..NewRequest::new(Channel::Hotline, text.clone())
            })
            .collect();
        let filed = self.app.file_requests(&self.operator, &self.plan, new);
        let filed = self.runtime.block_on(filed).unwrap();
        let mut deeds = Vec::new();
        for (filed, (_, category, _)) in filed.iter().zip(&texts) {
            let mut add = |act| {
                deeds.push(RequestDeed { actor: Actor::operator(), request: filed.code.clone(), act });
            };
            let step = |step| RequestAct::Step { step, reason: String::new() };
            add(RequestAct::Give {
                step: RequestStep::Assign,
                unit: code(unit_of(category)),
                reason: String::new(),
            });
            add(step(RequestStep::Accept));
            add(RequestAct::Answer { text: "已办理".into() });
        }
        let acted = self.app.act_on_requests(&self.plan, deeds, Source::default());
        self.runtime.block_on(acted).unwrap();
        filed.into_iter().map(|filed| filed.code).collect()
    }

    fn learn(&self, asks: ModelAsks) -> Learnt {
        let learning = self.app.learn_requests(&self.wang, &self.plan, asks);
        self.runtime.block_on(learning).unwrap()
    }

    fn take(&self, asks: ModelAsks, number: u32) -> ModelTaken {
        let taken = self.app.use_request_model(&self.wang, &self.plan, (asks, number), "更准");
        self.runtime.block_on(taken).unwrap()
    }

    fn suggested(&self, text: &str) -> app::request::Suggestions {
        let found = self.app.suggest_for_request(&self.plan, text, "", None, None);
        self.runtime.block_on(found).unwrap()
    }
}

const LAMPS: [[&str; 11]; 4] = [
    [
        "小区东门外",
        "地铁站出口",
        "三号楼后面",
        "学校围墙边",
        "菜市场门口",
        "河边步道上",
        "公交总站旁",
        "北侧便道上",
        "医院西墙下",
        "天桥楼梯口",
        "At the gate",
    ],
    [
        "路灯灭了好几盏",
        "灯杆不亮漆黑一片",
        "照明忽明忽暗",
        "灯罩掉下来了",
        "夜里没有一点亮光",
        "灯泡坏了没人换",
        "路灯到半夜就熄",
        "电线杆上的灯不工作",
        "照明设施损坏",
        "灯光太暗看不清",
        "the street light is dark",
    ],
    [
        "老人晚归摔了一跤",
        "孩子放学害怕",
        "下班摸黑走",
        "姑娘不敢独行",
        "骑车差点撞树",
        "邻居都很担心",
        "买菜回来踩进水坑",
        "跑步的人扭了脚",
        "夜班护士投诉",
        "快递员也抱怨",
        "we cannot see our feet",
    ],
    [
        "请尽快修理",
        "希望增设几盏",
        "麻烦派人检查线路",
        "什么时候能亮",
        "已经反映两回",
        "盼回复",
        "恳请解决照明",
        "能否换成节能的",
        "望更换灯具",
        "谢谢你们",
        "please mend it soon",
    ],
];

const PARKING: [[&str; 11]; 4] = [
    [
        "消防通道里",
        "单元门前面",
        "双向车道两边",
        "幼儿园对面",
        "盲道和绿地上",
        "小区主干道",
        "地下车库入口",
        "商场后巷",
        "十字路口拐角",
        "人行道中间",
        "On the fire lane",
    ],
    [
        "停车乱七八糟",
        "私家车占满了",
        "面包车横着放",
        "僵尸车积了灰",
        "货车整夜不走",
        "外来车辆堵着",
        "摩托车挤成一团",
        "没有车位可用",
        "地锁抢占公共泊位",
        "共享汽车随意丢弃",
        "cars are parked wildly",
    ],
    [
        "救护车进不来",
        "轮椅推不过去",
        "公共汽车错不开",
        "垃圾清运受阻",
        "出行要绕远",
        "剐蹭不断发生",
        "婴儿车走马路",
        "早高峰动弹不得",
        "邻里争吵打架",
        "消防演练失败",
        "no ambulance gets through",
    ],
    [
        "请交警贴条",
        "建议划线管理",
        "应当拖离",
        "希望立桩隔离",
        "能不能收费管理",
        "请物业安排疏导",
        "要求协调错时泊车",
        "装个摄像头吧",
        "盼建立体车库",
        "赶紧治理",
        "please tow them away",
    ],
];

/// Made-up requests, each of four pieces: no two have more than one of them in common, so all say different things.
fn texts(
    pieces: &[[&str; 11]; 4],
    count: usize,
    suggested: bool,
    category: &'static str,
) -> Vec<(String, &'static str, bool)> {
    assert!(count <= 121);
    (0..count)
        .map(|at| {
            let (a, b) = (at % 11, at / 11);
            let text = [a, b, a + b, a + 2 * b].into_iter().zip(pieces).map(|(at, of)| of[at % 11]);
            (text.collect::<Vec<_>>().join("，"), category, suggested)
        })
        .collect()
}

fn unit_of(category: &str) -> &'static str {
    if category == "lamps" { "light" } else { "roads" }
}

fn learnt_measured_taken_and_gone_back_from(scratch: Scratch) {
    let place = Place::open(scratch);
    let few = place.answered(texts(&LAMPS, 20, false, "lamps"), unit_of);
    assert_eq!(few.len(), 20);
    let Learnt::TooFew(found) = place.learn(ModelAsks::Category) else { panic!("twenty are too few") };
    assert!(!found.is_enough() && found.labels <= 1, "{found:?}");
    assert!(place.suggested("天桥楼梯口灯杆不亮漆黑一片").sure().is_none(), "the words know nothing of it");

    place.answered(texts(&LAMPS, 110, false, "lamps").split_off(20), unit_of);
    place.answered(texts(&PARKING, 110, false, "parking"), unit_of);
    // What the program chose itself and nobody looked at teaches nothing.
    place.answered(texts(&PARKING, 30, true, "rare"), unit_of);
    let one = match place.learn(ModelAsks::Category) {
        Learnt::Model(one) => one,
        Learnt::TooFew(found) => panic!("that is enough: {found:?}"),
    };
    let figures = &one.figures;
    assert_eq!((one.number, figures.against), (1, 0));
    let labels: Vec<&str> = figures.labels.iter().map(|it| it.label.as_str()).collect();
    assert_eq!(labels, ["lamps", "parking"]);
    assert!(figures.measured.macro_f1 > figures.rules.macro_f1 + 1_000, "{figures:?}");
    assert!(figures.measured.asked >= 20 && figures.learnt >= 150, "{figures:?}");

    // Learnt is not in use.
    assert!(place.suggested("天桥楼梯口灯杆不亮漆黑一片").sure().is_none());
    assert_eq!(place.take(ModelAsks::Category, 1), ModelTaken::InUse);
    for (text, wanted) in [
        ("天桥楼梯口的灯杆不亮，漆黑一片，老人摔了一跤", "lamps"),
        ("外来的面包车整夜占满车道，救护车进不来", "parking"),
        ("Cars are parked wildly, no ambulance gets through, please tow them away", "parking"),
    ] {
        let found = place.suggested(text);
        let best = found.sure().unwrap_or_else(|| panic!("{text}: {found:?}"));
        assert_eq!((best.category.as_str(), best.by), (wanted, SuggestedBy::Model(1)), "{text}");
        assert!(!best.because.is_empty() && best.because.iter().all(|it| text.contains(it.as_str())));
    }
    // Of what it does not know it says nothing; words of the rules still do.
    assert!(place.suggested("qqq").categories.is_empty());

    let Learnt::Model(units) = place.learn(ModelAsks::Unit) else { panic!("units are learnt, too") };
    assert_eq!(units.number, 1);
    assert_eq!(place.take(ModelAsks::Unit, 1), ModelTaken::InUse);
    let found = place.suggested("天桥楼梯口的灯杆不亮，漆黑一片，老人摔了一跤");
    assert_eq!(found.unit.map(|it| it.unit), Some(code("light")));

    // Measured against one that is no longer in use, a model has to wait; going back is always possible.
    let Learnt::Model(two) = place.learn(ModelAsks::Category) else { panic!("learnt once more") };
    assert_eq!((two.number, two.figures.against), (2, 1));
    assert_eq!(two.figures.in_use, two.figures.measured, "the same was learnt from the same");
    assert_eq!(place.take(ModelAsks::Category, 0), ModelTaken::InUse);
    assert_eq!(
        place.take(ModelAsks::Category, 2),
        ModelTaken::Not(NotTaken::MeasuredAgainstAnother { measured: 1, in_use: 0 })
    );
    assert_eq!(place.take(ModelAsks::Category, 1), ModelTaken::InUse);
    assert_eq!(place.take(ModelAsks::Category, 2), ModelTaken::InUse);
    let book = place.runtime.block_on(place.app.request_models(&code("p"), ModelAsks::Category)).unwrap();
    assert_eq!(book.in_use, 2);
    assert_eq!(book.uses.iter().map(|used| used.number).collect::<Vec<_>>(), [2, 1, 0, 1]);
    assert!(book.uses.iter().all(|used| used.person == code("wang") && used.reason == "更准"));
    // Nobody without a part in requests learns or takes.
    let stranger = Actor::Person { person: code("nobody"), name: "n".into(), grants: Vec::new() };
    let refused = place.app.use_request_model(&stranger, &place.plan, (ModelAsks::Category, 0), "");
    assert!(matches!(place.runtime.block_on(refused), Err(AppError::Refused(_))));
}

fn a_correction_is_learnt_from(scratch: Scratch) {
    let place = Place::open(scratch);
    let new = NewRequest {
        address: "某处".into(),
        category: Some(code("lamps")),
        suggested: true,
        ..NewRequest::new(Channel::Hotline, "商场后巷货车整夜不走，请拖离")
    };
    let filed = place.app.file_request(&place.operator, &place.plan, new);
    let request = place.runtime.block_on(filed).unwrap().code;
    let labelled = |place: &Place| {
        let rows = place.app.database().read(|c| c.labelled_requests(&code("p"), 10)).unwrap();
        rows.into_iter().map(|row| row.category.map(|it| it.to_string())).collect::<Vec<_>>()
    };
    let act = |act| {
        let done = place.app.act_on_request(&place.operator, &place.plan, &request, act, Source::default());
        place.runtime.block_on(done).unwrap();
    };
    assert!(labelled(&place).is_empty(), "it is not answered yet");
    act(RequestAct::Categorise { category: code("parking"), urgency: Urgency::Ordinary });
    act(RequestAct::Give { step: RequestStep::Assign, unit: code("roads"), reason: String::new() });
    act(RequestAct::Step { step: RequestStep::Accept, reason: String::new() });
    act(RequestAct::Answer { text: "已拖离".into() });
    assert_eq!(labelled(&place), [Some("parking".to_owned())]);
}

on_both!(learnt_measured_taken_and_gone_back_from, a_correction_is_learnt_from);
