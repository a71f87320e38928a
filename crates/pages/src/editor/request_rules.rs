//! The rules of requests as fields of a form: categories, limits, routes, offices, templates, the formula.

use std::str::FromStr;

use domain::code::Code;
use domain::named::Named;
use domain::plan::{Plan, PlanFact};
use domain::request::clock::TimeLimit;
use domain::request::rate::{RateFormula, Unreached, Weights};
use domain::request::routing::{OnDays, Route, RouteTo};
use domain::request::rules::Preset;
use domain::request::{
    AppealRules, KeptKind, PrivacyRules, ReplyTemplate, RequestCategory, RequestSettings, RequestState,
    RequestStep, Retention, Satisfaction, ShownPlace, question_text,
};
use jiff::civil::Time;

use super::reader::{Mistake, Reader};
use super::topic::{
    RATE_FORMULA, REQUEST_CATEGORY, REQUEST_OFFICE, REQUEST_PRESET, REQUEST_REPLY, REQUEST_ROUTE,
    REQUEST_SETTINGS,
};
use super::values::{Described, Values, codes, named, opt, yes_no};

/// The topics whose facts make the rules of requests.
pub const TOPICS: [&str; 7] = [
    "request_settings",
    "request_category",
    "request_preset",
    "request_route",
    "request_office",
    "request_reply",
    "rate_formula",
];

fn maybe_named(zh: &'static str, en: &'static str, name: Option<&Named>) -> Values {
    name.map_or_else(|| vec![(zh, String::new()), (en, String::new())], |name| named(zh, en, name))
}

fn joined(words: impl Iterator<Item = &'static str>) -> String {
    words.collect::<Vec<_>>().join(";")
}

/// A fact's topic and its values in the order of the topic's fields; `None` for facts of other sorts.
pub(super) fn described(fact: &PlanFact) -> Option<Described> {
    Some(match fact {
        PlanFact::RequestCategory(held) => (&REQUEST_CATEGORY, category(held)),
        PlanFact::RequestSettings(held) => (&REQUEST_SETTINGS, settings(held)),
        PlanFact::RequestPreset(held) => {
            let mut out = vec![("preset_code", held.preset.to_string())];
            out.extend(named("name_zh", "name_en", &held.name));
            out.extend([
                ("limit_assignment", held.assignment.to_text()),
                ("limit_response", held.response.to_text()),
                ("limit_resolution", held.resolution.to_text()),
                ("limit_reopened", held.reopened.to_text()),
                ("limit_decision", held.decision.to_text()),
            ]);
            (&REQUEST_PRESET, out)
        }
        PlanFact::RequestRoute(held) => (&REQUEST_ROUTE, route(held)),
        PlanFact::RequestOffice { area, unit } => {
            (&REQUEST_OFFICE, vec![("area", area.to_string()), ("office_unit", opt(unit))])
        }
        PlanFact::RequestReply(held) => {
            let mut out = vec![("reply_code", held.reply.to_string()), ("order", held.order.to_string())];
            out.extend(named("name_zh", "name_en", &held.name));
            out.extend([
                ("reply_step", held.step.as_str().to_owned()),
                ("request_categories", codes(&held.categories)),
                ("reply_states", joined(held.states.iter().map(|state| state.as_str()))),
                ("reply_text", held.text.clone()),
                ("closed", yes_no(held.closed)),
            ]);
            (&REQUEST_REPLY, out)
        }
        PlanFact::RateFormula(held) => {
            let mut out = vec![("formula_code", held.version.to_string())];
            out.extend(named("name_zh", "name_en", &held.name));
            out.extend(named("origin_zh", "origin_en", &held.source));
            out.extend([
                ("from", held.from.to_string()),
                ("weight_response", held.weights.response.to_string()),
                ("weight_resolution", held.weights.resolution.to_string()),
                ("weight_satisfaction", held.weights.satisfaction.to_string()),
                ("satisfied_levels", joined(held.satisfied.iter().map(|level| level.as_str()))),
                ("unreached", held.unreached.as_str().to_owned()),
                ("partly", held.partly.to_string()),
                ("least", held.least.to_string()),
            ]);
            (&RATE_FORMULA, out)
        }
        _ => return None,
    })
}

