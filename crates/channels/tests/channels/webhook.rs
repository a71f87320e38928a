//! Signed posts of a forum over HTTP.

use std::sync::Arc;

use app::{Clock, FixedClock, Secret};
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use channels::Settings;
use http_body_util::BodyExt;
use jiff::civil::date;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::seed::Seed;

const SETTINGS: &str = r#"
[[forum]]
id = "site"
plan = "p"
name = "社区网"
secret = "a very secret text"
coordinates = "gcj02"

[[forum]]
id = "silent"
plan = "p"
name = "只供读取"
"#;

struct Forum {
    seed: Seed,
    router: Router,
    clock: Arc<FixedClock>,
}

struct Answer {
    status: u16,
    kind: String,
    body: Value,
}

impl Forum {
    async fn new() -> Self {
        let clock = Arc::new(FixedClock::morning(date(2019, 8, 14)).unwrap());
        let seed = Seed::new(clock.clone()).await;
        seed.app.open_forums(Settings::parse(SETTINGS, &|_| None).unwrap().forums);
        let router = channels::router(seed.app.clone()).layer(axum::middleware::from_fn(channels::explain));
        Self { seed, router, clock }
    }

    async fn call(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status.as_u16(),
            kind: parts.headers["content-type"].to_str().unwrap().to_owned(),
            body: serde_json::from_slice(&bytes).unwrap(),
        }
    }

    /// Sends a body that is signed as it should be, at a moment so many seconds from now.
    async fn send(&self, path: &str, body: &str, off: i64) -> Answer {
        let at = self.clock.now().as_second() + off;
        let sign = Secret::new("a very secret text").sign(at, body);
        let request = Request::post(path)
            .header("x-huitian-timestamp", at.to_string())
            .header("x-huitian-signature", format!("sha256={sign}"))
            .body(Body::from(body.to_owned()));
        self.call(request.unwrap()).await
    }

    async fn post(&self, body: &Value, off: i64) -> Answer {
        self.send("/channels/p/site", &body.to_string(), off).await
    }
}

#[tokio::test]
async fn a_signed_post_becomes_a_request_and_every_answer_is_clear() {
    let forum = Forum::new().await;
    let body = json!({
        "id": "4711", "title": "estate小区门口垃圾没人清", "text": "一周了", "author": "居民甲",
        "link": "https://forum.example.org/t/4711", "time": "2019-08-14T08:30:00+08:00", "category": "GARBAGE",
        "coordinates": { "longitude": 116.342373, "latitude": 40.071534 },
    });
    let first = forum.post(&body, 0).await;
    assert_eq!((first.status, &first.body["outcome"]), (201, &json!("new")), "{}", first.body);
    let code = first.body["request"].as_str().unwrap().to_owned();
    let link = first.body["link"].as_str().unwrap();
    let secret = link.strip_prefix("/p/p/my?key=").unwrap();
    let found = forum.seed.app.request_of_link(&crate::seed::code("p"), secret).await.unwrap();
    assert_eq!(found.as_str(), code);

    let replayed = forum.post(&body, 0).await;
    assert_eq!((replayed.status, &replayed.body["code"]), (409, &json!("replayed")));
    assert_eq!(replayed.kind, "application/problem+json");
    let again = forum.post(&body, 1).await;
    assert_eq!((again.status, &again.body["outcome"]), (200, &json!("again")));
    assert_eq!(again.body["request"], code.as_str());
    let follow = json!({ "id": "4712", "follows": "4711", "text": "还在", "author": "居民甲" });
    assert_eq!(forum.post(&follow, 0).await.body["outcome"], "added");

    let late = forum.post(&body, -301).await;
    assert_eq!((late.status, &late.body["code"]), (401, &json!("clock")));
    for (path, body, status, code) in [
        ("/channels/p/site", "{", 400, "malformed"),
        ("/channels/p/site", r#"{"id":"1","titel":"x"}"#, 422, "invalid"),
        ("/channels/p/site", r#"{"id":"1","text":" "}"#, 422, "empty"),
        ("/channels/p/site", r#"{"id":"1","text":"x","follows":"none"}"#, 422, "unknown-post"),
        ("/channels/p/site", r#"{"id":"","text":"x","link":"javascript:x","time":"soon"}"#, 422, "invalid"),
        ("/channels/p/silent", r#"{"id":"1","text":"x"}"#, 404, "not-found"),
        ("/channels/p/other", r#"{"id":"1","text":"x"}"#, 404, "not-found"),
        ("/channels/q/site", r#"{"id":"1","text":"x"}"#, 404, "not-found"),
    ] {
        let answer = forum.send(path, body, 0).await;
        assert_eq!((answer.status, &answer.body["code"]), (status, &json!(code)), "{path} {body}");
        assert_eq!(answer.kind, "application/problem+json");
    }
    let all = forum
        .send("/channels/p/site", r#"{"id":"","text":"x","link":"javascript:x","time":"soon"}"#, 2)
        .await;
    assert_eq!(all.body["errors"].as_array().unwrap().len(), 3, "{}", all.body);
    let long = format!(r#"{{"id":"1","text":"{}"}}"#, "长".repeat(100_000));
    let long = forum.send("/channels/p/site", &long, 0).await;
    assert_eq!((long.status, &long.body["code"]), (413, &json!("too-large")));
    let other = Request::get("/channels/p/site").body(Body::empty()).unwrap();
    let other = forum.call(other).await;
    assert_eq!((other.status, &other.body["code"]), (405, &json!("method")));

    // Another's body, another's moment, no signature at all.
    let at = forum.clock.now().as_second().to_string();
    let sign =
        format!("sha256={}", Secret::new("another secret text").sign(forum.clock.now().as_second(), "{}"));
    for headers in [vec![], vec![("x-huitian-timestamp", &at), ("x-huitian-signature", &sign)]] {
        let mut request = Request::post("/channels/p/site");
        for (name, value) in headers {
            request = request.header(name, value.as_str());
        }
        let answer = forum.call(request.body(Body::from("{}")).unwrap()).await;
        assert_eq!((answer.status, &answer.body["code"]), (401, &json!("signature")));
    }
}

#[tokio::test]
async fn what_people_write_is_text_and_nothing_else() {
    let forum = Forum::new().await;
    let text = "<script>alert(1)</script>\u{202e}🚲 & '\";--\u{0}\u{7}𠮷";
    let answer = forum.post(&json!({ "id": "<x>", "title": text, "text": text }), 0).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let code = crate::seed::code(answer.body["request"].as_str().unwrap());
    let plan = crate::seed::code("p");
    let (held, _) = forum.seed.app.request(&plan, &code, app::read::Asked::default()).await.unwrap();
    assert!(held.text.contains("🚲") && held.text.contains('𠮷') && !held.text.contains('\u{0}'));
}
