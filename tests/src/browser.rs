//! A real Chromium, driven through its driver.

use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::Context;
use tempfile::TempDir;
use thirtyfour::prelude::*;

use crate::{Running, Site, free_port, wait_for};

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
        wanted.set_logging_prefs("browser", thirtyfour::LoggingPrefsLogLevel::Warning)?;
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

    /// Signs a person of the demonstration in.
    pub async fn sign_in(&self, site: &Site, person: &str) -> anyhow::Result<()> {
        self.driver.goto(format!("{}/sign-in?back=/account", site.address)).await?;
        self.driver.find(By::Id("name")).await?.send_keys(person).await?;
        self.driver.find(By::Id("password")).await?.send_keys("huitian-demo-2018").await?;
        self.submit().await?;
        self.wait_for_path("/account").await
    }

    /// Sends the page's form and waits until what it answers is there.
    pub async fn submit(&self) -> anyhow::Result<()> {
        self.driver.execute("window.isOld = true", Vec::new()).await?;
        self.driver.find(By::Css("main form button[type=submit]")).await?.click().await?;
        for _ in 0..400 {
            let script = "return window.isOld !== true && document.readyState === 'complete'";
            if let Ok(found) = self.driver.execute(script, Vec::new()).await
                && found.json().as_bool() == Some(true)
            {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        anyhow::bail!("the form was not answered")
    }

    /// What stands in the browser's own console, such as a breach of the content security policy.
    pub async fn complaints(&self) -> anyhow::Result<Vec<String>> {
        let log = self.driver.browser_log().await?;
        Ok(log.into_iter().map(|line| line.message).filter(|line| !line.contains("status of 4")).collect())
    }

    pub async fn quit(self) -> anyhow::Result<()> {
        Ok(self.driver.quit().await?)
    }
}
