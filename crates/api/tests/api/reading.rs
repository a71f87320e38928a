//! What reading shows: filters, orders, one record.

use axum::response::IntoResponse;
use serde_json::Value;

use crate::site::{Site, site};

async fn projects(site: &Site, query: &str) -> Vec<Value> {
    let answer = site.get(&format!("/plans/huitian-2018/projects?limit=500&as_of=2019-08-14&{query}")).await;
    answer.expect(200).body["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn filters_take_what_they_say_and_together_make_the_whole() {
    let site = site();
    let all = projects(&site, "").await;
    let portfolio = site
        .app
        .portfolio(
            &crate::site::code("huitian-2018"),
            app::read::Asked { as_of: "2019-08-14".parse().ok(), known_at: None },
        )
        .await
        .unwrap();
    assert_eq!(all.len(), portfolio.members().count());

    // Each value of a filter takes a part of the whole, and the parts add up to it.
    for member in ["sector", "phase", "kind", "grade"] {
        let mut sum = 0;
        let mut values: Vec<&str> = all.iter().filter_map(|project| project[member].as_str()).collect();
        values.sort_unstable();
        values.dedup();
        for value in &values {
            let part = projects(&site, &format!("{member}={value}")).await;
            assert!(part.iter().all(|project| project[member] == **value), "{member}={value}");
            sum += part.len();
        }
        let without = all.iter().filter(|project| project[member].is_null()).count();
        assert_eq!(sum + without, all.len(), "{member}");
        let several: Vec<String> = values.iter().map(|value| format!("{member}={value}")).collect();
        assert_eq!(projects(&site, &several.join("&")).await.len(), sum);
    }
    let late = projects(&site, "late=true").await;
    assert!(!late.is_empty() && late.iter().all(|project| project["late"] == true));
    assert_eq!(late.len() + projects(&site, "late=false").await.len(), all.len());

    let unit = projects(&site, "unit=changping-education").await;
    assert!(!unit.is_empty() && unit.len() < all.len());
    let below = projects(&site, "area=changping").await;
    let exactly = projects(&site, "area=huitian").await;
    assert!(!exactly.is_empty() && below.len() >= exactly.len());
    assert!(projects(&site, "area=nowhere").await.is_empty());
    assert!(projects(&site, "membership=removed&membership=merged").await.len() < all.len());
    let listed = site.get("/plans/huitian-2018/projects?limit=500&year=2020").await.expect(200);
    let list = site.get("/plans/huitian-2018/lists/2020/1?limit=500").await.expect(200);
    assert!(listed.body["total"].as_u64().unwrap() <= list.body["total"].as_u64().unwrap());
    assert!(listed.body["total"].as_u64().unwrap() > 0);
}

#[tokio::test]
async fn search_finds_chinese_english_codes_and_other_names() {
    let site = site();
    for (query, code) in [
        ("%E6%B8%85%E5%8D%8E%E9%99%84%E5%B0%8F", "HT-EDU-002"),
        ("tsinghua%20primary", "HT-EDU-002"),
        ("ht-edu-002", "HT-EDU-002"),
    ] {
        let found = projects(&site, &format!("q={query}")).await;
        assert!(found.iter().any(|project| project["code"] == code), "{query}: {found:?}");
    }
    assert!(projects(&site, "q=no%20such%20thing").await.is_empty());
}

#[tokio::test]
async fn orders_are_kept_in_both_directions_with_what_has_no_value_last() {
    let site = site();
    let slip = |project: &Value| project["slip"]["days"].as_i64();
    let percent = |project: &Value| project["percent"].as_f64().map(|percent| (percent * 1e6) as i64);
    for (key, value) in [("slip", &slip as &dyn Fn(&Value) -> Option<i64>), ("percent", &percent)] {
        let up: Vec<Option<i64>> = projects(&site, &format!("sort={key}")).await.iter().map(value).collect();
        let down: Vec<Option<i64>> =
            projects(&site, &format!("sort=-{key}")).await.iter().map(value).collect();
        let held = |list: &[Option<i64>]| list.iter().flatten().copied().collect::<Vec<_>>();
        assert!(held(&up).is_sorted() && held(&down).iter().rev().is_sorted(), "{key}");
        for list in [&up, &down] {
            let first_none = list.iter().position(Option::is_none).unwrap_or(list.len());
            assert!(list[first_none..].iter().all(Option::is_none), "{key}");
        }
    }
}

#[tokio::test]
async fn a_project_shows_its_track() {
    let site = site();
    let project = site.get("/plans/huitian-2018/projects/HT-TRA-009?as_of=2024-06-30").await.expect(200).body;
    assert_eq!(project["plan"], "huitian-2018");
    assert_eq!(project["phase"], "partly_in_use");
    let north = project["milestones"]
        .as_array()
        .unwrap()
        .iter()
        .find(|milestone| milestone["part"] == "north" && milestone["step"] == "in_use")
        .unwrap();
    assert_eq!(north["actual"], "2023-12-30");
    assert_eq!(north["promised"], "2023");
    assert_eq!(north["slip_days"], -1);
    assert_eq!(north["promises"][0]["published_on"], "2021-12-31");
    let list =
        site.get("/plans/huitian-2018/projects/HT-TRA-009/milestones?as_of=2024-06-30").await.expect(200);
    assert_eq!(list.body["items"], project["milestones"]);
    let progress =
        site.get("/plans/huitian-2018/projects/HT-TRA-009/progress?as_of=2024-06-30").await.expect(200);
    let stations =
        progress.body["items"].as_array().unwrap().iter().find(|p| p["part"] == "stations").unwrap();
    assert_eq!((stations["percent"].as_i64(), stations["on"].as_str()), (Some(83), Some("2021-12-31")));
}

#[tokio::test]
async fn revisions_say_who_entered_and_left() {
    let site = site();
    let list = site.get("/plans/huitian-2018/revisions").await.expect(200);
    let declared: Vec<u64> =
        list.body["items"].as_array().unwrap().iter().map(|r| r["declared"].as_u64().unwrap()).collect();
    assert_eq!(declared, [97, 108, 117]);
    let mut members = 0;
    for (number, declared) in (1..).zip(declared) {
        let revision = site.get(&format!("/plans/huitian-2018/revisions/{number}")).await.expect(200).body;
        members += revision["entered"].as_array().unwrap().len();
        members -= revision["left"].as_array().unwrap().len();
        assert_eq!(revision["counted"], members);
        assert_eq!(revision["counted"], declared, "revision {number}");
    }
}

#[tokio::test]
async fn indicators_keep_what_sources_disagree_about() {
    let site = site();
    let place = "/plans/huitian-2018/indicators/cycle_path_length/observations";
    let observations = site.get(place).await.expect(200).body;
    let may: Vec<&Value> =
        observations["items"].as_array().unwrap().iter().filter(|o| o["on"] == "2019-05-31").collect();
    assert!(may.len() >= 2);
    assert_eq!(may.iter().filter(|o| o["standing"] == true).count(), 1);
    let indicator = site.get("/plans/huitian-2018/indicators/cycle_path_length").await.expect(200).body;
    assert_eq!(indicator["accepted"][0]["key"], "takefoto-2019");
}

#[tokio::test]
async fn the_router_lives_beside_others() {
    let site = site();
    let server: axum::Router = axum::Router::new()
        .route("/", axum::routing::get(|| async { "home" }))
        .merge(site.router.clone())
        .route("/api/v1x", axum::routing::get(|| async { axum::http::StatusCode::GONE }))
        .fallback(|| async { (axum::http::StatusCode::NOT_FOUND, "no page") })
        // A layer of the server's that refuses everything with a certain header.
        .layer(axum::middleware::from_fn(
            |request: axum::extract::Request, next: axum::middleware::Next| async move {
                match request.headers().contains_key("x-busy") {
                    true => (axum::http::StatusCode::TOO_MANY_REQUESTS, [("retry-after", "7")], "slow")
                        .into_response(),
                    false => next.run(request).await,
                }
            },
        ))
        .layer(axum::middleware::from_fn(api::problem::render));
    let other = Site { router: server, ..site };
    assert_eq!(other.get("/nothing").await.expect(404).header("content-type"), "application/problem+json");
    let request = axum::http::Request::get("/nothing").body(axum::body::Body::empty()).unwrap();
    assert_eq!(other.call(request).await.expect(404).text, "no page");
    let request = axum::http::Request::get("/api/v1x").body(axum::body::Body::empty()).unwrap();
    assert!(other.call(request).await.expect(410).text.is_empty());
    let busy = other.get_with("/plans", &[("x-busy", "1"), ("accept-language", "en")]).await.expect(429);
    assert_eq!(busy.body["type"], "/api/v1/problems/too-many-requests");
    assert_eq!(busy.header("retry-after"), "7");
    let twice = other.get("/plans/nothing").await.expect(404);
    assert_eq!(twice.body["type"], "/api/v1/problems/not-found");
}

#[tokio::test]
async fn waves_tell_how_people_were_reached_and_what_changed() {
    let site = site();
    let wave = site.get("/plans/huitian-2018/waves/felt-2019-2").await.expect(200).body;
    assert_eq!((&wave["wave"], &wave["access"]), (&"felt-2019-2".into(), &"anyone".into()));
    let fieldwork = &wave["fieldwork"];
    let sheets = fieldwork["sheets"].as_array().unwrap();
    let all: u64 = sheets.iter().map(|held| held["number"].as_u64().unwrap()).sum();
    assert_eq!(Some(all), wave["sheets"].as_u64());
    // Nobody counted whom the demonstration asked: no rate is made of it.
    assert!(fieldwork["rr1"].is_null() && fieldwork["rated"].as_array().unwrap().is_empty());
    assert!(fieldwork["agreement"].is_null() && fieldwork["call_backs"].as_array().unwrap().is_empty());
    assert_eq!(fieldwork["self_selected"], sheets.iter().any(|held| held["of"] == "web"));
    let open = site.get("/plans/huitian-2018/waves/felt-open").await.expect(200).body;
    assert!(open["fieldwork"].is_null(), "nothing is told before it is frozen");

    let changes = "/plans/huitian-2018/waves/felt-2019-2/changes";
    let found = site.get(&format!("{changes}?from=felt-2019-1&limit=500")).await.expect(200).body;
    let lines = found["items"].as_array().unwrap();
    let tested: Vec<&Value> = lines.iter().filter(|line| !line["p_value"].is_null()).collect();
    assert!(tested.len() > 3 && tested.iter().all(|line| line["refused"].is_null()));
    for line in tested {
        let (alone, judged) = (line["p_value"].as_f64().unwrap(), line["p_holm"].as_f64().unwrap());
        assert!(judged >= alone && line["significant"] == (judged < 0.05), "{line}");
        assert!(line["after"]["group"].is_null() && line["before"]["group"].is_null());
    }
    let estimates = "/plans/huitian-2018/waves/felt-2019-2/estimates?group_by=area&limit=500";
    let estimates = site.get(estimates).await.expect(200).body;
    let area = estimates["items"][0]["group"].as_str().unwrap().to_owned();
    let of_area = format!("{changes}?from=felt-2019-1&group_by=area&group={area}&limit=500");
    let found = site.get(&of_area).await.expect(200).body;
    let lines = found["items"].as_array().unwrap();
    assert!(!lines.is_empty() && lines.iter().all(|line| line["after"]["group"] == *area));
    site.get(changes).await.expect(400);
    site.get(&format!("{changes}?from=nowhere")).await.expect(404);
    site.get(&format!("{changes}?from=felt-open")).await.expect(404);
}
