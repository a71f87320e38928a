//! A site over the demonstration whose clock is set by hand: the calendar does what it asks for whenever it is
//! moved on, and people do theirs on the pages, each signed in as who they are.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use app::read::Asked;
use app::rhythm::Deed;
use app::{App, FixedClock};
use domain::code::Code;
use domain::item::Item;
use end_to_end::browser::{Browser, PASSWORD};
use jiff::civil::{Date, DateTime};
use pages::PagesState;
use store::{Address, Database};
use tempfile::TempDir;
use thirtyfour::prelude::*;
use tokio::task::{JoinHandle, block_in_place};

pub const PLAN: &str = "/p/huitian-2018";

/// People of units who have no sign-in in the demonstration get one for the year.
const MORE: [&str; 1] = ["liaison-changping-transport"];

pub struct Year {
    pub app: App,
    pub browser: Browser,
    clock: Arc<FixedClock>,
    serving: JoinHandle<()>,
    _folder: TempDir,
}

pub fn code(text: &str) -> anyhow::Result<Code> {
    Ok(Code::new(text)?)
}

impl Year {
    /// On the morning of a day, with the demonstration's year behind it. `None` where there is no driver.
    pub async fn begin(on: Date) -> anyhow::Result<Option<Self>> {
        let folder = tempfile::tempdir()?;
        let address = Address::Sqlite(folder.path().join("year.db"));
        let database = block_in_place(|| Database::open(&address, 0))?;
        let clock = Arc::new(FixedClock::morning(on)?);
        demo::load(&database, clock.clone(), |_, _| {}).await?;
        let app = App::new(database, clock.clone());
        for person in MORE {
            app.set_password(&code(person)?, PASSWORD).await?;
        }
        let state =
            PagesState { app: app.clone(), secure_cookies: false, demo: None, reach: Default::default() };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let site = format!("http://{}", listener.local_addr()?);
        let serving = tokio::spawn(async move { drop(axum::serve(listener, pages::router(state)).await) });
        let Some(browser) = Browser::start("zh-CN", &site).await? else { return Ok(None) };
        Ok(Some(Self { app, browser, clock, serving, _folder: folder }))
    }

    /// Moves the clock on, and lets the calendar do what is due by then.
    pub async fn comes(&self, at: DateTime) -> anyhow::Result<Vec<Deed>> {
        self.clock.set(jiff::tz::TimeZone::get("Asia/Shanghai")?.to_timestamp(at)?);
        Ok(self.app.run_rhythm(&code("huitian-2018")?, at, false).await?.deeds)
    }

    /// Nine in the morning of a day.
    pub async fn morning(&self, month: i8, day: i8) -> anyhow::Result<Vec<Deed>> {
        self.comes(jiff::civil::date(2019, month, day).at(9, 0, 0, 0)).await
    }

    /// Somebody else sits down at the browser.
    pub async fn as_person(&self, person: &str) -> anyhow::Result<()> {
        self.browser.driver.delete_all_cookies().await?;
        self.browser.sign_in(person).await
    }

    /// Opens a page of the plan.
    pub async fn open(&self, path: &str) -> anyhow::Result<()> {
        self.browser.open(&format!("{PLAN}{path}")).await
    }

    async fn fill(&self, fields: &[(&str, &str)]) -> anyhow::Result<()> {
        for (field, value) in fields {
            self.browser.fill(field, value).await.with_context(|| format!("{field} = {value}"))?;
        }
        Ok(())
    }

    /// What a page that came back complains of.
    async fn faults(&self) -> anyhow::Result<String> {
        let script = "return [...document.querySelectorAll('.summary, .error-text, .note.warn, .note.bad')]
            .map(e => e.innerText).join(' | ')";
        Ok(self.browser.run(script, vec![]).await?.as_str().unwrap_or_default().to_owned())
    }

