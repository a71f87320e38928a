//! The pages in a real Chromium: accessible in both languages, wide and narrow, and usable.

use anyhow::Context;
use end_to_end::browser::Browser;
use end_to_end::{Site, skipped};
use thirtyfour::prelude::*;

const PLAN: &str = "/p/huitian-2018";

/// Every kind of reading page.
const PAGES: &[&str] = &[
    "?as_of=2019-08-14",
    "/projects?as_of=2019-08-14",
    "/projects?q=学校&sort=slip",
    "/projects/HT-CUL-001",
    "/projects/HT-HEA-004?as_of=2020-06-01&known_at=2020-06-01",
    "/figures?as_of=2019-08-14",
    "/figures/kindergarten_places?as_of=2019-08-14",
    "/figures/directives",
];

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_accessible_in_both_languages_wide_and_narrow() -> anyhow::Result<()> {
    let site = Site::demo()?;
    for (lang, width) in [("zh-CN", 1280), ("en-GB", 400)] {
        let Some(browser) = Browser::start(lang, width, 900).await? else {
            skipped("chromedriver");
            return Ok(());
        };
        let mut addresses: Vec<String> = PAGES.iter().map(|page| format!("{PLAN}{page}")).collect();
        addresses.extend(["/sign-in".into(), "/nothing-here".into(), format!("{PLAN}?as_of=never")]);
        for address in addresses {
            browser.driver.goto(format!("{}{address}", site.address)).await?;
            let found = browser.axe().await?;
            assert!(found.is_empty(), "{address} in {lang}:\n{}", found.join("\n"));
            let tag = browser.driver.find(By::Css("html")).await?.attr("lang").await?;
            assert_eq!(tag.as_deref(), Some(if lang == "zh-CN" { "zh-CN" } else { "en" }), "{address}");
            // A page never scrolls sideways.
            let wide = browser
                .driver
                .execute(
                    "return document.documentElement.scrollWidth - document.documentElement.clientWidth",
                    vec![],
                )
                .await?;
            assert_eq!(wide.json().as_i64(), Some(0), "{address} in {lang} at {width} scrolls sideways");
            let text = browser.driver.find(By::Css("body")).await?.text().await?;
            let missing = text.split_whitespace().find(|word| {
                word.starts_with('[') && word.ends_with(']') && word.contains('-') && word.is_ascii()
            });
            assert_eq!(missing, None, "{address} in {lang} has a message without words");
        }
        browser.quit().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_day_looked_at_recomputes_and_is_kept() -> anyhow::Result<()> {
    let site = Site::demo()?;
    let Some(browser) = Browser::start("en-GB", 1280, 900).await? else {
        skipped("chromedriver");
        return Ok(());
    };
    let driver = &browser.driver;
    let count = async |as_of: &str| -> anyhow::Result<String> {
        driver.goto(format!("{}{PLAN}?as_of={as_of}", site.address)).await?;
        Ok(driver.find(By::Css(".numbers dd")).await?.text().await?)
    };
    assert_eq!(count("2018-09-01").await?, "97");
    assert_eq!(count("2019-08-14").await?, "108");
    assert_eq!(count("2020-12-01").await?, "117");

    driver.goto(format!("{}{PLAN}?as_of=2019-08-14", site.address)).await?;
    driver.find(By::LinkText("Figures")).await?.click().await?;
    driver.find(By::LinkText("Kindergarten places")).await?.click().await?;
    let address = driver.current_url().await?;
    assert_eq!(address.query(), Some("as_of=2019-08-14"));
    let value = driver.find(By::Css(".numbers dd")).await?.text().await?;
    assert_eq!(value, "3,810");
    // Each figure opens its rows, and each row its record.
    driver.find(By::Css("tbody a")).await?.click().await?;
    assert!(driver.current_url().await?.path().starts_with("/p/huitian-2018/projects/HT-EDU-"));
    browser.quit().await
}

#[tokio::test(flavor = "multi_thread")]
async fn people_sign_in_and_out() -> anyhow::Result<()> {
    let site = Site::demo()?;
    let Some(browser) = Browser::start("en-GB", 1280, 900).await? else {
        skipped("chromedriver");
        return Ok(());
    };
    let driver = &browser.driver;
    let fill = async |name: &str, password: &str| -> anyhow::Result<()> {
        driver.find(By::Id("name")).await?.clear().await?;
        driver.find(By::Id("name")).await?.send_keys(name).await?;
        driver.find(By::Id("password")).await?.send_keys(password).await?;
        Ok(driver.find(By::Css("main button[type=submit]")).await?.click().await?)
    };
    driver.goto(format!("{}/sign-in?back={PLAN}/figures", site.address)).await?;
    fill("task-force", "not the password").await?;
    let summary = browser.wait_for(By::Css(".summary")).await?.text().await?;
    assert!(summary.contains("wrong"), "{summary}");
    assert_eq!(driver.find(By::Id("name")).await?.prop("value").await?.as_deref(), Some("task-force"));
    let found = browser.axe().await?;
    assert!(found.is_empty(), "sign-in with an error:\n{}", found.join("\n"));

    fill("task-force", "huitian-demo-2018").await?;
    browser.wait_for_path("/p/huitian-2018/figures").await?;
    driver.find(By::XPath("//button[text()='Sign out']")).await?.click().await?;
    browser.wait_for(By::LinkText("Sign in")).await.context("signed out")?;
    browser.quit().await
}
