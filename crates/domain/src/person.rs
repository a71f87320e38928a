//! People with an account, and the roles they hold.

use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::history::Held;
use crate::policy::{Grant, Role, Scope};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonFact {
    Name { name: String },
    Email { email: String },
    Unit { unit: Code },
    Role { role: Role, scope: Scope, held: bool },
    Active { active: bool },
}

impl PersonFact {
    pub fn slot(&self) -> String {
        match self {
            Self::Name { .. } => "name".into(),
            Self::Email { .. } => "email".into(),
            Self::Unit { .. } => "unit".into(),
            Self::Role { role, scope, .. } => format!("role/{}/{scope}", role.as_str()),
            Self::Active { .. } => "active".into(),
        }
    }
}

/// A person as of a day.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    pub code: Code,
    pub name: String,
    pub email: String,
    pub unit: Option<Code>,
    pub grants: Vec<Grant>,
    pub active: bool,
}

impl Person {
    /// Whether they work for a unit, or answer for what it does.
    pub fn works_for(&self, unit: &Code) -> bool {
        let own = [Role::Department, Role::Subdistrict, Role::Community];
        let of = |scope: &Scope| matches!(scope, Scope::Unit(held) if held == unit);
        self.unit.as_ref() == Some(unit)
            || self.grants.iter().any(|grant| own.contains(&grant.role) && of(&grant.scope))
    }

    pub fn at<'a>(code: &Code, held: impl Iterator<Item = Held<'a, PersonFact>>) -> Self {
        let mut out = Self {
            code: code.clone(),
            name: code.to_string(),
            email: String::new(),
            unit: None,
            grants: Vec::new(),
            active: true,
        };
        for Held { fact, .. } in held {
            match fact {
                PersonFact::Name { name } => out.name = name.clone(),
                PersonFact::Email { email } => out.email = email.clone(),
                PersonFact::Unit { unit } => out.unit = Some(unit.clone()),
                PersonFact::Role { role, scope, held } => {
                    out.grants.retain(|g| g.role != *role || g.scope != *scope);
                    if *held {
                        out.grants.push(Grant { role: *role, scope: scope.clone() });
                    }
                }
                PersonFact::Active { active } => out.active = *active,
            }
        }
        out
    }
}
