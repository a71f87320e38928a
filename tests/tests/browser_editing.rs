//! A change as people make it: a promise moved and explained, overtaken by someone else, a mistake corrected,
//! and all of it found again on the day before, on the track and in the audit. In both languages.

use end_to_end::browser::Browser;
use end_to_end::{Site, skipped};
use thirtyfour::prelude::*;

const PLAN: &str = "/p/huitian-2018";

#[tokio::test(flavor = "multi_thread")]
async fn a_promise_is_moved_overtaken_and_corrected_in_chinese() -> anyhow::Result<()> {
    let promise = Promise { old: "2024", old_said: "2024年内", new: "2031-05", new_said: "2031年5月" };
    play("zh-CN", "zh-CN", "HT-HEA-005", promise).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promise_is_moved_overtaken_and_corrected_in_english() -> anyhow::Result<()> {
    let promise = Promise { old: "2024-12", old_said: "December 2024", new: "2031-05", new_said: "May 2031" };
    play("en-GB", "en", "HT-HEA-006", promise).await
}

async fn play(preferred: &str, lang: &'static str, code: &str, promise: Promise) -> anyhow::Result<()> {
    let site = Site::demo()?;
    let Some(ours) = Browser::start(preferred, &site.address).await? else {
        skipped("chromedriver");
        return Ok(());
    };
    let Some(theirs) = Browser::start(preferred, &site.address).await? else {
        skipped("chromedriver");
        return Ok(());
    };
    ours.sign_in("task-force").await?;
    theirs.sign_in("district").await?;
    let desk = Desk { browser: ours, lang, project: format!("{PLAN}/projects/{code}"), promise };
    let moved = desk.move_a_promise().await?;
    desk.is_overtaken_by(&theirs).await?;
    let corrected = desk.correct_a_mistake().await?;
    desk.look_back(&moved).await?;
    desk.find_who(&moved, &corrected).await?;
    theirs.quit().await?;
    desk.browser.quit().await
}

/// Somebody of the task force at work on a project.
struct Desk {
    browser: Browser,
    lang: &'static str,
    project: String,
    promise: Promise,
}

/// A promise as it was and as it becomes: as typed, and as the page says it.
struct Promise {
    old: &'static str,
    old_said: &'static str,
    new: &'static str,
    new_said: &'static str,
}

/// From which day on a promise is another, and the entry that says so.
struct Moved {
    effective: String,
    entry: u64,
}

/// An entry that was wrong, and the one in its place.
struct Corrected {
    wrong: u64,
    right: u64,
}

impl Desk {
    async fn assert_sound(&self, what: &str) -> anyhow::Result<()> {
        let faults = self.browser.faults(self.lang).await?;
        assert!(faults.is_empty(), "{what}:\n{}", faults.join("\n"));
        Ok(())
    }

    /// The entry a page says something was saved as.
    async fn saved(&self) -> anyhow::Result<u64> {
        self.browser.wait_for(By::Css("[role=status]")).await?;
        let address = self.browser.driver.current_url().await?;
        let saved = address.query_pairs().find(|(name, _)| name == "saved");
        let (_, entry) = saved.ok_or_else(|| anyhow::anyhow!("nothing was saved at {address}"))?;
        Ok(entry.parse()?)
    }

    /// Without a reason a public date does not move; with one it does, and the old one stays in sight.
    async fn move_a_promise(&self) -> anyhow::Result<Moved> {
        let (browser, Promise { old, old_said, new, new_said }) = (&self.browser, &self.promise);
        browser.open(&self.project).await?;
        browser.follow(By::Css(format!("a[href='{}/edit']", self.project))).await?;
        browser.follow(By::Css("a[href$='/edit/milestone']")).await?;
        browser.follow(By::Css("a[href*='step=completion&part=&aspect=promised']")).await?;
        assert_eq!(browser.value("date").await?, *old);
        let effective = browser.value("effective").await?;
        browser.fill("date", new).await?;
        browser.fill("cause", "funds").await?;
        browser.fill("source_title", "A letter of the health commission").await?;
        browser.send().await?;

        assert_eq!(browser.status().await?, 422);
        let error = browser.text(By::Id("reason-error")).await?;
        let summary = browser.text(By::Css(".summary")).await?;
        assert!(!error.is_empty() && summary.contains(&error), "{error}\n{summary}");
        let reason = browser.wait_for(By::Id("reason")).await?;
        assert_eq!(reason.attr("aria-invalid").await?.as_deref(), Some("true"));
        assert!(reason.attr("aria-describedby").await?.is_some_and(|ids| ids.contains("reason-error")));
        // Reading goes on at the list of mistakes, and from there at the field.
        let focused = async || browser.run("return document.activeElement.id", vec![]).await;
        assert_eq!(focused().await?, "faults");
        browser.wait_for(By::Css(".summary a[href='#reason']")).await?.click().await?;
        assert_eq!(focused().await?, "reason");
        assert_eq!(browser.value("date").await?, *new, "what was typed stays");
        self.assert_sound("a promise without a reason").await?;

        browser.fill("reason", "The land was cleared late.").await?;
        browser.send().await?;
        assert_eq!(browser.path().await?, format!("{}/edit", self.project));
        let entry = self.saved().await?;

        browser.follow(By::Css(".crumb a")).await?;
        assert_eq!(browser.path().await?, self.project);
        let moves = browser.text(By::XPath("//section[h2[@id='moved']]")).await?;
        assert!(moves.contains(old_said) && moves.contains(new_said), "{moves}");
        let late = browser.text(By::Css("section[aria-labelledby='moved'] .slip.late")).await?;
        assert!(late.chars().any(|c| c.is_ascii_digit()), "{late}");
        let track = browser.text(By::Css("table.tracks")).await?;
        assert!(track.contains(new_said), "{track}");
        self.assert_sound("a project with a moved promise").await?;
        Ok(Moved { effective, entry })
    }

    /// Somebody else saves the same form first: both versions and the one of before stand side by side.
    async fn is_overtaken_by(&self, others: &Browser) -> anyhow::Result<()> {
        let (browser, form) = (&self.browser, format!("{}/edit/particulars", self.project));
        browser.open(&form).await?;
        others.open(&form).await?;
        others.fill("name_en", "As the district calls it").await?;
        others.fill("address", "1 East Road").await?;
        others.fill("source_title", "A letter of the district").await?;
        others.send().await?;
        assert_eq!(others.path().await?, format!("{}/edit", self.project));

        let version = browser.hidden("version").await?;
        browser.fill("name_en", "As the task force calls it").await?;
        browser.fill("source_title", "A letter of the task force").await?;
        browser.send().await?;
        assert_eq!(browser.status().await?, 409);
        let conflict = browser.text(By::Css("section[aria-labelledby='meanwhile-title']")).await?;
        assert!(conflict.contains("district") && conflict.contains("As the district calls it"), "{conflict}");
        let meanwhile = browser.text(By::Id("name_en-meanwhile")).await?;
        assert!(meanwhile.contains("As the district calls it"), "{meanwhile}");
        assert_eq!(browser.value("name_en").await?, "As the task force calls it");
        assert_eq!(browser.value("address").await?, "1 East Road", "left alone: theirs");
        assert_ne!(browser.hidden("version").await?, version);
        self.assert_sound("an overtaken form").await?;

        browser.send().await?;
        self.saved().await?;
        browser.follow(By::Css("a[href$='/edit/particulars']")).await?;
        assert_eq!(browser.value("name_en").await?, "As the task force calls it");
        assert_eq!(browser.value("address").await?, "1 East Road");
        Ok(())
    }

    /// A wrong entry is not edited: another takes its place and says which, and both can be read.
    async fn correct_a_mistake(&self) -> anyhow::Result<Corrected> {
        let browser = &self.browser;
        browser.open(&format!("{}/edit/progress", self.project)).await?;
        browser.fill("percent", "95").await?;
        browser.fill("source_title", "A monthly report").await?;
        browser.send().await?;
        let wrong = self.saved().await?;
        browser.open(&format!("/audit/{wrong}")).await?;
        browser.follow(By::Css(format!("a[href='/audit/{wrong}/correct']"))).await?;
        assert_eq!(browser.value("f0-percent").await?, "95");
        browser.fill("f0-percent", "59").await?;
        browser.send().await?;
        assert_eq!(browser.status().await?, 422);
        browser.wait_for(By::Id("reason-error")).await?;
        self.assert_sound("a correction without a reason").await?;
        browser.fill("reason", "Digits swapped").await?;
        browser.send().await?;
        let right = self.saved().await?;

        browser.open(&format!("/audit/{wrong}")).await?;
        browser.wait_for(By::Css(format!(".note.warn a[href='/audit/{right}']"))).await?;
        self.assert_sound("a corrected entry").await?;
        browser.follow(By::Css(format!(".note.warn a[href='/audit/{right}']"))).await?;
        browser.wait_for(By::Css(format!(".note a[href='/audit/{wrong}']"))).await?;
        assert!(browser.words().await?.contains("Digits swapped"));

        browser.open(&self.project).await?;
        let struck = browser.text(By::Css(format!("#e{wrong} s"))).await?;
        assert!(struck.contains("95"), "{struck}");
        let instead = browser.text(By::Id(format!("e{right}"))).await?;
        assert!(instead.contains("59") && instead.contains(&wrong.to_string()), "{instead}");
        self.assert_sound("a project with a correction").await?;
        Ok(Corrected { wrong, right })
    }

    /// On the day before, the old promise holds; today the new one.
    async fn look_back(&self, moved: &Moved) -> anyhow::Result<()> {
        let (browser, Promise { old_said, new_said, .. }) = (&self.browser, &self.promise);
        let script = "const day = new Date(arguments[0] + 'T00:00:00Z');
            day.setUTCDate(day.getUTCDate() - 1);
            return day.toISOString().slice(0, 10);";
        let before = browser.run(script, vec![moved.effective.clone().into()]).await?;
        let before = before.as_str().unwrap_or_default();
        browser.fill("as_of", before).await?;
        browser.follow(By::Css(".when form button")).await?;
        assert_eq!(
            browser.driver.current_url().await?.query(),
            Some(format!("as_of={before}&known_at=").as_str())
        );
        browser.wait_for(By::Css(".when.past")).await?;
        let track = browser.text(By::Css("table.tracks")).await?;
        assert!(track.contains(old_said) && !track.contains(new_said), "{track}");
        assert!(!browser.words().await?.contains(new_said), "{before} knows what came later");
        browser.follow(By::Css(".when a")).await?;
        let track = browser.text(By::Css("table.tracks")).await?;
        assert!(track.contains(new_said), "{track}");
        Ok(())
    }

    /// The audit names who said what, newest first.
    async fn find_who(&self, moved: &Moved, corrected: &Corrected) -> anyhow::Result<()> {
        let browser = &self.browser;
        let code = self.project.rsplit('/').next().unwrap_or_default();
        browser.open(&format!("/audit?kind=project&code={code}")).await?;
        let line = async |entry: u64| browser.text(By::Css(format!(".journal > li[value='{entry}']"))).await;
        assert!(line(moved.entry).await?.contains("林雨"));
        assert!(line(moved.entry).await?.contains(self.promise.new_said));
        assert!(line(moved.entry + 1).await?.contains("赵青"));
        assert!(line(corrected.wrong).await?.contains("95"));
        assert!(line(corrected.right).await?.contains(&corrected.wrong.to_string()));
        browser.fill("actor", "district").await?;
        browser.follow(By::Css("form.filter button")).await?;
        let theirs = browser.text(By::Css(".journal")).await?;
        assert!(theirs.contains("赵青") && !theirs.contains("林雨"), "{theirs}");
        Ok(())
    }
}
