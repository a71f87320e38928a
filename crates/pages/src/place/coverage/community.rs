//! One community: what its people have in reach, what they lack, by how much and why.

use app::AppError;
use app::place::coverage::{Coverage, KindCoverage, RuleCoverage};
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::facility::Gap;
use domain::portfolio::Portfolio;

use super::evidence::{Said, note, reader, said};
use super::gaps::answer_text;
use super::{
    Bar, Standing, area_name, asked, bar, causes, counted_in, distance, is_checked, kind_name, rule_text,
    standing, whole, with_limit,
};
use crate::editor::field::Typed;
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::page::Page;
use crate::place::name_of;
use crate::visit::{Visit, render};

struct Line {
    kind: String,
    link: String,
    rule: String,
    checked: bool,
    everybody: bool,
    bar: Bar,
    full: bool,
    /// The nearest one at the home that has it nearest, with its page.
    nearest: String,
    nearest_name: String,
    nearest_page: String,
    /// By how much the limit is passed at half of the homes that have none in reach.
    beyond: String,
    causes: String,
    completeness: String,
    said: Said,
    answer: String,
}

#[derive(Template)]
#[template(path = "place/coverage/community.html")]
struct CommunityPage {
    page: Page,
    name: String,
    code: String,
    people: String,
    homes: String,
    standing: Standing,
    lines: Vec<Line>,
    requests_note: String,
}

pub async fn show(
    visit: Visit,
    Path((plan, area)): Path<(String, String)>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    let portfolio = visit.portfolio(&plan).await?;
    let asked = asked(&visit, &Typed(query));
    let found = visit.app.coverage(&portfolio, asked).await?.ok_or(AppError::NotFound)?;
    let at = found.community(&area).ok_or(AppError::NotFound)?;
    let lang = visit.lang;
    let code = &found.communities[at];
    let name = area_name(lang, &portfolio, code);
    let page = visit.page(visit.tw("coverage-of-community", &[("area", &name)]));
    let gap_lines = found.gaps(&portfolio);
    let evidence = visit.app.gap_evidence(&portfolio, &found.communities, reader(&visit)).await?;
    let lines = found
        .kinds
        .iter()
        .flat_map(|kind| kind.rules.iter().map(move |held| (kind, held)))
        .map(|(kind, held)| {
            let path = format!("/place/coverage/kinds/{}", kind.kind);
            let link = with_limit(&page, &path, asked);
            let mut line = line(&visit, &portfolio, &found, (kind, held), at, link);
            let gap = gap_lines.iter().find(|other| is_gap(&other.gap, code, kind, held));
            line.said = said(&visit, &page, &plan, &evidence, (code, &kind.kind));
            line.answer = gap
                .and_then(|line| line.answer.as_ref())
                .map_or_else(String::new, |held| answer_text(&visit, &portfolio, &held.answer));
            line
        })
        .collect();
    let homes = found.homes_of(at).count() as u64;
    let known: Option<u64> =
        found.homes_of(at).map(|home| found.residences.homes[home].people.map(u64::from)).sum();
    let body = CommunityPage {
        people: known.map_or_else(|| visit.t("facility-not-known").into_owned(), whole),
        homes: whole(homes),
        standing: standing(&visit, &portfolio, &found),
        lines,
        requests_note: note(&visit, &evidence),
        code: code.to_string(),
        name,
        page,
    };
    render(StatusCode::OK, &body)
}

fn is_gap(gap: &Gap, community: &Code, kind: &KindCoverage, held: &RuleCoverage) -> bool {
    gap.community == *community && gap.kind == kind.kind && held.rule.code() == Some(&gap.standard)
}

fn line(
    visit: &Visit,
    portfolio: &Portfolio,
    found: &Coverage,
    (kind, held): (&KindCoverage, &RuleCoverage),
    at: usize,
    link: String,
) -> Line {
    let lang = visit.lang;
    let near = found.homes_of(at).filter_map(|home| kind.near[home]).min();
    let facility = near.and_then(|near| portfolio.facilities.get(near.facility as usize));
    let limit = held.rule.limit;
    let half = found.half_way_beyond(kind, at, limit).map(|nearest| nearest.saturating_sub(limit));
    let full = kind.capacity.as_ref().is_some_and(|capacity| {
        found
            .homes_of(at)
            .filter_map(|home| kind.near[home])
            .any(|near| capacity.full(near.facility as usize) == Some(true))
    });
    Line {
        kind: kind_name(lang, portfolio, &kind.kind),
        link,
        rule: rule_text(lang, portfolio, &held.rule),
        checked: is_checked(&held.rule),
        everybody: kind.everybody,
        bar: bar(lang, &held.figures[at]),
        full,
        nearest: near.map_or_else(|| "—".into(), |near| distance(lang, near.distance)),
        nearest_name: facility.map_or_else(String::new, |held| name_of(lang, portfolio, held)),
        nearest_page: facility.map_or_else(String::new, |held| {
            format!("/p/{}/place/facilities/{}", portfolio.plan.code, held.code)
        }),
        beyond: half.map_or_else(String::new, |half| {
            visit.tw("coverage-beyond", &[("distance", &distance(lang, half))])
        }),
        causes: causes(lang, &held.causes[at]),
        completeness: counted_in(lang, portfolio, kind, at),
        said: Said::default(),
        answer: String::new(),
    }
}
