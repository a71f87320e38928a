//! The reports of the plan's first year: 48 weekly ones in 52 weeks, 17 special ones, 5 of research. Their
//! number is published, their text is not: each holds what the ledger itself says on its day.

use std::collections::BTreeMap;

use anyhow::Context;
use app::read::Asked;
use app::{App, Change};
use domain::code::Code;
use domain::item::kind::{ItemKind, Level, Series};
use domain::item::ledger::LedgerRow;
use domain::item::query::LedgerQuery;
use domain::item::{ItemFact, Relation, State, Step, Target};
use domain::journal::Hash;
use domain::report::{Period, Rhythm};
use domain::subject::Subject;
use domain::workday;
use jiff::Span;
use jiff::civil::{Date, date};
use serde_json::{Value, json};

use crate::registers::book::{Book, END, both, code, example, illustrative, made_up, person};
use crate::registers::directives;

/// The Monday of the week in which the plan was published.
const FIRST_WEEK: Date = date(2018, 8, 13);
const WEEKS: i32 = 52;
/// Weeks without an issue, and why.
const LEFT_OUT: [(i32, &str, &str); 4] = [
    (7, "国庆假期，并入下一期", "National Day holidays; part of the next issue"),
    (20, "元旦假期，与年度小结合并", "New Year; part of the year’s summary"),
    (25, "春节假期，并入下一期", "Spring Festival; part of the next issue"),
    (37, "劳动节假期，并入下一期", "Labour Day holidays; part of the next issue"),
];
const SPECIAL: i32 = 17;
const RESEARCH: [(&str, &str, &str, Date); 5] = [
    ("transport", "回天地区通勤出行需求", "how the area commutes", date(2018, 11, 30)),
    ("education", "学位缺口与布局", "places missing at schools, and where", date(2019, 1, 25)),
    ("elderly_care", "社区养老服务供需", "services for older residents", date(2019, 3, 29)),
    ("municipal", "市政设施承载能力", "what pipes and cables can carry", date(2019, 5, 31)),
    (
        "social",
        "大型居住区共建共治共享机制",
        "how a large residential area is run together",
        date(2019, 7, 26),
    ),
];
/// What a ledger's count covers.
const COUNTED: [ItemKind; 9] = [
    ItemKind::Directive,
    ItemKind::TrackedTask,
    ItemKind::Inspection,
    ItemKind::Finding,
    ItemKind::Decision,
    ItemKind::Whistle,
    ItemKind::ReportIn,
    ItemKind::GoodDeed,
    ItemKind::Dispatch,
];

/// What of the ledger a report of its own is about.
enum About {
    Item(Code),
    Sector(Code),
}

/// A report that is to be issued on a day.
pub(crate) struct ToIssue {
    pub day: Date,
    what: What,
}

enum What {
    /// The week's, or why it has none.
    Week(Period, Option<String>),
    Own {
        code: Code,
        number: u32,
        about: About,
    },
}

/// Puts the drafts on the books, leaves out the weeks without an issue, and says what is to be issued when.
pub(crate) fn draft(book: &mut Book) -> Vec<ToIssue> {
    let mut out: Vec<ToIssue> = Vec::new();
    for week in 0..=WEEKS {
        let from = FIRST_WEEK.saturating_add(Span::new().weeks(week));
        let period = Period::containing(Rhythm::Week, from);
        let day = workday::nth(period.to, 1);
        let left_out = LEFT_OUT.iter().find(|(left_out, ..)| *left_out == week);
        if day <= END {
            let reason = left_out.map(|(_, zh, en)| both(zh, en));
            out.push(ToIssue { day, what: What::Week(period, reason) });
        }
    }
    for n in 0..SPECIAL {
        let (directive, theme, received) = directives::nth(n * 4 + 1);
        let day = workday::nth(received, 8);
        let (zh, en) = (format!("专报：{}", theme.zh), format!("special report: {}", theme.en));
        let mut facts = facts(&zh, &en, Series::Special, received, day, day);
        facts.push(ItemFact::Link {
            relation: Relation::ArisesFrom,
            to: Target::Item(directive.clone()),
            held: true,
        });
        let name = format!("HT-SR-{:02}", n + 1);
        let begun = workday::nth(received, 3);
        if let Some(entry) = book.register(begun, person("task-force"), &name, ItemKind::Report, facts) {
            let number = n as u32 + 1;
            let about = About::Item(directive);
            out.push(ToIssue { day, what: What::Own { code: entry.code, number, about } });
        }
    }
    for (number, (sector, zh, en, day)) in (1..).zip(RESEARCH) {
        let day = workday::at_or_after(day);
        let (zh, en) = (format!("调研报告：{zh}"), format!("research report: {en}"));
        let from = workday::nth(day, -40);
        let mut facts = facts(&zh, &en, Series::Research, from, day, day);
        facts.push(ItemFact::Sector { sector: code(sector) });
        let name = format!("HT-RR-{number:02}");
        if let Some(entry) = book.register(from, person("task-force"), &name, ItemKind::Report, facts) {
            let about = About::Sector(code(sector));
            out.push(ToIssue { day, what: What::Own { code: entry.code, number, about } });
        }
    }
    out
}

