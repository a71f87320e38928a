//! Residents' requests of the demonstration: rules, categories, and some hundred made-up requests with what
//! became of them, each by the unit whose part it is. Nothing in here was ever written by a resident.

use app::request::{NewRequest, PersonalData, RequestAct, RequestDeed, by_resident};
use app::{Actor, App, Change};
use domain::code::Code;
use domain::command::Command;
use domain::item::Target;
use domain::named::Named;
use domain::plan::PlanFact;
use domain::request::clock::TimeLimit;
use domain::request::rate::{RateFormula, Unreached, Weights};
use domain::request::routing::{OnDays, Route, RouteTo};
use domain::request::rules::Preset;
use domain::request::{
    CallWay, Channel, RequestCategory, RequestKind, RequestRules, RequestStep, Satisfaction, Solved, Urgency,
};
use domain::subject::Subject;
use domain::workday;
use jiff::civil::{Date, date};
use std::collections::BTreeMap;

use crate::load::Dated;
use crate::people;
use crate::registers::book::{END, code, illustrative, person};

/// The first day on which requests are taken.
const SINCE: Date = date(2019, 1, 7);
/// How many come in on a working day, in turn.
const A_DAY: [usize; 5] = [2, 1, 2, 1, 3];

/// A matter that people bring, where it is handled, and what may come of it.
struct Matter {
    category: &'static str,
    kind: RequestKind,
    /// The text; `{}` is the place.
    zh: &'static str,
    en: &'static str,
    answer: (&'static str, &'static str),
}

const fn matter(
    category: &'static str,
    kind: RequestKind,
    zh: &'static str,
    en: &'static str,
    answer: (&'static str, &'static str),
) -> Matter {
    Matter { category, kind, zh, en, answer }
}

use RequestKind::{Complaint, Help, Question, Suggestion};

const MATTERS: [Matter; 16] = [
    matter(
        "parking",
        Complaint,
        "{}消防通道每晚停满车，救护车进不来，希望划线并派人管理。",
        "Cars block the fire lane at {} every night; please mark it and send somebody.",
        ("已施划禁停标线，安排夜间巡查。", "No-parking lines were painted and patrols go round at night."),
    ),
    matter(
        "parking",
        Suggestion,
        "{}周边停车位太少，建议把桥下空地改成夜间停车场。",
        "There are too few parking places around {}; the ground under the bridge could be used at night.",
        (
            "与产权单位协商，桥下空地夜间开放 60 个车位。",
            "The owner agreed: 60 places under the bridge are open at night.",
        ),
    ),
    matter(
        "building",
        Complaint,
        "{}一层住户在楼前私自搭建平房，挡住了消防通道。",
        "A shed was put up in front of the building at {} without leave and blocks the fire lane.",
        (
            "现场核实后已限期拆除，占用的通道已恢复。",
            "It was checked on the spot and taken down; the lane is free again.",
        ),
    ),
    matter(
        "property",
        Complaint,
        "{}的电梯一个月坏了三次，物业说没有维修资金。",
        "The lift at {} broke down three times in a month; the manager says there is no money.",
        (
            "已督促物业更换曳引机，应急维修资金已拨付。",
            "The manager has replaced the machine; emergency funds were paid out.",
        ),
    ),
    matter(
        "property",
        Help,
        "{}的门禁坏了两个星期，外人随便进出，老人不放心。",
        "The entrance door at {} has been broken for two weeks and anybody walks in.",
        ("门禁已更换，并增加了夜间值守。", "The door was replaced and somebody keeps watch at night."),
    ),
    matter(
        "noise",
        Complaint,
        "{}对面工地夜里十二点还在施工，影响休息。",
        "The site opposite {} works past midnight.",
        (
            "已约谈施工单位，夜间停止产生噪声的作业。",
            "The contractor was called in; noisy work stops at night.",
        ),
    ),
    matter(
        "noise",
        Complaint,
        "{}广场每天早晨五点放音响，孩子没法睡觉。",
        "Loudspeakers start at five every morning on the square at {}.",
        (
            "与领队约定早七点后开始，音量不超过六十分贝。",
            "The group now begins after seven and keeps the volume down.",
        ),
    ),
    matter(
        "garbage",
        Complaint,
        "{}的垃圾桶三天没清，夏天味道很大。",
        "The bins at {} have not been emptied for three days.",
        (
            "已改为每日清运两次，桶站周边完成冲洗。",
            "They are emptied twice a day now and the place was washed.",
        ),
    ),
    matter(
        "garbage",
        Suggestion,
        "{}没有大件垃圾的投放点，旧沙发堆在楼道里。",
        "There is no place for bulky waste at {}; old sofas stand in the stairs.",
        ("新设大件垃圾暂存点，每周六清运。", "A place for bulky waste was set up, emptied every Saturday."),
    ),
    matter(
        "roads",
        Complaint,
        "{}门口的路面塌了一块，晚上骑车很危险。",
        "Part of the road in front of {} has sunk; cycling at night is dangerous.",
        ("路面已修复，管线回填重新夯实。", "The road was mended and the ground over the pipes compacted."),
    ),
    matter(
        "roads",
        Help,
        "{}到地铁站的路上路灯不亮，下班的人都摸黑走。",
        "The street lamps between {} and the station are out; people walk home in the dark.",
        ("更换故障灯具十二盏，线路已检修。", "Twelve lamps were replaced and the line checked."),
    ),
    matter(
        "transport",
        Suggestion,
        "{}早高峰公交等半小时，建议增加到地铁站的摆渡车。",
        "At {} the morning bus takes half an hour to come; a shuttle to the station would help.",
        ("早高峰增发区间车，间隔缩短到八分钟。", "Extra buses run in the morning, eight minutes apart."),
    ),
    matter(
        "heating",
        Help,
        "{}连续三天停水，家里有老人和孩子，请尽快恢复。",
        "{} has been without water for three days; there are old people and children.",
        ("爆管已抢修，当晚恢复供水。", "The burst pipe was mended and water ran the same evening."),
    ),
    matter(
        "rental",
        Complaint,
        "{}有人把三居室隔成八间出租，用电很不安全。",
        "At {} a flat was split into eight rooms to let, with unsafe wiring.",
        (
            "联合检查后已拆除隔断，线路整改完毕。",
            "After a joint check the walls were taken out and the wiring mended.",
        ),
    ),
    matter(
        "services",
        Question,
        "{}的孩子今年上小学，应当到哪里登记？",
        "Where do children at {} register for primary school this year?",
        (
            "五月到户籍所在地的学校登记，所需材料已短信告知。",
            "In May at the school of the registered address; the list was sent by text message.",
        ),
    ),
    matter(
        "services",
        Suggestion,
        "{}附近没有菜市场，老人买菜要走半小时。",
        "There is no market near {}; old people walk half an hour.",
        (
            "便民菜车每天上午进社区，固定菜店正在选址。",
            "A vegetable van comes every morning; a site for a shop is being chosen.",
        ),
    ),
];

