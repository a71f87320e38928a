//! Published requests as open data, in the fields that Open311 names: a table or a list for programs.

use domain::code::Code;
use domain::journal::Seq;
use domain::portfolio::Portfolio;
use domain::request::public::names_home;
use domain::request::query::{RequestAfter, RequestPaging, RequestQuery};
use domain::request::{ClockKind, RequestRow, RequestState, ShownPlace};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde::Serialize;
use words::Lang;

use crate::App;
use crate::error::AppError;
use crate::read::Asked;

/// The requests that are read together for a file.
const BATCH: usize = 500;

/// One published request.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OpenRequest {
    pub service_request_id: String,
    pub requested_datetime: String,
    pub updated_datetime: String,
    pub closed_date: Option<String>,
    /// `open` or `closed`.
    pub status_description: &'static str,
    /// The state in words.
    pub status_notes: String,
    pub source: String,
    pub service_code: String,
    pub service_name: String,
    /// What kind of request it is, in words.
    pub service_subtype: String,
    pub description: String,
    pub agency_responsible: String,
    pub address: String,
    /// The area's code.
    pub address_id: String,
    pub lat: Option<f64>,
    pub long: Option<f64>,
    pub title: String,
    /// The state as programs name it.
    pub detailed_status: &'static str,
    /// When its answer is due, once it has been spoken of with whoever asked and while it is not paused.
    pub expected_datetime: Option<String>,
    /// `exact`, or `blurred` where the point is the middle of a square or of the area.
    pub place_shown: &'static str,
}

/// A page of published requests.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OpenPage {
    pub rows: Vec<OpenRequest>,
    /// Whether others follow.
    pub more: bool,
}

/// The states that are open to programs, or those that are not.
pub fn states_of(open: bool) -> Vec<RequestState> {
    RequestState::ALL.iter().copied().filter(|state| state.is_open() == open).collect()
}

/// The columns of the table; what each means is said by the key `open-data-field-…`. Those that cities have agreed on
/// for such files come first and in their order, so that what reads theirs reads ours.
pub const FIELDS: [&str; 20] = [
    "service_request_id",
    "requested_datetime",
    "updated_datetime",
    "closed_date",
    "status_description",
    "status_notes",
    "source",
    "service_name",
    "service_subtype",
    "description",
    "agency_responsible",
    "address",
    "lat",
    "long",
    "service_code",
    "title",
    "detailed_status",
    "address_id",
    "expected_datetime",
    "place_shown",
];

impl OpenRequest {
    fn of(portfolio: &Portfolio, row: &RequestRow, lang: Lang, offset: &dyn Fn(DateTime) -> String) -> Self {
        let english = lang.is_english();
        let word = |list: &str, value: &str| {
            words::text(lang, &format!("{list}-{}", value.replace('_', "-"))).into_owned()
        };
        let category = row.category.as_ref().and_then(|code| portfolio.plan.request_category(code.as_str()));
        let unit = row.lead_unit.as_ref().and_then(|code| portfolio.units.get(code));
        let area = row.area.as_ref().and_then(|code| portfolio.areas.get(code));
        let place: Vec<&str> = area
            .map(|area| area.name.get(english))
            .into_iter()
            .chain([row.address.as_str()])
            .filter(|text| !text.is_empty())
            .collect();
        let shown = category.map_or(ShownPlace::Exact, |held| held.shown_place);
        let blurred = row.point.is_some() && (shown != ShownPlace::Exact || names_home(&row.address));
        let is_open = row.state.is_open();
        let degrees = |millionths: i32| f64::from(millionths) / 1e6;
        Self {
            service_request_id: row.code.to_string(),
            requested_datetime: offset(row.received),
            updated_datetime: offset(row.since),
            closed_date: (!is_open).then(|| offset(row.since)),
            status_description: if is_open { "open" } else { "closed" },
            status_notes: word("request-state", row.state.as_str()),
            source: word("request-channel", row.channel.as_str()),
            service_code: row.category.as_ref().map(Code::to_string).unwrap_or_default(),
            service_name: category.map(|held| held.name.get(english).to_owned()).unwrap_or_default(),
            service_subtype: word("request-kind", row.kind.as_str()),
            description: row.text.clone(),
            agency_responsible: unit.map(|unit| unit.name.get(english).to_owned()).unwrap_or_default(),
            address: place.join(" "),
            address_id: row.area.as_ref().map(Code::to_string).unwrap_or_default(),
            lat: row.point.map(|point| degrees(point.latitude)),
            long: row.point.map(|point| degrees(point.longitude)),
            title: row.title.clone(),
            detailed_status: row.state.as_str(),
            place_shown: if blurred { "blurred" } else { "exact" },
            // When it is to be answered, while that limit is the one that runs.
            expected_datetime: row
                .limit
                .filter(|(kind, _)| is_open && !row.state.pauses() && *kind == ClockKind::Resolution)
                .map(|(_, due)| offset(due)),
        }
    }

    fn cells(&self) -> [String; 20] {
        let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
        [
            self.service_request_id.clone(),
            self.requested_datetime.clone(),
            self.updated_datetime.clone(),
            self.closed_date.clone().unwrap_or_default(),
            self.status_description.to_owned(),
            self.status_notes.clone(),
            self.source.clone(),
            self.service_name.clone(),
            self.service_subtype.clone(),
            self.description.clone(),
            self.agency_responsible.clone(),
            self.address.clone(),
            number(self.lat),
            number(self.long),
            self.service_code.clone(),
            self.title.clone(),
            self.detailed_status.to_owned(),
            self.address_id.clone(),
            self.expected_datetime.clone().unwrap_or_default(),
            self.place_shown.to_owned(),
        ]
    }
}

