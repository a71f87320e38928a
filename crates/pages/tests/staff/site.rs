//! A site over the demonstration plan, asked as a browser would ask it.

use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use app::{App, FixedClock};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, header};
use jiff::civil::date;
use pages::PagesState;
use store::{Address, Database};
use tower::ServiceExt;

pub const PLAN: &str = "/p/huitian-2018";

/// The demonstration is loaded once; every test works on a copy.
static LOADED: LazyLock<(tempfile::TempDir, PathBuf)> = LazyLock::new(|| {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("demo.db");
    let load = {
        let path = path.clone();
        move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let database = Database::open(&Address::Sqlite(path), 0).unwrap();
                demo::load(&database, clock(), |_, _| {}).await.unwrap();
            });
        }
    };
    // A runtime of its own must not be made inside another's thread.
    std::thread::spawn(load).join().unwrap();
    (dir, path)
});

fn clock() -> Arc<FixedClock> {
    Arc::new(FixedClock::morning(date(2026, 11, 25)).unwrap())
}

pub struct Site {
    pub app: App,
    router: Router,
    _dir: tempfile::TempDir,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub location: String,
    pub headers: HeaderMap,
    pub body: String,
    pub bytes: Vec<u8>,
}

impl Answer {
    /// Fails with the page's text when it does not hold the words.
    #[track_caller]
    pub fn says(&self, words: &str) -> &Self {
        assert!(self.body.contains(words), "no '{words}' in {} {}", self.status, self.body);
        self
    }

    #[track_caller]
    pub fn is(&self, status: u16) -> &Self {
        assert_eq!(self.status, status, "{} {}", self.location, self.body);
        self
    }

    /// The value of a hidden or visible input.
    pub fn value(&self, name: &str) -> String {
        let at = self.body.find(&format!("name=\"{name}\"")).unwrap_or_else(|| panic!("no {name}"));
        let rest = &self.body[at..];
        let from = rest.find("value=\"").unwrap() + 7;
        rest[from..].split('"').next().unwrap().to_owned()
    }

    /// Message keys that no language had words for.
    pub fn missing_words(&self) -> Vec<String> {
        let mut out = Vec::new();
        for piece in self.body.split('[').skip(1) {
            if let Some((inside, _)) = piece.split_once(']')
                && inside.starts_with(|c: char| c.is_ascii_lowercase())
                && inside.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            {
                out.push(inside.to_owned());
            }
        }
        out
    }
}

pub fn site() -> Site {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("site.db");
    let source = Database::open_existing(&Address::Sqlite(LOADED.1.clone())).unwrap();
    // Closing the source first folds its log into the file.
    drop(source);
    for end in ["", "-wal"] {
        let from = format!("{}{end}", LOADED.1.display());
        if std::path::Path::new(&from).exists() {
            std::fs::copy(from, format!("{}{end}", path.display())).unwrap();
        }
    }
    let database = Database::open_existing(&Address::Sqlite(path)).unwrap();
    let app = App::new(database, clock());
    app.protect(app::request::ProtectionKey::random());
    let state = PagesState { app: app.clone(), secure_cookies: false, demo: None, reach: Default::default() };
    Site { router: pages::router(state), app, _dir: dir }
}

/// A reader; an empty name has not signed in.
pub struct Reader<'a> {
    site: &'a Site,
    pub cookie: String,
    pub csrf: String,
    pub lang: &'static str,
}

impl Site {
    /// The newest entry about a subject of the kind; about the one with a code, where one is given.
    pub async fn entry_about(&self, kind: domain::subject::SubjectKind, code: Option<&str>) -> u64 {
        let code = code.map(|code| domain::code::Code::new(code).unwrap());
        let filter = store::EntryFilter { kind: Some(kind), code, ..store::EntryFilter::default() };
        self.app.entries(filter, None, 1).await.unwrap().items[0].seq.0
    }

    pub async fn sign_in(&self, person: &str) -> Reader<'_> {
        self.sign_in_with(person, demo::PASSWORD).await
    }

    pub async fn sign_in_with(&self, person: &str, password: &str) -> Reader<'_> {
        if person.is_empty() {
            return Reader { site: self, cookie: String::new(), csrf: String::new(), lang: "en" };
        }
        let signed_in = self.app.sign_in(person, password).await.unwrap();
        let (_, csrf) = self.app.session(&signed_in.token).await.unwrap().unwrap();
        Reader { site: self, cookie: format!("huitian={}", signed_in.token), csrf, lang: "en" }
    }
}

impl Reader<'_> {
    async fn ask(&self, request: axum::http::request::Builder, body: impl Into<Body>) -> Answer {
        let mut request = request.header(header::ACCEPT_LANGUAGE, self.lang);
        if !self.cookie.is_empty() {
            request = request.header(header::COOKIE, &self.cookie);
        }
        let response = self.site.router.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap();
        let status = response.status().as_u16();
        let location =
            response.headers().get(header::LOCATION).map_or("", |v| v.to_str().unwrap()).to_owned();
        let headers = response.headers().clone();
        let bytes = to_bytes(response.into_body(), 8 << 20).await.unwrap().to_vec();
        Answer { status, location, headers, body: String::from_utf8_lossy(&bytes).into_owned(), bytes }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask(Request::get(path), String::new()).await
    }

    /// Sends a form with files as they are; a part with a file's name is a file.
    pub async fn post_parts(&self, path: &str, parts: &[(&str, &str, &[u8])]) -> Answer {
        let mut body = Vec::new();
        for (name, file, bytes) in parts {
            let file = if file.is_empty() { String::new() } else { format!("; filename=\"{file}\"") };
            let head = format!("--part\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--part--\r\n");
        let request = Request::post(path).header(header::CONTENT_TYPE, "multipart/form-data; boundary=part");
        self.ask(request, body).await
    }

    /// Sends a form with the session's secret.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut all = vec![("csrf", self.csrf.as_str())];
        all.extend(fields);
        self.post_as_is(path, &all).await
    }

    pub async fn post_as_is(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_from(path, fields, &[]).await
    }

    /// Sends a form with what the browser says of where it comes from.
    pub async fn post_from(&self, path: &str, fields: &[(&str, &str)], from: &[(&str, &str)]) -> Answer {
        let body: Vec<String> =
            fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let request = from.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        self.ask(request, body.join("&")).await
    }
}

fn encode(text: &str) -> String {
    text.bytes()
        .map(
            |byte| {
                if byte.is_ascii_alphanumeric() {
                    char::from(byte).to_string()
                } else {
                    format!("%{byte:02X}")
                }
            },
        )
        .collect()
}

/// The number of the last entry.
pub fn head(site: &Site) -> u64 {
    site.app.database().read(|c| c.head()).unwrap().0
}
