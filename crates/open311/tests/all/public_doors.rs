//! Every door at which everybody may read requests, and every kind of request: what nobody may read is behind none
//! of them, and nothing is told more exactly than it may be.

use std::sync::Arc;

use crate::seed::{Seed, code};
use app::request::{Erase, NewRequest, RequestAct};
use app::{Actor, FixedClock};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use domain::command::Command;
use domain::named::Named;
use domain::plan::PlanFact;
use domain::request::{
    Channel, ModerationAct, ModerationGround, Point, RequestCategory, RequestStep, ShownPlace,
};
use domain::source::Source;
use domain::subject::Subject;
use http_body_util::BodyExt;
use jiff::civil::date;
use pages::{ClientAddress, PagesState};
use tower::ServiceExt;

/// Where everybody may read; `{}` is a request's number.
const LISTS: &[&str] = &[
    "/p/p/voices",
    "/p/p/voices?q=车",
    "/p/p/voices?standing=open",
    "/p/p/voices?standing=closed",
    "/p/p/voices?area=town",
    "/p/p/voices.csv",
    "/p/p/voices.json",
    "/p/p/voices.geojson",
    "/p/p/voices.atom",
    "/p/p/voices.rss",
    "/p/p/map",
    "/p/p/map?at=40.07,116.36&zoom=4",
    "/p/p/moderation",
    "/p/p/open-data",
    "/p/p/open-data/rates.csv?by=category",
    "/p/p/open-data/rates.json?by=unit",
    "/p/p",
    "/open311/v2/requests.json",
    "/open311/v2/requests.xml?extensions=true",
    "/open311/v2/requests.json?lat=40.07&long=116.36&radius=5000",
    "/open311/v2/requests.json?q=车",
    "/open311/v2/servicerequestupdates.json?start_date=2019-08-13T00:00:00Z",
];
const ONE: &[&str] = &["/p/p/voices/{}", "/open311/v2/requests/{}.json", "/open311/v2/requests/{}.xml"];

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

struct Site {
    seed: Seed,
    router: Router,
}

impl Site {
    async fn open() -> Self {
        let clock = Arc::new(FixedClock::morning(date(2019, 8, 14)).unwrap());
        let seed = Seed::new(clock).await;
        let state = PagesState {
            app: seed.app.clone(),
            secure_cookies: false,
            demo: None,
            reach: Default::default(),
        };
        let router = pages::router(state).merge(open311::router(seed.app.clone(), false));
        Self { seed, router }
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        Answer { status: parts.status, headers: parts.headers, text }
    }

