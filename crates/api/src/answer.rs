//! How things are answered: entity tags, conditional reading, the outcome of a change.

use app::{Actor, Change, Receipt};
use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::header::{CACHE_CONTROL, ETAG, IF_MATCH, IF_NONE_MATCH, LINK, LOCATION};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use domain::command::Command;
use domain::fact::Fact;
use domain::history::View;
use domain::journal::Seq;
use domain::source::Source as DomainSource;
use domain::subject::Subject;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::asked::{Page, ViewUsed};
use crate::problem::{ApiError, FieldError, Kind};
use crate::value::{CodeText, Day};
use crate::word::GradeWord;
use crate::{Api, PREFIX};

const AS_OF: HeaderName = HeaderName::from_static("huitian-as-of");
const KNOWN_AT: HeaderName = HeaderName::from_static("huitian-known-at");
const ENTRY: HeaderName = HeaderName::from_static("huitian-entry");

/// What a reader sees besides the plan itself decides which answers are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Audience {
    Public,
    Staff,
}

/// The entity tag of one subject: its version first, for `If-Match`; then what else the answer depends on.
pub(crate) fn subject_tag(version: Seq, view: View, audience: Audience) -> String {
    format!("\"v{version}.{}.{}\"", view.as_of, letter(audience))
}

/// The entity tag of what is drawn from many records.
pub(crate) fn list_tag(view: View, audience: Audience) -> String {
    format!("W/\"e{}.{}.{}\"", view.known, view.as_of, letter(audience))
}

fn letter(audience: Audience) -> &'static str {
    match audience {
        Audience::Public => "p",
        Audience::Staff => "s",
    }
}

/// The conditions under which a request is to be answered.
pub(crate) struct Conditions {
    if_match: Option<String>,
    if_none_match: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Conditions {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let read = |name: HeaderName| -> Result<Option<String>, ApiError> {
            let mut texts = Vec::new();
            for value in parts.headers.get_all(&name) {
                let text = value.to_str().map_err(|_| ApiError::parameter(name.as_str(), "header"))?;
                texts.push(text.trim().to_owned());
            }
            Ok((!texts.is_empty()).then(|| texts.join(", ")))
        };
        Ok(Self { if_match: read(IF_MATCH)?, if_none_match: read(IF_NONE_MATCH)? })
    }
}

impl Conditions {
    /// Whether the reader already has this answer.
    fn holds(&self, tag: &str) -> bool {
        let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
        self.if_none_match
            .as_deref()
            .is_some_and(|held| held == "*" || held.split(',').any(|held| bare(held) == bare(tag)))
    }

    /// The version that a change was made on. `None`: whichever it is now (`*`).
    async fn expected(&self, api: &Api, subject: &Subject) -> Result<Option<Seq>, ApiError> {
        let Some(text) = &self.if_match else { return Err(ApiError::new(Kind::VersionRequired)) };
        if text == "*" {
            return Ok(None);
        }
        let versions: Vec<Option<Seq>> = text.split(',').map(|tag| version(tag.trim())).collect();
        match versions.as_slice() {
            [Some(version)] => Ok(Some(*version)),
            many => {
                // Several tags: the one that is the version now, if it is among them.
                let history = api.app().subject(subject).await?;
                let now = history.ok_or(ApiError::new(Kind::NotFound))?.version;
                if many.contains(&Some(now)) {
                    return Ok(Some(now));
                }
                Err(ApiError::with(
                    Kind::ChangedMeanwhile,
                    vec![FieldError::new("if-match", "no-such-version")],
                ))
            }
        }
    }
}

/// The version in an entity tag of a subject. Weak tags never match (RFC 9110, 13.1.1).
fn version(tag: &str) -> Option<Seq> {
    let inner = tag.strip_prefix('"')?.strip_suffix('"')?;
    let digits = inner.strip_prefix('v')?.split('.').next()?;
    digits.parse::<u64>().ok().filter(|seq| *seq <= Seq::LATEST.0).map(Seq)
}

/// An answer, or 304 where the reader has it.
pub(crate) fn answer<T: Serialize>(
    conditions: &Conditions,
    caller: &Actor,
    tag: &str,
    used: &ViewUsed,
    body: T,
) -> Response {
    let mut response = if conditions.holds(tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Json(body).into_response()
    };
    let headers = response.headers_mut();
    put(headers, ETAG, tag);
    put(headers, AS_OF, &used.as_of.0.to_string());
    put(headers, ENTRY, &used.entry.to_string());
    if let Some(moment) = &used.known_at {
        put(headers, KNOWN_AT, &moment.0.to_string());
    }
    let private = *caller != Actor::Public;
    put(headers, CACHE_CONTROL, if private { "private, no-cache" } else { "no-cache" });
    response
}

/// A page of a list.
pub(crate) fn page<T: Serialize>(
    conditions: &Conditions,
    caller: &Actor,
    tag: &str,
    address: &Uri,
    page: Page<T>,
) -> Response {
    let (next, used) = (page.next.clone(), page.view.clone());
    paged(conditions, caller, tag, address, next.as_deref(), &used, page)
}

/// An answer that holds a page, with the address of the next one in a `Link`.
pub(crate) fn paged<T: Serialize>(
    conditions: &Conditions,
    caller: &Actor,
    tag: &str,
    address: &Uri,
    next: Option<&str>,
    used: &ViewUsed,
    body: T,
) -> Response {
    let mut response = answer(conditions, caller, tag, used, body);
    if let Some(cursor) = next {
        let kept = address.query().unwrap_or("").split('&');
        let kept = kept.filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="));
        let query: String = kept.map(|pair| format!("{pair}&")).collect();
        let link = format!("<{}?{query}cursor={cursor}>; rel=\"next\"", address.path());
        put(response.headers_mut(), LINK, &link);
    }
    response
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// The document and its address, or the reporting unit, behind an entry.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Source {
    /// `reported` when not given.
    #[serde(default)]
    pub grade: Option<GradeWord>,
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub title: String,
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub url: String,
    #[serde(default)]
    pub unit: Option<CodeText>,
}

