//! What each kind of fact says: its [topic](super::topic), and its values as they stand in the topic's
//! fields. Forms, corrections, the audit, histories and imports all read facts from here.

use domain::area::{AreaFact, aliases_text};
use domain::code::Code;
use domain::fact::Fact;
use domain::indicator::{IndicatorFact, Instrument};
use domain::milestone::Limit;
use domain::named::Named;
use domain::person::PersonFact;
use domain::plan::PlanFact;
use domain::project::ProjectFact;
use domain::request::RequestFact;
use domain::review::{PointStanding, ReviewFact};
use domain::survey::WaveEvent;
use domain::timetabling::{Estimate, Work};
use domain::unit::UnitFact;

use super::topic::{
    ACCEPTED, ALIAS, AREA_ALIASES, AREA_LEVEL, AREA_PARENT, ASKED_BY, BASELINE, BOUNDARY, BUDGET, CAMPAIGN,
    CAMPAIGN_OF_PLAN, CITED_WAVE, DIRECTION, DOCUMENT, EMAIL, EVALUATION, FIGURE, FORECAST, FORECAST_RULES,
    FROZEN_RATES, FUNDING, GATE, HOLIDAYS, IN_AREA, INDICATOR_UNIT, IS_ACTIVE, KIND, LEAD_UNIT, LIGHTS,
    LIMITS, LIST_ENTRY, MEASURED, MEMBERSHIP, MILESTONE, NAMED, OBSERVATION, OUTPUT, OUTPUT_GROUP,
    OUTPUT_KIND, PART, PERIOD, PERSON_NAME, PERSON_UNIT, PLACE, POPULATION, PROGRESS, PUBLISHED,
    QUESTIONNAIRE, REMARK, REQUEST, REQUEST_RULES, REVIEW, REVISION, RHYTHM, ROLE, SCENARIO, SECTOR,
    SECTOR_OF_PLAN, STEP, STEP_LINK, STEP_WORK, SUPPORTING_UNIT, SURVEY_BRIDGE, SUSPENDED, TARGET, TEMPLATE,
    Topic, UNIT_LEVEL, UNIT_PARENT, USUAL_WORK, WAVE, WAVE_STEP, WORK_CALENDAR, WORK_LIMIT, YEARLY_LIST,
};

