//! The list of facilities: by kind, area, standing and name; the address is the whole state, and the same list goes
//! out as GeoJSON.

use app::place::notices;
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::area::AreaLevel;
use domain::code::Code;
use domain::facility::{Facility, FacilityStanding, OnSite};
use domain::portfolio::Portfolio;
use domain::source::Grade;

use super::{capacity_of, kind_of, may_add, name_of};
use crate::address::with_query;
use crate::editor::field::{Choice, Control, Field, Typed};
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::page::Page;
use crate::pager::Pager;
use crate::projects::folded;
use crate::tables::{GEOJSON, attachment};
use crate::visit::{Visit, render};

const PAGE_SIZE: usize = 50;

struct Line {
    code: String,
    name: String,
    kind: String,
    area: String,
    standing: FacilityStanding,
    opens: String,
    capacity: String,
    project: Option<(String, String)>,
    grade: Grade,
    on_site: OnSite,
}

#[derive(Template)]
#[template(path = "place/facilities.html")]
struct ListPage<'a> {
    page: Page,
    plan: &'a Code,
    filters: Vec<Field>,
    filtered: bool,
    pager: Pager,
    lines: Vec<Line>,
    geojson: String,
    notices: Vec<String>,
    may_add: bool,
}

const FILTERS: [&str; 5] = ["q", "kind", "area", "standing", "on_site"];

/// The facilities that an address asks for. An area has what lies in the areas below it as well.
fn select<'a>(portfolio: &'a Portfolio, typed: &Typed) -> Vec<&'a Facility> {
    let [q, kind, area, standing, on_site] = FILTERS.map(|name| typed.get(name).trim());
    let on_site = OnSite::WORDS.into_iter().find(|word| *word == on_site);
    let wanted = folded(q);
    let below = Code::new(area).ok().map(|area| portfolio.areas_below(&area)).unwrap_or_default();
    let standing = FacilityStanding::parse(standing);
    portfolio
        .facilities
        .iter()
        .filter(|it| kind.is_empty() || it.kind.as_ref().is_some_and(|held| held.as_str() == kind))
        .filter(|it| on_site.is_none_or(|wanted| it.on_site.as_str() == wanted))
        .filter(|it| standing.is_none_or(|wanted| portfolio.standing_of(it) == wanted))
        .filter(|it| area.is_empty() || portfolio.area_of(it).is_some_and(|held| below.contains(&held.code)))
        .filter(|it| {
            let name = it.name.as_ref().map_or(("", ""), |name| (name.zh.as_str(), name.en.as_str()));
            let text = folded(&format!("{} {} {}", it.code, name.0, name.1));
            wanted.split_whitespace().all(|word| text.contains(word))
        })
        .collect()
}

fn filters(visit: &Visit, portfolio: &Portfolio, typed: &Typed) -> Vec<Field> {
    let english = visit.lang.is_english();
    let any = || Choice::new("", visit.t("filter-any"));
    let kinds = portfolio.plan.facility_kinds.iter();
    let kinds = kinds.map(|kind| Choice::new(kind.kind.as_str(), kind.name.get(english)));
    let areas = portfolio.areas.values().filter(|area| area.level == Some(AreaLevel::Subdistrict));
    let areas = areas.map(|area| Choice::new(area.code.as_str(), area.name.get(english)));
    let standings = FacilityStanding::ALL.into_iter().map(|standing| {
        Choice::new(standing.as_str(), visit.t(&format!("facility-standing-{}", standing.as_str())))
    });
    let on_site = OnSite::WORDS.map(|word| Choice::new(word, visit.t(&format!("facility-on-site-{word}"))));
    let select = |name: &str, key: &str, choices: Vec<Choice>| {
        Field::new(visit.lang, name, key, Control::Select(choices)).value(typed.get(name))
    };
    vec![
        Field::new(visit.lang, "q", "facility-search", Control::Text).value(typed.get("q")),
        select("kind", "field-facility-kind", std::iter::once(any()).chain(kinds).collect()),
        select("area", "field-area", std::iter::once(any()).chain(areas).collect()),
        select("standing", "facility-standing", std::iter::once(any()).chain(standings).collect()),
        select("on_site", "facility-on-site", std::iter::once(any()).chain(on_site).collect()),
    ]
}

fn line(visit: &Visit, portfolio: &Portfolio, facility: &Facility) -> Line {
    let (lang, english) = (visit.lang, visit.lang.is_english());
    let kind = facility.kind.as_ref().map_or("", Code::as_str);
    Line {
        code: facility.code.to_string(),
        name: name_of(lang, portfolio, facility),
        kind: kind_of(lang, portfolio, facility),
        area: portfolio.area_of(facility).map_or("—", |area| area.name.get(english)).to_owned(),
        standing: portfolio.standing_of(facility),
        opens: super::facility::opening(visit, portfolio, facility),
        capacity: capacity_of(lang, portfolio, kind, facility.capacity.map(u64::from)),
        project: portfolio
            .project_of(facility)
            .map(|project| (project.code.to_string(), project.name.get(english).to_owned())),
        grade: facility.grade,
        on_site: facility.on_site.clone(),
    }
}

/// The address of the list with the same conditions, and a page or another ending.
fn address(plan: &Code, ending: &str, typed: &Typed, page: usize) -> String {
    let number = if page > 1 { page.to_string() } else { String::new() };
    let mut pairs: Vec<(&str, &str)> = FILTERS.map(|name| (name, typed.get(name))).to_vec();
    pairs.extend([("page", number.as_str())]);
    with_query(&format!("/p/{plan}/place/facilities{ending}"), &pairs)
}

pub async fn show(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    let portfolio = visit.portfolio(&plan).await?;
    let typed = Typed(query);
    let found = select(&portfolio, &typed);
    let page = visit.page(visit.t("facilities-title"));
    let to_page = |number: usize| page.at(&address(&plan, "", &typed, number));
    let pager = Pager::of(typed.get("page"), found.len(), PAGE_SIZE, to_page);
    let shown = pager.part(&found);
    let body = ListPage {
        filters: filters(&visit, &portfolio, &typed),
        filtered: FILTERS.iter().any(|name| !typed.get(name).is_empty()),
        lines: shown.iter().map(|it| line(&visit, &portfolio, it)).collect(),
        geojson: page.at(&address(&plan, ".geojson", &typed, 1)),
        notices: notices(shown.iter().copied()).into_iter().map(str::to_owned).collect(),
        may_add: may_add(&visit),
        plan: &plan,
        pager,
        page,
    };
    render(StatusCode::OK, &body)
}

pub async fn geojson(
    visit: Visit,
    Path(plan): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    let portfolio = visit.portfolio(&plan).await?;
    let found = select(&portfolio, &Typed(query));
    let body = app::place::geojson(&portfolio, &found, visit.lang).to_string();
    Ok(attachment(GEOJSON, &format!("facilities-{}.geojson", portfolio.view.as_of), body))
}
