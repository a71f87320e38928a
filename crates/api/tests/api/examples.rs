//! The examples of the description are sent, and every operation is tried in all the ways it can go.

use serde_json::{Value, json};

use crate::site::{Site, address, code, operations, site};
use api::access::Access;
use app::place::layer::{Content, Home, Parcel, Parcels, Residences, Ways};
use app::place::{LayerGround, NewLayer};
use app::{Actor, TokenScope};
use domain::named::Named;
use domain::policy::Action;
use domain::request::Point;
use jiff::civil::date;

fn id(operation: &Value) -> &str {
    operation["operationId"].as_str().unwrap()
}

fn is_about_people(id: &str) -> bool {
    id.contains("Person") || id.contains("People")
}

fn is_directory(id: &str) -> bool {
    id.contains("Unit") || id.contains("Area")
}

#[tokio::test]
async fn every_reading_example_works() {
    let site = site();
    let admin = site.writer("admin").await;
    let staff = site.token("department", &[TokenScope::Read]).await;
    for (path, method, operation) in operations(&api::document()) {
        if method != "get" {
            continue;
        }
        let id = id(&operation);
        let place = format!("{}{}", address(&path, id), api::example::query(id));
        let reader = match api::access::access(id) {
            Some(Access::Read(Action::ReadStaff)) => &staff,
            Some(Access::Read(Action::ManagePeople)) => &admin,
            _ => "",
        };
        let answer = match reader {
            "" => site.get(&place).await,
            reader => {
                site.get(&place).await.expect(401);
                site.get_as(reader, &place).await
            }
        };
        // The demonstration has no walking network, and says what is missing.
        if NEED_LAYERS.contains(&id) {
            let errors = &answer.expect(422).body["errors"];
            assert!(
                errors[0]["detail"].as_str().is_some_and(|text| !text.starts_with('[')),
                "{id}: {errors}"
            );
            continue;
        }
        let answer = answer.expect(200);
        if answer.header("content-type") != "application/json" || ["getOpenApi", "getCaller"].contains(&id) {
            continue;
        }
        // What is described is what is answered.
        let schema = &operation["responses"]["200"]["content"]["application/json"]["schema"];
        conforms(&api::document(), schema, &answer.body, id);
        assert!(!answer.etag().is_empty(), "{id}");
        let bearer = format!("Bearer {reader}");
        let mut headers = vec![("if-none-match", answer.header("etag"))];
        if !reader.is_empty() {
            headers.push(("authorization", bearer.as_str()));
        }
        let known = site.get_with(&place, &headers).await;
        assert!(known.expect(304).text.is_empty(), "{id}");
        if let Some(items) = answer.body["items"].as_array().filter(|_| answer.body["total"].is_u64()) {
            assert!(!items.is_empty(), "{id}: the example shows nothing");
        }
    }
}

/// Operations that answer only where a network is in force.
const NEED_LAYERS: [&str; 2] = ["tryLink", "listMissingLinks"];

/// Two streets that lie side by side and meet far in the west, and a parcel beside one of them.
async fn with_streets_and_a_parcel() -> Site {
    let site = site();
    let plan = code("huitian-2018");
    let node = |x: i32, y: i32| [1_163_362_000 + x, 400_702_000 + y];
    let ways = Ways {
        nodes: vec![node(0, 0), node(0, 20_000), node(-300_000, 0), node(-300_000, 20_000)],
        links: vec![[0, 2, 2_553_000], [1, 3, 2_553_000], [2, 3, 223_000]],
        one_way: Vec::new(),
    };
    let parcel = Parcel {
        code: "P-1".into(),
        name: String::new(),
        at: Point { longitude: 116_336_200, latitude: 40_070_200 },
        stated: None,
        shape: None,
        square_metres: 2_600,
        kinds: vec![code("kindergarten")],
        cost: None,
        available_on: None,
    };
    let home = Home {
        code: "H-1".into(),
        community: code("huoying"),
        at: Point { longitude: 116_336_300, latitude: 40_070_200 },
        stated: None,
        people: Some(90),
        aged: Vec::new(),
    };
    let contents = [
        Content::Network(ways),
        Content::Parcels(Parcels { parcels: vec![parcel] }),
        Content::Residences(Residences { homes: vec![home] }),
    ];
    for content in contents {
        let name = Named::new("图层", "Layer");
        let ground = LayerGround { name, effective: Some(date(2022, 1, 1)), ..LayerGround::default() };
        let new = NewLayer::of(&content, ground).unwrap();
        site.app.put_layer(&Actor::operator(), &plan, new).await.unwrap();
    }
    site
}

