//! Facilities, the kinds they are of and the standards they are held against.

mod coverage;
mod edit;
mod facility;
mod leaving;
mod links;
mod list;
mod map;
mod overview;
mod plan_links;
mod reach;
mod shares;
mod siting;

pub(crate) use coverage::{gap_words, gaps_of};
pub(crate) use map::base_strokes;

use app::place::gap_table::standard_rule;
use axum::Router;
use axum::routing::get;
use domain::code::Code;
use domain::facility::{Facility, FacilityStandard, OnSite};
use domain::policy::{Action, Target};
use domain::portfolio::Portfolio;
use rust_decimal::Decimal;
use words::Lang;

use crate::PagesState;
use crate::visit::Visit;
use crate::words_of::{number, word};

pub(crate) fn routes() -> Router<PagesState> {
    Router::new()
        .route("/p/{plan}/place", get(overview::show))
        .route("/p/{plan}/place/map", get(map::show))
        .route("/p/{plan}/place/map/areas.geojson", get(map::areas))
        .route("/p/{plan}/place/map/projects.geojson", get(map::projects))
        .route("/p/{plan}/place/map/base.geojson", get(map::base))
        .route("/p/{plan}/place/map/coverage", get(shares::show))
        .route("/p/{plan}/place/siting", get(siting::show))
        .route("/p/{plan}/place/siting.json", get(siting::as_json))
        .route("/p/{plan}/place/siting.csv", get(siting::as_csv))
        .route("/p/{plan}/place/links", get(links::show))
        .route("/p/{plan}/place/links.geojson", get(plan_links::geojson))
        .route("/p/{plan}/place/links/withdraw/{link}", get(plan_links::withdraw).post(plan_links::take_off))
        .route("/p/{plan}/place/reach", get(reach::show))
        .route("/p/{plan}/place/reach.geojson", get(reach::geojson))
        .route("/p/{plan}/place/facilities", get(list::show))
        .route("/p/{plan}/place/facilities.geojson", get(list::geojson))
        .route("/p/{plan}/place/facilities/new", get(edit::new).post(edit::create))
        .route("/p/{plan}/place/facilities/{code}", get(facility::show))
        .route("/p/{plan}/place/facilities/{code}/edit", get(edit::show).post(edit::save))
        .route("/p/{plan}/place/facilities/{code}/on-site", get(edit::on_site).post(edit::save_on_site))
        .merge(coverage::routes())
}

/// What a facility is called: many have no name of their own.
fn name_of(lang: Lang, portfolio: &Portfolio, facility: &Facility) -> String {
    match &facility.name {
        Some(name) => name.get(lang.is_english()).to_owned(),
        None => words::with(
            lang,
            "facility-unnamed",
            &[("kind", &kind_of(lang, portfolio, facility)), ("code", facility.code.as_str())],
        ),
    }
}

/// The kind of a facility by its name; empty where nobody said.
fn kind_of(lang: Lang, portfolio: &Portfolio, facility: &Facility) -> String {
    facility.kind.as_ref().map_or_else(String::new, |kind| kind_name(lang, portfolio, kind))
}

fn kind_name(lang: Lang, portfolio: &Portfolio, code: &Code) -> String {
    let held = portfolio.plan.facility_kind(code.as_str());
    held.map_or(code.as_str(), |kind| kind.name.get(lang.is_english())).to_owned()
}

fn area_name(lang: Lang, portfolio: &Portfolio, code: &Code) -> String {
    portfolio.areas.get(code).map_or(code.as_str(), |area| area.name.get(lang.is_english())).to_owned()
}

/// A whole number as it is told.
fn whole(value: impl Into<Decimal>) -> String {
    number(value.into())
}

/// Whether somebody saw a facility on site, in words.
fn on_site_text(lang: Lang, held: &OnSite) -> String {
    match held {
        OnSite::Never => words::text(lang, "facility-on-site-never").into_owned(),
        OnSite::Seen(seen) | OnSite::Lapsed(seen) => {
            let key = match (held, seen.capacity) {
                (OnSite::Lapsed(_), _) => "facility-on-site-lapsed-by",
                (_, true) => "facility-on-site-seen-capacity",
                (_, false) => "facility-on-site-seen-by",
            };
            let on = crate::words_of::day(lang, seen.on);
            words::with(lang, key, &[("by", &seen.by), ("on", &on)])
        }
    }
}

/// How much it takes, with its unit; empty where nobody said.
fn capacity_of(lang: Lang, portfolio: &Portfolio, kind: &str, amount: Option<u64>) -> String {
    let unit = portfolio.plan.facility_kind(kind).and_then(|held| held.capacity_unit.as_ref());
    amount.map_or_else(String::new, |amount| {
        let space = if lang.is_english() { " " } else { "" };
        format!("{}{space}{}", number(amount.into()), unit.map_or("", |unit| unit.get(lang.is_english())))
    })
}

/// A standard as a line: its level, its rule, where it stands and whether anybody has looked.
struct Rule {
    code: String,
    circle: String,
    rule: String,
    document: String,
    url: String,
    valid: String,
    checked: bool,
    checked_by: String,
}

fn rule(lang: Lang, portfolio: &Portfolio, held: &FacilityStandard) -> Rule {
    let english = lang.is_english();
    let day = |day: jiff::civil::Date| crate::words_of::day(lang, day);
    let valid = match (held.valid_from.map(day), held.valid_to.map(day)) {
        (Some(from), Some(to)) => words::with(lang, "standard-from-to", &[("from", &from), ("to", &to)]),
        (Some(from), None) => words::with(lang, "standard-from", &[("from", &from)]),
        (None, Some(to)) => words::with(lang, "standard-to", &[("to", &to)]),
        (None, None) => words::text(lang, "standard-undated").into_owned(),
    };
    let by = held.checked.as_ref().map_or_else(String::new, |checked| {
        words::with(lang, "standard-checked-by", &[("by", &checked.by), ("on", &day(checked.on))])
    });
    Rule {
        code: held.standard.to_string(),
        circle: word(lang, "circle", held.circle.as_str()),
        rule: standard_rule(lang, portfolio, held),
        document: held.name.get(english).to_owned(),
        url: held.url.clone(),
        valid,
        checked: held.is_checked(),
        checked_by: by,
    }
}

/// Whether facilities may be put on the books, somewhere.
fn may_add(visit: &Visit) -> bool {
    visit.actor.may_somewhere(Action::ManageFacilities)
}

fn may_manage_plan(visit: &Visit, plan: &Code) -> bool {
    visit.actor.may(Action::ManagePlan, &Target { plan: Some(plan.clone()), ..Target::default() })
}
