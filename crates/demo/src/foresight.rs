//! What the demonstration tries out, how its forecast is drawn and kept, the limits it supposes, and one joint
//! review: all of it is made up.

use app::{Actor, Change};
use domain::code::Code;
use domain::command::Command;
use domain::fact::Fact;
use domain::named::Named;
use domain::plan::PlanFact;
use domain::project::ProjectFact;
use domain::review::{Outcome, PointStanding, ReviewFact, Verdict};
use domain::scenario::{Change as WhatIf, Place, Scenario, Shorter, Standing, Steps};
use domain::subject::Subject;
use domain::timetabling::{LimitedBy, WorkLimit};
use jiff::civil::{Date, date};

use crate::load::Dated;
use crate::registers::book::{END, both, code, illustrative};

/// The days on which the forecast is put on record.
pub(crate) const KEPT: [Date; 2] = [date(2018, 12, 31), date(2019, 6, 30)];

/// The project of the joint review, an example itself.
const REVIEWED: &str = "HT-MUN-016";
const UNDER_WAY: &str = "HT-TRA-028";

fn named(zh: &str, en: &str) -> Named {
    Named::new(format!("示例：{zh}"), format!("Example: {en}"))
}

fn dated(day: Date, subject: Subject, facts: Vec<Fact>) -> Dated {
    let command = Command::Record { subject, facts, expected: None };
    let change = Change { command, effective: Some(day), source: illustrative(), reason: String::new() };
    Dated { day, place: "demo foresight".into(), actor: Actor::operator(), change }
}

/// Everything made up of a plan's outlook, by the day on which it was known.
pub(crate) fn play(plan: &Code) -> Vec<Dated> {
    let mut out = Vec::new();
    let limits = limits().into_iter();
    let limits =
        limits.map(|held| PlanFact::WorkLimit { limit: held.limit.clone(), held: Some(held) }.into());
    out.push(dated(date(2019, 3, 1), Subject::plan(plan), limits.collect()));
    for scenario in scenarios() {
        out.push(dated(END, Subject::plan(plan), vec![PlanFact::Scenario(scenario).into()]));
    }
    let project = Subject::project(plan, &code(REVIEWED));
    for (day, facts) in review() {
        let facts = facts.into_iter().map(|fact| ProjectFact::Review { round: 1, fact }.into());
        out.push(dated(day, project.clone(), facts.collect()));
    }
    // Another one is under way when the registers end.
    let project = Subject::project(plan, &code(UNDER_WAY));
    for (day, facts) in under_way() {
        let facts = facts.into_iter().map(|fact| ProjectFact::Review { round: 1, fact }.into());
        out.push(dated(day, project.clone(), facts.collect()));
    }
    out
}

fn limits() -> Vec<WorkLimit> {
    let authority = |at: &str, zh: &str, en: &str, name: &str, capacity| WorkLimit {
        limit: code(at),
        name: named(zh, en),
        by: LimitedBy::Authority(name.into()),
        capacity,
    };
    vec![
        authority(
            "review-planning",
            "规划方案审查能力",
            "Design reviews of the planning commission",
            "市规划自然资源委",
            3,
        ),
        authority(
            "review-drc",
            "立项和可研审批能力",
            "Approvals of development and reform",
            "发展改革部门",
            6,
        ),
        WorkLimit {
            limit: code("crews-uni"),
            name: named("北京市政路桥施工力量", "Crews of one contractor"),
            by: LimitedBy::Unit(code("bj-uni-construction")),
            capacity: 2,
        },
    ]
}

fn scenarios() -> Vec<Scenario> {
    let scenario = |at: &str, zh: &str, en: &str, aim: String, changes| Scenario {
        scenario: code(at),
        name: named(zh, en),
        aim,
        changes,
        standing: Standing::Open,
    };
    let building = || Place::Kind(code("building"));
    vec![
        scenario(
            "S-1",
            "审批改革：合并与并联",
            "Approval reform: merged and side by side",
            both(
                "房屋建筑类项目可研与立项合并，施工许可与规划许可并联，全部审批压缩到六成时间。",
                "For buildings, feasibility is decided with the proposal and the building permit runs beside the planning permit; all approvals take six tenths of their time.",
            ),
            vec![
                WhatIf::Merge { at: building(), step: code("feasibility"), into: code("proposal") },
                WhatIf::Together {
                    at: building(),
                    step: code("construction_permit"),
                    with: code("planning_permit"),
                },
                WhatIf::Shorten { at: Place::Plan, steps: Steps::Approvals, to: Shorter::Percent(60) },
            ],
        ),
        scenario(
            "S-2",
            "施工提速：两班作业、冬季不停工",
            "Faster works: two shifts, and through the winter",
            both(
                "主体结构和装修两班作业，室外工程冬季采取措施连续施工。",
                "Structure and fit-out in two shifts; outdoor work goes on through the winter.",
            ),
            vec![
                WhatIf::Shifts { at: building(), steps: Steps::Step(code("topped_out")), shifts: 2 },
                WhatIf::Shifts { at: building(), steps: Steps::Step(code("fit_out")), shifts: 2 },
                WhatIf::WorkThrough { at: Place::Plan, steps: Steps::Works },
            ],
        ),
    ]
}

