//! The years of the national calendar: the papers they stand on, what is provisional, and a new year from a file.

use askama::Template;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::fact::Fact;
use domain::plan::{Plan, PlanFact};
use domain::policy::Action;
use domain::timetabling::holidays::{CalendarYear, Difference, came_out, of_year, version};
use domain::timetabling::{HolidayPaper, HolidaySpan};
use exchange::cell::{RowSink, WriteError};
use exchange::delimited::CsvSink;
use exchange::holiday_year;
use exchange::xlsx::XlsxSink;
use jiff::civil::Date;
use sheets::Format;
use words::Lang;

use super::asking::open;
use super::moved::{Moved, moved};
use crate::address::encode;
use crate::editor::field::Typed;
use crate::editor::page::{known_code, saved};
use crate::error::PageError;
use crate::file_form::FileForm;
use crate::page::Page;
use crate::plan_edit::filled;
use crate::revision::may_manage;
use crate::tables::attachment;
use crate::visit::{Visit, render};
use crate::words_of::{comma, day};

/// The largest file of a year that is looked at, in bytes.
const FILE_MOST: usize = 1 << 20;
/// Years that are shown ahead of the last one that is settled.
const AHEAD: i16 = 2;
/// Days that a preview names one by one.
const NAMED: usize = 20;

struct PaperLine {
    published: String,
    address: String,
    own: bool,
    edit: String,
}

struct YearLine {
    year: i16,
    provisional: bool,
    working: i32,
    papers: Vec<PaperLine>,
    off: Vec<String>,
    worked: Vec<String>,
    files: Option<String>,
}

#[derive(Template)]
#[template(path = "timetable/holidays.html")]
struct HolidaysPage {
    page: Page,
    saved: String,
    moved: Option<Moved>,
    version: String,
    years: Vec<YearLine>,
    may_manage: bool,
    fault: String,
    here: String,
}

fn shown_span(lang: Lang, span: &HolidaySpan) -> String {
    let from = day(lang, span.from);
    let days = if span.from == span.to { from } else { format!("{from} – {}", day(lang, span.to)) };
    format!("{days} {}", span.name)
}

fn year_line(page: &Page, lang: Lang, plan: &Plan, held: CalendarYear) -> YearLine {
    let year = held.year;
    let last = held.papers.last().map(|(published, _)| *published);
    let whole = HolidayPaper::new("", held.days.clone());
    let papers = held.papers.iter().map(|(published, address)| {
        let own = plan.holidays.contains_key(&(*published, year));
        let slot = PlanFact::Holidays { year, published: *published, paper: None }.slot();
        let edit = if own {
            page.link(&format!("/record/holidays?slot={}", encode(&slot)))
        } else if last == Some(*published) {
            let query = [
                ("year", year.to_string()),
                ("published_on", published.to_string()),
                ("paper_url", address.clone()),
                ("holiday_days", whole.lines()),
            ];
            let query = query.map(|(name, value)| format!("{name}={}", encode(&value)));
            page.link(&format!("/record/holidays?{}", query.join("&")))
        } else {
            String::new()
        };
        PaperLine { published: page.day(published), address: address.clone(), own, edit }
    });
    let said = |worked: bool| {
        let spans = held.days.iter().filter(move |span| span.working == worked);
        spans.map(|span| shown_span(lang, span)).collect()
    };
    YearLine {
        year,
        provisional: held.is_provisional(),
        working: held.working,
        papers: papers.collect(),
        off: said(false),
        worked: said(true),
        files: (!held.is_provisional()).then(|| page.link(&format!("/timetable/holidays/{year}"))),
    }
}

pub(super) async fn show(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    page(&visit, &plan, &Typed(query), StatusCode::OK, String::new()).await
}

async fn page(
    visit: &Visit,
    plan: &str,
    typed: &Typed,
    status: StatusCode,
    fault: String,
) -> Result<Response, PageError> {
    let held = open(visit, plan).await?;
    let page = visit.page(visit.t("holidays-title"));
    let of = &held.portfolio.plan;
    let days = of.working_days(Some(page.as_of));
    let (version, settled) = version(&days).unwrap_or((page.as_of, page.as_of.year()));
    let from = of.period.map_or(page.as_of.year(), |(from, _)| from.year()).min(page.as_of.year());
    let years = (from..=settled + AHEAD).rev();
    let moved = moved(visit, &page, &held, typed.get("saved")).await?;
    let view = HolidaysPage {
        saved: saved(visit.lang, typed),
        moved,
        version: page.day(&version),
        years: years.map(|year| year_line(&page, visit.lang, of, CalendarYear::of(&days, year))).collect(),
        may_manage: !page.is_past() && may_manage(visit, &known_code(plan)?),
        fault,
        here: page.path.clone(),
        page,
    };
    render(status, &view)
}