/// Communities with where in them.
const PLACES: [(&str, &str, &str); 12] = [
    ("longtengyuan-4", "龙腾苑四区东门", "the east gate of Longtengyuan No. 4"),
    ("yunquyuan-3", "云趣园三区", "Yunquyuan No. 3"),
    ("xinkangyuan", "新康园小区北侧", "the north side of Xinkangyuan"),
    ("liuxing-garden-3", "流星花园三区", "Liuxing Garden No. 3"),
    ("huoying-estate", "霍营小区", "Huoying Estate"),
    ("hualongyuan-south", "华龙苑南里", "Hualongyuan South"),
    ("jiayunyuan", "佳运园", "Jiayunyuan"),
    ("tiantongyuan-east-1", "天通苑东一区", "Tiantongyuan East No. 1"),
    ("tiantongyuan-north", "天通苑北街道文化广场", "the culture square of Tiantongyuan North"),
    ("huilongguan", "回龙观西大街路口", "the corner of Huilongguan West Street"),
    ("huoying", "霍营地铁站南口", "the south exit of Huoying station"),
    ("dongxiaokou", "东小口森林公园南门", "the south gate of Dongxiaokou park"),
];

fn named(zh: &str, en: &str) -> Named {
    Named::new(zh, en)
}

fn category(at: u32, name: &str, zh: &str, en: &str, preset: &str, words: &[&str]) -> RequestCategory {
    RequestCategory {
        category: code(name),
        order: at,
        name: named(zh, en),
        about: None,
        words: words.iter().map(|word| (*word).to_owned()).collect(),
        preset: code(preset),
        private: false,
        warning: None,
        closed: false,
    }
}

