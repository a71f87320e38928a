//! What was learnt of requests: who sees it, who may learn, and what is said where there is too little.

use crate::site::{PLAN, site};

#[tokio::test(flavor = "multi_thread")]
async fn too_little_to_learn_from_is_said_and_only_the_desk_learns() {
    let site = site();
    let models = format!("{PLAN}/requests/models");
    site.sign_in("").await.get(&models).await.is(303);
    let desk = site.sign_in("desk").await;
    desk.get(&models).await.is(200).says("Nothing has been learnt yet").says("The words of the categories");
    desk.post(&format!("{models}/learn"), &[("asks", "category")]).await.is(422).says("There is too little");
    desk.post(&format!("{models}/learn"), &[("asks", "weather")]).await.is(400);
    desk.post(&format!("{models}/use"), &[("asks", "category"), ("number", "7")]).await.is(404);
    desk.post(&format!("{models}/use"), &[("asks", "unit"), ("number", "0")]).await.is(303);
    let district = site.sign_in("district").await;
    district.get(&models).await.is(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_in_is_watched_and_every_number_opens_its_requests() {
    let site = site();
    let monitor = format!("{PLAN}/requests/monitor");
    site.sign_in("").await.get(&monitor).await.is(303);
    let desk = site.sign_in("desk").await;
    let page = desk.get(&format!("{monitor}?as_of=2019-08-14")).await;
    page.is(200).says("There is no earlier year to compare with").says("Early warning").says("Parking");
    assert!(page.missing_words().is_empty(), "{:?}", page.missing_words());
    let list = page.body.split("href=\"").skip(1).map(|part| part.split('"').next().unwrap());
    let list = list.filter(|address| address.contains("/requests?") && address.contains("category=parking"));
    let address = list.last().unwrap().replace("&#38;", "&").replace("&amp;", "&");
    desk.get(&address).await.is(200).says("Parking");
    let csv = desk.get(&format!("{PLAN}/requests/monitor.csv?as_of=2019-08-14&by=community")).await;
    csv.is(200);
    assert!(csv.body.contains("group,name,week_from,week_to,requests,people"));
    // What is counted by week comes to what is counted as a whole.
    let number = |row: &str, at: usize| row.split(',').nth(at).unwrap().parse::<u32>().unwrap();
    let sum = |all: bool| {
        let rows = csv.body.lines().skip(1).filter(|row| row.starts_with('*') == all);
        rows.map(|row| number(row, 4)).sum::<u32>()
    };
    assert!(sum(true) > 50 && sum(true) == sum(false), "{} {}", sum(true), sum(false));
}
