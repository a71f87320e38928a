//! By what rules requests of the demonstration are handled, and how it is counted.

use app::{Actor, Change};
use domain::code::Code;
use domain::command::Command;
use domain::named::Named;
use domain::plan::PlanFact;
use domain::request::clock::TimeLimit;
use domain::request::rate::{RateFormula, Unreached, Weights};
use domain::request::routing::{Route, RouteTo};
use domain::request::rules::Preset;
use domain::request::{
    KeptKind, PrivacyRules, ReplyTemplate, RequestSettings, RequestStep, Retention, Satisfaction,
};
use domain::subject::Subject;
use domain::workday;
use jiff::civil::date;

use super::SINCE;
use super::categories::categories;
use crate::load::Dated;
use crate::registers::book::{code, illustrative};

/// The rules, piece by piece, as an office would put them on the books.
fn pieces() -> Vec<PlanFact> {
    let preset =
        |name: &str, zh: &str, en: &str, [assignment, response, resolution, reopened]: [TimeLimit; 4]| {
            let name = (code(name), Named::new(zh, en));
            PlanFact::RequestPreset(Preset {
                assignment,
                response,
                resolution,
                reopened,
                // Whoever may give it out within so long decides within so long.
                decision: assignment,
                ..Preset::usual(name.0, name.1)
            })
        };
    use TimeLimit::{Days, Hours};
    let route = |order: u32, name: &str, categories: &[&str], to: RouteTo, supporting: &[&str]| {
        PlanFact::RequestRoute(Route {
            categories: categories.iter().map(|name| code(name)).collect(),
            supporting: supporting.iter().map(|name| code(name)).collect(),
            ..Route::new(code(name), order, to)
        })
    };
    let name =
        Named::new("回天地区诉求办理规则（示例）", "Handling of requests in the Huitian area (example)");
    let source = Named::new(
        "为演示而设，时限参照公开报道的热线服务与管理规范",
        "Made up for the demonstration; limits after what was published of the hotline standard",
    );
    let settings = RequestSettings {
        urgent: Some(code("emergency")),
        jurisdiction: "huitian.example".to_owned(),
        contact: "open311@huitian.example".to_owned(),
        privacy: PrivacyRules {
            keep: [
                (KeptKind::Contact, 730),
                (KeptKind::Link, 365),
                (KeptKind::Follower, 730),
                (KeptKind::Reveal, 1_095),
                (KeptKind::Flag, 365),
                (KeptKind::Photo, 1_095),
            ]
            .map(|(kind, days)| Retention { kind, days })
            .to_vec(),
        },
        ..RequestSettings::new(name, source, code("usual"), code("changping-government"))
    };
    let mut out = vec![
        preset("usual", "一般", "Usual", [Hours(24), Hours(24), Days(7), Days(5)]),
        preset("complex", "复杂", "Complex", [Hours(24), Hours(24), Days(15), Days(7)]),
        preset("utility", "水电气热", "Water, power, gas, heat", [Hours(2), Hours(2), Hours(24), Hours(24)]),
        preset("emergency", "紧急", "Emergency", [Hours(1), Hours(1), Hours(2), Hours(2)]),
        PlanFact::RequestSettings(settings),
        route(10, "transport", &["transport"], RouteTo::Unit(code("changping-transport")), &[]),
        route(20, "heating", &["heating"], RouteTo::AreaOffice, &["changping-urban-management"]),
        route(30, "any", &[], RouteTo::AreaOffice, &[]),
    ];
    out.extend(
        OFFICES.map(|(area, unit)| PlanFact::RequestOffice { area: code(area), unit: Some(code(unit)) }),
    );
    out.extend(replies());
    out
}

const OFFICES: [(&str, &str); 5] = [
    ("huilongguan", "huilongguan-office"),
    ("huoying", "huoying-office"),
    ("dongxiaokou", "dongxiaokou-office"),
    ("tiantongyuan-north", "tiantongyuan-north-office"),
    ("tiantongyuan-south", "tiantongyuan-south-office"),
];

/// Texts to begin from.
fn replies() -> Vec<PlanFact> {
    let reply = |order: u32, name: &str, zh: &str, en: &str, step, categories: &[&str], text: &str| {
        PlanFact::RequestReply(ReplyTemplate {
            reply: code(name),
            order,
            name: Named::new(zh, en),
            step,
            categories: categories.iter().map(|name| code(name)).collect(),
            states: Vec::new(),
            text: text.to_owned(),
            closed: false,
        })
    };
    vec![
        reply(
            10,
            "answer-done",
            "已办结",
            "Done",
            RequestStep::Answer,
            &[],
            "您好，您反映的{地点}“{标题}”（编号{编号}）已由{单位}到场核实并处理。处理情况：\n\n如有不满意，可在回访时告诉我们。\n{单位} {日期}",
        ),
        reply(
            20,
            "answer-parking",
            "停车：已劝离并增设标线",
            "Parking: cleared and marked",
            RequestStep::Answer,
            &["parking"],
            "您好，您反映的{地点}停车问题（编号{编号}）：{单位}已联合交管部门劝离占道车辆，并补划禁停标线，今后每天早晚高峰巡查。\n{日期}",
        ),
        reply(
            30,
            "ask-place",
            "请补充位置",
            "Ask where exactly",
            RequestStep::AskResident,
            &[],
            "您好，请补充{地点}的具体楼栋或路口，以便{单位}到场办理。",
        ),
        reply(
            40,
            "refuse-outside",
            "不在本地区",
            "Outside the area",
            RequestStep::Refuse,
            &[],
            "您反映的事项不在回天地区，请拨打 12345 向所在地反映。",
        ),
        reply(
            50,
            "books-project",
            "待项目解决",
            "A project settles it",
            RequestStep::PutOnBooks,
            &[],
            "您反映的{地点}“{标题}”需要随相关项目一并解决，办理期间每月复查进展并告知您。",
        ),
    ]
}

/// Rules, categories and the formula, put on the books before the first request.
pub(crate) fn set_up(plan: &Code) -> Dated {
    let formula = RateFormula {
        version: code("example-1"),
        name: Named::new("示例计算办法", "Example formula"),
        source: Named::new("示例权重，并非北京的考核办法", "Example weights, not those Beijing uses"),
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
    facts.extend(pieces());
    facts.push(PlanFact::RateFormula(formula));
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
    let offices = OFFICES.iter().map(|(_, unit)| code(unit));
    offices.chain([code("changping-transport"), code("changping-government")]).collect()
}