fn under_way() -> Vec<(Date, Vec<ReviewFact>)> {
    let units = ["changping-planning", "bj-traffic-police", "changping-education"].map(code).into();
    let crossing = both("学校门口需设过街设施", "a crossing is needed at the school gate");
    vec![
        (date(2019, 8, 1), vec![ReviewFact::Opened { step: code("design"), units, days: 15 }]),
        (
            date(2019, 8, 9),
            vec![
                ReviewFact::Opinion {
                    unit: code("bj-traffic-police"),
                    verdict: Verdict::Conditional,
                    text: both("过街设施落实后同意", "agreed once the crossing is settled"),
                },
                ReviewFact::Point {
                    number: 1,
                    unit: code("bj-traffic-police"),
                    text: crossing,
                    days: 45,
                    standing: PointStanding::Open,
                },
            ],
        ),
    ]
}

/// One round, from its opening to its end.
fn review() -> Vec<(Date, Vec<ReviewFact>)> {
    let opinion = |unit: &str, verdict, zh: &str, en: &str| ReviewFact::Opinion {
        unit: code(unit),
        verdict,
        text: if zh.is_empty() { String::new() } else { both(zh, en) },
    };
    let point = |number, unit: &str, zh: &str, en: &str, days, standing| ReviewFact::Point {
        number,
        unit: code(unit),
        text: both(zh, en),
        days,
        standing,
    };
    let units = [
        "changping-planning",
        "changping-landscaping",
        "bj-traffic-police",
        "bj-civil-defence",
        "changping-water",
    ];
    let trees = (
        "管线走向需避让现状大树，补充移植方案",
        "the line has to pass the old trees: a plan for moving them",
    );
    let traffic = ("占道施工导行方案需完善", "the traffic plan during the works has to be completed");
    vec![
        (
            date(2019, 7, 22),
            vec![ReviewFact::Opened { step: code("plan_review"), units: units.map(code).into(), days: 15 }],
        ),
        (date(2019, 7, 29), vec![opinion("changping-planning", Verdict::Agree, "", "")]),
        (
            date(2019, 8, 1),
            vec![
                opinion(
                    "changping-landscaping",
                    Verdict::Conditional,
                    "原则同意，须解决移植问题",
                    "agreed once the trees are settled",
                ),
                point(1, "changping-landscaping", trees.0, trees.1, 20, PointStanding::Open),
            ],
        ),
        (
            date(2019, 8, 5),
            vec![
                opinion(
                    "bj-traffic-police",
                    Verdict::Conditional,
                    "导行方案完善后同意",
                    "agreed once the traffic plan is complete",
                ),
                point(2, "bj-traffic-police", traffic.0, traffic.1, 10, PointStanding::Open),
                opinion("bj-civil-defence", Verdict::Agree, "", ""),
            ],
        ),
        (
            date(2019, 8, 12),
            vec![point(
                2,
                "bj-traffic-police",
                traffic.0,
                traffic.1,
                10,
                PointStanding::Settled(both("导行方案已审定", "the traffic plan was approved")),
            )],
        ),
        (date(2019, 8, 16), vec![opinion("changping-water", Verdict::Agree, "", "")]),
        (
            date(2019, 8, 28),
            vec![point(
                1,
                "changping-landscaping",
                trees.0,
                trees.1,
                20,
                PointStanding::Settled(both("调整走向，保留大树", "the line was moved and the trees stay")),
            )],
        ),
        (
            date(2019, 8, 30),
            vec![ReviewFact::Closed {
                outcome: Outcome::Passed,
                text: both("问题均已解决", "all points are settled"),
            }],
        ),
    ]
}
