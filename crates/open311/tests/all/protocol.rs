//! The standard's rules, one by one, as a program meets them.

use std::sync::Arc;

use crate::seed::{Seed, code};
use app::request::{RequestAct, RequestPaging};
use app::{Actor, FixedClock, TokenScope};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use domain::area::AreaFact;
use domain::boundary::Boundary;
use domain::command::Command;
use domain::request::RequestStep;
use domain::request::query::RequestQuery;
use domain::source::Source;
use domain::subject::Subject;
use http_body_util::BodyExt;
use jiff::civil::date;
use tower::ServiceExt;

struct Site {
    seed: Seed,
    clock: Arc<FixedClock>,
    router: Router,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    #[track_caller]
    fn json(&self) -> Json {
        assert_eq!(self.headers["content-type"], "application/json; charset=utf-8", "{}", self.text);
        Json(serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text)))
    }

    #[track_caller]
    fn is(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }
}

struct Json(serde_json::Value);

impl Json {
    fn ids(&self) -> Vec<&str> {
        self.0.as_array().unwrap().iter().map(|it| it["service_request_id"].as_str().unwrap()).collect()
    }

    fn said(&self) -> Vec<&str> {
        self.0.as_array().unwrap().iter().map(|it| it["description"].as_str().unwrap()).collect()
    }
}

impl Site {
    async fn open() -> Self {
        let clock = Arc::new(FixedClock::morning(date(2019, 8, 14)).unwrap());
        let seed = Seed::new(clock.clone()).await;
        seed.requests().await;
        let router =
            open311::router(seed.app.clone(), false).layer(axum::middleware::from_fn(open311::explain));
        Self { seed, clock, router }
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        Answer { status: parts.status, headers: parts.headers, text }
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(
            Request::get(format!("/open311{path}"))
                .header("host", "311.example")
                .body(Body::empty())
                .unwrap(),
        )
        .await
    }

    async fn post(&self, path: &str, form: &str) -> Answer {
        let request = Request::post(format!("/open311{path}"))
            .header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
            .header("host", "311.example")
            .header("accept-language", "en");
        self.send(request.body(Body::from(form.replace("KEY", &self.seed.key))).unwrap()).await
    }

    async fn count(&self) -> u64 {
        self.seed.app.request_count(&code("p"), &RequestQuery::default()).await.unwrap().number
    }
}

#[tokio::test]
async fn forms_errors_and_discovery_are_as_the_standard_has_them() {
    let site = Site::open().await;
    for (path, root) in
        [("/discovery", "discovery"), ("/v2/services", "services"), ("/v2/requests", "service_requests")]
    {
        let xml = site.get(&format!("{path}.xml")).await.is(200);
        assert_eq!(xml.headers["content-type"], "text/xml; charset=utf-8");
        assert_eq!(xml.headers["access-control-allow-origin"], "*");
        let begin = format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<{root}>");
        assert!(xml.text.starts_with(&begin), "{}", xml.text);
        site.get(&format!("{path}.json")).await.is(200).json();
    }
    let discovery = site.get("/discovery.json").await.json().0;
    assert_eq!(discovery["endpoints"][0]["url"], "http://311.example/open311/v2");
    assert_eq!(discovery["endpoints"][1]["type"], "test");
    assert_eq!(discovery["contact"], "open311@huitian.example");
    // Whatever is wrong is a list, in the form that was asked for.
    for (path, status) in [
        ("/v2/services", 404),
        ("/v2/services.html", 404),
        ("/v2/nothing.json", 404),
        ("/v2/services/NOTHING.json", 404),
        ("/v2/services/GONE.json", 404),
        ("/v2/requests/nothing.json", 404),
        ("/v2/tokens/nothing.json", 404),
        ("/v2/services.json?jurisdiction_id=elsewhere.example", 404),
        ("/v2/requests.json?start_date=yesterday", 400),
        ("/v2/requests.json?status=pending", 400),
        ("/v2/requests.json?page_size=0", 400),
        ("/v2/requests.json?lat=116&long=40", 400),
        ("/v2/requests.json?start_date=2019-08-02T00:00:00Z&end_date=2019-08-01T00:00:00Z", 400),
    ] {
        let answer = site.get(path).await.is(status);
        if path.contains(".json") {
            assert_eq!(answer.json().0[0]["code"], status, "{path}");
        } else {
            assert!(answer.text.contains("<errors><error><code>404</code><description>"), "{}", answer.text);
        }
    }
    let wrong = site.send(Request::delete("/open311/v2/requests.json").body(Body::empty()).unwrap()).await;
    let wrong = wrong.is(405);
    assert_eq!(wrong.headers["allow"], "GET, HEAD, POST, OPTIONS");
    assert_eq!(wrong.json().0[0]["code"], 405);
    let wrong = site.post("/v2/services.json", "").await.is(405);
    assert_eq!(wrong.headers["allow"], "GET, HEAD, OPTIONS");
    assert_eq!(site.post("/v2/nothing.json", "").await.is(404).json().0[0]["code"], 404);
    let long = site.post("/v2/requests.json", &"x".repeat(300_000)).await;
    assert_eq!(long.is(413).json().0[0]["code"], 413);
}