fn settings(held: &RequestSettings) -> Values {
    let mut out = named("name_zh", "name_en", &held.name);
    out.extend(named("origin_zh", "origin_en", &held.source));
    out.extend([
        ("usual_preset", held.usual.to_string()),
        ("urgent_preset", opt(&held.urgent)),
        ("backstop", held.backstop.to_string()),
        ("resident_days", held.resident_days.to_string()),
        ("call_back_days", held.call_back_days.to_string()),
        ("reopen_days", held.reopen_days.to_string()),
        ("free_reopens", held.free_reopens.to_string()),
        ("near_metres", held.near_metres.to_string()),
        ("books_months", held.books_months.to_string()),
        ("extensions_most", held.extensions_most.to_string()),
        ("appeal_file_days", held.appeals.file_days.to_string()),
        ("appeal_decide_days", held.appeals.decide_days.to_string()),
        ("kept_days", kept_days(&held.privacy)),
        ("jurisdiction", held.jurisdiction.clone()),
        ("jurisdiction_contact", held.contact.clone()),
    ]);
    out
}

fn category(held: &RequestCategory) -> Values {
    let mut out = vec![("category_code", held.category.to_string()), ("order", held.order.to_string())];
    out.extend(named("name_zh", "name_en", &held.name));
    out.extend(maybe_named("about_zh", "about_en", held.about.as_ref()));
    out.extend([("category_words", held.words_text()), ("request_preset", held.preset.to_string())]);
    out.extend([("private", yes_no(held.private)), ("batch", yes_no(held.batch))]);
    out.push(("needs_contact", yes_no(held.needs_contact)));
    out.push(("shown_place", held.shown_place.to_text()));
    out.extend(maybe_named("warning_zh", "warning_en", held.warning.as_ref()));
    out.extend([
        ("category_questions", question_text::to_text(&held.questions)),
        ("closed", yes_no(held.closed)),
    ]);
    out
}

fn route(held: &Route) -> Values {
    let hour = |time: Option<Time>| time.map_or_else(String::new, |time| time.strftime("%H:%M").to_string());
    let unit = match &held.to {
        RouteTo::Unit(unit) => unit.to_string(),
        RouteTo::AreaOffice => String::new(),
    };
    vec![
        ("route_code", held.route.to_string()),
        ("order", held.order.to_string()),
        ("request_categories", codes(&held.categories)),
        ("route_areas", codes(&held.areas)),
        ("on_days", held.days.as_str().to_owned()),
        ("hours_from", hour(held.hours.map(|(from, _)| from))),
        ("hours_to", hour(held.hours.map(|(_, to)| to))),
        ("route_unit", unit),
        ("route_supporting", codes(&held.supporting)),
        ("closed", yes_no(held.closed)),
    ]
}

/// Reads one such fact from its fields; `None` with mistakes at the reader when it cannot be read.
pub(super) fn read(topic: &str, r: &mut Reader<'_>) -> Option<PlanFact> {
    Some(match topic {
        "request_category" => PlanFact::RequestCategory(read_category(r)?),
        "request_settings" => PlanFact::RequestSettings(read_settings(r)?),
        "request_preset" => {
            let preset = r.must("preset_code", Reader::code);
            let name = r.named("name_zh", "name_en");
            let [assignment, response, resolution, reopened] =
                ["limit_assignment", "limit_response", "limit_resolution", "limit_reopened"]
                    .map(|field| r.must(field, |r, f| r.parsed(f, Mistake::NotALimit, TimeLimit::parse)));
            let decision = r.parsed("limit_decision", Mistake::NotALimit, TimeLimit::parse);
            let usual = Preset::usual(preset?, name?);
            PlanFact::RequestPreset(Preset {
                decision: decision.unwrap_or(usual.decision),
                assignment: assignment?,
                response: response?,
                resolution: resolution?,
                reopened: reopened?,
                ..usual
            })
        }
        "request_route" => PlanFact::RequestRoute(read_route(r)?),
        "request_office" => {
            PlanFact::RequestOffice { area: r.must("area", Reader::code)?, unit: r.code("office_unit") }
        }
        "request_reply" => {
            let reply = r.must("reply_code", Reader::code);
            let order = r.must("order", Reader::whole);
            let name = r.named("name_zh", "name_en");
            let step = r.must("reply_step", |r, f| r.word(f, RequestStep::parse));
            let categories = r.codes("request_categories");
            let states = r.words("reply_states", RequestState::parse);
            let text = r.must("reply_text", |r, f| Some(r.long(f)));
            let closed = r.yes_no("closed").unwrap_or(false);
            PlanFact::RequestReply(ReplyTemplate {
                reply: reply?,
                order: order?,
                name: name?,
                step: step?,
                categories,
                states,
                text: text?,
                closed,
            })
        }
        "rate_formula" => PlanFact::RateFormula(read_formula(r)?),
        _ => return None,
    })
}