impl From<Source> for DomainSource {
    fn from(source: Source) -> Self {
        Self {
            grade: source.grade.map(|grade| grade.0).unwrap_or_default(),
            title: source.title,
            url: source.url,
            unit: source.unit.map(|unit| unit.0),
        }
    }
}

impl From<&DomainSource> for Source {
    fn from(source: &DomainSource) -> Self {
        Self {
            grade: Some(source.grade.into()),
            title: source.title.clone(),
            url: source.url.clone(),
            unit: source.unit.as_ref().map(CodeText::from),
        }
    }
}

/// Puts something on the books.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Registration<F> {
    pub code: CodeText,
    #[schema(min_items = 1, max_items = 500)]
    pub facts: Vec<F>,
    /// The day the facts hold from; today when not given. Facts with a day of their own keep it.
    #[serde(default)]
    pub effective: Option<Day>,
    #[serde(default)]
    pub source: Option<Source>,
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub reason: String,
}

/// Records facts of something on the books.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Record<F> {
    #[schema(min_items = 1, max_items = 500)]
    pub facts: Vec<F>,
    /// The day the facts hold from; today when not given. Facts with a day of their own keep it.
    #[serde(default)]
    pub effective: Option<Day>,
    #[serde(default)]
    pub source: Option<Source>,
    /// Why; needed where a date the public was told moves.
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub reason: String,
}

/// The ground a change stands on.
pub(crate) struct Ground {
    pub effective: Option<Day>,
    pub source: Option<Source>,
    pub reason: String,
}

/// What a change came to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Outcome {
    /// The entries written; none when all of it was already on record.
    pub entries: Vec<u64>,
    /// The subject's version now.
    pub version: u64,
    /// The entity tag of that version, for the next change's `If-Match`.
    #[schema(example = "\"v1842\"")]
    pub etag: String,
}

/// The most facts of one request.
const FACTS_MOST: usize = 500;

impl Api {
    /// Puts a subject on the books: 201 with the address it has from now on.
    pub(crate) async fn register(
        &self,
        caller: &Actor,
        subject: Subject,
        facts: Vec<Fact>,
        ground: Ground,
        address: String,
    ) -> Result<Response, ApiError> {
        bounded(&facts)?;
        let receipt = self.make(caller, Command::Register { subject, facts }, ground).await?;
        Ok(outcome(&receipt, Some(address)))
    }

    /// Records facts: 201 with the entry's address, 200 when all of it was already on record.
    pub(crate) async fn record(
        &self,
        caller: &Actor,
        conditions: &Conditions,
        subject: Subject,
        facts: Vec<Fact>,
        ground: Ground,
    ) -> Result<Response, ApiError> {
        bounded(&facts)?;
        let expected = conditions.expected(self, &subject).await?;
        let receipt = self.make(caller, Command::Record { subject, facts, expected }, ground).await?;
        Ok(outcome(&receipt, None))
    }

    /// Corrects an entry.
    pub(crate) async fn correct(
        &self,
        caller: &Actor,
        conditions: &Conditions,
        subject: Subject,
        entry: Seq,
        facts: Vec<Fact>,
        ground: Ground,
    ) -> Result<Response, ApiError> {
        bounded(&facts)?;
        let expected = conditions.expected(self, &subject).await?;
        let receipt = self.make(caller, Command::Correct { subject, entry, facts, expected }, ground).await?;
        Ok(outcome(&receipt, None))
    }

    async fn make(&self, caller: &Actor, command: Command, ground: Ground) -> Result<Receipt, ApiError> {
        let change = Change {
            command,
            effective: ground.effective.map(|day| day.0),
            source: ground.source.unwrap_or_default().into(),
            reason: ground.reason,
        };
        Ok(self.app().change(caller, change).await?)
    }
}

fn bounded(facts: &[Fact]) -> Result<(), ApiError> {
    if facts.len() > FACTS_MOST {
        return Err(ApiError::with(Kind::InvalidValue, vec![FieldError::new("facts", "too-many-facts")]));
    }
    Ok(())
}

fn outcome(receipt: &Receipt, address: Option<String>) -> Response {
    let etag = format!("\"v{}\"", receipt.version);
    let body = Outcome {
        entries: receipt.entries.iter().map(|entry| entry.seq.0).collect(),
        version: receipt.version.0,
        etag: etag.clone(),
    };
    let address = receipt
        .entries
        .first()
        .map(|entry| address.unwrap_or_else(|| format!("{PREFIX}/entries/{}", entry.seq)));
    let status = if address.is_some() { StatusCode::CREATED } else { StatusCode::OK };
    let mut response = (status, Json(body)).into_response();
    let headers = response.headers_mut();
    put(headers, ETAG, &etag);
    put(headers, CACHE_CONTROL, "no-store");
    if let Some(address) = address {
        put(headers, LOCATION, &address);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_strong_tags_only() {
        assert_eq!(version("\"v12.2019-08-14.p\""), Some(Seq(12)));
        assert_eq!(version("\"v12\""), Some(Seq(12)));
        for tag in ["W/\"v12\"", "v12", "\"12\"", "\"v\"", "\"v-1\"", "\"v99999999999999999999\"", "\"", ""] {
            assert_eq!(version(tag), None, "{tag}");
        }
    }
}
