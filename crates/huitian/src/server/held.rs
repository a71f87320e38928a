//! Answers that many readers get: what everybody may read is written once for a state of the journal.
//!
//! Only pages and lists that are made of the journal and the time alone, and only for readers who are nobody in
//! particular: whoever signed in, brings a key or any cookie besides language and looks is answered anew.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use app::App;
use axum::body::{Body, Bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use futures_util::{StreamExt, stream};

/// What is held of bodies and heads together, and of one answer.
const BYTES_MOST: usize = 32 * 1024 * 1024;
const ANSWER_MOST: usize = 512 * 1024;
/// What an entry takes besides its texts.
const BESIDE: usize = 1_024;
/// The longest address and head line that is a key.
const LINE_MOST: usize = 1_024;

/// Routes whose answers depend on nothing but the journal, the time and what [`KEYS`] names.
const ROUTES: [&str; 9] = [
    "/p/{plan}",
    "/p/{plan}/projects",
    "/p/{plan}/figures",
    "/p/{plan}/voices",
    "/p/{plan}/map",
    "/p/{plan}/open-data",
    "/p/{plan}/open-data/{file}",
    "/p/{plan}/themes",
    "/p/{plan}/moderation",
];
/// And of the calls of Open311, those that list requests.
const OPEN311: (&str, [&str; 2]) =
    ("/open311/{*rest}", ["/open311/v2/requests.json", "/open311/v2/requests.xml"]);
/// Heads of a request that an answer depends on.
const KEYS: [&str; 7] = [
    "accept-language",
    "accept-encoding",
    "host",
    "forwarded",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-requested-by-script",
];
/// Heads that ask for something else than the whole answer for everybody.
const BESIDES: [HeaderName; 6] = [
    header::AUTHORIZATION,
    header::IF_NONE_MATCH,
    header::IF_MODIFIED_SINCE,
    header::IF_MATCH,
    header::IF_UNMODIFIED_SINCE,
    header::RANGE,
];
/// Cookies that say how a reader likes to read.
const TASTES: [&str; 2] = ["lang", "theme"];

/// The state that answers were made of: the hash of the journal's head, and the minute.
type Stamp = (String, i64);

struct Answer {
    stamp: Stamp,
    head: HeaderMap,
    body: Bytes,
    size: usize,
}

#[derive(Default)]
struct Answers {
    held: HashMap<String, Answer>,
    bytes: usize,
}

impl Answers {
    fn find(&self, key: &str, stamp: &Stamp) -> Option<Response> {
        let answer = self.held.get(key).filter(|answer| answer.stamp == *stamp)?;
        let mut response = Response::new(Body::from(answer.body.clone()));
        response.headers_mut().clone_from(&answer.head);
        Some(response)
    }

    fn keep(&mut self, key: String, answer: Answer) {
        if self.bytes + answer.size > BYTES_MOST {
            self.held.retain(|_, held| held.stamp == answer.stamp);
            self.bytes = self.held.values().map(|held| held.size).sum();
        }
        if self.bytes + answer.size > BYTES_MOST {
            self.held.clear();
            self.bytes = 0;
        }
        self.bytes += answer.size;
        if let Some(before) = self.held.insert(key, answer) {
            self.bytes -= before.size;
        }
    }
}

#[derive(Clone)]
pub(super) struct Holder {
    app: App,
    answers: Arc<Mutex<Answers>>,
}

impl Holder {
    pub(super) fn new(app: App) -> Self {
        Self { app, answers: Arc::default() }
    }

    async fn stamp(&self) -> Option<Stamp> {
        let (_, hash) = self.app.head_hash().await.ok()?;
        Some((hash, self.app.clock().now().as_second().div_euclid(60)))
    }

    fn answers(&self) -> std::sync::MutexGuard<'_, Answers> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Under what an answer is held; nothing for one that is made for somebody.
fn key(request: &Request) -> Option<String> {
    if *request.method() != Method::GET {
        return None;
    }
    let route = request.extensions().get::<MatchedPath>()?;
    let known = ROUTES.contains(&route.as_str())
        || route.as_str() == OPEN311.0 && OPEN311.1.contains(&request.uri().path());
    let heads = request.headers();
    if !known || BESIDES.iter().any(|name| heads.contains_key(name)) {
        return None;
    }
    let address = request.uri().path_and_query()?.as_str();
    if address.len() > LINE_MOST || address.contains("api_key") {
        return None;
    }
    let mut key = address.to_owned();
    for cookies in heads.get_all(header::COOKIE) {
        for cookie in cookies.to_str().ok()?.split(';').map(str::trim) {
            let (name, value) = cookie.split_once('=')?;
            if !TASTES.contains(&name) || value.len() > 16 {
                return None;
            }
            key.push('\n');
            key.push_str(cookie);
        }
    }
    for name in KEYS {
        for value in heads.get_all(name) {
            let value = value.to_str().ok().filter(|value| value.len() <= LINE_MOST)?;
            key.push('\n');
            key.push_str(name);
            key.push(':');
            key.push_str(value);
        }
    }
    Some(key)
}

/// The whole body; one that is longer than what is held, or that breaks off, goes on as it came.
async fn whole(body: Body) -> Result<Bytes, Body> {
    let mut rest = body.into_data_stream();
    let (mut read, mut bytes) = (Vec::new(), 0);
    while let Some(piece) = rest.next().await {
        bytes += piece.as_ref().map_or(ANSWER_MOST + 1, Bytes::len);
        read.push(piece);
        if bytes > ANSWER_MOST {
            return Err(Body::from_stream(stream::iter(read).chain(rest)));
        }
    }
    Ok(read.into_iter().flatten().flatten().collect())
}

/// Answers from what is held, and holds what is answered anew.
pub(super) async fn answer(State(holder): State<Holder>, request: Request, next: Next) -> Response {
    let Some(key) = key(&request) else { return next.run(request).await };
    // Looked at before the answer is made: what is held is never older than its stamp.
    let Some(stamp) = holder.stamp().await else { return next.run(request).await };
    if let Some(response) = holder.answers().find(&key, &stamp) {
        return response;
    }
    let (mut parts, body) = next.run(request).await.into_parts();
    if parts.status != StatusCode::OK || parts.headers.contains_key(header::SET_COOKIE) {
        return Response::from_parts(parts, body);
    }
    match whole(body).await {
        Err(body) => Response::from_parts(parts, body),
        Ok(body) => {
            parts.headers.insert(header::CONTENT_LENGTH, body.len().into());
            let heads = parts.headers.iter().map(|(name, value)| name.as_str().len() + value.len());
            let size = BESIDE + key.len() + body.len() + heads.sum::<usize>();
            let answer = Answer { stamp, head: parts.headers.clone(), body: body.clone(), size };
            holder.answers().keep(key, answer);
            Response::from_parts(parts, Body::from(body))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use axum::response::IntoResponse;
    use axum::routing::get;
    use axum::{Router, middleware};
    use domain::code::Code;
    use domain::journal::{Draft, Event};
    use domain::source::Source;
    use domain::subject::Subject;
    use tower::ServiceExt;

    use super::*;

    fn at(head: u8, minute: i64) -> Stamp {
        (format!("{head:064x}"), minute)
    }

    fn kept(stamp: Stamp, size: usize) -> Answer {
        Answer { stamp, head: HeaderMap::new(), body: Bytes::from_static(b"x"), size }
    }

    #[test]
    fn what_is_held_is_bounded_and_of_its_moment() {
        let mut answers = Answers::default();
        answers.keep("a".into(), kept(at(1, 1), 100));
        answers.keep("a".into(), kept(at(2, 1), 50));
        assert_eq!((answers.held.len(), answers.bytes), (1, 50));
        assert!(answers.find("a", &at(1, 1)).is_none() && answers.find("a", &at(2, 2)).is_none());
        assert!(answers.find("a", &at(2, 1)).is_some());
        // What is out of date goes first, and all where that is not enough.
        answers.keep("b".into(), kept(at(3, 1), BYTES_MOST - 20));
        assert_eq!((answers.held.len(), answers.bytes), (1, BYTES_MOST - 20));
        answers.keep("c".into(), kept(at(3, 1), 30));
        assert_eq!((answers.held.len(), answers.bytes), (1, 30));
    }

    struct Noon(jiff::tz::TimeZone);

    impl app::Clock for Noon {
        fn now(&self) -> jiff::Timestamp {
            jiff::Timestamp::from_second(1_565_755_200).unwrap()
        }

        fn zone(&self) -> &jiff::tz::TimeZone {
            &self.0
        }
    }

    #[tokio::test]
    async fn readers_who_are_nobody_share_an_answer_until_the_journal_moves() {
        let folder = tempfile::tempdir().unwrap();
        let address = format!("sqlite://{}", folder.path().join("held.db").display());
        let database = store::Database::open(&address.parse().unwrap(), 0).unwrap();
        let app = App::new(database.clone(), Arc::new(Noon(jiff::tz::TimeZone::UTC)));
        let made = Arc::new(AtomicUsize::new(0));
        let counted = made.clone();
        let page = move |uri: axum::http::Uri| async move {
            let made = counted.fetch_add(1, Ordering::SeqCst) + 1;
            match uri.query().unwrap_or_default() {
                "cookie" => ([(header::SET_COOKIE, "lang=en")], "page").into_response(),
                "gone" => StatusCode::NOT_FOUND.into_response(),
                _ => format!("page {made}").into_response(),
            }
        };
        let router = Router::new()
            .route("/p/{plan}/voices", get(page.clone()))
            .route("/p/{plan}/my", get(page))
            .layer(middleware::from_fn_with_state(Holder::new(app), answer));
        let ask = |uri: &str, heads: &[(&str, &str)]| {
            let mut request = Request::builder().uri(uri);
            for (name, value) in heads {
                request = request.header(*name, *value);
            }
            let (router, request) = (router.clone(), request.body(Body::empty()).unwrap());
            async move {
                let body = router.oneshot(request).await.unwrap().into_body();
                String::from_utf8(axum::body::to_bytes(body, 1_000).await.unwrap().to_vec()).unwrap()
            }
        };
        let english = ("accept-language", "en");
        assert_eq!(ask("/p/a/voices", &[]).await, "page 1");
        assert_eq!(ask("/p/a/voices", &[]).await, "page 1");
        assert_eq!(ask("/p/a/voices?q=x", &[]).await, "page 2");
        assert_eq!(ask("/p/a/voices", &[english]).await, "page 3");
        assert_eq!(ask("/p/a/voices", &[("cookie", "theme=dark; lang=en")]).await, "page 4");
        assert_eq!(ask("/p/a/voices", &[("cookie", "theme=dark; lang=en")]).await, "page 4");
        // Whoever is somebody, wants a part or asks elsewhere is answered anew, and leaves nothing for others.
        let own = [("cookie", "huitian=secret"), ("authorization", "Bearer x"), ("range", "bytes=0-1")];
        for (made, head) in (5..).zip(own) {
            assert_eq!(ask("/p/a/voices", &[head]).await, format!("page {made}"));
        }
        assert_eq!(ask("/p/a/my", &[]).await, "page 8");
        assert_eq!(ask("/p/a/my", &[]).await, "page 9");
        for query in ["cookie", "cookie", "gone", "gone"] {
            ask(&format!("/p/a/voices?{query}"), &[]).await;
        }
        assert_eq!(made.load(Ordering::SeqCst), 13);
        assert_eq!(ask("/p/a/voices", &[]).await, "page 1");
        let draft = Draft {
            effective: jiff::civil::Date::MIN,
            actor: Code::new("somebody").unwrap(),
            subject: Subject::plan(&Code::new("a").unwrap()),
            event: Event::Registered { facts: Vec::new() },
            source: Source::default(),
            reason: String::new(),
        };
        let append = move |tx: &mut store::Tx| tx.append(draft.clone(), jiff::Timestamp::UNIX_EPOCH);
        database.write(append).unwrap();
        assert_eq!(ask("/p/a/voices", &[]).await, "page 14");
        assert_eq!(ask("/p/a/voices", &[]).await, "page 14");
    }

    #[tokio::test]
    async fn a_long_body_goes_on_as_it_came() {
        let short =
            Body::from_stream(stream::iter(["a", "b"].map(|it| Ok::<_, axum::Error>(Bytes::from(it)))));
        assert_eq!(whole(short).await.unwrap(), "ab");
        let pieces: Vec<_> = (0..ANSWER_MOST / 1_000 + 10)
            .map(|_| Ok::<_, axum::Error>(Bytes::from(vec![7; 1_000])))
            .collect();
        let long = pieces.len() * 1_000;
        let body = whole(Body::from_stream(stream::iter(pieces))).await.unwrap_err();
        assert_eq!(axum::body::to_bytes(body, usize::MAX).await.unwrap().len(), long);
    }
}
