//! A site with the demonstration, and asking it for pages.

use std::sync::Arc;

use app::{App, FixedClock};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use jiff::civil::date;
use pages::{ClientAddress, DemoSignIns, PagesState};
use store::{Address, Database};
use tempfile::TempDir;
use tokio::sync::OnceCell;
use tower::ServiceExt;

/// The demonstration takes a moment to play in: one for all tests of a file, which do not change it.
static SITE: OnceCell<Site> = OnceCell::const_new();

pub struct Site {
    router: Router,
    pub app: App,
    _folder: TempDir,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
    }

    /// The cookies set, as they come back in the next request.
    pub fn cookies(&self) -> String {
        let set = self.headers.get_all(header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
        set.filter_map(|text| text.split(';').next()).collect::<Vec<_>>().join("; ")
    }

    /// The value of a hidden field.
    pub fn hidden(&self, name: &str) -> &str {
        let mark = format!("name=\"{name}\" value=\"");
        let from = self.text.find(&mark).expect("the field is there") + mark.len();
        self.text[from..].split('"').next().unwrap_or("")
    }

    /// Every address linked to.
    pub fn links(&self) -> Vec<String> {
        self.text
            .split("href=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .map(|address| address.replace("&#38;", "&").replace("&amp;", "&"))
            .collect()
    }
}

pub async fn site() -> &'static Site {
    SITE.get_or_init(|| Site::new(false)).await
}

impl Site {
    pub async fn new(secure_cookies: bool) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let address: Address =
            format!("sqlite://{}", folder.path().join("demo.db").display()).parse().expect("an address");
        let database = Database::open(&address, 0).expect("a database");
        let clock = Arc::new(FixedClock::morning(date(2026, 11, 25)).expect("a clock"));
        demo::load(&database, clock.clone(), |_, _| {}).await.expect("the demonstration");
        let app = App::new(database, clock);
        let people = demo::PEOPLE.iter().map(|p| (p.code.to_owned(), p.name.to_owned())).collect();
        let sign_ins = Some(DemoSignIns { people, password: demo::PASSWORD.to_owned() });
        let state =
            PagesState { app: app.clone(), secure_cookies, demo: sign_ins, reach: Default::default() };
        Self { router: pages::router(state), app, _folder: folder }
    }

    pub async fn ask(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 16 * 1024 * 1024).await.expect("a body");
        // Workbooks are no text, and nothing is read from them here.
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: parts.status, headers: parts.headers, text }
    }

    pub async fn get(&self, address: &str, lang: &str, cookies: &str) -> Answer {
        let mut request = Request::get(address).header(header::ACCEPT_LANGUAGE, lang);
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies);
        }
        self.ask(request.body(Body::empty()).expect("a request")).await
    }

    pub async fn post(&self, address: &str, cookies: &str, form: &str) -> Answer {
        self.ask(post(address, cookies, form)).await
    }

    /// Signs in as one of the demonstration's people; the cookies of the session.
    pub async fn sign_in(&self, person: &str) -> String {
        let form = self.get("/sign-in", "en", "").await;
        let body = format!("csrf={}&name={person}&password={}", form.hidden("csrf"), demo::PASSWORD);
        let answer = self.post("/sign-in", &form.cookies(), &body).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{person}: {}", answer.text);
        answer.cookies()
    }
}

pub fn post(address: &str, cookies: &str, form: &str) -> Request<Body> {
    Request::post(address)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::ACCEPT_LANGUAGE, "en")
        .header(header::COOKIE, cookies)
        .extension(ClientAddress([127, 0, 0, 1].into()))
        .body(Body::from(form.to_owned()))
        .expect("a request")
}
