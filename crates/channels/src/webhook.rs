//! Posts that a forum sends, signed with the secret that it shares with the installation:
//! `POST /channels/PLAN/FORUM`.
//!
//! `X-Huitian-Timestamp` is the moment in seconds since 1970, `X-Huitian-Signature` is `sha256=` and, in hexadecimal, the
//! HMAC-SHA-256 of timestamp, full stop and body. A message is believed for five minutes, and taken once: who sends again
//! signs again. Errors are problem details (RFC 9457), in the words of those who write programs.

use app::App;
use app::request::{Forum, PlaceFault, Post, PostOutcome, PostTaken, Stated};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use domain::code::Code;
use serde::Deserialize;
use serde_json::json;

use crate::problem::{Fault, not_here, parsed, signature, unbelieved};
use crate::sms;

/// The longest message, in bytes.
const BODY_MOST: usize = 256 * 1024;
/// Characters of a line, of an address and of a text.
const LINE_MOST: usize = 200;
const LINK_MOST: usize = 2_000;
const TEXT_MOST: usize = 50_000;

/// The calls, ready to be merged into a server's router.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/channels/{plan}/{forum}", post(take))
        .route("/channels/{plan}/sms/{gateway}", post(sms::take))
        .layer(DefaultBodyLimit::max(BODY_MOST))
        .with_state(app)
}

/// A message's body.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Message {
    id: String,
    /// The id of the post that it follows.
    #[serde(default)]
    follows: Option<String>,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    author: Option<String>,
    #[serde(default)]
    link: Option<String>,
    /// When it was posted.
    #[serde(default)]
    time: Option<String>,
    #[serde(default)]
    category: Option<String>,
    /// Where it is, in words.
    #[serde(default)]
    address: Option<String>,
    #[serde(default)]
    coordinates: Option<Coordinates>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Coordinates {
    longitude: f64,
    latitude: f64,
}

async fn take(
    State(app): State<App>,
    Path((plan, forum)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Fault> {
    let codes = Code::new(&plan).ok().zip(Code::new(&forum).ok());
    let forum = codes.and_then(|(plan, id)| {
        app.forums().iter().find(|held| held.plan == plan && held.id == id && held.secret.is_some())
    });
    let forum = forum.ok_or_else(|| not_here("forum"))?.clone();
    let (timestamp, signature) = signature(&headers);
    let signed = forum.check(timestamp, signature, &body, app.clock().now()).map_err(unbelieved)?;
    let post = read(&forum, &body)?;
    let outcome = app.take_post(&forum, post, Some(signed)).await?;
    told(&forum, outcome)
}

/// Everything that is wrong is said at once.
fn read(forum: &Forum, body: &[u8]) -> Result<Post, Fault> {
    let message: Message = parsed(body, "post")?;
    let mut errors = Vec::new();
    let mut within = |field: &str, text: Option<String>, most: usize| {
        let text = text.unwrap_or_default();
        if text.chars().count() > most {
            errors.push((field.to_owned(), format!("at most {most} characters")));
        }
        text
    };
    let mut post = Post {
        id: within("id", Some(message.id), LINE_MOST),
        follows: within("follows", message.follows, LINE_MOST),
        title: within("title", message.title, TEXT_MOST),
        text: within("text", message.text, TEXT_MOST),
        author: within("author", message.author, LINE_MOST),
        link: within("link", message.link, LINK_MOST),
        at: None,
        category: within("category", message.category, LINE_MOST),
        address: within("address", message.address, LINE_MOST),
        stated: None,
    };
    if post.id.trim().is_empty() {
        errors.push(("id".into(), "it must not be empty".into()));
    }
    if !post.link.is_empty() && !["http://", "https://"].iter().any(|start| post.link.starts_with(start)) {
        errors.push(("link".into(), "an address that begins with http:// or https://".into()));
    }
    if let Some(time) = message.time {
        post.at = time.parse().ok();
        if post.at.is_none() {
            errors.push(("time".into(), "a moment such as 2019-08-14T09:30:00+08:00".into()));
        }
    }
    if let Some(Coordinates { longitude, latitude }) = message.coordinates {
        post.stated = Stated::new(longitude, latitude, forum.datum);
        if post.stated.is_none() {
            errors.push(("coordinates".into(), "longitude and latitude in degrees".into()));
        }
    }
    if errors.is_empty() {
        return Ok(post);
    }
    let detail = "some members of the message do not fit";
    Err(Fault { errors, ..Fault::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail) })
}

fn told(forum: &Forum, outcome: PostOutcome) -> Result<Response, Fault> {
    let refused = |status, code, detail: &str| Err(Fault::new(status, code, detail));
    let (status, word, request, secret) = match outcome.taken {
        PostTaken::New { request, secret } => (StatusCode::CREATED, "new", request, Some(secret)),
        PostTaken::Added(request) => (StatusCode::OK, "added", request, None),
        PostTaken::Again { request, secret } => (StatusCode::OK, "again", request, Some(secret)),
        PostTaken::Erased => {
            return refused(StatusCode::GONE, "erased", "what this post became was erased on request");
        }
        PostTaken::Empty => {
            return refused(StatusCode::UNPROCESSABLE_ENTITY, "empty", "title and text are both empty");
        }
        PostTaken::UnknownPost => {
            let detail = "follows names a post that did not come in here: send that one first";
            return refused(StatusCode::UNPROCESSABLE_ENTITY, "unknown-post", detail);
        }
        PostTaken::TooMany => {
            let detail = "its author, or the forum, has sent too many: send it again later, signed again";
            return refused(StatusCode::TOO_MANY_REQUESTS, "too-many", detail);
        }
        PostTaken::Replayed => {
            let detail = "this very message was taken already: whoever sends again signs again";
            return refused(StatusCode::CONFLICT, "replayed", detail);
        }
    };
    let mut notices = Vec::new();
    if outcome.swapped {
        notices.push("longitude and latitude were swapped; they were put right");
    }
    match outcome.misplaced {
        Some(PlaceFault::Outside) => notices
            .push("the coordinates lie far from all areas of the plan; they were left aside: are they of the datum agreed on?"),
        Some(PlaceFault::NotOnEarth) => notices.push("the coordinates are not on earth; they were left aside"),
        None => {}
    }
    let link = secret.map(|secret| format!("/p/{}/my?key={secret}", forum.plan));
    let body = json!({ "outcome": word, "request": request, "link": link, "notices": notices });
    let headers =
        [(header::CONTENT_TYPE, "application/json; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    Ok((status, headers, body.to_string()).into_response())
}
