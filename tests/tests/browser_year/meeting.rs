//! A dispatch meeting: what a unit asked in its return is put, decided on, and becomes an item with its owner.

use anyhow::Context;
use domain::item::{Relation, State, Target};
use jiff::civil::date;
use thirtyfour::prelude::*;

use crate::periods::ASKED;
use crate::year::{Year, code};

/// What the return is called in which it was asked.
const RETURN: &str = "昌平区教委 2019-W35 周填报";

/// Where the first proposed point that says something stands.
async fn line(year: &Year, said: &str) -> anyhow::Result<u64> {
    let script = "return [...document.querySelectorAll('.points > li')]
        .findIndex(li => li.innerText.includes(arguments[0]))";
    let found = year.browser.run(script, vec![said.into()]).await?;
    found.as_u64().with_context(|| format!("no point says '{said}'"))
}

/// The decision that the meeting came to.
pub async fn dispatched(year: &Year, asked: &str) -> anyhow::Result<String> {
    year.comes(date(2019, 9, 10).at(10, 0, 0, 0)).await?;
    year.as_person("task-force").await?;
    let fields = [
        ("name_zh", "第14次月调度会"),
        ("number", "14"),
        ("series", "dispatch"),
        ("held_at", "2019-09-10T14:30"),
        ("meeting_place", "昌平区会议中心"),
        ("chair", "高远"),
        ("lead_unit", "bj-task-force"),
    ];
    let meeting = year.register("meeting", &fields, &[], "meetings").await?;
    year.browser.follow(By::Css("a[href$='/agenda']")).await?;
    // Who asked, and in which return; beside it what the ledger shows red.
    let point = line(year, RETURN).await?;
    let said = year.browser.text(By::Css(format!(".points > li:nth-child({})", point + 1))).await?;
    anyhow::ensure!(said.contains("填报中请求") && said.contains("昌平区教委"), "{said}");
    anyhow::ensure!(year.browser.value(&format!("title-{point}")).await? == ASKED);
    year.browser.wait_for(By::Css(format!(".points a[href$='/returns/{asked}']"))).await?;
    let red = line(year, "红灯").await?;
    year.is_sound("a proposed agenda").await?;
    for (at, order) in [(point, "1"), (red, "2")] {
        year.tick(&format!("take:{at}"), "on").await?;
        year.browser.fill(&format!("order-{at}"), order).await?;
    }
    year.browser.fill(&format!("title-{point}"), "明确校门口道路管理主体").await?;
    year.browser.send().await?;
    year.says(&["明确校门口道路管理主体", RETURN]).await?;
    // Taken up under other words, it is not proposed again.
    year.browser.follow(By::Css("a[href$='/agenda']")).await?;
    anyhow::ensure!(line(year, RETURN).await.is_err(), "what was asked for is on the agenda");

    year.comes(date(2019, 9, 10).at(14, 30, 0, 0)).await?;
    year.as_person("task-force").await?;
    year.open(&format!("/meetings/{meeting}/attendance")).await?;
    year.browser.fill("attendance:changping-education", "present").await?;
    year.press("hold", "1").await?;
    year.browser.follow(By::Css("a[href$='/minutes']")).await?;
    year.browser.fill("decision:0", "月底前明确校门口道路管理主体").await?;
    year.browser.fill("unit:0", "changping-transport").await?;
    year.browser.fill("due:0", "2019-09-30").await?;
    year.press("issue", "1").await?;
    year.says(&["月底前明确校门口道路管理主体", "已交办"]).await?;
    year.browser.follow(By::LinkText("月底前明确校门口道路管理主体")).await?;
    let decision = year.browser.path().await?.rsplit('/').next().unwrap_or_default().to_owned();

    // It says where it was decided and what had been asked for; the return says what came of it.
    let item = year.item(&decision).await?;
    let origin = |relation, to: &str| anyhow::Ok((relation, Target::Item(code(to)?)));
    anyhow::ensure!(item.state == State::Assigned && item.due == Some(date(2019, 9, 30)), "{item:?}");
    for link in [origin(Relation::DecidedAt, &meeting)?, origin(Relation::ArisesFrom, asked)?] {
        anyhow::ensure!(item.links.contains(&link), "{link:?} in {:?}", item.links);
    }
    year.open(&format!("/items/{asked}/trace")).await?;
    let came = year.browser.text(By::XPath("//section[h2[@id='outcomes-title']]")).await?;
    anyhow::ensure!(came.contains("月底前明确校门口道路管理主体"), "{came}");
    Ok(decision)
}
