//! Open311 GeoReport v2 (<https://wiki.open311.org/GeoReport_v2/>): requests brought and read by programs of
//! others, with the extensions that others have in common (paging, `extensions=true`, changes since a moment,
//! places, updates).
//!
//! A jurisdiction is a plan that takes requests, a service one of its categories, an attribute a question of the
//! category. A program's key is an API token that brings requests and may nothing else. What is read is what
//! everybody may read on the site.
//!
//! [`form`] has both forms of an answer, [`asked`] the parameters, [`fault`] what is wrong with them; the other
//! modules answer one call each.

mod asked;
mod bring;
mod discovery;
mod fault;
mod find;
mod form;
mod jurisdiction;
mod services;
mod updates;

use app::App;
use app::request::{NewPhoto, PHOTO_BYTES_MOST, PHOTOS_AT_ONCE};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::multipart::Field;
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::any;

use crate::asked::Asked;
use crate::fault::Fault;
use crate::form::{Form, Node};

/// Where everything lies.
pub const PREFIX: &str = "/open311/";
pub(crate) const PRODUCTION: &str = "/open311/v2";
/// The same, but what is sent there is only looked at.
pub(crate) const TEST: &str = "/open311/test/v2";
/// The longest form of a call, in bytes, and the longest that comes with photos.
const FORM_MOST: usize = 128 * 1024;
const BODY_MOST: usize = 106 * 1024 * 1024;
/// The field that photos come in, as others have named it.
const MEDIA: &str = "media";

#[derive(Clone)]
pub(crate) struct Server {
    pub app: App,
    /// Whether the site is reached over HTTPS.
    pub secure: bool,
}

/// The calls, ready to be merged into a server's router.
pub fn router(app: App, secure: bool) -> Router {
    Router::new()
        .route("/open311/{*rest}", any(call))
        .layer(DefaultBodyLimit::max(BODY_MOST))
        .with_state(Server { app, secure })
}

/// A layer for the whole server: whatever failed elsewhere leaves in the form that the address asks for.
pub async fn explain(request: Request, next: Next) -> Response {
    if !request.uri().path().starts_with(PREFIX) {
        return next.run(request).await;
    }
    let form =
        request.uri().path().rsplit('/').next().and_then(Form::split).map_or(Form::Xml, |(_, form)| form);
    let response = next.run(request).await;
    let status = response.status();
    let ours = response.headers().contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN);
    if ours || !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let said = match status {
        StatusCode::TOO_MANY_REQUESTS => "too many calls; please wait a little",
        StatusCode::PAYLOAD_TOO_LARGE => "the body is too long",
        StatusCode::NOT_FOUND => "there is nothing at this address",
        status if status.is_server_error() => {
            "the server cannot answer at the moment; please try again later"
        }
        _ => "the call cannot be read",
    };
    let mut answer = Fault::new(status, said).answer(form);
    if let Some(wait) = response.headers().get(header::RETRY_AFTER) {
        answer.headers_mut().insert(header::RETRY_AFTER, wait.clone());
    }
    answer
}

async fn call(State(server): State<Server>, Path(rest): Path<String>, request: Request) -> Response {
    if request.method() == Method::OPTIONS {
        return preflight();
    }
    let (folder, file) = rest.rsplit_once('/').unwrap_or(("", &rest));
    let Some((name, form)) = Form::split(file) else {
        let said = "the address must end in .xml or .json, as in /open311/v2/services.xml";
        return Fault::not_found(said).answer(Form::Xml);
    };
    let (test, folder) = match folder.strip_prefix("test/") {
        Some(folder) => (true, folder),
        None => (false, folder),
    };
    match answer(&server, (folder, name, test), request).await {
        Ok(Answer { root, node, warning }) => {
            let mut response = node.answer(StatusCode::OK, root, form);
            let warning = warning.and_then(|text| HeaderValue::from_str(&format!("299 - \"{text}\"")).ok());
            if let Some(warning) = warning {
                response.headers_mut().insert(header::WARNING, warning);
            }
            response
        }
        Err(fault) => {
            let mut response = fault.answer(form);
            if fault.status == StatusCode::METHOD_NOT_ALLOWED {
                let methods = if takes_posts(folder, name) { "GET, HEAD, POST, OPTIONS" } else { READING };
                response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(methods));
            }
            response
        }
    }
}

