//! The timetable in a real Chromium: the Gantt chart is worked with the keyboard and the pointer, a change of a usual
//! duration is seen to move projects.

use end_to_end::browser::Browser;
use end_to_end::{Site, skipped};
use thirtyfour::Key;
use thirtyfour::prelude::*;

const BARS: &str = "/p/huitian-2018/timetable/bars?as_of=2019-08-14&level=steps&only=promised";

async fn at(browser: &Browser) -> anyhow::Result<i64> {
    let script = "return [...document.querySelectorAll('.gantt-strip a')].indexOf(document.activeElement)";
    Ok(browser.run(script, vec![]).await?.as_i64().unwrap_or(-2))
}

async fn press(browser: &Browser, key: Key) -> anyhow::Result<()> {
    Ok(browser.driver.active_element().await?.send_keys(key).await?)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gantt_chart_is_worked_with_keys_and_pointer() -> anyhow::Result<()> {
    let site = Site::demo()?;
    let Some(browser) = Browser::start("en", &site.address).await? else {
        skipped("chromedriver");
        return Ok(());
    };
    browser.sign_in("task-force").await?;
    browser.open(BARS).await?;
    let rows = "return document.querySelectorAll('.gantt-strip a').length";
    let count = browser.run(rows, vec![]).await?.as_i64().unwrap_or(0);
    assert!(count > 300, "{count}");
    // Its whole height is there before any of it was scrolled to.
    let height = "return document.querySelector('.gantt').scrollHeight";
    let height = browser.run(height, vec![]).await?.as_i64().unwrap_or(0);
    assert!(height >= count * 26, "{height} for {count} rows");
    // The whole chart is one stop of the tab key.
    let stops =
        "return [...document.querySelectorAll('.gantt-strip a')].filter((a) => a.tabIndex >= 0).length";
    assert_eq!(browser.run(stops, vec![]).await?.as_i64(), Some(1));
    browser.run("document.querySelector('.gantt-strip a').focus()", vec![]).await?;
    assert_eq!(at(&browser).await?, 0);
    for (key, wanted) in [
        (Key::Down, 1),
        (Key::Down, 2),
        (Key::Up, 1),
        (Key::PageDown, 16),
        (Key::End, count - 1),
        (Key::Down, count - 1),
        (Key::Home, 0),
    ] {
        press(&browser, key).await?;
        assert_eq!(at(&browser).await?, wanted);
    }
    // What a row says stands below, and the last one was scrolled to.
    let said = browser.text(By::Css("[data-gantt-said]")).await?;
    assert!(said.contains("computed for") && said.contains("promised for"), "{said}");
    press(&browser, Key::End).await?;
    let seen = "const a = document.activeElement.getBoundingClientRect();
        const f = document.querySelector('.gantt').getBoundingClientRect();
        return a.top >= f.top && a.bottom <= f.bottom + 1";
    assert_eq!(browser.run(seen, vec![]).await?.as_bool(), Some(true));
    // Rows beside their bars: each name lies where its bars are drawn.
    let apart = "return [...document.querySelectorAll('.gantt-strip')].filter((strip) => {
        const svg = strip.querySelector('svg'), top = svg.getBoundingClientRect().top;
        const rows = [...strip.querySelector('ol').children];
        return rows.length * 26 !== svg.height.baseVal.value ||
            rows.some((row, at) => Math.abs(row.getBoundingClientRect().top - top - at * 26) > 1);
    }).length";
    assert_eq!(browser.run(apart, vec![]).await?.as_i64(), Some(0));
    // A bar opens what its name opens.
    browser.run("document.querySelector('.gantt').scrollTop = 0", vec![]).await?;
    browser.follow(By::Css(".gantt-strip svg")).await?;
    assert!(browser.path().await?.ends_with("/timetable"), "{}", browser.path().await?);
    browser.quit().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_usual_duration_is_changed_and_what_it_moved_is_seen() -> anyhow::Result<()> {
    let site = Site::demo()?;
    let Some(browser) = Browser::start("en", &site.address).await? else {
        skipped("chromedriver");
        return Ok(());
    };
    browser.sign_in("task-force").await?;
    browser.open("/p/huitian-2018/timetable/work").await?;
    browser.follow(By::Css("a[href*='usual_work%2Froad%2Fmain_structure']")).await?;
    assert_eq!(browser.value("likely_days").await?, "150");
    browser.fill("likely_days", "900").await?;
    browser.fill("high_days", "1200").await?;
    browser.fill("source_title", "Example").await?;
    browser.send().await?;
    // What it would move is shown before it is accepted.
    let words = browser.words().await?;
    assert!(words.contains("Accept the change") && words.contains("90/900/1200"), "{words}");
    browser.send().await?;
    assert_eq!(browser.path().await?, "/p/huitian-2018/timetable/work");
    let words = browser.words().await?;
    assert!(words.contains("What this change moved") && words.contains("90 / 900 / 1200"), "{words}");
    browser.quit().await
}