fn facts(zh: &str, en: &str, series: Series, from: Date, to: Date, due: Date) -> Vec<ItemFact> {
    vec![
        example(zh, en),
        ItemFact::Series { series },
        ItemFact::Level { level: Level::City },
        ItemFact::LeadUnit { unit: code("bj-task-force") },
        ItemFact::Period { from, to },
        ItemFact::Due { on: due },
    ]
}

/// Issues one report: its content from the ledger, frozen with its digest.
pub(crate) async fn issue(app: &App, plan: &Code, report: &ToIssue) -> anyhow::Result<()> {
    match &report.what {
        What::Week(period, left_out) => {
            week(app, plan, *period, left_out.as_deref()).await.with_context(|| period.name())
        }
        What::Own { code, number, about } => {
            own(app, plan, report.day, code, *number, about).await.with_context(|| code.to_string())
        }
    }
}

/// As the task force does it by the pages: drafted from the ledger, then issued, or left out with a reason.
async fn week(app: &App, plan: &Code, period: Period, left_out: Option<&str>) -> anyhow::Result<()> {
    let (actor, source) = (person("task-force"), illustrative());
    let code = app.draft_report(&actor, plan, (Series::Weekly, period), &source).await?;
    let Some(reason) = left_out else {
        let (drafted, _) = app.item(plan, &code, Asked::default()).await?;
        app.issue_report(&actor, plan, &code, drafted.version, &source).await?;
        return Ok(());
    };
    let fact = ItemFact::Move { step: Step::Skip, state: State::Skipped, by: None };
    let change = made_up(Subject::item(plan, &code), vec![fact], false);
    app.change(&actor, Change { reason: reason.to_owned(), ..change }).await?;
    Ok(())
}

async fn own(
    app: &App,
    plan: &Code,
    day: Date,
    code: &Code,
    number: u32,
    about: &About,
) -> anyhow::Result<()> {
    let known = app.database().read_async(|c| c.head()).await?;
    let content = content(app, plan, day, about).await?.to_string();
    let digest = Hash::of(&content).to_string();
    let facts = vec![
        ItemFact::Number { number: number.to_string() },
        ItemFact::Content { content },
        ItemFact::Issue { number, as_of: day, known: known.0, digest },
        ItemFact::Move { step: Step::Issue, state: State::Issued, by: None },
    ];
    let change = made_up(Subject::item(plan, code), facts, false);
    app.change(&person("task-force"), Change { effective: Some(day), ..change }).await?;
    Ok(())
}

/// What the ledger says as of the report's day.
async fn content(app: &App, plan: &Code, day: Date, about: &About) -> anyhow::Result<Value> {
    let asked = Asked { as_of: Some(day), known_at: None };
    let portfolio = app.portfolio(plan, asked).await?;
    let query = LedgerQuery { kinds: COUNTED.to_vec(), ..LedgerQuery::default() };
    let rows = app.all_items(&portfolio, &query).await?;
    let judge = portfolio.plan.lights().on(day);
    let counts = |of: &dyn Fn(&LedgerRow) -> bool| {
        let mut out: BTreeMap<&str, BTreeMap<&str, u32>> = BTreeMap::new();
        for row in rows.iter().filter(|row| of(row)) {
            let lights = out.entry(row.kind.as_str()).or_default();
            *lights.entry(judge.judge(row).light.as_str()).or_default() += 1;
        }
        out
    };
    let told = match about {
        About::Sector(sector) => {
            json!({ "sector": sector, "items": counts(&|row| row.sector.as_ref() == Some(sector)) })
        }
        About::Item(code) => {
            let row = rows.iter().find(|row| row.code == *code).context("the directive is on the books")?;
            json!({
                "item": code,
                "state": row.state,
                "light": judge.judge(row).light.as_str(),
                "due": row.due,
                "units": row.lead_unit.iter().chain(&row.supporting_units).collect::<Vec<_>>(),
                "items": counts(&|other| other.origin.as_ref().is_some_and(|(_, to)| to.code() == code)),
            })
        }
    };
    Ok(json!({ "plan": plan, "as_of": day, "ledger": told }))
}
