//! A real Chromium, driven through its driver. Nothing here races a page that is still loading: whatever
//! leaves a page waits for the next one, and whatever looks for an element waits until it is there.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Context;
use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::common::capabilities::chromium::ChromiumLikeCapabilities;
use thirtyfour::prelude::*;
use thirtyfour::{LoggingPrefsLogLevel, TimeoutConfiguration};

use crate::Running;

/// The longest anything is waited for; a slow machine under load stays well below.
const PATIENCE: Duration = Duration::from_secs(45);

/// The password of everybody in the demonstration.
pub const PASSWORD: &str = "huitian-demo-2018";

pub struct Browser {
    pub driver: WebDriver,
    /// Where the site is that is looked at.
    pub site: String,
    _running: Running,
    _profile: TempDir,
}

impl Browser {
    /// A wide window in a language, on a site, in which maps stay pictures: else they would be drawn in software, with words
    /// of the browser about that, wherever somebody stays long enough. `None` where there is no driver.
    pub async fn start(lang: &str, site: &str) -> anyhow::Result<Option<Self>> {
        Self::drawing(lang, site, &["--disable-gpu", "--disable-3d-apis"]).await
    }

    /// One that draws in three dimensions, in software: what live maps need.
    pub async fn start_with_maps(lang: &str, site: &str) -> anyhow::Result<Option<Self>> {
        Self::drawing(lang, site, &["--use-angle=swiftshader", "--enable-unsafe-swiftshader"]).await
    }

    async fn drawing(lang: &str, site: &str, how: &[&str]) -> anyhow::Result<Option<Self>> {
        let mut command = Command::new("chromedriver");
        command.arg("--port=0");
        let port = |line: &str| Some(line.split_once("started successfully on port ")?.1.replace('.', ""));
        let found = Running::answering(&mut command, port);
        if let Err(error) = &found
            && let Some(missing) = error.downcast_ref::<std::io::Error>()
            && missing.kind() == std::io::ErrorKind::NotFound
        {
            return Ok(None);
        }
        let (running, port) = found?;
        let profile = tempfile::tempdir()?;
        let mut wanted = DesiredCapabilities::chrome();
        for argument in [
            "--headless=new",
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--window-size=1280,900",
            &format!("--accept-lang={lang}"),
            &format!("--lang={lang}"),
            &format!("--user-data-dir={}", profile.path().display()),
        ] {
            wanted.add_arg(argument)?;
        }
        for argument in how {
            wanted.add_arg(argument)?;
        }
        wanted.set_browser_log_level(LoggingPrefsLogLevel::All)?;
        let driver = WebDriver::new(&format!("http://127.0.0.1:{port}"), wanted).await?;
        // A check of the longest page takes a slow machine a while.
        let timeouts = TimeoutConfiguration::new(Some(PATIENCE * 4), Some(PATIENCE), Some(Duration::ZERO));
        driver.update_timeouts(timeouts).await?;
        Ok(Some(Self { driver, site: site.to_owned(), _running: running, _profile: profile }))
    }

    /// Opens an address of the site, and waits until the page is whole: the driver may come back in the middle of a long
    /// one.
    pub async fn open(&self, address: &str) -> anyhow::Result<()> {
        self.driver.goto(format!("{}{address}", self.site)).await.with_context(|| address.to_owned())?;
        let whole = async || {
            let state = self.driver.execute("return document.readyState", vec![]).await?;
            Ok((state.json() == "complete").then_some(()))
        };
        self.wait_until(&format!("the page at {address}"), whole).await
    }

    /// What a script returns.
    pub async fn run(&self, script: &str, arguments: Vec<Value>) -> anyhow::Result<Value> {
        Ok(self.driver.execute(script, arguments).await?.json().clone())
    }

