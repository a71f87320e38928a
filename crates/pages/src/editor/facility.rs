//! Facilities, their kinds and standards as fields of a form.

use std::str::FromStr;

use app::place::{degrees_text, site, site_boundary};
use domain::boundary::Boundary;
use domain::facility::{
    Ages, Checked, Circle, Datum, FacilityFact, FacilityKind, FacilityStandard, Metric, SeenOnSite, Site,
    Stated, entrances_text, parse_entrances,
};
use domain::plan::PlanFact;
use domain::refusal::{Problem, Reference};
use domain::request::Point;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::reader::{Mistake, Reader};
use super::topic::{
    CLOSES, ENTRANCES, FACILITY_AREA, FACILITY_BOUNDARY, FACILITY_CAPACITY, FACILITY_KIND, FACILITY_PROJECT,
    FACILITY_SORT, FACILITY_STANDARD, LICENCE, NAMED, ON_SITE, OPENS, SITE,
};
use super::values::{Described, Values, codes, named, opt, yes_no};

/// A fact's topic and its values in the order of the topic's fields.
pub(super) fn described(fact: &FacilityFact) -> Described {
    match fact {
        FacilityFact::Name(name) => (&NAMED, named("name_zh", "name_en", name)),
        FacilityFact::Kind { kind } => (&FACILITY_SORT, vec![("facility_kind", kind.to_string())]),
        FacilityFact::Site(site) => {
            let Stated { datum, at } = site.source();
            let values = vec![
                ("longitude", degrees_text(at.longitude)),
                ("latitude", degrees_text(at.latitude)),
                ("datum", datum.as_str().to_owned()),
            ];
            (&SITE, values)
        }
        FacilityFact::Boundary { boundary } => {
            let (datum, drawn) = boundary.as_ref().map(|held| held.source()).unzip();
            let values = vec![
                ("facility_boundary", drawn.map_or_else(String::new, Boundary::to_wkt)),
                ("boundary_datum", datum.map_or_else(String::new, |datum: Datum| datum.as_str().to_owned())),
            ];
            (&FACILITY_BOUNDARY, values)
        }
        FacilityFact::Entrances { at } => {
            let (datum, points) = stated(at);
            let datum = if points.is_empty() { String::new() } else { datum.as_str().to_owned() };
            (&ENTRANCES, vec![("entrances", points), ("entrances_datum", datum)])
        }
        FacilityFact::Area { area } => (&FACILITY_AREA, vec![("area", opt(area))]),
        FacilityFact::Capacity { amount } => (&FACILITY_CAPACITY, vec![("facility_capacity", opt(amount))]),
        FacilityFact::Opens { on } => (&OPENS, vec![("opens_on", opt(on))]),
        FacilityFact::Closes { on } => (&CLOSES, vec![("closes_on", opt(on))]),
        FacilityFact::Project { project } => (&FACILITY_PROJECT, vec![("project", opt(project))]),
        FacilityFact::Licence { notice } => (&LICENCE, vec![("licence", notice.clone())]),
        FacilityFact::OnSite { seen } => {
            let seen = seen.as_ref();
            let values = vec![
                ("seen_on", opt(&seen.map(|seen| seen.on))),
                ("seen_by", seen.map_or_else(String::new, |seen| seen.by.clone())),
                ("seen_capacity", seen.map_or_else(String::new, |seen| yes_no(seen.capacity))),
            ];
            (&ON_SITE, values)
        }
    }
}

/// Entrances as their source gave them; in WGS 84 where sources gave them in several datums.
fn stated(at: &[Site]) -> (Datum, String) {
    let mut datums = at.iter().map(|site| site.source().datum);
    let datum = datums.next().filter(|first| datums.all(|other| other == *first));
    let point = |site: &Site| if datum.is_some() { site.source().at } else { site.at };
    (datum.unwrap_or(Datum::Wgs84), entrances_text(at.iter().map(point)))
}

