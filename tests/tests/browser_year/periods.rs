//! Weeks close: units return what they did, or are chased for it; reports are edited, issued, opened to their rows.

use anyhow::Context;
use app::rhythm::Deed;
use domain::code::Code;
use domain::item::State;
use jiff::civil::date;
use thirtyfour::prelude::*;

use crate::tasks::Matter;
use crate::year::Year;

/// What the commission asks to have decided.
pub const ASKED: &str = "请市级明确校门口道路的管理主体";

/// Edits, numbers and issues a week's report; the words of one of its figures, with the rows behind it.
async fn issued(year: &Year, report: &str, summary: &str, figure: &str) -> anyhow::Result<String> {
    year.as_person("task-force").await?;
    year.open("/reports").await?;
    year.browser.follow(By::Css(format!("main a[href$='/reports/{report}']"))).await?;
    year.browser.fill("section-summary", summary).await?;
    year.browser.send().await?;
    year.browser.follow(By::XPath("//form[input[@name='issue']]//button")).await?;
    year.says(&[summary, "已发布"]).await?;
    let item = year.item(report).await?;
    anyhow::ensure!(item.state == State::Issued && item.issued.is_some(), "{report}: {:?}", item.state);
    opened(year, figure).await
}

/// Opens a figure of the report shown.
pub async fn opened(year: &Year, figure: &str) -> anyhow::Result<String> {
    let summary = By::Css(format!("#n-{figure} summary"));
    year.browser.wait_for(summary).await?.click().await?;
    year.browser.text(By::Id(format!("n-{figure}"))).await
}

/// The week in which the directive came in.
pub async fn first_week_is_reported(year: &Year, matter: &Matter) -> anyhow::Result<()> {
    let drafted = year.morning(8, 26).await?;
    let report = Deed::Drafted { report: Code::new("REP-weekly-2019-W34")? };
    anyhow::ensure!(drafted.contains(&report), "{drafted:?}");
    let new = issued(year, "REP-weekly-2019-W34", "本周新增批示一件，分解任务两项。", "new").await?;
    for name in ["整治学校周边交通", "校门口断头人行道贯通", "校门口上下学交通组织"]
    {
        anyhow::ensure!(new.contains(name), "{name} in {new}");
    }
    let rows = By::Css(format!("#n-new a[href*='/items/{}']", matter.directive));
    year.browser.wait_for(rows).await?;
    Ok(())
}

/// The commission's return is asked for, chased, and handed in when its week is nearly closed; its code.
pub async fn return_comes_late(year: &Year, matter: &Matter) -> anyhow::Result<String> {
    let opened = year.morning(8, 30).await?;
    let asked = |deed: &Deed| {
        matches!(deed, Deed::Opened { period, units, .. }
            if period == "2019-W35" && units.iter().any(|unit| unit.as_str() == "changping-education"))
    };
    anyhow::ensure!(opened.iter().any(asked), "{opened:?}");
    let code = "RET-weekly-2019-W35-changping-education".to_owned();
    for day in [2, 3, 4] {
        year.morning(9, day).await?;
    }
    let chases = year.item(&code).await?.chases;
    anyhow::ensure!(chases.len() == 3, "its unit, its leader and the district are told: {chases:?}");
    year.as_person("district").await?;
    year.browser.open("/notices").await?;
    year.says(&["昌平区教委 2019-W35 周填报", "至今未报"]).await?;

    year.as_person("department").await?;
    year.open("/returns").await?;
    year.browser.follow(By::Css(format!("main a[href$='/returns/{code}']"))).await?;
    // What the ledger says of its work is there already.
    year.says(&["校门口上下学交通组织"]).await?;
    let late = year.browser.driver.find_all(By::Css("textarea[aria-required='true'][name^='said:']")).await?;
    for field in late {
        field.clear().await?;
        field.send_keys("场地移交未完成，已约定月底前移交").await?;
    }
    year.browser.fill("next", "落实护学岗和临时停靠点").await?;
    year.browser.fill("ask-1", ASKED).await?;
    year.press("act", "submit").await?;
    year.says(&["已报送", ASKED]).await?;
    let item = year.item(&code).await?;
    let handed_in = item.moves.last().context("a move")?.on;
    anyhow::ensure!(Some(handed_in) > item.due && handed_in == date(2019, 9, 4), "{item:?}");
    anyhow::ensure!(year.item(&matter.gates).await?.chases.len() == 1, "the first slip of its task");
    Ok(code)
}

pub async fn second_week_is_reported(year: &Year, matter: &Matter) -> anyhow::Result<()> {
    let closed = year.morning(9, 5).await?;
    let missed = closed.iter().find_map(|deed| match deed {
        Deed::Missed { returns } => Some(returns),
        _ => None,
    });
    let mine = |code: &Code| code.as_str().ends_with("W35-changping-education");
    anyhow::ensure!(
        missed.is_some_and(|missed| !missed.iter().any(mine)),
        "late, but not missing: {missed:?}"
    );
    let open = issued(year, "REP-weekly-2019-W35", "学校周边两项任务在办。", "open-after").await?;
    anyhow::ensure!(open.contains("校门口上下学交通组织"), "{open}");
    // Who has returned stands in it.
    year.says(&["昌平区教委"]).await?;
    let weeks = [year.item("REP-weekly-2019-W34").await?, year.item("REP-weekly-2019-W35").await?];
    let numbers = weeks.map(|item| item.issued.map_or(0, |issued| issued.number));
    anyhow::ensure!(numbers[1] == numbers[0] + 1, "numbered one after the other: {numbers:?}");
    anyhow::ensure!(year.item(&matter.roads).await?.state == State::InHand);
    Ok(())
}