#[tokio::test]
async fn tools_of_places_answer_as_described_where_their_layers_are_in_force() {
    let site = with_streets_and_a_parcel().await;
    let staff = site.token("department", &[TokenScope::Read]).await;
    let document = api::document();
    let ask = |id: &'static str, query: String| {
        let (site, staff, document) = (&site, &staff, &document);
        async move {
            let (path, _, operation) =
                operations(document).into_iter().find(|(.., it)| self::id(it) == id).unwrap();
            let answer = site.get_as(staff, &format!("{}{query}", address(&path, id))).await;
            if answer.status.as_u16() == 200 {
                let schema = &operation["responses"]["200"]["content"]["application/json"]["schema"];
                conforms(document, schema, &answer.body, id);
            }
            answer
        }
    };
    let link = |to: &str| {
        format!(
            "?from_longitude=116.3362&from_latitude=40.0702&to_longitude=116.3362&to_latitude={to}&as_of=2022-12-31"
        )
    };
    let tried = ask("tryLink", link("40.0722")).await.expect(200);
    assert_eq!(tried.body["people"], 90);
    assert!(tried.body["detour_millimetres"].as_u64().unwrap() > 5_000_000, "{}", tried.text);
    let far = ask("tryLink", link("41.5")).await.expect(400);
    assert_eq!(far.body["errors"][0]["field"], "to_longitude");
    let ranked = ask("listMissingLinks", "?as_of=2022-12-31".into()).await.expect(200);
    assert!(ranked.body["candidates"].as_u64().unwrap() >= 1, "{}", ranked.text);
    let sited =
        ask("findSites", "?kind=kindergarten&sites=1&metres=500&as_of=2022-12-31".into()).await.expect(200);
    assert_eq!((&sited.body["proven"], &sited.body["chosen"][0]["parcel"]), (&json!(true), &json!("P-1")));
    ask("findSites", "?kind=castle&sites=1&as_of=2022-12-31".into()).await.expect(400);
    ask("findSites", "?kind=kindergarten&metres=500&as_of=2022-12-31".into()).await.expect(422);
    ask("findSites", "?kind=kindergarten&model=best&sites=1".into()).await.expect(400);
    let floors =
        |floors: &str| format!("?kind=kindergarten&sites=1&metres=500&as_of=2022-12-31&floors={floors}");
    ask("findSites", floors("huoying:0")).await.expect(200);
    for wrong in ["huoying", "huoying:101", "huoying:1,huoying:2", "nowhere:10"] {
        ask("findSites", floors(wrong)).await.expect(400);
    }
    ask("getReach", "?longitude=NaN&latitude=40".into()).await.expect(400);
    // Who may see no single homes is told people in steps of ten, as on the page.
    let place = "/plans/huitian-2018/reach?longitude=116.3362&latitude=40.0702&as_of=2022-12-31";
    let (own, public) = (site.get_as(&staff, place).await.expect(200), site.get(place).await.expect(200));
    assert_eq!(
        (&own.body["people_in_steps_of"], &public.body["people_in_steps_of"]),
        (&json!(1), &json!(10))
    );
    assert_ne!(own.etag(), public.etag());
    let change = ask("getCoverageChange", "?since=2999-01-01".into()).await.expect(400);
    assert_eq!(change.body["errors"][0]["field"], "since");
}

/// Checks a value against a schema as far as the description uses JSON Schema.
fn conforms(document: &Value, schema: &Value, value: &Value, place: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        let schema = document.pointer(reference.trim_start_matches('#')).unwrap();
        return conforms(document, schema, value, place);
    }
    for part in schema["allOf"].as_array().into_iter().flatten() {
        conforms(document, part, value, place);
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let fits = choices
            .iter()
            .filter(|choice| std::panic::catch_unwind(|| conforms(document, choice, value, place)).is_ok())
            .count();
        assert!(fits >= 1, "{place}: {value} fits none of {schema}");
        return;
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let fits = kinds.is_empty() || kinds.contains(&kind) || (kind == "integer" && kinds.contains(&"number"));
    assert!(fits, "{place}: {value} is no {kinds:?}");
    if let Some(words) = schema["enum"].as_array() {
        assert!(words.contains(value), "{place}: {value}");
    }
    for item in value.as_array().into_iter().flatten() {
        conforms(document, &schema["items"], item, place);
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        assert!(value.get(name.as_str().unwrap()).is_some(), "{place}: {name} is missing from {value}");
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        if let Some(member) = value.get(name) {
            conforms(document, property, member, &format!("{place}.{name}"));
        }
    }
    if let (Some(members), false) = (value.as_object(), schema["properties"].is_null())
        && schema["additionalProperties"] == false
    {
        for name in members.keys() {
            assert!(schema["properties"].get(name).is_some(), "{place}: {name} is not described");
        }
    }
}

