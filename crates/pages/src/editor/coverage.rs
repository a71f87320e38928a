//! What coverage is worked out by as fields of a form: official counts, settings, what becomes of a gap.

use domain::facility::{CoverageRules, Gap, GapAnswer, OfficialCount};
use domain::layer::{LayerKind, PlaceLayer};
use domain::plan::PlanFact;
use domain::refusal::{Problem, Reference};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::reader::{Mistake, Reader};
use super::topic::{COVERAGE_RULES, GAP_ANSWER, LAYER, OFFICIAL_COUNT};
use super::values::{Described, Values, named, opt};

pub(super) fn layer(kind: LayerKind, held: Option<&PlaceLayer>) -> Described {
    let mut out: Values = vec![("layer", kind.as_str().to_owned())];
    if let Some(layer) = held {
        out.extend(named("name_zh", "name_en", &layer.name));
        out.push(("counted", layer.count.to_string()));
        out.push(("licence", layer.licence.clone()));
    }
    (&LAYER, out)
}

pub(super) fn count(held: &OfficialCount) -> Described {
    let values = vec![
        ("facility_kind", held.kind.to_string()),
        ("area", opt(&held.area)),
        ("official_count", opt(&held.count)),
    ];
    (&OFFICIAL_COUNT, values)
}

pub(super) fn rules(held: CoverageRules) -> Described {
    let percent = Decimal::new(i64::from(held.complete_permille), 1).normalize();
    let values = vec![
        ("complete_percent", percent.to_string()),
        ("access_metres", held.access_metres.to_string()),
        ("walking_metres", held.walking_metres.to_string()),
    ];
    (&COVERAGE_RULES, values)
}

pub(super) fn gap(gap: &Gap, answer: Option<&GapAnswer>) -> Described {
    let (mut project, mut item, mut why) = (String::new(), String::new(), String::new());
    match answer {
        Some(GapAnswer::Project { project: held }) => project = held.to_string(),
        Some(GapAnswer::Item { item: held }) => item = held.to_string(),
        Some(GapAnswer::Refused { why: held }) => held.clone_into(&mut why),
        None => {}
    }
    let values = vec![
        ("area", gap.community.to_string()),
        ("facility_kind", gap.kind.to_string()),
        ("gap_standard", gap.standard.to_string()),
        ("gap_project", project),
        ("gap_item", item),
        ("gap_refused", why),
    ];
    (&GAP_ANSWER, values)
}

pub(super) fn read(topic: &str, r: &mut Reader<'_>) -> Option<PlanFact> {
    match topic {
        "official_count" => {
            let kind = r.must("facility_kind", Reader::code);
            let (area, count) = (r.code("area"), r.whole("official_count"));
            Some(PlanFact::OfficialCount(OfficialCount { kind: kind?, area, count }))
        }
        "coverage_rules" => {
            let percent = r.must("complete_percent", Reader::number);
            let access = r.must("access_metres", Reader::whole);
            let walking = r.must("walking_metres", Reader::whole);
            let permille = (percent? * Decimal::from(10)).round().to_u16().unwrap_or(u16::MAX);
            Some(PlanFact::CoverageRules(CoverageRules {
                complete_permille: permille,
                access_metres: access?,
                walking_metres: walking?,
            }))
        }
        "gap_answer" => {
            let community = r.must("area", Reader::code);
            let kind = r.must("facility_kind", Reader::code);
            let standard = r.must("gap_standard", Reader::code);
            let (project, item) = (r.code("gap_project"), r.code("gap_item"));
            let why = r.long("gap_refused");
            let answer = match (project, item, why.trim().is_empty()) {
                (Some(project), None, true) => Some(GapAnswer::Project { project }),
                (None, Some(item), true) => Some(GapAnswer::Item { item }),
                (None, None, false) => Some(GapAnswer::Refused { why }),
                (None, None, true) => None,
                _ => {
                    r.fail("gap_refused", Mistake::OneAnswer);
                    return None;
                }
            };
            let gap = Gap { community: community?, kind: kind?, standard: standard? };
            Some(PlanFact::GapAnswer { gap, answer })
        }
        _ => None,
    }
}

/// The field that a problem of a topic is about; `None` for topics of other sorts.
pub(super) fn field_of(topic: &str, problem: &Problem) -> Option<&'static str> {
    let what = match problem {
        Problem::UnknownReference { what, .. } => Some(*what),
        _ => None,
    };
    Some(match (topic, what) {
        ("coverage_rules", _) => "complete_percent",
        ("official_count" | "gap_answer", Some(Reference::FacilityKind)) => "facility_kind",
        ("official_count" | "gap_answer", Some(Reference::Area)) => "area",
        ("official_count", _) => "official_count",
        ("gap_answer", Some(Reference::FacilityStandard)) => "gap_standard",
        ("gap_answer", Some(Reference::Project)) => "gap_project",
        ("gap_answer", Some(Reference::Item)) => "gap_item",
        ("gap_answer", _) => "gap_refused",
        _ => return None,
    })
}