#[tokio::test]
async fn services_say_what_is_asked_of_each() {
    let site = Site::open().await;
    let services = site.get("/v2/services.json?jurisdiction_id=huitian.example").await.json().0;
    let said: Vec<[&str; 2]> = services
        .as_array()
        .unwrap()
        .iter()
        .map(|it| [it["service_code"].as_str().unwrap(), it["type"].as_str().unwrap()])
        .collect();
    assert_eq!(
        said,
        [["PARKING", "realtime"], ["GARBAGE", "realtime"], ["NOISE", "batch"], ["CONDUCT", "blackbox"]]
    );
    assert_eq!(services[0]["metadata"], false);
    assert_eq!(services[1]["metadata"], true);
    assert_eq!(services[0]["service_name"], "PARKING类");
    let english = site.get("/v2/services.json?locale=en").await.json().0;
    assert_eq!(english[0]["service_name"], "PARKING");
    let asked = site.get("/v2/services/GARBAGE.json").await.json().0;
    let attributes = asked["attributes"].as_array().unwrap();
    assert_eq!(attributes.len(), 4);
    assert_eq!(attributes[0]["datatype"], "singlevaluelist");
    assert_eq!(attributes[0]["required"], true);
    assert_eq!(attributes[0]["values"][0], serde_json::json!({"key": "miss", "name": "miss"}));
    assert_eq!(attributes[3]["variable"], false);
    assert_eq!(attributes[3]["order"], 4);
    assert_eq!(site.get("/v2/services/PARKING.json").await.json().0["attributes"], serde_json::json!([]));
}

