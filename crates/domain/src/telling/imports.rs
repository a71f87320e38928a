//! What is told of items that were brought by an import: each person one thing, whatever the number of rows.

use std::collections::{BTreeMap, BTreeSet};

use super::items::is_secret;
use super::{Audience, Staff};
use crate::code::Code;
use crate::item::kind::ItemKind;
use crate::item::{Item, Standing};
use crate::policy::Target;

/// An item that an import put on the books, or recorded something of, as it stands after it.
#[derive(Debug, Clone, PartialEq)]
pub struct Brought {
    pub item: Item,
    pub is_new: bool,
}

/// Those of an import's items that concern somebody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Share {
    /// Put on the books, and recorded of.
    pub new: usize,
    pub changed: usize,
    /// The units by which they concern them; none where they are in their own charge only.
    pub units: BTreeSet<Code>,
    pub kinds: BTreeSet<ItemKind>,
}

impl Share {
    fn take(&mut self, brought: &Brought, unit: Option<&Code>) {
        if brought.is_new {
            self.new += 1;
        } else {
            self.changed += 1;
        }
        self.units.extend(unit.cloned());
        self.kinds.insert(brought.item.kind);
    }
}

/// What an import comes to for people, and for units' own webhooks. What was done with long ago is history;
/// whoever brought it knows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Shares {
    pub people: BTreeMap<Code, Share>,
    pub units: BTreeMap<Code, Share>,
}

pub fn of_import(brought: &[Brought], staff: &Staff, actor: Option<&Code>) -> Shares {
    let mut out = Shares::default();
    let open = |item: &Item| matches!(item.standing(), Standing::Open | Standing::Suspended);
    for brought in brought.iter().filter(|it| open(&it.item) && !is_secret(&it.item)) {
        let item = &brought.item;
        let units: BTreeSet<&Code> = item.all_units().chain(&item.caller).collect();
        let mut people: BTreeMap<&Code, Option<&Code>> = BTreeMap::new();
        for unit in units {
            out.units.entry(unit.clone()).or_default().take(brought, Some(unit));
            for person in staff.of_unit(unit) {
                people.entry(person).or_insert(Some(unit));
            }
        }
        if let Some(charge) = item.person.clone().map(Audience::Person) {
            for person in staff.of(&charge, &Target::default()) {
                people.entry(person).or_insert(None);
            }
        }
        for (person, unit) in people.into_iter().filter(|(person, _)| Some(*person) != actor) {
            out.people.entry(person.clone()).or_default().take(brought, unit);
        }
    }
    out
}
