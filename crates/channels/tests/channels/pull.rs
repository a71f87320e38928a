//! A forum's feed over HTTP: read once, asked for what is new, within bounds, and only where it may be called.

use std::sync::{Arc, Mutex};

use app::{Clock, FixedClock};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use channels::Settings;
use channels::pull::{FeedSource, PullError, Pulled, is_due, pull};
use delivery::http::{Http, HttpError};
use jiff::civil::date;

use crate::seed::Seed;

#[derive(Clone, Default)]
struct Site {
    items: Arc<Mutex<Vec<(String, String, String)>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Site {
    fn say(&self, id: &str, title: &str, at: &str) {
        let mut items = self.items.lock().unwrap();
        items.retain(|held| held.0 != id);
        items.insert(0, (id.into(), title.into(), at.into()));
    }
}

async fn feed(State(site): State<Site>, headers: HeaderMap) -> Response {
    let known = headers.get("if-none-match").map_or("", |value| value.to_str().unwrap()).to_owned();
    site.asked.lock().unwrap().push(known.clone());
    let items = site.items.lock().unwrap();
    let said: String = items
        .iter()
        .map(|(id, title, at)| {
            format!("<item><guid>{id}</guid><title>{title}</title><author>甲{id}</author><pubDate>{at}</pubDate></item>")
        })
        .collect();
    let tag = format!("\"{}-{}\"", items.len(), said.len());
    if known == tag {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    ([("etag", tag)], format!("<rss><channel>{said}</channel></rss>")).into_response()
}

fn led(to: &'static str) -> axum::routing::MethodRouter<Site> {
    get(move || async move { (StatusCode::FOUND, [("location", to)]) })
}

struct Forum {
    seed: Seed,
    site: Site,
    port: u16,
    http: Http,
    clock: Arc<FixedClock>,
}

impl Forum {
    async fn new(network: &str) -> Self {
        let clock = Arc::new(FixedClock::morning(date(2019, 8, 14)).unwrap());
        let seed = Seed::new(clock.clone()).await;
        let site = Site::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let router = Router::new()
            .route("/feed", get(feed))
            .route("/moved", led("/feed"))
            .route("/round", led("/round"))
            .route("/metadata", led("http://169.254.169.254/latest"))
            .route("/file", led("file:///etc/passwd"))
            .route("/page", get(|| async { "<html></html>" }))
            .route("/long", get(|| async { "x".repeat(exchange::feed::FEED_MOST + 1) }))
            .with_state(site.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let settings = Settings::parse(network, &|_| None).unwrap();
        let http = Http::new(settings.network, None).unwrap();
        Self { seed, site, port, http, clock }
    }

    fn source(&self, path: &str) -> FeedSource {
        let text = format!(
            "[[forum]]\nid = \"site\"\nplan = \"p\"\nname = \"社区网\"\n[forum.feed]\n\
             address = \"http://127.0.0.1:{}{path}\"\nplain = true\n",
            self.port
        );
        Settings::parse(&text, &|_| None).unwrap().feeds.remove(0)
    }

    async fn pull(&self, path: &str, dry_run: bool) -> Result<Pulled, PullError> {
        pull(&self.seed.app, &self.http, &self.source(path), dry_run, |_, _| {}).await
    }
}

const HERE: &str = "[network]\nallow_private = [\"127.0.0.1\"]\n";

fn told(pulled: &Pulled) -> Vec<(&str, &str)> {
    pulled.items.iter().map(|item| (item.id.as_str(), item.outcome.as_str())).collect()
}

#[tokio::test]
async fn a_feed_is_read_once_and_asked_for_what_is_new() {
    let forum = Forum::new(HERE).await;
    forum.site.say("1", "estate小区的垃圾没人清", "2019-08-13 20:00");
    forum.site.say("2", "楼道&amp;lt;b&amp;gt;堆物", "Tue, 13 Aug 2019 21:00:00 +0800");
    forum.site.say("0", "很久以前", "2019-01-01 08:00");
    let tried = forum.pull("/feed", true).await.unwrap();
    assert_eq!((told(&tried), tried.old), (vec![("1", "new"), ("2", "new")], 1));
    let first = forum.pull("/moved", false).await.unwrap();
    assert_eq!((told(&first), first.old), (vec![("1", "new"), ("2", "new")], 1));
    assert!(forum.pull("/feed", false).await.unwrap().unchanged);
    assert_eq!(forum.site.asked.lock().unwrap().iter().filter(|known| known.is_empty()).count(), 2);

    forum.site.say("1", "estate小区的垃圾还是没人清", "2019-08-13 20:00");
    forum.site.say("3", "停水了", "2019-08-14 08:00");
    let tried = forum.pull("/feed", true).await.unwrap();
    assert_eq!(told(&tried), [("1", "added"), ("2", "again"), ("3", "new")]);
    let second = forum.pull("/feed", false).await.unwrap();
    assert_eq!(told(&second), told(&tried));
    let request = first.items[0].outcome.request().unwrap();
    assert_eq!(second.items[0].outcome.request(), Some(request));
    let held = forum.seed.app.request(&crate::seed::code("p"), request, app::read::Asked::default()).await;
    let held = held.unwrap().0;
    assert_eq!(held.words.last().unwrap().1, "estate小区的垃圾还是没人清");
    assert_eq!((held.number.as_str(), held.may_be_public), ("", false));
}

#[tokio::test]
async fn nobody_is_led_to_where_nobody_may_be_called() {
    let forum = Forum::new(HERE).await;
    for path in ["/round", "/metadata", "/file"] {
        match forum.pull(path, false).await {
            Err(PullError::Http(HttpError::Led | HttpError::NotAllowed)) => {}
            other => panic!("{path}: {other:?}"),
        }
    }
    assert!(matches!(forum.pull("/long", false).await, Err(PullError::Http(HttpError::TooLong))));
    assert!(matches!(forum.pull("/page", false).await, Err(PullError::Feed(_))));
    assert!(matches!(forum.pull("/none", false).await, Err(PullError::Status(404))));
    // Without its being named, the machine itself is not called.
    let closed = Forum::new("").await;
    closed.site.say("1", "x", "2019-08-14 08:00");
    assert!(matches!(closed.pull("/feed", false).await, Err(PullError::Http(HttpError::NotAllowed))));
    assert!(closed.site.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn of_several_servers_one_reads_when_it_is_due() {
    let forum = Forum::new(HERE).await;
    let source = forum.source("/feed");
    assert!(is_due(&forum.seed.app, &source).await.unwrap());
    assert!(!is_due(&forum.seed.app, &source).await.unwrap());
    let later = forum.clock.now() + jiff::SignedDuration::from_mins(15);
    forum.clock.set(later);
    assert!(is_due(&forum.seed.app, &source).await.unwrap());
    // A clock that was put back keeps nobody from reading.
    forum.clock.set(later - jiff::SignedDuration::from_hours(48));
    assert!(is_due(&forum.seed.app, &source).await.unwrap());
}