pub(super) fn kind(held: &FacilityKind) -> Described {
    let mut out: Values = vec![("kind_code", held.kind.to_string()), ("order", held.order.to_string())];
    out.extend(named("name_zh", "name_en", &held.name));
    out.push(("ages", opt(&held.ages)));
    let unit = held.capacity_unit.clone().unwrap_or_default();
    out.extend(named("capacity_unit_zh", "capacity_unit_en", &unit));
    out.push(("kind_categories", codes(&held.request_categories)));
    out.push(("least_square_metres", opt(&held.least_square_metres)));
    out.push(("closed", yes_no(held.closed)));
    (&FACILITY_KIND, out)
}

pub(super) fn standard(held: &FacilityStandard) -> Described {
    let mut out: Values =
        vec![("standard_code", held.standard.to_string()), ("facility_kind", held.kind.to_string())];
    out.extend(named("name_zh", "name_en", &held.name));
    out.extend([
        ("circle", held.circle.as_str().to_owned()),
        ("metric", held.metric.as_str().to_owned()),
        ("value", held.value.normalize().to_string()),
        ("valid_from", opt(&held.valid_from)),
        ("valid_to", opt(&held.valid_to)),
        ("standard_url", held.url.clone()),
        ("checked_on", opt(&held.checked.as_ref().map(|checked| checked.on))),
        ("checked_by", held.checked.as_ref().map_or_else(String::new, |checked| checked.by.clone())),
    ]);
    (&FACILITY_STANDARD, out)
}

pub(super) fn read(topic: &str, r: &mut Reader<'_>) -> Option<FacilityFact> {
    Some(match topic {
        "name" => FacilityFact::Name(r.named("name_zh", "name_en")?),
        "facility_sort" => FacilityFact::Kind { kind: r.must("facility_kind", Reader::code)? },
        "site" => {
            let longitude = r.must("longitude", |r, f| degrees(r, f, 180));
            let latitude = r.must("latitude", |r, f| degrees(r, f, 90));
            let datum = r.must("datum", |r, f| r.word(f, Datum::parse));
            let at = Point { longitude: longitude?, latitude: latitude? };
            match site(Stated { datum: datum?, at }) {
                Some(site) => FacilityFact::Site(site),
                None => {
                    r.fail("longitude", Mistake::NotDegrees);
                    return None;
                }
            }
        }
        "facility_boundary" if r.text("facility_boundary").is_empty() => {
            FacilityFact::Boundary { boundary: None }
        }
        "facility_boundary" => {
            let drawn =
                r.parsed("facility_boundary", Mistake::NotABoundary, |text| Boundary::parse(text).ok());
            let datum = r.must("boundary_datum", |r, f| r.word(f, Datum::parse));
            let placed = site_boundary(datum?, drawn?);
            if placed.is_none() {
                r.fail("facility_boundary", Mistake::NotABoundary);
            }
            FacilityFact::Boundary { boundary: Some(placed?) }
        }
        "entrances" if r.text("entrances").is_empty() => FacilityFact::Entrances { at: Vec::new() },
        "entrances" => {
            let points = r.parsed("entrances", Mistake::NotEntrances, |text| parse_entrances(text).ok());
            let datum = r.must("entrances_datum", |r, f| r.word(f, Datum::parse))?;
            let at: Option<Vec<Site>> = points?.into_iter().map(|at| site(Stated { datum, at })).collect();
            if at.is_none() {
                r.fail("entrances", Mistake::NotDegrees);
            }
            FacilityFact::Entrances { at: at? }
        }
        "facility_area" => FacilityFact::Area { area: r.code("area") },
        "facility_capacity" => FacilityFact::Capacity { amount: r.whole("facility_capacity") },
        "opens" => FacilityFact::Opens { on: r.day("opens_on") },
        "closes" => FacilityFact::Closes { on: r.day("closes_on") },
        "facility_project" => FacilityFact::Project { project: r.code("project") },
        "licence" => FacilityFact::Licence { notice: r.text("licence").to_owned() },
        "on_site" if ["seen_on", "seen_by"].iter().all(|field| r.text(field).is_empty()) => {
            FacilityFact::OnSite { seen: None }
        }
        "on_site" => {
            let on = r.must("seen_on", Reader::day);
            let by = r.must("seen_by", |r, f| Some(r.text(f).to_owned()));
            let capacity = r.yes_no("seen_capacity").unwrap_or(false);
            FacilityFact::OnSite { seen: Some(SeenOnSite { on: on?, by: by?, capacity }) }
        }
        _ => return None,
    })
}

