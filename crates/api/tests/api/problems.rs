//! Problems: one form for every error, in both languages.

use axum::body::Body;
use axum::http::Request;
use serde_json::json;

use crate::site::{Answer, site};

/// All members, and nothing else.
fn check(answer: &Answer, lang: &str, instance: &str) {
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(answer.header("content-language"), lang);
    assert_eq!(answer.header("cache-control"), "no-store");
    let members: Vec<&str> = answer.body.as_object().unwrap().keys().map(String::as_str).collect();
    let mut sorted = members.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, ["detail", "errors", "instance", "status", "title", "type"]);
    assert_eq!(answer.body["status"], answer.status.as_u16());
    assert_eq!(answer.body["instance"], instance);
    let kind = answer.body["type"].as_str().unwrap().strip_prefix("/api/v1/problems/").unwrap();
    assert!(api::problem::Kind::parse(kind).is_some(), "{kind}");
    for member in ["title", "detail"] {
        let text = answer.body[member].as_str().unwrap();
        assert!(!text.is_empty() && !text.contains('['), "{text}");
    }
    for error in answer.body["errors"].as_array().unwrap() {
        let detail = error["detail"].as_str().unwrap();
        assert!(
            error["code"].is_string() && error["field"].is_string() && !detail.starts_with('['),
            "{detail}"
        );
    }
}

#[tokio::test]
async fn every_refusal_of_reading_is_a_problem_in_the_callers_language() {
    let site = site();
    for (path, status) in [
        ("", 404),
        ("/", 404),
        ("/nothing", 404),
        ("/plans/nothing", 404),
        ("/plans/学校/projects", 404),
        ("/plans/huitian-2018/projects/nothing", 404),
        ("/plans/huitian-2018/projects/HT-TRA-009/nothing", 404),
        ("/plans/huitian-2018/revisions/99", 404),
        ("/plans/huitian-2018/revisions/x", 404),
        ("/plans/huitian-2018/lists/2020/99", 404),
        ("/plans/huitian-2018/lists/99999/1", 404),
        ("/plans/huitian-2018/figures/nothing", 404),
        ("/plans/huitian-2018/indicators/nothing", 404),
        ("/plans/huitian-2018/indicators/nothing/observations", 404),
        ("/units/nothing", 404),
        ("/areas/nothing", 404),
        ("/entries/99999999", 404),
        ("/entries/18446744073709551615", 404),
        ("/entries/0", 404),
        ("/people", 401),
        ("/people/admin", 401),
        ("/plans?as_of=yesterday", 400),
        ("/plans?as_of=2019-02-30", 400),
        ("/plans?as_of=2019-08-14&as_of=2019-08-15", 400),
        ("/plans?known_at=soon", 400),
        ("/plans?asof=2019-08-14", 400),
        ("/plans/huitian-2018/projects?phase=nowhere", 400),
        ("/plans/huitian-2018/projects?sector=%00", 400),
        ("/plans/huitian-2018/projects?sort=colour", 400),
        ("/plans/huitian-2018/projects?late=perhaps", 400),
        ("/plans/huitian-2018/projects?year=x", 400),
        ("/entries?code=x", 400),
        ("/entries?kind=project&code=x", 400),
        ("/entries?kind=unit&code=x&plan=huitian-2018", 400),
        ("/entries?recorded_from=2019", 400),
        ("/entries?actor=admin", 403),
    ] {
        let instance = format!("/api/v1{}", path.split('?').next().unwrap());
        let instance = instance.replace("学校", "%E5%AD%A6%E6%A0%A1");
        let place = path.replace("学校", "%E5%AD%A6%E6%A0%A1");
        let chinese = site.get_with(&place, &[]).await.expect(status);
        check(&chinese, "zh-CN", &instance);
        let english = site.get_with(&place, &[("accept-language", "en")]).await.expect(status);
        check(&english, "en", &instance);
        assert_ne!(chinese.body["title"], english.body["title"]);
        assert_eq!(chinese.body["type"], english.body["type"]);
        assert!(english.body["detail"].as_str().unwrap().is_ascii() || path.contains("known_at"), "{path}");
        // HEAD says the same without a body.
        let head = Request::head(format!("/api/v1{place}")).body(Body::empty()).unwrap();
        assert!(site.call(head).await.expect(status).text.is_empty());
    }
}

