//! The desk's list: every request, filtered, paged, with what is late and what nobody has looked at.

use app::read::Asked;
use app::request::{BehindNumber, RateNumber, RatesBy, RequestPaging, RequestsFound};
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::item::Target as Thing;
use domain::planned_date::parse_day;
use domain::policy::Action;
use domain::portfolio::Portfolio;
use domain::request::query::{Counted, RequestAfter, RequestOrder, RequestQuery};
use domain::request::rate::RateSide;
use domain::request::{Channel, RequestKind, RequestRow, RequestState};
use jiff::civil::DateTime;

use super::choices::{self, category_name, excerpt, place, unit_name, words_of};
use crate::editor::field::{Choice, Typed};
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::ledger::staff_only;
use crate::page::Page;
use crate::visit::{Visit, render};
use crate::words_of::{day, encode, moment, word};

const PAGE_SIZE: usize = 50;
/// Reported requests that are named above the list.
const FLAGGED: usize = 20;

/// A request as lists show it.
pub(crate) struct Line {
    pub code: String,
    pub title: String,
    pub category: String,
    pub place: String,
    pub received: String,
    pub due: String,
    pub late: bool,
    pub paused: bool,
    pub unit: String,
    pub state: &'static str,
    pub state_name: String,
    pub excerpt: String,
}

pub(crate) fn line(portfolio: &Portfolio, row: &RequestRow, now: DateTime, lang: words::Lang) -> Line {
    Line {
        code: row.code.to_string(),
        title: row.title.clone(),
        category: category_name(portfolio, row.category.as_ref(), lang),
        place: place(portfolio, row.area.as_ref(), &row.address, lang),
        received: moment(lang, row.received),
        due: row.limit.map_or_else(String::new, |(_, due)| moment(lang, due)),
        late: row.is_late(now),
        paused: row.state.pauses() && row.state.is_open(),
        unit: unit_name(portfolio, row.lead_unit.as_ref(), lang),
        state: row.state.as_str(),
        state_name: word(lang, "request-state", row.state.as_str()),
        excerpt: excerpt(&row.text, 120),
    }
}

/// How many a list has.
pub(super) fn counted(visit: &Visit, total: Counted) -> String {
    let key = if total.more { "requests-count-more" } else { "requests-count" };
    visit.tw(key, &[("count", &total.number.to_string())])
}

struct Count {
    label: String,
    /// With a `+` where there are more.
    count: String,
    address: String,
    is_here: bool,
}

#[derive(Template)]
#[template(path = "requests/list.html")]
struct ListPage {
    page: Page,
    typed: Typed,
    counts: Vec<Count>,
    lines: Vec<Line>,
    said: String,
    /// Which number of the rates it opens, and as of when.
    behind: String,
    standing: String,
    states: Vec<Choice>,
    categories: Vec<Choice>,
    units: Vec<Choice>,
    areas: Vec<Choice>,
    kinds: Vec<Choice>,
    channels: Vec<Choice>,
    next: String,
    first: String,
    narrowed: bool,
    may_file: bool,
    /// Requests that readers reported, each with what they say of it.
    flagged: Vec<(String, String)>,
    /// What may be done with many at once.
    bulk: Vec<Choice>,
}

impl ListPage {
    fn is(&self, name: &str, value: &str) -> bool {
        self.typed.get(name) == value
    }
}

