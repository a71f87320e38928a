//! Open data: published requests as a table, a list or places, whole and piece by piece; the rates; and what each field
//! means.

use app::App;
use app::request::{
    FIELDS, OpenBatch, OpenVersion, RATE_FIELDS, RateQuestion, RatesBy, csv_head, csv_rows, rates_csv,
};
use askama::Template;
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Query};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::code::Code;
use domain::planned_date::parse_day;
use domain::request::query::{RequestAfter, RequestQuery};
use jiff::civil::Date;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sheets::Format;
use words::Lang;

use super::asking::publicly_asked;
use super::list::address;
use crate::editor::field::Typed;
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::page::Page;
use crate::tables::{GEOJSON, attachment};
use crate::visit::{Visit, render};
use crate::words_of::encode;

/// The most requests of one piece.
const PIECE_MOST: usize = 500;

/// How the requests are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Csv,
    Json,
    GeoJson,
}

impl Form {
    fn kind(self) -> &'static str {
        match self {
            Self::Csv => Format::Csv.media_type(),
            Self::Json => Format::Json.media_type(),
            Self::GeoJson => GEOJSON,
        }
    }

    fn head(self) -> String {
        match self {
            Self::Csv => csv_head(),
            Self::Json => "[".into(),
            Self::GeoJson => "{\"type\":\"FeatureCollection\",\"features\":[".into(),
        }
    }

    fn tail(self) -> &'static str {
        match self {
            Self::Csv => "",
            Self::Json => "\n]\n",
            Self::GeoJson => "\n]}\n",
        }
    }

    /// Some rows; `first` where none was written before.
    fn rows(self, batch: &OpenBatch, first: &mut bool) -> String {
        if self == Self::Csv {
            return csv_rows(&batch.rows);
        }
        let mut out = String::new();
        for row in &batch.rows {
            let value = match self {
                Self::GeoJson => match (row.lat, row.long) {
                    (Some(lat), Some(long)) => json!({
                        "type": "Feature",
                        "id": row.service_request_id,
                        "geometry": { "type": "Point", "coordinates": [long, lat] },
                        "properties": row,
                    }),
                    // What has no place is in the other files.
                    _ => continue,
                },
                _ => serde_json::to_value(row).unwrap_or(Value::Null),
            };
            out.push_str(if *first { "\n" } else { ",\n" });
            out.push_str(&value.to_string());
            *first = false;
        }
        out
    }
}

/// A mark by which a program knows that nothing has changed.
fn tag(version: OpenVersion, lang: Lang, what: &str) -> String {
    let digest = Sha256::digest(format!("{}|{}|{}|{what}", version.seq, version.day, lang.tag()).as_bytes());
    let short: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("W/\"{short}\"")
}

/// What every file is sent with.
fn heads(version: OpenVersion, tag: &str) -> HeaderMap {
    let mut out = HeaderMap::new();
    let mut put = |name: HeaderName, value: String| {
        if let Ok(value) = HeaderValue::from_str(&value) {
            out.insert(name, value);
        }
    };
    put(header::ETAG, tag.to_owned());
    put(header::LAST_MODIFIED, version.recorded_at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string());
    put(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*".into());
    put(header::ACCESS_CONTROL_EXPOSE_HEADERS, "ETag, Last-Modified, Link".into());
    out
}

/// Whether whoever asks has it already.
pub(super) fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let given = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    given.split(',').any(|held| held.trim() == tag)
}

pub(super) async fn known_version(
    visit: &Visit,
    plan: &Code,
    headers: &HeaderMap,
    what: &str,
) -> Result<(HeaderMap, bool), PageError> {
    let version = visit.app.open_version(plan).await?;
    let tag = tag(version, visit.lang, what);
    Ok((heads(version, &tag), is_known(headers, &tag)))
}

/// Where one piece ends, as an address names it.
fn mark(after: &RequestAfter) -> String {
    format!("{}~{}", after.key, after.code)
}

fn marked(text: &str) -> Option<RequestAfter> {
    let (key, code) = text.split_once('~')?;
    Some(RequestAfter { key: key.to_owned(), code: Code::new(code).ok()? })
}

struct Writing {
    app: App,
    plan: Code,
    query: RequestQuery,
    lang: Lang,
    form: Form,
    first: bool,
    next: Option<Result<OpenBatch, RequestAfter>>,
}

impl Writing {
    /// The next stretch of the file; nothing behind its end.
    async fn go_on(mut self) -> Result<Option<(String, Self)>, app::AppError> {
        let batch = match self.next.take() {
            None => return Ok(None),
            Some(Ok(batch)) => batch,
            Some(Err(after)) => {
                self.app.open_batch(&self.plan, &self.query, Some(after), PIECE_MOST, self.lang).await?
            }
        };
        let mut text = self.form.rows(&batch, &mut self.first);
        match batch.next {
            Some(after) => self.next = Some(Err(after)),
            None => text.push_str(self.form.tail()),
        }
        Ok(Some((text, self)))
    }
}