    /// Asks again and again until something is there.
    pub async fn wait_until<T>(
        &self,
        what: &str,
        found: impl AsyncFn() -> WebDriverResult<Option<T>>,
    ) -> anyhow::Result<T> {
        let begun = Instant::now();
        loop {
            // While a page is left, the driver may fail to look at it.
            let answer = found().await;
            if let Ok(Some(found)) = answer {
                return Ok(found);
            }
            if begun.elapsed() > PATIENCE {
                let address = self.driver.current_url().await?;
                let why = answer.err().map_or_else(String::new, |error| format!(": {error}"));
                anyhow::bail!("waited in vain for {what} at {address}{why}");
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }

    /// Waits until there is such an element.
    pub async fn wait_for(&self, by: By) -> anyhow::Result<WebElement> {
        let what = format!("{by:?}");
        self.wait_until(&what, async || Ok(Some(self.driver.find(by.clone()).await?))).await
    }

    /// The words of an element, once it is there.
    pub async fn text(&self, by: By) -> anyhow::Result<String> {
        let what = format!("{by:?}");
        self.wait_until(&what, async || Ok(Some(self.driver.find(by.clone()).await?.text().await?))).await
    }

    /// All that is written on the page.
    pub async fn words(&self) -> anyhow::Result<String> {
        self.text(By::Css("body")).await
    }

    /// Clicks what leads to another page, and waits until that one is whole.
    pub async fn follow(&self, by: By) -> anyhow::Result<()> {
        let what = format!("{by:?}");
        let element = self.wait_for(by).await?;
        // The mark goes with the page that is left.
        self.driver.execute("window.isLeft = true", vec![]).await?;
        element.click().await.with_context(|| what.clone())?;
        let here = "return !window.isLeft && document.readyState === 'complete'";
        let whole = async || {
            let answer = self.driver.execute(here, vec![]).await?;
            Ok((answer.json() == &Value::Bool(true)).then_some(()))
        };
        self.wait_until(&format!("the page behind {what}"), whole).await
    }

    /// Puts a value into a field of the page, in place of what it holds.
    pub async fn fill(&self, id: &str, value: &str) -> anyhow::Result<()> {
        let field = self.wait_for(By::Id(id)).await?;
        let kind = field.attr("type").await?;
        let picked = matches!(kind.as_deref(), Some("date" | "datetime-local"));
        if picked || field.tag_name().await? == "select" {
            // What a picker shows depends on the browser's language; what it holds does not.
            let script = "arguments[0].value = arguments[1];
                if (arguments[0].value !== arguments[1]) throw new Error('cannot hold ' + arguments[1]);";
            self.driver.execute(script, vec![field.to_json()?, value.into()]).await?;
            return Ok(());
        }
        field.clear().await?;
        Ok(field.send_keys(value).await?)
    }

    /// What a field holds.
    pub async fn value(&self, id: &str) -> anyhow::Result<String> {
        Ok(self.wait_for(By::Id(id)).await?.prop("value").await?.unwrap_or_default())
    }

    /// What a hidden field holds.
    pub async fn hidden(&self, name: &str) -> anyhow::Result<String> {
        let field = self.wait_for(By::Css(format!("input[type=hidden][name='{name}']"))).await?;
        Ok(field.prop("value").await?.unwrap_or_default())
    }

    /// Sends the first form of the page that has fields to fill in.
    pub async fn send(&self) -> anyhow::Result<()> {
        self.follow(By::Css("main form[method=post]:not(.inline) button[type=submit]")).await
    }

    /// The path of the page shown.
    pub async fn path(&self) -> anyhow::Result<String> {
        Ok(self.driver.current_url().await?.path().to_owned())
    }

    /// With which status the page shown was answered.
    pub async fn status(&self) -> anyhow::Result<u64> {
        let script = "return performance.getEntriesByType('navigation')[0].responseStatus";
        self.run(script, vec![]).await?.as_u64().context("no status")
    }

    /// Signs somebody of the demonstration in.
    pub async fn sign_in(&self, person: &str) -> anyhow::Result<()> {
        self.open("/sign-in?back=/account").await?;
        self.fill("name", person).await?;
        self.fill("password", PASSWORD).await?;
        self.send().await?;
        anyhow::ensure!(self.path().await? == "/account", "{person} could not sign in");
        Ok(())
    }

    pub async fn sign_out(&self) -> anyhow::Result<()> {
        self.follow(By::Css("form[action='/sign-out'] button")).await
    }

    /// Shows the page as another screen would, without loading it again.
    pub async fn look(&self, width: u32, dark: bool) -> anyhow::Result<()> {
        self.screen(width, if width < 600 { 844 } else { 900 }, dark).await
    }

    pub(crate) async fn screen(&self, width: u32, height: u64, dark: bool) -> anyhow::Result<()> {
        let phone = width < 600;
        let screen = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone });
        let scheme = if dark { "dark" } else { "light" };
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.driver.cdp().send_raw("Emulation.setDeviceMetricsOverride", screen).await?;
        self.driver.cdp().send_raw("Emulation.setEmulatedMedia", media).await?;
        Ok(())
    }

    pub async fn quit(self) -> anyhow::Result<()> {
        Ok(self.driver.quit().await?)
    }
}
