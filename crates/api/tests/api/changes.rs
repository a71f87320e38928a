//! Changes: versions, races, rules of the domain, roles.

use serde_json::json;

use crate::site::site;

#[tokio::test]
async fn of_many_changes_on_one_version_exactly_one_is_made() {
    let site = site();
    let token = site.writer("task-force").await;
    let place = "/plans/huitian-2018/projects/HT-TRA-009";
    for round in 0..5 {
        let tag = site.get(place).await.expect(200).etag();
        let head = site.app.database().read(|c| c.head()).unwrap().0;
        let bodies: Vec<_> = (0..16)
            .map(|n| json!({ "facts": [{ "alias": { "alias": format!("第 {round} 轮 {n}") } }] }))
            .collect();
        let place = format!("{place}/facts");
        let mut tasks = tokio::task::JoinSet::new();
        for body in bodies {
            let (router, token, tag, place) =
                (site.router.clone(), token.clone(), tag.clone(), format!("/api/v1{place}"));
            tasks.spawn(async move {
                let request = axum::http::Request::post(place)
                    .header("authorization", format!("Bearer {token}"))
                    .header("content-type", "application/json")
                    .header("if-match", tag)
                    .body(axum::body::Body::from(body.to_string()))
                    .unwrap();
                tower::ServiceExt::oneshot(router, request).await.unwrap().status().as_u16()
            });
        }
        let mut statuses = tasks.join_all().await;
        statuses.sort_unstable();
        assert_eq!(statuses[0], 201);
        assert!(statuses[1..].iter().all(|status| *status == 412), "{statuses:?}");
        assert_eq!(site.app.database().read(|c| c.head()).unwrap().0, head + 1);
    }
}

#[tokio::test]
async fn a_public_date_moves_only_with_a_reason_and_by_those_who_may() {
    let site = site();
    let place = "/plans/huitian-2018/projects/HT-EDU-001/milestones";
    let body = json!({ "aspect": "promised", "step": "in_use", "date": "2020-09" });
    let department = site.writer("department").await;
    let answer = site.post(&department, place, Some("*"), &body).await.expect(403);
    assert_eq!(answer.body["type"], "/api/v1/problems/not-allowed");
    assert_eq!(answer.body["errors"][0]["code"], "not-allowed");
    let staff = site.writer("task-force").await;
    let answer = site.post(&staff, place, Some("*"), &body).await.expect(422);
    assert_eq!(answer.body["errors"][0]["code"], "reason-required");
    let mut with_reason = body.clone();
    with_reason["reason"] = "征地未完成".into();
    site.post(&staff, place, Some("*"), &with_reason).await.expect(201);
    // What its lead unit reports, the department may.
    let forecast = json!({ "aspect": "forecast", "step": "completion", "date": "2027-06" });
    site.post(&department, place, Some("*"), &forecast).await.expect(201);
    let other = "/plans/huitian-2018/projects/HT-TRA-009/milestones";
    site.post(&department, other, Some("*"), &forecast).await.expect(403);
    // A date that is left out by mistake is not withdrawn.
    let forgotten = json!({ "aspect": "forecast", "step": "completion" });
    let answer = site.post(&department, place, Some("*"), &forgotten).await.expect(422);
    assert_eq!(answer.body["errors"][0]["field"], "date");
    let withdrawn = json!({ "aspect": "forecast", "step": "completion", "date": null });
    site.post(&department, place, Some("*"), &withdrawn).await.expect(201);
}

