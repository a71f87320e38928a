//! The two times: what held on a day, what was known at a moment; figures at the published day.

use std::collections::BTreeSet;

use app::read::Asked;
use serde_json::json;

use crate::site::{code, site};

#[tokio::test]
async fn figures_at_the_published_day_are_the_published_ones() {
    let site = site();
    let answer = site.get("/plans/huitian-2018/statement?as_of=2019-08-14").await.expect(200);
    assert_eq!(answer.header("huitian-as-of"), "2019-08-14");
    let figures = answer.body["figures"].as_array().unwrap();
    assert!(figures.len() > 40);
    for figure in figures {
        assert!(!figure["value"].is_null() && figure["records"] != 0, "{}", figure["id"]);
        assert_eq!(figure["value"], figure["published"], "{}", figure["id"]);
    }
    let value = |id: &str| figures.iter().find(|figure| figure["id"] == id).unwrap()["value"].clone();
    assert_eq!(value("projects_total"), 108);
    assert_eq!(value("sectors"), 8);

    // The same from the application, and each figure opens the records that make it.
    let asked = Asked { as_of: "2019-08-14".parse().ok(), known_at: None };
    let (_, statement) = site.app.statement(&code("huitian-2018"), asked).await.unwrap();
    assert_eq!(statement.figures.len(), figures.len());
    for (held, shown) in statement.figures.iter().zip(figures) {
        let id = held.id.as_str();
        assert_eq!(shown["id"], id);
        assert_eq!(shown["records"], held.records());
        let opened = site
            .get(&format!("/plans/huitian-2018/figures/{id}?as_of=2019-08-14&limit=500"))
            .await
            .expect(200);
        assert_eq!(opened.body["figure"], *shown);
        let mut sum = 0.0;
        let mut units = BTreeSet::new();
        for row in opened.body["items"].as_array().unwrap() {
            sum += row["project"]["quantity"].as_f64().unwrap_or(0.0);
            sum += row["group"]["quantity"].as_f64().unwrap_or(0.0);
            sum += row["observation"]["value"].as_f64().unwrap_or(0.0);
            sum += row["item"]["quantity"].as_f64().unwrap_or(0.0);
            sum += if row["sector"].is_object() { 1.0 } else { 0.0 };
            units.extend(row["item"]["unit"].as_str().map(str::to_owned));
        }
        if id.ends_with("_departments") {
            sum = units.len() as f64;
        }
        assert_eq!(opened.body["total"], held.rows.len());
        assert!((sum - shown["value"].as_f64().unwrap_or(0.0)).abs() < 1e-9, "{id}");
    }
}

#[tokio::test]
async fn a_statement_that_does_not_close_is_refused_with_the_projects_at_fault() {
    let site = site();
    let token = site.writer("task-force").await;
    site.clock.set("2026-11-25T10:00:00+08:00".parse().unwrap());
    let body = json!({
        "code": "HT-STRAY",
        "facts": [
            { "name": { "zh": "没有日期的项目" } },
            { "sector": { "sector": "education" } },
            { "membership": { "state": "member" } },
        ],
        "effective": "2019-08-01",
    });
    site.post(&token, "/plans/huitian-2018/projects", None, &body).await.expect(201);
    let refused = site.get("/plans/huitian-2018/statement?as_of=2019-08-14").await.expect(409);
    assert_eq!(refused.body["type"], "/api/v1/problems/statement-not-issued");
    let errors = refused.body["errors"].as_array().unwrap();
    assert!(errors.iter().any(|e| e["code"] == "no-start-date" && e["field"] == "HT-STRAY"), "{errors:?}");
    assert!(errors.iter().any(|e| e["code"] == "declared"));
    let figures = site.get("/plans/huitian-2018/figures?as_of=2019-08-14").await.expect(200);
    assert_eq!(figures.body["closes"], false);
    assert_eq!(figures.body["faults"][0]["projects"], json!(["HT-STRAY"]));
    // As it was known before, it still closes.
    let known = "known_at=2026-11-25T09%3A30%3A00%2B08%3A00";
    let before =
        site.get(&format!("/plans/huitian-2018/statement?as_of=2019-08-14&{known}")).await.expect(200);
    assert_eq!(before.header("huitian-known-at"), "2026-11-25T01:30:00Z");
}

