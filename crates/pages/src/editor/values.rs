//! A fact's values as they stand in the fields of its [topic](super::topic).

use domain::area::AreaFact;
use domain::code::Code;
use domain::fact::Fact;
use domain::indicator::{IndicatorFact, Instrument};
use domain::milestone::Limit;
use domain::named::Named;
use domain::person::PersonFact;
use domain::plan::PlanFact;
use domain::project::ProjectFact;
use domain::unit::UnitFact;

/// Values by field.
pub type Values = Vec<(&'static str, String)>;

/// How a yes-or-no value stands in a form.
pub fn yes_no(value: bool) -> String {
    if value { "yes" } else { "no" }.to_owned()
}

fn named(zh: &'static str, en: &'static str, name: &Named) -> Values {
    vec![(zh, name.zh.clone()), (en, name.en.clone())]
}

fn opt<T: ToString>(value: &Option<T>) -> String {
    value.as_ref().map_or_else(String::new, T::to_string)
}

fn codes(codes: &[Code]) -> String {
    codes.iter().map(Code::as_str).collect::<Vec<_>>().join(";")
}

/// The values of a fact in the order of its topic's fields.
pub fn values(fact: &Fact) -> Values {
    match fact {
        Fact::Project(fact) => project(fact),
        Fact::Indicator(fact) => indicator(fact),
        Fact::Area(fact) => area(fact),
        Fact::Unit(fact) => unit(fact),
        Fact::Person(fact) => person(fact),
        Fact::Plan(fact) => plan(fact),
        Fact::Item(_) => Vec::new(),
    }
}

fn project(fact: &ProjectFact) -> Values {
    match fact {
        ProjectFact::Name(name) => named("name_zh", "name_en", name),
        ProjectFact::Alias { alias } => vec![("alias", alias.clone())],
        ProjectFact::Kind { kind } => vec![("kind", kind.to_string())],
        ProjectFact::Sector { sector } => vec![("sector", sector.to_string())],
        ProjectFact::Campaign { campaign } => vec![("campaign", campaign.to_string())],
        ProjectFact::LeadUnit { unit } => vec![("lead_unit", unit.to_string())],
        ProjectFact::SupportingUnit { unit, role, active } => vec![
            ("supporting_unit", unit.to_string()),
            ("unit_role", role.to_string()),
            ("active", yes_no(*active)),
        ],
        ProjectFact::Place { areas, address } => {
            vec![("areas", codes(areas)), ("address", address.clone())]
        }
        ProjectFact::Budget { fen } => vec![("budget_yuan", fen.to_string())],
        ProjectFact::Funding { origin, fen } => {
            vec![("funding_origin", origin.to_string()), ("funding_yuan", fen.to_string())]
        }
        ProjectFact::Membership { state, revision, other } => {
            vec![("membership", state.as_str().into()), ("revision", opt(revision)), ("other", opt(other))]
        }
        ProjectFact::Part { part, name } => {
            let mut out = vec![("part_code", part.to_string())];
            out.extend(named("part_name_zh", "part_name_en", name));
            out
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
            out
        }
        ProjectFact::Milestone { aspect, part, step, date, cause } => vec![
            ("step", step.to_string()),
            ("part", opt(part)),
            ("aspect", aspect.as_str().into()),
            ("date", opt(date)),
            ("cause", cause.map_or("", |cause| cause.as_str()).into()),
        ],
        ProjectFact::GatePapers { step, applied, decided, number, granted } => vec![
            ("step", step.to_string()),
            ("applied", opt(applied)),
            ("decided", opt(decided)),
            ("number", number.clone()),
            ("granted", granted.map_or_else(String::new, yes_no)),
        ],
        ProjectFact::Progress { part, percent } => {
            vec![("part", opt(part)), ("percent", percent.normalize().to_string())]
        }
        ProjectFact::Output { kind, stage, basis, quantity } => vec![
            ("output_kind", kind.to_string()),
            ("stage", stage.as_str().into()),
            ("basis", basis.as_str().into()),
            ("quantity", quantity.normalize().to_string()),
        ],
        ProjectFact::Suspended { suspended, document } => {
            vec![("suspended", yes_no(*suspended)), ("suspension_document", document.clone())]
        }
        ProjectFact::Document { title, url } => {
            vec![("document_title", title.clone()), ("document_url", url.clone())]
        }
        ProjectFact::Remark { text } => vec![("text", text.clone())],
    }
}

fn measured(on: &jiff::civil::Date, value: &rust_decimal::Decimal, by: &Instrument) -> Values {
    vec![
        ("on", on.to_string()),
        ("value", value.normalize().to_string()),
        ("instrument", by.instrument.to_string()),
        ("scale", by.scale.to_string()),
    ]
}

fn indicator(fact: &IndicatorFact) -> Values {
    match fact {
        IndicatorFact::Name(name) => named("name_zh", "name_en", name),
        IndicatorFact::Unit(unit) => named("unit_zh", "unit_en", unit),
        IndicatorFact::Direction { direction } => vec![("direction", direction.as_str().into())],
        IndicatorFact::Sector { sector } => vec![("sector", sector.to_string())],
        IndicatorFact::Baseline { value, on, instrument }
        | IndicatorFact::Target { on, value, instrument } => measured(on, value, instrument),
        IndicatorFact::Observation { key, on, value, instrument, approximate } => {
            let mut out = vec![("observation_key", key.to_string())];
            out.extend(measured(on, value, instrument));
            out.push(("approximate", yes_no(*approximate)));
            out
        }
        IndicatorFact::Accepted { on, key, because } => {
            vec![("on", on.to_string()), ("observation_key", key.to_string()), ("because", because.clone())]
        }
    }
}

fn area(fact: &AreaFact) -> Values {
    match fact {
        AreaFact::Name(name) => named("name_zh", "name_en", name),
        AreaFact::Level { level } => vec![("area_level", level.as_str().into())],
        AreaFact::Parent { parent } => vec![("parent_area", opt(parent))],
        AreaFact::Population { people } => vec![("population", people.to_string())],
        AreaFact::Active { active } => vec![("active", yes_no(*active))],
    }
}

fn unit(fact: &UnitFact) -> Values {
    match fact {
        UnitFact::Name(name) => named("name_zh", "name_en", name),
        UnitFact::Level { level } => vec![("unit_level", level.as_str().into())],
        UnitFact::Parent { parent } => vec![("parent_unit", opt(parent))],
        UnitFact::Area { area } => vec![("area", area.to_string())],
        UnitFact::Active { active } => vec![("active", yes_no(*active))],
    }
}

fn person(fact: &PersonFact) -> Values {
    match fact {
        PersonFact::Name { name } => vec![("person_name", name.clone())],
        PersonFact::Email { email } => vec![("email", email.clone())],
        PersonFact::Unit { unit } => vec![("person_unit", unit.to_string())],
        PersonFact::Role { role, scope, held } => {
            vec![("role", role.as_str().into()), ("scope", scope.to_string()), ("held", yes_no(*held))]
        }
        PersonFact::Active { active } => vec![("active", yes_no(*active))],
    }
}

fn plan(fact: &PlanFact) -> Values {
    match fact {
        PlanFact::Name(name) => named("name_zh", "name_en", name),
        PlanFact::Period { from, to } => vec![("from", from.to_string()), ("to", to.to_string())],
        PlanFact::Area { area } => vec![("area", area.to_string())],
        PlanFact::Sector { sector, order, name } => {
            let mut out = vec![("sector_code", sector.to_string()), ("order", order.to_string())];
            out.extend(named("name_zh", "name_en", name));
            out
        }
        PlanFact::Campaign { campaign, order, name } => {
            let mut out = vec![("campaign_code", campaign.to_string()), ("order", order.to_string())];
            out.extend(named("name_zh", "name_en", name));
            out
        }
        PlanFact::Revision { number, title, declared } => {
            let mut out = vec![("revision_number", number.to_string())];
            out.extend(named("title_zh", "title_en", title));
            out.push(("declared", opt(declared)));
            out
        }
        PlanFact::YearlyList { year, issue, title, declared_carried_over, declared_new } => {
            let mut out = vec![("year", year.to_string()), ("issue", issue.to_string())];
            out.extend(named("title_zh", "title_en", title));
            out.push(("declared_carried_over", opt(declared_carried_over)));
            out.push(("declared_new", opt(declared_new)));
            out
        }
        PlanFact::ListEntry { year, issue, project, entry, aim } => vec![
            ("year", year.to_string()),
            ("issue", issue.to_string()),
            ("project", project.to_string()),
            ("entry", entry.as_str().into()),
            ("aim", aim.map_or("", |aim| aim.as_str()).into()),
        ],
        PlanFact::OutputKind(kind) => {
            let mut out = vec![("kind_code", kind.kind.to_string())];
            out.extend(named("name_zh", "name_en", &kind.name));
            out.extend(named("unit_zh", "unit_en", &kind.unit));
            out
        }
        // Without fields: what identifies them, and their size.
        PlanFact::Template { template, name, steps } => vec![
            ("kind_code", template.to_string()),
            ("name_zh", name.zh.clone()),
            ("steps", steps.iter().map(|step| step.name.zh.as_str()).collect::<Vec<_>>().join(" → ")),
        ],
        PlanFact::OutputGroup(group) => vec![
            ("kind_code", group.group.to_string()),
            ("name_zh", group.name.zh.clone()),
            ("stage", group.stage.as_str().into()),
            ("quantity", group.quantity.normalize().to_string()),
            ("members", codes(&group.members)),
        ],
        PlanFact::Figure(figure) => vec![
            ("kind_code", figure.id.to_string()),
            ("name_zh", figure.label.zh.clone()),
            ("rule", figure.rule.zh.clone()),
        ],
        PlanFact::Limits(rules) => named("name_zh", "name_en", &rules.name),
        PlanFact::Lights(rules) => named("name_zh", "name_en", &rules.name),
        PlanFact::PublishedFigure { figure, on, value } => vec![
            ("kind_code", figure.to_string()),
            ("on", on.to_string()),
            ("value", value.normalize().to_string()),
        ],
    }
}
