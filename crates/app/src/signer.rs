//! Whose word something was: people by their names, not by their accounts.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::code::Code;
use domain::history::{History, View};
use domain::person::{Person, PersonFact};
use domain::subject::{Subject, directory};
use domain::unit::{Unit, UnitFact};

use crate::App;
use crate::error::AppError;

/// A person as others know them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    pub name: String,
    pub unit: Option<domain::named::Named>,
}

/// The people of the directory, looked up in what is in memory anyway.
#[derive(Debug, Clone)]
pub struct Signers {
    directory: Arc<History>,
}

impl App {
    /// Everybody who may have signed something.
    pub async fn signers(&self) -> Result<Signers, AppError> {
        Ok(Signers { directory: self.history(&directory()).await? })
    }
}

impl Signers {
    /// A person as known now; `None` for whoever is not in the directory, as an operator of the machine.
    pub fn get(&self, person: &Code) -> Option<Signer> {
        let held = self.directory.get(&Subject::person(person)).filter(|held| held.exists(View::ALL))?;
        let person = Person::at(person, held.visible::<PersonFact>(View::ALL));
        let unit = person.unit.as_ref().and_then(|unit| {
            let held = self.directory.get(&Subject::unit(unit))?;
            Some(Unit::at(unit, held.visible::<UnitFact>(View::ALL)).name)
        });
        Some(Signer { name: person.name, unit })
    }

    /// All of some people at once.
    pub fn of<'a>(&self, people: impl Iterator<Item = &'a Code>) -> BTreeMap<Code, Signer> {
        let mut out = BTreeMap::new();
        for person in people {
            if !out.contains_key(person)
                && let Some(signer) = self.get(person)
            {
                out.insert(person.clone(), signer);
            }
        }
        out
    }
}
