//! A real Chromium, driven through its driver.

use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::Context;
use tempfile::TempDir;
use thirtyfour::prelude::*;

use crate::{Running, free_port, wait_for};

/// Axe, the accessibility checker (MPL-2.0, see assets/axe/LICENSE).
const AXE: &str = include_str!("../assets/axe/axe.min.js");

pub struct Browser {
    pub driver: WebDriver,
    _running: Running,
    _profile: TempDir,
}

impl Browser {
    /// `None` where there is no driver.
    pub async fn start(lang: &str, width: u32, height: u32) -> anyhow::Result<Option<Self>> {
        let port = free_port();
        let mut command = Command::new("chromedriver");
        command.arg(format!("--port={port}")).stdout(Stdio::null()).stderr(Stdio::null());
        let Ok(running) = Running::start(&mut command) else { return Ok(None) };
        wait_for(|| std::net::TcpStream::connect(("127.0.0.1", port)).is_ok())?;
        let profile = tempfile::tempdir()?;
        let mut wanted = DesiredCapabilities::chrome();
        for argument in [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            &format!("--accept-lang={lang}"),
            &format!("--lang={lang}"),
            &format!("--window-size={width},{height}"),
            &format!("--user-data-dir={}", profile.path().display()),
        ] {
            wanted.add_arg(argument)?;
        }
        let driver = WebDriver::new(&format!("http://127.0.0.1:{port}"), wanted).await?;
        Ok(Some(Self { driver, _running: running, _profile: profile }))
    }

    /// What axe finds wrong on the page, a line each.
    pub async fn axe(&self) -> anyhow::Result<Vec<String>> {
        self.driver.execute(AXE, Vec::new()).await?;
        let script = "const done = arguments[arguments.length - 1];
            axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
              .then(r => done(r.violations.flatMap(v => v.nodes.map(n =>
                v.id + ': ' + n.target.join(' ') + ' | ' + (n.any[0]?.message ?? v.help)))))
              .catch(e => done(['axe failed: ' + e]));";
        let found = self.driver.execute_async(script, Vec::new()).await?;
        serde_json::from_value(found.json().clone()).context("axe's answer")
    }

    /// Waits until the page with this path is shown.
    pub async fn wait_for_path(&self, path: &str) -> anyhow::Result<()> {
        for _ in 0..200 {
            if self.driver.current_url().await?.path() == path {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        anyhow::bail!("waited for {path}, still at {}", self.driver.current_url().await?)
    }

    /// Waits until there is such an element.
    pub async fn wait_for(&self, by: By) -> anyhow::Result<WebElement> {
        for _ in 0..200 {
            if let Ok(found) = self.driver.find(by.clone()).await {
                return Ok(found);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(self.driver.find(by).await?)
    }

    pub async fn quit(self) -> anyhow::Result<()> {
        Ok(self.driver.quit().await?)
    }
}
