//! Asking residents in a real browser: an interviewer whose phone loses its connection, and somebody who answers on a
//! phone and sends without one. Nothing is lost, and nothing comes twice.

use end_to_end::browser::Browser;
use end_to_end::{Site, skipped};
use serde_json::json;
use thirtyfour::prelude::*;

const WAVE: &str = "/p/huitian-2018/surveys/felt-open";

/// Takes the network away, or gives it back.
async fn offline(browser: &Browser, offline: bool) -> anyhow::Result<()> {
    let line = json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
    browser.driver.cdp().send_raw("Network.enable", json!({})).await?;
    browser.driver.cdp().send_raw("Network.emulateNetworkConditions", line).await?;
    Ok(())
}

async fn choose(browser: &Browser, ways: &[&str]) -> anyhow::Result<()> {
    for way in ways {
        let label = browser.wait_for(By::Css(format!("label[for='{way}']"))).await?;
        label.scroll_into_view().await?;
        label.click().await?;
    }
    Ok(())
}

async fn shown(browser: &Browser, id: &str) -> anyhow::Result<bool> {
    Ok(browser.wait_for(By::Id(id)).await?.is_displayed().await?)
}

/// The sheets of the wave, as its page counts them.
async fn sheets(browser: &Browser) -> anyhow::Result<u64> {
    browser.open(WAVE).await?;
    let found = browser.text(By::Css("section[aria-labelledby='live-title'] dd")).await?;
    Ok(found.trim().parse()?)
}

#[tokio::test(flavor = "multi_thread")]
async fn sheets_that_are_filled_in_without_a_connection_come_once() -> anyhow::Result<()> {
    let site = Site::demo()?;
    let Some(browser) = Browser::start("zh-CN", &site.address).await? else {
        skipped("chromedriver");
        return Ok(());
    };
    browser.sign_in("task-force").await?;
    let before = sheets(&browser).await?;
    browser.open(&format!("{WAVE}/field")).await?;
    browser.look(390, false).await?;
    assert!(!shown(&browser, "q4").await?, "asked only of those who noticed something");
    let submit = || browser.driver.find(By::Css("form[data-field] button[type=submit]"));
    // What was left out is told without a connection, too.
    offline(&browser, true).await?;
    submit().await?.click().await?;
    browser.wait_for(By::Css("#q0 [data-fault]")).await?;
    for number in ["1", "2"] {
        choose(&browser, &["q0-1", "q1-0", "q2-2", "q3-0"]).await?;
        assert!(shown(&browser, "q4").await?);
        choose(&browser, &["q4-0", "q5-7"]).await?;
        submit().await?.click().await?;
        let waiting = browser.wait_for(By::Css("[data-waiting-sheets]:not([hidden]) [data-said]")).await?;
        let said = async || Ok(waiting.text().await?.contains(number).then_some(()));
        browser.wait_until("the sheet to be kept on the device", said).await?;
        assert!(!shown(&browser, "q4").await?, "an empty sheet");
    }
    // A third one is still being filled in when the connection comes back.
    choose(&browser, &["q0-0"]).await?;
    offline(&browser, false).await?;
    browser.run("document.querySelector('[data-send-now]').click()", vec![]).await?;
    browser.wait_for(By::Css("[data-waiting-sheets][hidden]")).await?;
    choose(&browser, &["q1-1", "q2-0", "q3-2", "q5-2"]).await?;
    submit().await?.click().await?;
    let says = async |place: &str, words: &str| {
        let text = browser.driver.find(By::Css(place)).await?.text().await?;
        Ok(text.contains(words).then_some(()))
    };
    let kept = async || says("[data-form-said]", "已保存").await;
    browser.wait_until("the sheet to be kept", kept).await?;
    assert_eq!(sheets(&browser).await?, before + 3);

    // Somebody answers by themselves, on a phone, and the connection breaks at the last press.
    browser.sign_out().await?;
    browser.open(&format!("{WAVE}/answer")).await?;
    choose(&browser, &["q0-2", "q1-1", "q2-1", "q3-1"]).await?;
    browser.follow(By::Css("button[value=next]")).await?;
    choose(&browser, &["q4-1", "q4-3", "q5-8"]).await?;
    browser.follow(By::Css("button[value=next]")).await?;
    assert!(browser.words().await?.contains("您的回答"));
    offline(&browser, true).await?;
    browser.driver.find(By::Css("button[value=send]")).await?.click().await?;
    let waiting = async || says("form.answering [data-said]", "没有网络").await;
    browser.wait_until("being told that it waits", waiting).await?;
    offline(&browser, false).await?;
    let thanked = async || says("body", "谢谢您").await;
    browser.wait_until("thanks", thanked).await?;
    browser.sign_in("task-force").await?;
    assert_eq!(sheets(&browser).await?, before + 4);
    browser.quit().await?;
    Ok(())
}

