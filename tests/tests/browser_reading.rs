//! Reading and signing in, in a real Chromium.

use end_to_end::browser::Browser;
use end_to_end::{Site, skipped};
use thirtyfour::prelude::*;

const PLAN: &str = "/p/huitian-2018";

#[tokio::test(flavor = "multi_thread")]
async fn the_day_looked_at_recomputes_and_is_kept() -> anyhow::Result<()> {
    let site = Site::demo()?;
    let Some(browser) = Browser::start("en-GB", &site.address).await? else {
        skipped("chromedriver");
        return Ok(());
    };
    for (as_of, count) in [("2018-09-01", "97"), ("2019-08-14", "108"), ("2020-12-01", "117")] {
        browser.open(&format!("{PLAN}?as_of={as_of}")).await?;
        assert_eq!(browser.text(By::Css(".numbers dd")).await?, count, "{as_of}");
    }
    browser.open(&format!("{PLAN}?as_of=2019-08-14")).await?;
    browser.follow(By::LinkText("Figures")).await?;
    browser.follow(By::LinkText("Kindergarten places")).await?;
    assert_eq!(browser.driver.current_url().await?.query(), Some("as_of=2019-08-14"));
    assert_eq!(browser.text(By::Css(".numbers dd")).await?, "3,810");
    // Each figure opens its rows, and each row its record.
    browser.follow(By::Css("tbody a")).await?;
    let path = browser.path().await?;
    assert!(path.starts_with("/p/huitian-2018/projects/HT-EDU-"), "{path}");
    browser.quit().await
}

#[tokio::test(flavor = "multi_thread")]
async fn people_sign_in_and_out() -> anyhow::Result<()> {
    let site = Site::demo()?;
    let Some(browser) = Browser::start("en-GB", &site.address).await? else {
        skipped("chromedriver");
        return Ok(());
    };
    browser.open(&format!("/sign-in?back={PLAN}/figures")).await?;
    browser.fill("name", "task-force").await?;
    browser.fill("password", "not the password").await?;
    browser.send().await?;
    let summary = browser.text(By::Css(".summary")).await?;
    assert!(summary.contains("wrong"), "{summary}");
    assert_eq!(browser.value("name").await?, "task-force");
    assert_eq!(browser.value("password").await?, "");

    browser.fill("password", end_to_end::browser::PASSWORD).await?;
    browser.send().await?;
    assert_eq!(browser.path().await?, "/p/huitian-2018/figures");
    browser.sign_out().await?;
    browser.wait_for(By::LinkText("Sign in")).await?;
    browser.quit().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_choice_of_language_and_light_is_kept() -> anyhow::Result<()> {
    let site = Site::demo()?;
    let Some(browser) = Browser::start("zh-CN", &site.address).await? else {
        skipped("chromedriver");
        return Ok(());
    };
    let root = async |name: &str| {
        let script = "return document.documentElement.getAttribute(arguments[0])";
        browser.run(script, vec![name.into()]).await
    };
    browser.open(&format!("{PLAN}/projects?q=school&as_of=2019-08-14")).await?;
    assert_eq!(root("lang").await?, "zh-CN");
    browser.follow(By::LinkText("English")).await?;
    assert_eq!(root("lang").await?, "en");
    assert_eq!(browser.driver.current_url().await?.query(), Some("q=school&as_of=2019-08-14"));
    browser.follow(By::Css(".tools a.to-dark")).await?;
    assert_eq!(root("data-theme").await?, "dark");
    let ground = "return getComputedStyle(document.body).backgroundColor";
    assert_eq!(browser.run(ground, vec![]).await?, "rgb(18, 22, 20)");
    browser.follow(By::LinkText("Figures")).await?;
    assert_eq!((root("lang").await?, root("data-theme").await?), ("en".into(), "dark".into()));
    browser.quit().await
}
