//! The reports of the plan's first year: 48 weekly ones in 52 weeks, 17 special ones, 5 of research. Their
//! number is published, their text is not: see [`studies`](crate::studies).

use anyhow::Context;
use app::read::Asked;
use app::{App, Change};
use domain::code::Code;
use domain::item::kind::{ItemKind, Level, Series};
use domain::item::{ItemFact, Relation, State, Step, Target};
use domain::report::{Period, Rhythm};
use domain::subject::Subject;
use domain::workday;
use jiff::Span;
use jiff::civil::{Date, date};

use crate::registers::book::{Book, END, both, code, example, illustrative, made_up, person};
use crate::registers::directives;
use crate::registers::themes::Theme;
use crate::studies;

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
/// What a report of its own is about.
enum About {
    /// The matter of a directive; the how many-th such report it is.
    Matter(&'static Theme, usize),
    Sector(&'static str, &'static str, &'static str),
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
            to: Target::Item(directive),
            held: true,
        });
        let name = format!("HT-SR-{:02}", n + 1);
        let begun = workday::nth(received, 3);
        if let Some(entry) = book.register(begun, person("task-force"), &name, ItemKind::Report, facts) {
            let about = About::Matter(theme, n as usize);
            out.push(ToIssue { day, what: What::Own { code: entry.code, about } });
        }
    }
    for (number, (sector, zh, en, day)) in (1u32..).zip(RESEARCH) {
        let day = workday::at_or_after(day);
        let subject = (zh, en);
        let (zh, en) = (format!("调研报告：{zh}"), format!("research report: {en}"));
        let from = workday::nth(day, -40);
        let mut facts = facts(&zh, &en, Series::Research, from, day, day);
        facts.push(ItemFact::Sector { sector: code(sector) });
        let name = format!("HT-RR-{number:02}");
        if let Some(entry) = book.register(from, person("task-force"), &name, ItemKind::Report, facts) {
            let about = About::Sector(sector, subject.0, subject.1);
            out.push(ToIssue { day, what: What::Own { code: entry.code, about } });
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
        What::Own { code, about } => {
            own(app, plan, report.day, code, about).await.with_context(|| code.to_string())
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

/// Written, filled from the ledger and issued as the task force does it by the pages.
async fn own(app: &App, plan: &Code, day: Date, code: &Code, about: &About) -> anyhow::Result<()> {
    let study = match about {
        About::Matter(theme, turn) => {
            let portfolio = app.portfolio(plan, Asked::default()).await?;
            let unit = |unit: &'static str| {
                let held = portfolio.units.get(&crate::registers::book::code(unit));
                held.map(|held| held.name.clone()).with_context(|| format!("no unit '{unit}'"))
            };
            studies::special(*turn, theme, (&unit(theme.lead)?, &unit(theme.second)?), day)
        }
        About::Sector(sector, zh, en) => studies::research(sector, zh, en, day),
    };
    let (actor, source) = (person("task-force"), illustrative());
    let (begun, _) = app.item(plan, code, Asked::default()).await?;
    let receipt = app.redraft_study(&actor, plan, code, begun.version, study, &source).await?;
    let written = receipt.entries.last().map_or(begun.version, |entry| entry.seq);
    app.issue_study(&actor, plan, code, written, &source).await?;
    Ok(())
}