    async fn get(&self, path: &str) -> Answer {
        let encoded: String = path
            .bytes()
            .map(|byte| if byte.is_ascii() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
            .collect();
        let request = Request::get(encoded).header("host", "site.example").header("accept-language", "en");
        self.send(request.body(Body::empty()).unwrap()).await
    }

    async fn post(&self, path: &str, form: &str) -> Answer {
        let request = Request::post(path)
            .header("host", "site.example")
            .header("content-type", "application/x-www-form-urlencoded")
            .extension(ClientAddress([127, 0, 0, 1].into()));
        self.send(request.body(Body::from(form.to_owned())).unwrap()).await
    }

    async fn file(&self, number: &str, text: &str, public: bool, category: &str) {
        let new = NewRequest {
            number: number.into(),
            category: Some(code(category)),
            area: Some(code("town")),
            address: "东门 7 号".into(),
            point: Some(Point { longitude: 116_360_123, latitude: 40_070_123 }),
            public,
            secret: format!("link-{number}"),
            ..NewRequest::new(Channel::Hotline, format!("{text} 车"))
        };
        self.seed.app.file_request(&Actor::operator(), &code("p"), new).await.unwrap();
    }

    async fn act(&self, number: &str, act: RequestAct) {
        let (plan, number) = (code("p"), code(number));
        self.seed
            .app
            .act_on_request(&Actor::operator(), &plan, &number, act, Source::default())
            .await
            .unwrap();
    }

    async fn publish(&self, number: &str) {
        self.act(number, RequestAct::Publish { shown: true, reason: String::new() }).await;
    }

    async fn category(&self, held: RequestCategory) {
        let facts = vec![PlanFact::RequestCategory(held).into()];
        self.seed.change(Command::Record { subject: Subject::plan(&code("p")), facts, expected: None }).await;
    }

    async fn moderate(&self, number: &str, act: ModerationAct, title: &str, text: &str) {
        let ground = ModerationGround::Personal;
        self.act(number, RequestAct::Moderate { act, ground, title: title.into(), text: text.into() }).await;
    }
}

fn category(name: &str) -> RequestCategory {
    RequestCategory::new(code(name), 9, Named::new(name, name), code("usual"))
}

#[tokio::test]
async fn what_nobody_may_read_is_behind_no_door() {
    let site = Site::open().await;
    let app = &site.seed.app;
    let step = |step| RequestAct::Step { step, reason: String::new() };
    site.category(category("LATER")).await;
    site.file("shown", "OPENSHOWN", true, "PARKING").await;
    site.publish("shown").await;
    // Whoever asked wants it so; nobody has looked; somebody looked and said no.
    site.file("private", "SECRETPRIVATE", false, "PARKING").await;
    site.file("waits", "SECRETWAITS", true, "PARKING").await;
    site.file("refused", "SECRETREFUSED", true, "PARKING").await;
    site.act("refused", RequestAct::Publish { shown: false, reason: "no".into() }).await;
    // Hidden, edited, erased.
    site.file("hidden", "SECRETHIDDEN", true, "PARKING").await;
    site.publish("hidden").await;
    site.moderate("hidden", ModerationAct::Hide, "", "").await;
    site.file("edited", "SECRETORIGINAL", true, "PARKING").await;
    site.publish("edited").await;
    site.moderate("edited", ModerationAct::Edit, "OPENTITLE 车", "OPENEDITED 车").await;
    site.file("erased", "SECRETERASED", true, "PARKING").await;
    site.publish("erased").await;
    app.erase(&Actor::operator(), &code("p"), &code("erased"), "asked", Erase::Everything).await.unwrap();
    // Merged into one that is shown: what the others said is told nowhere.
    site.file("merged", "SECRETMERGED", false, "PARKING").await;
    site.act("merged", RequestAct::Merge { master: code("shown") }).await;
    site.file("merged-shown", "OPENMERGED", true, "PARKING").await;
    site.publish("merged-shown").await;
    site.act("merged-shown", RequestAct::Merge { master: code("shown") }).await;
    // Taken back: shown or not as it was.
    site.file("withdrawn", "SECRETWITHDRAWN", true, "PARKING").await;
    site.act("withdrawn", step(RequestStep::Withdraw)).await;
    site.file("withdrawn-shown", "OPENWITHDRAWN", true, "PARKING").await;
    site.publish("withdrawn-shown").await;
    site.act("withdrawn-shown", step(RequestStep::Withdraw)).await;
    // Its category becomes one that nobody may read, after it was published.
    site.file("later", "SECRETLATER", true, "LATER").await;
    site.publish("later").await;
    assert!(site.get("/p/p/voices").await.text.contains("SECRETLATER"));
    site.category(RequestCategory { private: true, ..category("LATER") }).await;

    for door in LISTS {
        let answer = site.get(door).await;
        assert_eq!(answer.status, StatusCode::OK, "{door}: {}", answer.text);
        assert!(!answer.text.contains("SECRET"), "{door}: {}", answer.text);
        // What tells how many there are counts what is shown.
        if door.ends_with("/voices") {
            assert!(answer.text.contains("4 requests"), "{door}: {}", answer.text);
        }
    }
    for (file, name) in
        [("csv", "OPENSHOWN"), ("json", "OPENEDITED"), ("atom", "OPENMERGED"), ("rss", "OPENTITLE")]
    {
        assert!(site.get(&format!("/p/p/voices.{file}")).await.text.contains(name), "{file}");
    }
    for number in ["private", "waits", "refused", "hidden", "erased", "merged", "withdrawn", "later", "none"]
    {
        for door in ONE {
            let door = door.replace("{}", number);
            assert_eq!(site.get(&door).await.status, StatusCode::NOT_FOUND, "{door}");
        }
        for door in ["", "/flag"] {
            let door = format!("/p/p/voices/{number}{door}");
            assert_eq!(site.post(&door, "ground=personal").await.status, StatusCode::NOT_FOUND, "{door}");
        }
    }
    for number in ["shown", "edited", "merged-shown", "withdrawn-shown"] {
        for door in ONE {
            let answer = site.get(&door.replace("{}", number)).await;
            assert_eq!(answer.status, StatusCode::OK, "{door} {number}");
            assert!(!answer.text.contains("SECRET"), "{door} {number}: {}", answer.text);
        }
    }
    // Words that were edited out find nothing.
    let found = site.get("/p/p/voices?q=SECRETORIGINAL").await.text;
    assert!(!found.contains("OPENEDITED"), "{found}");
    // Whoever is about to ask the same is shown no more.
    let similar = app.suggest_for_request(&code("p"), "车", "东门", Some(&code("town")), None).await.unwrap();
    assert!(similar.similar.iter().all(|(row, _)| !row.text.contains("SECRET")));
}

#[tokio::test]
async fn what_is_shown_near_by_is_never_told_exactly() {
    let site = Site::open().await;
    let places = [("SQUARE", ShownPlace::Grid { metres: 500 }), ("AREA", ShownPlace::Area)];
    for (name, shown_place) in places {
        site.category(RequestCategory { shown_place, ..category(name) }).await;
        site.file(name, name, true, name).await;
        site.publish(name).await;
    }
    site.file("exact", "EXACT", true, "PARKING").await;
    site.publish("exact").await;
    for door in LISTS.iter().chain(&["/p/p/voices/SQUARE", "/p/p/voices/AREA"]) {
        let text = site.get(door).await.text;
        for exact in ["116.360123", "40.070123", "东门 7 号"] {
            // Only of the one that is shown exactly, once.
            let most = usize::from(!door.contains("SQUARE") && !door.contains("AREA"));
            let lines = text.matches(exact).count();
            assert!(lines <= most * 3, "{door}: {exact} {lines} times in {text}");
        }
    }
    let json: serde_json::Value = serde_json::from_str(&site.get("/p/p/voices.json").await.text).unwrap();
    let of = |number: &str| {
        json.as_array().unwrap().iter().find(|it| it["service_request_id"] == number).unwrap().clone()
    };
    assert_eq!(
        (of("exact")["lat"].as_f64(), of("exact")["place_shown"].as_str()),
        (Some(40.070123), Some("exact"))
    );
    assert_eq!(of("SQUARE")["place_shown"], "blurred");
    assert_ne!(of("SQUARE")["lat"].as_f64(), Some(40.070123));
    assert!((of("SQUARE")["lat"].as_f64().unwrap() - 40.070123).abs() < 0.005);
    assert_eq!(of("AREA")["lat"], serde_json::Value::Null, "the area has no boundary on record");
    // By asking around a point nobody finds out where it is.
    for door in [
        "/p/p/voices.json?near=40.070123,116.360123&radius=60",
        "/open311/v2/requests.json?lat=40.070123&long=116.360123&radius=60",
    ] {
        let text = site.get(door).await.text;
        assert!(
            text.contains("EXACT") && !text.contains("SQUARE") && !text.contains("AREA"),
            "{door}: {text}"
        );
    }
}

#[tokio::test]
async fn files_are_whole_and_come_in_pieces() {
    let site = Site::open().await;
    site.seed.requests().await;
    let whole: Vec<serde_json::Value> =
        serde_json::from_str(&site.get("/p/p/voices.json").await.text).unwrap();
    assert_eq!(whole.len(), 251);
    assert_eq!(site.get("/p/p/voices.csv").await.text.matches("\r\n").count(), 252);
    let (mut pieces, mut next) = (Vec::new(), "/p/p/voices.json?limit=100".to_owned());
    loop {
        let answer = site.get(&next).await;
        pieces.extend(serde_json::from_str::<Vec<serde_json::Value>>(&answer.text).unwrap());
        let Some(link) = answer.headers.get("link").map(|it| it.to_str().unwrap().to_owned()) else { break };
        next = link.trim_start_matches('<').split('>').next().unwrap().to_owned();
    }
    assert_eq!(pieces, whole);
    // Who has it already is told so, until something changes.
    let first = site.get("/p/p/voices.csv").await;
    let tag = first.headers.get("etag").unwrap().to_str().unwrap().to_owned();
    assert!(first.headers.contains_key("last-modified"));
    let again = |tag: String| {
        let request = Request::get("/p/p/voices.csv")
            .header("accept-language", "en")
            .header("if-none-match", tag)
            .body(Body::empty());
        site.send(request.unwrap())
    };
    assert_eq!(again(tag.clone()).await.status, StatusCode::NOT_MODIFIED);
    site.act("1001", RequestAct::Note { text: "looked at".into() }).await;
    assert_eq!(again(tag).await.status, StatusCode::OK);
    for door in [
        "/p/p/open-data/rates.csv?from=2019-01-01&to=2019-02-28",
        "/p/p/open-data/rates.csv?from=2019-01-01&to=2019-01-30",
        "/p/p/open-data/rates.csv?from=2019-08-02&to=2019-08-01",
    ] {
        assert_eq!(site.get(door).await.status, StatusCode::BAD_REQUEST, "{door}");
    }
}

#[tokio::test]
async fn what_happened_before_it_was_shown_is_told_when_it_is() {
    let site = Site::open().await;
    site.file("late", "OPENLATE", true, "PARKING").await;
    site.act("late", RequestAct::Step { step: RequestStep::Accept, reason: String::new() }).await;
    site.act("late", RequestAct::Answer { text: "done".into() }).await;
    let path = "/open311/v2/servicerequestupdates.json?start_date=2019-08-14T00:00:00Z";
    assert_eq!(site.get(path).await.text.matches("update_id").count(), 0);
    site.publish("late").await;
    let told: Vec<serde_json::Value> = serde_json::from_str(&site.get(path).await.text).unwrap();
    let said: Vec<&str> = told.iter().map(|it| it["description"].as_str().unwrap()).collect();
    assert!(said.len() >= 2 && said.last() == Some(&"done"), "{said:?}");
}

#[tokio::test]
async fn whoever_asked_gets_a_copy_and_has_everything_erased() {
    let site = Site::open().await;
    site.file("mine", "MYWORDS", true, "PARKING").await;
    let copy = site.post("/p/p/my/copy", "key=wrong").await;
    assert_eq!(copy.status, StatusCode::NOT_FOUND);
    let unsure = site.post("/p/p/my", "key=link-mine&act=erase").await;
    assert_eq!(unsure.status, StatusCode::UNPROCESSABLE_ENTITY);
    let early = site.post("/p/p/my", "key=link-mine&act=erase&erase=yes").await;
    assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY, "it is still open");
    assert_eq!(site.post("/p/p/my", "key=link-mine&act=withdraw").await.status, StatusCode::SEE_OTHER);
    assert_eq!(site.post("/p/p/my", "key=link-mine&act=erase&erase=yes").await.status, StatusCode::OK);
    assert_eq!(site.get("/p/p/my?key=link-mine").await.status, StatusCode::NOT_FOUND);
}
