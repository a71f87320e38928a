//! The live map in a real Chromium: it takes the place of the picture, is worked with the keyboard and the pointer,
//! and keeps its state in the address.

use end_to_end::browser::Browser;
use end_to_end::{Site, skipped};
use thirtyfour::Key;
use thirtyfour::prelude::*;

/// The longest until the map stands still, in milliseconds, on a machine without a graphics card that does much else;
/// on a quiet one it takes a third.
const IDLE_MOST: f64 = 9_000.0;

/// Opens a page with a map, waits until it stands still, and says how long that took.
async fn open(browser: &Browser, address: &str) -> anyhow::Result<f64> {
    browser.open(address).await?;
    browser.wait_for(By::Css("[data-places][data-idle]")).await?;
    let idle = "return performance.getEntriesByName('map-idle')[0].startTime";
    Ok(browser.run(idle, vec![]).await?.as_f64().unwrap_or(f64::MAX))
}

async fn query(browser: &Browser) -> anyhow::Result<String> {
    Ok(browser.driver.current_url().await?.query().unwrap_or_default().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_live_map_is_sound_and_is_worked_with_keys() -> anyhow::Result<()> {
    let site = Site::demo()?;
    for (lang, tag) in [("en", "en"), ("zh-CN", "zh-CN")] {
        let Some(browser) = Browser::start_with_maps(lang, &site.address).await? else {
            skipped("chromedriver");
            return Ok(());
        };
        let took = open(&browser, "/p/huitian-2018/place/map?as_of=2019-12-31").await?;
        println!("idle after {took:.0} ms");
        assert!(took < IDLE_MOST, "{took}");
        let seen = "const shown = (css) => getComputedStyle(document.querySelector(css)).display !== 'none';
            return [shown('.map-live'), shown('.map-still')]";
        assert_eq!(browser.run(seen, vec![]).await?, serde_json::json!([true, false]));
        let faults = browser.faults(tag).await?;
        assert!(faults.is_empty(), "{}", faults.join("\n"));

        // Enter tells what lies under the cross: here an area, since no layer but theirs is left.
        for layer in ["facilities", "projects"] {
            let tick = format!("input[name=layer][value={layer}]");
            browser.wait_for(By::Css(tick)).await?.click().await?;
        }
        let canvas = browser.wait_for(By::Css("canvas.maplibregl-canvas")).await?;
        canvas.send_keys("++").await?;
        let moved = async || Ok(query(&browser).await.ok().filter(|it| it.contains("zoom=")));
        let address = browser.wait_until("the address to follow the map", moved).await?;
        assert!(address.contains("layer=areas") && !address.contains("layer=facilities"), "{address}");
        assert!(address.contains("as_of=2019-12-31"), "{address}");
        canvas.send_keys(Key::Enter).await?;
        let link = browser.wait_for(By::Css(".maplibregl-popup a[href*='/areas/']")).await?;
        assert!(!link.text().await?.is_empty());

        // The address opens the same map again.
        let again = format!("/p/huitian-2018/place/map?{address}");
        open(&browser, &again).await?;
        let ticked = "return [...document.querySelectorAll('input[name=layer]:checked')].map((it) => it.value)";
        assert_eq!(browser.run(ticked, vec![]).await?, serde_json::json!(["areas"]));
        browser.quit().await?;
    }
    Ok(())
}
