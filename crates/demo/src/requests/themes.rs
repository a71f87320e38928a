//! The themes of three months: one that was put right and closed, two that are under way.

use app::request::NewTheme;
use app::{Actor, App, Change};
use domain::code::Code;
use domain::command::Command;
use domain::item::kind::Level;
use domain::item::theme::MonthlyTheme;
use domain::item::{ItemFact, State, Step};
use domain::named::Named;
use domain::subject::Subject;
use domain::workday;
use jiff::civil::{Date, date};

use crate::people;
use crate::registers::book::{checked, code, evidence, illustrative, made_up, person};

struct Theme {
    /// The day on which it was decided.
    on: Date,
    month: Date,
    code: &'static str,
    /// The monthly dispatch that decided on it.
    meeting: &'static str,
    name: (&'static str, &'static str),
    categories: &'static [&'static str],
    lead: &'static str,
    about: (&'static str, &'static str),
    measures: (&'static str, &'static str),
    done: (&'static str, &'static str),
}

const THEMES: [Theme; 3] = [
    Theme {
        on: date(2019, 5, 30),
        month: date(2019, 6, 1),
        code: "HT-DEC-T06",
        meeting: "HT-MD-10",
        name: ("示例：小区周边停车难", "Example: parking around housing estates"),
        categories: &["parking"],
        lead: "changping-urban-management",
        about: (
            "示例：停车类诉求在各类中最集中。到月底，占道停车得到清理，桥下空地夜间开放停车。",
            "Example: more requests were about parking than about anything else. By the end of the month lanes are to be clear, and the ground under the bridge open for parking at night.",
        ),
        measures: (
            "示例：一、早晚高峰巡查占道停车；二、补划禁停标线；三、与产权单位协商桥下空地错时停车。",
            "Example: 1. patrols at the peaks; 2. new markings; 3. an agreement with the owner of the ground under the bridge.",
        ),
        done: (
            "示例：补划标线 3 处，桥下开放夜间车位 60 个。",
            "Example: three places were marked anew, 60 places are open at night.",
        ),
    },
    Theme {
        on: date(2019, 6, 27),
        month: date(2019, 7, 1),
        code: "HT-DEC-T07",
        meeting: "HT-MD-11",
        name: ("示例：物业服务与电梯", "Example: property management and lifts"),
        categories: &["property"],
        lead: "changping-housing",
        about: (
            "示例：电梯停运、门禁失修等物业类诉求上升。推动应急维修资金及时拨付。",
            "Example: requests about lifts and doors out of order rose. Emergency funds are to be paid out in time.",
        ),
        measures: (
            "示例：一、逐个小区排查电梯；二、开通应急维修资金绿色通道；三、约谈物业企业。",
            "Example: 1. every lift is looked at; 2. a short way to emergency funds; 3. talks with the managers.",
        ),
        done: ("", ""),
    },
    Theme {
        on: date(2019, 7, 30),
        month: date(2019, 8, 1),
        code: "HT-DEC-T08",
        meeting: "HT-MD-12",
        name: ("示例：夜间噪声与环境卫生", "Example: noise at night and cleanliness"),
        categories: &["noise", "garbage"],
        lead: "changping-urban-management",
        about: (
            "示例：夏季夜间噪声、垃圾清运类诉求集中。",
            "Example: in summer many requests are about noise at night and rubbish that is not taken away.",
        ),
        measures: (
            "示例：夜间施工联合检查；加密垃圾清运班次。",
            "Example: joint checks of building at night; rubbish is taken away more often.",
        ),
        done: ("", ""),
    },
];
/// When the first one was reported done, working days after its month.
const DONE_AFTER: i32 = 4;

fn named((zh, en): (&str, &str)) -> Named {
    Named::new(zh, en)
}

pub(super) async fn keep(app: &App, plan: &Code, day: Date) -> anyhow::Result<()> {
    for theme in THEMES.iter().filter(|theme| theme.on == day) {
        let told = MonthlyTheme {
            month: theme.month,
            categories: theme.categories.iter().map(|name| code(name)).collect(),
            about: named(theme.about),
            measures: named(theme.measures),
            done: Named::default(),
            shown: true,
        };
        let new = NewTheme {
            name: named(theme.name),
            theme: told,
            lead_unit: code(theme.lead),
            supporting: Vec::new(),
            level: Level::District,
            due: workday::at_or_after(theme.month.last_of_month()),
            goal: None,
            meeting: Some(code(theme.meeting)),
            projects: Vec::new(),
        };
        let subject = Subject::item(plan, &code(theme.code));
        let change = Change {
            command: Command::Register { subject, facts: new.facts(day) },
            effective: Some(day),
            source: illustrative(),
            reason: String::new(),
        };
        app.change(&person("supervision"), change).await?;
    }
    if day.day() <= 7 {
        app.measure_themes(plan, illustrative()).await?;
    }
    let [first, ..] = &THEMES;
    if day == workday::nth(first.month.last_of_month(), DONE_AFTER) {
        close(app, plan, first, day).await?;
    }
    Ok(())
}

/// What was done is told, shown, checked and cleared.
async fn close(app: &App, plan: &Code, theme: &Theme, day: Date) -> anyhow::Result<()> {
    let (item, _) = app.item(plan, &code(theme.code), app::read::Asked::default()).await?;
    let Some(told) = item.theme else { return Ok(()) };
    let done = MonthlyTheme { done: named(theme.done), ..told };
    let (own, office, force) =
        (person(&people::liaison(theme.lead)), person("supervision"), person("task-force"));
    let step = |step, state| ItemFact::Move { step, state, by: None };
    let acts: [(&Actor, Vec<ItemFact>); 7] = [
        (&own, vec![step(Step::TakeUp, State::InHand)]),
        (&own, vec![evidence("photos", "整治前后照片和回访记录", "photographs and call-backs")]),
        (&own, vec![step(Step::ReportDone, State::Reported)]),
        (&office, vec![checked("photos", true, "")]),
        (&office, vec![ItemFact::Theme(done)]),
        (&office, vec![step(Step::Verify, State::Verified)]),
        (&force, vec![step(Step::Clear, State::Cleared)]),
    ];
    let subject = Subject::item(plan, &item.code);
    let acts = acts.into_iter().map(|(actor, facts)| {
        let change = made_up(subject.clone(), facts, false);
        (actor.clone(), Change { effective: Some(day), ..change })
    });
    app.change_each(acts.collect()).await.map_err(|(at, error)| anyhow::anyhow!("act {at}: {error}"))?;
    Ok(())
}
