//! Reading published requests. Nothing that is not published, and nothing personal, is ever in an answer.

use app::request::{OpenRequest, RequestPaging, states_of};
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
/// The farthest page by number.
const PAGE_MOST: usize = 1_000;

/// An answer, with what its caller should know.
pub struct Found {
    pub list: Node,
    pub warning: Option<String>,
}

pub async fn requests(
    server: &Server,
    held: &Jurisdiction,
    asked: &Asked,
    lang: Lang,
) -> Result<Found, Fault> {
    let numbers = asked.list("service_request_id");
    let extended = asked.yes("extensions");
    let most = if extended { EXTENDED_MOST } else { MOST };
    let size = asked.whole("page_size", MOST)?.unwrap_or(MOST).min(most);
    let page = asked.whole("page", PAGE_MOST)?.unwrap_or(1);
    let paging = RequestPaging { skip: (page - 1) * size, limit: size, ..RequestPaging::default() };
    let (query, warning) = if numbers.is_empty() {
        query(server, asked)?
    } else {
        // Numbers override everything else; those that nobody knows are left out.
        if numbers.len() > MOST {
            return Err(Fault::bad(format!("at most {MOST} service_request_id at once")));
        }
        (RequestQuery { codes: codes(&numbers), ..RequestQuery::default() }, None)
    };
    let nothing = !numbers.is_empty() && query.codes.is_empty()
        || asked.get("service_code").is_some() && numbers.is_empty() && query.categories.is_empty();
    let rows = match nothing {
        true => Vec::new(),
        false => server.app.open_page(&held.plan, &query, &paging, lang).await?,
    };
    let mut list = Vec::new();
    for row in &rows {
        list.push(request(server, held, row, extended, lang).await?);
    }
    Ok(Found { list: Node::List("request", list), warning })
}

/// What a list is narrowed to.
fn query(server: &Server, asked: &Asked) -> Result<(RequestQuery, Option<String>), Fault> {
    let zone = server.app.clock().zone().clone();
    let (from, to, warning) = span(server, asked)?;
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
    Ok((query, warning))
}

type Span = (Option<DateTime>, Option<DateTime>, Option<String>);

/// When they came in: without any day the last ninety days, with one the ninety days on its side. Whoever keeps
/// up with changes asks by those.
fn span(server: &Server, asked: &Asked) -> Result<Span, Fault> {
    let zone = server.app.clock().zone().clone();
    let (start, end) = (asked.moment("start_date", &zone)?, asked.moment("end_date", &zone)?);
    let most = DAYS.days();
    let now = server.app.wall();
    Ok(match (start, end) {
        (None, None) if asked.get("updated_after").is_some() => (None, None, None),
        (None, None) => (Some(now.saturating_sub(most)), None, None),
        (Some(start), None) => (Some(start), Some(start.saturating_add(most)), None),
        (None, Some(end)) => (Some(end.saturating_sub(most)), Some(end), None),
        (Some(start), Some(end)) if end < start => {
            return Err(Fault::bad("start_date must not be later than end_date"));
        }
        (Some(start), Some(end)) => {
            let last = start.saturating_add(most);
            let warning =
                (end > last).then(|| format!("a span is at most {DAYS} days: end_date was taken as {last}"));
            (Some(start), Some(end.min(last)), warning)
        }
    })
}

/// One request by its number.
pub async fn one(
    server: &Server,
    held: &Jurisdiction,
    number: &str,
    asked: &Asked,
    lang: Lang,
) -> Result<Node, Fault> {
    let unknown = || Fault::not_found("service_request_id is not known here");
    let code = Code::new(number).map_err(|_| unknown())?;
    let query = RequestQuery { codes: vec![code], ..RequestQuery::default() };
    let paging = RequestPaging { limit: 1, ..RequestPaging::default() };
    let rows = server.app.open_page(&held.plan, &query, &paging, lang).await?;
    let row = rows.first().ok_or_else(unknown)?;
    Ok(Node::List("request", vec![request(server, held, row, asked.yes("extensions"), lang).await?]))
}

async fn request(
    server: &Server,
    held: &Jurisdiction,
    row: &OpenRequest,
    extended: bool,
    lang: Lang,
) -> Result<Node, Fault> {
    let degrees = |value: Option<f64>| value.map_or(Node::Null, Node::Number);
    let mut fields = vec![
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
        ("media_url", Node::Null),
    ];
    if extended {
        fields.extend(extension(server, held, row, lang).await?);
    }
    Ok(Node::Record(fields))
}

/// What the standard has no fields for, and others have given names.
async fn extension(
    server: &Server,
    held: &Jurisdiction,
    row: &OpenRequest,
    lang: Lang,
) -> Result<Vec<(&'static str, Node)>, Fault> {
    let unknown = || Fault::not_found("service_request_id is not known here");
    let code = Code::new(&row.service_request_id).map_err(|_| unknown())?;
    let history = server.app.open_history(&held.plan, &code, lang).await?;
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
    Ok(vec![
        (
            "extended_attributes",
            Node::Record(vec![
                ("title", Node::text(row.title.clone())),
                ("detailed_status", Node::text(row.detailed_status)),
                ("source", Node::text(row.source.clone())),
                ("media_urls", Node::List("media_url", Vec::new())),
            ]),
        ),
        ("attributes", Node::List("attribute", attributes.collect())),
        ("notes", Node::List("note", notes.collect())),
    ])
}