/// How long each kind is kept, as a form has it: `contact=730 link=365`.
fn kept_days(rules: &PrivacyRules) -> String {
    let parts = rules.keep.iter().map(|held| format!("{}={}", held.kind.as_str(), held.days));
    parts.collect::<Vec<_>>().join(" ")
}

fn parse_kept_days(text: &str) -> Option<PrivacyRules> {
    let part = |part: &str| {
        let (kind, days) = part.split_once('=')?;
        Some(Retention { kind: KeptKind::parse(kind)?, days: days.parse().ok()? })
    };
    let keep = text.split_whitespace().map(part).collect::<Option<Vec<_>>>()?;
    Some(PrivacyRules { keep }).filter(|rules| rules.fault().is_none())
}

fn read_category(r: &mut Reader<'_>) -> Option<RequestCategory> {
    let category = r.must("category_code", Reader::code);
    let order = r.must("order", Reader::whole);
    let name = r.named("name_zh", "name_en");
    let about = r.maybe_named("about_zh", "about_en");
    let words = RequestCategory::parse_words(r.text("category_words"));
    let preset = r.must("request_preset", Reader::code);
    let (private, batch) = (r.yes_no("private").unwrap_or(false), r.yes_no("batch").unwrap_or(false));
    let needs_contact = r.yes_no("needs_contact").unwrap_or(false);
    let shown_place = match r.text("shown_place") {
        "" => Some(ShownPlace::Exact),
        _ => r.parsed("shown_place", Mistake::NotAChoice, ShownPlace::parse),
    };
    let warning = r.maybe_named("warning_zh", "warning_en");
    let questions = match r.text("category_questions") {
        "" => Some(Vec::new()),
        _ => r.parsed("category_questions", Mistake::NotQuestions, |text| question_text::parse(text).ok()),
    };
    let closed = r.yes_no("closed").unwrap_or(false);
    Some(RequestCategory {
        about,
        words,
        private,
        shown_place: shown_place?,
        warning,
        batch,
        needs_contact,
        closed,
        questions: questions?,
        ..RequestCategory::new(category?, order?, name?, preset?)
    })
}

fn read_settings(r: &mut Reader<'_>) -> Option<RequestSettings> {
    let name = r.named("name_zh", "name_en");
    let source = r.named("origin_zh", "origin_en");
    let usual = r.must("usual_preset", Reader::code);
    let urgent = r.code("urgent_preset");
    let backstop = r.must("backstop", Reader::code);
    let [resident, call_back, reopen] =
        ["resident_days", "call_back_days", "reopen_days"].map(|field| r.must(field, Reader::whole::<u16>));
    let free_reopens = r.must("free_reopens", Reader::whole);
    let near_metres = r.must("near_metres", Reader::whole);
    let books_months = r.must("books_months", Reader::whole);
    let extensions_most = r.must("extensions_most", Reader::whole);
    let [file_days, decide_days] =
        ["appeal_file_days", "appeal_decide_days"].map(|field| r.must(field, Reader::whole::<u16>));
    let privacy = match r.text("kept_days") {
        "" => Some(PrivacyRules::default()),
        _ => r.parsed("kept_days", Mistake::NotAChoice, parse_kept_days),
    };
    let (jurisdiction, contact) = (r.text("jurisdiction"), r.text("jurisdiction_contact"));
    Some(RequestSettings {
        urgent,
        resident_days: resident?,
        call_back_days: call_back?,
        reopen_days: reopen?,
        free_reopens: free_reopens?,
        near_metres: near_metres?,
        books_months: books_months?,
        extensions_most: extensions_most?,
        appeals: AppealRules { file_days: file_days?, decide_days: decide_days? },
        jurisdiction: jurisdiction.to_owned(),
        contact: contact.to_owned(),
        privacy: privacy?,
        ..RequestSettings::new(name?, source?, usual?, backstop?)
    })
}

fn read_route(r: &mut Reader<'_>) -> Option<Route> {
    let route = r.must("route_code", Reader::code);
    let order = r.must("order", Reader::whole);
    let (categories, areas) = (r.codes("request_categories"), r.codes("route_areas"));
    let days = r.word("on_days", OnDays::parse).unwrap_or_default();
    let time = |text: &str| Time::from_str(text).ok();
    let [from, to] = ["hours_from", "hours_to"].map(|field| r.parsed(field, Mistake::NotATime, time));
    if from.is_some() != to.is_some() {
        r.fail(if from.is_some() { "hours_to" } else { "hours_from" }, Mistake::Missing);
        return None;
    }
    let to_unit = r.code("route_unit");
    let supporting = r.codes("route_supporting");
    let closed = r.yes_no("closed").unwrap_or(false);
    let to_whom = to_unit.map_or(RouteTo::AreaOffice, RouteTo::Unit);
    Some(Route {
        areas,
        categories,
        days,
        hours: from.zip(to),
        supporting,
        closed,
        ..Route::new(route?, order?, to_whom)
    })
}

