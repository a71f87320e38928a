//! One facility: what is known of it, since when it serves, and the standards of its kind.

use app::AppError;
use app::place::degrees_text;
use app::place::shape::square_metres;
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::code::Code;
use domain::facility::{Datum, Facility, FacilityStanding, OnSite, Opened, ReachedBy, entrances_text};
use domain::policy::Action;
use domain::portfolio::Portfolio;
use domain::request::Point;
use domain::source::Grade;
use domain::subject::Subject;

use super::{Rule, capacity_of, kind_of, name_of, on_site_text, rule, whole};
use crate::editor::field::Typed;
use crate::editor::page::{known_code, saved};
use crate::error::PageError;
use crate::page::Page;
use crate::visit::{Visit, render};
use crate::words_of::{day, word};

#[derive(Template)]
#[template(path = "place/facility.html")]
struct FacilityPage<'a> {
    page: Page,
    plan: &'a Code,
    code: &'a Code,
    name: String,
    saved: String,
    kind: String,
    kind_code: String,
    standing: FacilityStanding,
    opens: String,
    closes: String,
    area: Option<(String, String)>,
    site: String,
    stated: String,
    /// Its size, of one that is drawn.
    boundary: String,
    /// At what it is reached, and its entrances.
    reached: String,
    entrances: String,
    capacity: String,
    project: Option<(String, String)>,
    grade: Grade,
    source: String,
    url: String,
    reason: String,
    licence: String,
    on_site: OnSite,
    on_site_said: String,
    rules: Vec<Rule>,
    may_edit: bool,
    may_audit: bool,
}

/// Since when a facility serves, in words.
pub(super) fn opening(visit: &Visit, portfolio: &Portfolio, facility: &Facility) -> String {
    match facility.opened(portfolio.project_of(facility)) {
        Opened::On(date) => day(visit.lang, date),
        Opened::Unknown => visit.t("facility-opened-unknown").into_owned(),
        Opened::NotInUse => visit.t("facility-not-in-use").into_owned(),
    }
}

fn coordinates(visit: &Visit, datum: Datum, at: Point) -> String {
    let (longitude, latitude) = (degrees_text(at.longitude), degrees_text(at.latitude));
    let datum = word(visit.lang, "datum", datum.as_str());
    visit.tw("facility-coordinates", &[("longitude", &longitude), ("latitude", &latitude), ("datum", &datum)])
}

/// At what a facility is reached, in words.
fn reached(visit: &Visit, facility: &Facility) -> String {
    match facility.reached_by() {
        Some(ReachedBy::Entrances) => {
            let count = facility.entrances.len().to_string();
            visit.tw("facility-reached-entrances", &[("count", &count)])
        }
        Some(ReachedBy::Boundary) => visit.t("facility-reached-boundary").into_owned(),
        Some(ReachedBy::Point) => visit.t("facility-reached-point").into_owned(),
        None => String::new(),
    }
}

pub async fn show(
    visit: Visit,
    Path((plan, code)): Path<(String, String)>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let (plan, code) = (known_code(&plan)?, known_code(&code)?);
    let portfolio = visit.portfolio(&plan).await?;
    let facility = portfolio.facility(code.as_str()).ok_or(AppError::NotFound)?;
    let (lang, english) = (visit.lang, visit.lang.is_english());
    let kind = facility.kind.as_ref().map_or("", Code::as_str);
    let entry = visit.app.entry(facility.registered).await?;
    let (source, reason) = entry.map(|entry| (entry.draft.source, entry.draft.reason)).unwrap_or_default();
    let (_, target) = visit.app.subject_and_target(&Subject::facility(&plan, &code)).await?;
    let name = name_of(lang, &portfolio, facility);
    let page = FacilityPage {
        saved: saved(lang, &Typed(query)),
        kind: kind_of(lang, &portfolio, facility),
        kind_code: kind.to_owned(),
        standing: portfolio.standing_of(facility),
        opens: opening(&visit, &portfolio, facility),
        closes: facility.closes.map_or_else(String::new, |on| day(lang, on)),
        area: portfolio
            .area_of(facility)
            .map(|area| (area.code.to_string(), area.name.get(english).to_owned())),
        site: facility.site.map_or_else(String::new, |site| coordinates(&visit, Datum::Wgs84, site.at)),
        stated: facility
            .site
            .and_then(|site| site.stated)
            .map_or_else(String::new, |stated| coordinates(&visit, stated.datum, stated.at)),
        boundary: facility.boundary.as_ref().map_or_else(String::new, |held| {
            square_metres(&held.boundary).map_or_else(
                |_| visit.t("facility-drawn").into_owned(),
                |area| visit.tw("facility-square-metres", &[("area", &whole(area))]),
            )
        }),
        reached: reached(&visit, facility),
        entrances: entrances_text(facility.entrances.iter().map(|entrance| entrance.at)),
        capacity: capacity_of(lang, &portfolio, kind, facility.capacity.map(u64::from)),
        project: portfolio
            .project_of(facility)
            .map(|project| (project.code.to_string(), project.name.get(english).to_owned())),
        grade: facility.grade,
        source: source.title,
        url: source.url,
        reason,
        licence: facility.licence.clone(),
        on_site: facility.on_site.clone(),
        on_site_said: on_site_text(lang, &facility.on_site),
        rules: portfolio
            .plan
            .standards_of(kind, portfolio.view.as_of)
            .map(|held| rule(lang, &portfolio, held))
            .collect(),
        may_edit: visit.actor.may(Action::ManageFacilities, &target),
        may_audit: visit.actor.may_somewhere(Action::ReadAudit),
        page: visit.page(name.clone()),
        name,
        plan: &plan,
        code: &code,
    };
    render(StatusCode::OK, &page)
}
