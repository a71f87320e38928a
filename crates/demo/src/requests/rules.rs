//! By what rules requests of the demonstration are handled, and how it is counted.

use std::collections::BTreeMap;

use app::{Actor, Change};
use domain::code::Code;
use domain::command::Command;
use domain::named::Named;
use domain::plan::PlanFact;
use domain::request::clock::TimeLimit;
use domain::request::rate::{RateFormula, Unreached, Weights};
use domain::request::routing::{OnDays, Route, RouteTo};
use domain::request::rules::Preset;
use domain::request::{KeptKind, PrivacyRules, RequestRules, Retention, Satisfaction};
use domain::subject::Subject;
use domain::workday;
use jiff::civil::date;

use super::SINCE;
use super::categories::categories;
use crate::load::Dated;
use crate::registers::book::{code, illustrative};

fn rules() -> RequestRules {
    let preset = |name: &str, zh: &str, en: &str, assignment, response, resolution, reopened| Preset {
        preset: code(name),
        name: Named::new(zh, en),
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
        name: Named::new(
            "回天地区诉求办理规则（示例）",
            "Handling of requests in the Huitian area (example)",
        ),
        source: Named::new(
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
        jurisdiction: "huitian.example".to_owned(),
        contact: "open311@huitian.example".to_owned(),
        privacy: PrivacyRules {
            keep: [
                (KeptKind::Contact, 730),
                (KeptKind::Link, 365),
                (KeptKind::Follower, 730),
                (KeptKind::Reveal, 1_095),
                (KeptKind::Flag, 365),
            ]
            .map(|(kind, days)| Retention { kind, days })
            .to_vec(),
        },
    }
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
