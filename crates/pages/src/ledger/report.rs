//! Reports: the periods and what closed them, one report with every row behind its numbers, and issuing it.

use app::report::IssueError;
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::code::Code;
use domain::item::kind::Series;
use domain::item::light::Verdict;
use domain::item::query::LedgerQuery;
use domain::item::{Item, State};
use domain::journal::{Entry, Seq};
use domain::policy::{Action, Target};
use domain::portfolio::Portfolio;
use domain::report::{Ask, AskKind, Content, Period, Rhythm, RowOf, Stated, StatedRow, Study};
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::act::source;
use super::line::{Line, line, unit_name};
use super::list::staff_only;
use super::paper::PaperLine;
use super::study;
use crate::editor::field::Typed;
use crate::editor::page::{Filled, done, known_code, saved};
use crate::error::PageError;
use crate::page::Page;
use crate::visit::{Visit, render};
use crate::words_of::{number, word};

/// Periods that the list goes back.
const PERIODS: usize = 12;

struct PeriodLine {
    name: String,
    days: String,
    state: String,
    /// The report's page, where there is one.
    address: String,
    number: String,
    /// The value that drafts it; empty where it cannot be drafted yet.
    draft: String,
}

struct SeriesPart {
    title: String,
    series: &'static str,
    lines: Vec<PeriodLine>,
}

#[derive(Template)]
#[template(path = "ledger/reports.html")]
struct ListPage {
    page: Page,
    parts: Vec<SeriesPart>,
    may_issue: bool,
}

fn target(plan: &Code) -> Target {
    Target { plan: Some(plan.clone()), ..Target::default() }
}

pub async fn list(visit: Visit, Path(plan): Path<String>) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    staff_only(&visit)?;
    let portfolio = visit.portfolio(&plan).await?;
    let today = portfolio.view.as_of;
    let begun = portfolio.plan.period.map_or(Date::MIN, |(from, _)| from);
    let may_issue = visit.actor.may(Action::IssueReport, &target(&plan));
    let page = visit.page(visit.t("reports-title"));
    let query = LedgerQuery { kinds: vec![domain::item::ItemKind::Report], ..LedgerQuery::default() };
    let held = visit.app.all_items(&portfolio, &query).await?;
    let mut parts = Vec::new();
    for series in [Series::Weekly, Series::Monthly, Series::Quarterly, Series::Annual] {
        let Some(rhythm) = Rhythm::of(series) else { continue };
        let mut period = Period::containing(rhythm, today);
        let mut lines = Vec::new();
        while lines.len() < PERIODS && period.to >= begun {
            let code = period.report(series);
            let row = held.iter().find(|row| row.code == code);
            lines.push(PeriodLine {
                name: period.name(),
                days: format!("{} – {}", page.day(&period.from), page.day(&period.to)),
                state: row.map_or_else(
                    || {
                        visit
                            .t(if period.is_over(today) { "reports-missing" } else { "reports-running" })
                            .into_owned()
                    },
                    |row| word(visit.lang, "item-state", &row.state),
                ),
                address: row.map_or_else(String::new, |_| page.link(&format!("/reports/{code}"))),
                number: row.map_or_else(String::new, |row| row.number.clone()),
                draft: if row.is_none() && period.is_over(today) && may_issue && !page.is_past() {
                    period.from.to_string()
                } else {
                    String::new()
                },
            });
            period = period.previous();
        }
        parts.push(SeriesPart {
            title: word(visit.lang, "series", series.as_str()),
            series: series.as_str(),
            lines,
        });
    }
    // Other reports, newest first.
    for series in [Series::Evaluation, Series::Special, Series::Research] {
        let mut rows: Vec<_> = held.iter().filter(|row| row.series == Some(series)).collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.received));
        let lines = rows
            .into_iter()
            .map(|row| PeriodLine {
                name: row.name.get(visit.lang.is_english()).to_owned(),
                days: row.received.map_or_else(String::new, |day| page.day(&day)),
                state: word(visit.lang, "item-state", &row.state),
                address: page.link(&format!("/reports/{}", row.code)),
                number: row.number.clone(),
                draft: String::new(),
            })
            .collect();
        parts.push(SeriesPart {
            title: word(visit.lang, "series", series.as_str()),
            series: series.as_str(),
            lines,
        });
    }
    render(StatusCode::OK, &ListPage { may_issue: may_issue && !page.is_past(), page, parts })
}

