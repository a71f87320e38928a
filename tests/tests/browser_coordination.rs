//! Units brought together as people do it: a whistle in the street, a dispatch that one unit answers late, a
//! meeting from its proposed agenda to a decision on the books.

use std::sync::Arc;

use app::coordination::{Reply, Word};
use app::{Actor, App, Change, SystemClock};
use domain::code::Code;
use domain::command::Command;
use domain::item::kind::Part;
use domain::item::{ItemFact, ItemKind};
use domain::named::Named;
use domain::source::Source;
use domain::subject::Subject;
use end_to_end::browser::Browser;
use end_to_end::{Site, skipped};
use jiff::Span;
use store::Database;
use thirtyfour::prelude::*;

const PLAN: &str = "/p/huitian-2018";

async fn assert_sound(browser: &Browser, what: &str) -> anyhow::Result<()> {
    let faults = browser.faults("zh-CN").await?;
    assert!(faults.is_empty(), "{what}:\n{}", faults.join("\n"));
    Ok(())
}

/// Presses a button of the page by its name and value.
async fn press(browser: &Browser, name: &str, value: &str) -> anyhow::Result<()> {
    browser.follow(By::Css(format!("main button[name='{name}'][value='{value}']"))).await
}

/// Sends the form of a page that does one thing.
async fn act(browser: &Browser, act: &str) -> anyhow::Result<()> {
    let form = format!("//main//form[input[@name='act' and @value='{act}']]//button");
    browser.follow(By::XPath(form)).await
}

async fn tick(browser: &Browser, name: &str, value: &str) -> anyhow::Result<()> {
    browser.wait_for(By::Css(format!("input[name='{name}'][value='{value}']"))).await?.click().await?;
    Ok(())
}

/// The row of a unit on the page of a call.
async fn row(browser: &Browser, unit: &str) -> anyhow::Result<String> {
    browser
        .text(By::XPath(format!("//table[contains(@class, 'called')]//tr[th[contains(., '{unit}')]]")))
        .await
}

