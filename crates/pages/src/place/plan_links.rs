//! Links of the plan on the links page: the list, the map, the way to put one on the books, and to withdraw it.

use app::place::links::{LinkGain, LinkGround};
use app::place::{Basis, degrees_text};
use app::read::Asked;
use app::{AppError, Change};
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::code::Code;
use domain::command::Command;
use domain::facility::{Datum, FacilityStanding};
use domain::link::{HeldLink, NewLink};
use domain::plan::PlanFact;
use domain::policy::Action;
use domain::portfolio::Portfolio;
use domain::request::Point;
use domain::source::{Grade, Source};
use domain::subject::Subject;

use super::leaving::Leaving;
use super::map::{Drawn, Told};
use super::{may_manage_plan, whole};
use crate::editor::page::{Filled, known_code};
use crate::error::PageError;
use crate::page::Page;
use crate::tables::GEOJSON;
use crate::visit::Visit;
use crate::words_of::{day, encode};

/// A link of the plan as a line.
pub(super) struct OwnLine {
    pub name: String,
    pub code: String,
    pub form: String,
    pub standing: String,
    /// Since when, or until when; empty where nobody said.
    pub when: String,
    pub project: Option<(String, String)>,
    pub length: String,
    pub gains: String,
    pub seen: String,
    pub illustrative: bool,
    /// Where it is changed and withdrawn; empty for whoever may not.
    pub edit: String,
    pub withdraw: String,
}

/// Where a drawn link is put on the books.
pub(super) fn record(visit: &Visit, page: &Page, plan: &Code, ends: [Point; 2]) -> String {
    if !may_manage_plan(visit, plan) {
        return String::new();
    }
    let [from, to] =
        ends.map(|at| encode(&format!("{}, {}", degrees_text(at.latitude), degrees_text(at.longitude))));
    let datum = Datum::Wgs84.as_str();
    page.link(&format!("/record/plan_link?link_from={from}&link_to={to}&link_datum={datum}"))
}

fn when(visit: &Visit, portfolio: &Portfolio, link: &NewLink) -> String {
    use domain::facility::Opened;
    let opened = match link.opened(portfolio.builder_of(link)) {
        Opened::On(on) => visit.tw("plan-links-opens", &[("on", &day(visit.lang, on))]),
        Opened::NotInUse if link.project.is_some() => visit.t("plan-links-with-project").into_owned(),
        Opened::NotInUse | Opened::Unknown => visit.t("plan-links-no-day").into_owned(),
    };
    match link.closes {
        Some(on) => format!("{opened} · {}", visit.tw("plan-links-closes", &[("on", &day(visit.lang, on))])),
        None => opened,
    }
}

fn gains(visit: &Visit, ground: Option<&LinkGround>, gain: Option<&Option<LinkGain>>) -> String {
    match (ground, gain) {
        (Some(ground), Some(Some(gain))) => {
            let key = match ground.basis {
                Basis::People => "plan-links-gain",
                Basis::Residences => "plan-links-gain-residences",
            };
            visit.tw(key, &[("gaining", &whole(gain.gaining)), ("helped", &whole(gain.helped))])
        }
        (Some(_), _) => visit.t("plan-links-off-network").into_owned(),
        (None, _) => visit.t("plan-links-not-counted").into_owned(),
    }
}