/// What a device keeps of answers to the wave.
async fn kept(browser: &Browser) -> WebDriverResult<u64> {
    let count = "return Object.keys(localStorage).filter((it) => it.startsWith('huitian-answers/')).length";
    Ok(browser.driver.execute(count, vec![]).await?.json().as_u64().unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_outlive_a_page_that_is_closed_without_a_connection() -> anyhow::Result<()> {
    let site = Site::demo()?;
    let Some(browser) = Browser::start("zh-CN", &site.address).await? else {
        skipped("chromedriver");
        return Ok(());
    };
    browser.sign_in("task-force").await?;
    let before = sheets(&browser).await?;
    browser.sign_out().await?;
    browser.open(&format!("{WAVE}/answer")).await?;
    choose(&browser, &["q0-2", "q1-1", "q2-1", "q3-1"]).await?;
    browser.follow(By::Css("button[value=next]")).await?;
    choose(&browser, &["q4-1", "q4-3", "q5-8"]).await?;
    browser.follow(By::Css("button[value=next]")).await?;
    assert!(browser.words().await?.contains("先存在这台设备上"), "what stays on the device is said");
    assert_eq!(kept(&browser).await?, 0);
    offline(&browser, true).await?;
    browser.driver.find(By::Css("button[value=send]")).await?.click().await?;
    let stored = async || Ok((kept(&browser).await? == 1).then_some(()));
    browser.wait_until("the answers to be kept on the device", stored).await?;
    // The page is left without a connection, and with it everything that stood in it. A page that could not be loaded
    // would be tried again by the browser itself as soon as there is one, and send them unseen.
    browser.driver.goto("about:blank").await?;
    offline(&browser, false).await?;
    // Whenever a page of the wave is opened, they are sent, and leave the device.
    browser.open(&format!("{WAVE}/answer")).await?;
    let arrived = async || {
        let said = browser.driver.find(By::Css("[data-kept-answers] [data-said]")).await?.text().await?;
        Ok(said.contains("您之前的回答已经收到").then_some(()))
    };
    browser.wait_until("the answers to arrive", arrived).await?;
    assert_eq!(kept(&browser).await?, 0);
    browser.open(&format!("{WAVE}/answer")).await?;
    assert!(!browser.driver.find(By::Css("[data-kept-answers]")).await?.is_displayed().await?);
    browser.sign_in("task-force").await?;
    assert_eq!(sheets(&browser).await?, before + 1, "they came once");
    browser.quit().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_field_desk_opens_without_a_connection_until_somebody_signs_out() -> anyhow::Result<()> {
    let site = Site::demo()?;
    let Some(browser) = Browser::start("zh-CN", &site.address).await? else {
        skipped("chromedriver");
        return Ok(());
    };
    let kept = async || {
        let script = "return caches.open('huitian-desk').then((it) => it.keys()).then((it) => it.map((one) => one.url))";
        let found = browser.run(script, vec![]).await?;
        Ok::<_, anyhow::Error>(serde_json::from_value::<Vec<String>>(found)?)
    };
    let open_desk = async || {
        browser.open(&format!("{WAVE}/field")).await?;
        browser.wait_for(By::Css("[data-desk-kept]:not([hidden])")).await
    };
    browser.sign_in("task-force").await?;
    open_desk().await?;
    let found = kept().await?;
    assert!(found.iter().any(|url| url.ends_with(&format!("{WAVE}/field"))), "{found:?}");
    let allowed = |url: &String| url.ends_with("/field") || url.contains("/assets/");
    assert!(found.len() > 3 && found.iter().all(allowed), "the desk and what it is made of: {found:?}");
    // Other pages of the surveys are not kept.
    browser.open(WAVE).await?;
    assert_eq!(kept().await?.len(), found.len());
    browser.sign_out().await?;
    assert_eq!(kept().await?, Vec::<String>::new());
    browser.sign_in("task-force").await?;
    open_desk().await?;
    let first = browser.hidden("sheet").await?;
    // Nobody answers any more: the worker has no network, either.
    drop(site);
    browser.driver.refresh().await?;
    browser.wait_for(By::Css("form[data-field]")).await?;
    assert_ne!(browser.hidden("sheet").await?, first, "another sheet");
    choose(&browser, &["q0-1", "q1-0", "q2-2", "q3-0", "q4-0", "q5-7"]).await?;
    browser.driver.find(By::Css("form[data-field] button[type=submit]")).await?.click().await?;
    let waiting = browser.wait_for(By::Css("[data-waiting-sheets]:not([hidden]) [data-said]")).await?;
    let said = async || Ok(waiting.text().await?.contains('1').then_some(()));
    browser.wait_until("the sheet to be kept on the device", said).await?;
    // A page that was not kept does not open.
    assert!(browser.open(&format!("{WAVE}/results")).await.is_err());
    browser.quit().await?;
    Ok(())
}