/// Waits, without loading the page again, until a unit's row says something.
async fn seen(browser: &Browser, unit: &str, said: &str) -> anyhow::Result<()> {
    let path = format!(
        "//table[contains(@class, 'called')]//tr[th[contains(., '{unit}')] and contains(., '{said}')]"
    );
    browser.wait_for(By::XPath(path)).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whistle_is_blown_answered_on_the_spot_solved_and_marked() -> anyhow::Result<()> {
    let site = Site::demo()?;
    let Some(caller) = Browser::start("zh-CN", &site.address).await? else {
        skipped("chromedriver");
        return Ok(());
    };
    let Some(called) = Browser::start("zh-CN", &site.address).await? else {
        skipped("chromedriver");
        return Ok(());
    };
    caller.sign_in("subdistrict").await?;
    caller.open(&format!("{PLAN}/whistles")).await?;
    caller.follow(By::Css("a[href$='/items/new/whistle']")).await?;
    caller.fill("name_zh", "校门口占道").await?;
    caller.fill("whistle", "emergency").await?;
    assert_eq!(caller.value("caller").await?, "tiantongyuan-north-office", "whose area it is");
    caller.fill("lead_unit", "changping-education").await?;
    tick(&caller, "supporting", "changping-transport").await?;
    tick(&caller, "areas", "tiantongyuan-north").await?;
    caller.fill("address", "小学东门").await?;
    caller.send().await?;
    let page = caller.path().await?;
    assert!(page.contains("/whistles/WHS-"), "{page}");
    // Half an hour for an emergency; nobody has come yet.
    let left = caller.text(By::Css(".left")).await?;
    assert!(left.contains("29") || left.contains("30"), "{left}");
    assert_sound(&caller, "a whistle just blown").await?;

    // The unit, on a phone in the street, says that it is coming and that it is there.
    called.sign_in("department").await?;
    called.look(390, false).await?;
    called.open(&page).await?;
    press(&called, "act", "acknowledge").await?;
    seen(&caller, "昌平区教委", "已应哨").await?;
    called.fill("people", "0").await?;
    press(&called, "act", "arrive").await?;
    assert_eq!(called.status().await?, 422, "nobody cannot be there");
    assert_sound(&called, "an arrival of nobody").await?;
    called.fill("people", "3").await?;
    press(&called, "act", "arrive").await?;
    assert!(row(&called, "昌平区教委").await?.contains("3 人"));
    assert_sound(&called, "a whistle on a phone").await?;
    seen(&caller, "昌平区教委", "按时").await?;

    // Whoever called sees the other unit come.
    caller.open(&page).await?;
    press(&caller, "act", "arrive").await?;
    seen(&caller, "昌平区交通局", "按时").await?;
    caller.fill("progress", "已劝离占道摊点").await?;
    act(&caller, "note").await?;
    caller.fill("outcome", "占道问题已解决").await?;
    act(&caller, "solve").await?;

    // A veto says why, and every unit is marked.
    caller.fill("mark:changping-education", "5").await?;
    caller.fill("mark:changping-transport", "veto").await?;
    act(&caller, "mark").await?;
    assert_eq!(caller.status().await?, 422);
    assert_eq!(caller.value("mark:changping-education").await?, "5", "what was chosen stays");
    assert_sound(&caller, "a veto without a reason").await?;
    caller.fill("note:changping-transport", "到场后无权处置").await?;
    act(&caller, "mark").await?;
    assert!(row(&caller, "昌平区交通局").await?.contains("一票否决"));
    assert!(row(&caller, "昌平区教委").await?.contains("5 分"));
    assert_sound(&caller, "a whistle that was marked").await?;

    // The board counts the veto and opens the whistle behind it.
    caller.open(&format!("{PLAN}/whistles")).await?;
    caller.follow(By::Css("a[href*='unit=changping-transport&count=vetoed']")).await?;
    let rows = caller.text(By::XPath("//section[h2[@id='rows']]")).await?;
    assert!(rows.contains("校门口占道"), "{rows}");
    called.quit().await?;
    caller.quit().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dispatch_is_answered_by_two_units_in_time_by_a_third_late_and_closed() -> anyhow::Result<()> {
    let site = Site::demo()?;
    let Some(office) = Browser::start("zh-CN", &site.address).await? else {
        skipped("chromedriver");
        return Ok(());
    };
    let Some(unit) = Browser::start("zh-CN", &site.address).await? else {
        skipped("chromedriver");
        return Ok(());
    };
    let code = called_before(&site.database).await?;
    let page = format!("{PLAN}/dispatches/{code}");
    office.sign_in("task-force").await?;
    office.open(&page).await?;
    assert!(row(&office, "昌平区交通局").await?.contains("按时"));
    assert!(row(&office, "昌平区教委").await?.contains("超时未到"));
    unit.sign_in("department").await?;
    unit.open(&page).await?;
    press(&unit, "act", "acknowledge").await?;
    unit.fill("answer", "已安排整改").await?;
    press(&unit, "act", "answer").await?;
    // The office sees it without asking, and that it came late.
    seen(&office, "昌平区教委", "已安排整改").await?;
    let late = row(&office, "昌平区教委").await?;
    assert!(late.contains("超时") && !late.contains("超时未到"), "{late}");
    assert_sound(&office, "a dispatch with a late answer").await?;

    act(&office, "close").await?;
    assert_eq!(office.status().await?, 422, "it closes with what came of it");
    assert_sound(&office, "a dispatch closed without an outcome").await?;
    office.fill("outcome", "各方意见一致").await?;
    act(&office, "close").await?;
    let state = office.text(By::Css(".standing")).await?;
    assert!(state.contains("已销账"), "{state}");
    assert!(office.words().await?.contains("各方意见一致"));
    assert_sound(&office, "a dispatch that was closed").await?;
    unit.quit().await?;
    office.quit().await
}

/// A dispatch called three hours ago and due one hour ago, that two of its three units answered in between.
async fn called_before(database: &str) -> anyhow::Result<Code> {
    let database = Database::open_existing(&database.parse()?)?;
    let app = App::new(database, Arc::new(SystemClock::new(None)?));
    let plan = Code::new("huitian-2018")?;
    let code = Code::new("DSP-TEST-1")?;
    let ago = |hours: i64| app.wall().saturating_sub(Span::new().hours(hours));
    let supporting = |unit: &str| -> anyhow::Result<ItemFact> {
        Ok(ItemFact::SupportingUnit { unit: Code::new(unit)?, part: Part::Supporting, active: true })
    };
    let facts = vec![
        ItemFact::Kind { kind: ItemKind::Dispatch },
        ItemFact::Name(Named::new("校园周边排水", "")),
        ItemFact::CalledAt { at: ago(3) },
        ItemFact::AnswerBy { at: ago(1) },
        ItemFact::LeadUnit { unit: Code::new("changping-water")? },
        supporting("changping-transport")?,
        supporting("changping-education")?,
    ];
    let operator = Actor::Operator(Code::new("operator")?);
    let change = Change {
        command: Command::Register {
            subject: Subject::item(&plan, &code),
            facts: facts.into_iter().map(Into::into).collect(),
        },
        effective: None,
        source: Source::default(),
        reason: String::new(),
    };
    app.change(&operator, change).await?;
    for unit in ["changping-water", "changping-transport"] {
        let word = Word::Answer { text: "已到位".into() };
        let reply = Reply { unit: Code::new(unit)?, word, at: Some(ago(2)) };
        app.reply(&operator, &plan, &code, &reply, &Source::default()).await?;
    }
    Ok(code)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_meeting_goes_from_its_proposed_agenda_to_decisions_on_the_books() -> anyhow::Result<()> {
    let site = Site::demo()?;
    let Some(browser) = Browser::start("zh-CN", &site.address).await? else {
        skipped("chromedriver");
        return Ok(());
    };
    browser.sign_in("task-force").await?;
    let page = format!("{PLAN}/meetings/HT-MD-13");
    browser.open(&page).await?;
    let last = browser.text(By::XPath("//section[h2[@id='last-title']]")).await?;
    assert!(last.contains("第12次月调度会") && last.contains("HT-DEC-"), "{last}");
    browser.follow(By::Css("a[href$='/agenda']")).await?;
    // What a unit asked for comes first, then what the last meeting left undone.
    let first = browser.text(By::Css(".points > li:nth-child(1)")).await?;
    assert!(first.contains("单位申请"), "{first}");
    let second = browser.text(By::Css(".points > li:nth-child(2)")).await?;
    assert!(second.contains("上次决定未落实"), "{second}");
    for (line, order) in [(0, "2"), (1, "1")] {
        tick(&browser, &format!("take:{line}"), "on").await?;
        browser.fill(&format!("order-{line}"), order).await?;
    }
    browser.send().await?;
    let agenda = browser.text(By::XPath("//section[h2[@id='agenda-title']]")).await?;
    let (decision, asked) = (agenda.find("会议议定事项"), agenda.find("联合办理"));
    assert!(decision.is_some() && decision < asked, "in the order that was given: {agenda}");

    browser.follow(By::Css("a[href$='/attendance']")).await?;
    assert_sound(&browser, "attendance").await?;
    browser.fill("attendance:changping-education", "present").await?;
    browser.fill("name:changping-education", "何文").await?;
    press(&browser, "hold", "1").await?;
    assert!(browser.words().await?.contains("昌平区教委 何文"));
    // Held years after its day in the demonstration: its minutes are late, and the page says so.
    let late = browser.text(By::Css(".left.over")).await?;
    assert!(late.contains("纪要已超时"), "{late}");

    browser.follow(By::Css("a[href$='/minutes']")).await?;
    browser.fill("decision:0", "八月底前办结开诊手续").await?;
    browser.fill("due:0", "2031-05-20").await?;
    press(&browser, "issue", "1").await?;
    assert_eq!(browser.status().await?, 422, "a decision has an owner");
    assert_sound(&browser, "a decision without an owner").await?;
    browser.fill("unit:0", "changping-health").await?;
    press(&browser, "issue", "1").await?;
    assert_eq!(browser.path().await?, page);
    let decided = browser.text(By::XPath("//section[h2[@id='decisions-title']]")).await?;
    assert!(decided.contains("八月底前办结开诊手续") && decided.contains("已交办"), "{decided}");
    assert_sound(&browser, "a meeting with a decision").await?;

    // It is an item of the ledger, with the meeting as its origin.
    browser.follow(By::LinkText("八月底前办结开诊手续")).await?;
    assert!(browser.path().await?.contains("/items/DEC-"));
    let links = browser.text(By::XPath("//section[h2[@id='links-title']]")).await?;
    assert!(links.contains("第13次月调度会"), "{links}");
    browser.quit().await
}
