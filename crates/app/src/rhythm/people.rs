//! Whom a rung of the ladder tells.

use std::collections::BTreeSet;

use domain::code::Code;
use domain::policy::{Action, Role, Target};
use domain::rhythm::Recipient as Rung;
use domain::telling::Staff;

use crate::App;
use crate::error::AppError;
use crate::notify::Recipient;

/// Everybody with an account, as of now.
pub(super) struct People(Staff);

impl App {
    pub(super) async fn people(&self) -> Result<People, AppError> {
        self.staff().await.map(People)
    }
}

fn persons<'a>(people: impl IntoIterator<Item = &'a Code>) -> BTreeSet<Recipient> {
    people.into_iter().cloned().map(Recipient::Person).collect()
}

impl People {
    /// Those who work for a unit, and its own webhooks.
    pub(super) fn of_unit(&self, unit: &Code) -> BTreeSet<Recipient> {
        let mut out = persons(self.0.of_unit(unit));
        out.insert(Recipient::Unit(unit.clone()));
        out
    }

    /// A unit's leaders; everybody of it where none is named.
    fn leaders(&self, unit: &Code) -> BTreeSet<Recipient> {
        let leaders = persons(self.0.leaders(unit));
        if leaders.is_empty() { self.of_unit(unit) } else { leaders }
    }

    /// Those who hold a role that covers what it is about.
    fn with_role(&self, role: Role, target: &Target) -> BTreeSet<Recipient> {
        persons(self.0.supervising(role, target))
    }

    /// Whom a rung tells of what the office that takes requests in has to do: its own people where it names the unit.
    pub(super) fn of_desk_rung(&self, to: Rung, target: &Target) -> Vec<Recipient> {
        match to {
            Rung::Unit | Rung::UnitLeader => {
                persons(self.0.who_may(Action::TakeRequest, target)).into_iter().collect()
            }
            to => self.of_rung(to, &[], target),
        }
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
    use domain::person::Person;
    use domain::policy::{Grant, Scope};

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
        let people = People(Staff::new([
            person("worker", "bureau", Role::Department, bureau.clone()),
            person("head", "", Role::Leader, bureau),
            person("stranger", "other", Role::Department, Scope::Unit(code("other"))),
            person("district", "", Role::DistrictTaskForce, Scope::Area(code("changping"))),
            person("elsewhere", "", Role::DistrictTaskForce, Scope::Area(code("haidian"))),
            person("city", "", Role::MunicipalTaskForce, Scope::Everything),
            person("office", "", Role::SupervisionOffice, Scope::Plan(code("p"))),
            person("mayor", "", Role::Leader, Scope::Everything),
        ]));
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
