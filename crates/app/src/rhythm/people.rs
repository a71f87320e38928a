//! Whom a rung of the ladder tells.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::code::Code;
use domain::history::{History, View};
use domain::person::Person;
use domain::policy::{Action, Grant, Role, Scope, Target, allows};
use domain::rhythm::Recipient as Rung;
use domain::subject::{SubjectKind, directory};

use crate::App;
use crate::error::AppError;
use crate::notify::Recipient;

/// Everybody with an account, as of now.
pub(super) struct People(Vec<Person>);

/// Roles that answer for what a unit does.
const OWN: [Role; 3] = [Role::Department, Role::Subdistrict, Role::Community];

impl App {
    pub(super) async fn people(&self, plan: &Code) -> Result<People, AppError> {
        let history: Arc<History> = self.history(plan).await?;
        let directory = directory();
        let people = history
            .of_kind(&directory, SubjectKind::Person)
            .map(|held| Person::at(&held.subject.code, held.visible(View::ALL)))
            .filter(|person| person.active);
        Ok(People(people.collect()))
    }
}

impl People {
    fn holding(&self, holds: impl Fn(&Grant) -> bool) -> BTreeSet<Recipient> {
        let found = self.0.iter().filter(|person| person.grants.iter().any(&holds));
        found.map(|person| Recipient::Person(person.code.clone())).collect()
    }

    /// Those who work for a unit, and its own webhooks.
    pub(super) fn of_unit(&self, unit: &Code) -> BTreeSet<Recipient> {
        let own = |person: &&Person| {
            person.unit.as_ref() == Some(unit)
                || person
                    .grants
                    .iter()
                    .any(|grant| OWN.contains(&grant.role) && grant.scope == Scope::Unit(unit.clone()))
        };
        let mut out: BTreeSet<Recipient> =
            self.0.iter().filter(own).map(|person| Recipient::Person(person.code.clone())).collect();
        out.insert(Recipient::Unit(unit.clone()));
        out
    }

    /// A unit's leaders; everybody of it where none is named.
    fn leaders(&self, unit: &Code) -> BTreeSet<Recipient> {
        let wanted = Scope::Unit(unit.clone());
        let leaders = self.holding(|grant| grant.role == Role::Leader && grant.scope == wanted);
        if leaders.is_empty() { self.of_unit(unit) } else { leaders }
    }

    /// Those who hold a role that covers what it is about.
    fn with_role(&self, role: Role, target: &Target) -> BTreeSet<Recipient> {
        self.holding(|grant| {
            grant.role == role && allows(std::slice::from_ref(grant), Action::SuperviseItem, target)
        })
    }

    /// Whom a rung tells about something that units have in hand.
    pub(super) fn of_rung(&self, to: Rung, units: &[Code], target: &Target) -> Vec<Recipient> {
        let found: BTreeSet<Recipient> = match to {
            Rung::Unit => units.iter().flat_map(|unit| self.of_unit(unit)).collect(),
            Rung::UnitLeader => units.iter().flat_map(|unit| self.leaders(unit)).collect(),
            Rung::District => self.with_role(Role::DistrictTaskForce, target),
            Rung::City => self.with_role(Role::MunicipalTaskForce, target),
            Rung::SupervisionOffice => self.with_role(Role::SupervisionOffice, target),
        };
        found.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> Code {
        Code::new(text).unwrap()
    }

    fn person(name: &str, unit: &str, role: Role, scope: Scope) -> Person {
        Person {
            code: code(name),
            name: name.into(),
            email: String::new(),
            unit: (!unit.is_empty()).then(|| code(unit)),
            grants: vec![Grant { role, scope }],
            active: true,
        }
    }

    #[test]
    fn each_rung_tells_those_it_names_and_no_others() {
        let bureau = Scope::Unit(code("bureau"));
        let people = People(vec![
            person("worker", "bureau", Role::Department, bureau.clone()),
            person("head", "", Role::Leader, bureau),
            person("stranger", "other", Role::Department, Scope::Unit(code("other"))),
            person("district", "", Role::DistrictTaskForce, Scope::Area(code("changping"))),
            person("elsewhere", "", Role::DistrictTaskForce, Scope::Area(code("haidian"))),
            person("city", "", Role::MunicipalTaskForce, Scope::Everything),
            person("office", "", Role::SupervisionOffice, Scope::Plan(code("p"))),
            person("mayor", "", Role::Leader, Scope::Everything),
        ]);
        let target = Target {
            plan: Some(code("p")),
            lead_unit: Some(code("bureau")),
            areas: vec![code("town"), code("changping")],
            ..Target::default()
        };
        let told = |to, units: &[&str]| -> Vec<String> {
            let units: Vec<Code> = units.iter().map(|unit| code(unit)).collect();
            let found = people.of_rung(to, &units, &target);
            found
                .into_iter()
                .map(|recipient| match recipient {
                    Recipient::Person(person) => person.to_string(),
                    Recipient::Unit(unit) => format!("unit:{unit}"),
                })
                .collect()
        };
        assert_eq!(told(Rung::Unit, &["bureau"]), ["worker", "unit:bureau"]);
        assert_eq!(told(Rung::UnitLeader, &["bureau"]), ["head"]);
        // No leader of that unit is named: its people are told.
        assert_eq!(told(Rung::UnitLeader, &["other"]), ["stranger", "unit:other"]);
        assert_eq!(told(Rung::District, &["bureau"]), ["district"]);
        assert_eq!(told(Rung::City, &["bureau"]), ["city"]);
        assert_eq!(told(Rung::SupervisionOffice, &["bureau"]), ["office"]);
    }
}
