//! Indices: anybody may open a value down to its observations; whoever keeps indicators sets out what they are made of.

use crate::SOURCE;
use crate::site::{PLAN, site};

fn at(path: &str) -> String {
    format!("{PLAN}/indices{path}")
}

const LINES: &str = "# 便利性 | Convenience | 1\n\
    retail_coverage | community_count / percent | higher | range 0 100 | 1 | 会议纪要\n\
    retail_chain_rate | outlet_count / percent | higher | range 0 100 | 3 | 会议纪要\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_value_is_opened_down_to_its_observations() {
    let site = site();
    let mut reader = site.sign_in("").await;
    let list = reader.get(&at("")).await;
    list.is(200).says("Example: Index of living by subdistrict").says("/indices/seven-haves");
    let page = reader.get(&at("/example-living")).await;
    page.is(200)
        .says("<svg class=\"chart\"")
        .says("Huoying Subdistrict")
        .says("0 at the baseline 0, 100 at the target 4.5");
    assert!(!page.body.contains("/edit/version"));
    let value = reader.get(&at("/example-living/values/2020")).await;
    value.is(200).says(&format!("{PLAN}/indicators/example_childcare#value-example-2020"));
    value
        .says("What moved it from 2019 to 2020")
        .says("Areas compared (")
        .says("made up for the demonstration");
    reader
        .get(&format!("{PLAN}/indicators/example_childcare"))
        .await
        .says("id=\"value-example-2020-huoying\"");
    // One area has no count of childcare places: no value, and its name says why.
    let gap = reader.get(&at("/example-living/values/2020?area=tiantongyuan-south")).await;
    gap.is(200).says("Missing: Example: Childcare places per 1,000 people").says("Not observed");
    gap.says("The change cannot be taken apart");
    // Figures of the plan: what was published counts, the rest is missing; another version is another answer.
    let haves = reader.get(&at("/seven-haves/values/2019?version=2019")).await;
    haves.is(200).says("87.5").says("66.7%").says("Missing: Hours of congestion a day");
    reader.get(&at("/seven-haves")).await.is(200).says("Hotline response rate of the subdistricts");
    let then = reader.get(&at("/seven-haves?as_of=2020-12-31")).await;
    then.is(200);
    assert!(!then.body.contains("Hotline response rate"), "it was not part of the index then");
    for nothing in
        ["/none", "/example-living/values/1999", "/example-living/values/x", "/example-living?area=nowhere"]
    {
        reader.get(&at(nothing)).await.is(404);
    }
    reader.lang = "zh-CN";
    reader.get(&at("/example-living/values/2020")).await.is(200).says("从 2019 到 2020 变在哪里");
    let table = reader.get(&format!("{PLAN}/tables/index_values.csv")).await;
    table.is(200).says("seven-haves").says("example-2020-huoying").says("not_observed");
    let versions = reader.get(&format!("{PLAN}/tables/index_versions.csv")).await;
    versions.is(200).says("# 学有所教 | Education | 1");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_index_is_made_of_is_set_out_and_mistakes_stand_at_their_lines() {
    let site = site();
    let force = site.sign_in("task-force").await;
    let form = at("/new");
    let fields = |least: &'static str, lines: &str| {
        vec![
            ("code", "convenience".to_owned()),
            ("name_zh", "便利指数".to_owned()),
            ("name_en", "Convenience".to_owned()),
            ("index_version_code", "2026".to_owned()),
            ("index_period", "year".to_owned()),
            ("index_aggregation", "arithmetic".to_owned()),
            ("least_coverage", least.to_owned()),
            ("index_parts", lines.to_owned()),
            (SOURCE.0, SOURCE.1.to_owned()),
        ]
    };
    let post = async |path: &str, fields: &[(&str, String)]| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        force.post(path, &fields).await
    };
    let wrong = post(&form, &fields("", "# 便利性 | Convenience | 1\nretail_coverage | 1")).await;
    wrong.is(422).says("Line 2 cannot be read").says("id=\"index_parts-error\"").says("retail_coverage | 1");
    let wrong = post(&form, &fields("", &LINES.replace("retail_coverage", "no-such"))).await;
    wrong.is(422).says("no-such").says("id=\"index_parts-error\"");
    let wrong = post(&form, &fields("120", LINES)).await;
    wrong.is(422).says("whole number from 1 to 100").says("id=\"least_coverage-error\"");
    post(&form, &fields("", LINES)).await.is(303);
    // (100 + 3 × 50) / 4
    force.get(&at("/convenience/values/2019")).await.is(200).says("62.5");
    // A new version begins as the last one is.
    let edit = at("/convenience/edit/version");
    let opened = force.get(&edit).await;
    opened.is(200).says("retail_chain_rate | outlet_count / percent | higher | range 0 100 | 3 | 会议纪要");
    let mut later = fields("", &LINES.replace("| 3 |", "| 1 |"));
    later.retain(|(name, _)| !matches!(*name, "code" | "name_zh" | "name_en"));
    later[0].1 = "2027".to_owned();
    later.push(("version", opened.value("version")));
    post(&edit, &later).await.is(303);
    force.get(&at("/convenience/values/2019")).await.is(200).says("75");
    force.get(&at("/convenience/values/2019?version=2026")).await.is(200).says("62.5");
    let rename = at("/convenience/edit/name");
    let version = force.get(&rename).await.value("version");
    let name = [("version", version), ("name_zh", "便民指数".to_owned()), ("name_en", "Everyday".to_owned())];
    let mut named = name.to_vec();
    named.push((SOURCE.0, SOURCE.1.to_owned()));
    post(&rename, &named).await.is(303);
    force.get(&at("")).await.says("Everyday");
    // An observation of an area is recorded beside those of the whole, and shown as what it is.
    let observe = format!("{PLAN}/indicators/retail_coverage/observation");
    let version = force.get(&observe).await.value("version");
    let fields = [
        ("version", version.as_str()),
        ("observation_key", "huoying-2019"),
        ("on", "2019-06-30"),
        ("value", "96"),
        ("instrument", "community_count"),
        ("scale", "percent"),
        ("approximate", "no"),
        ("observed_area", "huoying"),
        SOURCE,
    ];
    force.post(&observe, &fields).await.is(303);
    force.get(&format!("{PLAN}/indicators/retail_coverage")).await.says("Observation · Huoying Subdistrict");
    let area = force.get(&at("/convenience/values/2019?area=huoying")).await;
    area.is(200).says("96 %").says("Not observed");
    // Nobody else sets out an index.
    let other = site.sign_in("auditor").await;
    other.get(&form).await.is(403);
    other.get(&edit).await.is(403);
}
