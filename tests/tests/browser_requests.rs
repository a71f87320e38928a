//! A request on its whole way in real browsers: filed on a phone, given out, handed back, given to another office, which
//! calls departments to the spot; answered, judged, taken up again, solved, and counted in the three rates.

use anyhow::Context;
use std::io::Write;
use std::process::Stdio;

use app::{Clock, SystemClock};
use end_to_end::browser::{Browser, PASSWORD};
use end_to_end::{Site, huitian, skipped};
use jiff::ToSpan;
use jiff::civil::Date;
use thirtyfour::prelude::*;

const PLAN: &str = "/p/huitian-2018";

/// Who speaks for the unit that requests about buses go to first.
const TRANSPORT: &str = "transport-desk";

/// The office that takes the request over.
const OFFICE: &str = "天通苑北街道办事处";

/// What the resident reads and writes.
struct Said {
    tag: &'static str,
    text: &'static str,
    /// The same matter as a neighbour told it to the hotline before.
    before: &'static str,
    /// What the category was taken from.
    because: &'static str,
    first_unit: &'static str,
    office: &'static str,
    /// What is asked for when "not solved" has no reason.
    need_why: &'static str,
    due: &'static str,
}

const CHINESE: Said = Said {
    tag: "zh-CN",
    text: "北门公交站早高峰等车要半小时，公交太少挤不上去，请回电13812345678",
    before: "北门公交站早高峰等车要半小时，公交太少，队伍排到路口",
    because: "公交",
    first_unit: "昌平区交通局",
    office: OFFICE,
    need_why: "请说明还有什么问题",
    due: "最迟答复",
};

const ENGLISH: Said = Said {
    tag: "en",
    text: "At the north gate we wait half an hour for the bus every morning, and it is full. Call 13812345678",
    before: "At the north gate people wait half an hour for the bus every morning, and cannot get on",
    because: "bus",
    first_unit: "Changping District Transport Bureau",
    office: "Tiantongyuan North Subdistrict Office",
    need_why: "Say what is still wrong",
    due: "Answer by",
};

/// Somebody on a phone.
struct Resident<'a> {
    browser: &'a Browser,
    said: &'a Said,
}

impl Resident<'_> {
    /// Sends the step of the form that is shown; what is alike has forms of its own.
    async fn next(&self) -> anyhow::Result<()> {
        self.browser
            .follow(By::Css("form[action$='/ask'] button[type=submit]:not([name]):not(.hidden)"))
            .await
    }

    async fn assert_sound(&self, what: &str) -> anyhow::Result<()> {
        let faults = self.browser.faults(self.said.tag).await?;
        assert!(faults.is_empty(), "{what}:\n{}", faults.join("\n"));
        self.browser.look(390, false).await
    }

    /// Files a request, place first, and gives its code and the link to it.
    async fn file(&self, photo: &str) -> anyhow::Result<(String, String)> {
        let browser = self.browser;
        browser.look(390, false).await?;
        browser.open(&format!("{PLAN}/ask")).await?;
        assert!(browser.driver.find(By::Id("text")).await.is_err(), "where comes before what");
        browser.fill("area", "tiantongyuan-north-1").await?;
        browser.fill("address", "北门公交站").await?;
        self.next().await?;
        browser.fill("text", self.said.text).await?;
        browser.wait_for(By::Id("photo")).await?.send_keys(photo).await?;
        self.next().await?;

        assert_eq!(browser.value("category").await?, "transport");
        let because = browser.text(By::Id("category-hint")).await?;
        assert!(because.contains(self.said.because), "{because}");
        let alike = browser.text(By::Css("section[aria-labelledby='alike-title']")).await?;
        assert!(alike.contains(self.said.before), "{alike}");
        let read = browser.text(By::Css("section[aria-labelledby='shown-title'] .words")).await?;
        assert!(read.contains("***") && !read.contains("13812345678"), "{read}");
        self.see_photo("section[aria-labelledby='shown-title']").await?;
        self.assert_sound("what will be read, before it is sent").await?;
        browser.wait_for(By::Id("public")).await?.click().await?;
        browser.fill("phone", "13812345678").await?;
        self.next().await?;

        assert_eq!(browser.path().await?, format!("{PLAN}/my"));
        let link = browser.driver.current_url().await?;
        let link = format!("{}?{}", link.path(), link.query().unwrap_or_default().replace("sent=1&", ""));
        self.stands("assigned").await?;
        assert!(browser.words().await?.contains(self.said.first_unit));
        self.see_photo("section[aria-labelledby='photos-title']").await?;
        self.assert_sound("one's own request").await?;
        Ok((browser.text(By::Css(".crumb .code")).await?, link))
    }

    async fn see_photo(&self, place: &str) -> anyhow::Result<()> {
        let image = self.browser.wait_for(By::Css(format!("{place} .shots img"))).await?;
        image.scroll_into_view().await?;
        let drawn = "return arguments[0].complete && arguments[0].naturalWidth > 0";
        let seen = async || {
            let answer = self.browser.driver.execute(drawn, vec![image.to_json()?]).await?;
            Ok((answer.json() == &serde_json::Value::Bool(true)).then_some(()))
        };
        self.browser.wait_until("the photo", seen).await
    }

    async fn stands(&self, state: &str) -> anyhow::Result<()> {
        self.browser.wait_for(By::Css(format!(".standing .request-{state}"))).await.map(drop)
    }

    async fn due(&self) -> anyhow::Result<String> {
        let path = format!("//dl[contains(@class, 'particulars')]/div[dt = '{}']/dd", self.said.due);
        self.browser.text(By::XPath(path)).await
    }

    /// Says what became of it, on one's own page.
    async fn judge(&self, solved: &str, satisfaction: &str, why: &str) -> anyhow::Result<()> {
        for choice in
            [format!("solved-{solved}"), format!("satisfaction-{satisfaction}"), "contacted-yes".into()]
        {
            let label = self.browser.wait_for(By::Css(format!("label[for='{choice}']"))).await?;
            label.scroll_into_view().await?;
            label.click().await?;
        }
        self.browser.fill("why", why).await?;
        self.browser.follow(By::XPath("//form[input[@name='act' and @value='judge']]//button")).await
    }
}