#[tokio::test]
async fn requests_are_found_by_number_day_state_place_and_text() {
    let site = Site::open().await;
    let ids = |path: String| {
        let site = &site;
        async move {
            let json = site.get(&path).await.is(200).json();
            json.ids().into_iter().map(str::to_owned).collect::<Vec<_>>()
        }
    };
    // All of the last ninety days, the newest first, and never one that nobody may read.
    let all = ids("/v2/requests.json".into()).await;
    assert_eq!((all.len(), all[0].as_str(), all[249].as_str()), (250, "1001", "1250"));
    assert_eq!(ids("/v2/requests.json?service_request_id=1,1002,none,9999".into()).await, ["1002", "1"]);
    assert_eq!(ids("/v2/requests.json?service_request_id=none".into()).await, Vec::<String>::new());
    assert_eq!(ids("/v2/requests.json?service_code=NOISE,%20NOTHING".into()).await, Vec::<String>::new());
    assert_eq!(ids("/v2/requests.json?service_code=%E5%9E%83".into()).await, Vec::<String>::new());
    let closed = ids("/v2/requests.json?status=closed".into()).await;
    assert_eq!(closed.len(), 83);
    assert!(closed.iter().all(|id| id.parse::<u32>().unwrap() % 3 == 0));
    assert_eq!(ids("/v2/requests.json?status=open,closed".into()).await.len(), 250);
    let pages: Vec<String> = [
        ids("/v2/requests.json?page=1&page_size=100".into()).await,
        ids("/v2/requests.json?page=2&page_size=100".into()).await,
        ids("/v2/requests.json?page=3&page_size=100".into()).await,
    ]
    .concat();
    assert_eq!(pages, all);
    assert_eq!(ids("/v2/requests.json?page=4&page_size=100".into()).await, Vec::<String>::new());
    // Nine in the morning of the fourteenth, minus one hour and then every three.
    let day = "/v2/requests.json?start_date=2019-08-13T00:00:00%2B08:00&end_date=2019-08-13T08:00:00%2B08:00";
    assert_eq!(ids(day.into()).await, ["1009", "1010", "1011"]);
    let old = "/v2/requests.json?start_date=2019-01-01T00:00:00Z&end_date=2019-12-31T00:00:00Z";
    let answer = site.get(old).await.is(200);
    assert!(answer.headers["warning"].to_str().unwrap().contains("90 days"));
    assert_eq!(answer.json().ids(), ["1"]);
    // A millionth of a degree of longitude is 8.5 centimetres here.
    let near = ids("/v2/requests.json?lat=40.07&long=116.361001&radius=1".into()).await;
    assert_eq!((near.len(), near[0].as_str(), near[11].as_str()), (12, "1001", "1012"));
    assert_eq!(ids("/v2/requests.json?bbox=116.361,40.0,116.361002,40.1".into()).await, ["1001", "1002"]);
    assert_eq!(ids("/v2/requests.json?q=%E6%B6%88%E9%98%B2&page_size=3".into()).await.len(), 3);
    assert_eq!(ids("/v2/requests.json?updated_after=2019-08-14T00:00:00Z".into()).await.len(), 84);
    let one = site.get("/v2/requests/1002.json").await.json().0;
    assert_eq!(one[0]["description"], "消防通道停满车 & 堵了 <1002>");
    assert_eq!(one[0]["status"], "closed");
    assert_eq!(one[0]["requested_datetime"], "2019-08-14T05:00:00+08:00");
    assert_eq!(one[0]["lat"], 40.07);
    assert!(one[0]["media_url"].is_null());
    assert!(one[0].get("notes").is_none());
    let xml = site.get("/v2/requests/1002.xml").await.text;
    assert!(xml.contains("<description>消防通道停满车 &amp; 堵了 &lt;1002&gt;</description>"), "{xml}");
    assert!(xml.contains("🚲") && xml.contains("<media_url/>"), "{xml}");
    // Whatever is cut or not done as asked is said.
    let warning = |path: &'static str| {
        let site = &site;
        async move {
            let answer = site.get(path).await.is(200);
            answer.headers.get("warning").map(|text| text.to_str().unwrap().to_owned()).unwrap_or_default()
        }
    };
    let said = warning("/v2/requests.json?page=2&page_size=100").await;
    assert!(said.contains("page=3 and page_size=100"), "{said}");
    assert_eq!(warning("/v2/requests.json?page=3&page_size=100").await, "");
    let said = warning("/v2/requests.json?start_date=2019-01-01T00:00:00Z").await;
    assert!(said.contains("end_date was taken as 2019-04-01T08:00:00"), "{said}");
    let said = warning("/v2/requests.json?end_date=2019-08-14T00:00:00Z").await;
    assert!(said.contains("start_date was taken as 2019-05-16T08:00:00"), "{said}");
    let said = warning("/v2/requests.json?extensions=true").await;
    assert!(said.contains("page=2 and page_size=200"), "{said}");
    for path in [
        "/v2/requests.json?extensions=true&page_size=201",
        "/v2/requests.json?page=102&page_size=1000",
        "/v2/servicerequestupdates.json?page=12&page_size=1000",
    ] {
        site.get(path).await.is(400);
    }
    assert_eq!(ids("/v2/requests.json?page=101&page_size=1000".into()).await, Vec::<String>::new());
    let more = site.get("/v2/requests/1002.json?extensions=true").await.json().0;
    assert_eq!(more[0]["extended_attributes"]["detailed_status"], "answered");
    assert_eq!(more[0]["notes"][1]["description"], "已划线");
    site.get("/v2/requests/9999.json").await.is(404);
}

