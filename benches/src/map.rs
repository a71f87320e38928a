//! The live map in a real Chromium that draws in software: until it stands still, for whoever comes to it from another page,
//! comes again, or begins with it in a browser that is itself only starting.

use end_to_end::Site;
use end_to_end::browser::Browser;

use crate::results::{Goal, Results, median};

const PAGE: &str = "/p/huitian-2018/place/map?as_of=2019-12-31";
/// The page of places, from which the map is opened.
const BEFORE: &str = "/p/huitian-2018/place";
const LOADS: usize = 5;
/// Bytes of script as they lie at the server, packed.
const SCRIPTS: &str = "return performance.getEntriesByType('resource')
    .filter((it) => /[.]m?js$/.test(new URL(it.name).pathname))
    .reduce((sum, it) => sum + it.encodedBodySize, 0)";

pub fn map(results: &mut Results) -> anyhow::Result<()> {
    let site = Site::demo()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let (mut firsts, mut again, mut starting, mut scripts) = (Vec::new(), Vec::new(), Vec::new(), 0.0);
        for turn in 0..2 * LOADS {
            // A new browser has nothing of the map yet.
            let Some(browser) = Browser::start_with_maps("zh-CN", &site.address).await? else {
                anyhow::bail!("Chromium's driver is needed: cargo xtask setup");
            };
            if turn % 2 == 0 {
                // Making the first canvas, a browser that was just started waits for itself.
                starting.push(until_idle(&browser).await?);
            } else {
                browser.open(BEFORE).await?;
                firsts.push(until_idle(&browser).await?);
                again.push(until_idle(&browser).await?);
                scripts = browser.run(SCRIPTS, vec![]).await?.as_f64().unwrap_or(f64::NAN) / 1_024.0;
            }
            browser.quit().await?;
        }
        let beside = format!(
            "from another page; opened again {:.2} s; as the first page of a browser just started {:.2} s",
            median(again),
            median(starting)
        );
        let what = "live map of the plan, opened for the first time, until it stands still";
        results.add(what, Goal::AtMost(3.0), median(firsts), "s", beside);
        results.add("… script that it is drawn by, as it is sent", Goal::AtMost(500.0), scripts, "KB", "");
        anyhow::Ok(())
    })
}

/// Opens the map: how long it takes until it stands still, in seconds.
async fn until_idle(browser: &Browser) -> anyhow::Result<f64> {
    browser.open(PAGE).await?;
    let idle = "return performance.getEntriesByName('map-idle')[0]?.startTime";
    let idle = browser
        .wait_until("the map to stand still", async || {
            Ok(browser.driver.execute(idle, vec![]).await?.json().as_f64())
        })
        .await?;
    Ok(idle / 1_000.0)
}
