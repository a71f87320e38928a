//! Reading published requests. Nothing that is not published, and nothing personal, is ever in an answer.

use std::collections::BTreeMap;

use app::request::{OpenHistory, OpenPage, OpenRequest, RequestPaging, SKIP_MOST, states_of};
use domain::code::Code;
use domain::request::query::RequestQuery;
use jiff::ToSpan;
use jiff::civil::DateTime;
use words::Lang;

use crate::Server;
use crate::asked::{Asked, codes};
use crate::fault::Fault;
use crate::form::Node;
use crate::jurisdiction::Jurisdiction;

/// The most requests of one answer, and the days of one span.
const MOST: usize = 1_000;
const DAYS: i64 = 90;
/// Requests whose whole history goes into one answer.
const EXTENDED_MOST: usize = 200;
/// How far from a point is looked for, in metres.
const RADIUS_MOST: usize = 5_000;

/// An answer, with what its caller should know.
pub struct Found {
    pub list: Node,
    pub warning: Option<String>,
}

impl Found {
    pub fn new(list: Node, warnings: &[String]) -> Self {
        Self { list, warning: (!warnings.is_empty()).then(|| warnings.join("; ")) }
    }
}

pub async fn requests(
    server: &Server,
    held: &Jurisdiction,
    asked: &Asked,
    site: &str,
    lang: Lang,
) -> Result<Found, Fault> {
    let numbers = asked.list("service_request_id");
    let extended = asked.yes("extensions");
    // A page that is shorter than was asked for is taken for the last one: none is cut without a word.
    let size = match extended {
        true => asked
            .whole("page_size", EXTENDED_MOST)
            .map_err(|fault| fault.and("where extensions=true asks for whole histories"))?
            .unwrap_or(EXTENDED_MOST),
        false => asked.whole("page_size", MOST)?.unwrap_or(MOST),
    };
    let page = asked.whole("page", SKIP_MOST + 1)?.unwrap_or(1);
    let skip = (page - 1) * size;
    if skip > SKIP_MOST {
        return Err(Fault::bad(format!(
            "pages reach over at most {SKIP_MOST} requests: narrow start_date and end_date, or service_code"
        )));
    }
    let paging = RequestPaging { skip, limit: size, ..RequestPaging::default() };
    let (query, mut warnings) = if numbers.is_empty() {
        query(server, asked)?
    } else {
        // Numbers override everything else; those that nobody knows are left out.
        if numbers.len() > MOST {
            return Err(Fault::bad(format!("at most {MOST} service_request_id at once")));
        }
        (RequestQuery { codes: codes(&numbers), ..RequestQuery::default() }, Vec::new())
    };
    let nothing = !numbers.is_empty() && query.codes.is_empty()
        || asked.get("service_code").is_some() && numbers.is_empty() && query.categories.is_empty();
    let OpenPage { rows, more } = match nothing {
        true => OpenPage::default(),
        false => server.app.open_page(&held.plan, &query, &paging, lang).await?,
    };
    if more {
        warnings.push(format!("more requests follow: go on with page={} and page_size={size}", page + 1));
    }
    let list = Node::List("request", told(server, held, &rows, extended, (site, lang)).await?);
    Ok(Found::new(list, &warnings))
}

/// Requests as they are told, with their histories where those are asked for.
async fn told(
    server: &Server,
    held: &Jurisdiction,
    rows: &[OpenRequest],
    extended: bool,
    (site, lang): (&str, Lang),
) -> Result<Vec<Node>, Fault> {
    let media = media(server, held, rows, site).await?;
    let seen = |row: &OpenRequest| media.get(&row.service_request_id).map_or(&[][..], Vec::as_slice);
    if !extended {
        return Ok(rows.iter().map(|row| Node::Record(request(row, seen(row)))).collect());
    }
    let numbers: Vec<&str> = rows.iter().map(|row| row.service_request_id.as_str()).collect();
    let histories = server.app.open_histories(&held.plan, codes(&numbers), lang).await?;
    let whole = rows.iter().filter_map(|row| {
        // One that was taken back in between is left out.
        let history = histories.get(row.service_request_id.as_str())?;
        let whole = request(row, seen(row)).into_iter().chain(extension(row, history, seen(row)));
        Some(Node::Record(whole.collect()))
    });
    Ok(whole.collect())
}

/// The addresses of the photos that everybody may see, by request.
async fn media(
    server: &Server,
    held: &Jurisdiction,
    rows: &[OpenRequest],
    site: &str,
) -> Result<BTreeMap<String, Vec<String>>, Fault> {
    let numbers = rows.iter().map(|row| row.service_request_id.clone()).collect();
    let mut out: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (request, photo) in server.app.shown_photos(&held.plan, numbers).await? {
        let address = format!("{site}/p/{}/voices/{request}/photos/{photo}.jpg", held.plan);
        out.entry(request.to_string()).or_default().push(address);
    }
    Ok(out)
}