#[tokio::test]
async fn a_program_brings_requests_with_its_key_and_is_told_everything_that_is_wrong() {
    let site = Site::open().await;
    let before = site.count().await;
    for form in ["service_code=PARKING&lat=40.07&long=116.36", "api_key=other&service_code=PARKING"] {
        let answer = site.post("/v2/requests.json", form).await.is(403);
        assert_eq!(answer.json().0.as_array().unwrap().len(), 1);
    }
    // A key for other purposes brings nothing.
    let reads = site.seed.app.new_api_token(&code("desk"), "r", &[TokenScope::Read], 3).await.unwrap().secret;
    site.post("/v2/requests.json", &format!("api_key={reads}&service_code=PARKING")).await.is(403);
    let wrong =
        site.post("/v2/requests.json", "api_key=KEY&service_code=GARBAGE&attribute[DAYS]=two&email=x").await;
    let wrong = wrong.is(400).json();
    assert_eq!(
        wrong.said(),
        [
            "lat and long, address_string or address_id required",
            "email must be an address of mail",
            "KIND required",
            "DAYS must be a number",
        ]
    );
    site.post("/v2/requests.json", "api_key=KEY&service_code=NONE&lat=40&long=116").await.is(404);
    site.post("/v2/requests.json", "api_key=KEY&lat=40&long=116").await.is(400);
    site.post("/v2/requests.json", "api_key=KEY&service_code=PARKING&lat=116.3&long=40").await.is(400);
    let long =
        format!("api_key=KEY&service_code=PARKING&address_id=estate&description={}", "x".repeat(4_001));
    site.post("/v2/requests.json", &long).await.is(400);
    let bad = "api_key=KEY&service_code=PARKING&address_id=estate&media_url=javascript:alert(1)";
    site.post("/v2/requests.json", bad).await.is(400);
    assert_eq!(site.count().await, before, "nothing of what was refused is on the books");
    // The test endpoint only looks.
    let test =
        site.post("/test/v2/requests.json", "api_key=KEY&service_code=PARKING&address_id=estate").await;
    assert_eq!(test.is(200).json().ids(), ["test"]);
    assert_eq!(site.count().await, before);

    let form = "api_key=KEY&service_code=GARBAGE&lat=40.07&long=116.36&description=%E4%B8%89%E5%A4%A9 13812345678&\
                attribute[KIND]=miss&attribute[SPOTS][]=a&attribute[SPOTS][]=b&first_name=Ann&last_name=Li&\
                phone=13812345678";
    let told = site.post("/v2/requests.json", form).await.is(200).json();
    let number = told.ids()[0].to_owned();
    assert!(told.0[0].get("token").is_none());
    assert!(told.0[0]["service_notice"].as_str().unwrap().contains("http://311.example/p/p/my?key="));
    // Sent again at once it is the same one; it is not published, and what is kept of it is masked.
    assert_eq!(site.post("/v2/requests.json", form).await.json().ids(), [number.as_str()]);
    assert_eq!(site.count().await, before + 1);
    site.get(&format!("/v2/requests/{number}.json")).await.is(404);
    let held = site.seed.app.request(&code("p"), &code(&number), Default::default()).await.unwrap().0;
    assert_eq!(held.text, "三天 ***");
    assert_eq!(held.details.len(), 2);
    // A form in parts says the same.
    let parts = ["api_key", "service_code", "address_string", "attribute[KIND]"]
        .iter()
        .zip([site.seed.key.as_str(), "GARBAGE", "estate小区东门", "spill"])
        .map(|(name, value)| {
            format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        })
        .collect::<String>();
    let request = Request::post("/open311/v2/requests.json")
        .header("content-type", "multipart/form-data; boundary=b")
        .body(Body::from(format!("{parts}--b--\r\n")))
        .unwrap();
    let number = site.send(request).await.is(200).json().ids()[0].to_owned();
    let held = site.seed.app.request(&code("p"), &code(&number), Default::default()).await.unwrap().0;
    // The address names its area, and the area its unit.
    assert_eq!(held.areas, [code("estate")]);
    assert_eq!(held.lead_unit, Some(code("office")));
}