/// A moment of the plan's office with how far its clocks are ahead of universal time.
pub(super) fn with_offset(zone: &TimeZone, at: DateTime) -> String {
    let moments = (TimeZone::UTC.to_timestamp(at), zone.to_timestamp(at));
    let ahead = match moments {
        (Ok(wall), Ok(moment)) => (wall.as_second() - moment.as_second()) / 60,
        _ => 0,
    };
    let sign = if ahead < 0 { '-' } else { '+' };
    let ahead = ahead.unsigned_abs();
    format!("{}{sign}{:02}:{:02}", at.strftime("%Y-%m-%dT%H:%M:%S"), ahead / 60, ahead % 60)
}

/// A cell as RFC 4180 has it. What a spreadsheet would take for a formula is put as text.
pub fn cell(text: &str) -> String {
    let guarded = match text.chars().next() {
        Some('=' | '+' | '@' | '\t' | '\r') => format!("'{text}"),
        Some('-') if text.parse::<f64>().is_err() => format!("'{text}"),
        _ => text.to_owned(),
    };
    if guarded.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", guarded.replace('"', "\"\""))
    } else {
        guarded
    }
}

/// A line of a table, of cells that a spreadsheet must not take for formulas.
pub fn csv_line<C: AsRef<str>>(cells: impl IntoIterator<Item = C>) -> String {
    let mut out = cells.into_iter().map(|text| cell(text.as_ref())).collect::<Vec<_>>().join(",");
    out.push_str("\r\n");
    out
}

/// The table's first line, with a mark at its beginning by which spreadsheets know UTF-8.
pub fn csv_head() -> String {
    format!("\u{feff}{}", csv_line(FIELDS.map(str::to_owned)))
}

/// Some rows of the table.
pub fn csv_rows(rows: &[OpenRequest]) -> String {
    rows.iter().map(|row| csv_line(row.cells())).collect()
}

/// Some published requests, and behind which one others follow.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OpenBatch {
    pub rows: Vec<OpenRequest>,
    pub next: Option<RequestAfter>,
}

/// By what a program knows that nothing has changed: the last entry that can have changed anything published, the
/// day, and when it was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenVersion {
    pub seq: Seq,
    pub day: Date,
    pub recorded_at: Timestamp,
}

impl App {
    /// A page of published requests, whatever else is asked for.
    pub async fn open_page(
        &self,
        plan: &Code,
        query: &RequestQuery,
        paging: &RequestPaging,
        lang: Lang,
    ) -> Result<OpenPage, AppError> {
        let (rows, next) = self.open_rows(plan, query, paging, lang).await?;
        Ok(OpenPage { rows, more: next.is_some() })
    }

    /// The published requests behind one, newest first: a file of all of them is made piece by piece.
    pub async fn open_batch(
        &self,
        plan: &Code,
        query: &RequestQuery,
        after: Option<RequestAfter>,
        most: usize,
        lang: Lang,
    ) -> Result<OpenBatch, AppError> {
        let paging = RequestPaging { after, limit: most.clamp(1, BATCH), ..RequestPaging::default() };
        let (rows, next) = self.open_rows(plan, query, &paging, lang).await?;
        Ok(OpenBatch { rows, next })
    }

    async fn open_rows(
        &self,
        plan: &Code,
        query: &RequestQuery,
        paging: &RequestPaging,
        lang: Lang,
    ) -> Result<(Vec<OpenRequest>, Option<RequestAfter>), AppError> {
        let portfolio = self.portfolio(plan, Asked::default()).await?;
        let zone = self.clock().zone().clone();
        let offset = move |at: DateTime| with_offset(&zone, at);
        let page = self.public_requests(plan, query, paging).await?;
        let rows = page.rows.iter().map(|row| OpenRequest::of(&portfolio, row, lang, &offset)).collect();
        Ok((rows, page.next))
    }

    /// The version of everything that is published of a plan's requests.
    pub async fn open_version(&self, plan: &Code) -> Result<OpenVersion, AppError> {
        let plan = plan.clone();
        // Of what this reader's rules are as of: what is sent may be newer than its version, and never older.
        let known = self.head().await?;
        let (seq, recorded_at) = self.database().read_async(move |c| c.request_version(&plan, known)).await?;
        Ok(OpenVersion { seq, day: self.clock().today(), recorded_at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_hold_what_they_are_given_and_run_nothing() {
        assert_eq!(cell("a,\"b\"\nc"), "\"a,\"\"b\"\"\nc\"");
        assert_eq!(cell("=1+1"), "'=1+1");
        assert_eq!(cell("-3.5"), "-3.5");
        assert_eq!(cell("-x"), "'-x");
        assert_eq!(cell("路灯"), "路灯");
    }

    #[test]
    fn what_cities_have_agreed_on_comes_first() {
        let agreed = "service_request_id,requested_datetime,updated_datetime,closed_date,status_description,\
                      status_notes,source,service_name,service_subtype,description,agency_responsible,address,\
                      lat,long";
        assert!(csv_head().starts_with(&format!("\u{feff}{agreed},")), "{}", csv_head());
    }

    #[test]
    fn moments_tell_their_zone() {
        let at = jiff::civil::date(2019, 8, 14).at(9, 30, 0, 0);
        let beijing = TimeZone::get("Asia/Shanghai").unwrap();
        assert_eq!(with_offset(&beijing, at), "2019-08-14T09:30:00+08:00");
        assert_eq!(with_offset(&TimeZone::UTC, at), "2019-08-14T09:30:00+00:00");
    }
}
