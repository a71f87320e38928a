//! What must hold of every page a person can see, on every screen.

use std::path::Path;

use anyhow::Context;
use serde_json::Value;

use crate::browser::Browser;

/// Axe, the accessibility checker (MPL-2.0, see assets/axe/LICENSE).
const AXE: &str = include_str!("../assets/axe/axe.min.js");

/// Width, and whether dark.
const LOOKS: [(u32, bool); 4] = [(1280, false), (1280, true), (390, true), (390, false)];

/// What axe is to look at. Light and dark differ in colours alone: each width is looked at whole once.
const WHOLE: &[&str] = &["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const COLOURS: &[&str] = &["color-contrast", "link-in-text-block"];

/// What axe finds wrong, a line each.
const RUN_AXE: &str = "const done = arguments[arguments.length - 1];
    axe.run(document, {
        resultTypes: ['violations'],
        preload: false,
        runOnly: { type: arguments[0], values: arguments[1] },
    }).then(r => done(r.violations.flatMap(v => v.nodes.map(n =>
        v.id + ': ' + n.target.join(' ') + ' | ' + ([...n.any, ...n.all, ...n.none][0]?.message ?? v.help)))))
      .catch(e => done(['axe failed: ' + e]));";

/// Messages without words and values that were not filled in stand in the page as marks of the program.
const UNWORDED: &str = r"const page = document.documentElement.cloneNode(true);
    for (const code of page.querySelectorAll('pre, code, textarea')) code.remove();
    return page.outerHTML.match(/\[([a-z][a-z0-9]+(-[a-z0-9]+)+|yes|no|print)\]|\{ ?\$[a-z]+ ?\}|\bNaN\b|\bundefined\b/g) ?? [];";

/// By how much the page is wider than the screen, and what sticks out.
const SIDEWAYS: &str = "const wide = arguments[0];
    if (document.documentElement.scrollWidth <= wide) return [];
    const out = [...document.querySelectorAll('body *')]
        .filter(e => e.getBoundingClientRect().right > wide && !e.closest('.scroll, .chart-frame, pre'))
        .map(e => e.tagName.toLowerCase() + '.' + e.className);
    return [`scrolls sideways to ${document.documentElement.scrollWidth}: ${out.slice(-3).join(', ')}`];";

fn lines(found: &Value) -> anyhow::Result<Vec<String>> {
    serde_json::from_value(found.clone()).context("not a list of texts")
}

impl Browser {
    /// What is wrong with the page shown, a line each: its language, its words, its console, its headings;
    /// and on wide and narrow screens, light and dark, what axe finds and whether it scrolls sideways.
    pub async fn faults(&self, lang: &str) -> anyhow::Result<Vec<String>> {
        let mut out = self.complaints().await?;
        let said = self.run("return document.documentElement.lang", vec![]).await?;
        if said != lang {
            out.push(format!("says it is in {said}"));
        }
        let marks = lines(&self.run(UNWORDED, vec![]).await?)?;
        out.extend(marks.into_iter().map(|mark| format!("shows {mark}")));
        self.driver.execute(AXE, Vec::new()).await?;
        for (place, (width, dark)) in LOOKS.into_iter().enumerate() {
            self.look(width, dark).await?;
            let mut found = lines(&self.run(SIDEWAYS, vec![width.into()]).await?)?;
            let (kind, rules) = if place % 2 == 0 { ("tag", WHOLE) } else { ("rule", COLOURS) };
            let asked = vec![kind.into(), rules.into()];
            found.extend(lines(self.driver.execute_async(RUN_AXE, asked).await?.json())?);
            let screen = format!("{width} {}", if dark { "dark" } else { "light" });
            out.extend(found.into_iter().map(|line| format!("{screen}: {line}")));
            if place == 0 {
                // First as it comes, then with everything unfolded.
                let unfold = "for (const d of document.querySelectorAll('details')) \
                              if (!d.open) d.open = d.wasFolded = true";
                self.run(unfold, vec![]).await?;
            }
        }
        self.look(1280, false).await?;
        // As it came.
        let fold = "for (const d of document.querySelectorAll('details')) if (d.wasFolded) d.open = false";
        self.run(fold, vec![]).await?;
        Ok(out)
    }

    /// Pictures of the whole page on every screen, for people to look at.
    pub async fn pictures(&self, name: &Path) -> anyhow::Result<()> {
        for (width, dark) in LOOKS {
            self.look(width, dark).await?;
            let script = "return document.documentElement.scrollHeight";
            let height = self.run(script, vec![]).await?.as_u64().context("no height")?;
            self.screen(width, height.min(6000), dark).await?;
            let screen = format!("{}-{width}-{}.png", name.display(), if dark { "dark" } else { "light" });
            std::fs::write(screen, self.driver.screenshot_as_png().await?)?;
        }
        self.look(1280, false).await
    }

    /// What the console complains of since it was last read: refused by policy, failed, not found.
    async fn complaints(&self) -> anyhow::Result<Vec<String>> {
        let mut address = self.driver.current_url().await?;
        address.set_fragment(None);
        // That the page itself is an error page is what was asked for.
        let itself = format!("{address} - Failed to load resource");
        let said = self.driver.browser_log().await?;
        let heard = said.into_iter().filter(|entry| matches!(entry.level.as_str(), "SEVERE" | "WARNING"));
        Ok(heard
            .filter(|entry| !entry.message.starts_with(&itself))
            .map(|entry| format!("console: {}", entry.message))
            .collect())
    }
}
