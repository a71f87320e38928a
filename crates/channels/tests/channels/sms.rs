//! Short messages over HTTP: signed answers that a gateway passes on, and the questions that it is given to send.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use app::request::{NewRequest, PersonalData, RequestAct};
use app::{Actor, Clock, FixedClock, Secret};
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Request, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use channels::Settings;
use delivery::Courier;
use delivery::http::Http;
use domain::code::Code;
use domain::request::{Channel, RequestState, RequestStep};
use domain::source::Source;
use http_body_util::BodyExt;
use jiff::civil::date;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::seed::{Seed, code};

const SECRET: &str = "a very secret text";

/// The gateway of somebody else: what it was given, each with its headers, and with what it answers.
#[derive(Clone)]
struct Sent {
    got: Arc<Mutex<Vec<(HeaderMap, String)>>>,
    answers: Arc<Mutex<Vec<u16>>>,
}

async fn send(State(sent): State<Sent>, headers: HeaderMap, body: String) -> (StatusCode, Json<Value>) {
    let phone = serde_json::from_str::<Value>(&body).unwrap()["phone"].clone();
    sent.got.lock().unwrap().push((headers, body));
    let status = sent.answers.lock().unwrap().pop().unwrap_or(200);
    // Many repeat the number.
    (StatusCode::from_u16(status).unwrap(), Json(json!({ "sent_to": phone })))
}

struct Gateway {
    seed: Seed,
    router: Router,
    clock: Arc<FixedClock>,
    settings: Settings,
    sent: Sent,
}

impl Gateway {
    async fn new() -> Self {
        let clock = Arc::new(FixedClock::morning(date(2019, 8, 14)).unwrap());
        let seed = Seed::new(clock.clone()).await;
        let sent = Sent { got: Arc::default(), answers: Arc::default() };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let other = Router::new().route("/send", post(send)).with_state(sent.clone());
        tokio::spawn(async move { axum::serve(listener, other).await });
        let text = format!(
            "[[sms]]\nid = \"texts\"\nplan = \"p\"\nname = \"短信网关\"\nsecret = \"{SECRET}\"\n\
             address = \"http://127.0.0.1:{port}/send\"\n[network]\nallow_private = [\"127.0.0.1\"]\n"
        );
        let settings = Settings::parse(&text, &|_| None).unwrap();
        seed.app.open_gateways(settings.gateways());
        let router = channels::router(seed.app.clone()).layer(axum::middleware::from_fn(channels::explain));
        Self { seed, router, clock, settings, sent }
    }