const READING: &str = "GET, HEAD, OPTIONS";

/// Whether there is anything at an address.
fn is_known(folder: &str, name: &str) -> bool {
    matches!(
        (folder, name),
        ("" | "v2", "discovery")
            | ("v2", "services" | "requests" | "servicerequestupdates")
            | ("v2/services" | "v2/requests" | "v2/tokens", _)
    )
}

fn takes_posts(folder: &str, name: &str) -> bool {
    matches!((folder, name), ("v2", "requests" | "servicerequestupdates"))
}

/// What another site's page in a browser may ask before it reads.
fn preflight() -> Response {
    let mut response = Body::empty().into_response();
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
    response
}

struct Answer {
    root: &'static str,
    node: Node,
    warning: Option<String>,
}

impl Answer {
    fn plain(root: &'static str, node: Node) -> Self {
        Self { root, node, warning: None }
    }
}

async fn answer(
    server: &Server,
    (folder, name, test): (&str, &str, bool),
    request: Request,
) -> Result<Answer, Fault> {
    if !is_known(folder, name) {
        return Err(Fault::not_found("there is nothing at this address"));
    }
    let post = request.method() == Method::POST;
    let get = matches!(*request.method(), Method::GET | Method::HEAD);
    if !(get || post && takes_posts(folder, name)) {
        return Err(Fault::new(StatusCode::METHOD_NOT_ALLOWED, "this address does not take that method"));
    }
    let headers = request.headers().clone();
    let mut asked = Asked::of_query(request.uri().query().unwrap_or_default());
    let mut photos = Vec::new();
    if post {
        let form = posted(server, &asked, name == "requests", request).await?;
        asked.0.extend(form.asked.0);
        photos = form.photos;
    }
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let lang = asked.lang(accepted);
    let site = site(&headers, server.secure);
    if name == "discovery" && matches!(folder, "" | "v2") {
        return Ok(Answer::plain("discovery", discovery::discovery(server, &site, lang).await?));
    }
    if post && (folder, name) == ("v2", "requests") {
        // Up to here nothing is written: it is understood by one state of the plan.
        let read = server.app.in_one_view(bring::read(server, &asked, lang)).await?;
        let node = bring::bring(server, read, photos, (&site, test), lang).await?;
        return Ok(Answer::plain("service_requests", node));
    }
    let held = jurisdiction::find(&server.app, &asked).await?;
    Ok(match (folder, name) {
        ("v2", "services") => Answer::plain("services", services::services(&held, lang)),
        ("v2/services", code) => {
            Answer::plain("service_definition", services::definition(&held, code, lang)?)
        }
        ("v2", "requests") => {
            let found = find::requests(server, &held, &asked, &site, lang).await?;
            Answer { root: "service_requests", node: found.list, warning: found.warning }
        }
        ("v2/requests", number) => {
            Answer::plain("service_requests", find::one(server, &held, number, &asked, &site, lang).await?)
        }
        ("v2/tokens", token) => Answer::plain("service_requests", bring::token(server, &held, token).await?),
        _ if post => {
            Answer::plain("service_request_updates", updates::add(server, &held, &asked, test).await?)
        }
        _ => {
            let found = updates::list(server, &held, &asked, lang).await?;
            Answer { root: "service_request_updates", node: found.list, warning: found.warning }
        }
    })
}

/// What a form brought.
#[derive(Default)]
struct Posted {
    asked: Asked,
    photos: Vec<NewPhoto>,
}

