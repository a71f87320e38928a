//! People of the demonstration: one for every role.

use app::{Actor, App, AppError, Change};
use domain::code::Code;
use domain::command::Command;
use domain::fact::Fact;
use domain::person::PersonFact;
use domain::policy::{Role, Scope};
use domain::source::{Grade, Source};
use domain::subject::Subject;

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
    person("admin", "系统管理员", Role::Administrator, "everything"),
];

/// The same for all of them, and only for a demonstration on one's own machine.
pub const PASSWORD: &str = "huitian-demo-2018";

const fn person(code: &'static str, name: &'static str, role: Role, scope: &'static str) -> DemoPerson {
    DemoPerson { code, name, role, scope }
}

pub(crate) async fn register(app: &App) -> anyhow::Result<()> {
    for person in PEOPLE {
        let code = Code::new(person.code)?;
        let scope = Scope::parse(person.scope).ok_or(AppError::NotFound)?;
        let mut facts = vec![PersonFact::Name { name: person.name.into() }];
        if let Scope::Unit(unit) = &scope {
            facts.push(PersonFact::Unit { unit: unit.clone() });
        }
        facts.push(PersonFact::Role { role: person.role, scope, held: true });
        let command = Command::Register {
            subject: Subject::person(&code),
            facts: facts.into_iter().map(Fact::from).collect(),
        };
        let source = Source { grade: Grade::Illustrative, ..Source::default() };
        let change = Change { command, effective: None, source, reason: String::new() };
        app.change(&Actor::operator(), change).await?;
        app.set_password(&code, PASSWORD).await?;
    }
    Ok(())
}