/// The offices, at their desks.
struct Staff<'a> {
    browser: &'a Browser,
    /// The address of the request's page.
    request: String,
}

impl Staff<'_> {
    /// Somebody else sits down, with the request before them.
    async fn turn(&self, person: &str) -> anyhow::Result<()> {
        self.browser.open("/account").await?;
        if self.browser.path().await? == "/account" {
            self.browser.sign_out().await?;
        }
        self.browser.sign_in(person).await?;
        self.browser.open(&self.request).await
    }

    /// What needs one press, in the first row or unfolded.
    async fn press(&self, act: &str) -> anyhow::Result<()> {
        self.browser
            .run("for (const more of document.querySelectorAll('.acts details')) more.open = true", vec![])
            .await?;
        self.browser.follow(By::Css(format!(".acts form[action$='/{act}'] button"))).await
    }

    /// What has a form: its fields, filled in and sent.
    async fn act(&self, act: &str, fields: &[(&str, &str)]) -> anyhow::Result<()> {
        self.browser.follow(By::Css(format!(".acts a[href$='/{act}']"))).await?;
        for (id, value) in fields {
            self.browser.fill(id, value).await?;
        }
        self.send().await
    }

    async fn send(&self) -> anyhow::Result<()> {
        self.browser.send().await
    }

    async fn stands(&self, state: &str) -> anyhow::Result<()> {
        self.browser.wait_for(By::Css(format!(".standing .request-{state}"))).await.map(drop)
    }

    /// An answer; what it may still lack is said once, and holds nothing up.
    async fn answer(&self, text: &str, lacks: &str) -> anyhow::Result<()> {
        self.act("step-answer", &[("answer", text)]).await?;
        assert!(self.browser.words().await?.contains(lacks), "{}", self.browser.words().await?);
        assert_eq!(self.browser.value("answer").await?, text);
        self.send().await?;
        self.stands("answered").await
    }

    /// A unit on the spot, from the page of the call.
    async fn come(&self, person: &str, whistle: &str, people: &str) -> anyhow::Result<()> {
        self.turn(person).await?;
        self.browser.open(whistle).await?;
        self.browser.follow(By::Css("button[name=act][value=acknowledge]")).await?;
        self.browser.fill("people", people).await?;
        self.browser.follow(By::Css("button[name=act][value=arrive]")).await
    }

    /// The office's response, resolution and satisfaction of a period, as the page of rates has them.
    async fn rates(&self, (from, to): (Date, Date)) -> anyhow::Result<Option<[String; 3]>> {
        let page = format!("{PLAN}/requests/rates?from={from}&to={to}&as_of={to}");
        self.browser.open(&page).await?;
        self.browser.wait_for(By::Css("main h1")).await?;
        let row = By::XPath(format!("//tbody/tr[th[contains(., '{OFFICE}')]]"));
        let Ok(row) = self.browser.driver.find(row).await else { return Ok(None) };
        let mut out = [const { String::new() }; 3];
        for (value, label) in out.iter_mut().zip(["响应率", "解决率", "满意率"]) {
            let cell = row.find(By::XPath(format!("./td[@data-label='{label}']/a"))).await?;
            *value = cell.text().await?;
        }
        Ok(Some(out))
    }

    /// Opens one of the three from the page of rates: the codes of the requests behind it.
    async fn behind(&self, label: &str, worse: bool) -> anyhow::Result<Vec<String>> {
        let which = if worse { "/span/a" } else { "/a" };
        let cell = format!("//tbody/tr[th[contains(., '{OFFICE}')]]/td[@data-label='{label}']{which}");
        self.browser.follow(By::XPath(cell)).await?;
        let mut out = Vec::new();
        for code in self.browser.driver.find_all(By::Css("table tbody th .code")).await? {
            out.push(code.text().await?);
        }
        Ok(out)
    }
}