#[tokio::test]
async fn a_park_has_a_boundary_and_entrances() {
    let site = site();
    let staff = site.writer("task-force").await;
    let place = "/plans/huitian-2018/facilities/OSM-33616744";
    let held = site.get(place).await.expect(200).body;
    assert_eq!((held["reached_by"].as_str(), &held["entrances"]), (Some("boundary"), &json!([])));
    assert!(held["boundary"]["wkt"].as_str().unwrap().starts_with("POLYGON (("), "{held}");
    let facts = format!("{place}/facts");
    let send = async |fact: serde_json::Value, status: u16| {
        let body = json!({ "facts": [fact], "source": { "title": "现场踏勘" } });
        site.post(&staff, &facts, Some("*"), &body).await.expect(status).body
    };
    let gate = json!({ "longitude": held["longitude"], "latitude": held["latitude"] });
    let shifted = json!({
        "longitude": held["longitude"], "latitude": held["latitude"],
        "stated": { "datum": "gcj02", "longitude": 116.391, "latitude": 40.022 },
    });
    let both = json!([gate, shifted]);
    send(json!({ "entrances": { "at": both } }), 201).await;
    let now = site.get(place).await.expect(200).body;
    assert_eq!((now["reached_by"].as_str(), &now["entrances"]), (Some("entrances"), &both));
    send(json!({ "entrances": { "at": both } }), 200).await;
    // Somewhere else, and shapes that cannot be.
    let far = send(json!({ "entrances": { "at": [{ "longitude": 116.2, "latitude": 40.0 }] } }), 422).await;
    assert_eq!(far["errors"][0]["code"], "far-from-site");
    let bow = "POLYGON ((116.38 40.01, 116.39 40.03, 116.39 40.01, 116.38 40.03, 116.38 40.01))";
    let crossed = send(json!({ "boundary": { "boundary": { "wkt": bow } } }), 422).await;
    assert_eq!(crossed["errors"][0]["code"], "crosses-itself");
    send(json!({ "boundary": { "boundary": { "wkt": "POLYGON ((1 1))" } } }), 422).await;
    send(json!({ "capacity": { "amount": -4 } }), 422).await;
    for taken in [json!({ "entrances": { "at": [] } }), json!({ "boundary": { "boundary": null } })] {
        send(taken, 201).await;
    }
    let bare = site.get(place).await.expect(200).body;
    assert_eq!((bare["reached_by"].as_str(), &bare["boundary"]), (Some("point"), &serde_json::Value::Null));
}

#[tokio::test]
async fn facts_are_given_back_as_they_were_taken() {
    let site = site();
    let staff = site.writer("task-force").await;
    let facts = json!([
        { "name": { "zh": "名称", "en": "Name" } },
        { "alias": { "alias": "别名" } },
        { "kind": { "kind": "building" } },
        { "sector": { "sector": "health" } },
        { "campaign": { "campaign": "public_services" } },
        { "lead_unit": { "unit": "changping-education" } },
        { "supporting_unit": { "unit": "bj-task-force", "role": "guidance", "active": true } },
        { "place": { "areas": ["tiantongyuan-north"], "address": "某路 1 号" } },
        { "budget": { "fen": 123456789 } },
        { "funding": { "origin": "municipal", "fen": 1 } },
        { "membership": { "state": "member", "revision": 3, "other": null } },
        { "part": { "part": "north", "name": { "zh": "北段", "en": "" } } },
        { "step": { "step": "approval", "order": 5, "name": { "zh": "审批", "en": "Approval" }, "gate": {
            "authority": { "zh": "市发展改革委", "en": "" }, "document": { "zh": "批复", "en": "" },
            "limit": { "working_days": 20 },
        } } },
        { "step": { "step": "completion", "order": 9, "name": { "zh": "完工", "en": "" }, "gate": null } },
        { "milestone": { "aspect": "promised", "part": "north", "step": "completion", "date": "2027-Q4", "cause": null } },
        { "gate_papers": { "step": "approval", "applied": "2026-01-02", "decided": "2026-02-03", "number": "京发改〔2026〕1 号", "granted": true } },
        { "progress": { "part": null, "percent": 12.5 } },
        { "output": { "kind": "hospital_beds", "stage": "approved", "basis": "net", "quantity": 300 } },
        { "suspended": { "suspended": false, "document": "" } },
        { "document": { "title": "批复", "url": "https://example.org/a" } },
        { "remark": { "text": "备注\n第二行" } },
    ]);
    let body = json!({ "code": "HT-ALL", "facts": facts, "effective": "2026-10-01", "source": {
        "grade": "reported", "title": "周报", "url": "https://example.org/w", "unit": "changping-education",
    } });
    let written = site.post(&staff, "/plans/huitian-2018/projects", None, &body).await.expect(201);
    let entry = written.body["entries"][0].as_u64().unwrap();
    let shown = site.get_as(&staff, &format!("/entries/{entry}")).await.expect(200).body;
    let given: Vec<_> = facts.as_array().unwrap().iter().map(|fact| json!({ "project": fact })).collect();
    assert_eq!(shown["facts"], json!(given));
    assert_eq!(shown["source"], body["source"]);
    assert_eq!((&shown["event"], &shown["effective"]), (&json!("registered"), &json!("2026-10-01")));
    let project = site.get_as(&staff, "/plans/huitian-2018/projects/HT-ALL").await.expect(200).body;
    assert_eq!(project["budget_fen"], 123456789);
    assert_eq!(project["percent"]["percent"], 12.5);
    assert_eq!(project["remarks"][0]["text"], "备注\n第二行");
    assert_eq!(project["steps"][0]["gate"]["limit"], json!({ "working_days": 20 }));
}