#[tokio::test]
async fn the_past_is_shown_as_it_held_and_as_it_was_known() {
    let site = site();
    let token = site.writer("task-force").await;
    let place = "/plans/huitian-2018/projects/HT-TRA-009";
    let shown = async |query: &str| {
        let mut body = site.get(&format!("{place}?{query}")).await.expect(200).body;
        let members = body.as_object_mut().unwrap();
        members.remove("version");
        members.remove("view");
        body
    };
    let before = shown("as_of=2026-11-20").await;
    site.clock.set("2026-11-25T10:00:00+08:00".parse().unwrap());
    let written = site
        .post(
            &token,
            &format!("{place}/facts"),
            Some("*"),
            &json!({
                "facts": [{ "name": { "zh": "改名之后", "en": "Renamed" } }],
                "effective": "2026-11-10",
            }),
        )
        .await
        .expect(201);
    let entry = written.body["entries"][0].as_u64().unwrap();
    site.clock.set("2026-11-25T11:00:00+08:00".parse().unwrap());

    // True since the tenth, known since ten o'clock.
    assert_eq!(shown("as_of=2026-11-20").await["name"]["en"], "Renamed");
    assert_ne!(shown("as_of=2026-11-09").await["name"]["en"], "Renamed");
    assert_eq!(shown("as_of=2026-11-20&known_at=2026-11-25T01:59:59Z").await, before);
    assert_eq!(shown("as_of=2026-11-20&known_at=2026-11-24").await, before);
    assert_eq!(shown("as_of=2026-11-20&known_at=2026-11-25").await["name"]["en"], "Renamed");

    // Corrected at eleven: what was known at half past ten stays what it was.
    let correction = json!({ "facts": [], "reason": "另一项目的名称" });
    let place = format!("/entries/{entry}/correction");
    site.post(&token, &place, Some(&written.etag()), &correction).await.expect(201);
    assert_eq!(shown("as_of=2026-11-20").await["name"], before["name"]);
    assert_eq!(shown("as_of=2026-11-20&known_at=2026-11-25T02:30:00Z").await["name"]["en"], "Renamed");
    let seen = site.get(&format!("/entries/{entry}")).await.expect(200);
    assert_eq!(seen.body["corrected_by"], entry + 1);
    let then = site.get(&format!("/entries/{entry}?known_at=2026-11-25T02:30:00Z")).await.expect(200);
    assert!(then.body["corrected_by"].is_null());
    site.get(&format!("/entries/{entry}?known_at=2026-11-25T01:00:00Z")).await.expect(404);
    site.get(&format!("/entries/{entry}?as_of=2026-11-01")).await.expect(404);
}

#[tokio::test]
async fn nothing_is_on_the_books_before_it_was() {
    let site = site();
    for place in [
        "/plans/huitian-2018",
        "/plans/huitian-2018/projects",
        "/plans/huitian-2018/projects/HT-TRA-009",
        "/plans/huitian-2018/projects/HT-TRA-009/milestones",
        "/plans/huitian-2018/revisions",
        "/plans/huitian-2018/figures",
        "/plans/huitian-2018/indicators/retail_outlets",
        "/units/changping-education",
        "/areas/changping",
    ] {
        site.get(&format!("{place}?as_of=2017-01-01")).await.expect(404);
        site.get(&format!("{place}?known_at=2017-01-01")).await.expect(404);
        site.get(&format!("{place}?as_of=2020-01-01&known_at=2020-01-01")).await.expect(200);
    }
    for place in ["/plans", "/units", "/areas", "/entries"] {
        let then = site.get(&format!("{place}?as_of=2017-01-01&known_at=2017-01-01")).await.expect(200);
        assert_eq!(then.body["items"], json!([]), "{place}");
        assert_eq!(then.body["view"]["entry"], 0);
    }
    // The second round came in 2021.
    let codes = async |day: &str| {
        let plans = site.get(&format!("/plans?as_of={day}&known_at={day}")).await.expect(200).body;
        plans["items"].as_array().unwrap().len()
    };
    assert_eq!((codes("2020-06-30").await, codes("2022-06-30").await), (1, 2));
}