/// The address at which the version of what an operation changes is read.
fn read_from(path: &str) -> String {
    path.rsplit_once('/').map_or(path, |(thing, _)| thing).replace("/observations/bjd-2019", "")
}

async fn version(site: &Site, token: &str, path: &str) -> String {
    if path.starts_with("/entries/") {
        // The entry's subject.
        let entry = site.get(&read_from(path)).await.expect(200);
        let (kind, code) = (&entry.body["subject"]["kind"], entry.body["subject"]["code"].as_str().unwrap());
        assert_eq!(kind, "area");
        return site.get(&format!("/areas/{code}")).await.expect(200).etag();
    }
    site.get_as(token, &read_from(path)).await.expect(200).etag()
}

#[tokio::test]
async fn every_changing_example_works_and_fails_as_it_should() {
    for (path, method, operation) in operations(&api::document()) {
        if method != "post" {
            continue;
        }
        let site = site();
        let id = id(&operation);
        let place = address(&path, id);
        let body = &operation["requestBody"]["content"]["application/json"]["example"];
        let who = if is_about_people(id) || is_directory(id) { "admin" } else { "task-force" };
        let token = site.writer(who).await;

        // Who may not.
        let answer = site.post("", &place, Some("*"), body).await.expect(401);
        assert!(answer.header("www-authenticate").starts_with("Bearer "), "{id}");
        let reader = site.token(who, &[TokenScope::Read]).await;
        let answer = site.post(&reader, &place, Some("*"), body).await.expect(403);
        assert_eq!(answer.body["type"], "/api/v1/problems/insufficient-scope", "{id}");
        assert!(answer.header("www-authenticate").contains("insufficient_scope"), "{id}");
        let auditor = site.writer("auditor").await;
        site.post(&auditor, &place, Some("*"), body).await.expect(403);
        site.post("huitian_0", &place, Some("*"), body).await.expect(401);

        // Which body does not fit.
        let mut stray = body.clone();
        stray["stray"] = json!(1);
        let answer = site.post(&token, &place, Some("*"), &stray).await.expect(422);
        assert_eq!(answer.body["errors"][0]["field"], "stray", "{id}");
        assert_eq!(answer.body["errors"][0]["code"], "member-unknown", "{id}");
        site.post(&token, &place, Some("*"), &json!([])).await.expect(422);

        let conditional = operation["parameters"].to_string().contains("IfMatch");
        let written = if conditional {
            site.post(&token, &place, None, body).await.expect(428);
            site.post(&token, &place, Some("\"v999999\""), body).await.expect(412);
            site.post(&token, &place, Some("\"nonsense\""), body).await.expect(412);
            let tag = version(&site, &token, &place).await;
            let weak = format!("W/{tag}");
            site.post(&token, &place, Some(&weak), body).await.expect(412);
            let several = format!("\"v1\", {tag}");
            site.post(&token, &place, Some(&several), body).await.expect(201)
        } else {
            site.post(&token, &place, None, body).await.expect(201)
        };
        let location = written.header("location").to_owned();
        assert!(location.starts_with("/api/v1/"), "{id}");
        site.get_as(&token, location.trim_start_matches(api::PREFIX)).await.expect(200);
        assert_eq!(written.body["etag"], written.etag());
        assert!(!written.body["entries"].as_array().unwrap().is_empty());

        // Once more.
        let head = site.app.database().read(|c| c.head()).unwrap();
        match id {
            "correctEntry" => {
                let again = site.post(&token, &place, Some(&written.etag()), body).await.expect(409);
                assert_eq!(again.body["type"], "/api/v1/problems/already-corrected");
            }
            id if id.starts_with("register") => {
                let again = site.post(&token, &place, None, body).await.expect(409);
                assert_eq!(again.body["type"], "/api/v1/problems/already-registered");
            }
            _ => {
                site.post(&token, &place, Some(&version_before(&written)), body).await.expect(412);
                let again = site.post(&token, &place, Some(&written.etag()), body).await.expect(200);
                assert_eq!(again.body["entries"], json!([]), "{id}");
                assert_eq!(again.etag(), written.etag());
            }
        }
        assert_eq!(site.app.database().read(|c| c.head()).unwrap(), head, "{id} wrote something");
    }
}

fn version_before(written: &crate::site::Answer) -> String {
    let version = written.body["version"].as_u64().unwrap();
    format!("\"v{}\"", version - 1)
}