pub async fn draft(
    visit: Visit,
    Path(plan): Path<String>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    staff_only(&visit)?;
    if !visit.actor.may(Action::IssueReport, &target(&plan)) {
        return Err(visit.forbidden(Action::IssueReport));
    }
    let wanted = Series::parse(typed.get("series")).and_then(|series| Some((series, Rhythm::of(series)?)));
    let day = domain::planned_date::parse_day(typed.get("from"));
    let (Some((series, rhythm)), Some(day)) = (wanted, day) else {
        return Err(PageError::bad_request().in_lang(visit.lang));
    };
    let period = Period::containing(rhythm, day);
    let code = visit.app.draft_report(&visit.actor, &plan, (series, period), &source(&visit)).await?;
    Ok(Redirect::to(&format!("/p/{plan}/reports/{code}")).into_response())
}

/// A number with the rows behind it.
struct Number {
    key: String,
    label: String,
    count: usize,
    lines: Vec<Line>,
}

/// One of the plan's figures, with the rows it stood on.
struct StatedLine {
    id: String,
    label: String,
    value: String,
    unit: String,
    published: String,
    /// How many records there were; more than the rows that are kept.
    records: usize,
    /// What each is, its name, its page and its quantity.
    rows: Vec<(String, String, String, String)>,
}

/// What a unit asked for, and what was answered by the period's end.
struct AskLine {
    name: String,
    address: String,
    said: String,
    reason: String,
    answer: String,
}

/// Units whose returns stand alike.
struct ReturnGroup {
    state: String,
    units: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "ledger/report.html")]
struct ReportPage {
    page: Page,
    saved: String,
    trouble: Vec<(String, Vec<String>)>,
    title: String,
    days: String,
    state: String,
    number: String,
    digest: String,
    intact: bool,
    papers: Vec<PaperLine>,
    numbers: Vec<Number>,
    /// Of all but a weekly report: the plan's figures, and what units asked for.
    stated: Vec<StatedLine>,
    asks: Vec<AskLine>,
    /// What units asked in their returns to have decided: what, by whom, and the return.
    returned: Vec<(String, String, String)>,
    sections: Vec<(String, String, String)>,
    /// Of a period for which units were asked: who has returned, a group for each state.
    returns: Vec<ReturnGroup>,
    returns_said: String,
    adjusted: Vec<Line>,
    later: Vec<(String, String, String)>,
    /// Where a draft is edited; empty for what is issued or may not be edited.
    edit: String,
    version: String,
}

pub async fn show(
    visit: Visit,
    Path((plan, code)): Path<(String, String)>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let (plan, code) = (known_code(&plan)?, known_code(&code)?);
    staff_only(&visit)?;
    let saved = saved(visit.lang, &Typed(query));
    if is_study(&visit, &plan, &code).await? {
        return study::show(&visit, &plan, &code, StatusCode::OK, saved, Vec::new(), &Typed::default()).await;
    }
    shown(&visit, &plan, &code, StatusCode::OK, saved, Vec::new()).await
}

/// Whether the report is on a matter of its own, and has a page of its own form.
async fn is_study(visit: &Visit, plan: &Code, code: &Code) -> Result<bool, PageError> {
    let (item, _) = visit.app.item(plan, code, app::read::Asked::default()).await?;
    Ok(Study::parse(&item.content).is_some())
}

/// What was recorded later: the entry, what it is about, when it took effect.
pub(super) fn later_lines(page: &Page, later: &[Entry]) -> Vec<(String, String, String)> {
    let line = |entry: &Entry| {
        let subject = &entry.draft.subject;
        (
            entry.seq.to_string(),
            format!("{} · {}", word(page.lang, "subject", subject.kind.as_str()), subject.code),
            page.day(&entry.draft.effective),
        )
    };
    later.iter().map(line).collect()
}

