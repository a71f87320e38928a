//! The live map in a real Chromium that draws in software: until it stands still.

use end_to_end::Site;
use end_to_end::browser::Browser;

use crate::results::{Goal, Results, median};

const PAGE: &str = "/p/huitian-2018/place/map?as_of=2019-12-31";
const LOADS: usize = 5;
/// Bytes of script as they lie at the server, packed.
const SCRIPTS: &str = "return performance.getEntriesByType('resource')
    .filter((it) => /[.]m?js$/.test(new URL(it.name).pathname))
    .reduce((sum, it) => sum + it.encodedBodySize, 0)";

pub fn map(results: &mut Results) -> anyhow::Result<()> {
    let site = Site::demo()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let (mut firsts, mut again, mut scripts) = (Vec::new(), Vec::new(), 0.0);
        for _ in 0..LOADS {
            // A new browser has nothing of the map yet.
            let Some(browser) = Browser::start_with_maps("zh-CN", &site.address).await? else {
                anyhow::bail!("Chromium's driver is needed: cargo xtask setup");
            };
            for times in [&mut firsts, &mut again] {
                browser.open(PAGE).await?;
                let idle = "return performance.getEntriesByName('map-idle')[0]?.startTime";
                let idle = browser
                    .wait_until("the map to stand still", async || {
                        Ok(browser.driver.execute(idle, vec![]).await?.json().as_f64())
                    })
                    .await?;
                times.push(idle / 1_000.0);
            }
            scripts = browser.run(SCRIPTS, vec![]).await?.as_f64().unwrap_or(f64::NAN) / 1_024.0;
            browser.quit().await?;
        }
        let beside = format!("the first time in a browser; opened again {:.2} s", median(again));
        let what = "live map of the plan, until it stands still";
        results.add(what, Goal::AtMost(3.0), median(firsts), "s", beside);
        results.add("… script that it is drawn by, as it is sent", Goal::AtMost(500.0), scripts, "KB", "");
        anyhow::Ok(())
    })
}
