//! Who sees what.

use app::TokenScope;
use serde_json::json;

use crate::site::{Site, address, operations, site};

const EMAIL: &str = "secret.address@example.org";
const REMARK: &str = "只给专班看的备注";
const REASON: &str = "只给专班看的原因";

async fn with_secrets() -> Site {
    let site = site();
    let (admin, staff) = (site.writer("admin").await, site.writer("task-force").await);
    let email = json!({ "facts": [{ "email": { "email": EMAIL } }] });
    site.post(&admin, "/people/auditor/facts", Some("*"), &email).await.expect(201);
    let remark = json!({ "facts": [{ "remark": { "text": REMARK } }], "reason": REASON });
    site.post(&staff, "/plans/huitian-2018/projects/HT-TRA-009/facts", Some("*"), &remark).await.expect(201);
    site
}

#[tokio::test]
async fn addresses_remarks_and_reasons_reach_only_those_whose_work_it_is() {
    let site = with_secrets().await;
    let mut callers = vec![(String::new(), "nobody")];
    for person in ["department", "auditor", "leader", "admin"] {
        callers.push((site.writer(person).await, person));
    }
    for (token, who) in &callers {
        let mut seen = String::new();
        for (path, method, operation) in operations(&api::document()) {
            if method != "get" {
                continue;
            }
            let place = address(&path, operation["operationId"].as_str().unwrap());
            let limit = if operation.to_string().contains("\"limit\"") { "?limit=500" } else { "" };
            let place = format!("{place}{limit}");
            let answer =
                if token.is_empty() { site.get(&place).await } else { site.get_as(token, &place).await };
            if *who != "admin" && place.starts_with("/people") {
                assert!([401, 403].contains(&answer.status.as_u16()), "{who} {place}");
            }
            seen.push_str(&answer.text);
        }
        assert_eq!(seen.contains(EMAIL), *who == "admin", "{who}");
        let staff = !["nobody", "admin"].contains(who);
        assert_eq!(seen.contains(REMARK), staff, "{who}");
        assert_eq!(seen.contains(REASON), *who != "nobody", "{who}");
    }
    // Not in the journal either, not even for those who see it elsewhere.
    let admin = &callers[4].0;
    let journal = site.get_as(admin, "/entries?kind=person&limit=500").await.expect(200);
    assert!(!journal.text.contains(EMAIL));
    let entry = &journal.body["items"][0];
    assert_eq!((&entry["withheld"], &entry["facts"]), (&json!(1), &json!([])));
    assert_eq!(site.get("/entries?kind=person&limit=500").await.expect(200).body["items"], json!([]));
    let number = entry["entry"].as_u64().unwrap();
    site.get(&format!("/entries/{number}")).await.expect(404);
    site.get_as(admin, &format!("/entries/{number}")).await.expect(200);
}

#[tokio::test]
async fn entries_name_their_author_to_staff_only() {
    let site = with_secrets().await;
    let place = "/entries?plan=huitian-2018&kind=project&code=HT-TRA-009&limit=1";
    let public = site.get(place).await.expect(200).body["items"][0].clone();
    for member in ["actor", "reason", "hash"] {
        assert!(public[member].is_null(), "{member}");
    }
    assert_eq!((&public["withheld"], &public["facts"]), (&json!(1), &json!([])));
    let department = site.token("department", &[TokenScope::Read]).await;
    let staff = site.get_as(&department, place).await.expect(200).body["items"][0].clone();
    assert_eq!(staff["actor"], "task-force");
    assert_eq!(staff["reason"], REASON);
    assert_eq!(staff["facts"][0]["project"]["remark"]["text"], REMARK);
    // Whose entries they are is a question of the audit.
    site.get_as(&department, "/entries?plan=huitian-2018&actor=task-force").await.expect(403);
    let auditor = site.token("auditor", &[TokenScope::Read]).await;
    let of_one = "/entries?plan=huitian-2018&actor=task-force&kind=project&code=HT-TRA-009";
    let audit = site.get_as(&auditor, of_one).await.expect(200);
    assert_eq!(audit.body["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn answers_for_staff_and_public_are_not_taken_for_each_other() {
    let site = with_secrets().await;
    let token = site.writer("department").await;
    let place = "/plans/huitian-2018/projects/HT-TRA-009";
    let (public, staff) = (site.get(place).await.expect(200), site.get_as(&token, place).await.expect(200));
    assert!(public.body["remarks"].is_null() && staff.body["remarks"].is_array());
    assert_ne!(public.etag(), staff.etag());
    assert_eq!(public.header("cache-control"), "no-cache");
    assert_eq!(staff.header("cache-control"), "private, no-cache");
    assert!(staff.header("vary").contains("authorization"));
    site.get_with(place, &[("if-none-match", &staff.etag())]).await.expect(200);
}

#[tokio::test]
async fn a_token_says_what_it_is_good_for() {
    let site = site();
    let token = site.token("department", &[TokenScope::Read]).await;
    let caller = site.get_as(&token, "/caller").await.expect(200);
    assert_eq!(
        caller.body,
        json!({
            "person": "department",
            "roles": [{ "role": "department", "scope": "unit:changping-education" }],
            "scopes": ["read"],
        })
    );
    let nobody = site.get("/caller").await.expect(200);
    assert_eq!(nobody.body, json!({ "person": null, "roles": [], "scopes": [] }));
    // The records of people need the scope that may change them.
    let admin = site.token("admin", &[TokenScope::Read]).await;
    let answer = site.get_as(&admin, "/people").await.expect(403);
    assert_eq!(answer.body["type"], "/api/v1/problems/insufficient-scope");
}