/// An account of the first unit.
fn account(site: &Site) -> anyhow::Result<()> {
    let mut adding = huitian(&["account", "add", TRANSPORT, "--name", "交通局 田丰", "--role", "department"]);
    adding.args(["--unit", "changping-transport", "--scope", "unit:changping-transport"]);
    adding.args(["--database", &site.database]).stdin(Stdio::piped()).stderr(Stdio::piped());
    let mut adding = adding.spawn()?;
    if let Some(mut stdin) = adding.stdin.take() {
        writeln!(stdin, "{PASSWORD}")?;
    }
    let done = adding.wait_with_output()?;
    anyhow::ensure!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    Ok(())
}

fn today() -> anyhow::Result<Date> {
    Ok(SystemClock::new(None)?.today())
}

/// Plays it with a resident of one language; the offices work in Chinese.
async fn play(said: &Said) -> anyhow::Result<()> {
    let site = Site::demo()?;
    let (Some(phone), Some(desks)) =
        (Browser::start(said.tag, &site.address).await?, Browser::start("zh-CN", &site.address).await?)
    else {
        skipped("chromedriver");
        return Ok(());
    };
    account(&site)?;
    let resident = Resident { browser: &phone, said };
    let period = (today()?, today()?.checked_add(60.days())?);

    // A neighbour called the hotline about the same; the desk files it, and everybody may read it.
    desks.sign_in("desk").await?;
    desks.open(&format!("{PLAN}/requests/new")).await?;
    for (id, value) in [
        ("area", "tiantongyuan-north-1"),
        ("address", "北门公交站"),
        ("text", said.before),
        ("category", "transport"),
        ("public", "yes"),
        ("number", "12345-0001"),
    ] {
        desks.fill(id, value).await?;
    }
    desks.send().await?;
    let mut staff = Staff { browser: &desks, request: desks.path().await? };
    staff.press("publish").await?;

    let folder = tempfile::tempdir()?;
    let photo = folder.path().join("queue.png");
    std::fs::write(&photo, desks.driver.screenshot_as_png().await?)?;
    let (code, link) = resident.file(&photo.display().to_string()).await?;
    staff.request = format!("{PLAN}/requests/{code}");

    // The rule gave it to the transport bureau, which says whose it is; the desk gives it to them.
    staff.turn(TRANSPORT).await?;
    staff.stands("assigned").await?;
    staff.act("step-ask-return", &[("reason", "")]).await?;
    assert_eq!(desks.status().await?, 422, "handing back needs a reason");
    let reason = "站台秩序归属地街道，线路由我局配合";
    desks.fill("reason", reason).await?;
    staff.send().await?;
    staff.stands("return_asked").await?;
    staff.turn("desk").await?;
    assert!(desks.text(By::Css(".happened")).await?.contains(reason));
    let why = ("reason", "街道牵头，交通局配合");
    staff.act("step-redispatch", &[("unit", "tiantongyuan-north-office"), why]).await?;
    staff.stands("assigned").await?;
    phone.open(&link).await?;
    assert!(phone.words().await?.contains(said.office));

    // The office signs it in, speaks to the resident, and calls two departments to the stop.
    staff.turn("subdistrict").await?;
    staff.press("step-accept").await?;
    staff.stands("accepted").await?;
    staff.act("contact", &[("way", "phone"), ("text", "已电话说明")]).await?;
    staff.press("step-start").await?;
    desks.follow(By::Css(".acts a[href*='/items/new/whistle?request=']")).await?;
    let text = desks.value("text").await?;
    let code = staff.request.rsplit('/').next().unwrap_or_default();
    assert!(text.contains(code) && !text.contains("***"), "no words of whoever asked: {text}");
    desks.fill("name_zh", "北门公交站候车").await?;
    desks.fill("whistle", "request").await?;
    desks.fill("lead_unit", "changping-transport").await?;
    desks.wait_for(By::Css("input[name=supporting][value=changping-education]")).await?.click().await?;
    desks.send().await?;
    let whistle = desks.path().await?;
    assert!(whistle.contains("/whistles/WHS-"), "{whistle}");
    staff.come(TRANSPORT, &whistle, "3").await?;
    staff.come("department", &whistle, "2").await?;
    staff.turn("subdistrict").await?;
    let called = desks.text(By::Css("table.called")).await?;
    assert!(called.contains("3 人") && called.contains("2 人"), "the request shows who came: {called}");
    desks.open(&whistle).await?;
    desks.fill("outcome", "早高峰加开两班区间车").await?;
    desks.follow(By::XPath("//main//form[input[@name='act' and @value='solve']]//button")).await?;
    for unit in ["changping-transport", "changping-education"] {
        desks.fill(&format!("mark:{unit}"), "5").await?;
    }
    desks.follow(By::XPath("//main//form[input[@name='act' and @value='mark']]//button")).await?;
    desks.open(&staff.request).await?;
    staff.answer("已与交通局到场，将加开区间车。", "没有日期或期限").await?;
    assert_eq!(staff.rates((period.0, period.0)).await?, None, "its limit has not run out");

    // The resident opens the link: it is not solved. It is taken up again, with a shorter limit of its own.
    phone.open(&link).await?;
    assert!(phone.words().await?.contains("将加开区间车"));
    resident.assert_sound("an answered request").await?;
    resident.judge("no", "dissatisfied", "").await?;
    assert_eq!(phone.status().await?, 422);
    assert!(phone.text(By::Css(".summary")).await?.contains(said.need_why));
    resident.assert_sound("a verdict without its reason").await?;
    let mut days = vec![today()?];
    resident.judge("no", "dissatisfied", "still half an hour").await?;
    days.push(today()?);
    resident.stands("reopened").await?;
    let due = resident.due().await?;
    let after_a_week = days.into_iter().filter_map(|day| day.checked_add(7.days()).ok());
    let mut expected = after_a_week.map(|day| match said.tag {
        "en" => day.strftime("%-d %B %Y").to_string(),
        _ => day.strftime("%Y年%-m月%-d日").to_string(),
    });
    assert!(expected.any(|day| due == day), "{due}");
    resident.assert_sound("a request taken up again").await?;
    staff.turn("subdistrict").await?;
    staff.stands("reopened").await?;
    assert!(desks.words().await?.contains("still half an hour"));
    assert_eq!(staff.rates(period).await?.context("no rates")?, ["100.00%", "0.00%", "0.00%"]);
    assert_eq!(staff.behind("解决率", true).await?, std::slice::from_ref(&code));

    // Now it is, and every rate says so.
    desks.open(&staff.request).await?;
    staff.press("step-accept").await?;
    staff.answer("区间车已经开行，间隔十分钟。", "没有写明地点").await?;
    phone.open(&link).await?;
    resident.judge("yes", "satisfied", "").await?;
    resident.stands("closed").await?;
    resident.assert_sound("a closed request").await?;
    assert_eq!(staff.rates(period).await?.context("no rates")?, ["100.00%", "100.00%", "100.00%"]);
    for label in ["响应率", "解决率", "满意率"] {
        staff.rates(period).await?;
        assert_eq!(staff.behind(label, false).await?, std::slice::from_ref(&code), "{label}");
    }
    staff.rates(period).await?;
    assert!(staff.behind("解决率", true).await?.is_empty());
    phone.quit().await?;
    desks.quit().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_goes_from_a_phone_to_the_rates() -> anyhow::Result<()> {
    play(&CHINESE).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resident_who_reads_english_goes_the_same_way() -> anyhow::Result<()> {
    play(&ENGLISH).await
}
