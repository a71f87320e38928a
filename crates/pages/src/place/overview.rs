//! The kinds of facilities with what there is of each on the day, and the standards they are held against.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::facility::{Facility, FacilityStanding};

use super::{Rule, capacity_of, may_add, may_manage_plan, rule};
use crate::editor::page::known_code;
use crate::error::PageError;
use crate::page::Page;
use crate::visit::{Visit, render};

struct KindLine {
    code: String,
    name: String,
    whom: String,
    closed: bool,
    /// How many are open, planned and closed, and where they are listed.
    counts: Vec<(FacilityStanding, usize, String)>,
    capacity: String,
    rules: Vec<Rule>,
}

struct StandardLine {
    kind: String,
    rule: Rule,
    in_force: bool,
}

#[derive(Template)]
#[template(path = "place/overview.html")]
struct OverviewPage<'a> {
    page: Page,
    plan: &'a Code,
    kinds: Vec<KindLine>,
    standards: Vec<StandardLine>,
    may_add: bool,
    may_manage: bool,
}

pub async fn show(visit: Visit, Path(plan): Path<String>) -> Result<Response, PageError> {
    let plan = known_code(&plan)?;
    let portfolio = visit.portfolio(&plan).await?;
    let (lang, english, as_of) = (visit.lang, visit.lang.is_english(), portfolio.view.as_of);
    let page = visit.page(visit.t("place-title"));
    let mut by_kind: BTreeMap<&str, Vec<(&Facility, FacilityStanding)>> = BTreeMap::new();
    for facility in &portfolio.facilities {
        let kind = facility.kind.as_ref().map_or("", Code::as_str);
        by_kind.entry(kind).or_default().push((facility, portfolio.standing_of(facility)));
    }
    let kinds = portfolio
        .plan
        .facility_kinds
        .iter()
        .map(|kind| {
            let code = kind.kind.as_str();
            let held = by_kind.get(code).map_or(&[][..], Vec::as_slice);
            let counts = [FacilityStanding::Open, FacilityStanding::Planned, FacilityStanding::Closed]
                .into_iter()
                .map(|standing| {
                    let count = held.iter().filter(|(_, own)| *own == standing).count();
                    let list = format!("/place/facilities?kind={code}&standing={}", standing.as_str());
                    (standing, count, page.link(&list))
                })
                .collect();
            let open = held.iter().filter(|(_, standing)| *standing == FacilityStanding::Open);
            let known: Vec<u64> = open.filter_map(|(it, _)| it.capacity.map(u64::from)).collect();
            let sum = (!known.is_empty()).then(|| known.iter().sum());
            let capacity = match capacity_of(lang, &portfolio, code, sum) {
                sum if sum.is_empty() => sum,
                sum => {
                    let count = known.len().to_string();
                    visit.tw("place-capacity-known", &[("sum", &sum), ("count", &count)])
                }
            };
            KindLine {
                code: code.to_owned(),
                name: kind.name.get(english).to_owned(),
                whom: kind.ages.map_or_else(
                    || visit.t("place-everybody").into_owned(),
                    |ages| visit.tw("place-aged", &[("ages", &ages.to_string())]),
                ),
                closed: kind.closed,
                counts,
                capacity,
                rules: portfolio
                    .plan
                    .standards_of(code, as_of)
                    .map(|held| rule(lang, &portfolio, held))
                    .collect(),
            }
        })
        .collect();
    let standards = portfolio
        .plan
        .facility_standards
        .iter()
        .map(|held| StandardLine {
            kind: super::kind_name(lang, &portfolio, &held.kind),
            rule: rule(lang, &portfolio, held),
            in_force: held.holds_on(as_of),
        })
        .collect();
    let (may_add, may_manage) = (may_add(&visit), may_manage_plan(&visit, &plan));
    render(StatusCode::OK, &OverviewPage { page, plan: &plan, kinds, standards, may_add, may_manage })
}