#[tokio::test]
async fn photos_come_in_with_a_request_and_are_told_once_looked_at() {
    const GIF: &[u8] = b"GIF89a\x01\0\x01\0\x80\0\0\x10\x20\x30\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";
    let site = Site::open().await;
    let send = async |path: &str, fields: &[(&str, &str)], file: &str, bytes: &[u8]| {
        let part = |name: &str, more: &str| {
            format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"{more}\r\n\r\n").into_bytes()
        };
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend(part(name, ""));
            body.extend(value.as_bytes());
            body.extend(b"\r\n");
        }
        body.extend(part(file, "; filename=\"a.gif\""));
        body.extend(bytes);
        body.extend(b"\r\n--b--\r\n");
        let request = Request::post(format!("/open311{path}"))
            .header("content-type", "multipart/form-data; boundary=b")
            .body(Body::from(body))
            .unwrap();
        site.send(request).await
    };
    let key = site.seed.key.clone();
    let fields = [
        ("api_key", key.as_str()),
        ("service_code", "PARKING"),
        ("address_id", "estate"),
        ("description", "占道"),
    ];
    // Nobody has photos read without a key; what is none is told.
    send("/v2/requests.json", &fields[1..], "media", GIF).await.is(403);
    let heic = b"\0\0\0\x18ftypheic";
    assert!(
        send("/v2/requests.json", &fields, "media", heic).await.is(400).json().said()[0].contains("HEIC")
    );
    assert!(
        send("/v2/requests.json", &fields, "virus", GIF).await.is(400).json().said()[0].starts_with("virus")
    );
    send("/test/v2/requests.json", &fields, "media", GIF).await.is(200);
    let told = send("/v2/requests.json", &fields, "media", GIF).await.is(200).json();
    let (app, number) = (&site.seed.app, code(told.ids()[0]));
    let held = app.request(&code("p"), &number, Default::default()).await.unwrap().0;
    let photo = held.photos[0].photo.clone();
    let desk = Actor::Person { person: code("desk"), name: "desk".into(), grants: Vec::new() };
    let act =
        async |act| app.act_on_request(&desk, &code("p"), &number, act, Source::default()).await.unwrap();
    act(RequestAct::Publish { shown: true, reason: String::new() }).await;
    let one = format!("/v2/requests/{number}.json");
    assert!(site.get(&one).await.is(200).json().0[0]["media_url"].is_null(), "nobody has looked at it");
    act(RequestAct::ReviewPhoto { photo: photo.clone(), shown: true, reason: String::new() }).await;
    let address = format!("http://311.example/p/p/voices/{number}/photos/{photo}.jpg");
    assert_eq!(site.get(&one).await.json().0[0]["media_url"], address);
    let whole = site.get(&format!("{one}?extensions=true")).await.json();
    assert_eq!(whole.0[0]["extended_attributes"]["media_urls"][0], address);
}

#[tokio::test]
async fn what_is_looked_at_first_is_known_by_a_token() {
    let site = Site::open().await;
    let told =
        site.post("/v2/requests.json", "api_key=KEY&service_code=NOISE&address_string=x").await.is(200);
    let told = told.json().0;
    assert!(told[0].get("service_request_id").is_none());
    let token = told[0]["token"].as_str().unwrap().to_owned();
    // Whoever reads the token in a log cannot act by it, and the link's secret is no token.
    let (app, notice) = (&site.seed.app, told[0]["service_notice"].as_str().unwrap());
    let key = notice.split("key=").nth(1).unwrap().trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
    let word = || RequestAct::Word { text: "more".into() };
    assert!(app.act_by_link(&code("p"), &token, word()).await.is_err());
    assert!(app.request_of_link(&code("p"), key).await.is_ok(), "{notice}");
    site.get(&format!("/v2/tokens/{key}.json")).await.is(404);
    let path = format!("/v2/tokens/{token}.json");
    let waits = site.get(&path).await.is(200).json().0;
    assert_eq!((waits[0]["token"].as_str(), waits[0]["service_request_id"].is_null()), (Some(&*token), true));
    let newest = RequestPaging { limit: 1, ..RequestPaging::default() };
    let query = RequestQuery { categories: vec![code("NOISE")], ..RequestQuery::default() };
    let held = site.seed.app.requests(&code("p"), &query, &newest).await.unwrap().rows.remove(0);
    let desk = Actor::Person { person: code("desk"), name: "desk".into(), grants: Vec::new() };
    let answer = RequestAct::Answer { text: "即答".into() };
    site.seed.app.act_on_request(&desk, &code("p"), &held.code, answer, Source::default()).await.unwrap();
    assert_eq!(site.get(&path).await.json().ids(), [held.code.as_str()]);
}