fn categories() -> Vec<RequestCategory> {
    let mut all = vec![
        category(
            10,
            "parking",
            "停车管理",
            "Parking",
            "usual",
            &["停车", "车位", "乱停", "占道停", "消防通道", "僵尸车", "parking", "parked", "fire lane"],
        ),
        category(
            20,
            "building",
            "违法建设",
            "Illegal construction",
            "complex",
            &[
                "违建",
                "私搭",
                "搭建",
                "违法建设",
                "加建",
                "拆除",
                "平房",
                "without leave",
                "illegal construction",
                "shed",
            ],
        ),
        category(
            30,
            "property",
            "物业管理",
            "Property management",
            "usual",
            &[
                "物业",
                "电梯",
                "门禁",
                "业委会",
                "物业费",
                "维修资金",
                "保安",
                "property",
                "lift",
                "elevator",
                "entrance door",
            ],
        ),
        category(
            40,
            "noise",
            "噪声扰民",
            "Noise",
            "usual",
            &["噪声", "噪音", "扰民", "音响", "施工", "广场舞", "工地", "noise", "loud", "loudspeaker"],
        ),
        category(
            50,
            "garbage",
            "垃圾和环境卫生",
            "Garbage and cleaning",
            "usual",
            &[
                "垃圾",
                "清运",
                "异味",
                "臭味",
                "保洁",
                "大件垃圾",
                "脏",
                "garbage",
                "bins",
                "waste",
                "rubbish",
            ],
        ),
        category(
            60,
            "roads",
            "道路和路灯",
            "Roads and street lamps",
            "usual",
            &[
                "路灯",
                "路面",
                "坑",
                "塌",
                "井盖",
                "人行道",
                "积水",
                "street lamp",
                "road",
                "pothole",
                "pavement",
            ],
        ),
        category(
            70,
            "transport",
            "公共交通",
            "Public transport",
            "complex",
            &["公交", "地铁拥挤", "摆渡车", "等车", "拥堵", "红绿灯", "bus", "crowded metro", "shuttle"],
        ),
        category(
            80,
            "heating",
            "水电气热",
            "Water, power, gas, heat",
            "utility",
            &[
                "停水",
                "停电",
                "停气",
                "暖气",
                "供暖",
                "不热",
                "漏水",
                "爆管",
                "燃气",
                "without water",
                "power cut",
                "heating",
                "gas leak",
            ],
        ),
        category(
            90,
            "rental",
            "群租和流动人口",
            "Group rentals",
            "complex",
            &["群租", "隔断", "隔成", "出租屋", "地下室", "group rental", "split into"],
        ),
        category(
            100,
            "services",
            "便民和公共服务",
            "Public services",
            "usual",
            &[
                "入学",
                "幼儿园",
                "小学",
                "菜市场",
                "买菜",
                "医院",
                "社保",
                "养老",
                "school",
                "market",
                "clinic",
            ],
        ),
        category(
            110,
            "conduct",
            "工作作风",
            "Conduct of officials",
            "complex",
            &["态度", "推诿", "作风", "不作为", "rude", "refused to help"],
        ),
    ];
    for held in &mut all {
        match held.category.as_str() {
            "heating" => {
                held.warning = Some(named(
                    "燃气泄漏请先关阀、离开现场，再拨打 96777 或 119。",
                    "If gas leaks: close the valve, leave, then call 96777 or 119.",
                ))
            }
            "conduct" => held.private = true,
            _ => {}
        }
    }
    all
}

fn rules() -> RequestRules {
    let preset = |name: &str, zh: &str, en: &str, assignment, response, resolution, reopened| Preset {
        preset: code(name),
        name: named(zh, en),
        assignment,
        response,
        resolution,
        reopened,
    };
    use TimeLimit::{Days, Hours};
    let route = |categories: &[&str], to: RouteTo, supporting: &[&str]| Route {
        areas: Vec::new(),
        categories: categories.iter().map(|name| code(name)).collect(),
        days: OnDays::Any,
        hours: None,
        to,
        supporting: supporting.iter().map(|name| code(name)).collect(),
    };
    let unit = |name: &str| RouteTo::Unit(code(name));
    RequestRules {
        name: named("回天地区诉求办理规则（示例）", "Handling of requests in the Huitian area (example)"),
        source: named(
            "为演示而设，时限参照公开报道的热线服务与管理规范",
            "Made up for the demonstration; limits after what was published of the hotline standard",
        ),
        presets: vec![
            preset("usual", "一般", "Usual", Hours(24), Hours(24), Days(7), Days(5)),
            preset("complex", "复杂", "Complex", Hours(24), Hours(24), Days(15), Days(7)),
            preset(
                "utility",
                "水电气热",
                "Water, power, gas, heat",
                Hours(2),
                Hours(2),
                Hours(24),
                Hours(24),
            ),
            preset("emergency", "紧急", "Emergency", Hours(1), Hours(1), Hours(2), Hours(2)),
        ],
        usual: code("usual"),
        urgent: Some(code("emergency")),
        routes: vec![
            route(&["transport"], unit("changping-transport"), &[]),
            route(&["heating"], RouteTo::AreaOffice, &["changping-urban-management"]),
            route(&[], RouteTo::AreaOffice, &[]),
        ],
        offices: BTreeMap::from(
            [
                ("huilongguan", "huilongguan-office"),
                ("huoying", "huoying-office"),
                ("dongxiaokou", "dongxiaokou-office"),
                ("tiantongyuan-north", "tiantongyuan-north-office"),
                ("tiantongyuan-south", "tiantongyuan-south-office"),
            ]
            .map(|(area, unit)| (code(area), code(unit))),
        ),
        backstop: code("changping-government"),
        resident_days: 5,
        call_back_days: 14,
        reopen_days: 30,
        free_reopens: 1,
        near_metres: 250,
    }
}