/// A file of a year fills in the form; nothing is recorded by it.
pub(super) async fn bring(
    visit: Visit,
    Path(plan): Path<String>,
    multipart: Result<Multipart, MultipartRejection>,
) -> Result<Response, PageError> {
    let parts = FileForm::open(&visit, multipart)?;
    let code = known_code(&plan)?;
    if !may_manage(&visit, &code) {
        return Err(visit.forbidden(Action::ManagePlan));
    }
    let again = async |fault: String| {
        page(&visit, &plan, &Typed(Vec::new()), StatusCode::UNPROCESSABLE_ENTITY, fault).await
    };
    let Some(bytes) = receive(parts).await? else {
        return again(visit.t("holidays-too-large").into_owned()).await;
    };
    if bytes.is_empty() {
        return again(visit.t("holidays-choose-file").into_owned()).await;
    }
    let year = match holiday_year::read(&bytes) {
        Ok(year) => year,
        Err(error) => {
            let args = error.args();
            let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
            return again(visit.tw(error.key(), &args)).await;
        }
    };
    let portfolio = visit.app.portfolio(&code, app::read::Asked::default()).await?;
    let today = visit.app.clock().today();
    let address = &year.paper.address;
    let published = year.published.or_else(|| came_out(&portfolio.plan, year.year, address, today));
    let published = published.map_or_else(String::new, |day| day.to_string());
    let value = |name: &str, value: String| (name.to_owned(), value);
    let values = Typed(vec![
        value("year", year.year.to_string()),
        value("published_on", published.clone()),
        value("paper_url", address.clone()),
        value("holiday_days", year.paper.lines()),
        value("effective", if published.is_empty() { today.to_string() } else { published }),
        value("source_url", address.clone()),
    ]);
    filled(&visit, &plan, "holidays", &values, &visit.t("holidays-read-note")).await
}

/// The file that was sent, `None` where it is larger than a year can be.
async fn receive(mut parts: FileForm<'_>) -> Result<Option<Vec<u8>>, PageError> {
    let (mut bytes, mut too_large) = (Vec::new(), false);
    while let Some(part) = parts.next(|_| FILE_MOST).await? {
        too_large |= part.too_large;
        if part.name == "file" {
            bytes = part.bytes;
        }
    }
    Ok((!too_large && !parts.is_too_large()).then_some(bytes))
}

/// A year as a file, in the forms in which one is brought.
pub(super) async fn file(
    visit: Visit,
    Path((plan, file)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let held = open(&visit, &plan).await?;
    let (year, end) = file.split_once('.').ok_or_else(PageError::not_found)?;
    let year: i16 = year.parse().map_err(|_| PageError::not_found())?;
    let days = held.portfolio.plan.working_days(Some(held.timetable.as_of));
    let (published, paper) = of_year(&days, year).ok_or_else(PageError::not_found)?;
    let (kind, bytes) = match end {
        "json" => (Format::Json.media_type(), Ok(holiday_year::json(year, published, &paper).into_bytes())),
        "csv" => (Format::Csv.media_type(), csv(year, published, &paper)),
        "xlsx" => (Format::Xlsx.media_type(), xlsx(year, published, &paper)),
        _ => return Err(PageError::not_found()),
    };
    let bytes = bytes.map_err(|error| {
        tracing::error!(%error, "a year's holidays were not written");
        PageError::unwritten().in_lang(visit.lang)
    })?;
    Ok(attachment(kind, &format!("holidays-{year}.{end}"), bytes))
}

fn csv(year: i16, published: Date, paper: &HolidayPaper) -> Result<Vec<u8>, WriteError> {
    let mut out = std::io::Cursor::new(Vec::new());
    let sink = CsvSink::new(&mut out, &holiday_year::headings(), false, true)?;
    fill(Box::new(sink), year, published, paper)?;
    Ok(out.into_inner())
}

fn xlsx(year: i16, published: Date, paper: &HolidayPaper) -> Result<Vec<u8>, WriteError> {
    let mut out = std::io::Cursor::new(Vec::new());
    let sink = XlsxSink::new(&mut out, "holidays", &holiday_year::headings(), false)?;
    fill(Box::new(sink), year, published, paper)?;
    Ok(out.into_inner())
}

fn fill(
    mut sink: Box<dyn RowSink + '_>,
    year: i16,
    published: Date,
    paper: &HolidayPaper,
) -> Result<(), WriteError> {
    for row in holiday_year::rows(year, published, paper) {
        sink.row(&row)?;
    }
    sink.finish()
}

/// What a paper among facts changes of the days themselves, in sentences: before what it moves is shown.
pub(super) fn said(lang: Lang, before: &Plan, after: &Plan, as_of: Date, facts: &[Fact]) -> Vec<String> {
    let years = facts.iter().filter_map(|fact| match fact {
        Fact::Plan(PlanFact::Holidays { year, .. }) => Some(*year),
        _ => None,
    });
    let (was, is) = (before.working_days(Some(as_of)), after.working_days(Some(as_of)));
    let mut out = Vec::new();
    for year in years {
        let found = Difference::of(year, &was, &is);
        let (year, was, is) = (found.year.to_string(), found.before.to_string(), found.after.to_string());
        let key = if was == is { "holidays-would-count-same" } else { "holidays-would-count" };
        out.push(words::with(lang, key, &[("year", &year), ("before", &was), ("after", &is)]));
        for (key, days) in [("holidays-would-off", &found.off), ("holidays-would-work", &found.worked)] {
            if !days.is_empty() {
                out.push(words::with(lang, key, &[("days", &listed(lang, days))]));
            }
        }
        if found.off.is_empty() && found.worked.is_empty() {
            out.push(words::text(lang, "holidays-would-not").into_owned());
        }
    }
    out
}

fn listed(lang: Lang, days: &[Date]) -> String {
    let named: Vec<String> = days.iter().take(NAMED).map(|on| day(lang, *on)).collect();
    let named = named.join(comma(lang));
    match days.len().saturating_sub(NAMED) {
        0 => named,
        more => words::with(lang, "holidays-would-more", &[("days", &named), ("more", &more.to_string())]),
    }
}