/// The query that an address asks.
pub(super) fn asked(typed: &Typed, portfolio: &Portfolio, now: DateTime) -> RequestQuery {
    let code = |name: &str| Code::new(typed.get(name)).ok();
    let day = |name: &str| parse_day(typed.get(name));
    let state = RequestState::parse(typed.get("state"));
    let mut query = RequestQuery {
        text: typed.get("q").to_owned(),
        states: state.into_iter().collect(),
        kind: RequestKind::parse(typed.get("kind")),
        channel: Channel::parse(typed.get("channel")),
        // Of several, any: a figure may count more than one.
        categories: typed.joined("category").split(';').filter_map(|one| Code::new(one).ok()).collect(),
        unit: code("unit"),
        areas: code("area").map(|area| portfolio.areas_below(&area)).unwrap_or_default(),
        received_from: day("from").map(|day| day.at(0, 0, 0, 0)),
        received_to: day("to").map(|day| day.at(23, 59, 59, 0)),
        ..RequestQuery::default()
    };
    match typed.get("standing") {
        "open" if query.states.is_empty() => {
            query.states = RequestState::ALL.iter().copied().filter(|state| state.is_open()).collect();
        }
        "late" => query.late_at = Some(now),
        "unlooked" => query.unlooked = true,
        "asks" => query.asks = true,
        "desk" => query.desk = true,
        _ => {}
    }
    if let Some(item) = code("item") {
        query.link = Some(Thing::Item(item));
    } else if let Some(project) = code("project") {
        query.link = Some(Thing::Project(project));
    }
    query
}

/// The number of the rates that an address opens.
fn number(typed: &Typed) -> Option<RateNumber> {
    let line = RatesBy::parse(typed.get("rate_by")).map(|by| (by, typed.get("rate_line").to_owned()));
    Some(RateNumber {
        from: parse_day(typed.get("rate_from"))?,
        to: parse_day(typed.get("rate_to"))?,
        line,
        side: RateSide::parse(typed.get("side"))?,
        issue: typed.get("issue").parse().ok(),
    })
}

/// Which number it is, and as of when.
fn behind_said(visit: &Visit, portfolio: &Portfolio, number: &RateNumber, behind: &BehindNumber) -> String {
    let lang = visit.lang;
    let line = number.line.as_ref().map_or_else(
        || visit.t("rates-all").into_owned(),
        |(by, line)| super::rates::line_name(portfolio, *by, line, lang),
    );
    let side = visit.t(&format!("rate-side-{}", number.side.as_str().replace('_', "-"))).into_owned();
    let (from, to) = (day(lang, behind.days.0), day(lang, behind.days.1));
    let args = [("line", &*line), ("side", &*side), ("from", &*from), ("to", &*to)];
    let mut said = vec![visit.tw("rates-behind", &args)];
    match number.issue {
        Some(issue) => said.push(visit.tw("rates-behind-issue", &[("number", &issue.to_string())])),
        None if behind.then => said.push(visit.t("rates-behind-then").into_owned()),
        None => {}
    }
    let total = behind.found.total;
    // The programs that counted it may have gone by other rules than this one.
    if let Some(published) = behind.published.filter(|held| !total.more && *held != total.number) {
        said.push(visit.tw("rates-behind-published", &[("count", &published.to_string())]));
    }
    said.join(if lang.is_english() { " " } else { "" })
}

/// The conditions of an address, without where a page began and with others in their place.
pub(super) fn address(typed: &Typed, changed: &[(&str, &str)]) -> String {
    // The number that it opens is one of a day; lists of anything else are of today.
    let of_day = !typed.get("side").is_empty();
    let left: &[&str] = if of_day { &["after", "key"] } else { &["after", "key", "as_of", "known_at"] };
    let kept = typed.0.iter().filter(|(name, value)| {
        !value.is_empty() && !left.contains(&name.as_str()) && !changed.iter().any(|(other, _)| other == name)
    });
    let kept = kept.map(|(name, value)| (name.as_str(), value.as_str()));
    let pairs = kept.chain(changed.iter().copied()).filter(|(_, value)| !value.is_empty());
    pairs.map(|(name, value)| format!("{name}={}", encode(value))).collect::<Vec<_>>().join("&")
}

pub(super) fn after(typed: &Typed) -> Option<RequestAfter> {
    let code = Code::new(typed.get("after")).ok()?;
    Some(RequestAfter { key: typed.get("key").to_owned(), code })
}

/// What readers reported of published requests, for those who moderate.
async fn flagged(visit: &Visit, plan: &Code) -> Result<Vec<(String, String)>, PageError> {
    if !visit.actor.may_somewhere(Action::TakeRequest) {
        return Ok(Vec::new());
    }
    let all = visit.app.flagged_requests(plan).await?;
    Ok(all
        .into_iter()
        .take(FLAGGED)
        .map(|(code, grounds)| (code.to_string(), super::one::reported(visit.lang, grounds)))
        .collect())
}