/// Degrees up to so many, in millionths.
fn degrees(r: &mut Reader<'_>, field: &str, most: i32) -> Option<i32> {
    let value = r.number(field)?;
    let millionths = value.checked_mul(Decimal::from(1_000_000)).and_then(|value| value.round().to_i32());
    let limit = most * 1_000_000;
    let found = millionths.filter(|found| (-limit..=limit).contains(found));
    if found.is_none() {
        r.fail(field, Mistake::NotDegrees);
    }
    found
}

pub(super) fn read_of_plan(topic: &str, r: &mut Reader<'_>) -> Option<PlanFact> {
    match topic {
        "facility_kind" => {
            let (kind, order) = (r.must("kind_code", Reader::code), r.must("order", Reader::whole));
            let name = r.named("name_zh", "name_en");
            let ages = r.parsed("ages", Mistake::NotAges, |text| Ages::from_str(text).ok());
            let capacity_unit = r.maybe_named("capacity_unit_zh", "capacity_unit_en");
            let request_categories = r.codes("kind_categories");
            let least_square_metres = r.whole("least_square_metres");
            let closed = r.yes_no("closed").unwrap_or(false);
            Some(PlanFact::FacilityKind(FacilityKind {
                kind: kind?,
                order: order?,
                name: name?,
                ages,
                capacity_unit,
                request_categories,
                least_square_metres,
                closed,
            }))
        }
        "facility_standard" => {
            let standard = r.must("standard_code", Reader::code);
            let kind = r.must("facility_kind", Reader::code);
            let name = r.named("name_zh", "name_en");
            let circle = r.must("circle", |r, f| r.word(f, Circle::parse));
            let metric = r.must("metric", |r, f| r.word(f, Metric::parse));
            let value = r.must("value", Reader::number);
            let (valid_from, valid_to) = (r.day("valid_from"), r.day("valid_to"));
            let url = r.text("standard_url").to_owned();
            let checked = if r.text("checked_on").is_empty() && r.text("checked_by").is_empty() {
                None
            } else {
                let on = r.must("checked_on", Reader::day);
                let by = r.must("checked_by", |r, f| Some(r.text(f).to_owned()));
                Some(Checked { on: on?, by: by? })
            };
            Some(PlanFact::FacilityStandard(FacilityStandard {
                standard: standard?,
                kind: kind?,
                name: name?,
                circle: circle?,
                metric: metric?,
                value: value?,
                valid_from,
                valid_to,
                url,
                checked,
            }))
        }
        _ => None,
    }
}

/// The field that a problem of a topic is about; `None` for topics of other sorts.
pub(super) fn field_of(topic: &str, problem: &Problem) -> Option<&'static str> {
    Some(match topic {
        "facility_kind" if matches!(problem, Problem::Missing(_)) => "facility_kind",
        "facility_kind" => match problem {
            Problem::UnknownReference { what: Reference::RequestCategory, .. } => "kind_categories",
            Problem::NotAboveZero => "least_square_metres",
            _ => "name_zh",
        },
        "facility_standard" => match problem {
            Problem::UnknownReference { what: Reference::FacilityKind, .. } => "facility_kind",
            Problem::NotAboveZero => "value",
            Problem::PeriodOrder => "valid_to",
            Problem::BadAddress | Problem::Missing(_) => "standard_url",
            Problem::Future { .. } => "checked_on",
            _ => "name_zh",
        },
        "facility_sort" => "facility_kind",
        "site" => "longitude",
        "facility_boundary" => "facility_boundary",
        "entrances" => "entrances",
        "facility_area" => "area",
        "facility_capacity" => "facility_capacity",
        "opens" => "opens_on",
        "closes" => "closes_on",
        "facility_project" => "project",
        "licence" => "licence",
        "on_site" => match problem {
            Problem::Missing(_) => "seen_capacity",
            Problem::Future { .. } | Problem::ChangedSince { .. } => "seen_on",
            _ => "seen_by",
        },
        _ => return None,
    })
}
