//! What changed between two days, what projects did and what the end of the year is likely to bring, as files. A table
//! has rows of several sorts, told apart by its first column.

use std::sync::Arc;

use app::AppError;
use app::place::coverage::{
    Counts, CoverageAsked, Difference, DifferenceLine, KindDifference, ProjectsEffect, YearEnd,
};
use app::request::csv_cell;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Response};
use domain::code::Code;
use domain::portfolio::Portfolio;
use jiff::civil::Date;
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;
use serde_json::{Value, json};
use sheets::Format;

use super::change::project_name;
use super::{area_name, kind_name};
use crate::editor::field::Typed;
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::tables::{attachment, csv_line};
use crate::visit::Visit;

/// The columns of the table; each is explained on the page under `coverage-change-column-…`.
pub(super) const COLUMNS: [&str; 25] = [
    "row",
    "from",
    "to",
    "area",
    "area_name",
    "kind",
    "kind_name",
    "standard",
    "limit_metres",
    "counted",
    "covered_before",
    "covered_after",
    "gained",
    "lost",
    "all",
    "project",
    "project_name",
    "alone",
    "given_others",
    "odds",
    "expected",
    "low",
    "middle",
    "high",
    "exact",
];

/// Columns of whole numbers that may be below zero.
const SIGNED: [&str; 2] = ["alone", "given_others"];

/// One row of the comparison: who is covered before and after, in people or residences.
struct Row<'a> {
    community: &'a Code,
    held: &'a KindDifference,
    counts: Counts,
}

fn rows(found: &Difference) -> Vec<Row<'_>> {
    let of = |line| rows_of(found, line);
    found.lines().flat_map(of).collect()
}

fn rows_of<'a>(found: &'a Difference, line: DifferenceLine<'a>) -> impl Iterator<Item = Row<'a>> {
    let communities = found.after.communities.iter().enumerate();
    communities.map(move |(at, community)| Row { community, held: line.held, counts: line.of(at) })
}

/// What a reader asks for: the days, the comparison, and what goes with it on the page.
struct Compared {
    portfolio: Arc<Portfolio>,
    from: Date,
    found: Difference,
    effect: Option<Arc<ProjectsEffect>>,
    year_end: Option<YearEnd>,
}

async fn compared(visit: &Visit, plan: &str, query: Vec<(String, String)>) -> Result<Compared, PageError> {
    let plan = known_code(plan)?;
    let portfolio = visit.portfolio(&plan).await?;
    let typed = Typed(query);
    let bad = || PageError::bad_request().in_lang(visit.lang);
    let from = super::change::since(&portfolio, typed.get("from")).ok_or_else(bad)?;
    let before = visit.app.portfolio_since(&plan, from, visit.asked.known_at).await?;
    let found = visit.app.coverage_difference(&before, &portfolio, CoverageAsked::default()).await?;
    Ok(Compared {
        found: found.ok_or(AppError::NotFound)?,
        effect: visit.app.coverage_by_projects(&portfolio).await?,
        year_end: visit.app.coverage_by_year_end(&portfolio).await?,
        portfolio,
        from,
    })
}

/// A share with three places, as it was reckoned with.
fn share(value: f64) -> String {
    Decimal::from_f64(value).unwrap_or_default().round_dp(3).normalize().to_string()
}

fn whole_number(value: f64) -> String {
    Decimal::from_f64(value).unwrap_or_default().round().to_string()
}

/// Lines of the table: cells by the names of their columns, the others empty.
struct Lines(String);

impl Lines {
    fn put(&mut self, row: &str, days: [Date; 2], cells: &[(&str, String)]) {
        let [from, to] = days.map(|day| day.to_string());
        let cell = |name: &&str| match *name {
            "row" => row.to_owned(),
            "from" => from.clone(),
            "to" => to.clone(),
            name => {
                let text = cells.iter().find(|(own, _)| *own == name).map_or("", |(_, text)| text);
                // A number below zero is no formula.
                if SIGNED.contains(&name) { text.to_owned() } else { csv_cell(text) }
            }
        };
        self.0.push_str(&COLUMNS.iter().map(cell).collect::<Vec<_>>().join(","));
        self.0.push_str("\r\n");
    }
}

