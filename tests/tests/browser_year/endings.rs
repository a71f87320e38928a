//! The end of the year: what the ledger, the traces, the reports and the statement say of all that.

use anyhow::Context;
use app::read::Asked;
use app::rhythm::Deed;
use domain::code::Code;
use domain::item::State;
use jiff::civil::date;
use rust_decimal::Decimal;
use thirtyfour::prelude::*;

use crate::tasks::Matter;
use crate::year::{PLAN, Year, code};

/// Figures that the year moves, and by how much.
const MOVED: [(&str, i64); 5] = [
    ("directives", 1),
    ("tracked_tasks", 2),
    ("inspections", 1),
    ("weekly_reports", 2),
    ("whistles_answered", 1),
];

/// The figures of the statement as they are on the clock's day.
pub async fn figures(year: &Year) -> anyhow::Result<Vec<Decimal>> {
    let (_, statement) = year.app.statement(&code("huitian-2018")?, Asked::default()).await?;
    let value = |id: &str| {
        let figure = statement.figures.iter().find(|figure| figure.id.as_str() == id);
        figure.and_then(|figure| figure.value).ok_or_else(|| anyhow::anyhow!("no figure {id}"))
    };
    MOVED.iter().map(|(id, _)| value(id)).collect()
}

pub async fn stated(
    year: &Year,
    matter: &Matter,
    found: &str,
    decision: &str,
    before: &[Decimal],
) -> anyhow::Result<()> {
    issued_report_stays(year, matter).await?;
    ledger(year, matter, decision).await?;
    traces(year, matter, found).await?;
    annual(year).await?;
    year.comes(date(2020, 8, 14).at(9, 0, 0, 0)).await?;
    year.as_person("leader").await?;
    for ((id, moved), (before, after)) in MOVED.iter().zip(before.iter().zip(figures(year).await?)) {
        anyhow::ensure!(after == before + Decimal::from(*moved), "{id}: {before}, then {after}");
        // The page of the figure says the same, with its records.
        year.open(&format!("/figures/{id}")).await?;
        year.says(&[&after.normalize().to_string()]).await?;
    }
    year.open("/figures/directives").await?;
    year.says(&["整治学校周边交通"]).await?;
    Ok(())
}

/// What was put right later stands beside the report of its week, which says what it said.
async fn issued_report_stays(year: &Year, matter: &Matter) -> anyhow::Result<()> {
    year.as_person("task-force").await?;
    year.open("/reports/REP-weekly-2019-W34").await?;
    let later = year.browser.text(By::XPath("//section[h2[@id='later-title']]")).await?;
    anyhow::ensure!(later.contains(&matter.gates), "{later}");
    anyhow::ensure!(year.app.report(&code("huitian-2018")?, &code("REP-weekly-2019-W34")?).await?.intact);
    Ok(())
}