pub(super) fn lines(
    visit: &Visit,
    page: &Page,
    portfolio: &Portfolio,
    (ground, found): (Option<&LinkGround>, &[Option<LinkGain>]),
) -> Vec<OwnLine> {
    let english = visit.lang.is_english();
    let manages = may_manage_plan(visit, &portfolio.plan.code);
    let line = |(at, held): (usize, &HeldLink)| {
        let HeldLink { code, link, grade, .. } = held;
        let metres = link.metres.map_or(link.straight(), u64::from);
        let change = |to: String| if manages { page.link(&to) } else { String::new() };
        OwnLine {
            name: link.name.get(english).to_owned(),
            code: code.to_string(),
            form: visit.t(&format!("link-form-{}", link.form.as_str())).into_owned(),
            standing: visit.t(standing_key(portfolio.link_standing(link))).into_owned(),
            when: when(visit, portfolio, link),
            project: link.project.as_ref().map(|project| {
                let name = portfolio.project(project.as_str()).map(|held| held.name.get(english).to_owned());
                let name = name.unwrap_or_else(|| project.to_string());
                (name, page.link(&format!("/projects/{project}")))
            }),
            length: visit.tw("reach-metres", &[("metres", &whole(metres))]),
            gains: gains(visit, ground, found.get(at)),
            seen: link.seen.as_ref().map_or_else(
                || visit.t("plan-links-never-seen").into_owned(),
                |seen| visit.tw("plan-links-seen", &[("by", &seen.by), ("on", &day(visit.lang, seen.on))]),
            ),
            illustrative: *grade == Grade::Illustrative,
            edit: change(format!("/record/plan_link?slot=link/{code}")),
            withdraw: change(format!("/place/links/withdraw/{code}")),
        }
    };
    portfolio.plan.links.iter().enumerate().map(line).collect()
}

fn standing_key(standing: FacilityStanding) -> &'static str {
    match standing {
        FacilityStanding::Planned => "link-standing-planned",
        FacilityStanding::Open => "link-standing-open",
        FacilityStanding::Closed => "link-standing-closed",
    }
}

/// The links of the plan as they are drawn: those that people walk over, and those that they do not.
pub(super) fn drawn(visit: &Visit, page: &Page, portfolio: &Portfolio) -> Vec<Drawn> {
    let links = portfolio.plan.links.iter().map(|held| {
        let standing = portfolio.link_standing(&held.link);
        let told = Told {
            name: held.link.name.get(visit.lang.is_english()).to_owned(),
            said: visit.t(standing_key(standing)).into_owned(),
            to: held
                .link
                .project
                .as_ref()
                .map_or_else(String::new, |it| page.link(&format!("/projects/{it}"))),
        };
        Drawn::Built { ends: held.link.points(), open: standing == FacilityStanding::Open, told }
    });
    links.collect()
}

/// The links of the plan as GeoJSON.
pub async fn geojson(visit: Visit, Path(plan): Path<String>) -> Result<Response, PageError> {
    let portfolio = visit.portfolio(&known_code(&plan)?).await?;
    let body = app::place::links_geojson(&portfolio);
    Ok(([(header::CONTENT_TYPE, GEOJSON)], body.to_string()).into_response())
}

/// The link of an address, for whoever may take it off the books.
async fn leaving(visit: &Visit, plan: &str, link: &str) -> Result<(Code, Code, Leaving), PageError> {
    let plan = known_code(plan)?;
    if !may_manage_plan(visit, &plan) {
        return Err(visit.forbidden(Action::ManagePlan));
    }
    let portfolio = visit.app.portfolio(&plan, Asked::default()).await?;
    let held = portfolio.plan.link(link).ok_or(AppError::NotFound)?;
    let list = format!("/p/{plan}/place/links");
    let leaving = Leaving {
        name: held.link.name.get(visit.lang.is_english()).to_owned(),
        action: format!("{list}/withdraw/{}", held.code),
        list,
        title: "plan-links-withdraw",
        from: "plan-links-withdraw-from",
        intro: visit.t("plan-links-withdraw-note").into_owned(),
    };
    Ok((plan, held.code.clone(), leaving))
}

pub async fn withdraw(
    visit: Visit,
    Path((plan, link)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let (.., leaving) = leaving(&visit, &plan, &link).await?;
    leaving.show(&visit)
}

pub async fn take_off(
    visit: Visit,
    Path((plan, link)): Path<(String, String)>,
    Filled(typed): Filled,
) -> Result<Response, PageError> {
    let (plan, link, leaving) = leaving(&visit, &plan, &link).await?;
    let leave = async |effective, reason| {
        let facts = vec![PlanFact::Link { link, held: None }.into()];
        let command = Command::Record { subject: Subject::plan(&plan), facts, expected: None };
        let change = Change { command, effective: Some(effective), source: Source::default(), reason };
        visit.app.change(&visit.actor, change).await
    };
    leaving.take(&visit, &typed, leave).await
}