#[tokio::test]
async fn every_entry_of_the_demonstration_can_be_shown_and_sent_again() {
    let site = site();
    let staff = site.writer("task-force").await;
    let mut next = String::new();
    let mut kinds = std::collections::BTreeSet::new();
    loop {
        let page = site.get_as(&staff, &format!("/entries?limit=500{next}")).await.expect(200).body;
        for entry in page["items"].as_array().unwrap() {
            for fact in entry["facts"].as_array().unwrap() {
                let (kind, body) = fact.as_object().unwrap().iter().next().unwrap();
                kinds.insert(format!("{kind}/{}", body.as_object().unwrap().keys().next().unwrap()));
            }
        }
        match page["next"].as_str() {
            Some(cursor) => next = format!("&cursor={cursor}"),
            None => break,
        }
    }
    assert!(kinds.len() > 30, "{kinds:?}");
    // What a plan's registration holds is taken again as it stands: every fact of it already holds.
    let plan = site.get_as(&staff, "/entries?plan=huitian-2018&kind=plan&code=huitian-2018&limit=500").await;
    let entries = plan.expect(200).body["items"].as_array().unwrap().clone();
    let first = entries.last().unwrap();
    let facts: Vec<_> = first["facts"].as_array().unwrap().iter().map(|fact| fact["plan"].clone()).collect();
    assert!(facts.iter().any(|fact| fact["figure"].is_object()));
    for facts in facts.chunks(50) {
        let body = json!({ "facts": facts, "effective": first["effective"] });
        let answer = site.post(&staff, "/plans/huitian-2018/facts", Some("*"), &body).await.expect(200);
        assert_eq!(answer.body["entries"], json!([]));
    }
    let body = json!({ "facts": [{ "figure": {
        "id": "x", "order": 1, "group": "g", "label": { "zh": "x" }, "unit": { "zh": "x" }, "rule": { "zh": "x" },
        "query": { "query": "projects", "sektor": "education" },
    } }] });
    let answer = site.post(&staff, "/plans/huitian-2018/facts", Some("*"), &body).await.expect(422);
    assert_eq!(answer.body["errors"][0]["code"], "member-unknown");
}

#[tokio::test]
async fn many_facts_are_bounded() {
    let site = site();
    let staff = site.writer("task-force").await;
    let facts: Vec<_> = (0..501).map(|n| json!({ "alias": { "alias": format!("a{n}") } })).collect();
    let place = "/plans/huitian-2018/projects/HT-TRA-009/facts";
    site.post(&staff, place, Some("*"), &json!({ "facts": facts })).await.expect(422);
    let answer = site.post(&staff, place, Some("*"), &json!({ "facts": [] })).await.expect(422);
    assert_eq!(answer.body["errors"][0]["code"], "no-facts");
}

#[tokio::test]
async fn what_people_call_an_area_is_given_back() {
    let site = site();
    let admin = site.writer("admin").await;
    let called = |names: serde_json::Value| json!({ "facts": [{ "aliases": { "names": names } }] });
    let place = "/areas/jiayunyuan";
    let facts = format!("{place}/facts");
    let names = json!(["佳运园小区", "佳运里"]);
    site.post(&admin, &facts, Some("*"), &called(names.clone())).await.expect(201);
    assert_eq!(site.get(place).await.expect(200).body["aliases"], names);
    site.post(&admin, &facts, Some("*"), &called(names.clone())).await.expect(200);
    let list = site.get("/areas?limit=100").await.expect(200).body;
    let line = list["items"].as_array().unwrap().iter().find(|area| area["code"] == "jiayunyuan").unwrap();
    assert_eq!(line["aliases"], names);
    let wrong =
        site.post(&admin, &facts, Some("*"), &called(json!(["佳运里、佳运园小区"]))).await.expect(422);
    assert_eq!(wrong.body["errors"][0]["code"], "not-one-name");
    site.post(&admin, &facts, Some("*"), &called(json!([]))).await.expect(201);
    assert_eq!(site.get(place).await.expect(200).body["aliases"], json!([]));
}

#[tokio::test]
async fn a_circle_of_areas_is_refused() {
    let site = site();
    let admin = site.writer("admin").await;
    let body = json!({ "facts": [{ "parent": { "parent": "tiantongyuan-north" } }] });
    let answer = site.post(&admin, "/areas/changping/facts", Some("*"), &body).await.expect(422);
    assert_eq!(answer.body["errors"][0]["code"], "circular");
    let staff = site.writer("department").await;
    site.post(&staff, "/areas/changping/facts", Some("*"), &body).await.expect(403);
}
