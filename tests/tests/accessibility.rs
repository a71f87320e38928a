//! Every page there is, in a real Chromium: accessible in both languages, wide and narrow, light and dark.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, ensure};
use end_to_end::browser::Browser;
use end_to_end::{Site, skipped};
use thirtyfour::prelude::*;

/// A page of each address the pages have. `{plan}` is the demonstration's first plan, `{item}` an item that
/// the test registers, `{entry}` an entry about it; pages of the administration begin with `admin `.
const PAGES: &[(&str, &str)] = &[
    ("/p/{plan}", "/p/{plan}?as_of=2019-08-14"),
    ("/p/{plan}/projects", "/p/{plan}/projects?q=学校&sort=slip"),
    ("/p/{plan}/projects/new", "/p/{plan}/projects/new"),
    ("/p/{plan}/projects/{code}", "/p/{plan}/projects/HT-HEA-004"),
    ("/p/{plan}/projects/{code}/edit", "/p/{plan}/projects/HT-EDU-001/edit"),
    ("/p/{plan}/projects/{code}/edit/{form}", "/p/{plan}/projects/HT-EDU-001/edit/milestone"),
    ("/p/{plan}/record/{topic}", "/p/{plan}/record/revision"),
    ("/p/{plan}/figures", "/p/{plan}/figures?as_of=2019-08-14"),
    ("/p/{plan}/figures/{id}", "/p/{plan}/figures/kindergarten_places?as_of=2019-08-14"),
    ("/p/{plan}/revisions", "/p/{plan}/revisions"),
    ("/p/{plan}/lists", "/p/{plan}/lists"),
    ("/p/{plan}/lists/{year}/{issue}", "/p/{plan}/lists/2020/1"),
    ("/p/{plan}/indicators", "/p/{plan}/indicators"),
    ("/p/{plan}/indicators/new", "/p/{plan}/indicators/new"),
    ("/p/{plan}/indicators/{code}", "/p/{plan}/indicators/perceived_effect"),
    ("/p/{plan}/indicators/{code}/{form}", "/p/{plan}/indicators/perceived_effect/observation"),
    ("/p/{plan}/units", "/p/{plan}/units"),
    ("/p/{plan}/units/{code}", "/p/{plan}/units/bj-drc"),
    ("/p/{plan}/areas", "/p/{plan}/areas"),
    ("/p/{plan}/areas/{code}", "/p/{plan}/areas/huilongguan"),
    ("/p/{plan}/outputs", "/p/{plan}/outputs"),
    ("/p/{plan}/templates", "/p/{plan}/templates"),
    ("/p/{plan}/templates/{code}", "/p/{plan}/templates/building"),
    ("/p/{plan}/tables", "/p/{plan}/tables"),
    ("/p/{plan}/import", "/p/{plan}/import"),
    ("/p/{plan}/ledger", "/p/{plan}/ledger?standing=all"),
    ("/p/{plan}/desk", "/p/{plan}/desk"),
    ("/p/{plan}/items/new", "/p/{plan}/items/new"),
    ("/p/{plan}/items/new/{kind}", "/p/{plan}/items/new/whistle"),
    ("/p/{plan}/items/{code}", "/p/{plan}/items/{item}"),
    ("/p/{plan}/items/{code}/trace", "/p/{plan}/items/{item}/trace"),
    ("/p/{plan}/items/{code}/{act}", "/p/{plan}/items/{item}/units"),
    ("/p/{plan}/audit", "/p/{plan}/audit"),
    ("/audit", "/audit"),
    ("/audit/{seq}", "/audit/{entry}"),
    ("/audit/{seq}/correct", "/audit/{entry}/correct"),
    ("/account", "/account"),
    ("/sign-in", "/sign-in"),
    ("/admin", "admin /admin"),
    ("/admin/people", "admin /admin/people"),
    ("/admin/people/new", "admin /admin/people/new"),
    ("/admin/people/{code}", "admin /admin/people/leader"),
    ("/admin/people/{code}/edit", "admin /admin/people/leader/edit"),
    ("/admin/{half}", "admin /admin/units"),
    ("/admin/{half}/new", "admin /admin/areas/new"),
    ("/admin/{half}/{code}", "admin /admin/units/bj-drc"),
];

/// Addresses that show no page of their own: they lead elsewhere, or give files.
const NO_PAGES: &[&str] = &[
    "/",
    "/plans",
    "/assets/{digest}/{name}",
    "/favicon.ico",
    "/lang/{tag}",
    "/theme/{theme}",
    "/p/{plan}/tables/{file}",
    "/p/{plan}/import/templates/{file}",
    "/p/{plan}/import/{id}/{file}",
    // Shown by the test that imports a file.
    "/p/{plan}/import/{id}",
    "/p/{plan}/import/{id}/columns",
];

/// Pages of errors, and what stands outside the pages' own addresses.
const BESIDE: &[&str] =
    &["/nothing-here", "/p/{plan}?as_of=never", "admin /p/{plan}/items/new", "/api/v1/docs"];

