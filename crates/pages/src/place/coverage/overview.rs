//! Coverage by kind of facility: how many are covered, how many not, and of how many nobody knows.

use app::place::coverage::{Coverage, CoverageAsked, KindCoverage, RuleCoverage};
use app::place::gap_table::standard_rule;
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::facility::{FacilityKind, Metric};
use domain::portfolio::Portfolio;
use words::Lang;

use super::layers::{LayerLine, layer_lines};
use super::{
    Bar, Standing, asked, at_point, bar, causes, completeness, is_checked, kind_name, rule_text, standing,
    whole, with_limit,
};
use crate::editor::field::Typed;
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::page::Page;
use crate::place::may_manage_plan;
use crate::visit::{Visit, render};

struct Line {
    kind: String,
    rule: String,
    checked: bool,
    bar: Bar,
    completeness: String,
    at_point: String,
    everybody: bool,
    causes: String,
    link: String,
}

/// A kind of which nothing is asked how far it may be.
struct Other {
    kind: String,
    open: String,
    completeness: String,
}

/// Whether there is enough of a kind.
struct Enough {
    kind: String,
    places: String,
    people: String,
    per_thousand: String,
    standard: String,
    full: String,
    everybody: bool,
}

#[derive(Template)]
#[template(path = "place/coverage/overview.html")]
struct OverviewPage<'a> {
    page: Page,
    plan: &'a Code,
    limit: String,
    standing: Option<Standing>,
    lines: Vec<Line>,
    others: Vec<Other>,
    enough: Vec<Enough>,
    /// How many communities have everything that a standard asks for.
    communities: String,
    /// Communities of which no residence is on record.
    without: Vec<String>,
    limit_step: u32,
    layers: Vec<LayerLine>,
    may_manage: bool,
}

pub async fn show(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    let portfolio = visit.portfolio(&plan).await?;
    let asked = asked(&visit, &Typed(query));
    let found = visit.app.coverage(&portfolio, asked).await?;
    let page = visit.page(visit.t("coverage-title"));
    let lang = visit.lang;
    let coverage = found.as_deref();
    let lines = coverage.map_or_else(Vec::new, |coverage| lines(&page, &portfolio, coverage, asked, lang));
    let body = OverviewPage {
        limit: asked.limit.map_or_else(String::new, |limit| limit.to_string()),
        standing: coverage.map(|coverage| standing(&visit, &portfolio, coverage)),
        lines,
        others: coverage.map_or_else(Vec::new, |coverage| others(&portfolio, coverage, lang)),
        enough: coverage.map_or_else(Vec::new, |coverage| enough(&visit, &portfolio, coverage)),
        communities: coverage.map_or_else(String::new, |coverage| communities(&visit, coverage)),
        without: coverage.map_or_else(Vec::new, |coverage| {
            let names = coverage.without_residences.iter();
            names.map(|code| super::area_name(lang, &portfolio, code)).collect()
        }),
        limit_step: super::limit_step(&visit),
        layers: layer_lines(lang, &portfolio),
        may_manage: may_manage_plan(&visit, &plan),
        plan: &plan,
        page,
    };
    render(StatusCode::OK, &body)
}

fn lines(
    page: &Page,
    portfolio: &Portfolio,
    coverage: &Coverage,
    asked: CoverageAsked,
    lang: Lang,
) -> Vec<Line> {
    let line = |kind: &KindCoverage, held: &RuleCoverage| {
        let standard = held.rule.code().map_or_else(String::new, |code| format!("?standard={code}"));
        let path = format!("/place/coverage/kinds/{}{standard}", kind.kind);
        Line {
            kind: kind_name(lang, portfolio, &kind.kind),
            rule: rule_text(lang, portfolio, &held.rule),
            checked: is_checked(&held.rule),
            bar: bar(lang, &held.whole),
            completeness: completeness(lang, portfolio, &kind.kind, &kind.whole),
            at_point: at_point(lang, &kind.reached),
            everybody: kind.everybody,
            causes: causes(lang, &held.whole_causes),
            link: with_limit(page, &path, asked),
        }
    };
    let kinds = coverage.kinds.iter();
    kinds
        .flat_map(|kind| kind.rules.iter().map(move |held| (kind, held)))
        .map(|(kind, held)| line(kind, held))
        .collect()
}

fn others(portfolio: &Portfolio, coverage: &Coverage, lang: Lang) -> Vec<Other> {
    coverage
        .kinds
        .iter()
        .filter(|kind| kind.rules.is_empty())
        .map(|kind| Other {
            kind: kind_name(lang, portfolio, &kind.kind),
            open: whole(kind.open.len() as u64),
            completeness: completeness(lang, portfolio, &kind.kind, &kind.whole),
        })
        .collect()
}

fn enough(visit: &Visit, portfolio: &Portfolio, coverage: &Coverage) -> Vec<Enough> {
    let lang = visit.lang;
    let unit = |kind: &FacilityKind| {
        kind.capacity_unit.as_ref().map_or("", |unit| unit.get(lang.is_english())).to_owned()
    };
    coverage
        .kinds
        .iter()
        .filter_map(|kind| {
            let capacity = kind.capacity.as_ref()?;
            let held = portfolio.plan.facility_kind(kind.kind.as_str())?;
            let full = capacity.loads.iter().filter(|held| held.load.full() == Some(true)).count();
            let asks = portfolio
                .plan
                .standards_of(kind.kind.as_str(), portfolio.view.as_of)
                .find(|standard| standard.metric == Metric::PerThousand);
            let (known, open) = (capacity.known.to_string(), kind.open.len().to_string());
            Some(Enough {
                kind: held.name.get(lang.is_english()).to_owned(),
                places: visit.tw(
                    "coverage-places",
                    &[
                        ("places", &whole(capacity.places)),
                        ("unit", &unit(held)),
                        ("known", &known),
                        ("open", &open),
                    ],
                ),
                people: whole(capacity.people),
                per_thousand: capacity
                    .per_thousand()
                    .map_or_else(|| "—".into(), |value| format!("{value:.1}")),
                standard: asks.map_or_else(String::new, |standard| standard_rule(lang, portfolio, standard)),
                full: visit.tw("coverage-full-count", &[("full", &full.to_string()), ("known", &known)]),
                everybody: kind.everybody,
            })
        })
        .collect()
}

fn communities(visit: &Visit, coverage: &Coverage) -> String {
    let ruled = || coverage.kinds.iter().filter(|kind| !kind.rules.is_empty());
    if ruled().next().is_none() {
        return String::new();
    }
    let count = coverage.communities_with(ruled().map(|kind| &kind.kind));
    let [covered, not_covered, unknown] =
        [count.covered, count.not_covered, count.unknown].map(|count| count.to_string());
    visit.tw(
        "coverage-communities",
        &[("covered", &covered), ("not_covered", &not_covered), ("unknown", &unknown)],
    )
}
