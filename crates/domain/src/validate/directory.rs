//! The rules of areas, units and people, which all plans share.

use super::Check;
use crate::area::{ALIASES_MOST, AreaFact, PEOPLE_MOST, ancestors, is_one_name, upwards};
use crate::code::Code;
use crate::history::View;
use crate::named::NAME_MAX;
use crate::person::PersonFact;
use crate::policy::Scope;
use crate::refusal::{Problem, Reference};
use crate::subject::Subject;
use crate::unit::{Unit, UnitFact};

impl Check<'_> {
    pub(super) fn area_fact(&mut self, fact: &AreaFact) {
        match fact {
            AreaFact::Name(name) => self.name(name),
            AreaFact::Parent { parent: Some(parent) } => {
                self.area(parent);
                self.no_circle(&ancestors(parent, self.lookup, View::ALL));
            }
            AreaFact::Population { people } if *people > PEOPLE_MOST => {
                self.refuse(Problem::TooManyPeople(PEOPLE_MOST));
            }
            AreaFact::Parent { parent: None }
            | AreaFact::Level { .. }
            | AreaFact::Population { .. }
            | AreaFact::Active { .. } => {}
            AreaFact::Boundary { boundary } => self.boundary(boundary),
            AreaFact::Aliases { names } => self.aliases(names),
        }
    }

    fn aliases(&mut self, names: &[String]) {
        if names.len() > ALIASES_MOST {
            self.refuse(Problem::TooMany(ALIASES_MOST));
            return;
        }
        for (at, name) in names.iter().enumerate() {
            self.text(name, NAME_MAX, true);
            if !is_one_name(name) {
                self.refuse(Problem::NotOneName);
            }
            if names[..at].contains(name) {
                self.refuse(Problem::Twice);
            }
        }
    }

    pub(super) fn unit_fact(&mut self, fact: &UnitFact) {
        match fact {
            UnitFact::Name(name) => self.name(name),
            UnitFact::Parent { parent: Some(parent) } => {
                self.unit(parent);
                let above = upwards(parent, |code| {
                    let history = self.lookup.subject(&Subject::unit(code))?;
                    Unit::at(code, history.visible(View::ALL)).parent
                });
                self.no_circle(&above);
            }
            UnitFact::Area { area } => self.area(area),
            UnitFact::Parent { parent: None } | UnitFact::Level { .. } | UnitFact::Active { .. } => {}
        }
    }

    pub(super) fn person_fact(&mut self, fact: &PersonFact) {
        match fact {
            PersonFact::Name { name } => self.text(name, NAME_MAX, true),
            PersonFact::Email { email } => {
                let good = email.len() <= 254
                    && !email.chars().any(|c| c.is_whitespace() || c.is_control())
                    && email
                        .split_once('@')
                        .is_some_and(|(user, host)| !user.is_empty() && host.contains('.'));
                if !email.is_empty() && !good {
                    self.refuse(Problem::BadEmail);
                }
            }
            PersonFact::Unit { unit } => self.unit(unit),
            PersonFact::Role { scope, .. } => match scope {
                Scope::Everything => {}
                Scope::Plan(plan) => {
                    let known = self.known(&Subject::plan(plan));
                    self.require(known, Reference::Plan, plan);
                }
                Scope::Area(area) => self.area(area),
                Scope::Unit(unit) => self.unit(unit),
            },
            PersonFact::Active { .. } => {}
        }
    }

    /// `above` goes from the subject's parent upwards; meeting the subject there is a circle.
    fn no_circle(&mut self, above: &[Code]) {
        let own = &self.subject.code;
        if let Some(at) = above.iter().position(|code| code == own) {
            self.refuse(Problem::Circular([std::slice::from_ref(own), &above[..=at]].concat()));
        }
    }
}