/// The ledger's list, kept under a name, printed and taken away.
async fn ledger(year: &Year, matter: &Matter, decision: &str) -> anyhow::Result<()> {
    year.as_person("supervision").await?;
    year.open("/ledger?standing=all&q=校门口").await?;
    year.says(&["校门口断头人行道贯通", "校门口上下学交通组织", "校门口违停成排", "已归档"]).await?;
    year.browser.wait_for(By::Css("details.save-list > summary")).await?.click().await?;
    year.browser.fill("list-name", "校门口事项").await?;
    year.browser.follow(By::Css("details.save-list form button")).await?;
    year.open("/ledger/lists").await?;
    year.browser.follow(By::LinkText("校门口事项")).await?;
    year.says(&["校门口断头人行道贯通", "月底前明确校门口道路管理主体"]).await?;
    // What the list shows can be taken away as a table; and all items, to be brought in elsewhere.
    let list = file(year, "ledger.csv?list=yes&standing=all&q=校门口").await?;
    for item in [&matter.roads, &matter.gates, decision] {
        anyhow::ensure!(list.contains(item), "{item} in {list}");
    }
    anyhow::ensure!(!list.contains("整治学校周边交通"), "only what the list shows: {list}");
    let items = file(year, "items.csv").await?;
    anyhow::ensure!(items.contains(&matter.directive) && items.contains("打通校门口断头人行道"), "{items}");
    let records = file(year, "item_records.csv").await?;
    anyhow::ensure!(records.contains("护学岗现场照片"), "{records}");
    // The decision that nobody carried out was chased by one slip after another, and has gone red.
    // Three working days before the 30th: the Sunday before it was worked for the holiday after it.
    year.morning(9, 26).await?;
    year.comes(date(2019, 10, 14).at(9, 0, 0, 0)).await?;
    year.as_person("supervision").await?;
    year.open(&format!("/items/{decision}")).await?;
    year.says(&["红灯", "蓝色提醒单", "橙色催办单", "红色督办单"]).await?;
    let slips = year.item(decision).await?.chases.iter().filter(|chase| chase.slip.is_some()).count();
    anyhow::ensure!(slips == 3, "{slips} slips");
    Ok(())
}

/// A table of the plan, as its reader gets it.
async fn file(year: &Year, name: &str) -> anyhow::Result<String> {
    let script = "const done = arguments[arguments.length - 1];
        fetch(arguments[0]).then(a => a.text().then(text => done(a.status + ' ' + text)))
            .catch(e => done('' + e))";
    let address = format!("{PLAN}/tables/{name}");
    let text = year.browser.driver.execute_async(script, vec![address.into()]).await?.json().clone();
    let text = text.as_str().unwrap_or_default();
    text.strip_prefix("200 ").map(str::to_owned).with_context(|| format!("{name}: {text:.200}"))
}

/// From the directive to what came of it, and from the finding back to why it exists.
async fn traces(year: &Year, matter: &Matter, found: &str) -> anyhow::Result<()> {
    year.open(&format!("/items/{}/trace", matter.directive)).await?;
    let came = year.browser.text(By::XPath("//section[h2[@id='outcomes-title']]")).await?;
    for name in ["校门口断头人行道贯通", "校门口上下学交通组织", "学校周边人行道现场督查", "盲道被设施箱占压"]
    {
        anyhow::ensure!(came.contains(name), "{name} in {came}");
    }
    year.open(&format!("/items/{found}/trace")).await?;
    let why = year.browser.text(By::XPath("//section[h2[@id='origins-title']]")).await?;
    for name in ["学校周边人行道现场督查", "校门口断头人行道贯通", "整治学校周边交通"]
    {
        anyhow::ensure!(why.contains(name), "{name} in {why}");
    }
    Ok(())
}

/// The year closes: its statement is drafted by itself, written to, numbered and frozen with its figures.
async fn annual(year: &Year) -> anyhow::Result<()> {
    let report = "REP-annual-2019";
    let closed = year.comes(date(2020, 1, 2).at(9, 0, 0, 0)).await?;
    anyhow::ensure!(closed.contains(&Deed::Drafted { report: Code::new(report)? }), "{closed:?}");
    year.as_person("task-force").await?;
    year.open("/reports").await?;
    year.browser.follow(By::Css(format!("main a[href$='/reports/{report}']"))).await?;
    year.browser.fill("section-summary", "全年批示件件有着落。").await?;
    year.browser.send().await?;
    year.browser.follow(By::XPath("//form[input[@name='issue']]//button")).await?;
    anyhow::ensure!(year.item(report).await?.state == State::Issued, "{}", year.browser.words().await?);
    // A figure of the statement opens the records it stood on.
    year.browser.wait_for(By::Css("#f-directives summary")).await?.click().await?;
    let directives = year.browser.text(By::Id("f-directives")).await?;
    anyhow::ensure!(directives.contains("整治学校周边交通"), "{directives}");
    year.is_sound("an annual statement").await
}