/// Values by field.
pub type Values = Vec<(&'static str, String)>;

pub(super) type Described = (&'static Topic, Values);

/// How a yes-or-no value stands in a form.
pub fn yes_no(value: bool) -> String {
    if value { "yes" } else { "no" }.to_owned()
}

pub(super) fn named(zh: &'static str, en: &'static str, name: &Named) -> Values {
    vec![(zh, name.zh.clone()), (en, name.en.clone())]
}

pub(super) fn opt<T: ToString>(value: &Option<T>) -> String {
    value.as_ref().map_or_else(String::new, T::to_string)
}

pub(super) fn codes(codes: &[Code]) -> String {
    codes.iter().map(Code::as_str).collect::<Vec<_>>().join(";")
}

/// The topic of a fact.
pub fn topic_of(fact: &Fact) -> &'static Topic {
    described(fact).0
}

/// The values of a fact in the order of its topic's fields.
pub fn values(fact: &Fact) -> Values {
    described(fact).1
}

/// A fact's topic and its values in the order of the topic's fields.
pub fn described(fact: &Fact) -> Described {
    match fact {
        Fact::Project(fact) => project(fact),
        Fact::Indicator(fact) => indicator(fact),
        Fact::Index(fact) => super::index::described(fact),
        Fact::Facility(fact) => super::facility::described(fact),
        Fact::Area(fact) => area(fact),
        Fact::Unit(fact) => unit(fact),
        Fact::Person(fact) => person(fact),
        Fact::Plan(fact) => plan(fact),
        Fact::Item(fact) => super::item_fields::described(fact),
        Fact::Request(fact) => request(fact),
    }
}

/// What was said of a request: names by codes, and the words it was said in.
fn request(fact: &RequestFact) -> Described {
    let mut out: Values = match fact {
        RequestFact::Move { step, state, unit, .. } => vec![
            ("request_step", step.as_str().to_owned()),
            ("request_state", state.as_str().to_owned()),
            ("request_unit", opt(unit)),
        ],
        RequestFact::Category { category, .. } => vec![("request_category", category.to_string())],
        RequestFact::SupportingUnit { unit, active } => vec![
            ("request_event", if *active { "supporting-unit" } else { "supporting-unit-gone" }.to_owned()),
            ("request_unit", unit.to_string()),
        ],
        RequestFact::CallBack(call) => vec![
            ("request_event", "call-back".to_owned()),
            ("request_solved", call.solved.map_or_else(String::new, |it| it.as_str().to_owned())),
            ("request_satisfaction", call.satisfaction.map_or_else(String::new, |it| it.as_str().to_owned())),
        ],
        RequestFact::Link { to, .. } => {
            vec![("request_event", "link".to_owned()), ("request_toward", to.code().to_string())]
        }
        RequestFact::Chased { to, limit, .. } => vec![
            ("request_event", "chased".to_owned()),
            ("item_chased_to", to.as_str().to_owned()),
            ("item_chased_limit", limit.to_string()),
        ],
        fact => {
            let slot = fact.slot();
            let sort = slot.split('/').next().unwrap_or_default();
            vec![("request_event", sort.replace('_', "-"))]
        }
    };
    let said: Vec<&str> = fact.texts().into_iter().filter(|text| !text.is_empty()).collect();
    out.push(("request_said", said.join(" · ")));
    out.retain(|(_, value)| !value.is_empty());
    (&REQUEST, out)
}

/// The working days of an estimate, field by field.
pub fn days(of: Estimate) -> [(&'static str, String); 3] {
    [
        ("low_days", of.low.to_string()),
        ("likely_days", of.likely.to_string()),
        ("high_days", of.high.to_string()),
    ]
}

/// Stands in the place of steps that are waited for where there are none: it may begin at once.
pub const AT_ONCE: &str = "-";

/// The work to a step, field by field; what it waits for stands in the field `after`.
pub fn work(work: &Work, after: &'static str) -> Values {
    let waits = match work.after.as_deref() {
        None => String::new(),
        Some([]) => AT_ONCE.to_owned(),
        Some(steps) => codes(steps),
    };
    let mut out = Values::from(days(work.days));
    out.extend([("work_calendar", opt(&work.calendar)), (after, waits)]);
    out.extend(work.not_before.map(|day| ("not_before", day.to_string())));
    out
}

fn project(fact: &ProjectFact) -> Described {
    match fact {
        ProjectFact::Name(name) => (&NAMED, named("name_zh", "name_en", name)),
        ProjectFact::Alias { alias } => (&ALIAS, vec![("alias", alias.clone())]),
        ProjectFact::Kind { kind } => (&KIND, vec![("kind", kind.to_string())]),
        ProjectFact::Sector { sector } => (&SECTOR, vec![("sector", sector.to_string())]),
        ProjectFact::Campaign { campaign } => (&CAMPAIGN, vec![("campaign", campaign.to_string())]),
        ProjectFact::LeadUnit { unit } => (&LEAD_UNIT, vec![("lead_unit", unit.to_string())]),
        ProjectFact::SupportingUnit { unit, role, active } => (
            &SUPPORTING_UNIT,
            vec![
                ("supporting_unit", unit.to_string()),
                ("unit_role", role.to_string()),
                ("active", yes_no(*active)),
            ],
        ),
        ProjectFact::Place { areas, address } => {
            (&PLACE, vec![("areas", codes(areas)), ("address", address.clone())])
        }
        ProjectFact::Budget { fen } => (&BUDGET, vec![("budget_yuan", fen.to_string())]),
        ProjectFact::Funding { origin, fen } => {
            (&FUNDING, vec![("funding_origin", origin.to_string()), ("funding_yuan", fen.to_string())])
        }
        ProjectFact::Membership { state, revision, other } => (
            &MEMBERSHIP,
            vec![("membership", state.as_str().into()), ("revision", opt(revision)), ("other", opt(other))],
        ),
        ProjectFact::Part { part, name } => {
            let mut out = vec![("part_code", part.to_string())];
            out.extend(named("part_name_zh", "part_name_en", name));
            (&PART, out)
        }
        ProjectFact::Step { step, order, name, gate } => {
            let mut out = vec![("step_code", step.to_string()), ("order", order.to_string())];
            out.extend(named("step_name_zh", "step_name_en", name));
            if let Some(gate) = gate {
                out.extend(named("authority_zh", "authority_en", &gate.authority));
                out.extend(named("paper_zh", "paper_en", &gate.document));
                match gate.limit {
                    Some(Limit::Days(days)) => {
                        out.extend([("limit", days.to_string()), ("limit_unit", "days".into())]);
                    }
                    Some(Limit::WorkingDays(days)) => {
                        out.extend([("limit", days.to_string()), ("limit_unit", "working_days".into())]);
                    }
                    None => {}
                }
            }
            (&STEP, out)
        }
        ProjectFact::Milestone { aspect, part, step, date, cause } => (
            &MILESTONE,
            vec![
                ("step", step.to_string()),
                ("part", opt(part)),
                ("aspect", aspect.as_str().into()),
                ("date", opt(date)),
                ("cause", cause.map_or("", |cause| cause.as_str()).into()),
            ],
        ),
        ProjectFact::GatePapers { step, applied, decided, number, granted } => (
            &GATE,
            vec![
                ("step", step.to_string()),
                ("applied", opt(applied)),
                ("decided", opt(decided)),
                ("number", number.clone()),
                ("granted", granted.map_or_else(String::new, yes_no)),
            ],
        ),
        ProjectFact::StepWork { step, work } => {
            let mut out = vec![("step", step.to_string())];
            out.extend(work.iter().flat_map(|held| self::work(held, "after_steps")));
            (&STEP_WORK, out)
        }
        ProjectFact::StepLink { link, held } => (
            &STEP_LINK,
            vec![
                ("step", link.step.to_string()),
                ("link_project", opt(&link.project)),
                ("before_step", link.before.to_string()),
                ("link_kind", link.kind.as_str().into()),
                ("lag_days", link.lag.to_string()),
                ("link_held", yes_no(*held)),
            ],
        ),
        ProjectFact::Review { round, fact } => (&REVIEW, review(*round, fact)),
        ProjectFact::Progress { part, percent } => {
            (&PROGRESS, vec![("part", opt(part)), ("percent", percent.normalize().to_string())])
        }
        ProjectFact::Output { kind, stage, basis, quantity } => (
            &OUTPUT,
            vec![
                ("output_kind", kind.to_string()),
                ("stage", stage.as_str().into()),
                ("basis", basis.as_str().into()),
                ("quantity", quantity.normalize().to_string()),
            ],
        ),
        ProjectFact::Suspended { suspended, document } => {
            (&SUSPENDED, vec![("suspended", yes_no(*suspended)), ("suspension_document", document.clone())])
        }
        ProjectFact::Document { title, url } => {
            (&DOCUMENT, vec![("document_title", title.clone()), ("document_url", url.clone())])
        }
        ProjectFact::Evaluation(choice) => (
            &EVALUATION,
            vec![
                ("evaluation_reached", codes(&choice.reached)),
                ("evaluation_compared", codes(&choice.compared)),
                ("evaluation_categories", codes(&choice.categories)),
                ("evaluation_before", opt(&choice.before)),
                ("evaluation_left_out", opt(&choice.left_out)),
                ("evaluation_after", opt(&choice.after)),
            ],
        ),
        ProjectFact::Remark { text } => (&REMARK, vec![("text", text.clone())]),
    }
}

fn review(round: u32, fact: &ReviewFact) -> Values {
    let mut out = vec![("round", round.to_string())];
    match fact {
        ReviewFact::Opened { step, units, days } => {
            out.push(("step_code", step.to_string()));
            out.push(("units", codes(units)));
            out.push(("limit", days.to_string()));
        }
        ReviewFact::Opinion { unit, verdict, text } => {
            out.push(("unit", unit.to_string()));
            out.push(("review_said", verdict.as_str().into()));
            out.push(("text", text.clone()));
        }
        ReviewFact::Point { number, unit, text, days, standing } => {
            out.push(("point", number.to_string()));
            out.push(("unit", unit.to_string()));
            out.push(("text", text.clone()));
            out.push(("days", days.to_string()));
            if let PointStanding::Settled(how) = standing {
                out.push(("settled", how.clone()));
            }
        }
        ReviewFact::Closed { outcome, text } => {
            out.push(("review_said", outcome.as_str().into()));
            out.push(("text", text.clone()));
        }
    }
    out
}

fn measured(on: &jiff::civil::Date, value: &rust_decimal::Decimal, by: &Instrument) -> Values {
    vec![
        ("on", on.to_string()),
        ("value", value.normalize().to_string()),
        ("instrument", by.instrument.to_string()),
        ("scale", by.scale.to_string()),
    ]
}

fn indicator(fact: &IndicatorFact) -> Described {
    match fact {
        IndicatorFact::Name(name) => (&NAMED, named("name_zh", "name_en", name)),
        IndicatorFact::Unit(unit) => (&INDICATOR_UNIT, named("unit_zh", "unit_en", unit)),
        IndicatorFact::Direction { direction } => {
            (&DIRECTION, vec![("direction", direction.as_str().into())])
        }
        IndicatorFact::Sector { sector } => (&SECTOR, vec![("sector", sector.to_string())]),
        IndicatorFact::Baseline { value, on, instrument, wave } => {
            let mut out = measured(on, value, instrument);
            out.push(("cited_wave", opt(wave)));
            (&BASELINE, out)
        }
        IndicatorFact::Target { on, value, instrument } => (&TARGET, measured(on, value, instrument)),
        IndicatorFact::Observation { key, on, value, instrument, approximate, area, wave } => {
            let mut out = vec![("observation_key", key.to_string())];
            out.extend(measured(on, value, instrument));
            out.push(("approximate", yes_no(*approximate)));
            out.push(("observed_area", opt(area)));
            out.push(("cited_wave", opt(wave)));
            (&OBSERVATION, out)
        }
        IndicatorFact::Measured(held) => (
            &MEASURED,
            vec![
                ("observation_key", held.key.to_string()),
                ("wave", held.wave.to_string()),
                ("std_error", held.std_error.normalize().to_string()),
                ("people", held.n.to_string()),
            ],
        ),
        IndicatorFact::AskedBy(held) => (
            &ASKED_BY,
            vec![
                ("survey_instrument", held.instrument.to_string()),
                ("survey_question", held.question.clone()),
                ("survey_answer", held.answer.clone().unwrap_or_default()),
                ("survey_others", yes_no(held.others)),
            ],
        ),
        IndicatorFact::Accepted { on, key, because, area } => (
            &ACCEPTED,
            vec![
                ("on", on.to_string()),
                ("observation_key", key.to_string()),
                ("because", because.clone()),
                ("observed_area", opt(area)),
            ],
        ),
    }
}

fn area(fact: &AreaFact) -> Described {
    match fact {
        AreaFact::Name(name) => (&NAMED, named("name_zh", "name_en", name)),
        AreaFact::Level { level } => (&AREA_LEVEL, vec![("area_level", level.as_str().into())]),
        AreaFact::Parent { parent } => (&AREA_PARENT, vec![("parent_area", opt(parent))]),
        AreaFact::Population { people } => (&POPULATION, vec![("population", people.to_string())]),
        AreaFact::Active { active } => (&IS_ACTIVE, vec![("active", yes_no(*active))]),
        AreaFact::Boundary { boundary } => (&BOUNDARY, vec![("boundary", boundary.to_wkt())]),
        AreaFact::Aliases { names } => (&AREA_ALIASES, vec![("area_aliases", aliases_text(names))]),
    }
}

fn unit(fact: &UnitFact) -> Described {
    match fact {
        UnitFact::Name(name) => (&NAMED, named("name_zh", "name_en", name)),
        UnitFact::Level { level } => (&UNIT_LEVEL, vec![("unit_level", level.as_str().into())]),
        UnitFact::Parent { parent } => (&UNIT_PARENT, vec![("parent_unit", opt(parent))]),
        UnitFact::Area { area } => (&IN_AREA, vec![("area", area.to_string())]),
        UnitFact::Active { active } => (&IS_ACTIVE, vec![("active", yes_no(*active))]),
    }
}

fn person(fact: &PersonFact) -> Described {
    match fact {
        PersonFact::Name { name } => (&PERSON_NAME, vec![("person_name", name.clone())]),
        PersonFact::Email { email } => (&EMAIL, vec![("email", email.clone())]),
        PersonFact::Unit { unit } => (&PERSON_UNIT, vec![("person_unit", unit.to_string())]),
        PersonFact::Role { role, scope, held } => (
            &ROLE,
            vec![("role", role.as_str().into()), ("scope", scope.to_string()), ("held", yes_no(*held))],
        ),
        PersonFact::Active { active } => (&IS_ACTIVE, vec![("active", yes_no(*active))]),
    }
}

fn plan(fact: &PlanFact) -> Described {
    match fact {
        PlanFact::Name(name) => (&NAMED, named("name_zh", "name_en", name)),
        PlanFact::Period { from, to } => (&PERIOD, vec![("from", from.to_string()), ("to", to.to_string())]),
        PlanFact::Area { area } => (&IN_AREA, vec![("area", area.to_string())]),
        PlanFact::Sector { sector, order, name } => {
            let mut out = vec![("sector_code", sector.to_string()), ("order", order.to_string())];
            out.extend(named("name_zh", "name_en", name));
            (&SECTOR_OF_PLAN, out)
        }
        PlanFact::Campaign { campaign, order, name } => {
            let mut out = vec![("campaign_code", campaign.to_string()), ("order", order.to_string())];
            out.extend(named("name_zh", "name_en", name));
            (&CAMPAIGN_OF_PLAN, out)
        }
        PlanFact::Revision { number, title, declared } => {
            let mut out = vec![("revision_number", number.to_string())];
            out.extend(named("title_zh", "title_en", title));
            out.push(("declared", opt(declared)));
            (&REVISION, out)
        }
        PlanFact::YearlyList { year, issue, title, declared_carried_over, declared_new } => {
            let mut out = vec![("year", year.to_string()), ("issue", issue.to_string())];
            out.extend(named("title_zh", "title_en", title));
            out.push(("declared_carried_over", opt(declared_carried_over)));
            out.push(("declared_new", opt(declared_new)));
            (&YEARLY_LIST, out)
        }
        PlanFact::ListEntry { year, issue, project, entry, aim } => (
            &LIST_ENTRY,
            vec![
                ("year", year.to_string()),
                ("issue", issue.to_string()),
                ("project", project.to_string()),
                ("entry", entry.as_str().into()),
                ("aim", aim.map_or("", |aim| aim.as_str()).into()),
            ],
        ),
        PlanFact::OutputKind(kind) => {
            let mut out = vec![("kind_code", kind.kind.to_string())];
            out.extend(named("name_zh", "name_en", &kind.name));
            out.extend(named("unit_zh", "unit_en", &kind.unit));
            (&OUTPUT_KIND, out)
        }
        // Without fields: what identifies them, and their size.
        PlanFact::Template { template, name, steps } => (
            &TEMPLATE,
            vec![
                ("kind_code", template.to_string()),
                ("name_zh", name.zh.clone()),
                ("steps", steps.iter().map(|step| step.name.zh.as_str()).collect::<Vec<_>>().join(" → ")),
            ],
        ),
        PlanFact::OutputGroup(group) => (
            &OUTPUT_GROUP,
            vec![
                ("kind_code", group.group.to_string()),
                ("name_zh", group.name.zh.clone()),
                ("stage", group.stage.as_str().into()),
                ("quantity", group.quantity.normalize().to_string()),
                ("members", codes(&group.members)),
            ],
        ),
        PlanFact::Figure(figure) => (
            &FIGURE,
            vec![
                ("kind_code", figure.id.to_string()),
                ("name_zh", figure.label.zh.clone()),
                ("rule", figure.rule.zh.clone()),
            ],
        ),
        PlanFact::Limits(rules) => (&LIMITS, named("name_zh", "name_en", &rules.name)),
        PlanFact::Lights(rules) => (&LIGHTS, named("name_zh", "name_en", &rules.name)),
        PlanFact::UsualWork { template, step, work } => (&USUAL_WORK, {
            let mut out = vec![("kind", template.to_string()), ("step_code", step.to_string())];
            out.extend(work.iter().flat_map(|held| self::work(held, "after_codes")));
            out
        }),
        PlanFact::WorkCalendar(calendar) => {
            let mut out = vec![("calendar_code", calendar.calendar.to_string())];
            out.extend(named("name_zh", "name_en", &calendar.name));
            out.push(("keeps_holidays", yes_no(calendar.holidays)));
            let worked = (1..=7).zip(calendar.week).filter(|(_, worked)| *worked);
            let worked: Vec<String> = worked.map(|(day, _)| day.to_string()).collect();
            out.push(("worked_days", worked.join(" ")));
            let closed: Vec<String> =
                calendar.closed.iter().map(|closed| format!("{}/{}", closed.from, closed.to)).collect();
            out.push(("closed_times", closed.join("; ")));
            (&WORK_CALENDAR, out)
        }
        PlanFact::Holidays { year, published, paper } => {
            let (address, days) =
                paper.as_ref().map(|paper| (paper.address.clone(), paper.lines())).unwrap_or_default();
            let out = vec![
                ("year", year.to_string()),
                ("published_on", published.to_string()),
                ("paper_url", address),
                ("holiday_days", days),
            ];
            (&HOLIDAYS, out)
        }
        PlanFact::WorkLimit { limit, held } => {
            let mut out = vec![("kind_code", limit.to_string())];
            if let Some(held) = held {
                out.extend(named("name_zh", "name_en", &held.name));
                out.push(("capacity", held.capacity.to_string()));
            }
            (&WORK_LIMIT, out)
        }
        PlanFact::Scenario(scenario) => {
            let mut out = vec![("kind_code", scenario.scenario.to_string())];
            out.extend(named("name_zh", "name_en", &scenario.name));
            out.push(("changes", scenario.changes.len().to_string()));
            (&SCENARIO, out)
        }
        PlanFact::ForecastRules(rules) => (
            &FORECAST_RULES,
            vec![
                ("correlation", rules.correlation.to_string()),
                ("draws", rules.draws.to_string()),
                ("seed", rules.seed.to_string()),
            ],
        ),
        PlanFact::Forecast(forecast) => (
            &FORECAST,
            vec![
                ("on", forecast.on.to_string()),
                ("promises", forecast.promises.len().to_string()),
                ("digest", forecast.digest.chars().take(12).collect()),
            ],
        ),
        PlanFact::Rhythm(held) => {
            let mut out = named("name_zh", "name_en", &held.rules.name);
            out.push(("from", held.since.to_string()));
            out.push(("to", opt(&held.until)));
            (&RHYTHM, out)
        }
        PlanFact::FacilityKind(held) => super::facility::kind(held),
        PlanFact::FacilityStandard(held) => super::facility::standard(held),
        PlanFact::Layer { layer, held } => super::coverage::layer(*layer, held.as_ref()),
        PlanFact::OfficialCount(held) => super::coverage::count(held),
        PlanFact::Link { link, held } => super::link::described(link, held.as_ref()),
        PlanFact::CoverageRules(held) => super::coverage::rules(*held),
        PlanFact::GapAnswer { gap, answer } => super::coverage::gap(gap, answer.as_ref()),
        PlanFact::RequestRules(held) => (&REQUEST_RULES, named("name_zh", "name_en", &held.name)),
        PlanFact::RequestCategory(_)
        | PlanFact::RequestSettings(_)
        | PlanFact::RequestPreset(_)
        | PlanFact::RequestRoute(_)
        | PlanFact::RequestOffice { .. }
        | PlanFact::RequestReply(_)
        | PlanFact::RateFormula(_) => {
            super::request_rules::described(fact).unwrap_or((&REQUEST_RULES, Vec::new()))
        }
        PlanFact::FrozenRates(frozen) => (
            &FROZEN_RATES,
            vec![
                ("from", frozen.from.to_string()),
                ("to", frozen.to.to_string()),
                ("digest", frozen.digest.chars().take(12).collect()),
            ],
        ),
        PlanFact::Questionnaire(held) => (
            &QUESTIONNAIRE,
            vec![
                ("kind_code", held.instrument.to_string()),
                ("version", held.version.to_string()),
                ("questions", held.asks.questions().len().to_string()),
                ("digest", held.fingerprint().chars().take(12).collect()),
            ],
        ),
        PlanFact::Wave(wave) => {
            let mut out = vec![("kind_code", wave.wave.to_string())];
            out.extend(named("name_zh", "name_en", &wave.name));
            out.push(("from", wave.from.to_string()));
            out.push(("to", wave.to.to_string()));
            (&WAVE, out)
        }
        PlanFact::WaveStep(held) => {
            let mut out = vec![("kind_code", held.wave.to_string())];
            out.push(("wave_move", held.event.step().as_str().to_owned()));
            if let WaveEvent::Frozen(frozen) = &held.event {
                out.push(("sheets", frozen.sheets.to_string()));
                out.push(("digest", frozen.results_digest.chars().take(12).collect()));
            }
            (&WAVE_STEP, out)
        }
        PlanFact::CitedWave(held) => {
            let mut out = vec![("wave_code", held.wave.to_string())];
            out.extend(named("name_zh", "name_en", &held.name));
            out.push(("asked_from", opt(&held.from)));
            out.push(("asked_to", opt(&held.to)));
            out.push(("told_on", held.told.to_string()));
            out.extend(named("untold_zh", "untold_en", &held.untold));
            (&CITED_WAVE, out)
        }
        PlanFact::SurveyBridge(held) => (
            &SURVEY_BRIDGE,
            vec![("kind_code", held.bridge.to_string()), ("because", held.line.reason.clone())],
        ),
        PlanFact::PublishedFigure { figure, on, value } => (
            &PUBLISHED,
            vec![
                ("kind_code", figure.to_string()),
                ("on", on.to_string()),
                ("value", value.normalize().to_string()),
            ],
        ),
    }
}
