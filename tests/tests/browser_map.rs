//! The live map in a real Chromium: it takes the place of the picture, is worked with the keyboard and the pointer,
//! and keeps its state in the address.

use end_to_end::browser::Browser;
use end_to_end::{Site, huitian, skipped};
use thirtyfour::Key;
use thirtyfour::prelude::*;

/// The longest until the map stands still, in milliseconds, without a graphics card and on a machine that does much
/// else; on a quiet one it takes less than three seconds.
const IDLE_MOST: f64 = 20_000.0;

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

        // Parks and campuses are drawn as areas, and at their points like everything else.
        let drawn = "const chart = document.querySelector('[data-places]').chart;
            return ['plots', 'facilities'].map((id) => chart.queryRenderedFeatures({ layers: [id] }).length > 20)";
        assert_eq!(browser.run(drawn, vec![]).await?, serde_json::json!([true, true]));

        // Enter tells what lies under the cross: here an area, since no layer is left but theirs and the ground.
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
        let ticked =
            "return [...document.querySelectorAll('input[name=layer]:checked')].map((it) => it.value)";
        assert_eq!(browser.run(ticked, vec![]).await?, serde_json::json!(["areas", "base"]));
        browser.quit().await?;
    }
    Ok(())
}

/// Two streets 111 m apart that meet only in the west, more than three kilometres to walk: sports grounds lie
/// beside the one, people live on the other.
const NODES: &str = "id,lon,lat\n0,116.4240,40.0754\n1,116.4140,40.0754\n2,116.4040,40.0754\n\
                     3,116.4240,40.0764\n4,116.4140,40.0764\n5,116.4040,40.0764\n";
const EDGES: &str = "u,v,length_m\n0,1,851.0\n1,2,851.0\n3,4,851.0\n4,5,851.0\n2,5,111.2\n";
const HOMES: &str = "code,area,longitude,latitude,people\nR-1,tiantongyuan-north,116.4240,40.0765,1200\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_drawn_and_the_gap_closes() -> anyhow::Result<()> {
    let site = Site::demo()?;
    let folder = tempfile::tempdir()?;
    let file = |name: &str, text: &str| -> anyhow::Result<String> {
        let path = folder.path().join(name);
        std::fs::write(&path, text)?;
        Ok(path.display().to_string())
    };
    let (nodes, edges) = (file("nodes.csv", NODES)?, file("edges.csv", EDGES)?);
    let homes = file("homes.csv", HOMES)?;
    let run = |arguments: &[&str]| -> anyhow::Result<()> {
        let mut all = arguments.to_vec();
        all.extend(["--plan", "huitian-2018", "--database", &site.database]);
        let done = huitian(&all).output()?;
        anyhow::ensure!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        Ok(())
    };
    run(&[
        "place",
        "layer",
        "put",
        "--nodes",
        &nodes,
        "--edges",
        &edges,
        "--datum",
        "wgs84",
        "--grade",
        "illustrative",
    ])?;
    run(&["import", &homes, "--table", "residences", "--datum", "wgs84"])?;

    let Some(browser) = Browser::start_with_maps("en", &site.address).await? else {
        skipped("chromedriver");
        return Ok(());
    };
    browser.sign_in("task-force").await?;
    open(&browser, "/p/huitian-2018/place/links?at=40.0759,116.4220&zoom=5").await?;
    let canvas = browser.wait_for(By::Css("canvas.maplibregl-canvas")).await?;
    // Clicks are measured from the middle of what is seen of it.
    canvas.scroll_into_view().await?;
    for spot in ["116.4240, 40.0754", "116.4240, 40.0764"] {
        let pixel = format!(
            "const at = document.querySelector('[data-places]').chart.project([{spot}]);
             const box = document.querySelector('canvas.maplibregl-canvas').getBoundingClientRect();
             return [Math.round(at.x - box.width / 2), Math.round(at.y - box.height / 2)]"
        );
        let [x, y]: [i64; 2] = serde_json::from_value(browser.run(&pixel, vec![]).await?)?;
        let mouse = browser.driver.action_chain().move_to_element_with_offset(&canvas, x, y);
        mouse.click().perform().await?;
    }
    // The effect stands there without a new page: all 1,200 people come within 1,200 m of a sports ground.
    let result = browser.text(By::Css("[data-result] section[aria-labelledby='links-result'] table")).await?;
    let line = result.lines().find(|line| line.starts_with("Sports ground")).unwrap_or_default();
    assert!(line.contains("1,200 m 0 1,200 +1,200"), "{result}");
    let said = browser.text(By::Css("[data-said]")).await?;
    assert!(said.starts_with("1,200 people gain a service"), "{said}");
    let address = query(&browser).await?;
    assert!(address.contains("from=40.07") && address.contains("to=40.07"), "{address}");
    let faults = browser.faults("en").await?;
    assert!(faults.is_empty(), "{}", faults.join("\n"));

    // The network's own break is found as well, and how far one gets ends at it.
    browser.follow(By::Css("a[href*='find=1']")).await?;
    let found = browser.text(By::Css("[data-result]")).await?;
    assert!(found.contains("Link 1 112 m 3,516 m"), "{found}");
    browser.open("/p/huitian-2018/place/reach?point=40.0764,116.4240").await?;
    let reach = browser.text(By::Css("[data-result] table")).await?;
    assert!(reach.contains("People 1,200 1,200 1,200"), "{reach}");
    assert!(reach.contains("Sports ground 0 0 0"), "{reach}");
    browser.quit().await
}