pub async fn show(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    staff_only(&visit)?;
    let typed = Typed(query);
    let portfolio = visit.app.portfolio(&plan, Asked::default()).await?;
    let (lang, now) = (visit.lang, visit.app.wall());
    let wanted = asked(&typed, &portfolio, now);
    let order = RequestOrder::parse(typed.get("order")).unwrap_or_default();
    let paging = RequestPaging { order, after: after(&typed), skip: 0, limit: PAGE_SIZE };
    let number = number(&typed);
    let (found, behind) = match &number {
        None => (visit.app.requests_found(&plan, &wanted, &paging).await?, String::new()),
        Some(number) => {
            let behind = visit.app.requests_behind(&plan, number, wanted, visit.asked, &paging).await?;
            let behind = behind.ok_or_else(|| PageError::not_found().in_lang(lang))?;
            let said = behind_said(&visit, &portfolio, number, &behind);
            (behind.found, said)
        }
    };
    let RequestsFound { page: found, total } = found;
    let counts = visit.app.request_counts(&plan).await?;
    let asks = RequestQuery { asks: true, ..RequestQuery::default() };
    let asks = visit.app.request_count(&plan, &asks).await?;
    let desk = RequestQuery { desk: true, ..RequestQuery::default() };
    let desk = visit.app.request_count(&plan, &desk).await?;
    let up_to = |of: Counted| format!("{}{}", of.number, if of.more { "+" } else { "" });
    let page = visit.page(visit.t("requests-title"));
    let here = format!("/p/{plan}/requests");
    let link = |query: String| if query.is_empty() { here.clone() } else { format!("{here}?{query}") };
    let standing = typed.get("standing").to_owned();
    let heads = [
        ("open", "requests-open", counts.open().to_string()),
        ("late", "requests-late", up_to(counts.late)),
        ("desk", "requests-desk", up_to(desk)),
        ("asks", "requests-asks", up_to(asks)),
        ("unlooked", "requests-unlooked", counts.unlooked.to_string()),
        ("", "requests-all", counts.all().to_string()),
    ];
    let said = counted(&visit, total);
    let any = |list: Vec<Choice>| {
        let mut out = vec![Choice::new("", visit.t("filter-any"))];
        out.extend(list);
        out
    };
    let shown = ListPage {
        counts: heads
            .into_iter()
            .map(|(value, key, count)| Count {
                label: visit.t(key).into_owned(),
                count,
                address: link(if value.is_empty() { String::new() } else { format!("standing={value}") }),
                is_here: standing == value && typed.get("state").is_empty(),
            })
            .collect(),
        behind,
        lines: found.rows.iter().map(|row| line(&portfolio, row, now, lang)).collect(),
        said,
        states: any(words_of(lang, "request-state", RequestState::ALL.iter().map(|it| it.as_str()))),
        categories: choices::categories(&portfolio, lang, "filter-any"),
        units: choices::units(&portfolio, lang, "filter-any"),
        areas: choices::all_areas(&portfolio, lang, "filter-any"),
        kinds: any(choices::kinds(lang)),
        channels: any(words_of(lang, "request-channel", Channel::ALL.iter().map(|it| it.as_str()))),
        next: found.next.map_or_else(String::new, |after| {
            link(address(&typed, &[("key", &after.key), ("after", after.code.as_str())]))
        }),
        first: if after(&typed).is_some() { link(address(&typed, &[])) } else { String::new() },
        narrowed: !address(&typed, &[("order", ""), ("standing", "")]).is_empty(),
        may_file: visit.actor.may_somewhere(Action::TakeRequest),
        flagged: flagged(&visit, &plan).await?,
        bulk: super::bulk::offers(&visit),
        standing,
        typed,
        page,
    };
    render(StatusCode::OK, &shown)
}