    /// Sends the form that is open; the code at the end of the page it leads to.
    async fn sent(&self, what: &str, to: &str) -> anyhow::Result<String> {
        self.browser.send().await?;
        let path = self.browser.path().await?;
        let led = path.starts_with(&format!("{PLAN}/{to}/")) && self.browser.status().await? == 200;
        anyhow::ensure!(led, "{what} led to {path}: {}", self.faults().await?);
        Ok(path.rsplit('/').next().unwrap_or_default().to_owned())
    }

    /// Does something with an item by its form.
    pub async fn act(&self, item: &str, act: &str, fields: &[(&str, &str)]) -> anyhow::Result<()> {
        self.open(&format!("/items/{item}/{act}")).await?;
        self.fill(fields).await?;
        let ended = self.sent(&format!("{act} of {item}"), "items").await?;
        anyhow::ensure!(ended == item, "{act} of {item} led to {ended}");
        Ok(())
    }

    /// Puts something on the books by the form of its kind; its code. `register` is where it has its page.
    pub async fn register(
        &self,
        kind: &str,
        fields: &[(&str, &str)],
        ticked: &[(&str, &str)],
        register: &str,
    ) -> anyhow::Result<String> {
        self.open(&format!("/items/new/{kind}")).await?;
        self.registered(fields, ticked, register).await
    }

    /// Puts on the books what arises from an item, by the link on its page that says so.
    pub async fn arises(
        &self,
        from: &str,
        relation: &str,
        fields: &[(&str, &str)],
        ticked: &[(&str, &str)],
    ) -> anyhow::Result<String> {
        self.open(&format!("/items/{from}")).await?;
        self.browser.follow(By::Css(format!("main a[href$='from={from}&relation={relation}']"))).await?;
        self.registered(fields, ticked, "items").await
    }

    /// `ticked` are boxes to tick or to clear, by name and value.
    async fn registered(
        &self,
        fields: &[(&str, &str)],
        ticked: &[(&str, &str)],
        register: &str,
    ) -> anyhow::Result<String> {
        self.fill(fields).await?;
        for (name, value) in ticked {
            self.tick(name, value).await?;
        }
        self.sent("what was registered", register).await
    }

    pub async fn tick(&self, name: &str, value: &str) -> anyhow::Result<()> {
        let by = By::Css(format!("input[name='{name}'][value='{value}']"));
        self.browser.wait_for(by).await?.click().await?;
        Ok(())
    }

    /// Presses a button of the page by its name and value.
    pub async fn press(&self, name: &str, value: &str) -> anyhow::Result<()> {
        self.browser.follow(By::Css(format!("main button[name='{name}'][value='{value}']"))).await
    }

    /// An item as it stands.
    pub async fn item(&self, item: &str) -> anyhow::Result<Item> {
        Ok(self.app.item(&code("huitian-2018")?, &code(item)?, Asked::default()).await?.0)
    }

    /// Fails unless the page shown says all of it.
    pub async fn says(&self, all: &[&str]) -> anyhow::Result<()> {
        let words = self.browser.words().await?;
        for wanted in all {
            anyhow::ensure!(words.contains(wanted), "no '{wanted}' in {words}");
        }
        Ok(())
    }

    /// The page shown says no, as it should; what the browser's console says of that is no fault.
    pub async fn refused(&self, status: u64, what: &str) -> anyhow::Result<()> {
        let answered = self.browser.status().await?;
        anyhow::ensure!(answered == status, "{what}: {answered} {}", self.faults().await?);
        self.browser.driver.browser_log().await?;
        Ok(())
    }

    /// What must hold of every page.
    pub async fn is_sound(&self, what: &str) -> anyhow::Result<()> {
        if let Some(folder) = std::env::var_os("HUITIAN_PICTURES") {
            std::fs::create_dir_all(&folder)?;
            self.browser.pictures(&Path::new(&folder).join(what.replace(' ', "-"))).await?;
        }
        let faults = self.browser.faults("zh-CN").await?;
        anyhow::ensure!(faults.is_empty(), "{what}:\n{}", faults.join("\n"));
        Ok(())
    }

    pub async fn end(self) -> anyhow::Result<()> {
        self.browser.quit().await?;
        self.serving.abort();
        Ok(())
    }
}