async fn shown(
    visit: &Visit,
    plan: &Code,
    code: &Code,
    status: StatusCode,
    saved: String,
    mut trouble: Vec<(String, Vec<String>)>,
) -> Result<Response, PageError> {
    let portfolio = visit.app.portfolio(plan, app::read::Asked::default()).await?;
    let report = visit.app.report(plan, code).await?;
    let page = visit.page(report.item.name.get(visit.lang.is_english()));
    let draft = report.item.state == State::Draft;
    for shortfall in &report.shortfalls {
        trouble.push((
            visit.t(&format!("report-shortfall-{}", shortfall.key)).into_owned(),
            shortfall.rows.clone(),
        ));
    }
    if report.outdated {
        trouble.push((visit.t("report-outdated").into_owned(), Vec::new()));
    }
    let row_of = |content: &Content, id: &String| {
        content
            .rows
            .get(id)
            .map(|(row, light)| line(&page, &portfolio, row, Verdict { light: *light, because: None }))
    };
    let numbers = report
        .content
        .figures
        .iter()
        .map(|figure| Number {
            key: figure.key.replace('_', "-"),
            label: visit.t(&format!("report-{}", figure.key.replace('_', "-"))).into_owned(),
            count: figure.rows.len(),
            lines: figure.rows.iter().filter_map(|id| row_of(&report.content, id)).collect(),
        })
        .collect();
    let (returns, returns_said) = returned(visit, plan, &page, &portfolio, &report.item).await?;
    let later = visit.app.recorded_later(plan, &report.item).await?;
    let may_issue = visit.actor.may(Action::IssueReport, &target(plan));
    let issued = report.item.issued.as_ref();
    let shown = ReportPage {
        saved,
        trouble,
        title: report.item.name.get(visit.lang.is_english()).to_owned(),
        days: format!("{} – {}", page.day(&report.content.from), page.day(&report.content.to)),
        state: word(visit.lang, "item-state", report.item.state.as_str()),
        number: issued.map_or_else(String::new, |issued| {
            visit.tw("report-number", &[("number", &issued.number.to_string())])
        }),
        digest: issued.map_or_else(String::new, |issued| issued.digest.clone()),
        intact: report.intact,
        papers: PaperLine::of(&page, &report.item),
        numbers,
        stated: report
            .content
            .pack
            .iter()
            .flat_map(|pack| &pack.stated)
            .map(|it| stated(&page, it))
            .collect(),
        asks: report
            .content
            .pack
            .iter()
            .flat_map(|pack| &pack.asks)
            .map(|ask| ask_line(visit, &page, &portfolio, ask))
            .collect(),
        returned: report
            .content
            .pack
            .iter()
            .flat_map(|pack| &pack.returned)
            .map(|ask| {
                let unit = unit_name(&portfolio, &ask.unit, visit.lang);
                (ask.text.clone(), unit, page.link(&format!("/returns/{}", ask.in_return)))
            })
            .collect(),
        sections: report
            .content
            .sections
            .iter()
            .map(|section| {
                let label = visit.t(&format!("report-section-{}", section.key)).into_owned();
                (section.key.clone(), label, section.text.clone())
            })
            .collect(),
        returns,
        returns_said,
        adjusted: report.content.adjusted.iter().filter_map(|id| row_of(&report.content, id)).collect(),
        later: later_lines(&page, &later),
        edit: if draft && may_issue { format!("/p/{plan}/reports/{code}") } else { String::new() },
        version: report.item.version.to_string(),
        page,
    };
    render(status, &shown)
}

fn stated(page: &Page, held: &Stated) -> StatedLine {
    let english = page.lang.is_english();
    let shown = |value: Option<Decimal>| value.map_or_else(String::new, number);
    let row = |row: &StatedRow| {
        let code = &row.code;
        let address = match row.of {
            RowOf::Project | RowOf::Member => page.link(&format!("/projects/{code}")),
            RowOf::Item => page.link(&format!("/items/{code}")),
            RowOf::Indicator => page.link(&format!("/indicators/{code}")),
            RowOf::Group | RowOf::Sector => String::new(),
        };
        let what = word(page.lang, "stated-row", row.of.as_str());
        (what, row.name.get(english).to_owned(), address, shown(row.quantity))
    };
    StatedLine {
        id: held.id.to_string(),
        label: held.label.get(english).to_owned(),
        value: held.value.map_or_else(|| page.t("statement-not-recorded").into_owned(), number),
        unit: held.unit.get(english).to_owned(),
        published: shown(held.published),
        records: held.records,
        rows: held.rows.iter().map(row).collect(),
    }
}

