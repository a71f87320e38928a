//! Links of the plan as fields of a form.

use app::place::{degrees_text, site};
use domain::code::Code;
use domain::facility::{Datum, Site, Stated};
use domain::link::{EndsSeen, LinkForm, NewLink};
use domain::plan::PlanFact;
use domain::refusal::{Problem, Reference};

use super::reader::{Mistake, Reader};
use super::topic::PLAN_LINK;
use super::values::{Described, Values, named, opt};

pub(super) fn described(link: &Code, held: Option<&NewLink>) -> Described {
    let mut out: Values = vec![("link_code", link.to_string())];
    let Some(held) = held else { return (&PLAN_LINK, out) };
    out.extend(named("name_zh", "name_en", &held.name));
    // Ends of two datums are told in the one that both have.
    let [first, second] = held.ends.map(Site::source);
    let datum = if first.datum == second.datum { first.datum } else { Datum::Wgs84 };
    let end = |site: Site| {
        let at = if datum == site.source().datum { site.source().at } else { site.at };
        format!("{}, {}", degrees_text(at.latitude), degrees_text(at.longitude))
    };
    let [from, to] = held.ends.map(end);
    out.extend([
        ("link_form", held.form.as_str().to_owned()),
        ("link_from", from),
        ("link_to", to),
        ("link_datum", datum.as_str().to_owned()),
        ("link_metres", opt(&held.metres)),
        ("link_opens", opt(&held.opens)),
        ("link_closes", opt(&held.closes)),
        ("project", opt(&held.project)),
        ("link_seen_on", opt(&held.seen.as_ref().map(|seen| seen.on))),
        ("link_seen_by", held.seen.as_ref().map_or_else(String::new, |seen| seen.by.clone())),
    ]);
    (&PLAN_LINK, out)
}

pub(super) fn read(r: &mut Reader<'_>) -> Option<PlanFact> {
    let (link, name) = (r.must("link_code", Reader::code), r.named("name_zh", "name_en"));
    let form = r.must("link_form", |r, f| r.word(f, LinkForm::parse));
    let points = ["link_from", "link_to"]
        .map(|field| r.must(field, |r, f| r.parsed(f, Mistake::NotAPlace, crate::map::point)));
    let datum = r.must("link_datum", |r, f| r.word(f, Datum::parse));
    let (metres, project) = (r.whole("link_metres"), r.code("project"));
    let (opens, closes) = (r.day("link_opens"), r.day("link_closes"));
    let seen = if r.text("link_seen_on").is_empty() && r.text("link_seen_by").is_empty() {
        None
    } else {
        let on = r.must("link_seen_on", Reader::day);
        let by = r.must("link_seen_by", |r, f| Some(r.text(f).to_owned()));
        Some(EndsSeen { on: on?, by: by? })
    };
    let ([Some(from), Some(to)], Some(datum)) = (points, datum) else { return None };
    let placed = [from, to].map(|at| site(Stated { datum, at }));
    let [Some(from), Some(to)] = placed else {
        r.fail("link_from", Mistake::NotAPlace);
        return None;
    };
    let held = NewLink { name: name?, form: form?, ends: [from, to], metres, opens, closes, project, seen };
    Some(PlanFact::Link { link: link?, held: Some(held) })
}

/// The field that a problem is about.
pub(super) fn field_of(topic: &str, problem: &Problem) -> Option<&'static str> {
    (topic == PLAN_LINK.key || topic == "link").then_some(match problem {
        Problem::UnknownReference { what: Reference::Project, .. } => "project",
        Problem::UnknownReference { .. } | Problem::TooMany(_) => "link_code",
        Problem::SamePlace | Problem::EndsApart { .. } => "link_to",
        Problem::BadPoint => "link_from",
        Problem::ShorterThanStraight { .. } => "link_metres",
        Problem::PeriodOrder => "link_closes",
        Problem::Future { .. } | Problem::ChangedSince { .. } => "link_seen_on",
        _ => "name_zh",
    })
}