/// Rules, categories and the formula, put on the books before the first request.
pub(crate) fn set_up(plan: &Code) -> Dated {
    let formula = RateFormula {
        version: code("example-1"),
        name: named("示例计算办法", "Example formula"),
        source: named("示例权重，并非北京的考核办法", "Example weights, not those Beijing uses"),
        from: date(2019, 1, 1),
        weights: Weights { response: 30, resolution: 35, satisfaction: 35 },
        satisfied: vec![
            Satisfaction::VerySatisfied,
            Satisfaction::Satisfied,
            Satisfaction::BasicallySatisfied,
        ],
        unreached: Unreached::LeaveOut,
        partly: 50,
        least: 10,
    };
    let mut facts: Vec<PlanFact> = categories().into_iter().map(PlanFact::RequestCategory).collect();
    facts.extend([PlanFact::RequestRules(rules()), PlanFact::RateFormula(formula)]);
    let command = Command::Record {
        subject: Subject::plan(plan),
        facts: facts.into_iter().map(Into::into).collect(),
        expected: None,
    };
    let day = workday::nth(SINCE, -3);
    let change = Change { command, effective: Some(day), source: illustrative(), reason: String::new() };
    Dated { day, place: "demo requests".into(), actor: Actor::operator(), change }
}

/// The units to which requests go.
pub(crate) fn units() -> Vec<Code> {
    let rules = rules();
    let named = rules.routes.into_iter().filter_map(|route| match route.to {
        RouteTo::Unit(unit) => Some(unit),
        RouteTo::AreaOffice => None,
    });
    rules.offices.into_values().chain(named).chain([rules.backstop]).collect()
}

/// The days on which something happens to requests.
pub(crate) fn days() -> impl Iterator<Item = Date> {
    let first = workday::at_or_after(SINCE);
    std::iter::successors(Some(first), |day| Some(workday::nth(*day, 1))).take_while(|day| *day <= END)
}

/// What is about to be done, by day, and where the turn stands.
#[derive(Default)]
pub(crate) struct Requests {
    turn: usize,
    number: usize,
    ahead: BTreeMap<Date, Vec<RequestDeed>>,
}

impl Requests {
    /// One day: what had been planned for it, then what comes in.
    pub(crate) async fn keep(&mut self, app: &App, plan: &Code, day: Date) -> anyhow::Result<()> {
        let due: Vec<Date> = self.ahead.range(..=day).map(|(day, _)| *day).collect();
        let mut deeds = Vec::new();
        for day in due {
            deeds.extend(self.ahead.remove(&day).unwrap_or_default());
        }
        app.act_on_requests(plan, deeds, illustrative()).await?;
        let number = A_DAY[self.turn % A_DAY.len()];
        let mut new = Vec::new();
        for at in 0..number {
            new.push(self.request(self.turn * 3 + at * 7, at));
        }
        self.turn += 1;
        let turns: Vec<usize> = (0..number).map(|at| (self.turn - 1) * 3 + at * 7).collect();
        let filed = app.file_requests(&Actor::Public, plan, new).await?;
        for (filed, turn) in filed.into_iter().zip(turns) {
            let matter = &MATTERS[turn % MATTERS.len()];
            self.plan_ahead(&filed.code, filed.unit.as_ref(), matter, turn, day);
        }
        Ok(())
    }

