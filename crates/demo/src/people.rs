//! People of the demonstration: one for every role, who can sign in; and one for every unit that has a part
//! in an item, who cannot.

use std::collections::BTreeSet;

use app::{Actor, App, Change};
use domain::code::Code;
use domain::command::Command;
use domain::fact::Fact;
use domain::person::PersonFact;
use domain::policy::{Role, Scope};
use domain::source::{Grade, Source};
use domain::subject::Subject;
use jiff::civil::Date;

use crate::load::Dated;

pub struct DemoPerson {
    pub code: &'static str,
    pub name: &'static str,
    pub role: Role,
    pub scope: &'static str,
}

/// Made-up people; their units are real ones of the demonstration plan.
pub const PEOPLE: &[DemoPerson] = &[
    person("task-force", "市专班 林雨", Role::MunicipalTaskForce, "everything"),
    person("district", "昌平专班 赵青", Role::DistrictTaskForce, "area:changping"),
    person("department", "昌平区教委 何文", Role::Department, "unit:changping-education"),
    person("subdistrict", "天通苑北街道 周宁", Role::Subdistrict, "area:tiantongyuan-north"),
    person("community", "社区 吴敏", Role::Community, "area:tiantongyuan-north"),
    person("supervision", "督查室 郑直", Role::SupervisionOffice, "everything"),
    person("leader", "市领导 高远", Role::Leader, "everything"),
    person("auditor", "审计 沈清", Role::Auditor, "everything"),
    person("desk", "诉求受理员 孙悦", Role::RequestDesk, "everything"),
    person("admin", "系统管理员", Role::Administrator, "everything"),
];

/// The same for all of them, and only for a demonstration on one's own machine.
pub const PASSWORD: &str = "huitian-demo-2018";

const LIAISON: &str = "liaison-";

const fn person(code: &'static str, name: &'static str, role: Role, scope: &'static str) -> DemoPerson {
    DemoPerson { code, name, role, scope }
}

/// Who answers for a unit: a person of [`PEOPLE`] where there is one of that unit, else its liaison.
pub(crate) fn liaison(unit: &str) -> String {
    let own = format!("unit:{unit}");
    PEOPLE
        .iter()
        .find(|person| person.scope == own)
        .map_or_else(|| format!("{LIAISON}{unit}"), |person| person.code.into())
}

/// Everybody who acts in the plan's past or answers for one of the units, known from the day; and the units
/// for which somebody acts. `name_of` gives a unit's name.
pub(crate) fn registrations(
    day: Date,
    acts: &[Dated],
    units: &[Code],
    name_of: impl Fn(&str) -> String,
) -> anyhow::Result<(Vec<Dated>, Vec<Code>)> {
    let mut out = Vec::new();
    for person in PEOPLE {
        out.push(registration(day, person.code, person.name.into(), person.role, person.scope)?);
    }
    let mut actors: BTreeSet<Code> = acts.iter().filter_map(|act| act.actor.person().cloned()).collect();
    for unit in units {
        actors.insert(Code::new(&liaison(unit.as_str()))?);
    }
    let mut signed = Vec::new();
    for actor in actors {
        let Some(unit) = actor.as_str().strip_prefix(LIAISON) else { continue };
        let role = if unit.ends_with("-office") && unit != "bj-supervision-office" {
            Role::Subdistrict
        } else {
            Role::Department
        };
        signed.push(Code::new(unit)?);
        let name = format!("{}联络员", name_of(unit));
        out.push(registration(day, actor.as_str(), name, role, &format!("unit:{unit}"))?);
    }
    Ok((out, signed))
}

fn registration(day: Date, code: &str, name: String, role: Role, scope: &str) -> anyhow::Result<Dated> {
    let subject = Subject::person(&Code::new(code)?);
    let scope = Scope::parse(scope).ok_or_else(|| anyhow::anyhow!("'{scope}' is no scope"))?;
    let mut facts = vec![PersonFact::Name { name }];
    if let Scope::Unit(unit) = &scope {
        facts.push(PersonFact::Unit { unit: unit.clone() });
    }
    facts.push(PersonFact::Role { role, scope, held: true });
    let command = Command::Register { subject, facts: facts.into_iter().map(Fact::from).collect() };
    let source = Source { grade: Grade::Illustrative, ..Source::default() };
    let change = Change { command, effective: Some(day), source, reason: String::new() };
    Ok(Dated { day, place: format!("demo person {code}"), actor: Actor::operator(), change })
}

pub(crate) async fn set_passwords(app: &App) -> anyhow::Result<()> {
    for person in PEOPLE {
        app.set_password(&Code::new(person.code)?, PASSWORD).await?;
    }
    Ok(())
}