fn table(visit: &Visit, held: &Compared) -> String {
    let Compared { portfolio, from, found, effect, year_end } = held;
    let (lang, to) = (visit.lang, portfolio.view.as_of);
    let days = [*from, to];
    let mut lines = Lines(format!("\u{feff}{}", csv_line(COLUMNS)));
    for row in rows(found) {
        let cells = [
            ("area", row.community.to_string()),
            ("area_name", area_name(lang, portfolio, row.community)),
            ("kind", row.held.kind.to_string()),
            ("kind_name", kind_name(lang, portfolio, &row.held.kind)),
            ("standard", row.held.rule.code().map_or_else(String::new, Code::to_string)),
            ("limit_metres", (f64::from(row.held.rule.limit) / 1_000.0).to_string()),
            ("counted", row.held.basis.as_str().to_owned()),
            ("covered_before", row.counts.before.to_string()),
            ("covered_after", row.counts.after.to_string()),
            ("gained", row.counts.gained.to_string()),
            ("lost", row.counts.lost.to_string()),
            ("all", row.counts.all.to_string()),
        ];
        lines.put("coverage", days, &cells);
    }
    for (area, gaining) in found.after.communities.iter().zip(&found.gaining) {
        let cells = [
            ("area", area.to_string()),
            ("area_name", area_name(lang, portfolio, area)),
            ("counted", found.basis.as_str().to_owned()),
            ("gained", gaining.to_string()),
        ];
        lines.put("gaining", days, &cells);
    }
    let project =
        |code: &Code| [("project", code.to_string()), ("project_name", project_name(visit, portfolio, code))];
    if let Some(effect) = effect {
        let counted = ("counted", effect.basis.as_str().to_owned());
        for held in &effect.projects {
            let mut cells = Vec::from(project(&held.project));
            cells.extend([
                counted.clone(),
                ("alone", held.alone.to_string()),
                ("given_others", held.last.to_string()),
            ]);
            lines.put("project", [to, to], &cells);
        }
        if !effect.projects.is_empty() {
            for (row, value) in [("shared", effect.shared), ("together", effect.together)] {
                lines.put(row, [to, to], &[counted.clone(), ("alone", value.to_string())]);
            }
        }
    }
    if let Some(held) = year_end {
        let (days, (low, middle, high)) = ([to, held.by], held.range);
        let cells = [
            ("counted", held.basis.as_str().to_owned()),
            ("covered_before", held.now.to_string()),
            ("expected", whole_number(held.expected)),
            ("low", low.to_string()),
            ("middle", middle.to_string()),
            ("high", high.to_string()),
            ("exact", if held.exact { "yes" } else { "no" }.to_owned()),
        ];
        lines.put("year_end", days, &cells);
        for (code, odds) in &held.odds {
            let [code, name] = project(code);
            lines.put("odds", days, &[code, name, ("odds", share(*odds))]);
        }
        for code in &held.unknown {
            lines.put("odds", days, &project(code));
        }
    }
    lines.0
}

pub async fn as_csv(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let held = compared(&visit, &plan, query).await?;
    let name = format!("coverage-change-{}-{}.csv", held.from, held.portfolio.view.as_of);
    Ok(attachment(Format::Csv.media_type(), &name, table(&visit, &held)))
}

pub async fn as_json(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let Compared { portfolio, from, found, effect, year_end } = compared(&visit, &plan, query).await?;
    let standing = super::standing(&visit, &portfolio, &found.after);
    let rows = rows(&found).into_iter().map(|row| {
        json!({
            "area": row.community.as_str(),
            "kind": row.held.kind.as_str(),
            "standard": row.held.rule.code().map(Code::as_str),
            "standard_checked": super::is_checked(&row.held.rule),
            "limit_metres": f64::from(row.held.rule.limit) / 1_000.0,
            "counted": row.held.basis.as_str(),
            "covered_before": row.counts.before,
            "covered_after": row.counts.after,
            "gained": row.counts.gained,
            "lost": row.counts.lost,
            "all": row.counts.all,
        })
    });
    let gaining = found.after.communities.iter().zip(&found.gaining);
    let gaining = gaining.map(|(area, people)| json!({ "area": area.as_str(), "gaining": people }));
    let effect = effect.map(|held| {
        let projects = held
            .projects
            .iter()
            .map(|it| json!({ "project": it.project.as_str(), "alone": it.alone, "given_others": it.last }));
        json!({
            "counted": held.basis.as_str(),
            "projects": projects.collect::<Vec<Value>>(),
            "shared": held.shared,
            "together": held.together,
        })
    });
    let year_end = year_end.map(|held| {
        let odds = held.odds.iter().map(|(code, odds)| json!({ "project": code.as_str(), "odds": odds }));
        json!({
            "by": held.by.to_string(),
            "counted": held.basis.as_str(),
            "now": held.now,
            "expected": held.expected,
            "low": held.range.0,
            "middle": held.range.1,
            "high": held.range.2,
            "exact": held.exact,
            "odds": odds.collect::<Vec<Value>>(),
            "without_odds": held.unknown.iter().map(Code::as_str).collect::<Vec<_>>(),
        })
    });
    let body = json!({
        "from": from.to_string(),
        "to": portfolio.view.as_of.to_string(),
        "distance_by": found.after.way.as_str(),
        "illustrative": standing.illustrative,
        "licence": standing.notices,
        "counted": found.basis.as_str(),
        "gaining": gaining.collect::<Vec<Value>>(),
        "rows": rows.collect::<Vec<Value>>(),
        "effect": effect,
        "year_end": year_end,
    });
    Ok(axum::Json(body).into_response())
}
