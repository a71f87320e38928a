//! The ledger and its items: walks, filters, registering, moving, refusing, reports.

use std::collections::BTreeSet;

use app::TokenScope;
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::site::{Site, site};

const PLAN: &str = "/plans/huitian-2018";

async fn reader(site: &Site) -> String {
    site.token("department", &[TokenScope::Read]).await
}

fn ids(page: &Value) -> Vec<String> {
    page["items"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

fn task(code: &str) -> Value {
    json!({
        "code": code,
        "facts": [
            { "kind": { "kind": "tracked_task" } },
            { "name": { "zh": format!("任务 {code}"), "en": format!("Task {code}") } },
            { "received": { "on": "2026-11-02" } },
            { "due": { "on": "2026-12-18" } },
            { "lead_unit": { "unit": "changping-education" } },
        ],
    })
}

#[tokio::test]
async fn the_ledger_is_for_those_who_work_on_the_plan() {
    let site = site();
    for path in ["/ledger", "/ledger/lights", "/items/HT-DIR-005", "/items/HT-DIR-005/trace", "/reports"] {
        let answer = site.get(&format!("{PLAN}{path}")).await.expect(401);
        assert_eq!(answer.body["type"], "/api/v1/problems/authentication-required");
        // Who keeps accounts has no say in the plan.
        let admin = site.writer("admin").await;
        site.get_as(&admin, &format!("{PLAN}{path}")).await.expect(403);
    }
    // The rules are no secret.
    let rules = site.get(&format!("{PLAN}/rules")).await.expect(200);
    assert!(!rules.body["lights"]["rules"].as_array().unwrap().is_empty());
    assert!(rules.body["limits"]["objection"].is_object());
    let ladder = &rules.body["rhythm"]["rules"]["ladders"]["limit"];
    assert!(ladder.as_array().is_some_and(|rungs| !rungs.is_empty()), "{}", rules.body["rhythm"]);
}

#[tokio::test]
async fn a_walk_meets_every_row_once_while_items_are_registered_and_change() {
    let site = site();
    let (token, reader) = (site.writer("task-force").await, reader(&site).await);
    for order in ["", "&sort=-due", "&sort=name", "&sort=-reported", "&sort=lead_unit", "&sort=-number"] {
        let ledger = format!("{PLAN}/ledger?standing=open{order}");
        let whole = site.get_as(&reader, &format!("{ledger}&limit=500")).await.expect(200);
        let whole = ids(&whole.body);
        let (mut met, mut next, mut page) = (Vec::new(), String::new(), 0);
        loop {
            let answer = site.get_as(&reader, &format!("{ledger}&limit=9{next}")).await.expect(200);
            met.extend(ids(&answer.body));
            let Some(cursor) = answer.body["next"].as_str() else { break };
            assert!(answer.header("link").contains(cursor));
            next = format!("&cursor={cursor}");
            let code = format!("AAA-{page}{}", order.replace(['&', '=', '_', '-'], ""));
            site.post(&token, &format!("{PLAN}/items"), None, &task(&code)).await.expect(201);
            let moved = json!({ "facts": [{ "due": { "on": "2019-01-02" } }], "effective": "2018-09-03" });
            let _ = site.post(&token, &format!("{PLAN}/items/HT-TSK-104/facts"), Some("*"), &moved).await;
            page += 1;
        }
        assert!(page > 3, "{order}");
        assert_eq!(met.iter().collect::<BTreeSet<_>>().len(), met.len(), "{order}");
        assert_eq!(met, whole, "{order}");
    }
}

#[tokio::test]
async fn filters_narrow_and_lights_add_up() {
    let site = site();
    let reader = reader(&site).await;
    for query in [
        "item=whistle&item=directive",
        "light=red&light=orange&as_of=2019-05-20",
        "unit=changping-education&standing=open&as_of=2019-05-20",
        "area=tiantongyuan-north&projects=true",
        "due_from=2019-03-01&due_to=2019-03-31",
        "q=%E5%AD%A6&milestones=true",
    ] {
        let page = site.get_as(&reader, &format!("{PLAN}/ledger?limit=500&{query}")).await.expect(200);
        let lights = site.get_as(&reader, &format!("{PLAN}/ledger/lights?{query}")).await.expect(200);
        let rows = page.body["items"].as_array().unwrap();
        assert!(!rows.is_empty(), "{query}");
        if page.body["next"].is_null() {
            assert_eq!(lights.body["rows"], rows.len(), "{query}");
        }
        for row in rows {
            match query.split('=').next().unwrap() {
                "item" => assert!(["whistle", "directive"].contains(&row["of"]["item"].as_str().unwrap())),
                "light" => assert!(["red", "orange"].contains(&row["light"].as_str().unwrap()), "{row}"),
                "due_from" => assert!(row["due"].as_str().unwrap().starts_with("2019-03")),
                "area" => assert_eq!(row["of"]["kind"], "project"),
                _ => {}
            }
        }
    }
    for (query, field) in
        [("light=pink", "light"), ("sort=colour", "sort"), ("due_from=2019-3-1", "due_from")]
    {
        let answer = site.get_as(&reader, &format!("{PLAN}/ledger?{query}")).await.expect(400);
        assert_eq!(answer.body["errors"][0]["field"], field);
    }
}

#[tokio::test]
async fn an_item_is_registered_moved_by_the_table_and_closed_by_others() {
    let site = site();
    let (token, unit) = (site.writer("task-force").await, site.writer("department").await);
    let items = format!("{PLAN}/items");
    let made = site.post(&token, &items, None, &task("T-1")).await.expect(201);
    let place = format!("{items}/T-1");
    assert_eq!(made.header("location"), format!("/api/v1{place}"));
    let item = site.get_as(&unit, &place).await.expect(200);
    assert_eq!((&item.body["state"], &item.body["line"]["standing"]), (&json!("registered"), &json!("open")));
    let steps: Vec<&str> =
        item.body["next"].as_array().unwrap().iter().map(|next| next["step"].as_str().unwrap()).collect();
    assert_eq!(steps, ["assign", "withdraw"]);

    let moves = format!("{place}/moves");
    // A move that is not in the table, in both languages.
    for (lang, says) in [("en", "From “Registered”"), ("zh-CN", "已登记")] {
        let request = Request::post(format!("/api/v1{moves}"))
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json")
            .header("accept-language", lang)
            .header("if-match", "*")
            .body(Body::from(json!({ "step": "clear" }).to_string()))
            .unwrap();
        let answer = site.call(request).await.expect(422);
        assert_eq!(answer.body["errors"][0]["code"], "illegal-move");
        let detail = answer.body["errors"][0]["detail"].as_str().unwrap();
        assert!(detail.contains(says), "{detail}");
    }
    // Who leads it does not assign it.
    site.post(&unit, &moves, Some("*"), &json!({ "step": "assign" })).await.expect(403);
    let tag = item.etag();
    let assigned = site.post(&token, &moves, Some(&tag), &json!({ "step": "assign" })).await.expect(201);
    site.post(&unit, &moves, Some(&tag), &json!({ "step": "take_up" })).await.expect(412);
    let taken = json!({ "step": "take_up" });
    let taken = site.post(&unit, &moves, Some(&assigned.etag()), &taken).await.expect(201);
    // Without evidence nothing is done.
    let done = json!({ "step": "report_done" });
    let answer = site.post(&unit, &moves, Some(&taken.etag()), &done).await.expect(422);
    assert_eq!(answer.body["errors"][0]["code"], "no-evidence");
    let done = json!({
        "step": "report_done",
        "facts": [{ "evidence": { "key": "e1", "title": "照片", "url": "https://example.org/p.jpg" } }],
    });
    let done = site.post(&unit, &moves, Some(&taken.etag()), &done).await.expect(201);
    // Said again, nothing is written; the same move from elsewhere is none.
    site.post(&unit, &moves, Some(&done.etag()), &json!({ "step": "report_done" })).await.expect(200);
    let checked = json!({ "facts": [{ "evidence_checked": { "key": "e1", "accepted": true } }] });
    site.post(&unit, &format!("{place}/facts"), Some("*"), &checked).await.expect(403);
    site.post(&token, &format!("{place}/facts"), Some("*"), &checked).await.expect(201);
    for step in ["verify", "clear"] {
        site.post(&token, &moves, Some("*"), &json!({ "step": step })).await.expect(201);
    }
    let item = site.get_as(&unit, &place).await.expect(200);
    assert_eq!(item.body["line"]["light"], "done");
    assert_eq!(item.body["evidence"][0]["by"], "department");
    assert_eq!(item.body["evidence"][0]["judged_by"], "task-force");
    assert_eq!(item.body["moves"].as_array().unwrap().len(), 5);
    // As it was known before it was moved.
    let entry = item.body["moves"][0]["entry"].as_u64().unwrap();
    let at = site.get_as(&unit, &format!("/entries/{entry}")).await.expect(200);
    assert_eq!(at.body["corrected_by"], Value::Null);
    let earlier = site.get_as(&unit, &format!("{place}?as_of=2026-11-24")).await;
    earlier.expect(404);
}

#[tokio::test]
async fn bodies_that_do_not_fit_are_refused_with_their_place() {
    let site = site();
    let token = site.writer("task-force").await;
    let place = format!("{PLAN}/items/HT-TSK-104/facts");
    for (facts, status, code) in [
        (json!([{ "due": { "on": "2026-12-18", "stray": 1 } }]), 422, "member-unknown"),
        (json!([{ "dew": { "on": "2026-12-18" } }]), 422, "not-one-of"),
        (json!([{ "due": { "on": "2026-12-19" } }]), 422, "day-off"),
        (json!([{ "lead_unit": { "unit": "no-such-unit" } }]), 422, "unknown-reference"),
        (json!([]), 422, "no-facts"),
    ] {
        let answer = site.post(&token, &place, Some("*"), &json!({ "facts": facts })).await.expect(status);
        assert_eq!(answer.body["errors"][0]["code"], code, "{facts}");
    }
    site.post(&token, &place, None, &json!({ "facts": [{ "forecast": { "on": null } }] })).await.expect(428);
}

#[tokio::test]
async fn a_corrected_entry_about_an_item_names_its_correction() {
    let site = site();
    let token = site.writer("task-force").await;
    let items = format!("{PLAN}/items");
    site.post(&token, &items, None, &task("T-2")).await.expect(201);
    let said = json!({ "facts": [{ "progress": { "text": "写错了", "percent": 10 } }] });
    let said = site.post(&token, &format!("{items}/T-2/facts"), Some("*"), &said).await.expect(201);
    let entry = said.body["entries"][0].as_u64().unwrap();
    let right = json!({
        "facts": [{ "item": { "progress": { "text": "写对了", "percent": 20 } } }], "reason": "Digits",
    });
    let place = format!("/entries/{entry}/correction");
    site.post(&token, &place, Some(&said.etag()), &right).await.expect(201);
    let held = site.get_as(&token, &format!("/entries/{entry}")).await.expect(200);
    assert_eq!(held.body["corrected_by"], entry + 1);
    let listed = site.get_as(&token, "/entries?plan=huitian-2018&kind=item&code=T-2").await.expect(200);
    assert_eq!(listed.body["items"][1]["corrected_by"], entry + 1);
    let item = site.get_as(&token, &format!("{items}/T-2")).await.expect(200);
    assert_eq!(item.body["progress"][0]["text"], "写对了");
}

#[tokio::test]
async fn reports_come_with_content_and_digest() {
    let site = site();
    let reader = reader(&site).await;
    let (mut met, mut next) = (Vec::new(), String::new());
    loop {
        let place = format!("{PLAN}/reports?series=weekly&limit=20{next}");
        let page = site.get_as(&reader, &place).await.expect(200);
        for line in page.body["items"].as_array().unwrap() {
            assert_eq!(line["series"], "weekly");
            met.push(line["code"].as_str().unwrap().to_owned());
        }
        let Some(cursor) = page.body["next"].as_str() else { break };
        next = format!("&cursor={cursor}");
    }
    assert_eq!(met.iter().collect::<BTreeSet<_>>().len(), 52);
    let report = site.get_as(&reader, &format!("{PLAN}/reports/REP-weekly-2019-W10")).await.expect(200);
    let body = &report.body;
    assert_eq!(body["intact"], true);
    assert_eq!(body["digest"], body["line"]["issue"]["digest"]);
    let content: Value = serde_json::from_str(body["content"].as_str().unwrap()).unwrap();
    for figure in body["figures"].as_array().unwrap() {
        assert_eq!(figure["count"], figure["rows"].as_array().unwrap().len());
        for row in figure["rows"].as_array().unwrap() {
            assert!(!content["rows"][row.as_str().unwrap()].is_null(), "{row}");
        }
    }
    // An item that is no report is none here.
    site.get_as(&reader, &format!("{PLAN}/reports/HT-DIR-005")).await.expect(404);
}