fn ask_line(visit: &Visit, page: &Page, portfolio: &Portfolio, ask: &Ask) -> AskLine {
    let lang = visit.lang;
    let what = match ask.kind {
        AskKind::Extension => visit.t("paper-ask-extension").into_owned(),
        AskKind::Objection(to) => {
            visit.tw("item-objection", &[("what", &word(lang, "objection-to", to.as_str()))])
        }
        AskKind::Review => visit.t("paper-ask-review").into_owned(),
    };
    let unit = ask.unit.as_ref().map_or_else(String::new, |unit| unit_name(portfolio, unit, lang));
    let said = [unit, what, page.day(&ask.on)].into_iter().filter(|part| !part.is_empty());
    AskLine {
        name: ask.name.get(lang.is_english()).to_owned(),
        address: page.link(&format!("/items/{}", ask.code)),
        said: said.collect::<Vec<_>>().join(" · "),
        reason: ask.reason.clone(),
        answer: visit
            .t(match ask.granted {
                None => "paper-ask-waits",
                Some(true) => "paper-ask-granted",
                Some(false) => "paper-ask-refused",
            })
            .into_owned(),
    }
}

/// Who has returned for a report's period, and who has not; and how many of how many.
async fn returned(
    visit: &Visit,
    plan: &Code,
    page: &Page,
    portfolio: &Portfolio,
    item: &Item,
) -> Result<(Vec<ReturnGroup>, String), PageError> {
    let period = item
        .series
        .zip(item.period)
        .and_then(|(series, (from, _))| Some((series, Period::containing(Rhythm::of(series)?, from))));
    let Some((series, period)) = period else { return Ok((Vec::new(), String::new())) };
    let held = visit.app.returns_of(plan, series, period, app::read::Asked::default()).await?;
    if held.rows.is_empty() {
        return Ok((Vec::new(), String::new()));
    }
    let (submitted, asked) = (held.count(State::Submitted), held.rows.len());
    let said =
        visit.tw("returns-counted", &[("submitted", &submitted.to_string()), ("asked", &asked.to_string())]);
    let groups = [State::Open, State::Missed, State::Excused, State::Submitted]
        .into_iter()
        .map(|state| ReturnGroup {
            state: word(visit.lang, "item-state", state.as_str()),
            units: held
                .rows
                .iter()
                .filter(|row| row.state == state.as_str())
                .filter_map(|row| {
                    let unit = unit_name(portfolio, row.lead_unit.as_ref()?, visit.lang);
                    Some((unit, page.link(&format!("/returns/{}", row.code))))
                })
                .collect(),
        })
        .filter(|group| !group.units.is_empty())
        .collect();
    Ok((groups, said))
}

pub async fn save(
    visit: Visit,
    Path((plan, code)): Path<(String, String)>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let (plan, code) = (known_code(&plan)?, known_code(&code)?);
    staff_only(&visit)?;
    if !visit.actor.may(Action::IssueReport, &target(&plan)) {
        return Err(visit.forbidden(Action::IssueReport));
    }
    if is_study(&visit, &plan, &code).await? {
        return study::save(&visit, &plan, &code, &typed).await;
    }
    let seen = Seq(typed.get("version").parse().unwrap_or(0));
    let written: Vec<(String, String)> = typed
        .0
        .iter()
        .filter_map(|(name, value)| {
            Some((name.strip_prefix("section:")?.to_owned(), value.replace("\r\n", "\n")))
        })
        .collect();
    let here = format!("/p/{plan}/reports/{code}");
    if !typed.has("issue") {
        let receipt =
            visit.app.redraft_report(&visit.actor, &plan, &code, seen, &written, &source(&visit)).await?;
        return Ok(done(&here, Some(&receipt)));
    }
    let trouble = match visit.app.issue_report(&visit.actor, &plan, &code, seen, &source(&visit)).await {
        Ok(receipt) => return Ok(done(&here, Some(&receipt))),
        Err(IssueError::App(error)) => return Err(error.into()),
        Err(IssueError::NotOver) => vec![(visit.t("report-not-over").into_owned(), Vec::new())],
        // The page says these by itself.
        Err(
            IssueError::DoesNotClose(_)
            | IssueError::Outdated
            | IssueError::Unfit(_)
            | IssueError::TooManyRows { .. },
        ) => Vec::new(),
    };
    shown(&visit, &plan, &code, StatusCode::UNPROCESSABLE_ENTITY, String::new(), trouble).await
}