async fn file(
    visit: Visit,
    plan: String,
    typed: Typed,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    let portfolio = visit.app.portfolio(&plan, app::read::Asked::default()).await?;
    let query = publicly_asked(&typed, &portfolio, visit.app.wall());
    let what = format!("{form:?} {plan} {}", address(&typed, &[("after", typed.get("after"))]));
    let (mut head, known) = known_version(&visit, &plan, &headers, &what).await?;
    if known {
        return Ok((StatusCode::NOT_MODIFIED, head).into_response());
    }
    head.insert(header::CONTENT_TYPE, HeaderValue::from_static(form.kind()));
    if form == Form::Csv
        && let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"requests-{plan}.csv\""))
    {
        head.insert(header::CONTENT_DISPOSITION, name);
    }
    // A piece of a given length, or the whole file.
    let piece = typed.get("limit").parse::<usize>().ok().map(|most| most.clamp(1, PIECE_MOST));
    let after = marked(typed.get("after"));
    // The first stretch is read before anything is sent: what fails then is told as a failure.
    let mut batch =
        visit.app.open_batch(&plan, &query, after, piece.unwrap_or(PIECE_MOST), visit.lang).await?;
    if piece.is_some()
        && let Some(next) = batch.next.take()
    {
        let conditions = address(&typed, &[("limit", typed.get("limit"))]);
        let link = format!(
            "</p/{plan}/voices.{}?{conditions}{}after={}>; rel=\"next\"",
            match form {
                Form::Csv => "csv",
                Form::Json => "json",
                Form::GeoJson => "geojson",
            },
            if conditions.is_empty() { "" } else { "&" },
            encode(&mark(&next))
        );
        if let Ok(link) = HeaderValue::from_str(&link) {
            head.insert(header::LINK, link);
        }
    }
    let writing =
        Writing { app: visit.app, plan, query, lang: visit.lang, form, first: true, next: Some(Ok(batch)) };
    let start = futures_util::stream::once(async move { Ok::<_, app::AppError>(form.head()) });
    let rest = futures_util::stream::try_unfold(writing, Writing::go_on);
    let body = Body::from_stream(futures_util::StreamExt::chain(start, rest));
    Ok((head, body).into_response())
}

/// The published requests as a table.
pub async fn csv(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    file(visit, plan, Typed(query), headers, Form::Csv).await
}

/// The published requests as a list for programs.
pub async fn json(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    file(visit, plan, Typed(query), headers, Form::Json).await
}

/// Those that have a place, for maps.
pub async fn geojson(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    file(visit, plan, Typed(query), headers, Form::GeoJson).await
}

/// The last whole month.
fn last_month(today: Date) -> (Date, Date) {
    let last = today.first_of_month().yesterday().unwrap_or(today);
    (last.first_of_month(), last)
}

/// The three rates and the time to an answer.
pub async fn rates(
    visit: Visit,
    Path((plan, file)): Path<(String, String)>,
    Query(query): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    let typed = Typed(query);
    let is_csv = match file.as_str() {
        "rates.csv" => true,
        "rates.json" => false,
        _ => return Err(PageError::not_found().in_lang(visit.lang)),
    };
    let today = visit.app.clock().today();
    let (first, _) = last_month(today);
    let from = parse_day(typed.get("from")).unwrap_or(first);
    let to = parse_day(typed.get("to")).unwrap_or_else(|| from.last_of_month());
    let by = RatesBy::parse(typed.get("by")).unwrap_or(RatesBy::Unit);
    // One whole month that is over: of any days, those of one more or less would tell of that day alone.
    if from != from.first_of_month() || to != from.last_of_month() || to >= today {
        return Err(PageError::bad_request().in_lang(visit.lang));
    }
    let what = format!("{file} {plan} {from} {to} {}", by.as_str());
    let (head, known) = known_version(&visit, &plan, &headers, &what).await?;
    if known {
        return Ok((StatusCode::NOT_MODIFIED, head).into_response());
    }
    let found = visit.app.open_rates(&plan, RateQuestion { from, to, by }, visit.lang).await?;
    if !is_csv {
        return Ok((head, Json(found)).into_response());
    }
    let file = attachment(Format::Csv.media_type(), &format!("rates-{plan}-{from}.csv"), rates_csv(&found));
    Ok((head, file).into_response())
}

struct Meaning {
    name: &'static str,
    said: String,
}

#[derive(Template)]
#[template(path = "requests/open_data.html")]
struct OpenDataPage {
    page: Page,
    here: String,
    fields: Vec<Meaning>,
    rate_fields: Vec<Meaning>,
    bys: Vec<(String, String)>,
    from: Date,
    to: Date,
}

/// What there is, and what each field means.
pub async fn page(visit: Visit, Path(plan): Path<String>) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    visit.app.portfolio(&plan, app::read::Asked::default()).await?;
    let meaning = |prefix: &str, name: &'static str| Meaning {
        name,
        said: visit.t(&format!("{prefix}-{}", name.replace('_', "-"))).into_owned(),
    };
    let (from, to) = last_month(visit.app.clock().today());
    let shown = OpenDataPage {
        here: format!("/p/{plan}"),
        fields: FIELDS.iter().map(|name| meaning("open-data-field", name)).collect(),
        rate_fields: RATE_FIELDS.iter().map(|name| meaning("open-data-rate", name)).collect(),
        bys: RatesBy::ALL
            .iter()
            .map(|by| (by.as_str().to_owned(), visit.t(&format!("rates-by-{}", by.as_str())).into_owned()))
            .collect(),
        from,
        to,
        page: visit.page(visit.t("open-data-title")),
    };
    render(StatusCode::OK, &shown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn pieces_begin_where_the_last_one_ended() {
        let after = RequestAfter { key: "2019-08-14T09:30:00".into(), code: Code::new("HT-R-1").unwrap() };
        assert_eq!(marked(&mark(&after)), Some(after));
        assert_eq!(marked("2019"), None);
        assert_eq!(last_month(date(2019, 3, 1)), (date(2019, 2, 1), date(2019, 2, 28)));
    }
}
