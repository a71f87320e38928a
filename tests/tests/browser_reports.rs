//! A special report as somebody writes it: begun, filled with a table of the ledger, issued. In both languages,
//! on a desk and on a phone.

use end_to_end::browser::Browser;
use end_to_end::{Site, skipped};
use thirtyfour::prelude::*;

const PLAN: &str = "/p/huitian-2018";

#[tokio::test(flavor = "multi_thread")]
async fn a_special_report_is_written_and_issued_in_both_languages() -> anyhow::Result<()> {
    let site = Site::demo()?;
    for (preferred, lang, written) in [
        ("zh-CN", "zh-CN", "现场核实后，三个点位已经明确牵头单位。"),
        ("en-GB", "en", "Three places were looked at; each has its lead unit."),
    ] {
        let Some(browser) = Browser::start(preferred, &site.address).await? else {
            skipped("chromedriver");
            return Ok(());
        };
        browser.sign_in("task-force").await?;
        browser.open(&format!("{PLAN}/reports")).await?;
        browser.follow(By::Css("main a.button[href$='/reports/new']")).await?;
        for (field, value) in [
            ("name_zh", "回龙观地铁站外停车秩序"),
            ("name_en", "Parking outside Huilongguan station"),
            ("from", "2019-06-01"),
            ("to", "2019-08-14"),
            ("about", "HT-DIR-005"),
        ] {
            browser.fill(field, value).await?;
        }
        browser.send().await?;
        assert!(browser.path().await?.starts_with(&format!("{PLAN}/reports/REP-")), "{lang}");
        sound(&browser, lang, "the draft").await?;

        browser.fill("text_zh-1", written).await?;
        browser.fill("text_en-1", written).await?;
        for (field, value) in [
            ("exhibit_zh", "交通领域在办事项"),
            ("exhibit_en", "Open items of transport"),
            ("part", "1"),
            ("show", "lights"),
            ("sector", "transport"),
        ] {
            browser.fill(field, value).await?;
        }
        browser.follow(By::Css("button[value='add-exhibit']")).await?;
        browser.wait_for(By::Css("#x-1-1 table.counts")).await?;
        sound(&browser, lang, "with a table").await?;

        browser.follow(By::Css("button[value='issue']")).await?;
        let words = browser.words().await?;
        assert!(words.contains(written), "{lang}: {words}");
        assert!(browser.driver.find_all(By::Css("textarea")).await?.is_empty(), "{lang}: frozen");
        sound(&browser, lang, "issued").await?;
        browser.quit().await?;
    }
    Ok(())
}

async fn sound(browser: &Browser, lang: &str, what: &str) -> anyhow::Result<()> {
    let faults = browser.faults(lang).await?;
    assert!(faults.is_empty(), "{what}:\n{}", faults.join("\n"));
    Ok(())
}