/// A body's parameters, from either kind of form; photos only where something is brought that they belong to.
async fn posted(server: &Server, asked: &Asked, media: bool, request: Request) -> Result<Posted, Fault> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.unwrap_or_default().to_ascii_lowercase();
    if kind.starts_with("multipart/form-data") {
        return parts(server, asked, media, request).await;
    }
    if !kind.is_empty() && !kind.starts_with("application/x-www-form-urlencoded") {
        return Err(Fault::bad(
            "the body must be a form: application/x-www-form-urlencoded or multipart/form-data",
        ));
    }
    let body = to_bytes(request.into_body(), FORM_MOST).await;
    let body = body.map_err(|_| too_long())?;
    Ok(Posted { asked: Asked::of(&body), photos: Vec::new() })
}

fn too_long() -> Fault {
    Fault::new(StatusCode::PAYLOAD_TOO_LARGE, format!("the form must have at most {FORM_MOST} bytes"))
}

async fn parts(server: &Server, asked: &Asked, media: bool, request: Request) -> Result<Posted, Fault> {
    let unread = || Fault::bad("the form cannot be read");
    let mut parts = Multipart::from_request(request, &()).await.map_err(|_| unread())?;
    let mut out = Posted::default();
    let (mut left, mut known) = (FORM_MOST, false);
    while let Some(part) = parts.next_field().await.map_err(|_| unread())? {
        let name = part.name().unwrap_or_default().to_owned();
        let file = part.file_name().is_some_and(|file| !file.is_empty());
        if file && (name != MEDIA || !media) {
            let said =
                "only photos are taken, as media of a request; give the address of others as media_url";
            return Err(Fault::bad(format!("{name}: {said}")));
        }
        if file && !known {
            // Nobody has photos read without a key.
            let so_far = Asked(asked.0.iter().chain(&out.asked.0).cloned().collect());
            bring::program(server, &so_far).await.map_err(|fault| fault.and("before the first file"))?;
            known = true;
        }
        let value = chunks(part, if file { PHOTO_BYTES_MOST } else { left }).await?;
        if file {
            out.photos.push(photo(server, out.photos.len(), value).await?);
        } else {
            let value = value.ok_or_else(too_long)?;
            // Names are held, too, and a part without either takes room all the same.
            left = left.checked_sub(value.len() + name.len() + PART).ok_or_else(too_long)?;
            out.asked.0.push((name, String::from_utf8_lossy(&value).into_owned()));
        }
    }
    Ok(out)
}

/// What a part takes beside its name and value.
const PART: usize = 64;

async fn photo(server: &Server, number: usize, bytes: Option<Vec<u8>>) -> Result<NewPhoto, Fault> {
    if number >= PHOTOS_AT_ONCE {
        return Err(Fault::bad(format!("{MEDIA}: at most {PHOTOS_AT_ONCE} photos")));
    }
    let Some(bytes) = bytes else {
        let said = format!("{MEDIA}: a photo must have at most {PHOTO_BYTES_MOST} bytes");
        return Err(Fault::new(StatusCode::PAYLOAD_TOO_LARGE, said));
    };
    let read = server.app.read_photo(bytes).await?;
    read.map_err(|fault| Fault::bad(format!("{MEDIA}: {fault}; JPEG, PNG, WebP and GIF are taken")))
}

/// A part's bytes; nothing where it has more than it may have.
async fn chunks(mut part: Field<'_>, most: usize) -> Result<Option<Vec<u8>>, Fault> {
    let mut out = Vec::new();
    while let Some(chunk) = part.chunk().await.map_err(|_| Fault::bad("the form cannot be read"))? {
        if out.len() + chunk.len() > most {
            return Ok(None);
        }
        out.extend_from_slice(&chunk);
    }
    Ok(Some(out))
}

/// The site as its caller reaches it.
fn site(headers: &HeaderMap, secure: bool) -> String {
    let given = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let good = |c: char| c.is_ascii_alphanumeric() || "-.:[]".contains(c);
    let host = if !given.is_empty() && given.chars().all(good) { given } else { "localhost" };
    format!("{}://{host}", if secure { "https" } else { "http" })
}
