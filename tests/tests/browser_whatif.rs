//! A scenario as somebody makes it: named, filled with changes, compared with another, adopted as a revision. In both
//! languages.

use end_to_end::browser::Browser;
use end_to_end::{Site, skipped};
use thirtyfour::prelude::*;

const PLAN: &str = "/p/huitian-2018";

#[tokio::test(flavor = "multi_thread")]
async fn a_scenario_is_made_compared_and_adopted_in_both_languages() -> anyhow::Result<()> {
    let site = Site::demo()?;
    for (preferred, lang, percent, adopted) in
        [("zh-CN", "zh-CN", "50", "已采纳"), ("en-GB", "en", "40", "adopted")]
    {
        let Some(browser) = Browser::start(preferred, &site.address).await? else {
            skipped("chromedriver");
            return Ok(());
        };
        browser.sign_in("task-force").await?;
        browser.open(&format!("{PLAN}/timetable/scenarios")).await?;
        browser.follow(By::Css("main a.button[href$='/scenarios/new']")).await?;
        browser.fill("name_zh", "审批限时办结").await?;
        browser.fill("name_en", "Approvals within limits").await?;
        browser.fill("aim", "看一看审批提速能保住多少承诺").await?;
        browser.send().await?;
        let one = browser.path().await?;
        assert!(one.starts_with(&format!("{PLAN}/timetable/scenarios/S-")), "{lang}: {one}");
        sound(&browser, lang, "the new scenario").await?;

        browser.follow(By::Css("main a[href$='/add/shorten']")).await?;
        browser.fill("percent", percent).await?;
        browser.send().await?;
        assert_eq!(browser.path().await?, one, "{lang}");
        assert!(browser.words().await?.contains(percent), "{lang}");
        sound(&browser, lang, "valued").await?;

        // Beside the demonstration's own, on the day of the statement.
        let code = one.rsplit('/').next().unwrap_or_default();
        let compare = format!("{PLAN}/timetable/scenarios/compare?as_of=2019-08-14&with=S-1&with={code}");
        browser.open(&compare).await?;
        assert_eq!(browser.driver.find_all(By::Css("table.measures thead th")).await?.len(), 3, "{lang}");
        sound(&browser, lang, "side by side").await?;

        browser.open(&format!("{one}/adopt")).await?;
        sound(&browser, lang, "before adopting").await?;
        browser.fill("reason", "按审批改革方案执行").await?;
        browser.send().await?;
        assert_eq!(browser.path().await?, one, "{lang}");
        let words = browser.words().await?;
        assert!(words.contains(adopted), "{lang}: {words}");
        assert!(browser.driver.find_all(By::Css("main a[href$='/adopt']")).await?.is_empty(), "{lang}");
        sound(&browser, lang, "adopted").await?;
        browser.quit().await?;
    }
    Ok(())
}

async fn sound(browser: &Browser, lang: &str, what: &str) -> anyhow::Result<()> {
    let faults = browser.faults(lang).await?;
    assert!(faults.is_empty(), "{what}:\n{}", faults.join("\n"));
    Ok(())
}