    async fn call(&self, request: Request<Body>) -> (u16, Value) {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&bytes).unwrap())
    }

    /// Passes a body on that is signed as it should be, at a moment so many seconds from now.
    async fn pass(&self, body: &str, off: i64) -> (u16, Value) {
        let at = self.clock.now().as_second() + off;
        let request = Request::post("/channels/p/sms/texts")
            .header("x-huitian-timestamp", at.to_string())
            .header("x-huitian-signature", format!("sha256={}", Secret::new(SECRET).sign(at, body)))
            .body(Body::from(body.to_owned()));
        self.call(request.unwrap()).await
    }

    async fn text(&self, id: &str, phone: &str, text: &str) -> (u16, Value) {
        self.pass(&json!({ "id": id, "phone": phone, "text": text }).to_string(), 0).await
    }

    async fn answered(&self, phone: &str) -> Code {
        let new = NewRequest {
            category: Some(code("PARKING")),
            area: Some(code("estate")),
            secret: format!("secret of {phone}"),
            person: PersonalData { phone: phone.into(), ..PersonalData::default() },
            ..NewRequest::new(Channel::Site, "消防通道停满车")
        };
        let filed = self.seed.app.file_request(&Actor::Public, &code("p"), new).await.unwrap().code;
        let office = Actor::operator();
        let accept = RequestAct::Step { step: RequestStep::Accept, reason: String::new() };
        for act in [accept, RequestAct::Answer { text: "已划线".into() }] {
            self.seed.app.act_on_request(&office, &code("p"), &filed, act, Source::default()).await.unwrap();
        }
        filed
    }

    async fn state(&self, request: &Code) -> RequestState {
        self.seed.app.request(&code("p"), request, app::read::Asked::default()).await.unwrap().0.state
    }

    /// Sends what is due until the gateway has so many.
    async fn deliver(&self, number: usize) {
        let http = Http::new(self.settings.network.clone(), None).unwrap();
        let gateways = self.settings.sending(&http);
        let app = self.seed.app.clone();
        let courier = Courier::with_gateways(app.clone(), delivery::Settings::default(), gateways).unwrap();
        let (stop, stopping) = tokio::sync::oneshot::channel::<()>();
        let running = tokio::spawn(courier.run(async { drop(stopping.await) }));
        let arrived = async {
            while self.sent.got.lock().unwrap().len() < number || app.queue_sizes().await.unwrap().held > 0 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), arrived).await.unwrap();
        drop(stop);
        running.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_goes_out_signed_and_its_answer_comes_back() {
    let gateway = Gateway::new().await;
    let filed = gateway.answered("+86 138-1234-5678").await;
    // Out of order at first: it is tried again.
    gateway.sent.answers.lock().unwrap().push(503);
    gateway.deliver(1).await;
    gateway.clock.set(gateway.clock.now() + jiff::SignedDuration::from_hours(1));
    gateway.deliver(2).await;
    let got = gateway.sent.got.lock().unwrap().clone();
    let (headers, body) = &got[1];
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    let at: i64 = header("x-huitian-timestamp").parse().unwrap();
    assert_eq!(header("x-huitian-signature"), format!("sha256={}", Secret::new(SECRET).sign(at, body)));
    assert_eq!(got[0].0["x-huitian-event"], headers["x-huitian-event"], "the same message");
    let said: Value = serde_json::from_str(body).unwrap();
    assert_eq!((&said["phone"], &said["language"]), (&json!("13812345678"), &json!("zh-CN")));
    assert_eq!(said["id"], header("x-huitian-event").as_str());
    let text = said["text"].as_str().unwrap();
    assert!(text.contains(filed.as_str()) && !text.contains("消防"), "{text}");
    let kept = |c: &mut store::Connection| {
        c.rows("SELECT body, answer FROM job", &[], |row| Ok(format!("{} {}", row.text(0)?, row.text(1)?)))
    };
    let kept = gateway.seed.app.database().read(kept).unwrap();
    assert!(!kept.is_empty() && kept.iter().all(|job| !job.contains("1234")), "{kept:?}");

    assert_eq!(gateway.text("1", "13812345678", "3，车还停着").await.0, 202);
    assert_eq!(gateway.state(&filed).await, RequestState::Reopened);
}

#[tokio::test]
async fn known_and_unknown_numbers_get_the_same_answer_and_every_fault_is_clear() {
    let gateway = Gateway::new().await;
    let filed = gateway.answered("13812345678").await;
    let taken = (202, json!({ "outcome": "taken" }));
    for (id, phone, text) in [
        ("1", "13700000000", "1"),
        ("2", "13812345678", "谢谢"),
        ("3", "13812345678", "1"),
        ("3", "13812345678", "3"),
    ] {
        assert_eq!(gateway.text(id, phone, text).await, taken, "{id}");
    }
    assert_eq!(gateway.state(&filed).await, RequestState::Closed);
    let body = json!({ "id": "4", "phone": "13700000000", "text": "1" }).to_string();
    assert_eq!(gateway.pass(&body, 0).await, taken);
    let (status, said) = gateway.pass(&body, 0).await;
    assert_eq!((status, &said["code"]), (409, &json!("replayed")));
    let (status, said) = gateway.pass(&body, -301).await;
    assert_eq!((status, &said["code"]), (401, &json!("clock")));
    for (body, status, code) in [
        ("{", 400, "malformed"),
        (r#"{"id":"1","phone":"13812345678"}"#, 422, "invalid"),
        (r#"{"id":"1","phone":"13812345678","text":"1","from":"x"}"#, 422, "invalid"),
        (r#"{"id":" ","phone":"nobody","text":"1"}"#, 422, "invalid"),
    ] {
        let (got, said) = gateway.pass(body, 0).await;
        assert_eq!((got, &said["code"]), (status, &json!(code)), "{body}");
    }
    let (_, said) = gateway.pass(r#"{"id":" ","phone":"nobody","text":"1"}"#, 1).await;
    assert_eq!(said["errors"].as_array().unwrap().len(), 2, "{said}");
    let long = json!({ "id": "5", "phone": "13812345678", "text": "长".repeat(2_001) }).to_string();
    assert_eq!(gateway.pass(&long, 0).await.0, 422);
    for path in ["/channels/p/sms/other", "/channels/q/sms/texts", "/channels/p/texts"] {
        let request = Request::post(path).body(Body::from("{}")).unwrap();
        assert_eq!(gateway.call(request).await.0, 404, "{path}");
    }
    let unsigned = Request::post("/channels/p/sms/texts").body(Body::from(body)).unwrap();
    let (status, said) = gateway.call(unsigned).await;
    assert_eq!((status, &said["code"]), (401, &json!("signature")));
}
