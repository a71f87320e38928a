//! How many there are to choose from: told to those who may see single homes, the same on the page, in the file and row
//! by row; and shares of their own for communities when the next ones are sited.

use std::collections::BTreeMap;

use words::shown::number;

use crate::site::{PLAN, site};

/// Cells of the file by the names of their columns; no name of the demonstration holds a comma.
fn rows(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut lines = text.trim_start_matches('\u{feff}').lines();
    let head: Vec<String> = lines.next().unwrap().split(',').map(str::to_owned).collect();
    let row = |line: &str| head.iter().cloned().zip(line.split(',').map(str::to_owned)).collect();
    lines.map(row).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_how_many_is_the_same_on_the_page_in_the_file_and_row_by_row() {
    let site = site();
    let reader = site.sign_in("task-force").await;
    let kind = format!("{PLAN}/place/coverage/kinds/park");
    let page = reader.get(&kind).await;
    page.is(200).says("id=\"choice-title\"").says("Three or more").says("there may be others");
    assert_eq!(page.missing_words(), Vec::<String>::new());
    page.says("residences.csv?standard=gb50180-park");
    let file = reader.get(&format!("{kind}/residences.csv?standard=gb50180-park")).await;
    let rows = rows(&file.is(200).body);
    assert_eq!(rows.len(), 268);
    let steps = ["0", "1", "2", "3"];
    let mut people = [0u64; 4];
    let mut homes = [0usize; 4];
    for row in &rows {
        let in_reach: usize = row["in_reach"].parse().unwrap();
        people[in_reach.min(3)] += row["people"].parse::<u64>().unwrap();
        homes[in_reach.min(3)] += 1;
        // Those within the distance are the first of the nearest.
        let metres = |column: &str| row[column].parse::<f64>().unwrap_or(f64::INFINITY);
        let near = ["nearest_metres", "second_metres", "third_metres"].map(metres);
        assert!(near.is_sorted(), "{row:?}");
        assert_eq!(near.iter().filter(|far| **far <= 500.0).count(), in_reach.min(3), "{row:?}");
        assert_eq!((row["limit_metres"].as_str(), row["illustrative"].as_str()), ("500", "true"));
    }
    assert_eq!(people.iter().sum::<u64>(), 863_000);
    assert!(people.iter().filter(|people| **people > 0).count() > 1, "{people:?}");
    for at in 0..4 {
        // The number with its share, and what stands behind it: so many residences.
        page.says(&format!(">{} (", number(people[at].into())));
        let list = format!("{PLAN}/place/rows/residences?standard=gb50180-park&reach={}", steps[at]);
        let listed = reader.get(&list).await;
        listed.is(200).says(&format!("{} in all", homes[at]));
        assert_eq!(listed.missing_words(), Vec::<String>::new());
        let escaped = format!("standard=gb50180-park&#38;reach={}", steps[at]);
        assert_eq!(page.body.contains(&escaped), people[at] > 0, "{escaped}");
    }
    let area = reader
        .get(&format!("{PLAN}/place/rows/residences?standard=gb50180-park&area=huoying&q=huoying"))
        .await;
    area.is(200)
        .says("distances are straight lines")
        .says("15 in all")
        .says("Second nearest")
        .says("/place/facilities/");
    // Without a standard nothing is worked out.
    let plain = reader.get(&format!("{PLAN}/place/rows/residences")).await;
    plain.is(200).says("268 in all").says("Not shown");
    assert!(!plain.body.contains("Second nearest"));
    // By a distance of one's own, and on another day, there are no rows to open.
    for other in ["limit=300", "as_of=2022-06-30"] {
        let page = reader.get(&format!("{kind}?{other}")).await;
        page.is(200).says("id=\"choice-title\"").says(&format!(
            "residences.csv?{}",
            if other.starts_with('l') { "limit=300" } else { "standard=gb50180-park&#38;as_of=2022-06-30" }
        ));
        assert!(!page.body.contains("rows/residences"));
    }
    let own = reader.get(&format!("{kind}/residences.csv?limit=300&area=huoying&reach=0")).await;
    let own = self::rows(&own.is(200).body);
    assert!(own.iter().all(|row| row["area"] == "huoying" && row["in_reach"] == "0"));
    assert!(own.iter().all(|row| row["limit_metres"] == "300" && row["standard"].is_empty()));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_see_no_single_homes_sees_no_small_numbers_of_them() {
    let site = site();
    let public = site.sign_in("").await;
    let kind = format!("{PLAN}/place/coverage/kinds/park");
    let page = public.get(&kind).await;
    assert!(!page.is(200).body.contains("choice-title") && !page.body.contains("residences.csv"));
    for file in [format!("{kind}/residences.csv"), format!("{kind}/residences.csv?limit=300")] {
        let refused = public.get(&file).await;
        assert!(refused.status != 200 && !refused.body.contains("in_reach"), "{}", refused.status);
    }
    // Staff see the figures; the rows are for those who keep the plan.
    let staff = site.sign_in("department").await;
    let page = staff.get(&kind).await;
    page.is(200).says("id=\"choice-title\"");
    assert!(!page.body.contains("rows/residences"));
    assert_ne!(staff.get(&format!("{PLAN}/place/rows/residences?standard=gb50180-park")).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_community_may_have_a_share_of_its_own() {
    let site = site();
    let reader = site.sign_in("task-force").await;
    let ask = |more: &str| format!("{PLAN}/place/siting?of=park&model=max_cover&number=1&metres=500{more}");
    let page = reader.get(&ask("")).await;
    page.is(200).says("name=\"floor-huoying\"").says("Other shares for single communities");
    assert_eq!(page.missing_words(), Vec::<String>::new());
    // With one park the whole cannot be covered: those that cannot be met are named, and one that is eased is not.
    let all = reader.get(&ask("&floor=100")).await;
    all.is(422).says("cannot be met together").says("(asked ");
    let clash = reader.get(&ask("&floor-huoying=100&floor-dongxiaokou=&floor=")).await;
    clash.is(422).says("Huoying").says("<details open").says("value=\"100\"");
    assert!(!clash.body.contains("Dongxiaokou (asked"));
    let eased = reader.get(&ask("&floor-huoying=0")).await;
    eased
        .is(200)
        .says("siting.json?of=park&#38;model=max_cover&#38;number=1&#38;metres=500&#38;floor-huoying=0");
    for wrong in ["101", "-1", "half"] {
        let page = reader.get(&ask(&format!("&floor-huoying={wrong}"))).await;
        page.is(422)
            .says("The share of Huoying Subdistrict cannot be used")
            .says(&format!("value=\"{wrong}\""));
    }
    reader.get(&ask("&floor-nowhere=10")).await.is(422).says("Nobody lives in nowhere on record");
    let json = ask("&floor-huoying=100").replace("siting?", "siting.json?");
    reader.get(&json).await.is(400);
}
