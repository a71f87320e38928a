//! Lists as files: the same rows in the same order, of the same day.

use axum::http::{StatusCode, header};

use crate::site::{Answer, site};

const PLAN: &str = "/p/huitian-2018";

async fn get(address: &str) -> Answer {
    site().await.get(address, "en", "").await
}

/// The codes that all pages of a list show.
async fn shown(conditions: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for number in 1..=4 {
        let page = get(&format!("{PLAN}/projects?{conditions}&page={number}")).await;
        let rows = page.text.split("<tbody>").nth(1).unwrap_or("");
        let codes = rows.split("<span class=\"code\">").skip(1).filter_map(|text| text.split('<').next());
        let codes: Vec<String> = codes.map(str::to_owned).collect();
        // Behind the last page stands the last page.
        if codes.is_empty() || out.ends_with(&codes) {
            break;
        }
        out.extend(codes);
    }
    out
}

fn first_column(csv: &str) -> Vec<String> {
    let lines = csv.trim_start_matches('\u{feff}').split("\r\n").skip(1).filter(|line| !line.is_empty());
    lines.map(|line| line.split(',').next().unwrap_or("").to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_as_a_file_has_the_rows_of_the_list() {
    for conditions in [
        "as_of=2019-08-14",
        "as_of=2019-08-14&sector=education&sort=name",
        "as_of=2019-08-14&known_at=2019-08-14&late=yes&sort=slip",
        "as_of=2020-06-30&q=%E5%AD%A6%E6%A0%A1&open=yes",
        "as_of=2019-08-14&phase=under_way&grade=published",
        "as_of=2019-08-14&sector=nothing",
    ] {
        let list = get(&format!("{PLAN}/projects?{conditions}")).await;
        let files: Vec<String> =
            list.links().into_iter().filter(|link| link.contains("/tables/projects.")).collect();
        let expected = shown(conditions).await;
        if expected.is_empty() {
            assert!(files.is_empty(), "nothing to download");
            continue;
        }
        assert_eq!(files.len(), 3, "{files:?}");
        let csv = get(files.iter().find(|file| file.contains(".csv")).expect("a CSV file")).await;
        assert_eq!(csv.status, StatusCode::OK);
        assert!(csv.header(header::CONTENT_TYPE).starts_with("text/csv"));
        assert!(
            csv.header(header::CONTENT_DISPOSITION).contains(&conditions[6..16]),
            "its day is in its name"
        );
        assert_eq!(first_column(&csv.text), expected, "{conditions}");
        let json = get(files.iter().find(|file| file.contains(".json")).expect("a JSON file")).await;
        let rows: serde_json::Value = serde_json::from_str(&json.text).expect("JSON");
        let codes: Vec<&str> =
            rows.as_array().expect("rows").iter().filter_map(|row| row["code"].as_str()).collect();
        assert_eq!(codes, expected, "{conditions}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_of_projects_follow_a_list_and_others_do_not() {
    let all = get(&format!("{PLAN}/tables/milestones.csv?as_of=2019-08-14")).await;
    let some = get(&format!("{PLAN}/tables/milestones.csv?as_of=2019-08-14&list=yes&sector=education")).await;
    let codes = first_column(&some.text);
    assert!(!codes.is_empty() && codes.iter().all(|code| code.starts_with("HT-EDU-")));
    let wanted = first_column(&all.text).into_iter().filter(|code| code.starts_with("HT-EDU-")).count();
    assert_eq!(codes.len(), wanted);
    let of_units = get(&format!("{PLAN}/tables/units.csv?list=yes")).await;
    assert_eq!(of_units.status, StatusCode::NOT_FOUND);
    for file in ["projects.exe", "projects", "people.csv"] {
        let answer = get(&format!("{PLAN}/tables/{file}?list=yes")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{file}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_lists_lead_to_their_tables_of_the_same_day() {
    for (place, table) in [
        ("units", "units"),
        ("areas", "areas"),
        ("indicators", "indicators"),
        ("place/facilities", "facilities"),
        ("outputs", "outputs"),
        ("revisions", "revisions"),
        ("lists", "lists"),
    ] {
        let list = get(&format!("{PLAN}/{place}?as_of=2020-03-01")).await;
        let start = format!("{PLAN}/tables/{table}.");
        let files: Vec<String> = list.links().into_iter().filter(|link| link.starts_with(&start)).collect();
        assert_eq!(files.len(), 3, "{place}");
        for file in files {
            assert!(file.contains("as_of=2020-03-01"), "{file}");
            let answer = get(&file).await;
            assert_eq!(answer.status, StatusCode::OK, "{file}");
        }
    }
}
