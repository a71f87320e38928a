//! Walks through lists.

use std::collections::BTreeSet;

use serde_json::json;

use crate::site::site;

fn new_project(code: &str) -> serde_json::Value {
    json!({
        "code": code,
        "facts": [
            { "name": { "zh": format!("新增 {code}") } },
            { "sector": { "sector": "education" } },
            { "membership": { "state": "member" } },
            { "milestone": { "aspect": "promised", "step": "completion", "date": "2020" } },
            { "step": { "step": "completion", "order": 1, "name": { "zh": "完工" } } },
        ],
    })
}

#[tokio::test]
async fn a_walk_meets_every_project_once_while_others_are_added_and_changed() {
    let site = site();
    let token = site.writer("task-force").await;
    for order in ["", "&sort=-slip", "&sort=name", "&sort=-percent", "&sort=completion", "&sort=sector"] {
        let tag = order.trim_start_matches("&sort=").replace('_', "-");
        let whole = site.get(&format!("/plans/huitian-2018/projects?limit=500{order}")).await.expect(200);
        let whole: Vec<String> = codes(&whole.body["items"]);
        let mut met: Vec<String> = Vec::new();
        let mut next = String::new();
        let mut page = 0;
        loop {
            let place = format!("/plans/huitian-2018/projects?limit=7{order}{next}");
            let answer = site.get(&place).await.expect(200);
            assert_eq!(answer.body["total"], whole.len());
            met.extend(codes(&answer.body["items"]));
            let Some(cursor) = answer.body["next"].as_str() else {
                assert!(answer.headers.get("link").is_none());
                break;
            };
            assert!(
                answer.header("link").contains(cursor) && answer.header("link").ends_with("rel=\"next\"")
            );
            next = format!("&cursor={cursor}");
            // One comes in front of all others, and one that was met moves.
            let body = new_project(&format!("AAA-{tag}{page}"));
            site.post(&token, "/plans/huitian-2018/projects", None, &body).await.expect(201);
            let moved = json!({ "facts": [{ "name": { "zh": format!("零 {tag} {page}") } }] });
            let place = format!("/plans/huitian-2018/projects/{}/facts", met[0]);
            site.post(&token, &place, Some("*"), &moved).await.expect(201);
            page += 1;
        }
        assert!(page > 10);
        assert_eq!(met, whole, "{order}");
        assert_eq!(met.iter().collect::<BTreeSet<_>>().len(), met.len());
    }
}

#[tokio::test]
async fn a_walk_through_the_journal_meets_every_entry_once_while_others_are_added() {
    let site = site();
    let (token, reader) = (site.writer("task-force").await, site.writer("auditor").await);
    let head = site.app.database().read(|c| c.head()).unwrap().0;
    let mut met = Vec::new();
    let mut next = String::new();
    let mut page = 0;
    loop {
        let answer = site.get_as(&reader, &format!("/entries?limit=250{next}")).await.expect(200);
        met.extend(answer.body["items"].as_array().unwrap().iter().map(|e| e["entry"].as_u64().unwrap()));
        assert_eq!(answer.body["view"]["entry"], head);
        let Some(cursor) = answer.body["next"].as_str() else { break };
        next = format!("&cursor={cursor}");
        let body = json!({ "percent": page, "on": "2026-01-01" });
        let place = "/plans/huitian-2018/projects/HT-TRA-009/progress";
        site.post(&token, place, Some("*"), &body).await.expect(201);
        page += 1;
    }
    assert!(page > 3);
    assert_eq!(met, (1..=head).rev().collect::<Vec<_>>());
}

#[tokio::test]
async fn the_public_walks_the_journal_past_what_is_not_for_it() {
    let site = site();
    let admin = site.writer("admin").await;
    let person = json!({ "code": "newcomer", "facts": [{ "name": { "name": "新人" } }] });
    site.post(&admin, "/people", None, &person).await.expect(201);
    let mut met = Vec::new();
    let mut next = String::new();
    loop {
        let answer = site.get(&format!("/entries?limit=3{next}")).await.expect(200);
        met.extend(answer.body["items"].as_array().unwrap().iter().map(|e| e["entry"].as_u64().unwrap()));
        match answer.body["next"].as_str() {
            Some(cursor) if met.len() < 40 => next = format!("&cursor={cursor}"),
            _ => break,
        }
    }
    assert!(met.len() >= 40 && met.windows(2).all(|pair| pair[0] > pair[1]));
    // The last entry is about a person.
    let head = site.app.database().read(|c| c.head()).unwrap().0;
    assert!(met[0] < head);
}

#[tokio::test]
async fn a_cursor_is_good_for_its_own_list_only() {
    let site = site();
    let first = site.get("/plans/huitian-2018/projects?limit=5&sector=education").await.expect(200);
    let cursor = first.body["next"].as_str().unwrap().to_owned();
    let place = |query: String| format!("/plans/huitian-2018/projects?{query}");
    // The size of the page may change, the order of parameters too.
    site.get(&place(format!("sector=education&limit=2&cursor={cursor}"))).await.expect(200);
    let mut forged = cursor.clone();
    forged.replace_range(3..4, if cursor.as_bytes()[3] == b'9' { "8" } else { "9" });
    for query in [
        format!("limit=5&sector=health&cursor={cursor}"),
        format!("limit=5&cursor={cursor}"),
        format!("limit=5&sector=education&cursor={forged}"),
        "sector=education&cursor=x".to_owned(),
        "cursor=c1.0.0.2019-08-14.0000000000000000".to_owned(),
    ] {
        let answer = site.get(&place(query.clone())).await.expect(400);
        assert_eq!(answer.body["type"], "/api/v1/problems/invalid-cursor", "{query}");
    }
    site.get(&format!("/plans/huitian-2021/projects?limit=5&sector=education&cursor={cursor}"))
        .await
        .expect(400);
    for limit in ["0", "501", "-1", "x", "99999999999"] {
        let answer = site.get(&place(format!("limit={limit}"))).await.expect(400);
        assert_eq!(answer.body["errors"][0]["field"], "limit", "{limit}");
    }
}

fn codes(items: &serde_json::Value) -> Vec<String> {
    items.as_array().unwrap().iter().map(|item| item["code"].as_str().unwrap().to_owned()).collect()
}