#[tokio::test]
async fn a_program_adds_to_what_it_brought_and_to_nothing_else() {
    let site = Site::open().await;
    let told =
        site.post("/v2/requests.json", "api_key=KEY&service_code=PARKING&address_string=x").await.is(200);
    let number = told.json().ids()[0].to_owned();
    let update = |id: &str, status: &str, text: &str| {
        format!(
            "api_key=KEY&service_request_id={id}&update_id=7&status={status}&\
             updated_datetime=2019-08-14T01:00:00Z&description={text}"
        )
    };
    let path = "/v2/servicerequestupdates.json";
    site.post(path, &update("1002", "OPEN", "more")).await.is(404);
    assert_eq!(site.post(path, "api_key=KEY&status=SHUT").await.is(400).json().said().len(), 5);
    let added = site.post(path, &update(&number, "OPEN", "still there")).await.is(200).json().0;
    assert_eq!(added[0]["update_id"], "7");
    site.post(path, &update(&number, "OPEN", "still there")).await.is(200);
    site.clock.set("2019-08-14T01:05:00Z".parse().unwrap());
    // Another number is another update, though it says the same; the first is known again even behind it.
    site.post(path, &update(&number, "OPEN", "still there").replace("update_id=7", "update_id=8"))
        .await
        .is(200);
    site.post(path, &update(&number, "OPEN", "in other words")).await.is(200);
    let long = format!("update_id={}", "8".repeat(201));
    site.post(path, &update(&number, "OPEN", "x").replace("update_id=7", &long)).await.is(400);
    site.post(&path.replace("/v2", "/test/v2"), &update(&number, "OPEN", "x").replace("=7", "=9"))
        .await
        .is(200);
    let one =
        || async { site.seed.app.request(&code("p"), &code(&number), Default::default()).await.unwrap().0 };
    assert_eq!(one().await.words.len(), 2, "sent twice, it is said once");
    let desk = Actor::Person { person: code("desk"), name: "desk".into(), grants: Vec::new() };
    for act in [
        RequestAct::Publish { shown: true, reason: String::new() },
        RequestAct::Answer { text: "done".into() },
    ] {
        site.seed
            .app
            .act_on_request(&desk, &code("p"), &code(&number), act, Source::default())
            .await
            .unwrap();
    }
    // The key has run out: a new one of the same name is the same program's, one of another name is not.
    let new_key = |name: &'static str| {
        let app = &site.seed.app;
        async move { app.new_api_token(&code("desk"), name, &[TokenScope::Requests], 30).await.unwrap().secret }
    };
    let reopen = update(&number, "REOPEN", "not done").replace("update_id=7", "update_id=10");
    site.post(path, &reopen.replace("KEY", &new_key("别的").await)).await.is(404);
    let renewed = reopen.replace("KEY", &new_key("街拍").await);
    for _ in 0..2 {
        site.post(path, &renewed).await.is(200);
        assert_eq!(one().await.moves.last().unwrap().step, RequestStep::Reopen);
    }
    assert_eq!(one().await.words.len(), 2, "the same again is not added to what was reopened");
    let list =
        site.get("/v2/servicerequestupdates.json?start_date=2019-08-13T00:00:00Z").await.is(200).json().0;
    let own: Vec<[&str; 2]> = list
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| it["service_request_id"] == number.as_str())
        .map(|it| [it["status"].as_str().unwrap(), it["description"].as_str().unwrap()])
        .collect();
    assert!(own.iter().any(|[status, text]| *status == "CLOSED" && *text == "done"), "{own:?}");
    assert!(own.iter().any(|[status, _]| *status == "REOPEN"), "{own:?}");
}

#[tokio::test]
async fn updates_are_told_in_their_order_and_none_is_lost() {
    let site = Site::open().await;
    let path = "/v2/servicerequestupdates.json?start_date=2019-08-14T00:00:00Z";
    let ids = |json: &Json| -> Vec<String> {
        json.0.as_array().unwrap().iter().map(|it| it["update_id"].as_str().unwrap().to_owned()).collect()
    };
    // Every third was answered: a move and an answer.
    let whole = site.get(path).await.is(200);
    assert!(!whole.headers.contains_key("warning"));
    let all = ids(&whole.json());
    assert_eq!(all.len(), 2 * 83);
    assert_eq!(all.iter().collect::<std::collections::BTreeSet<_>>().len(), all.len());
    let mut pages = Vec::new();
    for page in 1..=6 {
        pages.extend(ids(&site.get(&format!("{path}&page={page}&page_size=30")).await.is(200).json()));
    }
    assert_eq!(pages, all);
    // All was recorded in one moment: where it is cut, the entry to go on behind is named.
    let (mut found, mut after) = (Vec::new(), String::new());
    loop {
        let answer = site.get(&format!("{path}&page_size=25{after}")).await.is(200);
        let warning = answer.headers.get("warning").map(|text| text.to_str().unwrap().to_owned());
        found.extend(ids(&answer.json()));
        let Some(warning) = warning else { break };
        let next = warning.split("after=").nth(1).unwrap().trim_end_matches('"');
        after = format!("&after={next}");
    }
    assert_eq!(found, all);
    // What is added to one that was merged does not move it, and is told all the same.
    let desk = Actor::Person { person: code("desk"), name: "desk".into(), grants: Vec::new() };
    let later = site.seed.app.clock().now().checked_add(jiff::SignedDuration::from_hours(48)).unwrap();
    site.clock.set(later);
    for (request, act) in [
        ("1003", RequestAct::Merge { master: code("1001") }),
        ("1001", RequestAct::Answer { text: "一并答复".into() }),
    ] {
        let (plan, request) = (code("p"), code(request));
        site.seed.app.act_on_request(&desk, &plan, &request, act, Source::default()).await.unwrap();
    }
    let late =
        site.get("/v2/servicerequestupdates.json?start_date=2019-08-16T00:00:00Z").await.is(200).json().0;
    let told: Vec<[&str; 2]> = late
        .as_array()
        .unwrap()
        .iter()
        .map(|it| [it["service_request_id"].as_str().unwrap(), it["description"].as_str().unwrap()])
        .collect();
    assert_eq!(told[1..], [["1001", "已答复"], ["1001", "一并答复"], ["1003", "一并答复"]], "{told:?}");
}