/// What a list is narrowed to.
fn query(server: &Server, asked: &Asked) -> Result<(RequestQuery, Vec<String>), Fault> {
    let zone = server.app.clock().zone().clone();
    let (from, to, warnings) = span(server, asked)?;
    let mut states = Vec::new();
    for word in asked.list("status") {
        states.extend(match word.to_ascii_lowercase().as_str() {
            "open" => states_of(true),
            "closed" => states_of(false),
            _ => return Err(Fault::bad("status must be open or closed")),
        });
    }
    let point = asked.point()?;
    let radius = asked.whole("radius", RADIUS_MOST)?;
    let near = match (point, radius) {
        (Some(point), radius) => Some((point, radius.unwrap_or(250) as u32)),
        (None, Some(_)) => return Err(Fault::bad("lat and long required where radius is given")),
        (None, None) => None,
    };
    let query = RequestQuery {
        text: asked.get("q").unwrap_or_default().to_owned(),
        states,
        categories: codes(&asked.list("service_code")),
        received_from: from,
        received_to: to,
        moved_from: asked.moment("updated_after", &zone)?,
        moved_to: asked.moment("updated_before", &zone)?,
        near,
        within: asked.corners()?,
        ..RequestQuery::default()
    };
    Ok((query, warnings))
}

type Span = (Option<DateTime>, Option<DateTime>, Vec<String>);

/// When they came in: without any day the last ninety days, with one the ninety days on its side. Whoever keeps
/// up with changes asks by those.
fn span(server: &Server, asked: &Asked) -> Result<Span, Fault> {
    let zone = server.app.clock().zone().clone();
    let (start, end) = (asked.moment("start_date", &zone)?, asked.moment("end_date", &zone)?);
    let most = DAYS.days();
    let now = server.app.wall();
    Ok(match (start, end) {
        (None, None) if asked.get("updated_after").is_some() => (None, None, Vec::new()),
        (None, None) => (Some(now.saturating_sub(most)), None, Vec::new()),
        (None, Some(end)) => {
            let first = end.saturating_sub(most);
            (
                Some(first),
                Some(end),
                vec![format!("a span is at most {DAYS} days: start_date was taken as {first}")],
            )
        }
        (Some(start), Some(end)) if end < start => {
            return Err(Fault::bad("start_date must not be later than end_date"));
        }
        (Some(start), end) => {
            let last = start.saturating_add(most);
            let cut = end.unwrap_or(now) > last;
            let said = cut.then(|| format!("a span is at most {DAYS} days: end_date was taken as {last}"));
            (Some(start), Some(end.map_or(last, |end| end.min(last))), said.into_iter().collect())
        }
    })
}

/// One request by its number.
pub async fn one(
    server: &Server,
    held: &Jurisdiction,
    number: &str,
    asked: &Asked,
    site: &str,
    lang: Lang,
) -> Result<Node, Fault> {
    let unknown = || Fault::not_found("service_request_id is not known here");
    let code = Code::new(number).map_err(|_| unknown())?;
    let query = RequestQuery { codes: vec![code], ..RequestQuery::default() };
    let paging = RequestPaging { limit: 1, ..RequestPaging::default() };
    let page = server.app.open_page(&held.plan, &query, &paging, lang).await?;
    let list = told(server, held, &page.rows, asked.yes("extensions"), (site, lang)).await?;
    if list.is_empty() { Err(unknown()) } else { Ok(Node::List("request", list)) }
}

/// What the standard tells of a request.
fn request(row: &OpenRequest, media: &[String]) -> Vec<(&'static str, Node)> {
    let degrees = |value: Option<f64>| value.map_or(Node::Null, Node::Number);
    vec![
        ("service_request_id", Node::text(row.service_request_id.clone())),
        ("status", Node::text(row.status_description)),
        ("status_notes", Node::text(row.status_notes.clone())),
        ("service_name", Node::or_null(&row.service_name)),
        ("service_code", Node::text(row.service_code.clone())),
        ("description", Node::text(row.description.clone())),
        ("agency_responsible", Node::or_null(&row.agency_responsible)),
        ("service_notice", Node::Null),
        ("requested_datetime", Node::text(row.requested_datetime.clone())),
        ("updated_datetime", Node::text(row.updated_datetime.clone())),
        ("expected_datetime", Node::maybe(row.expected_datetime.clone())),
        ("address", Node::or_null(&row.address)),
        ("address_id", Node::or_null(&row.address_id)),
        ("zipcode", Node::Null),
        ("lat", degrees(row.lat)),
        ("long", degrees(row.long)),
        ("media_url", media.first().map_or(Node::Null, |address| Node::text(address.clone()))),
    ]
}

/// What the standard has no fields for, and others have given names.
fn extension(row: &OpenRequest, history: &OpenHistory, media: &[String]) -> Vec<(&'static str, Node)> {
    let notes = history.notes.iter().map(|note| {
        Node::Record(vec![
            ("datetime", Node::text(note.datetime.clone())),
            ("description", Node::text(note.description.clone())),
            ("type", Node::text(note.kind)),
        ])
    });
    let attributes = history.details.iter().map(|detail| {
        let values = detail.values.iter().map(|value| Node::text(value.clone()));
        Node::Record(vec![
            ("code", Node::text(detail.question.as_str())),
            ("label", Node::text(detail.label.clone())),
            ("values", Node::List("value", values.collect())),
        ])
    });
    vec![
        (
            "extended_attributes",
            Node::Record(vec![
                ("title", Node::text(row.title.clone())),
                ("detailed_status", Node::text(row.detailed_status)),
                ("source", Node::text(row.source.clone())),
                ("media_urls", Node::List("media_url", media.iter().cloned().map(Node::text).collect())),
            ]),
        ),
        ("attributes", Node::List("attribute", attributes.collect())),
        ("notes", Node::List("note", notes.collect())),
    ]
}
