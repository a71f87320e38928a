//! Scenarios side by side with the plan as it is.

use std::borrow::Borrow;
use std::collections::BTreeMap;

use app::AppError;
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::scenario::{Moved, Standing, moves};

use super::now;
use super::said::{MEASURES, Measures, Teller};
use crate::error::PageError;
use crate::page::Page;
use crate::timetable::asking::open;
use crate::visit::{Visit, render};
use words::shown::odds as percent;

/// The most that fit side by side.
const MOST: usize = 4;

struct Column {
    name: String,
    address: String,
    changes: Vec<String>,
    measures: Option<Measures>,
    /// Why it allows no timetable.
    impossible: String,
}

struct Cell {
    finish: String,
    days: i32,
    odds: String,
    breaks: bool,
    saves: bool,
}

struct Row {
    name: String,
    address: String,
    step: String,
    promised: String,
    finish: String,
    odds: String,
    cells: Vec<Option<Cell>>,
}

#[derive(Template)]
#[template(path = "scenario/compare.html")]
struct ComparePage {
    page: Page,
    choices: Vec<(String, String, bool)>,
    base: Measures,
    columns: Vec<Column>,
    rows: Vec<Row>,
    measures: [&'static str; 5],
}

impl ComparePage {
    fn name_of(&self, at: impl Borrow<usize>) -> &str {
        self.columns.get(*at.borrow()).map_or("", |column| column.name.as_str())
    }
}

pub(super) async fn show(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let base = open(&visit, &plan).await?;
    let now = now(&visit, &base.portfolio.plan.code).await?;
    let english = visit.lang.is_english();
    let page = visit.page(visit.t("scenario-compare-title"));
    let teller = Teller { lang: visit.lang, portfolio: &now };
    let asked = |code: &str| query.iter().any(|(name, value)| name == "with" && value == code);
    // What was adopted is in the plan already.
    let comparable = || {
        let all = now.plan.scenarios.iter().map(|(scenario, _)| scenario);
        all.filter(|scenario| !matches!(scenario.standing, Standing::Adopted(_)))
    };
    let wanted: Vec<_> =
        comparable().filter(|scenario| asked(scenario.scenario.as_str())).take(MOST).collect();
    let odds = base.odds().map_err(AppError::from)?;
    let (mut columns, mut found) = (Vec::new(), BTreeMap::<Code, Vec<Option<(Moved, String)>>>::new());
    for (at, scenario) in wanted.iter().enumerate() {
        let tried = visit.app.try_changes(&base.portfolio, &scenario.changes).await?;
        let (mut measures, mut impossible) = (None, String::new());
        match tried {
            Ok(tried) => {
                let value = tried.timetable.value().map_err(AppError::from)?;
                measures = Some(Measures::of(visit.lang, &value));
                let drawn = tried.timetable.odds().map_err(AppError::from)?;
                for moved in moves(&base.side(), &tried.timetable.side()) {
                    let row = tried.timetable.row(moved.project.as_str());
                    let share = row.and_then(|row| drawn.of(row.project)?.on_time);
                    let share = share.map_or_else(String::new, |(share, _)| percent(share));
                    let cells = found
                        .entry(moved.project.clone())
                        .or_insert_with(|| wanted.iter().map(|_| None).collect());
                    cells[at] = Some((moved, share));
                }
            }
            Err(error) => impossible = super::show::said_error(&visit, &error),
        }
        columns.push(Column {
            name: scenario.name.get(english).to_owned(),
            address: page.link(&format!("/timetable/scenarios/{}", scenario.scenario)),
            changes: scenario.changes.iter().map(|change| teller.change(change)).collect(),
            measures,
            impossible,
        });
    }
    let mut rows: Vec<(i32, Row)> = found
        .into_iter()
        .filter_map(|(project, cells)| {
            let most = cells.iter().flatten().map(|(moved, _)| moved.days.abs()).max().unwrap_or(0);
            let (first, _) = cells.iter().flatten().next()?;
            let drawn = base.row(project.as_str()).and_then(|row| odds.of(row.project)?.on_time);
            let day = |date: Option<jiff::civil::Date>| date.map_or_else(String::new, |date| page.day(&date));
            let row = Row {
                name: teller.project(&project),
                address: page.link(&format!("/projects/{project}/timetable")),
                step: teller.step(Some(&project), &first.step),
                promised: day(first.promised),
                finish: day(first.before),
                odds: drawn.map_or_else(String::new, |(share, _)| percent(share)),
                cells: cells
                    .iter()
                    .map(|cell| {
                        cell.as_ref().map(|(moved, share)| Cell {
                            finish: day(moved.after),
                            days: moved.days,
                            odds: share.clone(),
                            breaks: moved.breaks(),
                            saves: moved.saves(),
                        })
                    })
                    .collect(),
            };
            Some((most, row))
        })
        .collect();
    rows.sort_by(|a, b| (b.0, &a.1.name).cmp(&(a.0, &b.1.name)));
    let choices = comparable()
        .map(|scenario| {
            let code = scenario.scenario.to_string();
            let chosen = asked(&code);
            (code, scenario.name.get(english).to_owned(), chosen)
        })
        .collect();
    let shown = ComparePage {
        choices,
        base: Measures::of(visit.lang, &base.value().map_err(AppError::from)?),
        columns,
        rows: rows.into_iter().map(|(_, row)| row).collect(),
        measures: MEASURES,
        page,
    };
    render(StatusCode::OK, &shown)
}