/// The addresses that the pages' source gives a GET handler.
fn addresses_of_the_source() -> anyhow::Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/pages/src")];
    while let Some(folder) = folders.pop() {
        for file in std::fs::read_dir(&folder)? {
            let path = file?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let source = std::fs::read_to_string(&path)?;
            for piece in source.split(".route(").skip(1) {
                let mut quoted = piece.split('"');
                let (before, address) = (quoted.next().unwrap_or_default(), quoted.next());
                let handler: String = quoted.next().unwrap_or_default().chars().take(60).collect();
                // A constant instead of a text is spelled out where it is defined.
                let Some(address) = address.filter(|_| before.trim().is_empty()) else { continue };
                if handler.trim_start_matches([',', ' ', '\n']).starts_with("get(") {
                    found.insert(address.to_owned());
                }
            }
        }
    }
    Ok(found)
}

#[test]
fn every_address_is_visited() -> anyhow::Result<()> {
    let source = addresses_of_the_source()?;
    ensure!(source.len() > 40, "the source was not read");
    let known: BTreeSet<&str> =
        PAGES.iter().map(|(address, _)| *address).chain(NO_PAGES.iter().copied()).collect();
    let missing: Vec<&String> = source.iter().filter(|address| !known.contains(address.as_str())).collect();
    ensure!(missing.is_empty(), "pages that no test visits: {missing:?}");
    Ok(())
}

/// What a visit to a page finds wrong.
async fn faults(browser: &Browser, lang: &str, narrow: bool) -> anyhow::Result<Vec<String>> {
    let driver = &browser.driver;
    let mut found = browser.axe().await?;
    let tag = driver.find(By::Css("html")).await?.attr("lang").await?;
    if tag.as_deref() != Some(lang) {
        found.push(format!("its language is {tag:?}"));
    }
    let beyond = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
    let beyond = driver.execute(beyond, vec![]).await?;
    if beyond.json().as_i64() != Some(0) {
        let how = if narrow { "on a phone" } else { "on a desk" };
        found.push(format!("it scrolls sideways {how} by {}", beyond.json()));
    }
    let text = driver.find(By::Css("body")).await?.text().await?;
    let wordless = text
        .split_whitespace()
        .find(|word| word.starts_with('[') && word.ends_with(']') && word.contains('-') && word.is_ascii());
    found.extend(wordless.map(|word| format!("a message without words: {word}")));
    Ok(found)
}

async fn visit_all(site: &Site, lang: &str, width: u32, theme: &str) -> anyhow::Result<()> {
    let wanted = if lang == "en" { "en-GB" } else { "zh-CN" };
    let Some(browser) = Browser::start(wanted, width, 1_000).await? else {
        skipped("chromedriver");
        return Ok(());
    };
    let plan = "huitian-2018";
    browser.sign_in(site, "task-force").await?;
    browser.driver.goto(format!("{}/p/{plan}/items/new/directive", site.address)).await?;
    for (name, value) in
        [("name_zh", "打通断头路"), ("issuer_name", "市长"), ("matters", "打通西段\n完善信号灯")]
    {
        browser.driver.find(By::Id(name)).await?.send_keys(value).await?;
    }
    browser.submit().await?;
    let address = browser.driver.current_url().await?;
    let item = address.path().rsplit('/').next().context("an item")?.to_owned();
    let entry =
        address.query().and_then(|query| query.strip_prefix("saved=")).context("an entry")?.to_owned();
    browser.driver.goto(format!("{}/theme/{theme}?back=/p/{plan}", site.address)).await?;

    let mut wrong = Vec::new();
    let pages = PAGES.iter().map(|(_, page)| *page).chain(BESIDE.iter().copied());
    let (admin, staff): (Vec<&str>, Vec<&str>) = pages.partition(|page| page.starts_with("admin "));
    for (person, pages) in [("task-force", staff), ("admin", admin)] {
        if person == "admin" {
            browser.driver.goto(format!("{}/p/{plan}", site.address)).await?;
            browser.driver.find(By::Css("form[action='/sign-out'] button")).await?.click().await?;
            browser.wait_for(By::Css("a[href^='/sign-in']")).await?;
            browser.sign_in(site, person).await?;
        }
        for page in pages {
            let page = page.trim_start_matches("admin ");
            let path = page.replace("{plan}", plan).replace("{item}", &item).replace("{entry}", &entry);
            browser.driver.goto(format!("{}{path}", site.address)).await?;
            let found = faults(&browser, lang, width < 600).await?;
            wrong.extend(found.into_iter().map(|fault| format!("{path}: {fault}")));
        }
    }
    for line in browser.complaints().await? {
        wrong.push(format!("the browser complains: {line}"));
    }
    browser.quit().await?;
    ensure!(wrong.is_empty(), "in {lang} at {width}, {theme}:\n{}", wrong.join("\n"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_accessible_in_chinese() -> anyhow::Result<()> {
    let site = Site::demo()?;
    visit_all(&site, "zh-CN", 1280, "light").await?;
    visit_all(&site, "zh-CN", 390, "dark").await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_accessible_in_english() -> anyhow::Result<()> {
    let site = Site::demo()?;
    visit_all(&site, "en", 1280, "dark").await?;
    visit_all(&site, "en", 390, "light").await
}
