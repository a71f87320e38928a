//! Indicators: several sources, and what may be compared.

use crate::SOURCE;
use crate::site::{PLAN, site};

#[tokio::test(flavor = "multi_thread")]
async fn indicators_keep_every_source_and_refuse_false_comparisons() {
    let site = site();
    let reader = site.sign_in("task-force").await;
    let fee = reader.get(&format!("{PLAN}/indicators/kindergarten_fee")).await;
    fee.is(200).says("Different instruments are not compared");
    let trips = format!("{PLAN}/indicators/cycle_path_length");
    reader.get(&trips).await.says("6.5").says("5.46").says("Accepted because").says("Set aside");
    let form = format!("{trips}/observation");
    let version = reader.get(&form).await.value("version");
    let fields = |key: &'static str, value: &'static str| {
        [
            ("version", version.as_str()),
            ("observation_key", key),
            ("on", "2026-01-01"),
            ("value", value),
            ("instrument", "stated_length"),
            ("scale", "km"),
            ("approximate", "no"),
            SOURCE,
        ]
        .to_vec()
    };
    reader.post(&form, &fields("one", "6.6")).await.is(303);
    let version = reader.get(&form).await.value("version");
    let mut two = fields("two", "7.1");
    two[0] = ("version", &version);
    reader.post(&form, &two).await.is(303);
    let page = reader.get(&trips).await;
    page.says("On one day sources disagree").says("7.1");
    let accept = format!("{trips}/accepted?on=2026-01-01&observation_key=two");
    let opened = reader.get(&accept).await;
    assert_eq!(opened.value("observation_key"), "two");
    let version = opened.value("version");
    let form = format!("{trips}/accepted");
    let fields = [("version", version.as_str()), ("on", "2026-01-01"), ("observation_key", "two"), SOURCE];
    reader.post(&form, &fields).await.is(422).says("id=\"because-error\"");
    let mut right = fields.to_vec();
    right.push(("because", "Measured on the spot"));
    reader.post(&form, &right).await.is(303);
    let page = reader.get(&trips).await;
    page.says("Measured on the spot").says("6.6");
    assert!(!page.body.contains("On one day sources disagree"));
}