fn read_formula(r: &mut Reader<'_>) -> Option<RateFormula> {
    let version = r.must("formula_code", Reader::code);
    let name = r.named("name_zh", "name_en");
    let source = r.named("origin_zh", "origin_en");
    let from = r.must("from", Reader::day);
    let [response, resolution, satisfaction] =
        ["weight_response", "weight_resolution", "weight_satisfaction"]
            .map(|field| r.must(field, Reader::whole::<u16>));
    let satisfied = r.words("satisfied_levels", Satisfaction::parse);
    if satisfied.is_empty() {
        r.fail("satisfied_levels", Mistake::Missing);
    }
    let unreached = r.must("unreached", |r, f| r.word(f, Unreached::parse));
    let partly = r.must("partly", |r, f| {
        r.parsed(f, Mistake::NotAShare, |text| text.parse::<u8>().ok().filter(|share| *share <= 100))
    });
    let least = r.must("least", Reader::whole);
    let weights = Weights { response: response?, resolution: resolution?, satisfaction: satisfaction? };
    Some(RateFormula {
        version: version?,
        name: name?,
        source: source?,
        from: from?,
        weights,
        satisfied,
        unreached: unreached?,
        partly: partly?,
        least: least?,
    })
}

/// The fact that a plan holds in a slot, also where it was said as part of a whole set.
pub fn held(plan: &Plan, slot: &str) -> Option<PlanFact> {
    let (sort, code) = slot.split_once('/').unwrap_or((slot, ""));
    let rules = plan.request_rules.as_ref();
    Some(match sort {
        "request_settings" => PlanFact::RequestSettings(rules?.settings.clone()),
        "request_category" => PlanFact::RequestCategory(plan.request_category(code)?.clone()),
        "request_preset" => {
            let held = plan.request_presets().iter().find(|held| held.preset.as_str() == code);
            PlanFact::RequestPreset(held?.clone())
        }
        "request_route" => {
            let held = rules?.routes.iter().find(|held| held.route.as_str() == code);
            PlanFact::RequestRoute(held?.clone())
        }
        "request_office" => {
            let area = Code::new(code).ok()?;
            let unit = rules?.offices.get(&area).cloned();
            PlanFact::RequestOffice { area, unit }
        }
        "request_reply" => {
            let held = rules?.replies.iter().find(|held| held.reply.as_str() == code);
            PlanFact::RequestReply(held?.clone())
        }
        "rate_formula" => {
            let held = plan.rate_formulas.iter().find(|held| held.version.as_str() == code);
            PlanFact::RateFormula(held?.clone())
        }
        _ => return None,
    })
}

/// The field of such a topic that a refusal by the domain is about.
pub(super) fn field_of(topic: &str, problem: &domain::refusal::Problem) -> Option<&'static str> {
    use domain::refusal::{Problem, Reference};
    let reference = match problem {
        Problem::UnknownReference { what, .. } => Some(*what),
        _ => None,
    };
    Some(match (topic, reference) {
        ("request_category", Some(Reference::RequestPreset)) => "request_preset",
        ("request_category", _) if matches!(problem, Problem::BadRequestRules(_)) => "category_questions",
        ("request_settings", Some(Reference::RequestPreset)) => "usual_preset",
        ("request_settings", Some(Reference::Unit)) => "backstop",
        ("request_settings", _) if matches!(problem, Problem::BadRequestRules(_)) => "books_months",
        ("request_route", Some(Reference::Area)) => "route_areas",
        ("request_route", Some(Reference::Unit)) => "route_unit",
        ("request_route" | "request_reply", Some(Reference::RequestCategory)) => "request_categories",
        ("request_route", _) => "route_code",
        ("request_office", Some(Reference::Unit)) => "office_unit",
        ("request_office", _) => "area",
        ("request_reply", _)
            if matches!(problem, Problem::UnknownPlaceholder(_) | Problem::Empty | Problem::Personal) =>
        {
            "reply_text"
        }
        ("rate_formula", _) if matches!(problem, Problem::BadRequestRules(_)) => "weight_response",
        (
            "request_category" | "request_settings" | "request_preset" | "request_reply" | "rate_formula",
            _,
        ) => "name_zh",
        _ => return None,
    })
}