#[tokio::test]
async fn what_axum_refuses_is_a_problem_too() {
    let site = site();
    let token = format!("Bearer {}", site.writer("task-force").await);
    let place = "/api/v1/plans/huitian-2018/projects/HT-TRA-009/progress";

    let answer = site.call(Request::delete("/api/v1/plans").body(Body::empty()).unwrap()).await.expect(405);
    check(&answer, "zh-CN", "/api/v1/plans");
    assert!(answer.header("allow").contains("GET") && answer.header("allow").contains("POST"));

    let post = |body: Vec<u8>, media: &'static str| {
        let request = Request::post(place)
            .header("authorization", &token)
            .header("if-match", "*")
            .header("accept-language", "en");
        let request = if media.is_empty() { request } else { request.header("content-type", media) };
        request.body(Body::from(body)).unwrap()
    };
    let good = br#"{"percent": 50, "on": "2026-01-01"}"#.to_vec();
    for (body, media, status, kind) in [
        (good.clone(), "", 415, "unsupported-media-type"),
        (good.clone(), "text/plain", 415, "unsupported-media-type"),
        (good.clone(), "application/json; charset=gb18030", 415, "unsupported-media-type"),
        (b"{".to_vec(), "application/json", 400, "malformed-body"),
        (b"".to_vec(), "application/json", 400, "malformed-body"),
        (b"{} x".to_vec(), "application/json", 422, "invalid-value"),
        (br#"{"percent": 50} x"#.to_vec(), "application/json", 400, "malformed-body"),
        (b"{\"percent\": \xff}".to_vec(), "application/json", 400, "malformed-body"),
        ([b"[".repeat(100_000), b"]".repeat(100_000)].concat(), "application/json", 422, "invalid-value"),
        (
            format!("{{\"reason\": \"{}\"}}", "x".repeat(1 << 20)).into_bytes(),
            "application/json",
            413,
            "body-too-large",
        ),
        (br#"{"percent": 101}"#.to_vec(), "application/json", 422, "refused"),
        (br#"{"percent": 5, "on": "2027-01-01"}"#.to_vec(), "application/json", 422, "refused"),
        (br#"{"percent": "5"}"#.to_vec(), "application/json", 422, "invalid-value"),
        (br#"{"percent": 5, "part": "nowhere"}"#.to_vec(), "application/json", 422, "refused"),
        (br#"{"percent": 5, "reason": "a\u0007b"}"#.to_vec(), "application/json", 422, "refused"),
        (good, "application/merge-patch+json;charset=UTF-8", 201, ""),
    ] {
        let shown = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
        let answer = site.call(post(body, media)).await;
        assert_eq!(answer.status.as_u16(), status, "{shown}: {}", answer.text);
        if status != 201 {
            check(&answer, "en", place);
            assert_eq!(answer.body["type"], format!("/api/v1/problems/{kind}"), "{shown}");
        }
    }
}

#[tokio::test]
async fn every_mistake_is_named_at_its_place() {
    let site = site();
    let token = site.writer("task-force").await;
    let body = json!({
        "facts": [
            { "sector": { "sector": "nowhere" } },
            { "lead_unit": { "unit": "nobody" } },
            { "document": { "title": "", "url": "ftp://x" } },
            { "milestone": { "aspect": "actual", "step": "start", "date": "2030" } },
        ],
    });
    let place = "/plans/huitian-2018/projects/HT-TRA-009/facts";
    let answer = site.post(&token, place, Some("*"), &body).await.expect(422);
    check(&answer, "zh-CN", "/api/v1/plans/huitian-2018/projects/HT-TRA-009/facts");
    let found: Vec<(&str, &str)> = answer.body["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| (error["field"].as_str().unwrap(), error["code"].as_str().unwrap()))
        .collect();
    for wanted in [
        ("sector", "unknown-reference"),
        ("lead_unit", "unknown-reference"),
        ("document/ftp://x", "empty"),
        ("document/ftp://x", "bad-address"),
        ("milestone/actual/-/start", "future"),
    ] {
        assert!(found.contains(&wanted), "{wanted:?} in {found:?}");
    }
}

#[tokio::test]
async fn a_fact_is_an_object_with_one_member() {
    let site = site();
    let token = site.writer("task-force").await;
    let place = "/plans/huitian-2018/projects/HT-TRA-009/facts";
    let two = json!({ "alias": { "alias": "x" }, "kind": { "kind": "road" } });
    for fact in [json!(7), json!(null), json!([]), json!({}), json!("alias"), json!(true), two] {
        let answer = site.post(&token, place, Some("*"), &json!({ "facts": [fact] })).await.expect(422);
        let error = &answer.body["errors"][0];
        assert!(error["field"].as_str().unwrap().starts_with("facts[0]"), "{fact}: {error}");
        assert!(
            ["not-one-member", "not-an-object"].contains(&error["code"].as_str().unwrap()),
            "{fact}: {error}"
        );
    }
}

#[tokio::test]
async fn a_token_that_is_not_good_is_refused_even_where_none_is_needed() {
    let site = site();
    for header in ["Bearer nothing", "Basic YTpi", "Bearer", "Bearer ", "", "Bearer \u{e9}"] {
        let request = Request::get("/api/v1/plans").header("authorization", header.as_bytes());
        let answer = site.call(request.body(Body::empty()).unwrap()).await.expect(401);
        assert_eq!(answer.body["type"], "/api/v1/problems/invalid-token");
        assert!(answer.header("www-authenticate").contains("invalid_token"));
    }
    let token = site.writer("task-force").await;
    site.get_as(&token, "/plans").await.expect(200);
    let tokens = site.app.api_tokens(&crate::site::code("task-force")).await.unwrap();
    site.app.revoke_api_token(&crate::site::code("task-force"), &tokens[0].id).await.unwrap();
    site.get_as(&token, "/plans").await.expect(401);
}
