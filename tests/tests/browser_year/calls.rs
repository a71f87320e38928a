//! A whistle: seen, come to, settled, marked.

use thirtyfour::prelude::*;

use crate::tasks::ROADS;
use crate::year::{PLAN, Year};

/// Sends the form of a page that does one thing.
async fn does(year: &Year, act: &str) -> anyhow::Result<()> {
    let form = format!("//main//form[input[@name='act' and @value='{act}']]//button");
    year.browser.follow(By::XPath(form)).await
}

pub async fn whistled(year: &Year) -> anyhow::Result<()> {
    year.morning(9, 23).await?;
    year.as_person("subdistrict").await?;
    let fields = [
        ("name_zh", "校门口违停成排"),
        ("whistle", "emergency"),
        ("lead_unit", "changping-education"),
        ("address", "小学东门"),
    ];
    let ticked = [("supporting", "changping-transport"), ("areas", "tiantongyuan-north")];
    let whistle = year.register("whistle", &fields, &ticked, "whistles").await?;
    let page = format!("{PLAN}/whistles/{whistle}");
    for (person, minute) in [("department", 3), (ROADS, 9)] {
        year.comes(jiff::civil::date(2019, 9, 23).at(9, minute, 0, 0)).await?;
        year.as_person(person).await?;
        // Whoever is called is told at once.
        year.browser.open("/notices").await?;
        year.says(&["校门口违停成排"]).await?;
        year.browser.open(&page).await?;
        if person == "department" {
            year.press("act", "acknowledge").await?;
        }
        year.browser.fill("people", "2").await?;
        year.press("act", "arrive").await?;
        year.says(&["2 人"]).await?;
    }
    year.comes(jiff::civil::date(2019, 9, 23).at(10, 0, 0, 0)).await?;
    year.as_person("subdistrict").await?;
    year.browser.open(&page).await?;
    year.browser.fill("outcome", "违停清空，增设隔离桩").await?;
    does(year, "solve").await?;
    year.browser.fill("mark:changping-education", "5").await?;
    year.browser.fill("mark:changping-transport", "4").await?;
    does(year, "mark").await?;
    year.says(&["5 分", "4 分", "按时"]).await
}
