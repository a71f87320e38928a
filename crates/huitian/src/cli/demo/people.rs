//! People of the demonstration: one for every role.

use app::{App, AppError};
use domain::code::Code;
use domain::person::PersonFact;
use domain::policy::{Role, Scope};
use store::Database;

use crate::cli::account;
use crate::cli::common::clock;

pub(super) struct DemoPerson {
    pub code: &'static str,
    pub name: &'static str,
    pub role: Role,
    pub scope: &'static str,
}

/// Made-up people; their units are real ones of the demonstration plan.
pub(super) const PEOPLE: &[DemoPerson] = &[
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
pub(super) const PASSWORD: &str = "huitian-demo-2018";

const fn person(code: &'static str, name: &'static str, role: Role, scope: &'static str) -> DemoPerson {
    DemoPerson { code, name, role, scope }
}

pub(super) async fn register(database: &Database) -> anyhow::Result<()> {
    let app = App::new(database.clone(), clock()?);
    for person in PEOPLE {
        let code = Code::new(person.code)?;
        let scope = Scope::parse(person.scope).ok_or(AppError::NotFound)?;
        let mut facts = vec![PersonFact::Name { name: person.name.into() }];
        if let Scope::Unit(unit) = &scope {
            facts.push(PersonFact::Unit { unit: unit.clone() });
        }
        facts.push(PersonFact::Role { role: person.role, scope, held: true });
        account::register(&app, &code, facts).await?;
        app.set_password(&code, PASSWORD).await?;
    }
    Ok(())
}
