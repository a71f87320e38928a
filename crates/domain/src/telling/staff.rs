//! Everybody with an account, as those who are told look for each other.

use std::collections::BTreeSet;

use super::Audience;
use crate::code::Code;
use crate::item::kind::Level;
use crate::person::Person;
use crate::policy::{Action, Grant, Role, Scope, Target, allows};

/// The people who are active.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Staff(Vec<Person>);

/// Roles that steer the plan.
const READERS: [Role; 4] =
    [Role::MunicipalTaskForce, Role::DistrictTaskForce, Role::SupervisionOffice, Role::Leader];

impl Staff {
    pub fn new(people: impl IntoIterator<Item = Person>) -> Self {
        Self(people.into_iter().filter(|person| person.active).collect())
    }

    /// Those who work for a unit.
    pub fn of_unit(&self, unit: &Code) -> impl Iterator<Item = &Code> {
        self.0.iter().filter(move |person| person.works_for(unit)).map(|person| &person.code)
    }

    /// A unit's leaders, where any are named.
    pub fn leaders(&self, unit: &Code) -> impl Iterator<Item = &Code> {
        self.holding(Role::Leader, move |scope| matches!(scope, Scope::Unit(held) if held == unit))
    }

    /// Those whose role lets them supervise what it is about.
    pub fn supervising(&self, role: Role, target: &Target) -> BTreeSet<&Code> {
        self.holding_with(role, Action::SuperviseItem, target)
    }

    /// Those whom a role lets do something with what it is about.
    fn holding_with(&self, role: Role, action: Action, target: &Target) -> BTreeSet<&Code> {
        let may = |person: &&Person| {
            let lets =
                |grant: &Grant| grant.role == role && allows(std::slice::from_ref(grant), action, target);
            person.grants.iter().any(lets)
        };
        self.0.iter().filter(may).map(|person| &person.code).collect()
    }

    /// Those who may do something with what it is about.
    pub fn who_may(&self, action: Action, target: &Target) -> BTreeSet<&Code> {
        let may = |person: &&Person| allows(&person.grants, action, target);
        self.0.iter().filter(may).map(|person| &person.code).collect()
    }

    fn holding(&self, role: Role, within: impl Fn(&Scope) -> bool) -> impl Iterator<Item = &Code> {
        self.0
            .iter()
            .filter(move |person| {
                person.grants.iter().any(|grant| grant.role == role && within(&grant.scope))
            })
            .map(|person| &person.code)
    }

    /// Who an audience is.
    pub fn of<'a>(
        &'a self,
        audience: &Audience,
        target: &Target,
    ) -> impl Iterator<Item = &'a Code> + use<'a> {
        let first = |roles: &[Role]| {
            let found = roles.iter().map(|role| self.supervising(*role, target));
            found.into_iter().find(|people| !people.is_empty()).unwrap_or_default()
        };
        let found: BTreeSet<&Code> = match audience {
            Audience::Unit(unit) => self.of_unit(unit).collect(),
            Audience::Person(code) => {
                self.0.iter().map(|person| &person.code).filter(|held| *held == code).collect()
            }
            Audience::Supervisors(Some(Level::District)) => {
                first(&[Role::DistrictTaskForce, Role::SupervisionOffice, Role::MunicipalTaskForce])
            }
            Audience::Supervisors(_) => first(&[Role::SupervisionOffice, Role::MunicipalTaskForce]),
            Audience::Above(Some(Level::City)) => first(&[Role::MunicipalTaskForce]),
            Audience::Above(_) => first(&[Role::DistrictTaskForce, Role::MunicipalTaskForce]),
            Audience::Desk => {
                let own = self.holding_with(Role::RequestDesk, Action::TakeRequest, target);
                if own.is_empty() { self.who_may(Action::TakeRequest, target) } else { own }
            }
            Audience::Readers => {
                let plan = target.plan.as_ref();
                let within = |scope: &Scope| !matches!(scope, Scope::Plan(held) if Some(held) != plan);
                READERS.iter().flat_map(|role| self.holding(*role, within)).collect()
            }
        };
        found.into_iter()
    }
}