    fn request(&mut self, turn: usize, at: usize) -> NewRequest {
        self.number += 1;
        let matter = &MATTERS[turn % MATTERS.len()];
        let (area, zh, en) = PLACES[(turn / 2 + at) % PLACES.len()];
        let channel = [Channel::Hotline, Channel::Site, Channel::DirectChannel, Channel::Hotline][turn % 4];
        NewRequest {
            kind: matter.kind,
            area: Some(code(area)),
            address: zh.to_owned(),
            category: Some(code(matter.category)),
            public: !turn.is_multiple_of(5),
            urgency: Urgency::Ordinary,
            source: illustrative(),
            person: PersonalData::default(),
            number: format!("HT-R-{:04}", self.number),
            ..NewRequest::new(
                channel,
                format!("示例：{}\nExample: {}", matter.zh.replace("{}", zh), matter.en.replace("{}", en)),
            )
        }
    }

    fn then(&mut self, day: Date, actor: Actor, request: &Code, act: RequestAct) {
        if day <= END {
            self.ahead.entry(day).or_default().push(RequestDeed { actor, request: request.clone(), act });
        }
    }

    /// What will become of it: most are answered in time and closed; some are handed to and fro, some are taken
    /// up again, a few go on the books, the last ones are still open.
    fn plan_ahead(&mut self, request: &Code, unit: Option<&Code>, matter: &Matter, turn: usize, day: Date) {
        let Some(unit) = unit else { return };
        let desk = person("desk");
        let own = person(&people::liaison(unit.as_str()));
        let step = |step| RequestAct::Step { step, reason: String::new() };
        let on = |days: i32| workday::nth(day, days);
        self.then(on(1), own.clone(), request, step(RequestStep::Accept));
        if !turn.is_multiple_of(5) && turn % 7 != 6 {
            self.then(
                on(1),
                desk.clone(),
                request,
                RequestAct::Publish { shown: true, reason: String::new() },
            );
        }
        let late = turn % 11 == 4;
        let contact = RequestAct::Contact {
            way: CallWay::Phone,
            text: "已电话了解情况 / called and asked".into(),
        };
        self.then(on(if late { 3 } else { 1 }), own.clone(), request, contact);
        self.then(on(2), own.clone(), request, step(RequestStep::Start));
        if turn % 29 == 13 {
            // Nothing short will do: it waits for a project.
            let until = date(2020, 12, 31);
            let link = Target::Project(code("HT-TRA-017"));
            let reason = "待道路项目一并解决 / with the road project".to_owned();
            self.then(on(3), person("task-force"), request, RequestAct::PutOnBooks { link, until, reason });
            return;
        }
        let (zh, en) = matter.answer;
        let answered = on(if turn % 13 == 7 { 9 } else { 3 + (turn % 3) as i32 });
        self.then(answered, own.clone(), request, RequestAct::Answer { text: format!("{zh} / {en}") });
        let level = [
            Satisfaction::VerySatisfied,
            Satisfaction::Satisfied,
            Satisfaction::Satisfied,
            Satisfaction::BasicallySatisfied,
            Satisfaction::Dissatisfied,
        ][turn % 5];
        let called = workday::nth(answered, 2);
        let call = |solved, satisfaction, text: &str| RequestAct::CallBack {
            way: CallWay::Phone,
            reached: true,
            contacted: Some(!late),
            solved: Some(solved),
            satisfaction: Some(satisfaction),
            text: text.to_owned(),
        };
        match turn % 17 {
            3 => {
                let unreached = RequestAct::CallBack {
                    way: CallWay::Phone,
                    reached: false,
                    contacted: None,
                    solved: None,
                    satisfaction: None,
                    text: String::new(),
                };
                self.then(called, desk.clone(), request, unreached);
            }
            9 => {
                let again = call(Solved::No, Satisfaction::Dissatisfied, "仍未解决 / still as it was");
                self.then(called, by_resident(), request, again);
                let second = workday::nth(called, 3);
                self.then(
                    second,
                    own,
                    request,
                    RequestAct::Answer {
                        text: "再次到场处理，已解决 / seen to again and solved".into()
                    },
                );
                self.then(
                    workday::nth(second, 2),
                    desk.clone(),
                    request,
                    call(Solved::Yes, Satisfaction::Satisfied, ""),
                );
            }
            5 => self.then(
                called,
                desk.clone(),
                request,
                call(Solved::Partly, Satisfaction::BasicallySatisfied, ""),
            ),
            _ => self.then(called, desk.clone(), request, call(Solved::Yes, level, "")),
        }
    }
}
