//! What changed between two days, as files: a row for each community, kind and standard.

use app::AppError;
use app::place::coverage::{Basis, CoverageAsked, Difference, KindDifference, RuleCoverage};
use axum::extract::{Path, Query};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::code::Code;
use domain::portfolio::Portfolio;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::{area_name, kind_name};
use crate::editor::field::Typed;
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::visit::Visit;

/// One row: who is covered before and after, in people or residences.
struct Row<'a> {
    community: &'a Code,
    held: &'a KindDifference,
    before: u64,
    after: u64,
    gained: u64,
    lost: u64,
    all: u64,
}

/// The rows of a comparison; where residences are counted for a kind, they are in every row of it.
fn rows(found: &Difference) -> Vec<Row<'_>> {
    let mut out = Vec::new();
    for held in &found.kinds {
        let kind = found.after.kind(held.kind.as_str());
        let rule = kind.and_then(|kind| kind.rules.iter().find(|own| own.rule == held.rule));
        out.extend(rule.into_iter().flat_map(|rule| rows_of(found, held, rule)));
    }
    out
}

fn rows_of<'a>(
    found: &'a Difference,
    held: &'a KindDifference,
    rule: &'a RuleCoverage,
) -> impl Iterator<Item = Row<'a>> {
    found.after.communities.iter().enumerate().map(move |(at, community)| {
        let (figure, _) = rule.over(&[at], held.basis == Basis::Residences);
        let (gained, lost) = (held.gained[at], held.lost[at]);
        let before = (figure.covered + lost).saturating_sub(gained);
        Row { community, held, before, after: figure.covered, gained, lost, all: figure.total() }
    })
}

/// What a reader asks for: the days, and the comparison.
struct Compared {
    portfolio: std::sync::Arc<Portfolio>,
    from: Date,
    found: Difference,
}

async fn compared(visit: &Visit, plan: &str, query: Vec<(String, String)>) -> Result<Compared, PageError> {
    let plan = known_code(plan)?;
    let portfolio = visit.portfolio(&plan).await?;
    let typed = Typed(query);
    let bad = || PageError::bad_request().in_lang(visit.lang);
    let from = super::change::since(&portfolio, typed.get("from")).ok_or_else(bad)?;
    let before = visit.app.portfolio_since(&plan, from, visit.asked.known_at).await?;
    let found = visit.app.coverage_difference(&before, &portfolio, CoverageAsked::default()).await?;
    Ok(Compared { found: found.ok_or(AppError::NotFound)?, portfolio, from })
}

fn counted(basis: Basis) -> &'static str {
    match basis {
        Basis::People => "people",
        Basis::Residences => "residences",
    }
}

pub async fn as_csv(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let Compared { portfolio, from, found } = compared(&visit, &plan, query).await?;
    let to = portfolio.view.as_of;
    let mut text = String::from(
        "\u{feff}from,to,area,area_name,kind,kind_name,standard,limit_metres,counted,covered_before,covered_after,\
         gained,lost,all\r\n",
    );
    for row in rows(&found) {
        let cells = [
            from.to_string(),
            to.to_string(),
            row.community.to_string(),
            area_name(visit.lang, &portfolio, row.community),
            row.held.kind.to_string(),
            kind_name(visit.lang, &portfolio, &row.held.kind),
            row.held.rule.code().map_or_else(String::new, Code::to_string),
            (f64::from(row.held.rule.limit) / 1_000.0).to_string(),
            counted(row.held.basis).to_owned(),
            row.before.to_string(),
            row.after.to_string(),
            row.gained.to_string(),
            row.lost.to_string(),
            row.all.to_string(),
        ];
        text.push_str(&cells.map(|cell| app::request::csv_cell(&cell)).join(","));
        text.push_str("\r\n");
    }
    let name = format!("attachment; filename=\"coverage-change-{from}-{to}.csv\"");
    let headers =
        [(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, text).into_response())
}

pub async fn as_json(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let Compared { portfolio, from, found } = compared(&visit, &plan, query).await?;
    let standing = super::standing(&visit, &portfolio, &found.after);
    let rows = rows(&found).into_iter().map(|row| {
        json!({
            "area": row.community.as_str(),
            "kind": row.held.kind.as_str(),
            "standard": row.held.rule.code().map(Code::as_str),
            "standard_checked": super::is_checked(&row.held.rule),
            "limit_metres": f64::from(row.held.rule.limit) / 1_000.0,
            "counted": counted(row.held.basis),
            "covered_before": row.before,
            "covered_after": row.after,
            "gained": row.gained,
            "lost": row.lost,
            "all": row.all,
        })
    });
    let gaining = found.after.communities.iter().zip(&found.gaining);
    let gaining = gaining.map(|(area, people)| json!({ "area": area.as_str(), "gaining": people }));
    let body = json!({
        "from": from.to_string(),
        "to": portfolio.view.as_of.to_string(),
        "distance_by": found.after.way.as_str(),
        "illustrative": standing.illustrative,
        "licence": standing.notices,
        "counted": counted(found.basis),
        "gaining": gaining.collect::<Vec<Value>>(),
        "rows": rows.collect::<Vec<Value>>(),
    });
    Ok(axum::Json(body).into_response())
}
