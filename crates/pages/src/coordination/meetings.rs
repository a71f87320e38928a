//! All meetings, month by month, with what they decided.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::item::kind::Series;
use domain::item::ledger::LedgerRow;
use domain::item::query::LedgerQuery;
use domain::item::workflow::Standing;
use domain::item::{ItemKind, Relation, Target};
use jiff::Span;
use serde::Deserialize;

use super::period::Period;
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::ledger::line::{Line, line};
use crate::ledger::list::{Choice, staff_only};
use crate::ledger::register::may_register;
use crate::page::Page;
use crate::visit::{Visit, render};
use crate::words_of::{moment, month_of, word};

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asking {
    from: String,
    to: String,
    series: String,
}

struct Meeting {
    line: Line,
    series: String,
    held: String,
    decided: usize,
    done: usize,
}

struct Month {
    id: String,
    title: String,
    meetings: Vec<Meeting>,
}

#[derive(Template)]
#[template(path = "coordination/meetings.html")]
struct MeetingsPage {
    page: Page,
    period: Period,
    series: Vec<Choice>,
    months: Vec<Month>,
    add: String,
}

pub async fn show(
    visit: Visit,
    Path(plan): Path<String>,
    Query(asking): Query<Asking>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    staff_only(&visit)?;
    let portfolio = visit.portfolio(&plan).await?;
    let lang = visit.lang;
    // What is planned lies ahead.
    let ahead = portfolio.view.as_of.saturating_add(Span::new().months(3));
    let period = Period::of(&asking.from, &asking.to, ahead);
    let wanted = Series::parse(&asking.series);
    let rows = visit.app.meetings(&plan, (period.from, period.to), visit.asked).await?;
    let decisions = decisions(&visit, &portfolio, &rows).await?;
    let judge = portfolio.plan.lights().on(portfolio.view.as_of);
    let page = visit.page(visit.t("meetings-title"));
    let mut months: Vec<Month> = Vec::new();
    for row in rows.iter().rev().filter(|row| wanted.is_none() || row.series == wanted) {
        let Some(at) = row.held_at else { continue };
        let title = month_of(lang, at.date());
        let (decided, done) = decisions.get(&row.code).copied().unwrap_or_default();
        let meeting = Meeting {
            line: line(&page, &portfolio, row, judge.judge(row)),
            series: row.series.map_or_else(String::new, |it| word(lang, "series", it.as_str())),
            held: moment(lang, at),
            decided,
            done,
        };
        match months.last_mut() {
            Some(month) if month.title == title => month.meetings.push(meeting),
            _ => months.push(Month {
                id: format!("m-{}", at.date().strftime("%Y-%m")),
                title,
                meetings: vec![meeting],
            }),
        }
    }
    let choice = |series: Series| Choice {
        value: series.as_str().into(),
        label: word(lang, "series", series.as_str()),
        chosen: wanted == Some(series),
    };
    let may_add = !page.is_past() && may_register(&visit).any(|kind| kind == ItemKind::Meeting);
    let shown = MeetingsPage {
        period,
        series: [Series::Joint, Series::Dispatch].map(choice).into(),
        months,
        add: if may_add { format!("/p/{plan}/items/new/meeting") } else { String::new() },
        page,
    };
    render(StatusCode::OK, &shown)
}

/// How much each meeting decided, and how much of it is done.
async fn decisions(
    visit: &Visit,
    portfolio: &domain::portfolio::Portfolio,
    meetings: &[LedgerRow],
) -> Result<BTreeMap<Code, (usize, usize)>, PageError> {
    let mut out: BTreeMap<Code, (usize, usize)> = BTreeMap::new();
    let Some(first) = meetings.iter().filter_map(|row| row.held_at).min() else { return Ok(out) };
    let query = LedgerQuery {
        kinds: vec![ItemKind::Decision],
        received: (Some(first.date()), None),
        ..LedgerQuery::default()
    };
    for row in visit.app.all_items(portfolio, &query).await? {
        if let Some((Relation::DecidedAt, Target::Item(meeting))) = &row.origin {
            let (decided, done) = out.entry(meeting.clone()).or_default();
            *decided += 1;
            *done += usize::from(row.standing == Standing::Done);
        }
    }
    Ok(out)
}