#[tokio::test]
async fn the_same_is_known_again_for_a_minute_where_anything_tells_its_sender() {
    let site = Site::open().await;
    let at = |moment: &str| site.clock.set(moment.parse().unwrap());
    let place = "api_key=KEY&service_code=PARKING&address_string=x";
    let bring = |more: &'static str| {
        let site = &site;
        let form = format!("{place}{more}");
        async move { site.post("/v2/requests.json", &form).await.is(200).json().ids()[0].to_owned() }
    };
    for more in ["&description=cars", "&phone=13812345678", "&email=a@example.org", "&device_id=d1"] {
        at("2019-08-14T01:30:59Z");
        let first = bring(more).await;
        at("2019-08-14T01:31:02Z");
        assert_eq!(bring(more).await, first, "{more}");
        at("2019-08-14T01:33:00Z");
        assert_ne!(bring(more).await, first, "{more}");
    }
    // Two people at one kiosk have seen the same.
    assert_ne!(bring("").await, bring("").await);
}

#[tokio::test]
async fn of_several_jurisdictions_one_must_be_named() {
    let site = Site::open().await;
    site.seed.plan("q", "").await;
    site.get("/v2/services.json").await.is(400);
    site.get("/v2/services.json?jurisdiction_id=q").await.is(200);
    assert_eq!(site.get("/v2/requests.json?jurisdiction_id=q").await.json().ids().len(), 0);
    assert_eq!(site.get("/v2/requests.json?jurisdiction_id=huitian.example").await.json().ids().len(), 250);
}

#[tokio::test]
async fn a_place_is_put_right_where_the_map_shows_it_and_refused_far_away() {
    let site = Site::open().await;
    let around = "POLYGON ((116.32 40.06, 116.35 40.06, 116.35 40.08, 116.32 40.08, 116.32 40.06))";
    let facts = vec![AreaFact::Boundary { boundary: Boundary::parse(around).unwrap() }.into()];
    site.seed
        .change(Command::Record { subject: Subject::area(&code("estate")), facts, expected: None })
        .await;
    let form = |lat: &str, long: &str| {
        format!("api_key=KEY&service_code=PARKING&description=x{lat}&lat={lat}&long={long}")
    };
    for (lat, long, swapped) in [("40.07", "116.33", false), ("116.33", "40.07", true)] {
        let answer = site.post("/v2/requests.json", &form(lat, long)).await.is(200).json();
        let notice = answer.0[0]["service_notice"].as_str().unwrap();
        assert_eq!(notice.contains("swapped"), swapped, "{notice}");
        let number = code(answer.0[0]["service_request_id"].as_str().unwrap());
        let (held, _) =
            site.seed.app.request(&code("p"), &number, app::read::Asked::default()).await.unwrap();
        let point = held.point.unwrap();
        assert_eq!((point.longitude, point.latitude), (116_330_000, 40_070_000));
        assert_eq!(held.areas, [code("estate")]);
    }
    let before = site.count().await;
    for (lat, long, said) in [("31.23", "121.47", "far from all areas"), ("120", "170", "from -90 to 90")] {
        let answer = site.post("/v2/requests.json", &form(lat, long)).await.is(400).json();
        assert!(answer.said().iter().any(|it| it.contains(said)), "{:?}", answer.0);
    }
    assert_eq!(site.count().await, before);
}
